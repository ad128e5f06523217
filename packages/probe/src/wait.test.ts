import { expect, test } from 'vitest';
import { acceptanceOf, offeringTime, reachedAge, slotsFrom } from './wait.js';

test('connections begin in the middle half of a second, so many in each', () => {
  const slot = slotsFrom(10_900, 5);
  const times = Array.from({ length: 11 }, slot);
  expect(times).toEqual([11_250, 11_350, 11_450, 11_550, 11_650, 12_250, 12_350, 12_450, 12_550, 12_650, 13_250]);
});

test.each([
  { nowMs: 10_000, first: 10_250 },
  { nowMs: 10_250, first: 10_250 },
  { nowMs: 10_251, first: 11_250 },
])('the first connection after $nowMs is at $first', ({ nowMs, first }) => expect(slotsFrom(nowMs, 1)()).toBe(first));

test.each([
  { receivedAtMs: 10_300, age: 60, want: 70_500 },
  { receivedAtMs: 10_700, age: 60, want: 70_500 },
  { receivedAtMs: 10_700, age: 0, want: 10_700 }, // at once
])('a session of $receivedAtMs is $age s old at $want', ({ receivedAtMs, age, want }) =>
  expect(offeringTime({ receivedAtMs }, age)).toBe(want),
);

test.each([
  { lateMs: 0, want: 62 },
  { lateMs: 400, want: 62 },
  { lateMs: 600, want: 63 }, // the next second of the server's clock
  { lateMs: 600_000, want: 662 }, // the lid was closed
  { lateMs: -200, want: 62 },
])('a session that is offered $lateMs ms late is $want s old', ({ lateMs, want }) =>
  expect(reachedAge({ receivedAtMs: 10_300 }, 62, 72_500 + lateMs)).toBe(want),
);

/** `0R 5R 6F 7?`: at each age resumed, a full handshake, or no answer; `!` where another session of that age was refused. */
const answersOf = (text: string) =>
  text.split(' ').map((each) => {
    const [, age = '', what = '', second = ''] = /^(\d+)([RF?])(!?)$/.exec(each) ?? [];
    const accepted = what === '?' ? undefined : what === 'R';
    return {
      ageSeconds: Number(age),
      accepted,
      why: second === '' ? undefined : 'another session of this age was refused',
    };
  });

test.each([
  { text: '0R 4R 5F 6F', accepted: 4, refused: 5, irregular: false },
  { text: '6F 0R 5F 4R', accepted: 4, refused: 5, irregular: false }, // as they come
  { text: '0R 4R', accepted: 4, refused: undefined, irregular: false },
  { text: '0F 4F', accepted: undefined, refused: 0, irregular: false },
  { text: '0R 4? 5F', accepted: 0, refused: 5, irregular: false },
  { text: '0R 1F 4R 5F', accepted: 4, refused: 5, irregular: true },
  { text: '0R 4R! 5F', accepted: 4, refused: 5, irregular: true },
])('$text', ({ text, accepted, refused, irregular }) =>
  expect(acceptanceOf('sessionId', answersOf(text), undefined)).toMatchObject({
    acceptedForSeconds: accepted,
    refusedAtSeconds: refused,
    isIrregular: irregular,
  }),
);
