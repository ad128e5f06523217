import { type FileEdit, insert, type SourceFile } from '@shortfuse/core';
import { isBlank, isContinued } from './parse.js';
import type { ApacheFile } from './tree.js';

/** A place for a new line: beside line `index`, indented like `indentation`. */
export interface Place {
  readonly tree: ApacheFile;
  readonly index: number;
  readonly side: 'before' | 'after';
  readonly indentation: string;
}

/** Writes `text` as a line of its own, with the line end of its neighbour. Undefined where the place allows no line. */
export function insertionAt(
  { tree: { file, lines }, index, side, indentation }: Place,
  text: string,
): FileEdit | undefined {
  const start = lines.starts[index] ?? 0;
  const end = lines.starts[index + 1] ?? file.text.length;
  const lineEnd = lineEndIn(file, end);
  if (side === 'before') return { file, edit: insert(start, `${indentation}${text}${lineEnd}`) };
  const isEnded = file.text[end - 1] === '\n';
  // Nothing can follow a line that goes on, though the file ends there.
  const lastStart = file.text.lastIndexOf('\n', end - 2) + 1;
  if (isContinued(file.text, lastStart, isEnded ? end - 1 : end)) return undefined;
  return {
    file,
    edit: insert(end, isEnded ? `${indentation}${text}${lineEnd}` : `${lineEnd}${indentation}${text}`),
  };
}

/** The line end before `offset`, or else the first one of the file. */
export function lineEndIn({ text }: SourceFile, offset: number): string {
  const own = text[offset - 1] === '\n' ? offset - 1 : -1;
  const before = own === -1 ? text.lastIndexOf('\n', offset - 1) : own;
  const at = before === -1 ? text.indexOf('\n') : before;
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n';
}

/** The blanks before the first word of a line. */
export function indentationOf({ file, lines }: ApacheFile, index: number): string {
  const start = lines.starts[index] ?? 0;
  let end = start;
  while (end < (lines.nameStarts[index] ?? start) && isBlank(file.text.charCodeAt(end)) && file.text[end] !== '\n')
    end++;
  return file.text.slice(start, end);
}

/** The line that holds `offset`. */
export function lineAt({ lines: { starts, count } }: ApacheFile, offset: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
