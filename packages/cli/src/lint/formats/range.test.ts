import { encode, type SourceFile } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { byteRangeOf, rangeOf } from './range.js';

interface Row {
  readonly about: string;
  readonly text: string;
  readonly encoding?: SourceFile['encoding'];
  readonly span: readonly [start: number, end: number];
  /** line:column-line:column in UTF-16 units, then in bytes. */
  readonly units: string;
  readonly bytes: string;
}

const rows: readonly Row[] = [
  { about: 'one line', text: 'a 1d;\n', span: [2, 4], units: '1:3-1:5', bytes: '1:3-1:5' },
  { about: 'a tab is one column', text: 'x\n\ta 1d;\n', span: [5, 7], units: '2:4-2:6', bytes: '2:4-2:6' },
  { about: 'CRLF ends a line once', text: 'x\r\na 1d;\r\n', span: [5, 7], units: '2:3-2:5', bytes: '2:3-2:5' },
  { about: 'a place that ends with CRLF', text: 'ab\r\ncd', span: [0, 4], units: '1:1-2:1', bytes: '1:1-2:1' },
  { about: 'a place that ends before CRLF', text: 'ab\r\ncd', span: [0, 2], units: '1:1-1:3', bytes: '1:1-1:3' },
  { about: 'a pair is two units and four bytes', text: '🛒 1d', span: [3, 5], units: '1:4-1:6', bytes: '1:6-1:8' },
  { about: 'the pair itself', text: 'a𐐀b', span: [1, 3], units: '1:2-1:4', bytes: '1:2-1:6' },
  { about: 'two and three bytes', text: 'ä€ 1d', span: [3, 5], units: '1:4-1:6', bytes: '1:7-1:9' },
  { about: 'a combining accent counts itself', text: 'e\u0301 1', span: [3, 4], units: '1:4-1:5', bytes: '1:5-1:6' },
  {
    about: 'a mark is bytes of line 1',
    text: 'a\nb',
    encoding: 'utf-8-bom',
    span: [0, 1],
    units: '1:1-1:2',
    bytes: '1:4-1:5',
  },
  { about: 'and of no other', text: 'a\nb', encoding: 'utf-8-bom', span: [2, 3], units: '2:1-2:2', bytes: '2:1-2:2' },
  { about: 'one byte each', text: 'äöü', encoding: 'latin1', span: [1, 2], units: '1:2-1:3', bytes: '1:2-1:3' },
  { about: 'two bytes each', text: 'äb', encoding: 'utf-16le', span: [1, 2], units: '1:2-1:3', bytes: '1:5-1:7' },
  { about: 'between two characters', text: 'ab', span: [1, 1], units: '1:2-1:2', bytes: '1:2-1:2' },
  { about: 'an empty file', text: '', span: [0, 0], units: '1:1-1:1', bytes: '1:1-1:1' },
  { about: 'behind the last line end', text: 'a\n', span: [2, 2], units: '2:1-2:1', bytes: '2:1-2:1' },
  { about: 'beyond the end', text: 'a\nbc', span: [3, 99], units: '2:2-2:3', bytes: '2:2-2:3' },
  { about: 'an end before its start is the start', text: 'abc', span: [2, 1], units: '1:3-1:3', bytes: '1:3-1:3' },
];

describe.each(rows)('$about', ({ text, encoding = 'utf-8', span: [start, end], units, bytes }) => {
  const file: SourceFile = { path: 'x', text, encoding };
  const spelled = ({ start: from, end: to }: ReturnType<typeof rangeOf>): string =>
    `${from.line}:${from.column}-${to.line}:${to.column}`;

  test(`is ${units}`, () => expect(spelled(rangeOf({ file, span: { start, end } }))).toBe(units));

  test(`is ${bytes} in bytes`, () => expect(spelled(byteRangeOf({ file, span: { start, end } }))).toBe(bytes));

  test('has the bytes there that stand for the text', () => {
    const { start: from, end: to } = byteRangeOf({ file, span: { start, end } });
    if (from.line !== to.line || encoding === 'utf-16le') return;
    const stored = Buffer.from(encode(file)).toString('latin1').split('\n')[from.line - 1] ?? '';
    const named = encode({
      text: text.slice(start, Math.max(start, end)),
      encoding: encoding === 'latin1' ? encoding : 'utf-8',
    });
    expect(stored.slice(from.column - 1, to.column - 1)).toBe(Buffer.from(named).toString('latin1'));
  });
});
