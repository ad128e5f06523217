import { expect, test } from 'vitest';
import { readInstant, writeInstant } from './instant.js';

test.each([
  { text: '2026-11-25T14:03:00Z', want: '2026-11-25T14:03:00Z' },
  { text: '2026-11-25T14:03Z', want: '2026-11-25T14:03:00Z' },
  { text: '2026-11-25T14:03:00.250+01:00', want: '2026-11-25T13:03:00Z' },
  { text: '2028-02-29T00:00:00Z', want: '2028-02-29T00:00:00Z' },
  // Days that do not exist.
  { text: '2026-02-29T00:00:00Z', want: undefined },
  { text: '2100-02-29T00:00:00Z', want: undefined },
  { text: '2026-04-31T00:00:00Z', want: undefined },
  { text: '2026-13-01T00:00:00Z', want: undefined },
  { text: '2026-11-00T00:00:00Z', want: undefined },
  { text: '2026-11-25T25:00:00Z', want: undefined },
  // Whose midnight?
  { text: '2026-11-25', want: undefined },
  { text: '2026-11-25T14:03:00', want: undefined },
  { text: '', want: undefined },
])('readInstant($text) is $want', ({ text, want }) => {
  const instant = readInstant(text);
  expect(instant === undefined ? undefined : writeInstant(instant)).toBe(want);
});
