import { type Lease, type LeaseEvent, type LeaseListener, type LeaseProof, readInstant } from '../src/index.js';

/** A moment on the day of all samples: `12:00`, `12:00:30`. */
export function at(time: string): number {
  const instant = readInstant(`2026-03-02T${time}Z`);
  if (instant === undefined) throw new TypeError(`${time} is no time`);
  return instant;
}

/** A listener that was given an hour, that a reload drops and that nothing renews. */
export function leasedListener(name: string, more: Partial<LeaseListener> = {}): LeaseListener {
  return {
    server: 'nginx',
    address: '10.0.0.1:443',
    name,
    lifetimeSeconds: 3600,
    mechanisms: { sessionId: 3600, ticketTls12: 3600, ticketTls13: 3600 },
    oldSessionsAfterReload: 'dropped',
    oldSessionsAfterRestart: 'dropped',
    isRenewed: false,
    renewsAtTarget: false,
    ...more,
  };
}

/** Patched at 10:00, to be taken back by 20:00. */
export function leaseOf(
  listeners: readonly LeaseListener[],
  events: readonly LeaseEvent[] = [],
  more: Partial<Lease> = {},
): Lease {
  return {
    schemaVersion: 1,
    id: '2026-03-02-abc123',
    createdAt: '2026-03-02T10:00:00Z',
    until: '2026-03-02T20:00:00Z',
    targetSeconds: 60,
    reading: { paths: ['.'], servers: [], roots: {}, defines: {} },
    files: [],
    listeners,
    companions: [],
    events,
    ...more,
  };
}

/** `deployed 12:00`, `restarted 12:00 apache`, `deployed 12:00 new-keys`; the time is written as it stands. */
export function eventOf(text: string, proof: readonly LeaseProof[] = []): LeaseEvent {
  const [event = '', time = '', ...rest] = text.split(' ');
  const server = rest.find((word) => word !== 'new-keys');
  if (event !== 'deployed' && event !== 'restarted' && event !== 'inspecting') throw new TypeError(text);
  return {
    event,
    at: /^\d\d:/.test(time) ? `2026-03-02T${time}Z` : time,
    ...(server === undefined ? {} : { server }),
    ...(rest.includes('new-keys') ? { newKeys: true } : {}),
    ...(proof.length > 0 ? { proof } : {}),
  };
}

/** What the server of `listeners` did when it was asked at `time`. */
export function proofAt(
  time: string,
  result: LeaseProof['result'],
  listeners: readonly LeaseListener[],
  more: Partial<LeaseProof> = {},
): LeaseProof {
  const identities = listeners.map(({ server, address, name }) => ({ server, address, name }));
  const at = /^\d\d:/.test(time) ? `2026-03-02T${time}Z` : time;
  return { host: 'shop.example', port: 443, servername: 'shop.example', result, at, listeners: identities, ...more };
}
