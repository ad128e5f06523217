import type { Seconds } from './duration.js';
import type { Instant } from './instant.js';
import type { Lease, LeaseListener } from './lease.js';
import { type Listener, lastingName } from './listener.js';
import type { Deadline } from './listener-deadline.js';
import { rolloutOf } from './rollout.js';

/** A listener of which it is asked from when on its traffic may be decrypted. */
export interface Awaited {
  /** What is in effect now, from the files; null: unknown. */
  readonly lifetimeSeconds: Seconds | null;
  /** Absent where it comes from no file of a server; no lease knows it then. */
  readonly listener?: Listener;
}

/** A listener that a lease shortens, and what the lease says of it. */
export interface Leased {
  readonly lease: Lease;
  readonly listener: LeaseListener;
}

/**
 * From when the traffic of some listeners may be decrypted. The last of them decides.
 * - `no-listener`: none is known, so nobody knows
 * - `held-back`: the lifetime of these is above the target, or unknown
 * - `not-deployed`: the files are changed, the server of this one does not use them yet
 * - `no-time`: old sessions of this one need not end by waiting, or nobody knows when they do
 * - `from`: the last old session is gone then; the moment may have passed
 * - `any-time`: all are at the target, and no lease tells that one of them ever was not
 */
export type SwitchOn<One extends Awaited = Awaited> =
  | { readonly kind: 'no-listener' | 'any-time' }
  | { readonly kind: 'held-back'; readonly by: readonly One[] }
  | ({ readonly kind: 'not-deployed' } & Leased)
  | ({ readonly kind: 'no-time'; readonly deadline: Deadline } & Leased)
  | ({ readonly kind: 'from'; readonly at: Instant; readonly deadline: Deadline } & Leased);

/**
 * Says of listeners from when their traffic may be decrypted: the files have to have them at `target`, and their old sessions,
 * which leases tell of, have to be gone. Where a lease needs a companion at a server, the files do not show the change there,
 * and its word counts.
 */
export function switchOnFinder(
  leases: readonly Lease[],
  target: Seconds,
  now: Instant,
): <One extends Awaited>(awaited: readonly One[]) => SwitchOn<One> {
  const known = new Map<string, Leased[]>();
  for (const lease of leases)
    for (const listener of lease.listeners) {
      const key = listenerKey(listener);
      const others = known.get(key);
      if (others) others.push({ lease, listener });
      else known.set(key, [{ lease, listener }]);
    }
  const judged = new Map<Awaited, Judged>();
  const judge = (one: Awaited): Judged => {
    const before = judged.get(one);
    if (before) return before;
    const leased = one.listener ? (known.get(listenerKey(one.listener)) ?? []) : [];
    const isAbove = one.lifetimeSeconds === null || one.lifetimeSeconds > target;
    let latest: SwitchOn<never> = { kind: 'any-time' };
    for (const each of leased) latest = laterOf(latest, deadlineOf(each, now));
    const found = { isHeldBack: isAbove && !leased.some(isChangedOutsideFiles), latest };
    judged.set(one, found);
    return found;
  };
  return (awaited) => {
    if (awaited.length === 0) return { kind: 'no-listener' };
    const by = awaited.filter((one) => judge(one).isHeldBack);
    if (by.length > 0) return { kind: 'held-back', by };
    return awaited.map((one) => judge(one).latest).reduce(laterOf);
  };
}

/** What is known of one listener, however many rules it stands behind. */
interface Judged {
  readonly isHeldBack: boolean;
  readonly latest: SwitchOn<never>;
}

/** A listener by what people know it by, so that many can be looked up: equal exactly where `isSameListener` says so. */
export function listenerKey(listener: Pick<Listener, 'server' | 'address' | 'name' | 'profile'>): string {
  const { server, address, profile = null } = listener;
  return JSON.stringify([server, address, lastingName(listener), profile]);
}

function isChangedOutsideFiles({ lease, listener }: Leased): boolean {
  return lease.companions.some(
    ({ server, use, isRequired }) => isRequired && use === 'apply' && server === listener.server,
  );
}

function deadlineOf({ lease, listener }: Leased, now: Instant): SwitchOn<never> {
  const deadline = rolloutOf({ ...lease, listeners: [listener] }, now).inspectFrom;
  if (!deadline) return { kind: 'not-deployed', lease, listener };
  const { at } = deadline;
  return at === undefined
    ? { kind: 'no-time', deadline, lease, listener }
    : { kind: 'from', at, deadline, lease, listener };
}

/** What takes a person's work before any time can be named counts as later than every time. */
const ranks: Readonly<Record<SwitchOn['kind'], number>> = {
  'any-time': 0,
  from: 1,
  'no-time': 2,
  'not-deployed': 3,
  'held-back': 4,
  'no-listener': 4,
};

function laterOf(a: SwitchOn<never>, b: SwitchOn<never>): SwitchOn<never> {
  if (a.kind === 'from' && b.kind === 'from') return b.at > a.at ? b : a;
  return ranks[b.kind] > ranks[a.kind] ? b : a;
}
