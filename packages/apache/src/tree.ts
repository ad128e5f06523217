import type { ParsedFile, SourceFile } from '@shortfuse/core';

/** What a logical line is, by its first characters. Every unit of the text belongs to exactly one line. */
export const LineKind = {
  blank: 0,
  /** `#` is the first character that is not blank; with a `\` at its end it goes on. */
  comment: 1,
  directive: 2,
  /** `<Name …>` */
  open: 3,
  /** `</Name>` */
  close: 4,
  /** A line of a template language that stands where httpd would see nothing: `<% if x %>`, `{% endif %}`. */
  template: 5,
} as const;
export type LineKind = (typeof LineKind)[keyof typeof LineKind];

/**
 * Logical lines in text order, as columns: physical lines that a `\` before the line end joins are one. Line `i` is
 * `[starts[i], starts[i + 1])` with its line end; `starts[count]` is the text's length.
 */
export interface Lines {
  readonly count: number;
  readonly kinds: Uint8Array;
  readonly starts: Int32Array;
  /** The first word, as far as it stands on one physical line: what it is named for. Empty for blank lines. */
  readonly nameStarts: Int32Array;
  readonly nameEnds: Int32Array;
  /** How many conditions or loops of a template language are around the line; undefined where the file has none. */
  readonly templateDepths?: Uint16Array;
}

/** One parsed httpd file. What is wrong with it shows only when it is read as part of a configuration. */
export interface ApacheFile extends ParsedFile {
  readonly lines: Lines;
}

/** The name of line `index` in lower case, with `<` or `</` where it has that; empty for blank lines and comments. */
export function nameOf({ file, lines }: ApacheFile, index: number): string {
  return lowerName(file, lines.nameStarts[index] ?? 0, lines.nameEnds[index] ?? 0);
}

function lowerName({ text }: SourceFile, start: number, end: number): string {
  return text.slice(start, end).toLowerCase();
}
