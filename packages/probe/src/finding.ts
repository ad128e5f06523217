import type { Listener, Seconds } from '@shortfuse/core';
import type { Comparison } from './compare.js';
import type { ProbeResult } from './probe.js';
import type { OldSessions, Stock } from './stock.js';
import type { Acceptance } from './wait.js';

/** Everything that is known of one server: the input of every report about it. */
export interface Finding {
  readonly targetSeconds: Seconds;
  readonly result: ProbeResult;
  /** Empty where nothing was waited for. */
  readonly acceptances: readonly Acceptance[];
  /** The waiting ended before all ages were tried. */
  readonly isInterrupted?: boolean;
  /** Sessions from before a change, and what became of them; undefined where there are none. */
  readonly old?: { readonly stock: Stock; readonly sessions: readonly OldSessions[] } | undefined;
  /** What the files say of it; undefined where they were not read. */
  readonly against?: { readonly listener: Listener; readonly comparison: Comparison } | undefined;
}
