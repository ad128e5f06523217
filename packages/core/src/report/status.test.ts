import { describe, expect, test } from 'vitest';
import { at, eventOf, leasedListener, leaseOf, proofAt } from '../../test/lease-sample.js';
import { writeInstant } from '../instant.js';
import type { Lease, LeaseEvent, LeaseListener } from '../lease.js';
import { widthOf } from './layout.js';
import { type LeaseState, statusReport, statusText } from './status.js';
import type { Styler } from './style.js';

const timeOf = (instant: number): string => writeInstant(instant).replace('T', ' ').replace('Z', ' UTC');

const shop = leasedListener('shop.example', {
  oldSessionsAfterReload: 'kept',
  end: 'restart nginx, or reload it with another name or size for the session cache zone "S"',
  renewsAtTarget: true,
});
const blog = leasedListener('blog.example');
const file = { file: 'nginx.conf', server: 'nginx', digestBefore: 'sha256:a', digestAfter: 'sha256:b', edits: [] };
const said = { files: [file], reason: 'inbound inspection', ticket: 'CHG0042' };

interface Shown {
  readonly listeners?: readonly LeaseListener[];
  readonly events?: readonly LeaseEvent[];
  readonly now?: string;
  readonly columns?: number;
  readonly state?: LeaseState;
  readonly more?: Partial<Lease>;
  readonly style?: Styler;
}

function textOf({ listeners = [shop, blog], events = [], now = '11:00', columns, state, more, style }: Shown): string {
  const lease = leaseOf(listeners, events, { ...said, ...more });
  return statusText([{ lease, state: state ?? { kind: 'in-place' } }], at(now), {
    timeOf,
    ...(columns === undefined ? {} : { columns }),
    ...(style === undefined ? {} : { style }),
  });
}

/** What stands behind a label, the lines of it as one. */
function entryOf(shown: Shown, label: string): string | undefined {
  const entries: [string, string][] = [];
  for (const line of textOf({ columns: 1000, ...shown }).split('\n')) {
    const [, name = '', text = ''] = /^ {2}(.{14}) {2}(.*)$/.exec(line) ?? [];
    const last = entries.at(-1);
    if (name.trim() !== '') entries.push([name.trim(), text]);
    else if (last && text !== '') last[1] += ` / ${text}`;
  }
  return entries.find(([name]) => name === label)?.[1];
}

const waiting: Shown = { events: [eventOf('deployed 12:00')], now: '12:10' };
const holding: Shown = {
  events: [eventOf('deployed 12:00', [proofAt('12:05', 'refused', [shop, blog])]), eventOf('inspecting 12:10')],
  now: '12:30',
};

test('at 100 columns', () =>
  expect(textOf(waiting)).toBe(`lease 2026-03-02-abc123  inbound inspection  CHG0042
  phase           waiting for the old sessions to end
  change          2 listeners to 1 min in 1 file, since 2026-03-02 10:00:00 UTC
  inspection      may be switched on from 2026-03-02 13:00:00 UTC (in 50 min)
                  decided by nginx 10.0.0.1:443 shop.example: sessions from before the change stay
                  valid after a reload, for as long as they were given: 3600 s
                  sooner: restart nginx, or reload it with another name or size for the session
                  cache zone "S"
  proof           none: no server was asked; shortfuse mark --help says how
  take back       at the latest by 2026-03-02 20:00:00 UTC (in 7 h 50 min): shortfuse revert
                  2026-03-02-abc123 --write
  mind            TLS 1.3 clients of shop.example that come back within 60 s renew their sessions
                  for as long as they do: where a reload drops sessions, reload nginx once more
                  right after switching inspection on

  ●━━━━━━━━━━●━━━━━━━━━━▲──────────○──────────○
  patched    deployed   now        safe from  end
  03-02      03-02      03-02      03-02      03-02
  10:00      12:00      12:10      13:00      20:00
`));

test('at 80 columns, where the timeline does not fit and the lines above have its times', () =>
  expect(textOf({ ...holding, columns: 80 })).toBe(`lease 2026-03-02-abc123  inbound inspection  CHG0042
  phase           holding: inspection is on, the short lifetime stays
  change          2 listeners to 1 min in 1 file, since 2026-03-02 10:00:00 UTC
  inspection      on since 2026-03-02 12:10:00 UTC
                  decided by nginx 10.0.0.1:443 shop.example: the probe of
                  shop.example:443 showed that old sessions are refused;
                  sessions made since then last 60 s
  hold            until 2026-03-02 13:10:00 UTC (in 40 min): clients may come
                  back with sessions from before the change for 3600 s
                  decided by nginx 10.0.0.1:443 shop.example
  proof           old sessions are refused at shop.example:443
  take back       at the latest by 2026-03-02 20:00:00 UTC (in 7 h 30 min):
                  shortfuse revert 2026-03-02-abc123 --write
`));

describe('the timeline', () => {
  const rail = (shown: Shown): string[] => textOf(shown).trimEnd().split('\n').slice(-4, -2);
  test.each<{ name: string; shown: Shown; want: string[] }>([
    { name: 'only patched', shown: {}, want: ['  ●━━━━━━━━▲────────○', '  patched  now      end'] },
    {
      name: 'all of it',
      shown: holding,
      want: [
        '  ●━━━━━━━━━━━●━━━━━━━━━━━●━━━━━━━━━━━●━━━━━━━━━━━▲───────────○───────────○',
        '  patched     deployed    safe from   inspecting  now         hold until  end',
      ],
    },
    {
      // Switched on too early: what has to be waited for is still ahead.
      name: 'in another order',
      shown: { events: [eventOf('deployed 12:00'), eventOf('inspecting 12:10')], now: '12:30' },
      want: [
        '  ●━━━━━━━━━━━●━━━━━━━━━━━●━━━━━━━━━━━▲───────────○───────────○───────────○',
        '  patched     deployed    inspecting  now         safe from   hold until  end',
      ],
    },
    {
      name: 'past its end',
      shown: { now: '21:00' },
      want: ['  ●━━━━━━━━●━━━━━━━━▲', '  patched  end      now'],
    },
    {
      name: 'the last of several events',
      shown: {
        events: [eventOf('deployed 12:00'), eventOf('restarted 12:30'), eventOf('restarted 12:20')],
        now: '12:40',
      },
      want: [
        '  ●━━━━━━━━━━●━━━━━━━━━━●━━━━━━━━━━●━━━━━━━━━━▲──────────○',
        '  patched    deployed   restarted  safe from  now        end',
      ],
    },
    {
      name: 'without a time to be safe from',
      shown: { listeners: [{ ...shop, isRenewed: true }], ...waiting },
      want: ['  ●━━━━━━━━━●━━━━━━━━━▲─────────○', '  patched   deployed  now       end'],
    },
  ])('$name', ({ shown, want }) => expect(rail(shown)).toEqual(want));
});

test.each<{ name: string; shown: Shown; phase: RegExp; inspection: RegExp; back: RegExp }>([
  {
    name: 'patched',
    shown: {},
    phase: /^patched: /,
    inspection: /^not before the change is deployed; then: shortfuse mark deployed$/,
    back: /^at the latest by 2026-03-02 20:00:00 UTC \(in 9 h\): shortfuse revert 2026-03-02-abc123 --write$/,
  },
  {
    name: 'deployed',
    shown: { ...waiting, listeners: [{ ...shop, isRenewed: true }] },
    phase: /^deployed: waiting alone does not/,
    inspection: /^cannot be said .* \/ decided by .* no waiting helps: .* \/ what helps: restart nginx, or /,
    back: /^at the latest by/,
  },
  {
    name: 'waiting',
    shown: waiting,
    phase: /^waiting/,
    inspection: /^may be switched on from .* \/ sooner: /,
    back: /^at the latest/,
  },
  {
    name: 'safe',
    shown: { ...waiting, now: '13:00' },
    phase: /^safe to inspect/,
    inspection: /^may be switched on since 2026-03-02 13:00:00 UTC; then: shortfuse mark inspecting \/ /,
    back: /^at the latest/,
  },
  {
    name: 'inspecting',
    shown: { ...holding, now: '12:11' },
    phase: /^inspecting: watch/,
    inspection: /^on since 2026-03-02 12:10:00 UTC \/ /,
    back: /^at the latest/,
  },
  { name: 'holding', shown: holding, phase: /^holding/, inspection: /^on since/, back: /^at the latest/ },
  {
    name: 'due',
    shown: { ...holding, now: '13:10' },
    phase: /^due: /,
    inspection: /^on since/,
    back: /^now, at the latest by .*20:00:00 UTC: shortfuse revert/,
  },
  {
    name: 'overdue',
    shown: { now: '20:00' },
    phase: /^overdue: /,
    inspection: /^not before/,
    back: /^was due by .*20:00:00 UTC: shortfuse revert/,
  },
])('every phase has its words: $name', ({ shown, phase, inspection, back }) => {
  expect(entryOf(shown, 'phase')).toMatch(phase);
  expect(entryOf(shown, 'inspection')).toMatch(inspection);
  expect(entryOf(shown, 'take back')).toMatch(back);
});

describe('the proof', () => {
  const elsewhere = { connectedTo: { host: '10.0.0.8', port: 443 } };
  test.each<{ name: string; shown: Shown; text: string | undefined; report: string }>([
    { name: 'nothing is deployed, so there is nothing to show', shown: {}, text: undefined, report: 'none' },
    {
      name: 'nobody was asked',
      shown: waiting,
      text: 'none: no server was asked; shortfuse mark --help says how',
      report: 'none',
    },
    { name: 'no listener', shown: { ...waiting, listeners: [] }, text: undefined, report: 'none' },
    { name: 'all refused', shown: holding, text: 'old sessions are refused at shop.example:443', report: 'refused' },
    {
      name: 'some refused',
      shown: { ...waiting, events: [eventOf('deployed 12:00', [proofAt('12:05', 'refused', [shop])])] },
      text: 'old sessions are refused at shop.example:443 (1 of 2 listeners)',
      report: 'partly',
    },
    {
      name: 'one accepts',
      shown: {
        ...waiting,
        events: [
          eventOf('deployed 12:00', [
            proofAt('12:05', 'refused', [shop]),
            proofAt('12:05', 'accepted', [blog], elsewhere),
          ]),
        ],
      },
      text: 'old sessions are still accepted at shop.example:443 via 10.0.0.8 (1 of 2 listeners); old sessions are refused at shop.example:443 (1 of 2 listeners)',
      report: 'accepted',
    },
    {
      name: 'not in use',
      shown: {
        ...waiting,
        events: [eventOf('deployed 12:00', [proofAt('12:05', 'refused', [shop, blog], { announcedSeconds: 300 })])],
      },
      text: 'the change is not in use at shop.example:443',
      report: 'not-live',
    },
    {
      name: 'nothing seen',
      shown: { ...waiting, events: [eventOf('deployed 12:00', [proofAt('12:05', 'unproven', [shop, blog])])] },
      text: 'not seen whether old sessions are refused at shop.example:443',
      report: 'unproven',
    },
  ])('$name', ({ shown, text, report }) => {
    expect(entryOf(shown, 'proof')).toBe(text);
    const { listeners = [shop, blog], events = [], now = '11:00' } = shown;
    const found = statusReport([{ lease: leaseOf(listeners, events), state: { kind: 'in-place' } }], at(now));
    expect(found.leases[0]?.proof).toBe(report);
  });

  test('stands beside its listener in JSON', () => {
    const proof = proofAt('12:05', 'refused', [shop], { ...elsewhere, announcedSeconds: 60 });
    const lease = leaseOf([shop, blog], [eventOf('deployed 12:00', [proof])]);
    const { leases } = statusReport([{ lease, state: { kind: 'in-place' } }], at('12:30'));
    expect(leases[0]).toMatchObject({
      events: [{ proof: [proof] }],
      listeners: [
        {
          name: 'shop.example',
          proof: {
            result: 'refused',
            at: '2026-03-02T12:05:00Z',
            by: [{ host: 'shop.example', port: 443, servername: 'shop.example', connectedTo: elsewhere.connectedTo }],
          },
        },
        { name: 'blog.example', proof: null },
      ],
    });
  });
});

test.each<{ state: LeaseState; label: string; want: string | undefined }>([
  { state: { kind: 'in-place' }, label: 'files', want: undefined },
  {
    state: { kind: 'unfinished', pending: 'patch', written: 1, files: 3 },
    label: 'files',
    want: 'a run was cut off with 1 of 3 files written: shortfuse patch --finish 2026-03-02-abc123 completes it, shortfuse revert 2026-03-02-abc123 --write undoes it',
  },
  {
    state: { kind: 'unfinished', pending: 'revert', written: 0, files: 1 },
    label: 'files',
    want: 'a run was cut off with 0 of 1 file written: shortfuse revert 2026-03-02-abc123 --write completes it',
  },
  {
    state: { kind: 'taken-back' },
    label: 'files',
    want: 'have their old text again, by other means; shortfuse revert 2026-03-02-abc123 --write closes the lease',
  },
  {
    state: { kind: 'changed-elsewhere', files: ['a.conf', 'b.conf'] },
    label: 'files',
    want: 'others changed a.conf, b.conf elsewhere; what the lease wrote is there',
  },
  {
    state: {
      kind: 'drifted',
      drifts: [{ file: 'a.conf', line: 3, expected: '60s', found: '5m', why: 'it was changed' }],
    },
    label: 'drifted',
    want: 'a.conf:3: it was changed; expected 60s, found 5m',
  },
  {
    state: { kind: 'drifted', drifts: [{ file: 'a.conf', line: 3, expected: '60s', why: 'the file is gone' }] },
    label: 'drifted',
    want: 'a.conf:3: the file is gone; expected 60s',
  },
])('the texts are $state.kind', ({ state, label, want }) => {
  expect(entryOf({ state }, label)).toBe(want);
  const { leases } = statusReport([{ lease: leaseOf([shop]), state }], at('11:00'));
  expect(leases[0]?.state).toBe(state.kind);
  expect(leases[0]?.drifted).toEqual(state.kind === 'drifted' ? state.drifts : undefined);
});

test.each([40, 60, 80, 100])('no line is longer than %i columns, except for a name that is', (columns) => {
  const name = leasedListener('a-long-name-of-a-server.somewhere.example');
  for (const shown of [{}, waiting, holding, { ...holding, now: '21:00' }])
    for (const line of textOf({ ...shown, listeners: [shop, name], columns })
      .split('\n')
      .slice(1))
      expect(widthOf(line), line).toBeLessThanOrEqual(columns);
});

test('what others wrote does not drive the terminal', () =>
  expect(textOf({ more: { reason: 'x\u001b[2J' } }).split('\n')[0]).toBe(
    'lease 2026-03-02-abc123  x\\u{1b}[2J  CHG0042',
  ));

test('a look changes no text', () => {
  const style: Styler = (tone, text) => `<${tone}>${text}</>`;
  expect(textOf({ ...holding, style }).replace(/<\w+>|<\/>/g, '')).toBe(textOf(holding));
  expect(textOf({ ...holding, style })).toContain('<good>old sessions are refused at shop.example:443</>');
});

test('several leases, each in its own block', () => {
  const lease = leaseOf([shop]);
  const state = { kind: 'in-place' } as const;
  expect(
    statusText(
      [
        { lease, state },
        { lease, state },
      ],
      at('11:00'),
      { timeOf },
    ).match(/^lease /gm),
  ).toHaveLength(2);
  expect(statusText([], at('11:00'), { timeOf })).toBe('');
});

test('the report counts what is overdue', () => {
  const state = { kind: 'in-place' } as const;
  const later = leaseOf([shop], [], { until: '2026-03-03T00:00:00Z' });
  const { now, leases, summary } = statusReport(
    [
      { lease: leaseOf([shop]), state },
      { lease: later, state },
    ],
    at('20:00'),
  );
  expect(now).toBe('2026-03-02T20:00:00Z');
  expect(leases.map(({ phase, overdue }) => [phase, overdue])).toEqual([
    ['overdue', true],
    ['patched', false],
  ]);
  expect(summary).toEqual({ leases: 2, overdue: 1 });
});
