import { afterEach, describe, expect, test } from 'vitest';
import { UsageError } from '../exit.js';
import { leaseEnd, now, readTime, shownTime } from './clock.js';

const zoneBefore = process.env['TZ'];
afterEach(() => {
  if (zoneBefore === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zoneBefore;
});

/** Node reads the zone anew whenever it is set. */
function inZone<T>(zone: string, act: () => T): T {
  process.env['TZ'] = zone;
  return act();
}

function iso(instant: number | undefined): string | undefined {
  return instant === undefined ? undefined : new Date(instant).toISOString().replace('.000Z', 'Z');
}

describe('a time as people type it', () => {
  test.each([
    // A day is its beginning where the person is.
    { zone: 'UTC', text: '2026-12-02', want: '2026-12-02T00:00:00Z' },
    { zone: 'Europe/Berlin', text: '2026-12-02', want: '2026-12-01T23:00:00Z' },
    { zone: 'Europe/Berlin', text: '2026-07-02', want: '2026-07-01T22:00:00Z' },
    { zone: 'America/Los_Angeles', text: '2026-12-02', want: '2026-12-02T08:00:00Z' },
    { zone: 'Asia/Kolkata', text: '2026-12-02T18:00', want: '2026-12-02T12:30:00Z' },
    { zone: 'Europe/Berlin', text: '2026-12-02T18:00', want: '2026-12-02T17:00:00Z' },
    { zone: 'Europe/Berlin', text: '2026-12-02 18:00', want: '2026-12-02T17:00:00Z' },
    { zone: 'Europe/Berlin', text: '2026-12-02 18:00:30', want: '2026-12-02T17:00:30Z' },
    // With a zone of its own, wherever it is typed.
    { zone: 'Europe/Berlin', text: '2026-12-02T17:00:00Z', want: '2026-12-02T17:00:00Z' },
    { zone: 'Europe/Berlin', text: '2026-12-02 17:00Z', want: '2026-12-02T17:00:00Z' },
    { zone: 'Asia/Tokyo', text: '2026-12-02T17:00:00+01:00', want: '2026-12-02T16:00:00Z' },
    { zone: 'Asia/Tokyo', text: '2026-12-02 17:00-08:00', want: '2026-12-03T01:00:00Z' },
    // The clock goes forward at 2:00: 2:30 is what a clock that was not told shows, an hour before 3:30.
    { zone: 'Europe/Berlin', text: '2026-03-29T01:59', want: '2026-03-29T00:59:00Z' },
    { zone: 'Europe/Berlin', text: '2026-03-29T02:30', want: '2026-03-29T01:30:00Z' },
    { zone: 'Europe/Berlin', text: '2026-03-29T03:00', want: '2026-03-29T01:00:00Z' },
    // It goes back at 3:00: 2:30 happens twice, and the first is meant.
    { zone: 'Europe/Berlin', text: '2026-10-25T02:30', want: '2026-10-25T00:30:00Z' },
    { zone: 'Europe/Berlin', text: '2026-10-25T03:00', want: '2026-10-25T02:00:00Z' },
    // Here the day begins at 1:00, because midnight is left out.
    { zone: 'America/Santiago', text: '2026-09-06', want: '2026-09-06T04:00:00Z' },
    { zone: 'UTC', text: '2028-02-29', want: '2028-02-29T00:00:00Z' },
    { zone: 'UTC', text: '2000-02-29', want: '2000-02-29T00:00:00Z' },
    { zone: 'UTC', text: '2026-12-31T23:59:59', want: '2026-12-31T23:59:59Z' },
    // The first century is not the twentieth.
    { zone: 'UTC', text: '0050-01-01', want: '0050-01-01T00:00:00Z' },
  ])('$text in $zone is $want', ({ zone, text, want }) => {
    expect(inZone(zone, () => iso(readTime(text)))).toBe(want);
  });

  test.each([
    '2026-02-29',
    '2100-02-29',
    '2026-02-30T12:00',
    '2026-04-31',
    '2026-00-10',
    '2026-13-01',
    '2026-12-00',
    '2026-12-32',
    '2026-12-02T24:00',
    '2026-12-02T12:60',
    '2026-12-02T12:00:60',
    '2026-02-30T12:00:00Z',
    '2026-12-02T25:00Z',
    '2026-12-02T12',
    '2026-12-2',
    '26-12-02',
    '12/02/2026',
    '02.12.2026',
    '2026-12-02T12:00 Z',
    '2026-12-02  12:00',
    ' 2026-12-02',
    '2026-12-02\n',
    '12:00',
    'tomorrow',
    '1796169600',
    '',
  ])('%j is no time', (text) => expect(inZone('Europe/Berlin', () => readTime(text))).toBeUndefined());
});

describe('what time it is', () => {
  test('is what the clock says, or what SHORTFUSE_NOW says', () => {
    const before = Date.now();
    for (const env of [{}, { SHORTFUSE_NOW: '' }]) {
      expect(now(env)).toBeGreaterThanOrEqual(before);
      expect(now(env)).toBeLessThan(before + 60_000);
    }
    expect(iso(now({ SHORTFUSE_NOW: '2026-12-02T17:00:00Z' }))).toBe('2026-12-02T17:00:00Z');
    expect(inZone('Europe/Berlin', () => iso(now({ SHORTFUSE_NOW: '2026-12-02 18:00' })))).toBe('2026-12-02T17:00:00Z');
  });

  test('a SHORTFUSE_NOW that is no time is wrong usage', () => {
    expect(() => now({ SHORTFUSE_NOW: 'noon' })).toThrow(UsageError);
    expect(() => now({ SHORTFUSE_NOW: 'noon' })).toThrow(/^error: SHORTFUSE_NOW=noon: no time\n {2}help: write a time/);
  });
});

describe('the end of a lease', () => {
  const from = Date.UTC(2026, 10, 25, 12);

  test.each([
    { options: {}, want: '2026-12-02T12:00:00Z' },
    { options: { for: '12h' }, want: '2026-11-26T00:00:00Z' },
    { options: { for: '1d12h' }, want: '2026-11-27T00:00:00Z' },
    { options: { for: '90' }, want: '2026-11-25T12:01:30Z' },
    { options: { until: '9999-12-31T23:59:59Z' }, want: '9999-12-31T23:59:59Z' },
    { options: { until: '2026-11-27' }, want: '2026-11-26T23:00:00Z' },
    { options: { until: '2026-11-25T12:00:01Z' }, want: '2026-11-25T12:00:01Z' },
  ])('$options', ({ options, want }) => {
    expect(inZone('Europe/Berlin', () => iso(leaseEnd(from, options)))).toBe(want);
  });

  test.each([
    { options: { for: '0' }, message: /^error: --for 0: no duration\n {2}help: write 12h/ },
    { options: { for: 'soon' }, message: /^error: --for soon: no duration/ },
    { options: { for: '9007199254740991' }, message: /ends after the year 9999\n {2}help: / },
    { options: { for: '3000000d' }, message: /ends after the year 9999/ },
    { options: { until: '9999-12-31T23:59:59-01:00' }, message: /ends after the year 9999|no time/ },
    { options: { until: '2026-02-30' }, message: /^error: --until 2026-02-30: no time\n {2}help: write a time/ },
    { options: { until: '2026-11-25T12:00:00Z' }, message: /is in the past/ },
    { options: { until: '2026-11-24' }, message: /is in the past/ },
    { options: { for: '7d', until: '2026-12-02' }, message: /^error: --for and --until both say/ },
  ])('$options is wrong usage', ({ options, message }) => {
    expect(() => leaseEnd(from, options)).toThrow(UsageError);
    expect(() => leaseEnd(from, options)).toThrow(message);
  });
});

test.each([
  { zone: 'UTC', at: '2026-12-02T17:00:09Z', want: /^2026-12-02 17:00:09 UTC$/ },
  { zone: 'Europe/Berlin', at: '2026-12-02T23:30:00Z', want: /^2026-12-03 00:30:00 (CET|GMT\+1)$/ },
  { zone: 'Europe/Berlin', at: '2026-07-02T23:30:00Z', want: /^2026-07-03 01:30:00 (CEST|GMT\+2)$/ },
  { zone: 'America/New_York', at: '2026-12-02T03:04:05Z', want: /^2026-12-01 22:04:05 (EST|GMT-5)$/ },
  // The hour that happens twice is told apart.
  { zone: 'Europe/Berlin', at: '2026-10-25T00:30:00Z', want: /^2026-10-25 02:30:00 (CEST|GMT\+2)$/ },
  { zone: 'Europe/Berlin', at: '2026-10-25T01:30:00Z', want: /^2026-10-25 02:30:00 (CET|GMT\+1)$/ },
])('$at is shown in $zone as $want', ({ zone, at, want }) => {
  expect(inZone(zone, () => shownTime(Date.parse(at)))).toMatch(want);
});
