import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differingRegions } from './regions.js';

const lines = (text: string): string[] => [...text];

test.each([
  { before: 'abcdef', after: 'abcdef', want: [] },
  { before: 'abcdef', after: 'abXdef', want: [{ before: [2, 3], after: [2, 3] }] },
  { before: 'abcdef', after: 'abXcdef', want: [{ before: [2, 2], after: [2, 3] }] },
  { before: 'abcdef', after: 'abdef', want: [{ before: [2, 3], after: [2, 2] }] },
  { before: 'abcdef', after: 'abcdefX', want: [{ before: [6, 6], after: [6, 7] }] },
  { before: '', after: 'a', want: [{ before: [0, 0], after: [0, 1] }] },
  { before: 'abc', after: '', want: [{ before: [0, 3], after: [0, 0] }] },
  // Two equal lines alone do not end a difference.
  { before: 'aXbcYd', after: 'aUbcVd', want: [{ before: [1, 5], after: [1, 5] }] },
])('$before and $after', ({ before, after, want }) =>
  expect(differingRegions(lines(before), lines(after))).toEqual(want),
);

test('what is outside of the regions is the same in both', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', '{', '}'), { maxLength: 60 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const rebuilt: string[] = [];
      let [i, j] = [0, 0];
      for (const region of differingRegions(before, after)) {
        expect(before.slice(i, region.before[0])).toEqual(after.slice(j, region.after[0]));
        rebuilt.push(...before.slice(i, region.before[0]), ...after.slice(...region.after));
        i = region.before[1];
        j = region.after[1];
      }
      rebuilt.push(...before.slice(i));
      expect(rebuilt).toEqual(after);
    }),
    { numRuns: 2000, seed: 7 },
  );
});
