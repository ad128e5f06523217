import type { Configuration } from '../adapter.js';
import type { Seconds } from '../duration.js';
import { effectiveLifetime, type Listener } from '../listener.js';
import type { Problem } from '../problem.js';
import { positionOf, type SourceFile } from '../source.js';

/** What an audit found: the input of every report about it. */
export interface Audit {
  readonly targetSeconds: Seconds;
  readonly configurations: readonly Configuration[];
  /** Paths that a person named and that cannot be used. */
  readonly pathProblems: readonly PathProblem[];
}

/** A path that a person named and that cannot be used; there is no text to point into. */
export interface PathProblem {
  readonly path: string;
  readonly message: string;
  readonly help: string;
}

export interface AuditSummary {
  /** Files that were read, each once. */
  readonly files: number;
  readonly listeners: number;
  readonly aboveTarget: number;
  readonly unknown: number;
  /** The longest lifetime that is known; null where none is. */
  readonly longestSeconds: Seconds | null;
}

/** How a listener stands to the target. */
export type Verdict = 'above' | 'within' | 'unknown';

export function verdictOf(listener: Listener, target: Seconds): Verdict {
  return verdictFor(effectiveLifetime(listener).seconds, target);
}

export function verdictFor(seconds: Seconds | undefined, target: Seconds): Verdict {
  return seconds === undefined ? 'unknown' : seconds > target ? 'above' : 'within';
}

export function summarize({ configurations, targetSeconds }: Audit): AuditSummary {
  const files = new Set<SourceFile>();
  const summary = { listeners: 0, aboveTarget: 0, unknown: 0 };
  let longestSeconds: Seconds | null = null;
  for (const configuration of configurations) {
    for (const file of configuration.files) files.add(file);
    for (const listener of configuration.listeners) {
      const { seconds } = effectiveLifetime(listener);
      summary.listeners++;
      if (seconds === undefined) summary.unknown++;
      else {
        if (seconds > targetSeconds) summary.aboveTarget++;
        longestSeconds = Math.max(longestSeconds ?? 0, seconds);
      }
    }
  }
  return { files: files.size, ...summary, longestSeconds };
}

/** Every problem of every configuration, in their order. A file that two configurations include has its problems once. */
export function problemsOf({ configurations }: Audit): Problem[] {
  const seen = new Map<SourceFile, Set<string>>();
  return configurations
    .flatMap(({ problems }) => problems)
    .filter(({ at, severity, message }) => {
      const known = seen.get(at.file) ?? new Set();
      const key = `${at.span.start} ${severity} ${message}`;
      if (known.has(key)) return false;
      seen.set(at.file, known.add(key));
      return true;
    });
}

/** Paths and places that could not be read, or that their server would refuse. 0: all of it was read. */
export function countErrors(audit: Audit): number {
  return audit.pathProblems.length + problemsOf(audit).filter(({ severity }) => severity === 'error').length;
}

/** `conf.d/shop.conf`, line and column of the start of a place, as JSON reports write it. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export function placeOf({ file, span }: Listener['definedAt']): Place {
  const { line, column } = positionOf(file, span.start);
  return { file: file.path, line, column };
}
