import type { Configuration } from '../adapter.js';
import type { Seconds } from '../duration.js';
import { effectiveLifetime, type Lifetime, type Listener } from '../listener.js';
import type { Location } from '../source.js';
import { placeKey } from './rule.js';

/** What decides a listener's lifetime, and the place that a finding about it points to. */
export interface Decision {
  /** 0: nothing can be resumed. `undefined`: the files do not tell. */
  readonly seconds: Seconds | undefined;
  readonly decidedBy: Lifetime;
  /** The text that decides; where nothing written does, the listener. */
  readonly at: Location;
  readonly isWritten: boolean;
  /**
   * The same for listeners with the same cause: the same text, or, where nothing written decides, the same default in the
   * same file.
   */
  readonly key: string;
}

const known = new WeakMap<Listener, Decision>();

/** What decides the lifetime of a listener of `configuration`. Several rules ask, and it is worked out once. */
export function decisionOf(listener: Listener, configuration: Configuration): Decision {
  const before = known.get(listener);
  if (before) return before;
  const { seconds, decidedBy } = effectiveLifetime(listener);
  const { origin } = decidedBy;
  const written = 'at' in origin ? origin.at : undefined;
  const at = written ?? listener.definedAt;
  const what = `${seconds} ${origin.kind === 'unknown' ? origin.why : ''}`;
  const where = written ? placeKey(written) : `${configuration.server} ${at.file.path} ${origin.kind}`;
  const decision = { seconds, decidedBy, at, isWritten: written !== undefined, key: `${where} ${what}` };
  known.set(listener, decision);
  return decision;
}
