import { expect, test } from 'vitest';
import { readTime } from './time.js';

test.each([
  { text: '300', want: 300 },
  { text: '300s', want: 300 },
  { text: '5m', want: 300 },
  { text: '00060', want: 60 },
  { text: '0', want: 0 },
  { text: '1h30m', want: 5400 },
  { text: '1h 30m', want: 5400 },
  { text: '5m30', want: 330 },
  { text: '5m 30', want: 330 },
  { text: '1h30', want: 3630 },
  { text: '1s5', want: 6 },
  { text: '1s 5', want: 6 },
  { text: '60 5', want: 65 }, // the blank counts as a unit
  { text: '60 ', want: 60 },
  { text: ' 60', want: 60 },
  { text: '1m s', want: 60 }, // a unit needs no number
  { text: 'h5m', want: 300 },
  { text: '1m 30 5', want: 95 },
  { text: '1h 60 ', want: 3660 },
  { text: '1y1M1w1d1h1m1s', want: 34_822_861 },
  { text: '9223372036854775807', want: 2 ** 63 },
])('readTime($text) is $want', ({ text, want }) => expect(readTime(text)).toBe(want));

test.each(
  [
    ...[
      '',
      'm',
      '5ms',
      '500ms',
      '1s500ms',
      '1m1h',
      '1h1h',
      '5m5m',
      '60S',
      '5H',
      '5min',
      '-1',
      '+5',
      '1.5h',
      '0x3c',
      '60,',
      '1:00',
    ],
    ...[
      '$var',
      'off',
      'none',
      '60 s',
      '5 m',
      ' 1h',
      ' 60 ',
      '60 5 5',
      '5m#c',
      '60\\ ',
      '60\t',
      '9223372036854775808',
      '60\u{a0}',
    ],
    '99999999999999999999999999y',
  ].map((text) => ({ text })),
)('readTime($text) is refused', ({ text }) => expect(readTime(text)).toBeUndefined());
