import type { Listener } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { hostsOf, reachOf, spellEndpoint } from './hosts.js';

test.each([
  { address: '203.0.113.10:443', want: '203.0.113.10:443' },
  { address: '[2001:DB8::5]:443', want: '[2001:db8::5]:443' },
  { address: '10.0.0.1%2:443', want: '10.0.0.1:443' }, // F5: the route domain is its own affair
  { address: '[2001:db8::9%12]:443', want: '[2001:db8::9]:443' },
  { address: '10.0.0.1:0', want: 'unknown' }, // F5: every port
  { address: '10.0.0.1', want: 'unknown' },
  { address: '2001:db8::5', want: 'unknown' },
  { address: '10.0.0.1:65536', want: 'unknown' },
  { address: '0.0.0.0:443', want: 'unknown' },
  { address: '[::]:443', want: 'unknown' },
  { address: '*:443', want: 'unknown' },
  { address: 'shop.example:443', want: 'unknown' },
  { address: 'any6:0', want: 'unknown' },
  { address: '', want: 'unknown' },
  { address: '127.0.0.2:443', want: 'local' },
  { address: '[::1]:443', want: 'local' },
  { address: 'unix:/run/x.sock', want: 'local' },
])('$address is $want', ({ address, want }) => {
  const reach = reachOf(address);
  expect(reach.kind === 'address' ? spellEndpoint(reach.endpoint) : reach.kind).toBe(want);
});

describe('hostsOf', () => {
  const file = { path: 'nginx.conf', text: '', encoding: 'utf-8' } as const;
  const unset = { enabled: false, lifetimes: [] };
  const listener = (address: string | null, name = 'shop.example'): Listener => ({
    server: 'nginx',
    address,
    name,
    definedAt: { file, span: { start: 0, end: 0 } },
    mechanisms: { sessionId: unset, ticketTls12: unset, ticketTls13: unset },
    governing: { seconds: 300, origin: { kind: 'default' } },
    oldSessionsAfterReload: 'kept',
    oldSessionsAfterRestart: 'kept',
    ignored: [],
    notes: [],
  });
  test.each([
    { address: '10.0.0.1:443', said: {}, want: ['10.0.0.1:443'] },
    { address: null, said: {}, want: [''] },
    {
      address: '*:8443',
      said: { 'shop.example': ['203.0.113.1', '2001:db8::1'] },
      want: ['203.0.113.1:8443', '[2001:db8::1]:8443'],
    },
    {
      address: '*:8443',
      said: { 'shop.example': ['203.0.113.1:443', '[2001:db8::1]:443'] },
      want: ['203.0.113.1:443', '[2001:db8::1]:443'],
    },
    { address: '*:8443', said: { '*': ['10.0.0.1'], '*:8443': ['10.0.0.2'] }, want: ['10.0.0.2:8443'] },
    { address: '*:443', said: { '*': ['10.0.0.1'], '*:8443': ['10.0.0.2'] }, want: ['10.0.0.1:443'] },
    { address: '0.0.0.0:8443', said: { '*': ['10.0.0.1'], '*:8443': ['10.0.0.2'] }, want: ['10.0.0.2:8443'] },
    { address: '0.0.0.0:443', said: { '*': ['10.0.0.1'], '0.0.0.0': ['10.0.0.2'] }, want: ['10.0.0.2:443'] },
    { address: '10.0.0.9:443', said: { '*': ['10.0.0.1'], '*:443': ['10.0.0.2'] }, want: ['10.0.0.9:443'] },
    { address: '[::]:443', said: { '[::]': ['2001:db8::1'] }, want: ['[2001:db8::1]:443'] },
    // what is said of a name counts also where the file has an address: NAT somewhere else
    { address: '10.0.0.1:443', said: { 'shop.example': ['203.0.113.1'] }, want: ['203.0.113.1:443'] },
    { address: null, said: { 'shop.example': ['203.0.113.1'] }, want: ['203.0.113.1'] },
    { address: '*:443', said: { 'shop.example': [] }, want: [] },
  ])('$address with $said is $want', ({ address, said, want }) =>
    expect(hostsOf([listener(address)], new Map(Object.entries(said)))[0]?.addresses).toEqual(want),
  );
});
