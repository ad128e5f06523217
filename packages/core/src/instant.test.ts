import { expect, test } from 'vitest';
import { readInstant, writeInstant } from './instant.js';

test.each([
  { text: '2026-11-25T14:03:00Z', want: '2026-11-25T14:03:00Z' },
  { text: '2026-11-25T14:03Z', want: '2026-11-25T14:03:00Z' },
  { text: '1970-01-01T00:00:00Z', want: '1970-01-01T00:00:00Z' },
  { text: '1969-12-31T23:59:59Z', want: '1969-12-31T23:59:59Z' },
  { text: '0050-01-01T00:00:00Z', want: '0050-01-01T00:00:00Z' },
  { text: '9999-12-31T23:59:59Z', want: '9999-12-31T23:59:59Z' },
  // What is less than a second is dropped, and not rounded.
  { text: '2026-11-25T14:03:00.250+01:00', want: '2026-11-25T13:03:00Z' },
  { text: '2026-11-25T14:03:59.999Z', want: '2026-11-25T14:03:59Z' },
  { text: '2026-11-25T14:03:59.9Z', want: '2026-11-25T14:03:59Z' },
  // Offsets change the day.
  { text: '2026-01-01T00:30:00+01:00', want: '2025-12-31T23:30:00Z' },
  { text: '2026-12-31T23:30:00-05:30', want: '2027-01-01T05:00:00Z' },
  { text: '2026-11-25T14:03:00+14:00', want: '2026-11-25T00:03:00Z' },
  { text: '2026-11-25T14:03:00-00:00', want: '2026-11-25T14:03:00Z' },
  // ISO 8601 calls the end of a day 24:00, and nothing after it.
  { text: '2026-11-25T24:00:00Z', want: '2026-11-26T00:00:00Z' },
  { text: '2026-11-25T24:00:01Z', want: undefined },
  // Leap days.
  { text: '2028-02-29T00:00:00Z', want: '2028-02-29T00:00:00Z' },
  { text: '2000-02-29T00:00:00Z', want: '2000-02-29T00:00:00Z' },
  // Days and times that do not exist.
  { text: '2026-02-29T00:00:00Z', want: undefined },
  { text: '2026-02-30T00:00:00Z', want: undefined },
  { text: '2100-02-29T00:00:00Z', want: undefined },
  { text: '2028-02-30T00:00:00Z', want: undefined },
  { text: '2026-04-31T00:00:00Z', want: undefined },
  { text: '2026-06-31T00:00:00Z', want: undefined },
  { text: '2026-09-31T00:00:00Z', want: undefined },
  { text: '2026-11-31T00:00:00Z', want: undefined },
  { text: '2026-12-32T00:00:00Z', want: undefined },
  { text: '2026-13-01T00:00:00Z', want: undefined },
  { text: '2026-00-01T00:00:00Z', want: undefined },
  { text: '2026-11-00T00:00:00Z', want: undefined },
  { text: '2026-11-25T25:00:00Z', want: undefined },
  { text: '2026-11-25T14:60:00Z', want: undefined },
  { text: '2026-11-25T14:03:60Z', want: undefined },
  { text: '2026-11-25T14:03:00+25:00', want: undefined },
  { text: '2026-11-25T14:03:00+01:60', want: undefined },
  // In UTC these are before the year 0 and after the year 9999.
  { text: '0000-01-01T00:00:00Z', want: '0000-01-01T00:00:00Z' },
  { text: '0000-01-01T00:00:00+01:00', want: undefined },
  { text: '9999-12-31T23:59:59-01:00', want: undefined },
  // Whose midnight?
  { text: '2026-11-25', want: undefined },
  { text: '2026-11-25T14:03:00', want: undefined },
  // Other forms of a time that some programs read.
  { text: '2026-11-25 14:03:00Z', want: undefined },
  { text: '2026-11-25t14:03:00z', want: undefined },
  { text: '2026-11-25T14:03:00.1234Z', want: undefined },
  { text: '2026-11-25T14:03:00+0100', want: undefined },
  { text: '2026-11-25T14Z', want: undefined },
  { text: '+002026-11-25T14:03:00Z', want: undefined },
  { text: '20261125T140300Z', want: undefined },
  { text: 'Wed, 25 Nov 2026 14:03:00 GMT', want: undefined },
  { text: ' 2026-11-25T14:03:00Z', want: undefined },
  { text: '2026-11-25T14:03:00Z\n', want: undefined },
  { text: '2026-11-25T14:03:00Z2026-11-25T14:03:00Z', want: undefined },
  { text: '1796169600000', want: undefined },
  { text: '', want: undefined },
])('readInstant($text) is $want', ({ text, want }) => {
  const instant = readInstant(text);
  expect(instant === undefined ? undefined : writeInstant(instant)).toBe(want);
});

test.each([
  { instant: 0, want: '1970-01-01T00:00:00Z' },
  { instant: 999, want: '1970-01-01T00:00:00Z' },
  { instant: -1, want: '1969-12-31T23:59:59Z' },
  { instant: 1_796_169_599_999, want: '2026-12-01T23:59:59Z' },
  { instant: 4_107_542_400_000, want: '2100-03-01T00:00:00Z' },
])('writeInstant($instant) is $want', ({ instant, want }) => {
  expect(writeInstant(instant)).toBe(want);
  expect(readInstant(want)).toBe(Math.floor(instant / 1000) * 1000);
});
