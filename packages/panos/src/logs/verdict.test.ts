import { describe, expect, test } from 'vitest';
import type { SideTally } from './tally.js';
import { judgeFailures, judgeSessions, worstOf } from './verdict.js';

/** A side with `ended` sessions in each bucket, of which these failed. */
function side(failed: readonly number[], ended = 30): SideTally {
  return {
    ended: ended * failed.length,
    failed: failed.reduce((sum, count) => sum + count, 0),
    failures: new Map(),
    endedIn: new Map(failed.map((_, bucket) => [bucket, ended])),
    failedIn: new Map(failed.flatMap((count, bucket) => (count > 0 ? [[bucket, count] as const] : []))),
  };
}

const nothing = side([]);

describe('sessions', () => {
  test.each([
    { title: 'none fails', before: nothing, after: side([0, 0, 0, 0, 0, 0]), want: { verdict: 'none' } },
    {
      title: '29 sessions',
      before: nothing,
      after: { ...side([9, 9, 9, 9, 9, 9]), ended: 29 },
      want: { verdict: 'too-little-data' },
    },
    { title: '5 buckets', before: nothing, after: side([9, 9, 9, 9, 9]), want: { verdict: 'too-little-data' } },
    { title: 'one in a hundred', before: nothing, after: side([1, 1, 1, 1, 1, 1], 100), want: { verdict: 'none' } },
    { title: 'as many as before', before: side([6, 6]), after: side([6, 6, 6, 6, 6, 6]), want: { verdict: 'none' } },
    { title: '9 failures', before: nothing, after: side([9, 0, 0, 0, 0, 0]), want: { verdict: 'too-little-data' } },
    { title: 'all at one level', before: nothing, after: side([6, 6, 6, 6, 6, 6]), want: { verdict: 'flat' } },
    { title: 'rising', before: nothing, after: side([0, 0, 2, 4, 8, 16]), want: { verdict: 'flat' } },
    { title: 'a third of it left', before: nothing, after: side([10, 10, 5, 5, 3, 3]), want: { verdict: 'flat' } },
    {
      title: 'less than a third left',
      before: nothing,
      after: side([10, 10, 5, 5, 2, 3]),
      want: { verdict: 'decaying', recovered: false },
    },
    {
      title: 'nothing left for three buckets',
      before: nothing,
      after: side([10, 10, 5, 0, 0, 0]),
      want: { verdict: 'decaying', recovered: true },
    },
    {
      title: 'back at the level of before',
      before: side([3, 3]),
      after: side([20, 20, 9, 3, 3, 3]),
      want: { verdict: 'decaying', recovered: true },
    },
    {
      title: 'thirds are rounded down: the first two and the last two of eight',
      before: nothing,
      after: side([10, 10, 10, 10, 10, 10, 1, 1]),
      want: { verdict: 'decaying', recovered: false },
    },
  ])('$title: $want.verdict', ({ before, after, want }) => expect(judgeSessions(before, after)).toEqual(want));

  test('buckets go by time, not by the order of rows', () => {
    const after = side([10, 10, 5, 0, 0, 0]);
    const shuffled = { ...after, endedIn: new Map([...after.endedIn].reverse()) };
    expect(judgeSessions(nothing, shuffled)).toEqual({ verdict: 'decaying', recovered: true });
  });
});

describe('failures alone', () => {
  const minutes = (count: number): number => count * 60;
  test.each([
    { title: 'none', failed: [], after: 1, want: { verdict: 'none' } }, // even in a short time
    {
      title: 'half an hour is missing a second',
      failed: [9, 9, 9],
      after: minutes(30) - 1,
      want: { verdict: 'too-little-data' },
    },
    { title: 'one a bucket', failed: [1, 1, 1, 1, 1, 1], after: minutes(30), want: { verdict: 'none' } },
    { title: '9 of them', failed: [9], after: minutes(30), want: { verdict: 'too-little-data' } },
    { title: 'all at one level', failed: [5, 5, 5, 5, 5, 5], after: minutes(30), want: { verdict: 'flat' } },
    {
      title: 'silence at the end',
      failed: [20, 9],
      after: minutes(60),
      want: { verdict: 'decaying', recovered: true },
    },
    { title: 'a century of silence', failed: [2e9, 9], after: 3.2e9, want: { verdict: 'decaying', recovered: true } },
  ])('$title: $want.verdict', ({ failed, after, want }) =>
    expect(judgeFailures(nothing, side(failed), { before: 0, after })).toEqual(want),
  );

  test('what failed before is the level', () => {
    const spans = { before: minutes(10), after: minutes(30) };
    expect(judgeFailures(side([6, 4]), side([6, 6, 6, 6, 6, 6]), spans)).toEqual({ verdict: 'none' });
  });
});

test.each([
  { all: ['none', 'too-little-data', 'decaying', 'flat'] as const, want: 'flat' },
  { all: ['none', 'too-little-data', 'decaying'] as const, want: 'decaying' },
  { all: ['none', 'too-little-data'] as const, want: 'too-little-data' },
  { all: ['none'] as const, want: 'none' },
  { all: [] as const, want: 'too-little-data' },
])('the worst of $all is $want', ({ all, want }) => expect(worstOf(all)).toBe(want));
