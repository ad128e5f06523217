import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode } from '@shortfuse/core';
import { samplesIn } from '@shortfuse/testkit';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { elementsIn, readXml } from '../src/xml.js';

/** The elements of a document in their order, as `depth name attribute=value …`. */
function outline(text: string): string[] | string {
  const result = readXml({ path: 'x', text, encoding: 'utf-8' });
  if (!result.ok) return result.problem.message;
  return [...elementsIn(result.root)].map((element) => {
    let depth = 0;
    for (let next = element.parent; next; next = next.parent) depth++;
    return [depth, element.name, ...[...element.attributes].map(([name, { value }]) => `${name}=${value}`)].join(' ');
  });
}

/** The same by the library's own parser, which gives no places. */
function judged(text: string): string[] {
  const parser = new XMLParser({
    ...{ preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '', ignoreDeclaration: true },
    ...{ ignorePiTags: true, parseTagValue: false, trimValues: false, htmlEntities: true, processEntities: true },
  });
  const found: string[] = [];
  const visit = (nodes: readonly Readonly<Record<string, unknown>>[], depth: number): void => {
    for (const node of nodes) {
      const name = Object.keys(node).find((key) => key !== ':@') ?? '';
      if (name === '#text' || name === '#comment') continue;
      const attributes = Object.entries((node[':@'] ?? {}) as Readonly<Record<string, string>>);
      found.push([depth, name, ...attributes.map(([key, value]) => `${key}=${value}`)].join(' '));
      visit(node[name] as readonly Readonly<Record<string, unknown>>[], depth + 1);
    }
  };
  visit(parser.parse(text) as readonly Readonly<Record<string, unknown>>[], 0);
  return found;
}

const conformance = fileURLToPath(new URL('conformance', import.meta.url));
const corpus = process.env['SHORTFUSE_CORPUS'] ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));
const folders = [conformance, ...(existsSync(join(corpus, 'iis')) ? [join(corpus, 'iis')] : [])];
const documents = folders.flatMap((folder) =>
  samplesIn(folder, (path) => /\.(?:config|xml)$/i.test(path)).map(
    ({ path }) => [path, decode(path, new Uint8Array(readFileSync(join(folder, path)))).text] as const,
  ),
);

describe('elements and attributes as an independent parser reads them', () => {
  test.each(documents)('%s', (_, text) => {
    const found = outline(text);
    if (typeof found === 'string') return expect(found).toMatch(/^not well-formed: /);
    expect(found).toEqual(judged(text));
    return expect(found.length).toBeGreaterThan(0);
  });

  test.each([
    '<a b = "1"\n\tc=\'>"\'/>',
    '<a><!-- <b> --><![CDATA[<c></c>]]><?d <e> ?><f/></a><!-- g -->',
    '<!DOCTYPE a [ <!ELEMENT a ANY> ]><a/>',
    '<a>\r\n<b x="&lt;&#65;&amp;"></b >text > more<c/></a >',
    '<a:b xmlns:a="u" a:c="1"><a.d-e/></a:b>',
    '<ä é="ü"/>',
  ])('%s', (text) => expect(outline(text)).toEqual(judged(text)));
});

test('a name that JavaScript has plans for is a name', () => expect(outline('<__proto__/>')).toEqual(['0 __proto__']));
