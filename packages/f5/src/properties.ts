import type { Location } from '@shortfuse/core';
import { childrenOf, type TmshFile, tokenValue } from './tree.js';

/** One property of an object, or one element of a list. */
export interface Property {
  readonly name: string;
  readonly nameToken: number;
  /** The token of the value; -1 for flags and blocks. */
  readonly valueToken: number;
  /** The statement whose block this is; -1 where it has none. */
  readonly block: number;
}

/** Properties of virtual servers that stand alone. Everything else on one line comes in pairs. */
const flags: ReadonlySet<string> = new Set(
  'disabled enabled internal ip-forward l2-forward reject stateless dhcp-relay vlans-enabled vlans-disabled'.split(' '),
);

/** Finds names in a text without cutting them out of it: most properties of most objects are of no interest. */
export type NameTable = (text: string, start: number, end: number) => string | undefined;

export function nameTable(names: readonly string[]): NameTable {
  const byLength: string[][] = [];
  for (const name of names) {
    const same = byLength[name.length];
    if (same) same.push(name);
    else byLength[name.length] = [name];
  }
  return (text, start, end) => byLength[end - start]?.find((name) => text.startsWith(name, start));
}

/**
 * The properties in the block of `statement`; only those in `names` where that is given. Objects on one line (`{ cache-timeout
 * 60 options { a b } }`) make one statement of several properties; the last word before a block is the block's name.
 */
export function propertiesOf(tree: TmshFile, statement: number, names?: NameTable): Property[] {
  const properties: Property[] = [];
  const { tokens, statements, file } = tree;
  const { first, words, open, next } = statements;
  const end = next[statement] ?? 0;
  for (let child = statement + 1; child < end; child = next[child] ?? end) {
    const start = first[child] ?? 0;
    const hasBlock = open[child] !== -1;
    const count = words[child] ?? 0;
    const last = start + count - 1;
    if (count === 1 || (count === 2 && !hasBlock)) {
      const name = names
        ? names(file.text, tokens.starts[start] ?? 0, tokens.ends[start] ?? 0)
        : tokenValue(tree, start);
      if (name === undefined) continue;
      if (count === 1) properties.push({ name, nameToken: start, valueToken: -1, block: hasBlock ? child : -1 });
      else if (flags.has(name)) addPairs(tree, start, last, child, hasBlock, properties);
      else properties.push({ name, nameToken: start, valueToken: last, block: -1 });
    } else addPairs(tree, start, last, child, hasBlock, properties);
  }
  return properties;
}

/** The properties among several words on one line. */
function addPairs(
  tree: TmshFile,
  start: number,
  last: number,
  child: number,
  hasBlock: boolean,
  properties: Property[],
): void {
  for (let token = start; token <= last; token++) {
    const name = tokenValue(tree, token);
    if (hasBlock && token === last) properties.push({ name, nameToken: token, valueToken: -1, block: child });
    else if (token === last || (hasBlock && token === last - 1) || flags.has(name))
      properties.push({ name, nameToken: token, valueToken: -1, block: -1 });
    else properties.push({ name, nameToken: token, valueToken: ++token, block: -1 });
  }
}

/** The elements of a list block: words, some with a block of their own. */
export function elementsOf(tree: TmshFile, statement: number): Property[] {
  const elements: Property[] = [];
  for (const child of childrenOf(tree, statement)) {
    const { first, words, open } = tree.statements;
    const start = first[child] ?? 0;
    const count = words[child] ?? 0;
    for (let i = 0; i < count; i++) {
      const block = i === count - 1 && open[child] !== -1 ? child : -1;
      elements.push({ name: tokenValue(tree, start + i), nameToken: start + i, valueToken: -1, block });
    }
  }
  return elements;
}

/** The value of a property: its word, the words of its list, or nothing for a flag. */
export function valueText(tree: TmshFile, { valueToken, block }: Property): string {
  if (valueToken !== -1) return tokenValue(tree, valueToken);
  if (block === -1) return '';
  return elementsOf(tree, block)
    .map(({ name }) => name)
    .join(' ');
}

/** From the name to the end of the value. */
export function propertyLocation({ file, tokens }: TmshFile, { nameToken, valueToken }: Property): Location {
  const last = valueToken === -1 ? nameToken : valueToken;
  return { file, span: { start: tokens.starts[nameToken] ?? 0, end: tokens.ends[last] ?? 0 } };
}
