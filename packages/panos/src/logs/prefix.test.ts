import { expect, test } from 'vitest';
import { startOfRow } from './prefix.js';

const row = '1,2026/03/10 01:31:07,0018,TRAFFIC,end,12,1,2026/03/10 01:31:05,x';

test.each([
  { title: 'no prefix', prefix: '' },
  { title: 'RFC 3164', prefix: '<14>Mar 10 01:31:55 fw-1 ' },
  { title: 'RFC 5424', prefix: '<14>1 2026-03-10T01:31:06+01:00 fw-1 - - - - ' },
  { title: 'structured data', prefix: '<14>1 2026-03-10T01:31:06Z fw-1 pan 1,2 - [x@1 a="1, b"] ' },
  { title: 'two servers', prefix: 'Feb 24 22:09:26 10.5.172.40 Feb 24 22:06:07 panorama ' },
  { title: 'a colon', prefix: 'Mar 10 01:31:55 fw-1 :' },
])('$title', ({ prefix }) => {
  const bytes = new TextEncoder().encode(`\n${prefix}${row}`);
  expect(startOfRow(bytes, 1, bytes.length)).toBe(1 + prefix.length);
});

test.each([
  {
    title: 'packets before a start time are no start',
    line: '0,2026/03/10 01:31:07,0018,TRAFFIC,end,1,2026/03/10 01:31:05',
  },
  { title: 'a longer number', line: 'host 21,2026/03/10' },
  { title: 'other text', line: 'last message repeated 3 times' },
  { title: 'an end too early', line: 'x 1,2026' },
  { title: 'a further line in quotes', line: `",a\n${row}` },
  { title: 'an empty line', line: '' },
])('$title', ({ line }) => {
  const bytes = new TextEncoder().encode(`${line}`);
  expect(startOfRow(bytes, 0, bytes.length)).toBe(0);
});
