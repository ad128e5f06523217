import type { Configuration } from '../adapter.js';
import type { Seconds } from '../duration.js';
import type { Problem } from '../problem.js';
import type { PathProblem } from '../report/audit.js';
import type { Finding } from './finding.js';
import { placeKey, type Rule } from './rule.js';

/** What `lint` found: the input of every format. */
export interface LintReport {
  readonly targetSeconds: Seconds;
  /** By file, place and rule. */
  readonly findings: readonly Finding[];
  /** Finding by finding, in the same order: what stays the same when lines move. See `fingerprint.ts`. */
  readonly fingerprints: readonly string[];
  /**
   * Errors that keep files or parts of them from being judged, whether or not a finding says the same, and warnings about
   * texts that can be read but do not tell the whole truth. A format that says nothing of them would lie; which of them no
   * finding reports, `unreportedProblems` says.
   */
  readonly problems: readonly Problem[];
  readonly pathProblems: readonly PathProblem[];
  /** The rules that ran, by id. */
  readonly rules: readonly Rule[];
  readonly summary: LintSummary;
  readonly configurations: readonly Configuration[];
  /** The same as they would be after `patch`, in the same order; only where somebody worked it out. */
  readonly patched?: readonly Configuration[];
}

export interface LintSummary {
  /** Files that were read, each once. */
  readonly files: number;
  readonly listeners: number;
  readonly errors: number;
  readonly warnings: number;
  /** Findings that a comment in the file silences. */
  readonly suppressed: number;
  /** Findings that the baseline knows. */
  readonly baselined: number;
}

/** The problems that no finding reports. */
export function unreportedProblems({ findings, problems }: LintReport): readonly Problem[] {
  const reported = new Set(findings.map(({ at, message }) => `${placeKey(at)} ${message}`));
  return problems.filter(({ at, message }) => !reported.has(`${placeKey(at)} ${message}`));
}

/** Paths and places that could not be read: as long as there are any, no finding does not mean that there is nothing. */
export function countUnread({ problems, pathProblems }: Pick<LintReport, 'problems' | 'pathProblems'>): number {
  return pathProblems.length + problems.filter(({ severity }) => severity === 'error').length;
}
