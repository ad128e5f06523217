import { expect, test } from 'vitest';
import { leaseOf } from '../../test/lease-sample.js';
import type { Operations } from '../change.js';
import type { LeaseListener } from '../lease.js';
import { nextSteps, waitSeconds } from './next-steps.js';

function listener(name: string, more: Partial<LeaseListener> = {}): LeaseListener {
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

const waiting = 'old sessions survive the reload, and last up to 1 h: wait that long';
const endless = 'old sessions survive the reload, and are renewed without end: no waiting helps';
const dropping = 'the reload drops the old sessions; inspection may be switched on 1 min later';

test.each([
  { listeners: [listener('a')], want: [`the listener: ${waiting}`] },
  { listeners: [listener('a'), listener('b')], want: [`both listeners: ${waiting}`] },
  // What goes for one is not said of all.
  {
    listeners: [
      listener('a', { isRenewed: true }),
      listener('b'),
      listener('c', { oldSessionsAfterReload: 'dropped' }),
    ],
    want: [`c: ${dropping}`, `b: ${waiting}`, `a: ${endless}`],
  },
  {
    listeners: [listener('a'), listener('a', { address: '[::1]:443' }), listener('b', { isRenewed: true })],
    want: [`a: ${waiting}`, `b: ${endless}`],
  },
  {
    listeners: [...['a', 'b', 'c', 'd', 'e'].map((name) => listener(name)), listener('f', { isRenewed: true })],
    want: [`a, b, c and 2 more: ${waiting}`, `f: ${endless}`],
  },
  // How long, or whether at all, is not known.
  {
    listeners: [listener('a', { lifetimeSeconds: null }), listener('b')],
    want: ['both listeners: old sessions survive the reload, and how long they last is not known'],
  },
  {
    listeners: [listener('a', { oldSessionsAfterReload: 'unknown', isRenewed: null })],
    want: ['the listener: whether old sessions survive the change is not known, and last up to 1 h: wait that long'],
  },
  // The longest decides.
  {
    listeners: [listener('a'), listener('b', { lifetimeSeconds: 86_400 })],
    want: ['both listeners: old sessions survive the reload, and last up to 1 d: wait that long'],
  },
  // What ends them is said once, however many have it.
  {
    listeners: [
      listener('a', { end: 'replace k and reload' }),
      listener('b', { end: 'replace k and reload' }),
      listener('c', { end: 'restart' }),
    ],
    want: [`all 3 listeners: ${waiting}; to end them at once: replace k and reload; restart`],
  },
  // Who has no name has an address, or neither.
  {
    listeners: [
      listener(''),
      listener('', { address: null }),
      listener('c', { oldSessionsAfterReload: 'dropped', renewsAtTarget: true }),
    ],
    want: [
      `c: ${dropping}`,
      `10.0.0.1:443, a listener without a name: ${waiting}`,
      'TLS 1.3 clients that come back within 1 min renew their sessions for as long as they do: reload once more right after switching inspection on',
    ],
  },
  {
    listeners: [listener('a', { renewsAtTarget: true })],
    want: [
      `the listener: ${waiting}`,
      'TLS 1.3 clients that come back within 1 min renew their sessions for as long as they do',
    ],
  },
  { listeners: [], want: [] },
])('what becomes of old sessions: $want', ({ listeners, want }) => {
  expect(nextSteps(leaseOf(listeners), () => []).flatMap(({ sentences }) => sentences)).toEqual(want);
});

const operations: Operations = {
  test: 'nginx -t',
  reload: 'nginx -s reload',
  restart: 'systemctl restart nginx',
  restartCost: 'connections end',
};
const check = { command: 'nginx -t', purpose: 'check the files' };
const reload = { command: 'nginx -s reload', purpose: 'let the server use them' };

test.each([
  { title: 'test and reload', with: [operations], companions: [], want: [check, reload] },
  { title: 'no test', with: [{ ...operations, test: undefined }], companions: [], want: [reload] },
  { title: 'nothing known', with: [], companions: [], want: [] },
  {
    title: 'several ways',
    with: [operations, { ...operations, test: undefined, reload: 'docker restart web' }],
    companions: [],
    want: [check, reload, { command: 'docker restart web', purpose: 'let the server use them' }],
  },
  // The script that goes with the patch does it all.
  { title: 'a required companion', with: [operations], companions: [{}], want: [] },
  // These do not.
  {
    title: 'other companions',
    with: [operations],
    companions: [{ server: 'iis' }, { isRequired: false }, { use: 'revert' as const }],
    want: [check, reload],
  },
])('the commands: $title', ({ with: known, companions, want }) => {
  const lease = leaseOf([listener('a')], [], {
    companions: companions.map((more) => ({
      file: 'x.sh',
      server: 'nginx',
      purpose: '',
      use: 'apply' as const,
      isRequired: true,
      ...more,
    })),
  });
  expect(nextSteps(lease, () => known).map(({ commands }) => commands)).toEqual([want]);
});

test('a restart is offered only where it ends the sessions of all that are spoken of', () => {
  const both = [listener('a'), listener('b', { oldSessionsAfterRestart: 'kept' })];
  const sentenceFor = (listeners: readonly LeaseListener[]) =>
    nextSteps(leaseOf(listeners), () => [operations])[0]?.sentences;
  expect(sentenceFor(both.slice(0, 1))).toEqual([
    `the listener: ${waiting}; to end them at once: systemctl restart nginx (connections end)`,
  ]);
  expect(sentenceFor(both)).toEqual([`both listeners: ${waiting}`]);
});

test('each server has its own steps, in the order of the listeners', () => {
  const lease = leaseOf([
    listener('a', { server: 'iis', oldSessionsAfterReload: 'dropped' }),
    listener('b'),
    listener('c', { server: 'iis', oldSessionsAfterReload: 'dropped' }),
  ]);
  expect(nextSteps(lease, () => [])).toMatchObject([
    { server: 'iis', listeners: 2, waitSeconds: 60, sentences: [`both listeners: ${dropping}`] },
    { server: 'nginx', listeners: 1, waitSeconds: 3600, sentences: [`the listener: ${waiting}`] },
  ]);
});

test.each([
  { listeners: [], want: 0 },
  { listeners: [listener('a')], want: 3600 },
  { listeners: [listener('a', { oldSessionsAfterReload: 'dropped' })], want: 60 },
  { listeners: [listener('a'), listener('b', { lifetimeSeconds: 86_400 })], want: 86_400 },
  { listeners: [listener('a'), listener('b', { isRenewed: true })], want: undefined },
  { listeners: [listener('a', { lifetimeSeconds: null }), listener('b')], want: undefined },
])('$want seconds are waited', ({ listeners, want }) => expect(waitSeconds(leaseOf(listeners))).toBe(want));
