import { describe, expect, test } from 'vitest';
import { fitColumns, padEnd, padStart, printable, shorten, widthOf, wrap } from './layout.js';

test.each([
  { text: 'shop.example', want: 12 },
  { text: 'bücher.example', want: 14 },
  { text: '例え.example', want: 12 }, // two columns a sign
  { text: 'e\u0301', want: 1 }, // a combining accent stands on the letter before
  { text: '…', want: 1 },
  { text: '🔥', want: 2 },
])('$text is $want columns wide', ({ text, want }) => expect(widthOf(text)).toBe(want));

test.each([
  { text: 'a\x1b[31mb', want: 'a\\u{1b}[31mb' },
  { text: 'a\u202eb', want: 'a\\u{202e}b' }, // would print the rest backwards
  { text: 'a\nb', want: 'a\\u{a}b' },
  { text: 'bücher 例え', want: 'bücher 例え' },
])('a terminal is shown $want', ({ text, want }) => expect(printable(text)).toBe(want));

describe('shorten', () => {
  test.each([
    { text: 'conf.d/shop.conf', width: 16, want: 'conf.d/shop.conf' },
    { text: 'sites-enabled/shop.example.conf', width: 20, want: 'sites-e…example.conf' },
    { text: 'abc', width: 1, want: '…' },
    { text: 'abc', width: 0, want: '' },
    { text: '例例例例例', width: 6, want: '例…例' }, // half a sign does not fit
  ])('$text in $width columns is $want', ({ text, width, want }) => expect(shorten(text, width)).toBe(want));

  test('never takes more than it may', () => {
    const text = 'a例b/c🔥d.e\u0301xample.例え/f';
    for (let width = 0; width < 40; width++) expect(widthOf(shorten(text, width))).toBeLessThanOrEqual(width);
  });
});

test('padding counts columns, not characters', () => {
  expect(padEnd('例', 4)).toBe('例  ');
  expect(padStart('例', 4)).toBe('  例');
  expect(padEnd('longer', 4)).toBe('longer');
});

test.each([
  { text: 'one two three', width: 7, want: ['one two', 'three'] },
  { text: 'abcdefghij k', width: 4, want: ['abcd', 'efgh', 'ij k'] }, // a word longer than a line is broken
  { text: '  a \n b ', width: 10, want: ['a b'] },
  { text: '例例例', width: 4, want: ['例例', '例'] },
  { text: '', width: 10, want: [] },
])('$text in lines of $width', ({ text, width, want }) => expect(wrap(text, width)).toEqual(want));

describe('fitColumns', () => {
  const least = [
    { soft: 10, hard: 5 },
    { soft: 20, hard: 5 },
  ];
  test.each([
    { natural: [8, 15], room: 30, want: [8, 15] },
    { natural: [18, 30], room: 35, want: [15, 20] }, // the widest first, while it is above its soft width
    { natural: [18, 30], room: 20, want: [10, 10] },
    { natural: [18, 30], room: 4, want: [5, 5] }, // the hard width is the end, even if it does not fit
    { natural: [3, 30], room: 10, want: [3, 7] },
  ])('$natural in $room is $want', ({ natural, room, want }) => expect(fitColumns(natural, least, room)).toEqual(want));
});
