import type { Anchor, Span } from '@shortfuse/core';
import { contextOfOtherBlock } from './settings.js';
import { argumentsOf, isBlock, type NginxFile, nameOf, spanOf, TokenKind } from './tree.js';

/** The enclosing blocks that a path names at most, counted from the inside; nginx itself allows about six. */
const deepest = 16;

/**
 * Every `ssl_session_timeout` that has a value, in text order. A path is made of what people would not change lightly: the
 * section, a server block's first name and addresses, the words of another block. Words that are data, as in `map`, are none.
 */
export function anchorsIn(tree: NginxFile): Anchor[] {
  const { directives } = tree;
  const labels = new Map<number, string>();
  const labelOf = (block: number): string => {
    const known = labels.get(block);
    if (known !== undefined) return known;
    const label = nameOf(tree, block) === 'server' ? serverLabel(tree, block) : words(tree, block);
    labels.set(block, label);
    return label;
  };
  const anchors: Anchor[] = [];
  for (let index = 0; index < directives.count; index++) {
    if (nameOf(tree, index) !== 'ssl_session_timeout' || isBlock(tree, index)) continue;
    const parent = directives.parent[index] ?? -1;
    if (parent !== -1 && contextOfOtherBlock(nameOf(tree, parent)) === 'data') continue;
    const value = valueSpan(tree, index);
    if (!value) continue;
    const path = ['ssl_session_timeout'];
    for (let block = parent; block !== -1 && path.length <= deepest; block = directives.parent[block] ?? -1)
      path.push(labelOf(block));
    anchors.push({ path: path.reverse(), statement: statementOf(tree, index, value), value });
  }
  return anchors;
}

function valueSpan(tree: NginxFile, index: number): Span | undefined {
  const written = argumentsOf(tree, index);
  const last = written.at(-1);
  return written[0] && last ? { start: written[0].span.start, end: last.span.end } : undefined;
}

/** With its semicolon, where it has one. */
function statementOf(tree: NginxFile, index: number, value: Span): Span {
  const { directives, tokens } = tree;
  const end = directives.end[index] ?? 0;
  const start = spanOf(tree, directives.name[index] ?? 0).start;
  return { start, end: tokens.kinds[end] === TokenKind.semicolon ? spanOf(tree, end).end : value.end };
}

/** `server shop.example 10.0.0.1:443 [::]:443` */
function serverLabel(tree: NginxFile, block: number): string {
  const { directives } = tree;
  const end = directives.next[block] ?? 0;
  let name: string | undefined;
  const addresses: string[] = [];
  for (let child = block + 1; child < end; child = directives.next[child] ?? end) {
    const directive = nameOf(tree, child);
    if (directive === 'server_name') name ??= argumentsOf(tree, child)[0]?.value;
    if (directive === 'listen') addresses.push(argumentsOf(tree, child)[0]?.value ?? '');
  }
  return ['server', name, ...addresses].filter((word) => word).join(' ');
}

function words(tree: NginxFile, block: number): string {
  return [nameOf(tree, block), ...argumentsOf(tree, block).map(({ value }) => value)].join(' ');
}
