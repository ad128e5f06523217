import { describe, expect, test } from 'vitest';
import { at, eventOf, leasedListener, leaseOf } from '../test/lease-sample.js';
import { writeInstant } from './instant.js';
import type { LeaseListener } from './lease.js';
import { rolloutOf } from './rollout.js';

const kept = { oldSessionsAfterReload: 'kept' } as const;
const keyFile = {
  oldSessionsAfterReload: 'kept',
  oldSessionsAfterRestart: 'kept',
  end: 'replace the key',
} as const;
const unknown = { oldSessionsAfterReload: 'unknown', oldSessionsAfterRestart: 'unknown' } as const;

/** `13:00:00` of the day, `-` where no time can be named. */
const timeOf = (instant: number | undefined): string =>
  instant === undefined ? '-' : writeInstant(instant).replace(/^2026-03-02T|Z$/g, '');

function rollout(listeners: readonly LeaseListener[], events: readonly string[], now = '11:00') {
  return rolloutOf(
    leaseOf(
      listeners,
      events.map((text) => eventOf(text)),
    ),
    at(now),
  );
}

describe('phase', () => {
  const shop = leasedListener('shop', kept);
  test.each([
    { events: [], now: '10:00', want: 'patched' },
    { events: [], now: '19:59:59', want: 'patched' },
    // Whatever was marked: a lease that is past its end is overdue.
    { events: [], now: '20:00', want: 'overdue' },
    { events: ['deployed 12:00', 'inspecting 13:00'], now: '20:00', want: 'overdue' },
    { events: ['deployed 12:00'], now: '12:00', want: 'waiting' },
    { events: ['deployed 12:00'], now: '12:59:59', want: 'waiting' },
    { events: ['deployed 12:00'], now: '13:00', want: 'safe' },
    { events: ['restarted 12:00'], now: '12:00:59', want: 'waiting' },
    { events: ['restarted 12:00'], now: '12:01', want: 'safe' },
    { events: ['deployed 12:00', 'inspecting 13:00'], now: '13:00', want: 'inspecting' },
    { events: ['deployed 12:00', 'inspecting 13:00'], now: '13:09:59', want: 'inspecting' },
    { events: ['deployed 12:00', 'inspecting 13:00'], now: '13:10', want: 'holding' },
    { events: ['deployed 12:00', 'inspecting 13:00'], now: '14:00', want: 'due' },
    // A mark that is yet to come, as another machine's clock makes it.
    { events: ['deployed 12:00', 'inspecting 13:30'], now: '13:29:59', want: 'safe' },
    // Too early, but on all the same.
    { events: ['inspecting 13:00'], now: '13:00', want: 'inspecting' },
    // In the order in which somebody remembered.
    { events: ['inspecting 13:00', 'deployed 12:00'], now: '13:20', want: 'holding' },
  ])('$events at $now: $want', ({ events, now, want }) => expect(rollout([shop], events, now).phase).toBe(want));

  test.each([
    { name: 'nobody knows how long', listener: leasedListener('x', { ...kept, lifetimeSeconds: null }) },
    { name: 'renewed without end', listener: leasedListener('x', { ...kept, isRenewed: true }) },
  ])('deployed where no time can be named: $name', ({ listener }) =>
    expect(rollout([listener], ['deployed 12:00'], '19:00').phase).toBe('deployed'),
  );
});

describe('from when inspection may be switched on', () => {
  test.each<{
    name: string;
    listener: Partial<LeaseListener>;
    events: string[];
    want: string;
    why: RegExp;
    help?: string;
  }>([
    {
      name: 'dropped by a reload',
      listener: {},
      events: ['deployed 12:00'],
      want: '12:01:00',
      why: /^the reload dropped/,
    },
    {
      name: 'a restart is a reload, too',
      listener: {},
      events: ['restarted 12:00'],
      want: '12:01:00',
      why: /^the (reload|restart) dropped/,
    },
    {
      name: 'the first reload ends them',
      listener: {},
      events: ['deployed 13:00', 'deployed 12:00'],
      want: '12:01:00',
      why: /^the reload/,
    },
    {
      name: 'kept by a reload',
      listener: kept,
      events: ['deployed 12:00'],
      want: '13:00:00',
      why: /stay valid after a reload, .*: 3600 s$/,
    },
    {
      name: 'kept, and shorter than the target',
      listener: { ...kept, lifetimeSeconds: 30 },
      events: ['deployed 12:00'],
      want: '12:01:00',
      why: /stay valid/,
    },
    {
      name: 'kept, then restarted',
      listener: kept,
      events: ['deployed 12:00', 'restarted 12:20'],
      want: '12:21:00',
      why: /^the restart dropped/,
    },
    // Until then a part of the servers may not have been restarted.
    {
      name: 'restarted twice',
      listener: kept,
      events: ['restarted 12:20', 'restarted 12:00'],
      want: '12:21:00',
      why: /^the restart/,
    },
    {
      name: 'restarted again with inspection on',
      listener: kept,
      events: ['restarted 12:00', 'inspecting 12:10', 'restarted 15:00'],
      want: '12:01:00',
      why: /^the restart/,
    },
    {
      name: 'restarted only with inspection on',
      listener: kept,
      events: ['deployed 12:00', 'inspecting 12:10', 'restarted 12:20'],
      want: '12:21:00',
      why: /^the restart/,
    },
    // Sooner than the restart, because they were over before it.
    {
      name: 'over before the restart',
      listener: kept,
      events: ['deployed 12:00', 'restarted 15:00'],
      want: '13:00:00',
      why: /stay valid/,
    },
    {
      name: 'a restart keeps them',
      listener: keyFile,
      events: ['restarted 12:00'],
      want: '13:00:00',
      why: /stay valid/,
      help: 'replace the key',
    },
    {
      name: 'not known of a reload',
      listener: unknown,
      events: ['deployed 12:00'],
      want: '13:00:00',
      why: /^whether a reload drops old sessions is not known, .* 3600 s$/,
    },
    {
      name: 'not known of a restart',
      listener: unknown,
      events: ['restarted 12:00'],
      want: '13:00:00',
      why: /is not known/,
    },
    {
      name: 'not known of a reload, dropped by a restart',
      listener: { oldSessionsAfterReload: 'unknown' },
      events: ['deployed 12:00', 'restarted 12:05'],
      want: '12:06:00',
      why: /^the restart/,
    },
    {
      name: 'of unknown length',
      listener: { ...kept, lifetimeSeconds: null },
      events: ['deployed 12:00'],
      want: '-',
      why: /^how long .* is not known$/,
    },
    {
      name: 'of unknown length, restarted',
      listener: { ...kept, lifetimeSeconds: null },
      events: ['deployed 12:00', 'restarted 12:05'],
      want: '12:06:00',
      why: /^the restart/,
    },
    {
      name: 'renewed',
      listener: { ...kept, isRenewed: true, end: 'restart' },
      events: ['deployed 12:00'],
      want: '-',
      why: /^no waiting helps/,
      help: 'restart',
    },
    // Not known to be renewed: waiting is what can be done.
    {
      name: 'perhaps renewed',
      listener: { ...kept, isRenewed: null },
      events: ['deployed 12:00'],
      want: '13:00:00',
      why: /stay valid/,
    },
    {
      name: 'a time that cannot be read is no time',
      listener: {},
      events: ['deployed soon', 'deployed 12:00'],
      want: '12:01:00',
      why: /^the reload/,
    },
  ])('$name: $want', ({ listener, events, want, why, help }) => {
    const { inspectFrom } = rollout([leasedListener('shop', listener)], events);
    expect(timeOf(inspectFrom?.at)).toBe(want);
    expect(inspectFrom?.why).toMatch(why);
    expect(inspectFrom?.decidedBy?.name).toBe('shop');
    expect(inspectFrom?.help).toBe(help);
  });

  test.each([
    { events: [] },
    { events: ['inspecting 12:00'] },
    { events: ['deployed soon'] },
    { events: ['deployed 12:00 apache'] },
  ])('nobody can say before it is deployed: $events', ({ events }) =>
    expect(rollout([leasedListener('shop')], events).inspectFrom).toBeUndefined(),
  );

  test('new ticket keys end what the adapter says they end', () => {
    const rows = [
      // A key file alone: new keys are enough.
      { keys: ['dropped', 'dropped'], events: ['deployed 12:00 new-keys'], want: '12:01:00 change of ticket keys' },
      {
        keys: ['dropped', 'dropped'],
        events: ['deployed 12:00', 'deployed 12:20 new-keys'],
        want: '12:21:00 change of ticket keys',
      },
      { keys: ['dropped', 'dropped'], events: ['restarted 12:00 new-keys'], want: '12:01:00 change of ticket keys' },
      { keys: ['dropped', 'dropped'], events: ['deployed 12:00', 'restarted 12:20'], want: '13:00:00' },
      // A zone beside it: only the restart empties that.
      { keys: ['kept', 'dropped'], events: ['deployed 12:00 new-keys'], want: '13:00:00' },
      {
        keys: ['kept', 'dropped'],
        events: ['restarted 12:00 new-keys'],
        want: '12:01:00 restart with new ticket keys',
      },
      {
        keys: ['kept', 'dropped'],
        events: ['deployed 12:00 new-keys', 'restarted 12:20'],
        want: '12:21:00 restart with new ticket keys',
      },
      {
        keys: ['kept', 'dropped'],
        events: ['restarted 12:00', 'deployed 12:20 new-keys'],
        want: '12:21:00 restart with new ticket keys',
      },
      // memcached beside it: what is on another server stays.
      { keys: ['kept', 'kept'], events: ['restarted 12:00 new-keys'], want: '13:00:00' },
      { keys: ['unknown', 'unknown'], events: ['restarted 12:00 new-keys'], want: '13:00:00' },
      // Of another server's keys.
      { keys: ['dropped', 'dropped'], events: ['deployed 12:00', 'deployed 12:20 apache new-keys'], want: '13:00:00' },
      // A lease of a server without a key file: keys are not what its sessions hang on.
      { keys: undefined, events: ['restarted 12:00 new-keys'], want: '13:00:00' },
    ] as const;
    for (const { keys, events, want } of rows) {
      const withNewKeys = keys && { afterReload: keys[0], afterRestart: keys[1] };
      const listener = leasedListener('shop', { ...keyFile, ...(withNewKeys ? { withNewKeys } : {}) });
      const { inspectFrom } = rollout([listener], events);
      const by = /^the (.*) dropped/.exec(inspectFrom?.why ?? '')?.[1] ?? '';
      expect(`${timeOf(inspectFrom?.at)} ${by}`.trim(), `${keys} ${events}`).toBe(want);
    }
  });

  describe('of several listeners the last decides', () => {
    const quick = leasedListener('quick');
    const slow = leasedListener('slow', kept);
    const endless = leasedListener('endless', { ...kept, isRenewed: true });
    const other = leasedListener('intern', { server: 'apache' });
    test.each([
      { listeners: [quick, slow], events: ['deployed 12:00'], want: '13:00:00 slow' },
      { listeners: [slow, quick], events: ['deployed 12:00'], want: '13:00:00 slow' },
      { listeners: [endless, slow], events: ['deployed 12:00'], want: '- endless' },
      { listeners: [slow, endless], events: ['deployed 12:00'], want: '- endless' },
      { listeners: [quick, quick], events: ['deployed 12:00'], want: '12:01:00 quick' },
      // An event of one server is none of the other.
      { listeners: [quick, other], events: ['deployed 12:00 nginx'], want: '- intern' },
      { listeners: [quick, other], events: ['deployed 12:00 nginx', 'deployed 12:30 apache'], want: '12:31:00 intern' },
      { listeners: [slow, other], events: ['deployed 12:00', 'restarted 12:05 apache'], want: '13:00:00 slow' },
      { listeners: [slow, other], events: ['deployed 12:00', 'restarted 12:05 nginx'], want: '12:06:00 slow' },
      { listeners: [slow, other], events: ['deployed 12:00', 'restarted 12:05'], want: '12:06:00 slow' },
    ])('$events: $want', ({ listeners, events, want }) => {
      const { inspectFrom } = rollout(listeners, events);
      expect(`${timeOf(inspectFrom?.at)} ${inspectFrom?.decidedBy?.name}`).toBe(want);
    });
  });

  test('a server that does not use the change yet is named', () =>
    expect(
      rollout([leasedListener('x'), leasedListener('y', { server: 'apache' })], ['deployed 12:00 nginx']),
    ).toMatchObject({
      phase: 'deployed',
      inspectFrom: { why: 'apache does not use the change yet' },
    }));

  test('without a listener nothing has to be waited for', () => {
    expect(rollout([], []).inspectFrom).toBeUndefined();
    for (const event of ['deployed', 'restarted'])
      expect(rollout([], [`${event} 12:00`]).inspectFrom).toEqual({
        at: at('12:00'),
        why: 'no listener had to be shortened',
        decidedBy: undefined,
      });
  });
});

describe('until when to hold', () => {
  const hold = (listeners: readonly LeaseListener[], ...events: string[]) => rollout(listeners, events).holdUntil;
  test('is not said before inspection is on', () =>
    expect(hold([leasedListener('x')], 'deployed 12:00')).toBeUndefined());

  test.each([
    { lifetimes: [3600], want: '14:00:00 for 3600 s x0' },
    { lifetimes: [60, 7200, 900], want: '15:00:00 for 7200 s x1' },
    // Ten minutes at least, and no listener decides that.
    { lifetimes: [600], want: '13:10:00 ten minutes -' },
    { lifetimes: [601], want: '13:10:01 for 601 s x0' },
    { lifetimes: [], want: '13:10:00 ten minutes -' },
    { lifetimes: [null], want: '13:10:00 ten minutes, x0 not known -' },
    { lifetimes: [null, 3600], want: '14:00:00 for 3600 s, x0 not known x1' },
  ])('$lifetimes: $want', ({ lifetimes, want }) => {
    const listeners = lifetimes.map((lifetimeSeconds, i) => leasedListener(`x${i}`, { lifetimeSeconds }));
    const found = hold(listeners, 'deployed 12:00', 'inspecting 13:00');
    const long = /for \d+ s/.exec(found?.why ?? '')?.[0] ?? /ten minutes/.exec(found?.why ?? '')?.[0];
    const hidden = /how long those of (\w+) last is not known$/.exec(found?.why ?? '')?.[1];
    expect(
      `${timeOf(found?.at)} ${long}${hidden ? `, ${hidden} not known` : ''} ${found?.decidedBy?.name ?? '-'}`,
    ).toBe(want);
  });

  test('counts from the last time that inspection was switched on', () =>
    expect(timeOf(hold([leasedListener('x')], 'deployed 12:00', 'inspecting 14:00', 'inspecting 13:00')?.at)).toBe(
      '15:00:00',
    ));
});

test('a lease whose end cannot be read has ended', () =>
  expect(rolloutOf(leaseOf([leasedListener('x')], [], { until: 'soon' }), at('11:00'))).toMatchObject({
    phase: 'overdue',
    until: at('11:00'),
  }));

describe('warnings', () => {
  const early =
    'inspection was switched on before the old sessions were gone: clients that still hold one fail until it ends';
  const never =
    'inspection was switched on before any server used the change: clients with old sessions fail until those end';
  const short = 'the lease ends before inspection may be switched on: extend it with shortfuse patch --extend';
  const soon = 'the lease ends before the old sessions are certainly gone: extend it with shortfuse patch --extend';
  const renews =
    'TLS 1.3 clients of shop that come back within 60 s renew their sessions for as long as they do: where a reload drops sessions, reload nginx once more right after switching inspection on';
  const renewing = leasedListener('shop', { renewsAtTarget: true });
  test.each<{ listener?: LeaseListener; events: string[]; want: string[] }>([
    { events: [], want: [] },
    { events: ['deployed 12:00'], want: [] },
    { events: ['deployed 12:00', 'inspecting 12:01'], want: [] },
    { events: ['deployed 12:00', 'inspecting 12:00:59'], want: [early] },
    { events: ['inspecting 12:00'], want: [never] },
    // Only afterwards: what had gone wrong until then still did.
    { events: ['inspecting 12:00', 'deployed 12:30'], want: [early] },
    {
      listener: leasedListener('x', { ...kept, isRenewed: true }),
      events: ['deployed 12:00', 'inspecting 15:00'],
      want: [early],
    },
    { events: ['deployed 19:59'], want: [short] },
    { events: ['deployed 19:58'], want: [] },
    { events: ['deployed 12:00', 'inspecting 19:30'], want: [soon] },
    {
      listener: leasedListener('x', kept),
      events: ['restarted 12:00', 'inspecting 12:10', 'restarted 13:00'],
      want: [],
    },
    { listener: renewing, events: [], want: [] },
    { listener: renewing, events: ['deployed 12:00'], want: [renews] },
    { listener: renewing, events: ['deployed 12:00', 'inspecting 12:30'], want: [] },
    { listener: leasedListener('x', { renewsAtTarget: null }), events: ['deployed 12:00'], want: [] },
  ])('$events: $want', ({ listener = leasedListener('x'), events, want }) =>
    expect(rollout([listener], events).warnings).toEqual(want),
  );
});
