import { describe, expect, test } from 'vitest';
import { isMisleading, readCache, readProtocols, readTimeout } from './values.js';

describe('readTimeout', () => {
  test.each([
    ['60', 60],
    [' 60', 60],
    ['+60', 60],
    ['060', 60], // decimal all the same
    ['60s', 60],
    ['60 70', 60],
    ['5m', 5], // not 300
    ['1e3', 1],
    ['6"0"', 6],
    ['', 0],
    ['off', 0],
    ['0x3c', 0],
    ['-0', 0],
    ['$UNDEFINED', 0],
    ['2147483647', 2_147_483_647],
    ['4294967296', 0], // 2^32
    ['4294967356', 60], // 2^32 + 60
    ['-4294967236', 60], // -2^32 + 60
    ['-99999999999999999999', 0], // strtol() stops at -2^63, whose low half is 0
  ])('%j is %d', (text, seconds) => expect(readTimeout(text)).toEqual({ kind: 'seconds', seconds }));

  test.each(['-1', '-5', '2147483648', '99999999999999999999'])('%j is refused', (text) =>
    expect(readTimeout(text)).toEqual({ kind: 'refused' }),
  );

  test('takes no longer for a million digits', () =>
    expect(readTimeout('9'.repeat(1_000_000))).toEqual({ kind: 'refused' }));
});

test.each([
  ['60', false],
  [' +60 ', false],
  ['5m', true],
  ['off', true],
  ['-0', true],
])('isMisleading(%j) is %s', (text, wanted) => expect(isMisleading(text)).toBe(wanted));

test.each([
  ['NONE', { kind: 'none' }],
  ['nonenotnull', { kind: 'nonenotnull' }],
  ['shmcb', { kind: 'provider', provider: 'shmcb' }],
  ['shmcb:/x(512000)', { kind: 'provider', provider: 'shmcb' }],
  ['SHMCB:/x(5)', { kind: 'provider', provider: 'SHMCB' }], // unknown, so its arguments are not looked at
  ['memcache:host:11211', { kind: 'provider', provider: 'memcache' }],
  ['shmcb:/x(5)', { kind: 'refused', why: 'Invalid argument: size has to be >= 8192 bytes' }],
  ['shmcb:/x)', { kind: 'refused', why: 'Invalid argument: no opening parenthesis' }],
])('readCache(%j)', (text, wanted) => expect(readCache(text)).toEqual(wanted));

test.each([
  [
    ['all', '-TLSv1.3'],
    ['older', 'TLSv1.2'],
  ],
  [['TLSv1.2'], ['TLSv1.2']],
  [['-all', '+tlsv1.3'], ['TLSv1.3']],
  [['TLSv1.2', 'TLSv1.3'], ['TLSv1.3']], // a bare name replaces what was before
])('readProtocols(%j)', (words, wanted) => expect(readProtocols(words)).toEqual(new Set(wanted)));

test('readProtocols names what httpd does not know', () =>
  expect(readProtocols(['+TLSv1.4'])).toEqual({ illegal: 'TLSv1.4' }));
