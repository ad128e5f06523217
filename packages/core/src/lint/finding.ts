import type { FileEdit } from '../change.js';
import type { Listener } from '../listener.js';
import type { Severity } from '../problem.js';
import type { Location } from '../source.js';

/** Another place that a finding speaks of. */
export interface RelatedPlace {
  readonly at: Location;
  readonly message: string;
}

/** What a rule says about one cause, however many listeners it concerns. */
export interface Finding {
  /** The id of the rule. */
  readonly rule: string;
  readonly severity: Severity;
  /** Where the text is that is to be changed. */
  readonly at: Location;
  /** What is, in one sentence without a full stop. */
  readonly message: string;
  /** Why that matters for the rollout, likewise. */
  readonly why: string;
  /** What to type. */
  readonly help: string;
  readonly related: readonly RelatedPlace[];
  /** The listeners concerned, in the order of the files; none where it is about a file. */
  readonly listeners: readonly Listener[];
  /** What `patch` would do about it; absent where it does nothing. */
  readonly fix?: readonly FileEdit[];
}
