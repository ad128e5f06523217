import type { PatchedFile, SourceFile } from '@shortfuse/core';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { parse as parseIni } from 'ini';
import { parse as parseNginx } from 'nginx-conf';

/** What another parser makes of a file: its settings in order, with everything around them in the name. */
export interface Entry {
  readonly name: string;
  readonly value: string;
}

/** A parser that knows nothing of ours. */
export interface SecondReader {
  /** As people know it. */
  readonly title: string;
  /** Is this a file that it is asked about? */
  readonly reads: (file: SourceFile) => boolean;
  /** The settings that a patch may add or change, by name. */
  readonly isIntended: (entry: Entry) => boolean;
  /** @throws what the parser throws where it cannot read the file */
  readonly read: (file: SourceFile) => readonly Entry[];
}

export type Opinion =
  | { readonly kind: 'agrees' }
  | { readonly kind: 'differs'; readonly what: string }
  /** It cannot read the file as it was before. */
  | { readonly kind: 'no-opinion'; readonly why: string };

/** Above this size (in UTF-16 units) nobody is asked: the readers are here for what people write. */
const longestText = 8 * 1024 * 1024;

/** Names hold the whole way, so their length would grow with the square of what is nested. Nobody nests that deep. */
const deepest = 500;

/** @throws RangeError beyond {@link deepest} */
function refuseDeeper(depth: number): void {
  if (depth > deepest) throw new RangeError('it is nested too deep');
}

/** Does `reader` see the same settings before and after, except for those that were intended? */
export function opinionOf(reader: SecondReader, { before, after, edits }: PatchedFile): Opinion {
  if (before.text.length > longestText) return { kind: 'no-opinion', why: 'the file is too large for it' };
  let old: readonly Entry[];
  try {
    old = reader.read(before);
  } catch (error) {
    return { kind: 'no-opinion', why: firstLine(error) };
  }
  let now: readonly Entry[];
  try {
    now = reader.read(after);
  } catch (error) {
    return { kind: 'differs', what: `${reader.title} can no longer read it: ${firstLine(error)}` };
  }
  const others = (entries: readonly Entry[]): readonly Entry[] => entries.filter((entry) => !reader.isIntended(entry));
  const [was, is] = [others(old), others(now)];
  for (let i = 0; i < Math.max(was.length, is.length); i++)
    if (was[i]?.name !== is[i]?.name || was[i]?.value !== is[i]?.value)
      return {
        kind: 'differs',
        what: `${reader.title} reads ${shown(is[i])} where it read ${shown(was[i])}`,
      };
  const changed = old.length - was.length !== now.length - is.length || isChanged(old, now, reader);
  return changed || edits.every(({ isComment }) => isComment)
    ? { kind: 'agrees' }
    : { kind: 'differs', what: `${reader.title} sees no change at all` };
}

function isChanged(old: readonly Entry[], now: readonly Entry[], { isIntended }: SecondReader): boolean {
  const values = (entries: readonly Entry[]): string =>
    entries
      .filter(isIntended)
      .map(({ value }) => value)
      .join('\n');
  return values(old) !== values(now);
}

function shown(entry: Entry | undefined): string {
  return entry ? `"${entry.name}${entry.value === '' ? '' : ` ${entry.value}`}"`.slice(0, 120) : 'nothing';
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 160) ?? '';
}

/** nginx-conf: see `packages/nginx/test/second-reader.test.ts` for what it reads differently. */
const nginxConf: SecondReader = {
  title: 'nginx-conf',
  reads: () => true,
  isIntended: ({ name }) => /(?:^| )(["']?)ssl_session_timeout\1$/.test(name),
  read: ({ text }) => {
    let entries: readonly Entry[] = [];
    parseNginx(text, (error, tree) => {
      if (error) throw error;
      if (tree) entries = nginxEntries(tree);
    });
    return entries;
  },
};

interface NginxNode {
  readonly name: string;
  readonly value: string;
  readonly children: readonly NginxNode[] | null;
}

function nginxEntries(root: NginxNode): Entry[] {
  const entries: Entry[] = [];
  // Blocks may be nested deeper than calls can be.
  const stack: { node: NginxNode; path: string; depth: number }[] = [{ node: root, path: '', depth: 0 }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, path, depth } = next;
    refuseDeeper(depth);
    // It keeps the blanks between words, which are no part of a value.
    entries.push({
      name: path,
      value: String(node.value ?? '')
        .replace(/\s+/g, ' ')
        .trim(),
    });
    for (const child of [...(node.children ?? [])].reverse())
      stack.push({ node: child, path: path === '' ? child.name : `${path} > ${child.name}`, depth: depth + 1 });
  }
  return entries;
}

/** Security templates of Group Policy. */
const ini: SecondReader = {
  title: 'ini',
  reads: ({ path }) => /\.inf$/i.test(path),
  isIntended: ({ name }) => /\\servercachetime$/i.test(name),
  read: ({ text }) => flattened(parseIni(text)),
};

/** Registry preferences of Group Policy. */
const xml: SecondReader = {
  title: 'fast-xml-parser',
  reads: ({ path }) => /\.xml$/i.test(path),
  isIntended: ({ name }) => /\.Properties(?:\.\d+)?\.@(?:value|action|type)$/.test(name),
  read: ({ text }) => {
    const valid = XMLValidator.validate(text);
    if (valid !== true) throw new Error(valid.err.msg);
    const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@', parseAttributeValue: false });
    return flattened(parser.parse(text));
  },
};

/** By adapter id. A file that none of them reads has no second opinion. */
export const secondReaders: Readonly<Record<string, readonly SecondReader[]>> = { nginx: [nginxConf], iis: [ini, xml] };

/** The leaves of what a parser made, in its order, with the way to each. */
function flattened(value: unknown): Entry[] {
  const entries: Entry[] = [];
  const stack: { value: unknown; path: string; depth: number }[] = [{ value, path: '', depth: 0 }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    refuseDeeper(next.depth);
    if (typeof next.value === 'object' && next.value !== null)
      for (const [key, child] of Object.entries(next.value).reverse())
        stack.push({ value: child, path: next.path === '' ? key : `${next.path}.${key}`, depth: next.depth + 1 });
    else entries.push({ name: next.path, value: String(next.value) });
  }
  return entries;
}
