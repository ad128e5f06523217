import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDuration, spellDuration } from './duration.js';

test.each([
  { text: '60', want: 60 },
  { text: '60s', want: 60 },
  { text: '5m', want: 300 },
  { text: '1h30m', want: 5400 },
  { text: '1d', want: 86_400 },
  { text: '1d1h1m1s', want: 90_061 },
  { text: '0', want: 0 },
  { text: '0d', want: 0 },
  { text: '007', want: 7 },
  { text: '90m', want: 5400 },
  { text: '9007199254740991', want: 9_007_199_254_740_991 },
  { text: '9007199254740992', want: undefined }, // no longer a whole number that a double holds
  { text: '9'.repeat(400), want: undefined },
  { text: '104249991374d99999h', want: undefined },
  { text: '', want: undefined },
  { text: ' 60', want: undefined },
  { text: '60\n', want: undefined },
  { text: '1m1h', want: undefined },
  { text: '1h1h', want: undefined },
  { text: '1h30', want: undefined }, // half past one or 30 seconds more: nobody knows
  { text: '1.5h', want: undefined },
  { text: '-1', want: undefined },
  { text: '5min', want: undefined },
  { text: '60S', want: undefined },
  { text: 's', want: undefined },
  { text: '٦٠', want: undefined },
])('readDuration($text) is $want', ({ text, want }) => expect(readDuration(text)).toBe(want));

test.each([
  { seconds: 0, want: '0 s' },
  { seconds: 1, want: '1 s' },
  { seconds: 60, want: '1 min' },
  { seconds: 90, want: '1 min 30 s' },
  { seconds: 300, want: '5 min' },
  { seconds: 5400, want: '1 h 30 min' },
  { seconds: 3601, want: '1 h 1 s' },
  { seconds: 86_399, want: '23 h 59 min 59 s' }, // below one day every second counts
  { seconds: 86_400, want: '1 d' },
  { seconds: 86_404, want: '1 d' },
  { seconds: 86_400 + 3540, want: '1 d 59 min' },
  { seconds: 864_000, want: '10 d' },
  { seconds: 30 * 86_400 + 3604, want: '30 d 1 h' },
  { seconds: 365 * 86_400 + 86_399, want: '365 d 23 h' },
  { seconds: 4_294_967_356, want: '49710 d 6 h' },
])('spellDuration($seconds) is $want', ({ seconds, want }) => expect(spellDuration(seconds)).toBe(want));

describe('a spelling', () => {
  const read = (text: string) => readDuration(text.replace('min', 'm').replaceAll(' ', ''));
  test('is exact below a day and within a hundredth above', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(86_399), fc.nat(Number.MAX_SAFE_INTEGER)), (seconds) => {
        const spelled = read(spellDuration(seconds)) ?? Number.NaN;
        if (seconds < 86_400) expect(spelled).toBe(seconds);
        expect(spelled).toBeLessThanOrEqual(seconds);
        expect(spelled).toBeGreaterThanOrEqual(seconds * 0.99);
      }),
      { seed: 5, numRuns: 5000 },
    );
  });
});
