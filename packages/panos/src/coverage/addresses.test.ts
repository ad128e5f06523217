import { describe, expect, test } from 'vitest';
import { isWithin, rangeSet, readAddress, readRange, spellRange } from './addresses.js';
import { readPorts } from './ports.js';

describe('readRange and spellRange', () => {
  test.each([
    { text: '203.0.113.10', want: '203.0.113.10/32', size: 1n },
    { text: '198.51.100.0/28', want: '198.51.100.0/28', size: 16n },
    { text: '198.51.100.7/28', want: '198.51.100.7/28', size: 16n }, // the bits stay as written, the network is what counts
    { text: '0.0.0.0/0', want: '0.0.0.0/0', size: 1n << 32n },
    { text: '203.0.113.32-203.0.113.39', want: '203.0.113.32-203.0.113.39', size: 8n },
    { text: '2001:DB8:10:0:0:0:0:5', want: '2001:db8:10::5/128', size: 1n },
    { text: '2001:db8:20::/064', want: '2001:db8:20::/64', size: 1n << 64n },
    { text: '2001:db8:0:0:1:0:0:1', want: '2001:db8::1:0:0:1/128', size: 1n }, // RFC 5952 4.2.3: the first of equal runs
    { text: '2001:0:1:2:3:4:5:6', want: '2001:0:1:2:3:4:5:6/128', size: 1n }, // 4.2.2: one group stays
    { text: '::', want: '::/128', size: 1n },
    { text: '::ffff:192.0.2.1', want: '::ffff:c000:201/128', size: 1n },
    { text: '2001:db8::1 - 2001:db8::F', want: '2001:db8::1-2001:db8::f', size: 15n },
  ])('$text is $want', ({ text, want, size }) => {
    const range = readRange(text);
    if (!range) throw new Error(`${text} was not read`);
    expect(spellRange(text, range)).toBe(want);
    expect(range.last - range.first + 1n).toBe(size);
  });

  test.each([
    '',
    'web',
    '203.0.113',
    '203.0.113.256',
    '010.0.0.1', // ten or eight?
    '10.0.0.0/33',
    '10.0.0.0/255.255.255.0', // PAN-OS takes prefix lengths only
    '10.0.0.0/8/9',
    '10.0.0.9-10.0.0.1',
    '10.0.0.1-2001:db8::1',
    '10.0.0.1-10.0.0.2-10.0.0.3',
    '2001:db8::1::2',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2:3:4:5:6:7:8',
    'fe80::1%eth0',
    '::1.2.3.256',
    '12345::',
    ':'.repeat(100_000),
  ])('%s is none', (text) => expect(readRange(text)).toBeUndefined());
});

test.each([
  { text: '10.0.0.0', want: false },
  { text: '10.0.0.1', want: true },
  { text: '10.0.0.5', want: true },
  { text: '10.0.0.6', want: true }, // touching ranges are one
  { text: '10.0.0.9', want: true },
  { text: '10.0.0.10', want: false },
  { text: '10.0.1.0', want: true },
  { text: '2001:db8::1', want: true },
  { text: '::a00:1', want: false }, // the number of 10.0.0.1, the other family
])('$text within a set: $want', ({ text, want }) => {
  const texts = ['10.0.1.0', '10.0.0.6-10.0.0.9', '10.0.0.1-10.0.0.5', '10.0.0.2-10.0.0.3', '2001:db8::/64'];
  const set = rangeSet(texts.flatMap((one) => readRange(one) ?? []));
  const address = readAddress(text);
  expect(address && isWithin(set, address.family, address.value)).toBe(want);
});

test.each([
  { text: '443', want: ['443'] },
  { text: ' 443 , 9000 - 9010', want: ['443', '9000-9010'] },
  { text: '0-65535', want: ['0-65535'] },
  { text: '65536', want: undefined },
  { text: '10-9', want: undefined },
  { text: '443,', want: undefined },
  { text: '', want: undefined },
  { text: '{{ port }}', want: undefined },
])('ports $text', ({ text, want }) => expect(readPorts(text)?.map((range) => range.text)).toEqual(want));
