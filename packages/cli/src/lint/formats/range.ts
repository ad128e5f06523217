import { byteLength, type Location, type Position, positionOf } from '@shortfuse/core';

/** The place in front of the first character of a text, and the one behind its last. Equal for a place between characters. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Lines and columns from 1, columns in UTF-16 units; what lies beyond the end of the text counts as its end. */
export function rangeOf({ file, span }: Location): Range {
  return { start: positionOf(file, span.start), end: positionOf(file, Math.max(span.start, span.end)) };
}

/** The last line that a range has something of: a range that ends with a line end has nothing of the line behind it. */
export function lastLineOf({ start, end }: Range): number {
  return end.column === 1 && end.line > start.line ? end.line - 1 : end.line;
}

/** A byte order mark is part of the first line's bytes. */
const byteOrderMark = { 'utf-8': 0, 'utf-8-bom': 3, 'utf-16le': 2, 'utf-16be': 2, latin1: 0 } as const;

/** {@link rangeOf} with columns in bytes of the file as it is stored. */
export function byteRangeOf(location: Location): Range {
  const { start, end } = rangeOf(location);
  return {
    start: inBytes(location, location.span.start, start),
    end: inBytes(location, Math.max(location.span.start, location.span.end), end),
  };
}

function inBytes({ file }: Location, offset: number, { line, column }: Position): Position {
  const at = Math.max(0, Math.min(offset, file.text.length));
  const before = byteLength(file, { start: at - (column - 1), end: at });
  return { line, column: before + 1 + (line === 1 ? byteOrderMark[file.encoding] : 0) };
}
