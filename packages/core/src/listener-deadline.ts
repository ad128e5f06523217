import type { Seconds } from './duration.js';
import type { Instant } from './instant.js';
import type { Lease, LeaseEvent, LeaseListener } from './lease.js';
import { firstOf, isAfter, isEvent, lastOf, type Moment, momentsOf, timesOf } from './lease-events.js';
import { askedNames, longSessionsMade, proofOf } from './proof.js';

/** A time that one listener decides, and why it is that one. `at` undefined: no time can be named. */
export interface Deadline {
  readonly at: Instant | undefined;
  readonly why: string;
  /** Undefined where no listener decides: the lease has none, or nothing happened yet. */
  readonly decidedBy: LeaseListener | undefined;
  /** What makes it come sooner, or at all. */
  readonly help?: string;
}

/** `waiting`: its server does not use the change yet. */
export type ListenerDeadline = Deadline & { readonly kind: 'deployed' | 'waiting' };

/** From when on no session of a listener is left that is older than the target. */
export function listenerDeadline(lease: Lease, listener: LeaseListener): ListenerDeadline {
  const { targetSeconds } = lease;
  const { server, lifetimeSeconds, oldSessionsAfterReload, end } = listener;
  const common = { decidedBy: listener, ...(end === undefined ? {} : { help: end }) };
  const proof = proofOf(lease, listener);
  // Whatever was restarted also uses the new configuration. The first time counts: from then on no long session was made.
  const deployed = usedSince(lease, listener);
  if (deployed === undefined) {
    const isSeen = longSessionsMade(lease, listener) !== undefined;
    const why = `${server} does not use the change yet${isSeen ? ': what it announced when it was probed is above the target' : ''}`;
    return { kind: 'waiting', at: undefined, why, ...common };
  }
  const known = { kind: 'deployed', ...common } as const;
  const accepted = proof?.kind === 'accepted' ? proof : undefined;
  const dropped = dropOf(lease, listener, deployed);
  const byWaiting = waitingDeadline(deployed, listener, targetSeconds, accepted !== undefined);
  if (dropped) {
    const at = dropped.at + targetSeconds * 1000;
    if (byWaiting === undefined || at <= byWaiting)
      // Nothing comes sooner than that.
      return {
        kind: 'deployed',
        decidedBy: listener,
        at,
        why: `${dropped.what}; sessions made since then last ${targetSeconds} s`,
      };
  }
  if (accepted && byWaiting !== undefined && byWaiting <= accepted.at)
    return {
      ...known,
      at: undefined,
      why: `${askedNames(accepted.by)} accepted sessions from before the change when they should have been over: the files do not say how long they last`,
    };
  if (byWaiting !== undefined)
    return {
      ...known,
      at: byWaiting,
      why: accepted
        ? `${askedNames(accepted.by)} still accepted sessions from before the change, and they were given ${lifetimeSeconds} s`
        : oldSessionsAfterReload === 'kept'
          ? `sessions from before the change stay valid after a reload, for as long as they were given: ${lifetimeSeconds} s`
          : `whether a reload drops old sessions is not known, and they were given ${lifetimeSeconds} s`,
    };
  return {
    ...known,
    at: undefined,
    why: goOnWithoutEnd(listener, accepted !== undefined)
      ? 'no waiting helps: sessions from before the change survive the reload, and a client that keeps coming back renews them without end'
      : 'how long sessions from before the change last is not known',
  };
}

/** What the files say dropped all sessions from before the change, up to `asked`; undefined where they do not say so, or say it of later. */
export function filesSayDropped(lease: Lease, listener: LeaseListener, asked: Moment): string | undefined {
  return dropsByFiles(lease, listener, asked).length > 0 ? undefined : dropsByFiles(lease, listener)[0]?.by;
}

/** Since when the server of a listener uses the change, as far as is known; undefined where it does not. */
export function usedSince(lease: Lease, listener: LeaseListener): Instant | undefined {
  return firstOf(usesOf(lease, listener).map(({ at }) => at));
}

/** When `isMeant` happened to a server that used the change. One that made long sessions later did not use it then. */
function usesOf(
  lease: Lease,
  listener: LeaseListener,
  isMeant: (event: LeaseEvent) => boolean = () => true,
): readonly Moment[] {
  const longMade = longSessionsMade(lease, listener);
  const uses = momentsOf(lease, (event) => isUse(event, listener.server) && isMeant(event));
  return uses.filter((use) => isAfter(use, longMade));
}

function isUse(event: LeaseEvent, server: string): boolean {
  return isEvent('deployed', server)(event) || isEvent('restarted', server)(event);
}

interface Drop {
  readonly at: Instant;
  /** `reload`, `restart with new ticket keys` */
  readonly by: string;
}

/** What ended all old sessions at once, if anything did, and when. */
function dropOf(
  lease: Lease,
  listener: LeaseListener,
  deployed: Instant,
): { readonly at: Instant; readonly what: string } | undefined {
  const proof = proofOf(lease, listener);
  // What did not drop them, whatever the files say, happened before that.
  const stillThere = proof?.kind === 'accepted' ? proof : undefined;
  const drops = dropsByFiles(lease, listener, stillThere).map(({ at, by }) => ({
    at,
    what: `the ${by} dropped the old sessions`,
  }));
  if (proof?.kind === 'refused')
    drops.push({
      at: Math.max(proof.at, deployed),
      what: `the probe of ${askedNames(proof.by)} showed that old sessions are refused`,
    });
  return drops.reduce<(typeof drops)[number] | undefined>(
    (a, b) => (a === undefined || b.at < a.at ? b : a),
    undefined,
  );
}

/** The moments later than `since` at which the files say that all old sessions ended. */
function dropsByFiles(lease: Lease, listener: LeaseListener, since?: Moment): readonly Drop[] {
  const { server, oldSessionsAfterReload, oldSessionsAfterRestart, withNewKeys } = listener;
  const inspecting = lastOf(timesOf(lease, isEvent('inspecting')));
  const times = (isMeant?: (event: LeaseEvent) => boolean): readonly Instant[] =>
    usesOf(lease, listener, isMeant).flatMap((use) => (isAfter(use, since) ? use.at : []));
  const restarted = decisiveOf(times(isEvent('restarted', server)), inspecting);
  const rekeyed = decisiveOf(
    times(({ newKeys }) => newKeys === true),
    inspecting,
  );
  const drops: Drop[] = [];
  if (oldSessionsAfterReload === 'dropped') drops.push(...times().map((at) => ({ at, by: 'reload' })));
  if (restarted !== undefined && oldSessionsAfterRestart === 'dropped') drops.push({ at: restarted, by: 'restart' });
  if (rekeyed !== undefined && withNewKeys?.afterReload === 'dropped')
    drops.push({ at: rekeyed, by: 'change of ticket keys' });
  // A restart ends what keys have nothing to do with, whichever of the two came first.
  if (rekeyed !== undefined && restarted !== undefined && withNewKeys?.afterRestart === 'dropped')
    drops.push({ at: Math.max(rekeyed, restarted), by: 'restart with new ticket keys' });
  return drops;
}

/**
 * Of several times that something was done, the one that counts: the last, because until then a part of the servers may not have
 * had it. What was done again once inspection was on has nothing to do with from when it could be.
 */
function decisiveOf(times: readonly Instant[], inspecting: Instant | undefined): Instant | undefined {
  const before = inspecting === undefined ? times : times.filter((at) => at <= inspecting);
  return lastOf(before) ?? firstOf(times);
}

/** When the last old session ends by itself; undefined where none of them need ever end. */
function waitingDeadline(
  deployed: Instant,
  listener: LeaseListener,
  targetSeconds: Seconds,
  isAccepted: boolean,
): Instant | undefined {
  const { oldSessionsAfterReload, lifetimeSeconds } = listener;
  if (oldSessionsAfterReload === 'dropped' && !isAccepted) return deployed + targetSeconds * 1000;
  if (goOnWithoutEnd(listener, isAccepted) || lifetimeSeconds === null) return undefined;
  return deployed + Math.max(lifetimeSeconds, targetSeconds) * 1000;
}

/** Can a client that keeps coming back hold an old session for ever? Files that say they are dropped say nothing of it otherwise. */
function goOnWithoutEnd(
  { oldSessionsAfterReload, isRenewed, renewsAtTarget }: LeaseListener,
  isAccepted: boolean,
): boolean {
  return isRenewed === true || (isAccepted && oldSessionsAfterReload === 'dropped' && renewsAtTarget === true);
}
