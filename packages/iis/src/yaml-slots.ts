import type { Span } from '@shortfuse/core';
import { isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { type NumberForm, obstacle, type Rewrite, type Rewritten, type Slot, slotsFor } from './spelling.js';

/** The entries of a task or resource that matter, and its words for what is wanted. */
export interface EntryNames {
  readonly data: readonly string[];
  readonly type: readonly string[];
  readonly state: readonly string[];
  readonly present: string;
  readonly dword: string;
  /** The data is hexadecimal whether or not it begins with `0x`. */
  readonly isHex: boolean;
}

/** The entry of that name; names are compared without regard to letter case. */
export function pairAt(map: YAMLMap, name: string): Pair | undefined {
  const lower = name.toLowerCase();
  return map.items.find(({ key }) => isScalar(key) && String(key.value).toLowerCase() === lower);
}

/** How the entries of an Ansible task, or of the Registry resource of DSC 1.1, come to set a number. */
export function rewriteOfTask(text: string, map: YAMLMap, from: Rewritten, names: EntryNames): Rewrite {
  const data = entryAt(map, names.data);
  const type = entryAt(map, names.type);
  const state = entryAt(map, names.state);
  if (data === 'strange' || type === 'strange' || state === 'strange') return strange;
  const number: NumberForm = names.isHex ? 'hex' : 'decimal';
  const slots: Slot[] = [];
  if (data) {
    const span = contentSpan(text, data.value);
    const prefix = names.isHex && /^0x/i.test(text.slice(span.start, span.end)) ? '0x' : '';
    slots.push({ span, before: prefix, number });
  }
  if (from === 'set') return data ? slotsFor(...slots) : noData;
  if (type) slots.push({ span: contentSpan(text, type.value), before: names.dword });
  const anchor = from === 'deleteValue' ? state : data;
  if (!anchor) return noData;
  if (from === 'deleteValue') slots.push({ span: contentSpan(text, anchor.value), before: names.present });
  const quote = quoteOf(text, anchor.key);
  const joint = jointBefore(text, map, anchor.key);
  const named = (name: string | undefined): string => `${quote}${name ?? ''}${quote}: `;
  const missingType = type ? '' : `${named(names.type[0])}${quote}${names.dword}${quote}${joint}`;
  const own = text.slice(...rangeOf(anchor.key));
  if (!data)
    slots.push({
      span: spanOf(anchor.key),
      before: `${missingType}${named(names.data[0])}`,
      number,
      after: `${joint}${own}`,
    });
  else if (!type) slots.push({ span: spanOf(anchor.key), before: `${missingType}${own}` });
  return slotsFor(...slots);
}

/** How an instance of Microsoft.Windows/Registry comes to set a number. */
export function rewriteOfInstance(text: string, properties: YAMLMap, from: Rewritten): Rewrite {
  const valueData = pairAt(properties, 'valueData')?.value;
  const pair = isMap(valueData) && valueData.items.length === 1 ? valueData.items[0] : undefined;
  const data = pair && plainEntry(pair);
  if (from === 'set') return data ? slotsFor({ span: contentSpan(text, data.value), number: 'decimal' }) : strange;
  const slots: Slot[] = [];
  if (data) {
    // The number of a DWord stands without quotes.
    slots.push({ span: spanOf(data.value), number: 'decimal' });
    slots.push({ span: contentSpan(text, data.key), before: 'DWord' });
  }
  if (from === 'wrongType') return data ? slotsFor(...slots) : strange;
  const exists = entryAt(properties, ['_exist']);
  if (!exists || exists === 'strange' || (valueData && !data)) return strange;
  slots.push({ span: contentSpan(text, exists.value), before: 'true' });
  if (!data) {
    const quote = quoteOf(text, exists.key);
    const joint = jointBefore(text, properties, exists.key);
    slots.push({
      span: spanOf(exists.key),
      before: `${quote}valueData${quote}: { ${quote}DWord${quote}: `,
      number: 'decimal',
      after: ` }${joint}${text.slice(...rangeOf(exists.key))}`,
    });
  }
  return slotsFor(...slots);
}

const strange = obstacle(
  'the number is not plain text of its own: it has an anchor that other entries may refer to, or is in a block',
);
const noData = obstacle('no data is given');

interface PlainEntry {
  readonly key: Scalar;
  readonly value: Scalar;
}

/** The first entry of those names. `strange`: it is there, but not as one piece of text that nothing else refers to. */
function entryAt(map: YAMLMap, names: readonly string[]): PlainEntry | 'strange' | undefined {
  const pair = names.map((name) => pairAt(map, name)).find((one) => one !== undefined);
  return pair && (plainEntry(pair) ?? 'strange');
}

function plainEntry({ key, value }: Pair): PlainEntry | undefined {
  const single = isSeq(value) && value.items.length === 1 ? value.items[0] : value;
  if (!isScalar(key) || !isScalar(single)) return undefined;
  const isBlock = single.type === 'BLOCK_FOLDED' || single.type === 'BLOCK_LITERAL';
  return isBlock || single.anchor !== undefined ? undefined : { key, value: single };
}

/** What parts two entries: a comma in braces, a line end and the indentation that the key has where it begins a line. */
function jointBefore(text: string, map: YAMLMap, key: Node): string {
  const { start } = spanOf(key);
  const lineStart = Math.max(text.lastIndexOf('\n', start - 1), text.lastIndexOf('\r', start - 1)) + 1;
  const indent = text.slice(lineStart, start);
  const isFlow = map.flow === true;
  if (isFlow && indent.trim() !== '') return ', ';
  const ending = /\r\n|\r|\n/.exec(text)?.[0] ?? '\n';
  // In the first entry of a list's item a dash stands before the key.
  return (isFlow ? ',' : '') + ending + indent.replace(/[^\t]/g, ' ');
}

function quoteOf(text: string, node: Node): string {
  const first = text.charAt(spanOf(node).start);
  return first === '"' || first === "'" ? first : '';
}

function contentSpan(text: string, node: Node): Span {
  const { start, end } = spanOf(node);
  return quoteOf(text, node) === '' ? { start, end } : { start: start + 1, end: end - 1 };
}

function spanOf(node: Node): Span {
  const [start = 0, end = 0] = node.range ?? [];
  return { start, end };
}

function rangeOf(node: Node): [start: number, end: number] {
  const { start, end } = spanOf(node);
  return [start, end];
}
