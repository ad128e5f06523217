import { mechanismSeconds } from '@shortfuse/core';
import { expect, test } from 'vitest';
import { mechanismsOf, type TlsState } from './mechanisms.js';

const none = { kind: 'none', builtin: false, zone: undefined } as const;
const cacheOff = { kind: 'off', builtin: false, zone: undefined } as const;
const builtin = { kind: 'kept', builtin: true, zone: undefined } as const;
const shared = { kind: 'kept', builtin: false, zone: { name: 'S', bytes: 1 } } as const;
const plain: TlsState = {
  tickets: true,
  cache: none,
  tls12: true,
  tls13: true,
  sendsNoTls13Tickets: false,
  rejectsHandshake: false,
  hasCertificate: true,
  hasContext: true,
};

/** Session ID, TLS 1.2 ticket, TLS 1.3 ticket: seconds, 0 for off. */
function lifetimes(
  deciding: Partial<TlsState>,
  named: Partial<TlsState> | undefined,
  seconds: number,
  version: string,
): (number | undefined)[] {
  const d = { ...plain, ...deciding };
  const timeout = { seconds, origin: { kind: 'default' } } as const;
  const mechanisms = mechanismsOf(d, named ? { ...plain, ...named } : d, timeout, version);
  return [mechanisms.sessionId, mechanisms.ticketTls12, mechanisms.ticketTls13].map(mechanismSeconds);
}

test.each([
  { cache: none, tickets: true, want: [0, 300, 300] },
  { cache: cacheOff, tickets: true, want: [0, 300, 300] },
  { cache: builtin, tickets: true, want: [300, 300, 300] },
  { cache: shared, tickets: true, want: [300, 300, 300] },
  { cache: none, tickets: false, want: [0, 0, 0] },
  { cache: cacheOff, tickets: false, want: [0, 0, 0] },
  { cache: builtin, tickets: false, want: [300, 0, 300] },
  { cache: shared, tickets: false, want: [300, 0, 300] },
])('cache $cache.kind (builtin $cache.builtin), tickets $tickets: $want', ({ cache, tickets, want }) => {
  expect(lifetimes({ cache, tickets }, undefined, 300, '1.22.1')).toEqual(want);
  expect(lifetimes({ cache, tickets }, undefined, 300, '1.30.4')).toEqual(want);
});

test.each([
  {
    what: 'default off, named on',
    deciding: { tickets: false, cache: shared },
    named: {},
    version: '1.22.1',
    want: [300, 0, 0],
  },
  {
    what: 'the same from 1.29.2',
    deciding: { tickets: false, cache: shared },
    named: {},
    version: '1.29.2',
    want: [300, 300, 300],
  },
  {
    what: 'default on, named off',
    deciding: { cache: shared },
    named: { tickets: false },
    version: '1.22.1',
    want: [300, 0, 0],
  },
  {
    what: 'the same from 1.29.2',
    deciding: { cache: shared },
    named: { tickets: false },
    version: '1.29.2',
    want: [300, 0, 300],
  },
  {
    what: 'cache off in the named server',
    deciding: { cache: shared },
    named: { cache: cacheOff },
    version: '1.22.1',
    want: [0, 300, 300],
  },
  {
    what: 'a named server without certificate',
    deciding: {},
    named: { hasContext: false, tickets: false },
    version: '1.22.1',
    want: [0, 300, 300],
  },
  {
    what: 'a named server that rejects',
    deciding: {},
    named: { rejectsHandshake: true },
    version: '1.22.1',
    want: [0, 0, 0],
  },
  {
    what: 'a default server that rejects',
    deciding: { rejectsHandshake: true },
    named: {},
    version: '1.22.1',
    want: [0, 300, 300],
  },
  {
    what: 'a default server that rejects, and a name that uses its certificate',
    deciding: { rejectsHandshake: true },
    named: { hasContext: false, hasCertificate: false },
    version: '1.22.1',
    want: [0, 300, 300],
  },
  {
    what: 'a default server that rejects, and no certificate at all',
    deciding: { rejectsHandshake: true, hasCertificate: false },
    named: { hasContext: false, hasCertificate: false },
    version: '1.22.1',
    want: [0, 0, 0],
  },
  { what: 'TLS 1.2 only', deciding: { tls13: false }, named: {}, version: '1.22.1', want: [0, 300, 0] },
  { what: 'NumTickets 0', deciding: { sendsNoTls13Tickets: true }, named: {}, version: '1.22.1', want: [0, 300, 0] },
])('$what: $want', ({ deciding, named, version, want }) =>
  expect(lifetimes(deciding, named, 300, version)).toEqual(want),
);

test.each([
  { cache: none, tickets: true, version: '1.22.1', want: [0, 7200, 7200] },
  { cache: none, tickets: true, version: '1.23.2', want: [0, 7200, 0] }, // announced, and refused
  { cache: shared, tickets: true, version: '1.22.1', want: [0, 7200, 7200] }, // a zone takes 0 at its word
  { cache: builtin, tickets: true, version: '1.22.1', want: [7200, 7200, 7200] },
  { cache: shared, tickets: false, version: '1.22.1', want: [0, 0, 0] },
  { cache: builtin, tickets: false, version: '1.22.1', want: [7200, 0, 7200] },
])('timeout 0, cache $cache.kind, tickets $tickets, nginx $version: $want', ({ cache, tickets, version, want }) =>
  expect(lifetimes({ cache, tickets }, undefined, 0, version)).toEqual(want),
);

test('a TLS 1.3 ticket announces a week at most, a TLS 1.2 ticket what is set', () =>
  expect(lifetimes({}, undefined, 691_200, '1.22.1')).toEqual([0, 691_200, 604_800]));
