import type { Configuration } from './adapter.js';
import type { Seconds } from './duration.js';
import {
  isWithin,
  type Lifetime,
  type Listener,
  lastingName,
  type Mechanism,
  type MechanismName,
  mechanismNames,
  mechanismSeconds,
} from './listener.js';
import type { Problem } from './problem.js';
import type { SourceFile } from './source.js';

/** Something that a patch should not have done, or has not done. */
export interface Deviation {
  /** As it was before the patch; undefined where no single listener is concerned. */
  readonly listener: Listener | undefined;
  /** Its way of resuming that deviates; there where a listener is. */
  readonly mechanism?: MechanismName;
  /** The files, as before the patch, of which an edit is to blame; absent where it may be any. */
  readonly files?: readonly SourceFile[];
  /** Completes "the configuration shows that …". */
  readonly what: string;
}

export interface Expectation {
  /** The listeners that should have moved, and by which mechanisms they are to be at the target. */
  readonly wished: ReadonlyMap<Listener, ReadonlySet<MechanismName>>;
  /** The mechanisms of which some lifetime was refused: others of the same mechanism may move all the same. */
  readonly refused?: ReadonlyMap<Listener, ReadonlySet<MechanismName>>;
  /** The listeners that may change; all where absent. */
  readonly isWanted?: (listener: Listener) => boolean;
  readonly target: Seconds;
}

/**
 * Compares what is in effect before and after a patch. Nothing may differ but this: the wished mechanisms of the wished
 * listeners are at the target.
 */
export function deviationsIn(
  before: readonly Configuration[],
  after: readonly Configuration[],
  expectation: Expectation,
): readonly Deviation[] {
  if (before.length !== after.length)
    return [{ listener: undefined, what: `there are ${after.length} configurations and not ${before.length}` }];
  return before.flatMap((configuration, i) => {
    const changed = after[i];
    return changed ? configurationDeviations(configuration, changed, expectation) : [];
  });
}

function configurationDeviations(
  before: Configuration,
  after: Configuration,
  expectation: Expectation,
): readonly Deviation[] {
  const { files } = before;
  if (before.listeners.length !== after.listeners.length) {
    const what = `${before.label} has ${after.listeners.length} TLS listeners and not ${before.listeners.length}`;
    return [{ listener: undefined, files, what }];
  }
  const deviations: Deviation[] = [];
  for (const [i, listener] of before.listeners.entries()) {
    const now = after.listeners[i];
    if (!now) continue;
    // Whoever is behind such a change, it is hardly the one that lost its place.
    if (isAnother(listener, now))
      deviations.push({ listener: undefined, files, what: `another listener is in its place: ${named(now)}` });
    else
      for (const each of listenerDeviations(listener, now, expectation)) deviations.push({ listener, files, ...each });
  }
  const fresh = newError(before.problems, after.problems);
  if (fresh !== undefined)
    deviations.push({ listener: undefined, files, what: `the server would now refuse it: ${fresh}` });
  return deviations;
}

function isAnother(before: Listener, after: Listener): boolean {
  return (
    before.server !== after.server ||
    before.address !== after.address ||
    lastingName(before) !== lastingName(after) ||
    before.profile !== after.profile
  );
}

function named({ server, address, name }: Listener): string {
  return [address, name].filter(Boolean).join(' ') || server;
}

function listenerDeviations(
  before: Listener,
  after: Listener,
  expectation: Expectation,
): readonly Required<Pick<Deviation, 'mechanism' | 'what'>>[] {
  const { target } = expectation;
  const mine = expectation.wished.get(before);
  const refused = expectation.refused?.get(before);
  const deviations: Required<Pick<Deviation, 'mechanism' | 'what'>>[] = [];
  for (const mechanism of mechanismNames) {
    const was = before.mechanisms[mechanism];
    const is = after.mechanisms[mechanism];
    if (isSame(was, is)) {
      if (mine?.has(mechanism) && !isReached(is, target) && isPossible(after, mechanism))
        deviations.push({ mechanism, what: `${mechanism} did not change` });
      continue;
    }
    // A timeout of 0 can switch a mechanism off that a timeout of 60 has on, here or at a listener that shares the timeout; then
    // it is short, too.
    const mayMove = mine ?? (was.enabled === false && (expectation.isWanted?.(before) ?? true));
    if (mayMove && isReached(is, target)) continue;
    if (refused?.has(mechanism) && isPartlyReached(was, is, target)) continue;
    deviations.push({ mechanism, what: `${mechanism} is ${shown(is)} and was ${shown(was)}` });
  }
  return deviations;
}

function isSame(a: Mechanism, b: Mechanism): boolean {
  return (
    a.enabled === b.enabled &&
    a.renewal === b.renewal &&
    a.lifetimes.length === b.lifetimes.length &&
    a.lifetimes.every((lifetime, i) => isAsLong(lifetime, b.lifetimes[i]))
  );
}

/** A bound that is lost or gained is a change, too. */
function isAsLong(a: Lifetime, b: Lifetime | undefined): boolean {
  return b !== undefined && a.seconds === b.seconds && a.atMost === b.atMost;
}

function isReached(mechanism: Mechanism, target: Seconds): boolean {
  const { enabled, lifetimes } = mechanism;
  return enabled === false || (lifetimes.length > 0 && lifetimes.every((lifetime) => isWithin(lifetime, target)));
}

/** Each lifetime stayed as it was, is at the target, or is at least no longer than it was. */
function isPartlyReached(was: Mechanism, is: Mechanism, target: Seconds): boolean {
  return (
    is.enabled === was.enabled &&
    is.lifetimes.length === was.lifetimes.length &&
    is.lifetimes.every((lifetime, i) => {
      const { seconds, atMost } = was.lifetimes[i] ?? lifetime;
      return isAsLong(lifetime, was.lifetimes[i]) || isWithin(lifetime, Math.max(target, seconds ?? atMost ?? 0));
    })
  );
}

function isPossible({ mechanisms, presumed }: Listener, name: MechanismName): boolean {
  return (mechanisms[name].enabled ?? presumed?.[name]) !== false;
}

function shown(mechanism: Mechanism): string {
  if (mechanism.enabled === false) return 'off';
  const seconds = mechanismSeconds(mechanism);
  if (seconds !== undefined) return `${seconds} s`;
  const bounds = mechanism.lifetimes.map((lifetime) => lifetime.seconds ?? lifetime.atMost ?? Number.POSITIVE_INFINITY);
  const longest = Math.max(...bounds, bounds.length > 0 ? 0 : Number.POSITIVE_INFINITY);
  return longest === Number.POSITIVE_INFINITY ? 'unknown' : `unknown, at most ${longest} s`;
}

/** The first error that was not there before. Places move with a patch, so the messages are compared, without the lines they name. */
function newError(before: readonly Problem[], after: readonly Problem[]): string | undefined {
  const known = new Map<string, number>();
  for (const { severity, message } of before)
    if (severity === 'error') known.set(withoutLines(message), (known.get(withoutLines(message)) ?? 0) + 1);
  for (const { severity, message } of after) {
    if (severity !== 'error') continue;
    const left = known.get(withoutLines(message)) ?? 0;
    if (left === 0) return message;
    known.set(withoutLines(message), left - 1);
  }
  return undefined;
}

function withoutLines(message: string): string {
  return message.replace(/\bline \d+/g, 'line');
}
