import type { Location } from './source.js';

/** `error`: the server would refuse this, or it cannot be read. `warning`: readable, but not the whole truth. */
export type Severity = 'error' | 'warning';

/** Something wrong with the input. `message` is what is wrong, in the server's own words where it has some. */
export interface Problem {
  readonly severity: Severity;
  readonly at: Location;
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly help: string;
  /**
   * `value`: a session setting whose value the server refuses, or reads as something else than it looks like. `include`: an
   * include that matches nothing at hand. Absent: anything else.
   */
  readonly kind?: 'value' | 'include';
}
