import { describe, expect, test } from 'vitest';
import { at, eventOf, leasedListener, leaseOf, proofAt } from '../test/lease-sample.js';
import { writeInstant } from './instant.js';
import type { Lease, LeaseListener, LeaseProof } from './lease.js';
import { rolloutOf } from './rollout.js';

const kept = { oldSessionsAfterReload: 'kept' } as const;
const unknown = { oldSessionsAfterReload: 'unknown', oldSessionsAfterRestart: 'unknown' } as const;

/** `13:00:00` of the day, `-` where no time can be named. */
const timeOf = (instant: number | undefined): string =>
  instant === undefined ? '-' : writeInstant(instant).replace(/^2026-03-02T|Z$/g, '');

describe('what servers showed', () => {
  const zone = leasedListener('shop.example', { ...kept, end: 'restart nginx' });
  const plain = leasedListener('shop.example');
  const shown = (listener: LeaseListener, events: readonly [text: string, ...proof: LeaseProof[]][]) =>
    rolloutOf(
      leaseOf(
        [listener],
        events.map(([text, ...proof]) => eventOf(text, proof)),
      ),
      at('12:30'),
    );
  const proof = (time: string, result: LeaseProof['result'], more: Partial<LeaseProof> = {}): LeaseProof =>
    proofAt(time, result, [plain], more);

  test('a refusal is the drop', () => {
    const { inspectFrom, phase } = shown(zone, [['deployed 12:00', proof('12:05', 'refused')]]);
    expect(inspectFrom?.help).toBeUndefined();
    expect(inspectFrom).toMatchObject({
      at: at('12:06'),
      why: 'the probe of shop.example:443 showed that old sessions are refused; sessions made since then last 60 s',
      decidedBy: zone,
    });
    expect(phase).toBe('safe');
  });

  test.each<{
    name: string;
    listener: LeaseListener;
    events: [string, ...LeaseProof[]][];
    want: string;
    warns?: boolean;
  }>([
    {
      name: 'before it: what the files say is sooner',
      listener: plain,
      events: [['deployed 12:00', proof('12:05', 'refused')]],
      want: '12:01:00',
    },
    {
      name: 'where nobody knows how long',
      listener: leasedListener('shop.example', { ...unknown, lifetimeSeconds: null }),
      events: [['deployed 12:00', proof('12:05', 'refused')]],
      want: '12:06:00',
    },
    {
      name: 'where they are renewed',
      listener: leasedListener('shop.example', { ...kept, isRenewed: true }),
      events: [['deployed 12:00', proof('12:05', 'refused')]],
      want: '12:06:00',
    },
    {
      name: 'asked again, the first refusal counts',
      listener: zone,
      events: [
        ['deployed 12:00', proof('12:05', 'refused')],
        ['deployed 12:10', proof('12:15', 'refused')],
      ],
      want: '12:06:00',
    },
    {
      name: 'later than waiting',
      listener: zone,
      events: [['deployed 10:00', proof('12:05', 'refused')]],
      want: '11:00:00',
    },
    {
      name: 'a refusal from before the first use of the change',
      listener: zone,
      events: [['deployed 12:00', proof('11:00', 'refused')]],
      want: '12:01:00',
    },
    {
      name: 'nothing is seen',
      listener: zone,
      events: [['deployed 12:00', proof('12:05', 'unproven')]],
      want: '13:00:00',
    },
    {
      name: 'nothing is seen later',
      listener: zone,
      events: [
        ['deployed 12:00', proof('12:05', 'refused')],
        ['deployed 12:10', proof('12:15', 'unproven')],
      ],
      want: '12:06:00',
    },
    {
      name: 'nothing is seen of one of two',
      listener: zone,
      events: [
        [
          'deployed 12:00',
          proof('12:05', 'refused'),
          proof('12:05', 'unproven', { connectedTo: { host: '10.0.0.8', port: 443 } }),
        ],
      ],
      want: '13:00:00',
    },
    {
      name: 'the last of two',
      listener: zone,
      events: [
        ['deployed 12:00', proof('12:05', 'refused')],
        ['deployed 12:10', proof('12:15', 'refused', { connectedTo: { host: '10.0.0.8', port: 443 } })],
      ],
      want: '12:16:00',
    },
    {
      name: 'accepted by one of two',
      listener: zone,
      events: [
        [
          'deployed 12:00',
          proof('12:05', 'refused'),
          proof('12:05', 'accepted', { connectedTo: { host: '10.0.0.8', port: 443 } }),
        ],
      ],
      want: '13:00:00',
    },
    {
      name: 'accepted as the files say',
      listener: zone,
      events: [['deployed 12:00', proof('12:05', 'accepted')]],
      want: '13:00:00',
    },
    {
      name: 'accepted, though dropped by the reload',
      listener: plain,
      events: [['deployed 12:00', proof('12:05', 'accepted')]],
      want: '13:00:00',
      warns: true,
    },
    {
      name: 'accepted, though dropped by the restart',
      listener: zone,
      events: [['restarted 12:00', proof('12:05', 'accepted')]],
      want: '13:00:00',
      warns: true,
    },
    // With a clock that stands still, too.
    {
      name: 'accepted at the very moment',
      listener: zone,
      events: [['restarted 12:00', proof('12:00', 'accepted')]],
      want: '13:00:00',
      warns: true,
    },
    {
      name: 'accepted, and renewed as nobody expected',
      listener: leasedListener('shop.example', { renewsAtTarget: true }),
      events: [['deployed 12:00', proof('12:05', 'accepted')]],
      want: '-',
      warns: true,
    },
    {
      name: 'accepted after the reload, restarted since',
      listener: zone,
      events: [['deployed 12:00', proof('12:05', 'accepted')], ['restarted 12:10']],
      want: '12:11:00',
    },
    {
      name: 'accepted after the reload, reloaded since',
      listener: plain,
      events: [['deployed 12:00', proof('12:05', 'accepted')], ['deployed 12:10']],
      want: '12:11:00',
    },
    {
      name: 'accepted first, refused then',
      listener: zone,
      events: [
        ['deployed 12:00', proof('12:05', 'accepted')],
        ['restarted 12:10', proof('12:11', 'refused')],
      ],
      want: '12:11:00',
    },
    {
      name: 'refused first, accepted then',
      listener: zone,
      events: [
        ['deployed 12:00', proof('12:05', 'refused')],
        ['deployed 12:10', proof('12:11', 'accepted')],
      ],
      want: '13:00:00',
    },
    {
      name: 'events in the order of memory',
      listener: zone,
      events: [
        ['restarted 12:10', proof('12:11', 'refused')],
        ['deployed 12:00', proof('12:05', 'accepted')],
      ],
      want: '12:11:00',
    },
    {
      name: 'a time that cannot be read proves nothing',
      listener: zone,
      events: [['deployed 12:00', proof('soon', 'refused')]],
      want: '13:00:00',
    },
    {
      name: 'of another listener',
      listener: zone,
      events: [['deployed 12:00', proofAt('12:05', 'refused', [leasedListener('blog.example')])]],
      want: '13:00:00',
    },
  ])('$name: $want', ({ listener, events, want, warns = false }) => {
    const { inspectFrom, warnings } = shown(listener, events);
    expect(timeOf(inspectFrom?.at)).toBe(want);
    const still = 'shop.example:443 still accepts sessions from before the change, although the files say that the ';
    expect(warnings.filter((warning) => warning.startsWith(still))).toHaveLength(warns ? 1 : 0);
  });

  test('what was marked within the second of the last probe, after it, counts', () => {
    const accepted: [string, ...LeaseProof[]] = ['deployed 12:00', proof('12:05', 'accepted')];
    expect(shown(zone, [accepted, ['restarted 12:05']])).toMatchObject({ inspectFrom: { at: at('12:06') } });
    expect(shown(zone, [['restarted 12:05'], accepted])).toMatchObject({ inspectFrom: { at: at('13:00') } });
    const stale: [string, ...LeaseProof[]] = ['deployed 12:00', proof('12:05', 'unproven', { announcedSeconds: 3600 })];
    expect(shown(plain, [stale, ['deployed 12:05']])).toMatchObject({ inspectFrom: { at: at('12:06') } });
    expect(shown(plain, [['deployed 12:05'], stale])).toMatchObject({ phase: 'patched' });
  });

  test('accepted after all waiting: nobody knows how long they last', () =>
    expect(shown(zone, [['deployed 10:00', proof('12:05', 'accepted')]])).toMatchObject({
      phase: 'deployed',
      inspectFrom: {
        at: undefined,
        why: 'shop.example:443 accepted sessions from before the change when they should have been over: the files do not say how long they last',
        help: 'restart nginx',
      },
    }));

  test('accepted sessions decide, and it is said where', () =>
    expect(shown(plain, [['deployed 12:00', proof('12:05', 'accepted')]])).toMatchObject({
      phase: 'waiting',
      inspectFrom: {
        why: 'shop.example:443 still accepted sessions from before the change, and they were given 3600 s',
      },
      warnings: [expect.stringMatching(/^shop\.example:443 still accepts .* the reload dropped them: see whether/)],
    }));

  test('a server that announces more than the target does not use the change', () => {
    const long = { announcedSeconds: 3600 };
    const stale: [string, ...LeaseProof[]] = ['deployed 12:00', proof('12:00', 'refused', long)];
    expect(shown(plain, [stale])).toMatchObject({
      phase: 'patched',
      inspectFrom: undefined,
      warnings: [
        'shop.example:443 announces 1 h for new sessions: the change is not in use there; see whether the reload failed or another server answers, then mark it deployed again',
      ],
    });
    // What was deployed later counts from then on; what was refused before it is worth nothing.
    expect(shown(plain, [stale, ['deployed 12:10']])).toMatchObject({ inspectFrom: { at: at('12:11') }, warnings: [] });
    expect(shown(zone, [stale, ['deployed 12:10']])).toMatchObject({ inspectFrom: { at: at('13:10') }, warnings: [] });
    const good = proof('12:11', 'unproven', { announcedSeconds: 60 });
    expect(shown(zone, [stale, ['deployed 12:10', good]])).toMatchObject({ inspectFrom: { at: at('13:10') } });
    expect(shown(zone, [stale, ['deployed 12:10', proof('12:11', 'refused', { announcedSeconds: 60 })]])).toMatchObject(
      {
        inspectFrom: { at: at('12:12') },
      },
    );
  });

  test('one server that does not use the change holds its own listeners only', () => {
    const blog = leasedListener('blog.example');
    const lease: Lease = leaseOf(
      [plain, blog],
      [eventOf('deployed 12:00', [proof('12:05', 'unproven', { announcedSeconds: 3600 })])],
    );
    expect(rolloutOf(lease, at('12:30'))).toMatchObject({
      phase: 'deployed',
      inspectFrom: {
        at: undefined,
        decidedBy: { name: 'shop.example' },
        why: 'nginx does not use the change yet: what it announced when it was probed is above the target',
      },
    });
  });
});
