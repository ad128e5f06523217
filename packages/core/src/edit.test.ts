import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyEdits, insert, invertEdits, replace, type TextEdit } from './edit.js';

describe('applyEdits', () => {
  const text = 'timeout 1d;';
  test.each([
    { name: 'no edit', edits: [], want: text },
    { name: 'a replacement', edits: [replace(text, { start: 8, end: 10 }, '60s')], want: 'timeout 60s;' },
    { name: 'an insertion at the end', edits: [insert(11, '\n')], want: 'timeout 1d;\n' },
    { name: 'insertions at one place in the order given', edits: [insert(0, 'a'), insert(0, 'b')], want: `ab${text}` },
    {
      name: 'neighbours, last one first',
      edits: [replace(text, { start: 8, end: 10 }, '2'), replace(text, { start: 7, end: 8 }, '\t'), insert(10, 'h')],
      want: 'timeout\t2h;',
    },
  ])('$name', ({ edits, want }) => expect(applyEdits(text, edits)).toEqual({ ok: true, text: want }));

  test.each([
    {
      name: 'two edits of one character',
      edits: [replace(text, { start: 8, end: 10 }, ''), replace(text, { start: 9, end: 11 }, '')],
      conflict: { kind: 'overlap', index: 1, found: 'd;' },
    },
    {
      name: 'an insertion into what another removes',
      edits: [insert(9, 'x'), replace(text, { start: 8, end: 10 }, '')],
      conflict: { kind: 'overlap', index: 0, found: '' },
    },
    {
      name: 'other text than expected',
      edits: [{ span: { start: 8, end: 10 }, before: '5m', after: '60s' }],
      conflict: { kind: 'mismatch', index: 0, found: '1d' },
    },
    {
      name: 'beyond the end',
      edits: [insert(12, 'x')],
      conflict: { kind: 'mismatch', index: 0, found: '' },
    },
    {
      name: 'before the start',
      edits: [{ span: { start: -1, end: 0 }, before: '', after: 'x' }],
      conflict: { kind: 'overlap', index: 0, found: '' },
    },
    {
      name: 'a span that runs backwards',
      edits: [{ span: { start: 4, end: 2 }, before: '', after: 'x' }],
      conflict: { kind: 'overlap', index: 0, found: '' },
    },
  ])('refuses $name', ({ edits, conflict }) => expect(applyEdits(text, edits)).toEqual({ ok: false, conflict }));
});

/** A text and edits of it that do not touch each other, shuffled. */
const textAndEdits = fc
  .tuple(
    fc.array(fc.tuple(fc.string({ maxLength: 5 }), fc.string({ maxLength: 3 }), fc.string({ maxLength: 3 })), {
      maxLength: 8,
    }),
    fc.string({ maxLength: 5 }),
    fc.infiniteStream(fc.nat()),
  )
  .map(([parts, tail, order]) => {
    let text = '';
    let edited = '';
    const edits: TextEdit[] = [];
    for (const [kept, before, after] of parts) {
      text += kept;
      edits.push({ span: { start: text.length, end: text.length + before.length }, before, after });
      text += before;
      edited += kept + after;
    }
    // Two edits at one offset are ordered by their place in the set, so only sets without such may be shuffled.
    const starts = new Set(edits.map(({ span }) => span.start));
    const ranks = new Map(edits.map((edit) => [edit, order.next().value]));
    const shuffled =
      starts.size === edits.length ? [...edits].sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0)) : edits;
    return { text: text + tail, edits: shuffled, edited: edited + tail };
  });

test('edits give what they say, and their inverse gives the text back', () => {
  fc.assert(
    fc.property(textAndEdits, ({ text, edits, edited }) => {
      expect(applyEdits(text, edits)).toEqual({ ok: true, text: edited });
      const inverse = invertEdits(edits);
      expect(applyEdits(edited, inverse)).toEqual({ ok: true, text });
      expect(applyEdits(text, invertEdits(inverse))).toEqual({ ok: true, text: edited });
    }),
    { seed: 4, numRuns: 5000 },
  );
});
