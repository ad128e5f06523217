import { type FileEdit, positionOf } from '@shortfuse/core';
import { codeBlock } from './markdown-text.js';
import { oneLine, placeText } from './wording.js';

/** More lines than these of one edit are not shown. */
const mostLines = 12;

/** What one edit does to the lines that it touches, as a block of a diff. */
export function editBlock({ file, edit }: FileEdit, pathOf: (path: string) => string): readonly string[] {
  const { start, end } = edit.span;
  const lineStart = start - (positionOf(file, start).column - 1);
  const lineEnd = file.text.indexOf('\n', end);
  const tail = file.text.slice(end, lineEnd === -1 ? file.text.length : lineEnd).replace(/\r$/, '');
  const head = file.text.slice(lineStart, start);
  const before = linesOf(head + file.text.slice(start, end) + tail);
  const after = linesOf(head + edit.after + tail);
  // A line that is added leaves the one beside it as it is.
  while (before.length > 0 && before[0] === after[0]) {
    before.shift();
    after.shift();
  }
  while (before.length > 0 && before.at(-1) === after.at(-1)) {
    before.pop();
    after.pop();
  }
  return codeBlock('diff', [
    `@@ ${placeText({ file, span: edit.span }, pathOf)} @@`,
    ...shown(before, '-'),
    ...shown(after, '+'),
  ]);
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/);
}

function shown(lines: readonly string[], sign: string): readonly string[] {
  const left = lines.length - mostLines;
  return [
    ...lines.slice(0, mostLines).map((line) => sign + oneLine(line.replaceAll('\t', '    '), 300)),
    ...(left > 0 ? [`${sign}… and ${left} more lines`] : []),
  ];
}
