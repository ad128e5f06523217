import type { Location } from '@shortfuse/core';
import type { Written } from './evaluation.js';
import { type LogicalLine, locate } from './line.js';
import { isSessionSetting } from './settings.js';
import type { ApacheFile } from './tree.js';
import { type Word, wordsOf } from './words.js';

/** Place of a directive: from its name to its value; the value alone where that is on another line, such as an argument of `Use`. */
export function placeOf(line: LogicalLine, first: Word, words: readonly Word[]): Location {
  const name = locate(line, first.start, first.end);
  const [value] = words;
  if (!value) return name;
  const quotes = /^["']/.test(line.text.slice(value.start, value.start + 1)) && value.end - value.start > 1 ? 1 : 0;
  const inner = locate(line, value.start + quotes, value.end);
  const lastWord = words.at(-1) ?? value;
  const last = locate(line, lastWord.start, lastWord.end);
  const isOneLine = (end: number): boolean =>
    name.span.start < end && !name.file.text.slice(name.span.start, end).includes('\n');
  if (name.file === last.file && name.file === inner.file && isOneLine(last.span.end) && isOneLine(inner.span.end))
    return { file: name.file, span: { start: name.span.start, end: Math.max(last.span.end, inner.span.end) } };
  return inner;
}

/** A comment that ends in a backslash takes the next line along; a setting there looks as if it counted. */
export function settingsInComment({ file, lines }: ApacheFile, index: number): readonly Written[] {
  const { text } = file;
  const end = lines.starts[index + 1] ?? text.length;
  const settings: Written[] = [];
  let at = text.indexOf('\n', lines.starts[index]) + 1;
  while (at > 0 && at < end) {
    const next = text.indexOf('\n', at);
    const words = wordsOf(text.slice(at, next === -1 ? end : Math.min(next, end)));
    const name = words[0]?.value.toLowerCase() ?? '';
    if (isSessionSetting(name))
      settings.push({
        name,
        words: words.slice(1).map(({ value }) => value),
        at: { file, span: { start: at + (words[0]?.start ?? 0), end: at + (words.at(-1)?.end ?? 0) } },
        doubt: 'it is a part of the comment above, which ends in a backslash',
      });
    at = next + 1;
  }
  return settings;
}
