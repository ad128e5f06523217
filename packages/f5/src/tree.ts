import type { Location, Problem, SourceFile, Span } from '@shortfuse/core';

/** What a token is. Between tokens there is only blank space, so text and tokens together lose nothing. */
export const TokenKind = {
  word: 0,
  /** In double or single quotation marks, these included; may span lines. */
  quoted: 1,
  open: 2,
  close: 3,
  /** From `#` to the end of its line. */
  comment: 4,
  /** The body of an iRule, a script or a template, without its braces. */
  opaque: 5,
  /** A routing configuration that was appended after the objects, up to the end of the file. */
  tail: 6,
} as const;

/** The tokens of a file in columns; offsets count in its text. */
export interface Tokens {
  readonly count: number;
  readonly kinds: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/**
 * Statements in columns, in file order: an object's header with its block, a property, an element of a list. A block's
 * statements follow it directly; `next` is the index after the last of them.
 */
export interface Statements {
  readonly count: number;
  /** The first token: the first word, or the brace of a block without a name. */
  readonly first: Int32Array;
  /** How many tokens from `first` on are its words. */
  readonly words: Int32Array;
  /** The tokens of its braces; -1 where it has none (or the closing one is missing). */
  readonly open: Int32Array;
  readonly close: Int32Array;
  /** -1 at the top. */
  readonly parent: Int32Array;
  readonly next: Int32Array;
}

/** A file in the syntax of bigip.conf. */
export interface TmshFile {
  readonly file: SourceFile;
  readonly problems: readonly Problem[];
  readonly tokens: Tokens;
  readonly statements: Statements;
}

export function tokenSpan({ tokens }: TmshFile, token: number): Span {
  return { start: tokens.starts[token] ?? 0, end: tokens.ends[token] ?? 0 };
}

export function tokenLocation(tree: TmshFile, token: number): Location {
  return { file: tree.file, span: tokenSpan(tree, token) };
}

/** The token as it stands in the file. */
export function writtenToken(tree: TmshFile, token: number): string {
  return tree.file.text.slice(tree.tokens.starts[token], tree.tokens.ends[token]);
}

/** What the token means: without quotation marks, each backslash making one unit with the character after it. */
export function tokenValue(tree: TmshFile, token: number): string {
  const written = writtenToken(tree, token);
  const bare = tree.tokens.kinds[token] === TokenKind.quoted ? written.slice(1, -1) : written;
  return bare.includes('\\') ? bare.replace(/\\(.)/gs, '$1') : bare;
}

/** The words of a statement, as they are meant. */
export function wordsOf(tree: TmshFile, statement: number): string[] {
  const first = tree.statements.first[statement] ?? 0;
  return Array.from({ length: tree.statements.words[statement] ?? 0 }, (_, i) => tokenValue(tree, first + i));
}

/** From the first word to the last one. */
export function headerLocation(tree: TmshFile, statement: number): Location {
  const { tokens, statements, file } = tree;
  const first = statements.first[statement] ?? 0;
  const last = first + Math.max(0, (statements.words[statement] ?? 1) - 1);
  return { file, span: { start: tokens.starts[first] ?? 0, end: tokens.ends[last] ?? 0 } };
}

/** The statements directly in the block of `statement`. */
export function* childrenOf({ statements }: TmshFile, statement: number): Generator<number> {
  const end = statements.next[statement] ?? 0;
  for (let child = statement + 1; child < end; child = statements.next[child] ?? end) yield child;
}

/** The index of the token at `offset`; -1 where there is blank space. */
export function tokenAt({ tokens }: TmshFile, offset: number): number {
  let low = 0;
  let high = tokens.count - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if ((tokens.ends[middle] ?? 0) <= offset) low = middle + 1;
    else if ((tokens.starts[middle] ?? 0) > offset) high = middle - 1;
    else return middle;
  }
  return -1;
}
