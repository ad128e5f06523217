import { expect, test } from 'vitest';
import { readInstant, writeInstant } from './instant.js';
import { isSameListener, type Lease, type LeaseEvent, type LeaseListener } from './lease.js';
import type { Listener } from './listener.js';
import { type Awaited, listenerKey, switchOnFinder } from './switch-on.js';

const minute = 60_000;
const noon = readInstant('2026-03-02T12:00:00Z') ?? 0;

function leased(name: string, more: Partial<LeaseListener> = {}): LeaseListener {
  return {
    server: 'nginx',
    address: '10.0.0.1:443',
    name,
    lifetimeSeconds: 3600,
    mechanisms: { sessionId: 3600, ticketTls12: 0, ticketTls13: 0 },
    oldSessionsAfterReload: 'kept',
    oldSessionsAfterRestart: 'dropped',
    isRenewed: false,
    renewsAtTarget: false,
    ...more,
  };
}

function lease(id: string, listeners: readonly LeaseListener[], more: Partial<Lease> = {}): Lease {
  return {
    schemaVersion: 1,
    id,
    createdAt: writeInstant(noon),
    until: writeInstant(noon + 7 * 1440 * minute),
    targetSeconds: 60,
    reading: { paths: ['.'], servers: [], roots: {}, defines: {} },
    files: [],
    listeners,
    companions: [],
    events: [],
    ...more,
  };
}

function listener(name: string, server = 'nginx'): Listener {
  const span = { start: 0, end: 0 };
  const at = { file: { path: 'x', text: '', encoding: 'utf-8' as const }, span };
  const off = { enabled: false, lifetimes: [] };
  return {
    server,
    address: '10.0.0.1:443',
    name,
    definedAt: at,
    mechanisms: { sessionId: off, ticketTls12: off, ticketTls13: off },
    governing: { seconds: 60, origin: { kind: 'explicit', at } },
    oldSessionsAfterReload: 'kept',
    oldSessionsAfterRestart: 'kept',
    ignored: [],
    notes: [],
  };
}

const short = (name: string, server?: string): Awaited => ({ lifetimeSeconds: 60, listener: listener(name, server) });
const deployed: LeaseEvent = { event: 'deployed', at: writeInstant(noon) };
const kept = lease('kept', [leased('a')], { events: [deployed] });
const dropped = lease('dropped', [leased('b', { oldSessionsAfterReload: 'dropped' })], { events: [deployed] });
const quiet = lease('quiet', [leased('c')]);
const endless = lease('endless', [leased('d', { isRenewed: true })], { events: [deployed] });
const companion = { file: 'apply.ps1', server: 'iis', purpose: 'set it', use: 'apply' as const, isRequired: true };
const outside = lease('outside', [leased('e', { server: 'iis', oldSessionsAfterReload: 'dropped' })], {
  events: [deployed],
  companions: [companion],
});
const all = [kept, dropped, quiet, endless, outside];

test.each([
  { what: 'nobody', awaited: [], want: { kind: 'no-listener' } },
  { what: 'one that was always short', awaited: [short('x')], want: { kind: 'any-time' } },
  { what: 'one of a list without files', awaited: [{ lifetimeSeconds: 60 }], want: { kind: 'any-time' } },
  { what: 'one above the target', awaited: [{ lifetimeSeconds: 61 }], want: { kind: 'held-back' } },
  { what: 'one that nobody knows of', awaited: [{ lifetimeSeconds: null }], want: { kind: 'held-back' } },
  { what: 'one that drops sessions', awaited: [short('b')], want: { kind: 'from', at: noon + minute } },
  { what: 'one that keeps them', awaited: [short('a')], want: { kind: 'from', at: noon + 60 * minute } },
  { what: 'both: the later', awaited: [short('a'), short('b'), short('x')], want: { at: noon + 60 * minute } },
  { what: 'both the other way round', awaited: [short('x'), short('b'), short('a')], want: { at: noon + 60 * minute } },
  { what: 'one that is not deployed', awaited: [short('a'), short('c')], want: { kind: 'not-deployed', lease: quiet } },
  { what: 'one that renews without end', awaited: [short('d'), short('a')], want: { kind: 'no-time', lease: endless } },
  // The name is that of a listener of another server.
  { what: 'a namesake', awaited: [short('a', 'apache')], want: { kind: 'any-time' } },
  {
    // What the lease wrote is not there any more.
    what: 'a leased one that is long again',
    awaited: [{ ...short('a'), lifetimeSeconds: 3600 }, short('c')],
    want: { kind: 'held-back' },
  },
  {
    // No file shows what a script did at the server.
    what: 'one that a companion shortens',
    awaited: [{ ...short('e', 'iis'), lifetimeSeconds: 36_000 }],
    want: { kind: 'from', at: noon + minute, lease: outside },
  },
])('from when: $what', ({ awaited, want }) =>
  expect(switchOnFinder(all, 60, noon)<Awaited>(awaited)).toMatchObject(want),
);

test('held back by those that are above the target, and no other', () => {
  const long = { ...short('a'), lifetimeSeconds: 300 };
  expect(switchOnFinder(all, 60, noon)([short('b'), long])).toEqual({ kind: 'held-back', by: [long] });
  expect(switchOnFinder(all, 300, noon)([short('b'), long])).toMatchObject({ kind: 'from', lease: kept });
});

test('in two leases the later one decides', () => {
  const again = lease('again', [leased('b')], { events: [{ event: 'deployed', at: writeInstant(noon + 5 * minute) }] });
  for (const leases of [
    [dropped, again],
    [again, dropped],
  ])
    expect(switchOnFinder(leases, 60, noon)([short('b')])).toMatchObject({ at: noon + 65 * minute, lease: again });
});

const names = ['a', 'b', 'src/x.ts:10 https.createServer', 'src/x.ts:12 https.createServer', ''];
test.each(names.flatMap((a) => names.map((b) => ({ a, b }))))('the key of "$a" and "$b" agrees', ({ a, b }) => {
  for (const address of ['10.0.0.1:443', null])
    expect(listenerKey({ ...listener(a), address }) === listenerKey(leased(b))).toBe(
      isSameListener({ ...listener(a), address }, leased(b)),
    );
});
