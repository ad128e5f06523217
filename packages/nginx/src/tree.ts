import type { Location, ParsedFile, Span } from '@shortfuse/core';

/** What a token is. Every unit of the text belongs to exactly one token. */
export const TokenKind = {
  /** A run of SP, TAB, CR and LF. */
  blank: 0,
  /** `#` up to, not including, the LF. */
  comment: 1,
  /** An unquoted word, or a part of one that nginx would refuse (see the problems). */
  word: 2,
  /** A word in double or single quotes, with the quotes. */
  quoted: 3,
  semicolon: 4,
  open: 5,
  close: 6,
  /** The Lua code between the braces of a `*_by_lua_block`. */
  lua: 7,
  /** A statement of a template language that stands where nginx would see nothing: `{% if x %}`, `<% end %>`, `{{ end }}`. */
  template: 8,
} as const;
export type TokenKind = (typeof TokenKind)[keyof typeof TokenKind];

/** Tokens in text order, as columns. Token `i` is `[starts[i], starts[i + 1])`; `starts[count]` is the text's length. */
export interface Tokens {
  readonly count: number;
  readonly kinds: Uint8Array;
  readonly starts: Int32Array;
}

/**
 * Directives in text order, as columns; one that holds others comes before them. All numbers in `name`, `end` and `close`
 * are token indices.
 */
export interface Directives {
  readonly count: number;
  /** The first word. For a block without a name (an nginx error), its `{`. */
  readonly name: Int32Array;
  /**
   * The `;` or `{` that ends the words; for a directive cut off by `}`, that `}`; by the end of the file, the token count; by
   * a quote that is never closed, the token after that word.
   */
  readonly end: Int32Array;
  /** The `}` of a block; the token count where the file ends first; -1 for a directive that is no block. */
  readonly close: Int32Array;
  /** Index of the enclosing directive, -1 at the top of the file. */
  readonly parent: Int32Array;
  /** Index after the last directive inside this one: the next sibling, if there is one. */
  readonly next: Int32Array;
  /**
   * How many conditions or loops of the template language the directive stands in (`{% if %}`, `{{ range }}`, `<% if %>`).
   * A directive deeper than its parent is not in every rendered file. Undefined where the file has no template syntax.
   */
  readonly templateDepth?: Uint16Array;
}

/** One parsed nginx file. */
export interface NginxFile extends ParsedFile {
  readonly tokens: Tokens;
  readonly directives: Directives;
}

/** A word as nginx sees it. */
export interface Word {
  /** Without quotes, escapes resolved. */
  readonly value: string;
  /** In the file, quotes included. */
  readonly span: Span;
  /** It holds a placeholder of a template language (`{{ x }}`, `<%= x %>`, `${X}` or `@X@` of a build step), so its value is not known. */
  readonly placeholder: boolean;
}

/** The name of directive `index`; empty for a block without one. */
export function nameOf(tree: NginxFile, index: number): string {
  const token = tree.directives.name[index] ?? 0;
  return isWord(tree, token) ? wordValue(textOf(tree, token), tree.tokens.kinds[token] === TokenKind.quoted) : '';
}

/** The words after the name of directive `index`. */
export function argumentsOf(tree: NginxFile, index: number): Word[] {
  const words: Word[] = [];
  const end = tree.directives.end[index] ?? 0;
  for (let token = (tree.directives.name[index] ?? 0) + 1; token < end; token++) {
    if (!isWord(tree, token)) continue;
    const span = spanOf(tree, token);
    const raw = tree.file.text.slice(span.start, span.end);
    words.push({
      value: wordValue(raw, tree.tokens.kinds[token] === TokenKind.quoted),
      span,
      placeholder: hasPlaceholder(raw),
    });
  }
  return words;
}

export function isBlock(tree: NginxFile, index: number): boolean {
  return tree.directives.close[index] !== -1;
}

export function spanOf({ tokens }: NginxFile, token: number): Span {
  const end = tokens.starts[tokens.count] ?? 0;
  return { start: tokens.starts[token] ?? end, end: tokens.starts[token + 1] ?? end };
}

export function locationOf(tree: NginxFile, token: number): Location {
  return { file: tree.file, span: spanOf(tree, token) };
}

/** The token that unit `offset` belongs to; the last one for the end of the text. */
export function tokenAt({ starts, count }: Tokens, offset: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function isWord({ tokens }: NginxFile, token: number): boolean {
  return tokens.kinds[token] === TokenKind.word || tokens.kinds[token] === TokenKind.quoted;
}

function textOf(tree: NginxFile, token: number): string {
  const { start, end } = spanOf(tree, token);
  return tree.file.text.slice(start, end);
}

/**
 * Only these escapes are resolved, inside quotes and out; every other backslash stays in the word.
 * Source: ngx_conf_read_token in nginx's src/core/ngx_conf_file.c.
 */
const escapes: Readonly<Record<string, string>> = { '"': '"', "'": "'", '\\': '\\', t: '\t', r: '\r', n: '\n' };

function wordValue(raw: string, quoted: boolean): string {
  const inner = quoted ? raw.slice(1, raw.length > 1 && raw.endsWith(raw.charAt(0)) ? -1 : undefined) : raw;
  return inner.includes('\\') ? inner.replace(/\\(["'\\trn])/g, (_, char: string) => escapes[char] ?? char) : inner;
}

/** Placeholders as Jinja, Go, ERB, EPP, Mustache, envsubst in upper case, autoconf and Docker entry points write them. */
export function hasPlaceholder(raw: string): boolean {
  return /\{\{|\{%|<%|\$\{[A-Z_][A-Z0-9_]*\}|\$[A-Z][A-Z0-9_]+\b|@[A-Z][A-Z0-9_]*@|%%[A-Za-z_]+%%|__[A-Z][A-Z0-9_]*__/.test(
    raw,
  );
}
