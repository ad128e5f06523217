import { type FileEdit, positionOf } from '@shortfuse/core';
import { codeBlock } from './markdown-text.js';
import { cutAt, oneLine, placeText } from './wording.js';

/** More lines than these of one edit are not shown. */
const mostLines = 12;

/** So much of a line stands around what changes in it. */
const mostContext = 100;

/** What one edit does to the lines that it touches, as a block of a diff. */
export function editBlock({ file, edit }: FileEdit, pathOf: (path: string) => string): readonly string[] {
  const { start, end } = edit.span;
  const lineEnd = file.text.indexOf('\n', end);
  const head = lastOf(file.text.slice(start - (positionOf(file, start).column - 1), start));
  const tail = firstOf(file.text.slice(end, lineEnd === -1 ? file.text.length : lineEnd).replace(/\r$/, ''));
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

function lastOf(text: string): string {
  return text.length > mostContext ? `…${text.slice(-mostContext).replace(/^[\udc00-\udfff]/, '')}` : text;
}

function firstOf(text: string): string {
  return cutAt(text, mostContext);
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
