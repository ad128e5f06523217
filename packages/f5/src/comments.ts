import { insert, type SourceFile, type Span, type TextEdit } from '@shortfuse/core';
import { visit } from 'jsonc-parser';
import { Lexer } from 'yaml';
import type { F5File, FileOf } from './files.js';
import { afterComment, heredocEnd, lineEnd, stringEnd } from './hcl.js';
import { indentationAt, lineStartOf } from './lines.js';
import { type TmshFile, TokenKind, tokenAt, tokenSpan } from './tree.js';

/** The comments of a file, delimiters included. JSON has some where people keep it with comments. */
export function comments(tree: F5File): readonly Span[] {
  switch (tree.form) {
    case 'tmsh':
      return tokensOf(tree, TokenKind.comment).filter(({ start }) => tree.file.text.charCodeAt(start) === 0x23);
    case 'as3':
    case 'rest':
      return jsonComments(tree);
    case 'terraform':
      return hclTexts(tree.file).comments;
    case 'ansible':
      return yamlTexts(tree.file).comments;
  }
}

/** A comment line above the statement at `offset`; undefined for JSON, which BIG-IP takes without comments only. */
export function annotate(tree: F5File, offset: number, words: string): TextEdit | undefined {
  switch (tree.form) {
    case 'tmsh':
      return lineAbove(tree.file, offset, words, (at) => tokenSpan(tree, tokenAt(tree, at)));
    case 'terraform':
      return lineAbove(tree.file, offset, words, spanFinder(hclTexts(tree.file).all));
    case 'ansible':
      return lineAbove(tree.file, offset, words, spanFinder(yamlTexts(tree.file).all));
    case 'as3':
    case 'rest':
      return undefined;
  }
}

/** Where a string or a comment reaches over the start of the statement's line, the comment goes above the line that it begins on. */
function lineAbove(
  { text }: SourceFile,
  offset: number,
  words: string,
  textAt: (offset: number) => Span | undefined,
): TextEdit {
  let start = lineStartOf(text, offset);
  for (let span = textAt(start); span && span.start < start && span.end > start; span = textAt(start))
    start = lineStartOf(text, span.start);
  const end = text.indexOf('\n', start);
  const eol = end > 0 && text.charCodeAt(end - 1) === 0x0d ? '\r\n' : '\n';
  // Where a line is to be inserted, the deeper one of its neighbours shows its indentation: the other may be a brace.
  const own = indentationAt(text, start);
  const before = start === offset && start > 0 ? indentationAt(text, start - 1) : '';
  return insert(start, `${before.length > own.length ? before : own}# ${words}${eol}`);
}

/** Finds the span around an offset among spans in text order. */
function spanFinder(spans: readonly Span[]): (offset: number) => Span | undefined {
  return (offset) => {
    let low = 0;
    let high = spans.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((spans[middle]?.start ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return spans[low];
  };
}

function tokensOf({ tokens }: TmshFile, kind: number): Span[] {
  const found: Span[] = [];
  for (let i = 0; i < tokens.count; i++)
    if (tokens.kinds[i] === kind) found.push({ start: tokens.starts[i] ?? 0, end: tokens.ends[i] ?? 0 });
  return found;
}

/** Of a file that is nested too deep nothing is read: the library calls itself for each level. */
function jsonComments({ file: { text }, root }: FileOf<'as3' | 'rest'>): Span[] {
  const found: Span[] = [];
  if (root) visit(text, { onComment: (start, length) => found.push({ start, end: start + length }) });
  return found;
}

/** What a comment cannot be put into, in text order: strings and the like, and other comments. */
interface Texts {
  readonly all: readonly Span[];
  readonly comments: readonly Span[];
}

/** Every edit of a file asks for them. */
const known = new WeakMap<SourceFile, Texts>();

function remembered(file: SourceFile, find: (text: string) => Texts): Texts {
  const before = known.get(file);
  if (before) return before;
  const found = find(file.text);
  known.set(file, found);
  return found;
}

function hclTexts(file: SourceFile): Texts {
  return remembered(file, findHclTexts);
}

function findHclTexts(text: string): Texts {
  const all: Span[] = [];
  const found: Span[] = [];
  let at = 0;
  while (at < text.length) {
    const start = at;
    const unit = text.charCodeAt(at);
    const following = text.charCodeAt(at + 1);
    if (unit === 0x22) at = stringEnd(text, at);
    else if (unit === 0x3c && following === 0x3c) at = heredocEnd(text, at);
    else if (unit === 0x2f && following === 0x2a) at = afterComment(text, at);
    else if (unit === 0x23 || (unit === 0x2f && following === 0x2f)) {
      at = lineEnd(text, at);
      if (text.charCodeAt(at - 1) === 0x0d) at--;
    } else {
      at++;
      continue;
    }
    const span = { start, end: at };
    all.push(span);
    if (unit === 0x23 || unit === 0x2f) found.push(span);
  }
  return { all, comments: found };
}

/** The zero-width marks of the library's lexer: a document begins, a scalar follows, a flow collection was not closed. */
const marks: ReadonlySet<string> = new Set(['\u{2}', '\u{18}', '\u{1f}']);

function yamlTexts(file: SourceFile): Texts {
  return remembered(file, findYamlTexts);
}

function findYamlTexts(text: string): Texts {
  const all: Span[] = [];
  const found: Span[] = [];
  let at = 0;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    if (marks.has(token) && !text.startsWith(token, at)) {
      isScalar = token === '\u{1f}';
      continue;
    }
    const span = { start: at, end: at + token.length };
    at = span.end;
    const isComment = !isScalar && token.startsWith('#');
    if (isComment) found.push(span);
    if (isComment || token.trim() !== '') all.push(span);
    isScalar = false;
  }
  return { all, comments: found };
}
