import { byteLength, insert, positionOf, type Span, type TextEdit } from '@shortfuse/core';
import { indentOf, innerIndent } from './insertion.js';
import { mayHaveTags, TagReader } from './template.js';
import { type NginxFile, spanOf, TokenKind, tokenAt } from './tree.js';

/** All comments, in text order: nginx's, and in a template those of its language. Those in Lua code are not nginx's. */
export function commentsIn(tree: NginxFile): Span[] {
  const { tokens, file } = tree;
  const tags = tree.directives.templateDepth && new TagReader(file.text);
  const comments: Span[] = [];
  for (let token = 0; token < tokens.count; token++) {
    const kind = tokens.kinds[token];
    if (kind !== TokenKind.comment && kind !== TokenKind.template) continue;
    const span = spanOf(tree, token);
    if (kind === TokenKind.comment || tags?.at(span.start)?.role === 'comment') comments.push(span);
  }
  return comments;
}

/** nginx refuses a comment of 4096 bytes. Source: ngx_conf_read_token, NGX_CONF_BUFFER. */
const mostBytes = 4000;

/**
 * A comment on a line of its own: above the line on which the statement at `offset` begins, or where nothing stands at
 * `offset`, there, if that is the beginning of a line. It never ends up in quotes, in Lua code or in a word. Undefined where it
 * would be rendered, or would make a byte order mark a word. Characters that the file's encoding does not have become `?`.
 */
export function annotate(tree: NginxFile, offset: number, text: string): TextEdit | undefined {
  const { file, directives } = tree;
  const index = directiveAt(tree, offset);
  const isInside = index !== undefined && offset < ownEnd(tree, index);
  const start = isInside ? spanOf(tree, directives.name[index] ?? 0).start : offset;
  const at = freeLineStart(tree, start);
  const isTemplate = directives.templateDepth !== undefined;
  if (isTemplate && (tagFollows(tree, at) || mayHaveTags(text) || text.includes('{#'))) return undefined;
  if (at === 0 && file.encoding === 'utf-8-bom') return undefined;
  const isNew = !isInside && at === offset;
  const indent = isNew ? neighbourIndent(tree, index, at) : (/^[ \t]*/.exec(file.text.slice(at, start))?.[0] ?? '');
  return insert(at, `${indent}# ${fitting(tree, text)}${lineEndAt(file.text, at)}`);
}

/** The last directive whose name begins at or before `offset`. */
function directiveAt(tree: NginxFile, offset: number): number | undefined {
  const { directives, tokens } = tree;
  let low = 0;
  let high = directives.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens.starts[directives.name[middle] ?? 0] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? undefined : low - 1;
}

/** After its `;` or `{`. */
function ownEnd(tree: NginxFile, index: number): number {
  return spanOf(tree, tree.directives.end[index] ?? 0).end;
}

/** The start of the line of `offset`, or of a line above where the line end before it is part of quotes, a word or code. */
function freeLineStart({ file, tokens }: NginxFile, offset: number): number {
  let at = offset;
  for (;;) {
    at -= positionOf(file, at).column - 1;
    if (at === 0) return 0;
    const token = tokenAt(tokens, at - 1);
    if (tokens.kinds[token] === TokenKind.blank) return at;
    at = tokens.starts[token] ?? 0;
  }
}

/** A tag may swallow the line end before it, and with it what follows would be comment. */
function tagFollows(tree: NginxFile, at: number): boolean {
  const { tokens } = tree;
  let token = tokenAt(tokens, at);
  if (tokens.kinds[token] === TokenKind.blank) token++;
  return tokens.kinds[token] === TokenKind.template;
}

/** As what `before` is, or as what is in it where it is a block that is open at `at`. */
function neighbourIndent(tree: NginxFile, before: number | undefined, at: number): string {
  if (before === undefined) return '';
  const close = tree.directives.close[before] ?? -1;
  const isOpen = close !== -1 && at <= spanOf(tree, close).start;
  return (isOpen ? innerIndent({ tree, index: before }) : indentOf(tree, before)) ?? '';
}

function fitting({ file: { encoding, path } }: NginxFile, text: string): string {
  const known = encoding === 'latin1' ? text.replace(/[^\0-\xff]/gu, '?') : text;
  const bytes = (end: number): number => byteLength({ path, encoding, text: known }, { start: 0, end });
  if (bytes(known.length) <= mostBytes) return known;
  return `${known.slice(0, mostBytes / 4).replace(/[\ud800-\udbff]$/, '')}...`;
}

/** As the line before, or the line at `at`, ends; LF where neither ends. */
function lineEndAt(text: string, at: number): string {
  const lineFeed = at > 0 ? at - 1 : text.indexOf('\n');
  return text[lineFeed - 1] === '\r' ? '\r\n' : '\n';
}
