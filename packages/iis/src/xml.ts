import type { Problem, SourceFile, Span } from '@shortfuse/core';
import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** An element of an XML document, with places in the text as it is in the file. */
export interface XmlElement {
  /** As written, case included: IIS compares names with regard to it. */
  readonly name: string;
  readonly parent: XmlElement | undefined;
  readonly children: readonly XmlElement[];
  /** The start tag, from `<` to `>`. */
  readonly tag: Span;
  readonly attributes: ReadonlyMap<string, XmlAttribute>;
}

export interface XmlAttribute {
  /** With the references of XML replaced. */
  readonly value: string;
  /** What stands between the quotes. */
  readonly span: Span;
}

export type XmlResult =
  | { readonly ok: true; readonly root: XmlElement }
  | { readonly ok: false; readonly problem: Problem };

/** Deeper than any schema of IIS or Group Policy goes. */
const deepest = 500;

/**
 * fast-xml-parser checks that the text is well-formed and gives the structure with the offset of every start tag. It has no
 * positions of attributes, so they are read from the start tags here; saxes and htmlparser2 would have had to do the
 * structure a second time for nothing more. Attributes and entities are switched off there, so that a value is read once.
 */
// Made at the first use: most runs read no XML.
let madeParser: XMLParser | undefined;
const parser = (): XMLParser =>
  (madeParser ??= new XMLParser({
    preserveOrder: true,
    captureMetaData: true,
    ignoreAttributes: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    parseTagValue: false,
    processEntities: false,
    trimValues: true,
    maxNestedTags: deepest,
  }));

/** Reads a document, or says the first place where it is not well-formed. Never throws; takes time in proportion to the size. */
export function readXml(file: SourceFile): XmlResult {
  const { text } = file;
  const refused = (start: number, what: string, help = refusedHelp): XmlResult => ({
    ok: false,
    problem: {
      severity: 'error',
      at: { file, span: { start: Math.min(start, text.length), end: Math.min(start + 1, text.length) } },
      message: `not well-formed: ${what}`,
      help,
    },
  });
  try {
    const verdict = XMLValidator.validate(text);
    if (verdict !== true) {
      const { code, msg, line, col } = verdict.err;
      // The validator has no place for what is missing at the end.
      if (/^Invalid '\[/.test(msg)) return refused(text.length, 'unexpected end of file', unclosedHelp(msg));
      if (code === 'InvalidTag' && /^Unclosed tag/.test(msg)) return refused(text.length, 'unexpected end of file');
      return refused(offsetOf(text, line, col), spelled(msg));
    }
    if (!text.trimEnd().endsWith('>')) return refused(text.trimEnd().length - 1, 'text after the root element');
    return elementsOf(file, parser().parse(text) as readonly unknown[], refused);
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    if (/nested tags/i.test(why)) return refused(0, `elements are nested more than ${deepest} deep`);
    const reserved = /Invalid name: "([^"]*)"/.exec(why)?.[1];
    if (reserved !== undefined) return refused(0, `no element of Windows is called ${reserved}`);
    return refused(0, why === '' ? 'it cannot be read' : firstSentence(why));
  }
}

const refusedHelp = 'correct the XML: IIS refuses the whole file (500.19), so nothing in it counts';

function unclosedHelp(message: string): string {
  const innermost = /"([^"]*)"\s*\]'/.exec(message)?.[1];
  return innermost === undefined
    ? refusedHelp
    : `close the element ${innermost} and those around it, or restore the part that is cut off: IIS refuses the whole file`;
}

/** The validator's wording, where a plainer one says the same. */
function spelled(message: string): string {
  if (/attribute '<!--/.test(message)) return 'comment inside a start tag';
  return message.replace(/\.$/, '').replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

function firstSentence(text: string): string {
  return (text.split(/\n|\. /)[0] ?? '').slice(0, 200);
}

/** The offset of a line and column, both from 1. */
function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let i = 1; i < line; i++) {
    const end = text.indexOf('\n', start);
    if (end === -1) break;
    start = end + 1;
  }
  return Math.min(start + Math.max(0, (column || 1) - 1), text.length);
}

interface Growing extends XmlElement {
  readonly children: Growing[];
}

function elementsOf(
  file: SourceFile,
  nodes: readonly unknown[],
  refused: (start: number, what: string) => XmlResult,
): XmlResult {
  const { text } = file;
  let root: Growing | undefined;
  // Its own stack, so that no depth of nesting can exhaust the engine's.
  const waiting: { readonly nodes: readonly unknown[]; readonly parent: Growing | undefined }[] = [
    { nodes, parent: undefined },
  ];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const node of next.nodes) {
      if (typeof node !== 'object' || node === null) continue;
      const [name, content] = Object.entries(node)[0] ?? [];
      if (name === undefined || name === '#text') {
        if (next.parent === undefined && typeof content === 'string' && content.trim() !== '' && root)
          return refused(text.trimEnd().length - 1, 'text after the root element');
        continue;
      }
      const start = startOf(node);
      if (start === undefined) continue;
      const read = readStartTag(text, start, name);
      if ('fault' in read) return refused(read.at, read.fault);
      const element: Growing = { name, parent: next.parent, children: [], tag: read.tag, attributes: read.attributes };
      if (next.parent) next.parent.children.push(element);
      else if (root) return refused(start, `a second root element, ${name}`);
      else root = element;
      if (Array.isArray(content) && content.length > 0) waiting.push({ nodes: content, parent: element });
    }
  }
  return root ? { ok: true, root } : refused(0, 'no root element');
}

function startOf(node: object): number | undefined {
  const metadata = XMLParser.getMetaDataSymbol() as unknown as symbol;
  const data: unknown = (node as Record<symbol, unknown>)[metadata];
  if (typeof data !== 'object' || data === null || !('startIndex' in data)) return undefined;
  return typeof data.startIndex === 'number' ? data.startIndex : undefined;
}

type StartTag =
  | { readonly tag: Span; readonly attributes: ReadonlyMap<string, XmlAttribute> }
  | { readonly fault: string; readonly at: number };

/** Reads the attributes of the start tag at `start`. The validator has seen that they are well-formed, but for their values. */
function readStartTag(text: string, start: number, name: string): StartTag {
  const attributes = new Map<string, XmlAttribute>();
  const piece = /[^\s=/>]+|[\s/]+|=\s*(?:"([^"]*)"|'([^']*)')|[=>]/y;
  piece.lastIndex = start + 1 + name.length;
  let attribute = '';
  for (let match = piece.exec(text); match; match = piece.exec(text)) {
    const [whole, double, single] = match;
    if (whole === '>') return { tag: { start, end: piece.lastIndex }, attributes };
    const raw = double ?? single;
    if (raw !== undefined) {
      const end = piece.lastIndex - 1;
      const value = unescaped(raw);
      const at = end - raw.length;
      if (value === undefined)
        return { fault: `the value of ${attribute} holds a bare & or an entity that XML does not know`, at };
      if (raw.includes('<')) return { fault: `the value of ${attribute} holds a bare <`, at };
      attributes.set(attribute, { value, span: { start: at, end } });
    } else if (/^[^\s=/]/.test(whole)) attribute = whole;
  }
  return { fault: `the start tag of ${name} is not closed`, at: start };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Replaces the references of XML; undefined where one is unknown. */
function unescaped(raw: string): string | undefined {
  if (!raw.includes('&')) return raw;
  let isKnown = true;
  const value = raw.replace(
    /&(?:(\w+);|#(\d{1,7});|#x([0-9a-f]{1,6});)?/gi,
    (_, name?: string, decimal?: string, hex?: string) => {
      const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : undefined;
      const char =
        code === undefined
          ? name === undefined
            ? undefined
            : entities[name]
          : code <= 0x10ffff
            ? String.fromCodePoint(code)
            : undefined;
      if (char === undefined) isKnown = false;
      return char ?? '';
    },
  );
  return isKnown ? value : undefined;
}

/** Every element of a document, in the order of their start tags. */
export function* elementsIn(root: XmlElement): Generator<XmlElement> {
  const waiting = [root];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    yield next;
    for (let i = next.children.length - 1; i >= 0; i--) {
      const child = next.children[i];
      if (child) waiting.push(child);
    }
  }
}

/** The children of that name, or the grandchildren and so on of a longer path. */
export function childrenAt(element: XmlElement, ...path: readonly string[]): readonly XmlElement[] {
  let found: readonly XmlElement[] = [element];
  for (const name of path) found = found.flatMap(({ children }) => children.filter((child) => child.name === name));
  return found;
}
