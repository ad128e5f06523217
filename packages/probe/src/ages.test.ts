import { describe, expect, test } from 'vitest';
import { agesFor, readAges } from './ages.js';

test.each([
  { target: 60, want: [0, 30, 55, 62, 75] },
  { target: 300, want: [0, 150, 295, 302, 375] },
  { target: 10, want: [0, 5, 9, 12, 14] },
  { target: 1, want: [0, 3, 5] },
  { target: 0, want: [0, 2, 4] },
])('agesFor($target) is $want', ({ target, want }) => expect(agesFor(target)).toEqual(want));

describe('readAges', () => {
  test.each([
    { text: '0,30,55', want: [0, 30, 55] },
    { text: '0-3', want: [0, 1, 2, 3] },
    { text: '62, 58,58', want: [58, 62] },
    { text: '0,5m,1h', want: [0, 300, 3600] },
    { text: '1m-62', want: [60, 61, 62] },
    { text: '0-63', want: Array.from({ length: 64 }, (_, i) => i) },
    { text: '0-64', want: undefined }, // too many sessions for one server
    { text: '0-99999999999', want: undefined },
    { text: '5-3', want: undefined },
    { text: '1-2-3', want: undefined },
    { text: '-3', want: undefined },
    { text: '3-', want: undefined },
    { text: '', want: undefined },
    { text: '0,,1', want: undefined },
    { text: 'soon', want: undefined },
  ])('$text', ({ text, want }) => expect(readAges(text)).toEqual(want));
});
