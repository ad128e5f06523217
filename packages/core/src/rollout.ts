import type { Seconds } from './duration.js';
import { type Instant, readInstant } from './instant.js';
import type { Lease, LeaseEventName, LeaseListener } from './lease.js';

/**
 * Where a rollout stands.
 * - `patched`: the files are changed, no server has been told
 * - `deployed`: the servers use the change, but waiting alone does not end the old sessions, or nobody knows when they end
 * - `waiting`: old sessions may still be resumed
 * - `safe`: inspection may be switched on
 * - `inspecting`: it was switched on in the last ten minutes
 * - `holding`: it is on, and the short lifetime still protects clients that were away
 * - `due`: the old values can come back
 * - `overdue`: they should be back by now
 */
export type Phase = 'patched' | 'deployed' | 'waiting' | 'safe' | 'inspecting' | 'holding' | 'due' | 'overdue';

/** A time that one listener decides, and why it is that one. `at` undefined: no time can be named. */
export interface Deadline {
  readonly at: Instant | undefined;
  readonly why: string;
  /** Undefined where no listener decides: the lease has none, or nothing happened yet. */
  readonly decidedBy: LeaseListener | undefined;
  /** What makes it come sooner, or at all. */
  readonly help?: string;
}

export interface Rollout {
  readonly phase: Phase;
  /** From when inspection may be switched on. Undefined as long as nothing is deployed. */
  readonly inspectFrom: Deadline | undefined;
  /** Until when the short lifetime has to stay. Undefined as long as inspection is not marked as on. */
  readonly holdUntil: Deadline | undefined;
  /** When the change has to be taken back at the latest. */
  readonly until: Instant;
  /** What deserves attention, in whole sentences. */
  readonly warnings: readonly string[];
}

/** However short the old lifetime was: the first minutes show whether inspection works. */
export const shortestHoldSeconds: Seconds = 600;

/**
 * Says where the rollout of a lease stands at `now`. The waiting times rest on what the adapters say of each listener: whether
 * a reload or a restart ends old sessions, how long they could last, and whether they are renewed.
 */
export function rolloutOf(lease: Lease, now: Instant): Rollout {
  // A lease whose end cannot be read has ended: it must not be forgotten.
  const until = readInstant(lease.until) ?? now;
  const inspecting = lastEvent(lease, 'inspecting');
  const inspectFrom = inspectDeadline(lease);
  const holdUntil = inspecting === undefined ? undefined : holdDeadline(lease, inspecting);
  return {
    phase: phaseOf(now, { until, inspecting, inspectFrom, holdUntil }),
    inspectFrom,
    holdUntil,
    until,
    warnings: warningsOn(lease, { until, inspecting, inspectFrom, holdUntil }),
  };
}

interface Times {
  readonly until: Instant;
  readonly inspecting: Instant | undefined;
  readonly inspectFrom: Deadline | undefined;
  readonly holdUntil: Deadline | undefined;
}

function phaseOf(now: Instant, { until, inspecting, inspectFrom, holdUntil }: Times): Phase {
  if (now >= until) return 'overdue';
  if (inspecting !== undefined && now >= inspecting) {
    if (holdUntil?.at !== undefined && now >= holdUntil.at) return 'due';
    return now < inspecting + shortestHoldSeconds * 1000 ? 'inspecting' : 'holding';
  }
  if (inspectFrom === undefined) return 'patched';
  if (inspectFrom.at === undefined) return 'deployed';
  return now < inspectFrom.at ? 'waiting' : 'safe';
}

/** The times at which an event happened to `server`, or to any where it is left out. */
function timesOf({ events }: Lease, name: LeaseEventName, server?: string): Instant[] {
  return events
    .filter(
      ({ event, server: only }) => event === name && (only === undefined || server === undefined || only === server),
    )
    .flatMap(({ at }) => readInstant(at) ?? []);
}

function lastEvent(lease: Lease, name: LeaseEventName, server?: string): Instant | undefined {
  return timesOf(lease, name, server).reduce<Instant | undefined>(
    (a, b) => (a === undefined || b > a ? b : a),
    undefined,
  );
}

function firstEvent(lease: Lease, name: LeaseEventName, server: string): Instant | undefined {
  return timesOf(lease, name, server).reduce<Instant | undefined>(firstOf, undefined);
}

/** The last listener to be rid of its old sessions decides. */
function inspectDeadline(lease: Lease): Deadline | undefined {
  let latest: Deadline | undefined;
  let isDeployed = false;
  for (const listener of lease.listeners) {
    const deadline = listenerDeadline(lease, listener);
    if (deadline.kind === 'deployed') isDeployed = true;
    if (latest === undefined || isLater(deadline, latest)) latest = deadline;
  }
  if (lease.listeners.length === 0) {
    const at = lastEvent(lease, 'deployed') ?? lastEvent(lease, 'restarted');
    return at === undefined ? undefined : { at, why: 'no listener had to be shortened', decidedBy: undefined };
  }
  return isDeployed ? latest : undefined;
}

function isLater(a: Deadline, b: Deadline): boolean {
  return b.at !== undefined && (a.at === undefined || a.at > b.at);
}

type ListenerDeadline = Deadline & { readonly kind: 'deployed' | 'waiting' };

/** From when on no session of a listener is left that is older than the target. */
function listenerDeadline(lease: Lease, listener: LeaseListener): ListenerDeadline {
  const { targetSeconds } = lease;
  const { server, lifetimeSeconds, oldSessionsAfterReload, isRenewed, end } = listener;
  const restarted = lastEvent(lease, 'restarted', server);
  // Whatever was restarted also uses the new configuration. The first time counts: from then on no long session was made.
  const deployed = firstOf(firstEvent(lease, 'deployed', server), firstEvent(lease, 'restarted', server));
  const common = { decidedBy: listener, ...(end === undefined ? {} : { help: end }) };
  if (deployed === undefined)
    return { kind: 'waiting', at: undefined, why: `${server} does not use the change yet`, ...common };
  const known = { kind: 'deployed', ...common } as const;
  const dropped = dropOf(lease, listener, deployed, restarted);
  const byWaiting = waitingDeadline(deployed, listener, targetSeconds);
  if (dropped) {
    const at = dropped.at + targetSeconds * 1000;
    if (byWaiting === undefined || at <= byWaiting)
      // Nothing comes sooner than that.
      return {
        kind: 'deployed',
        decidedBy: listener,
        at,
        why: `the ${dropped.by} dropped the old sessions; sessions made since then last ${targetSeconds} s`,
      };
  }
  if (byWaiting !== undefined)
    return {
      ...known,
      at: byWaiting,
      why:
        oldSessionsAfterReload === 'kept'
          ? `sessions from before the change stay valid after a reload, for as long as they were given: ${lifetimeSeconds} s`
          : `whether a reload drops old sessions is not known, and they were given ${lifetimeSeconds} s`,
    };
  return {
    ...known,
    at: undefined,
    why:
      isRenewed === true
        ? 'no waiting helps: sessions from before the change survive the reload, and a client that keeps coming back renews them without end'
        : 'how long sessions from before the change last is not known',
  };
}

/** What ended all old sessions at once, if anything did. */
function dropOf(
  lease: Lease,
  { server, mechanisms, oldSessionsAfterReload, oldSessionsAfterRestart }: LeaseListener,
  deployed: Instant,
  restarted: Instant | undefined,
): { readonly at: Instant; readonly by: string } | undefined {
  if (oldSessionsAfterReload === 'dropped') return { at: deployed, by: 'reload' };
  if (restarted !== undefined && oldSessionsAfterRestart === 'dropped') return { at: restarted, by: 'restart' };
  const withKeys = (name: LeaseEventName): Instant | undefined =>
    lastEvent({ ...lease, events: lease.events.filter(({ newKeys }) => newKeys === true) }, name, server);
  const rekeyed = withKeys('restarted');
  if (rekeyed !== undefined && oldSessionsAfterRestart === 'kept')
    return { at: rekeyed, by: 'restart with new ticket keys' };
  // Without a restart a session cache may keep what the keys do not.
  const reloaded = withKeys('deployed');
  const hasOnlyTickets = mechanisms.sessionId === 0 && oldSessionsAfterRestart === 'kept';
  return reloaded !== undefined && hasOnlyTickets ? { at: reloaded, by: 'reload with new ticket keys' } : undefined;
}

/** When the last old session ends by itself; undefined where none of them need ever end. */
function waitingDeadline(
  deployed: Instant,
  { oldSessionsAfterReload, isRenewed, lifetimeSeconds }: LeaseListener,
  targetSeconds: Seconds,
): Instant | undefined {
  if (oldSessionsAfterReload === 'dropped') return deployed + targetSeconds * 1000;
  if (isRenewed === true || lifetimeSeconds === null) return undefined;
  return deployed + Math.max(lifetimeSeconds, targetSeconds) * 1000;
}

function firstOf(a: Instant | undefined, b: Instant | undefined): Instant | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

/** A client that was away keeps what it was given before the change: so long the short lifetime stays. */
function holdDeadline({ listeners }: Lease, inspecting: Instant): Deadline {
  let longest: LeaseListener | undefined;
  for (const listener of listeners)
    if (listener.lifetimeSeconds !== null && listener.lifetimeSeconds > (longest?.lifetimeSeconds ?? 0))
      longest = listener;
  const former = longest?.lifetimeSeconds ?? 0;
  const seconds = Math.max(former, shortestHoldSeconds);
  const unknown = listeners.find(({ lifetimeSeconds }) => lifetimeSeconds === null);
  return {
    at: inspecting + seconds * 1000,
    decidedBy: former > shortestHoldSeconds ? longest : undefined,
    why:
      (former > shortestHoldSeconds
        ? `clients may come back with sessions from before the change for ${former} s`
        : 'ten minutes show whether inspection works') +
      (unknown ? `; how long those of ${unknown.name || unknown.address || unknown.server} last is not known` : ''),
  };
}

function warningsOn(lease: Lease, { until, inspecting, inspectFrom, holdUntil }: Times): string[] {
  const warnings: string[] = [];
  if (inspecting !== undefined && (inspectFrom?.at === undefined || inspecting < inspectFrom.at))
    warnings.push(
      inspectFrom === undefined
        ? 'inspection was switched on before any server used the change: clients with old sessions fail until those end'
        : 'inspection was switched on before the old sessions were gone: clients that still hold one fail until it ends',
    );
  if (inspectFrom?.at !== undefined && inspecting === undefined && inspectFrom.at >= until)
    warnings.push('the lease ends before inspection may be switched on: extend it with shortfuse patch --extend');
  if (holdUntil?.at !== undefined && holdUntil.at > until)
    warnings.push('the lease ends before the old sessions are certainly gone: extend it with shortfuse patch --extend');
  const renewing = lease.listeners.find(({ renewsAtTarget }) => renewsAtTarget === true);
  if (renewing && inspectFrom !== undefined && holdUntil === undefined)
    warnings.push(
      `TLS 1.3 clients of ${renewing.name || renewing.address || renewing.server} that come back within ${lease.targetSeconds} s renew their sessions for as long as they do: ` +
        `where a reload drops sessions, reload ${renewing.server} once more right after switching inspection on`,
    );
  return warnings;
}
