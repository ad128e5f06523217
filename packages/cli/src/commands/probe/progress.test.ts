import { expect, test } from 'vitest';
import { spellProgress } from './progress.js';

const progress = { done: 3, total: 15, endAtMs: 90_000 };

test.each([
  {
    next: { ageSeconds: 62, atMs: 42_100 },
    want: 'waiting: age 62 s comes in 33 s; 3 of 15 offered, at most 1 min 20 s left',
  },
  {
    next: { ageSeconds: 3600, atMs: 9000 }, // late already
    want: 'waiting: age 1 h comes in 0 s; 3 of 15 offered, at most 1 min 20 s left',
  },
  { next: undefined, want: 'waiting: the last answers; 3 of 15 offered, at most 1 min 20 s left' },
])('$want', ({ next, want }) => expect(spellProgress({ ...progress, next }, 10_000)).toBe(want));
