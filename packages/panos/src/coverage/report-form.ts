import type { Place as FilePlace, ProblemReport, Seconds } from '@shortfuse/core';
import type { Decision } from './match.js';
import type { UnresolvedReason } from './resolve.js';
import type { Risk } from './risk.js';
import type { Wait } from './wait.js';

/** `coverage --format json`, as data. `packages/cli/schemas/coverage.schema.json` says the same to other programs. */
export interface CoverageReport {
  readonly schemaVersion: 1;
  readonly targetSeconds: Seconds;
  /** False: the configuration could not be read; `errors` says where. */
  readonly valid: boolean;
  readonly panosVersion: string | null;
  /** The exact release, where the configuration tells it. */
  readonly panosRelease: string | null;
  readonly risk: Risk;
  readonly rules: readonly RuleReport[];
  readonly coverage: readonly RowReport[];
  readonly coveredWithoutListener: readonly string[];
  readonly errors: readonly ErrorReport[];
  readonly warnings: readonly ErrorReport[];
  /** What is wrong with the files of the servers, where listeners come from files: as `audit` says it. */
  readonly problems: readonly ProblemReport[];
  readonly summary: CoverageSummary;
}

export interface RuleReport {
  readonly name: string;
  readonly location: string;
  readonly enabled: boolean;
  readonly certificates: readonly string[];
  readonly destinations: readonly string[];
  /** Present and true where the destinations are those that the rule is not about. */
  readonly negateDestination?: true;
  readonly ports: 'any' | readonly string[];
  readonly unresolved: readonly { readonly member: string; readonly why: UnresolvedReason }[];
  readonly target?: TargetReport;
  readonly line: number;
  /** `NAME ADDRESS` of every listener that it decrypts. */
  readonly listeners: readonly string[];
  /** The longest that is known of them; null where none is. */
  readonly longestLifetimeSeconds: Seconds | null;
  /** Those whose lifetime is above the target or unknown. */
  readonly heldBackBy: readonly string[];
  /** What is wrong with its certificates, as far as the configuration shows them. */
  readonly certificateRemarks: readonly string[];
  /** What its decryption profile hides. */
  readonly profileRemarks: readonly string[];
  readonly wait: Wait;
  /** The moment from when it may be switched on; null where it is not known yet. Only where somebody keeps a lease. */
  readonly switchOnAt?: string | null;
}

export interface TargetReport {
  readonly negate: boolean;
  readonly devices: readonly string[];
}

export interface RowReport {
  readonly listener: string;
  readonly server: string;
  readonly name: string;
  readonly address: string;
  readonly lifetimeSeconds: Seconds | null;
  readonly rule: string | null;
  readonly reason: RowReason;
  readonly why: string;
  readonly location?: string;
  readonly hiddenBy?: string;
  readonly via?: { readonly nat: string; readonly destination: string };
  readonly onlyOn?: readonly string[];
  /** Where the listener stands in its server's files. */
  readonly definedAt?: FilePlace;
}

/** Those of the rules, `address-unknown` where nobody said what a wildcard stands for, `local` where no firewall can be between. */
export type RowReason = Decision['reason'] | 'address-unknown' | 'local';

export interface ErrorReport {
  readonly file: string;
  readonly line: number;
  readonly why: string;
}

/** Counts of rows: a listener with two addresses counts twice. */
export interface CoverageSummary {
  readonly rules: number;
  readonly enabledRules: number;
  readonly listeners: number;
  readonly covered: number;
  readonly notCovered: number;
  /** May be covered: see `undecided` and `address-unknown`. */
  readonly undecided: number;
  /** Covered ones above the target. */
  readonly aboveTarget: number;
  /** Covered ones whose lifetime is unknown. */
  readonly unknown: number;
  /** The longest lifetime that is known of a covered one. */
  readonly longestSeconds: Seconds | null;
}
