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
}
