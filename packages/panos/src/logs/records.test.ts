import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFields } from './fields.js';
import { type Quoting, splitRecords } from './records.js';

interface Found {
  readonly text: string;
  readonly quoted: Quoting;
  readonly line: number;
  /** As the field reader takes it apart. */
  readonly fields: readonly string[] | undefined;
}

/** The records of a text that comes in pieces of these lengths, in turns. */
function split(text: string, pieces: readonly number[] = [1 << 20]): Found[] {
  const found: Found[] = [];
  const decoder = new TextDecoder();
  const splitter = splitRecords((block) => {
    const reader = readFields(block, () => true);
    for (let i = 0; i < block.count; i++) {
      const fields = reader.fields(i, 1000);
      found.push({
        text: decoder.decode(block.bytes.subarray(block.starts[i], block.ends[i])),
        quoted: block.quoted[i] ?? 'no',
        line: block.lines[i] ?? 0,
        fields:
          fields &&
          Array.from({ length: fields.count }, (_, k) =>
            decoder.decode(fields.bytes.subarray(fields.bounds[k], (fields.bounds[k + 1] ?? 0) - 1)),
          ),
      });
    }
  });
  const bytes = new TextEncoder().encode(text);
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = pieces[turn % pieces.length] ?? 1;
    splitter.push(bytes.subarray(at, at + length));
    at += length;
  }
  splitter.end();
  return found;
}

test.each([
  { title: 'nothing', text: '', want: [] },
  { title: 'empty lines', text: '\n\r\n  \n\t\n', want: [] },
  { title: 'line ends of both kinds, none at the end', text: 'a,b\r\nc\nd', want: ['a,b', 'c', 'd'] },
  { title: 'a line end in quotes', text: 'a,"b\nc",d\ne', want: ['a,"b\nc",d', 'e'] },
  { title: 'a quote that is no first character', text: 'a,b"c\nd', want: ['a,b"c', 'd'] },
  { title: 'doubled quotes', text: '"a""\nb",c\nd', want: ['"a""\nb",c', 'd'] },
  { title: 'NULs', text: 'a\0,\0\n\0', want: ['a\0,\0', '\0'] },
  { title: 'a quote that is never closed', text: 'a,"b\nc\nd', want: ['a,"b', 'c', 'd'] },
  { title: 'one on the last line', text: 'a\nb,"c', want: ['a', 'b,"c'] },
])('$title', ({ text, want }) => expect(split(text).map((record) => record.text)).toEqual(want));

test('records say on which line they start', () => {
  expect(split('a\n\n"b\n\nc"\nd\n"x\ny').map(({ line }) => line)).toEqual([1, 3, 6, 7, 8]);
});

describe('a quoted field that was never closed', () => {
  const cut = '1,2026/03/10 01:31:07,0018,TRAFFIC,end,"example\\smith, j';
  const whole = '1,2026/03/10 01:31:07,0018,TRAFFIC,end,"example\\smith, j",x';

  test('does not take the next row with it', () => {
    expect(split(`${cut}\n${whole}\n${cut}\n${whole}`).map(({ text, quoted }) => ({ text, quoted }))).toEqual([
      { text: cut, quoted: 'unclosed' },
      { text: whole, quoted: 'yes' },
      { text: cut, quoted: 'unclosed' },
      { text: whole, quoted: 'yes' },
    ]);
  });

  test('does not take rows with it either where it is the end of a row whose start is missing', () => {
    const found = split(`", j",x\n",y\n${whole}\n${cut}\n${whole}`).map(({ text }) => text);
    expect(found).toEqual(['", j",x', '",y', whole, cut, whole]);
  });

  test('ends after 64 KB where rows have no Type', () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `row,${i}`);
    const found = split(`first,"open\n${rows.join('\n')}\n"last",quoted\n`, [1000]);
    expect(found.map(({ text }) => text)).toEqual(['first,"open', ...rows, '"last",quoted']);
  });

  test('has the fields before it, and what there is of it', () => {
    expect(split(cut).map(({ fields }) => fields)).toEqual([
      ['1', '2026/03/10 01:31:07', '0018', 'TRAFFIC', 'end', 'example\\smith, j'],
    ]);
  });
});

test('of a line of 20 MB only the start is kept, and the next line is read', () => {
  const found = split(`${'x'.repeat(20_000_000)}\nnext\n"${'y'.repeat(5_000_000)}`, [65_536]);
  expect(found.map(({ text, quoted }) => ({ length: text.length, quoted }))).toEqual([
    { length: 1 << 20, quoted: 'tooLong' },
    { length: 4, quoted: 'no' },
    { length: 1 << 20, quoted: 'tooLong' },
  ]);
});

const pieceOfCsv = fc.constantFrom(
  ...['a', 'b', ',', ',', '"', '"', '""', '\n', '\r\n', '\0', 'é', ' ', '"a,b"', ',"q\nq",', '\r', ',"\n'],
);
const csv = fc.array(pieceOfCsv, { maxLength: 60 }).map((parts) => parts.join(''));
const runs = Number(process.env['SHORTFUSE_FUZZ'] ?? 2000);

test('records and fields are those that csv-parse finds in the whole text', () => {
  let compared = 0;
  fc.assert(
    fc.property(csv, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }), (text, pieces) => {
      // A CR that ends the text is a line end for us.
      const whole = text.replace(/\r+$/, '');
      const expected = parseWhole(whole);
      // It refuses quotes that are never closed.
      if (expected === undefined) return;
      compared++;
      const found = split(whole, pieces);
      expect(found.map(({ fields }) => fields).filter(isSomething)).toEqual(expected.filter(isSomething));
    }),
    { numRuns: runs },
  );
  expect(compared).toBeGreaterThan(runs / 2);
});

test('how the bytes are cut does not matter, whatever they are', () => {
  fc.assert(
    fc.property(csv, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }), (text, pieces) => {
      expect(split(text, pieces)).toEqual(split(text));
    }),
    { numRuns: runs },
  );
});

function parseWhole(text: string): string[][] | undefined {
  try {
    return parse(text, { relax_quotes: true, relax_column_count: true, record_delimiter: ['\r\n', '\n'] });
  } catch {
    return undefined;
  }
}

/** Lines of blanks are no records; csv-parse has records with one empty field. */
function isSomething(fields: readonly string[] | undefined): boolean {
  return fields === undefined || fields.length > 1 || (fields[0] ?? '').trim() !== '';
}
