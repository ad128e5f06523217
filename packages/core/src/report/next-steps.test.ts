import { expect, test } from 'vitest';
import type { LeaseListener } from '../lease.js';
import { nextSteps } from './next-steps.js';

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
])('what becomes of old sessions: $want', ({ listeners, want }) => {
  const lease = {
    schemaVersion: 1 as const,
    id: 'x',
    createdAt: '2026-03-02T12:00:00Z',
    until: '2026-03-09T12:00:00Z',
    targetSeconds: 60,
    reading: { paths: ['.'], servers: [], roots: {}, defines: {} },
    files: [],
    listeners,
    companions: [],
    events: [],
  };
  expect(nextSteps(lease, () => []).flatMap(({ sentences }) => sentences)).toEqual(want);
});
