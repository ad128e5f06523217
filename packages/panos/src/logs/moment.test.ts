import { expect, test } from 'vitest';
import { readMoment, readOffset, readRowTime, spellTime } from './moment.js';

const utc = (text: string): number => Date.parse(text) / 1000;

test.each([
  { text: '2026/03/10 02:00:00', want: utc('2026-03-10T02:00:00Z') },
  { text: '2026/3/9 1:05:09', want: utc('2026-03-09T01:05:09Z') }, // as spreadsheets save it
  { text: '2026/3/9 1:5:9', want: utc('2026-03-09T01:05:09Z') },
  { text: '2026-03-10T02:00:00', want: utc('2026-03-10T02:00:00Z') },
  { text: '2024/02/29 23:59:59', want: utc('2024-02-29T23:59:59Z') },
  { text: '2025/02/29 00:00:00', want: Number.NaN },
  { text: '1900/02/29 00:00:00', want: Number.NaN }, // no leap year
  { text: '2000/02/29 00:00:00', want: utc('2000-02-29T00:00:00Z') },
  { text: '2026/04/31 00:00:00', want: Number.NaN },
  { text: '2026/03/10 24:00:00', want: Number.NaN },
  { text: '2026/03/10 02:60:00', want: Number.NaN },
  { text: '2016/12/31 23:59:60', want: utc('2017-01-01T00:00:00Z') }, // a leap second
  { text: '2026/03/10 02:00', want: Number.NaN },
  { text: '2026/03/10', want: Number.NaN },
  { text: '2026/03/10 02:00:001', want: Number.NaN },
  { text: '2026/03/10 02:00:00 ', want: Number.NaN },
  { text: '10.03.2026 02:00:00', want: Number.NaN },
  { text: '26/03/10 02:00:00', want: Number.NaN },
  { text: '2026/0310 02:00:00', want: Number.NaN },
  { text: '', want: Number.NaN },
  { text: 'n/a', want: Number.NaN },
])('a row\'s time "$text" is $want', ({ text, want }) => {
  const bytes = new TextEncoder().encode(`9${text}9`);
  expect(readRowTime(bytes, 1, bytes.length - 1)).toBe(want);
});

test('days of 400 years are those of the calendar, both ways', () => {
  const encoder = new TextEncoder();
  const wrong: string[] = [];
  for (let day = utc('1900-01-01T00:00:00Z'); day < utc('2300-01-01T00:00:00Z'); day += 86_400) {
    const spelled = spellTime(day);
    const bytes = encoder.encode(spelled);
    const want = new Date(day * 1000).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
    if (spelled !== want || readRowTime(bytes, 0, bytes.length) !== day) wrong.push(spelled);
  }
  expect(wrong).toEqual([]);
});

test.each([
  { text: '2026/03/10 02:00:00', want: { seconds: utc('2026-03-10T02:00:00Z') } },
  { text: '2026-03-10T02:00:00+01:00', want: { seconds: utc('2026-03-10T02:00:00Z'), offset: 3600 } },
  { text: '2026-03-10 02:00Z', want: { seconds: utc('2026-03-10T02:00:00Z'), offset: 0 } },
  { text: '2026-03-10T02:00:00.500-0530', want: { seconds: utc('2026-03-10T02:00:00Z'), offset: -19_800 } },
  { text: '2026-03-10', want: { seconds: utc('2026-03-10T00:00:00Z') } },
  { text: ' 2026/3/9 1:05 ', want: { seconds: utc('2026-03-09T01:05:00Z') } },
  { text: '2026-03-10 02', want: undefined }, // 2 o'clock, or an offset without sign?
  { text: '2026-02-30', want: undefined },
  { text: '2026-03-10T02:00:00+15:00', want: undefined },
  { text: 'now', want: undefined },
  { text: '', want: undefined },
])('"$text" is $want', ({ text, want }) => expect(readMoment(text)).toEqual(want));

test.each([
  { text: '+01:00', want: 3600 },
  { text: '-0530', want: -19_800 },
  { text: '+2', want: 7200 },
  { text: '-00:00', want: 0 },
  { text: 'Z', want: 0 },
  { text: 'utc', want: 0 },
  { text: '+14:00', want: 50_400 },
  { text: '+14:01', want: undefined },
  { text: '+01:60', want: undefined },
  { text: '01:00', want: undefined },
  { text: 'CET', want: undefined },
])('an offset of $text is $want seconds', ({ text, want }) => expect(readOffset(text)).toBe(want));
