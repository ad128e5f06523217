import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteLength, decode, encode, positionOf } from './source.js';

const bytesOf = (...bytes: readonly number[]): Uint8Array => new Uint8Array(bytes);
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('decode and encode', () => {
  test.each([
    { name: 'nothing', bytes: bytesOf(), encoding: 'utf-8', text: '' },
    { name: 'ASCII', bytes: ascii('a;\r\n'), encoding: 'utf-8', text: 'a;\r\n' },
    { name: 'UTF-8', bytes: bytesOf(0xc3, 0xa9), encoding: 'utf-8', text: 'é' },
    { name: 'a BOM alone', bytes: bytesOf(0xef, 0xbb, 0xbf), encoding: 'utf-8-bom', text: '' },
    { name: 'a BOM', bytes: bytesOf(0xef, 0xbb, 0xbf, 0x61), encoding: 'utf-8-bom', text: 'a' },
    {
      name: 'two BOMs: the second is text',
      bytes: bytesOf(0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf),
      encoding: 'utf-8-bom',
      text: '\u{feff}',
    },
    {
      name: 'a BOM before bytes that are no UTF-8',
      bytes: bytesOf(0xef, 0xbb, 0xbf, 0xff),
      encoding: 'latin1',
      text: 'ï»¿ÿ',
    },
    { name: 'UTF-16LE', bytes: bytesOf(0xff, 0xfe, 0x61, 0), encoding: 'utf-16le', text: 'a' },
    { name: 'UTF-16BE', bytes: bytesOf(0xfe, 0xff, 0, 0x61), encoding: 'utf-16be', text: 'a' },
    { name: 'UTF-16LE of odd length', bytes: bytesOf(0xff, 0xfe, 0x61), encoding: 'latin1', text: 'ÿþa' },
    { name: 'UTF-16BE of odd length', bytes: bytesOf(0xfe, 0xff, 0x61), encoding: 'latin1', text: 'þÿa' },
    { name: 'a lone surrogate', bytes: bytesOf(0xff, 0xfe, 0, 0xd8), encoding: 'latin1', text: 'ÿþ\0Ø' },
    {
      name: 'every byte that windows-1252 has no character for',
      bytes: bytesOf(0x81, 0x8d, 0x9d),
      encoding: 'latin1',
      text: '\x81\x8d\x9d',
    },
    { name: 'UTF-8 cut short', bytes: bytesOf(0x61, 0xe2, 0x82), encoding: 'latin1', text: 'aâ\x82' },
    { name: 'an overlong slash', bytes: bytesOf(0xc0, 0xaf), encoding: 'latin1', text: 'À¯' },
    { name: 'a surrogate in UTF-8', bytes: bytesOf(0xed, 0xa0, 0x80), encoding: 'latin1', text: 'í\xa0\x80' },
  ])('$name', ({ bytes, encoding, text }) => {
    const file = decode('x', bytes);
    expect({ encoding: file.encoding, text: file.text }).toEqual({ encoding, text });
    expect(encode(file)).toEqual(bytes);
  });

  const marks = [[], [0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xfe, 0xff]];
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.string({ unit: 'binary', maxLength: 32 }).map(ascii),
    fc.string({ unit: 'grapheme', maxLength: 32 }).map((text) => new Uint8Array(Buffer.from(text, 'utf16le'))),
  );

  test('gives the same bytes back for 20,000 random inputs, with and without byte order marks', () => {
    fc.assert(
      fc.property(fc.constantFrom(...marks), content, (mark, rest) => {
        const bytes = bytesOf(...mark, ...rest);
        expect(Buffer.compare(encode(decode('x', bytes)), bytes)).toBe(0);
      }),
      { seed: 1, numRuns: 20_000 },
    );
  });

  test('gives the same bytes back for large files of every encoding', () => {
    for (const mark of marks)
      for (const unit of [
        [0x61, 0x0a],
        [0xc3, 0xa9],
        [0xff, 0x00],
      ]) {
        const bytes = bytesOf(...mark, ...Array.from({ length: 20_000 }, () => unit).flat());
        expect(Buffer.compare(encode(decode('x', bytes)), bytes)).toBe(0);
      }
  });

  test('a Latin-1 file has no byte for a character above U+00FF', () => {
    expect(() => encode({ text: 'a€', encoding: 'latin1' })).toThrow('U+20ac at 1 has no Latin-1 byte');
  });
});

describe('positionOf', () => {
  const file = decode('x', ascii('ab\r\ncd\n\né'));
  test.each([
    { offset: -5, line: 1, column: 1 },
    { offset: 0, line: 1, column: 1 },
    { offset: 3, line: 1, column: 4 }, // the LF belongs to the line that it ends
    { offset: 4, line: 2, column: 1 },
    { offset: 7, line: 3, column: 1 },
    { offset: 8, line: 4, column: 1 },
    { offset: 9, line: 4, column: 2 }, // the end
    { offset: 99, line: 4, column: 2 },
  ])('$offset is line $line, column $column', ({ offset, line, column }) =>
    expect(positionOf(file, offset)).toEqual({ line, column }),
  );

  test('agrees with counting in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r'), maxLength: 30 }), fc.nat(35), (text, offset) => {
        const before = text.slice(0, offset).split('\n');
        expect(positionOf({ path: 'x', text, encoding: 'utf-8' }, offset)).toEqual({
          line: before.length,
          column: (before.at(-1)?.length ?? 0) + 1,
        });
      }),
      { seed: 2, numRuns: 2000 },
    );
  });
});

test('byteLength is the length of the encoded text', () => {
  const encodings = ['utf-8', 'utf-8-bom', 'utf-16le', 'utf-16be', 'latin1'] as const;
  fc.assert(
    fc.property(fc.constantFrom(...encodings), fc.string({ unit: 'grapheme' }), (encoding, any) => {
      const text = encoding === 'latin1' ? any.replace(/[^\0-\xff]/g, '?') : any;
      const file = { path: 'x', text, encoding };
      const mark = encode({ text: '', encoding }).length;
      expect(byteLength(file, { start: 0, end: text.length })).toBe(encode(file).length - mark);
    }),
    { seed: 3, numRuns: 2000 },
  );
});
