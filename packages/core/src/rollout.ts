import { type Seconds, spellDuration } from './duration.js';
import { type Instant, readInstant } from './instant.js';
import type { Lease, LeaseListener } from './lease.js';
import { isEvent, lastOf, timesOf } from './lease-events.js';
import { type Deadline, filesSayDropped, listenerDeadline, usedSince } from './listener-deadline.js';
import { askedNames, proofOf } from './proof.js';

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
  const inspecting = lastOf(timesOf(lease, isEvent('inspecting')));
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
    const at = lastOf(timesOf(lease, isEvent('deployed'))) ?? lastOf(timesOf(lease, isEvent('restarted')));
    return at === undefined ? undefined : { at, why: 'no listener had to be shortened', decidedBy: undefined };
  }
  return isDeployed ? latest : undefined;
}

function isLater(a: Deadline, b: Deadline): boolean {
  return b.at !== undefined && (a.at === undefined || a.at > b.at);
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
  warnings.push(...proofWarnings(lease));
  const renewing = lease.listeners.find(({ renewsAtTarget }) => renewsAtTarget === true);
  if (renewing && inspectFrom !== undefined && holdUntil === undefined)
    warnings.push(
      `TLS 1.3 clients of ${renewing.name || renewing.address || renewing.server} that come back within ${lease.targetSeconds} s renew their sessions for as long as they do: ` +
        `where a reload drops sessions, reload ${renewing.server} once more right after switching inspection on`,
    );
  return warnings;
}

/** Where servers did something else than the files say; once for each server, however many listeners it answers for. */
function proofWarnings(lease: Lease): readonly string[] {
  const warnings = new Set<string>();
  for (const listener of lease.listeners) {
    const proof = proofOf(lease, listener);
    if (proof?.kind === 'not-live' && usedSince(lease, listener) === undefined) {
      const announced = Math.max(...proof.by.map(({ announcedSeconds = 0 }) => announcedSeconds));
      warnings.add(
        `${askedNames(proof.by)} announces ${spellDuration(announced)} for new sessions: the change is not in use there; ` +
          'see whether the reload failed or another server answers, then mark it deployed again',
      );
    }
    const by = proof?.kind === 'accepted' ? filesSayDropped(lease, listener, proof) : undefined;
    if (proof && by !== undefined)
      warnings.add(
        `${askedNames(proof.by)} still accepts sessions from before the change, although the files say that the ${by} dropped them: ` +
          'see whether it happened on every server that answers there',
      );
  }
  return [...warnings];
}
