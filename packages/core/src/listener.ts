import type { RemedyFinder } from './change.js';
import type { Seconds } from './duration.js';
import type { Location } from './source.js';

/** The three ways a client can resume a TLS session: RFC 5246 7.4.1.2, RFC 5077, RFC 8446 2.2. */
export const mechanismNames = ['sessionId', 'ticketTls12', 'ticketTls13'] as const;
export type MechanismName = (typeof mechanismNames)[number];

/**
 * Where an effective value comes from.
 * - `explicit`: written in the very block, host or profile that decides
 * - `inherited`: written in an enclosing block, the main server or an ancestor profile
 * - `default`: the server's documented default; `at` where a line deletes or mistypes the value and so brings it about
 * - `builtin`: stated by something that the product ships outside the files, such as a factory profile
 * - `unknown`: the files do not tell; `why` says what hides it and what would settle it
 */
export type Origin =
  | { readonly kind: 'explicit' | 'inherited'; readonly at: Location }
  | { readonly kind: 'default' | 'builtin'; readonly at?: Location }
  | { readonly kind: 'unknown'; readonly why: string; readonly at?: Location };

/** One effective lifetime and where it comes from. `seconds` is undefined exactly where the origin is `unknown`. */
export interface Lifetime {
  readonly seconds: Seconds | undefined;
  /** Where `seconds` is undefined: whatever the files do not tell, it is no longer than this. */
  readonly atMost?: Seconds;
  readonly origin: Origin;
  /** How it is changed. Absent where what decides is not in the files; the origin then says why. */
  readonly remedies?: RemedyFinder;
}

/** What becomes of sessions from before a change: still accepted, refused, or nobody knows. */
export type Fate = 'kept' | 'dropped' | 'unknown';

/**
 * May a TLS 1.3 client that keeps coming back extend its session?
 * `unbounded`: each resumption hands out a ticket with a full new lifetime; `bounded`: the chain ends with the first one's.
 */
export type Renewal = 'unbounded' | 'bounded' | 'unknown';

/** One way of resuming at one listener. */
export interface Mechanism {
  /** `undefined`: the files do not tell. */
  readonly enabled: boolean | undefined;
  /**
   * The lifetimes that sessions of this mechanism are given; several where the server hands out tickets that differ (httpd's
   * first and second TLS 1.3 ticket). Empty where `enabled` is false; empty elsewhere counts as unknown.
   */
  readonly lifetimes: readonly Lifetime[];
  /** Only for `ticketTls13`, and only where it is not off. */
  readonly renewal?: Renewal;
}

export type Mechanisms = Readonly<Record<MechanismName, Mechanism>>;

/** A setting that looks as if it governed the listener and does not. */
export interface IgnoredSetting {
  readonly at: Location;
  readonly why: string;
  /**
   * Nobody has to do anything about it: it is no setting of the listener's sessions at all, stands in a comment, or may have an
   * effect after all.
   */
  readonly isRemark?: true;
}

/** Something a person should know before a change window. `code` names the kind, for rules and tests. */
export interface Note {
  readonly code: string;
  readonly text: string;
}

/** What becomes of old sessions where ticket keys are replaced, on every machine that shares them. */
export interface WithNewKeys {
  readonly afterReload: Fate;
  readonly afterRestart: Fate;
}

/** One place where a server accepts TLS. */
export interface Listener {
  /** The id of the adapter that found it. */
  readonly server: string;
  /** `10.0.0.1:443`, `[::]:443`, `unix:/run/x.sock`; null where the files do not tell. */
  readonly address: string | null;
  /** The first name it answers to; empty where it has none. */
  readonly name: string;
  /** The profile that holds its TLS settings, on servers that have such objects. */
  readonly profile?: string;
  readonly definedAt: Location;
  readonly mechanisms: Mechanisms;
  /**
   * What counts for the lifetime where a mechanism's `enabled` is undefined: what the server's defaults make likely, for
   * listeners whose lifetime itself is known. A note has to say so.
   */
  readonly presumed?: Readonly<Partial<Record<MechanismName, boolean>>>;
  /** What decides here where no session can be resumed: where one would look first, and what counts once resumption is on. */
  readonly governing: Lifetime;
  /** Do sessions issued before a change of the lifetime survive the reload that applies it? */
  readonly oldSessionsAfterReload: Fate;
  /** The same for a restart of the server. */
  readonly oldSessionsAfterRestart: Fate;
  /**
   * What else there is to know where they are kept, in the server's own terms. Undefined where they are dropped.
   * `isRenewed`: a client that keeps coming back extends such a session without end, so that waiting does not end it.
   * `end`: what ends them at once, as something to do: `replace the key in tickets.key and reload`.
   * `at`: the text that has them kept, such as that of a shared cache, where there is one.
   * `withNewKeys`: what becomes of them where that is done and the ticket keys are replaced. Absent where no key is in a file.
   */
  readonly oldSessions?: {
    readonly isRenewed: boolean | undefined;
    readonly end: string;
    readonly at?: Location;
    readonly withNewKeys?: WithNewKeys;
  };
  readonly ignored: readonly IgnoredSetting[];
  /**
   * Written settings that count here: one that several listeners share may be among what others of them ignore. Absent where
   * the origins of the lifetimes are all of them.
   */
  readonly inEffect?: readonly Location[];
  readonly notes: readonly Note[];
}

/** The longest time after a full handshake that a client can still resume, and what decides it. */
export interface EffectiveLifetime {
  /** 0: nothing can be resumed. `undefined`: the files do not tell. */
  readonly seconds: Seconds | undefined;
  readonly decidedBy: Lifetime;
}

/**
 * A listener's lifetime: the longest of the mechanisms that are on. Unknown as soon as something unknown could make it
 * longer: an unknown lifetime of a mechanism that is or may be on, or a mechanism that may be on and would last longest.
 * A mechanism that may be on and would last 0 s changes nothing.
 */
export function effectiveLifetime(
  listener: Pick<Listener, 'mechanisms' | 'governing' | 'presumed'>,
): EffectiveLifetime {
  let longest: Lifetime | undefined;
  let possible: Lifetime | undefined;
  for (const name of mechanismNames) {
    const { enabled = listener.presumed?.[name], lifetimes } = listener.mechanisms[name];
    if (enabled === false) continue;
    if (lifetimes.length === 0) return { seconds: undefined, decidedBy: listener.governing };
    for (const lifetime of lifetimes) {
      if (lifetime.seconds === undefined) return { seconds: undefined, decidedBy: lifetime };
      if (enabled && isLonger(lifetime, longest)) longest = lifetime;
      if (!enabled && isLonger(lifetime, possible)) possible = lifetime;
    }
  }
  if (possible?.seconds && isLonger(possible, longest)) return { seconds: undefined, decidedBy: possible };
  return longest ? { seconds: longest.seconds, decidedBy: longest } : { seconds: 0, decidedBy: listener.governing };
}

/** Is a lifetime certain to be no longer than `limit`? */
export function isWithin({ seconds, atMost }: Pick<Lifetime, 'seconds' | 'atMost'>, limit: Seconds): boolean {
  const longest = seconds ?? atMost;
  return longest !== undefined && longest <= limit;
}

/** The longest lifetime of one mechanism; 0 where it is off, `undefined` where that cannot be told. */
export function mechanismSeconds({ enabled, lifetimes }: Mechanism): Seconds | undefined {
  if (enabled === false) return 0;
  if (lifetimes.length === 0) return undefined;
  let longest = 0;
  for (const { seconds } of lifetimes) {
    if (seconds === undefined) return undefined;
    longest = Math.max(longest, seconds);
  }
  return longest;
}

function isLonger(a: Lifetime, b: Lifetime | undefined): boolean {
  return b === undefined || (a.seconds ?? 0) > (b.seconds ?? 0);
}

/**
 * The name without the number of a line in it: servers that a program makes are called by their place
 * (`src/server.ts:10 https.createServer`), and a line that is added above moves that.
 */
export function lastingName({ name }: Pick<Listener, 'name'>): string {
  return name.replace(/:\d+(?= )/, '');
}
