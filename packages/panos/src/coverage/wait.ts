import type { Seconds } from '@shortfuse/core';
import type { CoverageRow } from './coverage.js';

/** How long to wait before a rule is switched on, and how long to stay short after, counted from the last server that changed. */
export interface Wait {
  /** Where every server drops its old sessions: a restart, or a reload that changes keys and empties caches. */
  readonly afterDropSeconds: Seconds;
  /** Where old sessions live on; null where no wait is long enough, or nobody knows. */
  readonly otherwiseSeconds: Seconds | null;
  /** How long to keep lifetimes short once the rule is on; null where the old lifetime is not known. */
  readonly keepShortSeconds: Seconds | null;
}

/** Old sessions are accepted up to a second longer than their lifetime, and clocks differ a little. */
const margin: Seconds = 30;
const leastKept: Seconds = 600;

/** The wait for the listeners behind one rule. A listener without sessions needs none of its own. */
export function waitFor(rows: readonly CoverageRow[], targetSeconds: Seconds): Wait {
  let longest: Seconds | null = 0;
  let isEndless = false;
  for (const { host } of rows) {
    const { lifetimeSeconds, listener } = host;
    if (lifetimeSeconds === null || longest === null) longest = null;
    else longest = Math.max(longest, lifetimeSeconds);
    const ticket = listener?.mechanisms.ticketTls13;
    // A client that keeps coming back gets the full old lifetime each time.
    if (ticket && ticket.enabled !== false && ticket.renewal === 'unbounded' && lifetimeSeconds !== 0) isEndless = true;
  }
  return {
    afterDropSeconds: targetSeconds + margin,
    otherwiseSeconds: longest === null || isEndless ? null : Math.max(longest, targetSeconds) + 1,
    keepShortSeconds: longest === null ? null : Math.max(longest, leastKept),
  };
}
