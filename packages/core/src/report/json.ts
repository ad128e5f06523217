import type { Seconds } from '../duration.js';
import {
  effectiveLifetime,
  type Listener,
  type Mechanism,
  type MechanismName,
  mechanismSeconds,
  type Origin,
  type Renewal,
} from '../listener.js';
import type { Problem, Severity } from '../problem.js';
import {
  type Audit,
  type AuditSummary,
  type PathProblem,
  type Place,
  placeOf,
  problemsOf,
  summarize,
} from './audit.js';

/** `audit --format json`, as data. `packages/cli/schemas/audit.schema.json` says the same to other programs. */
export interface AuditReport {
  readonly schemaVersion: 1;
  readonly targetSeconds: Seconds;
  readonly listeners: readonly ListenerReport[];
  readonly problems: readonly ProblemReport[];
  readonly configurations: readonly ConfigurationReport[];
  readonly unattachedSettings: readonly UnattachedReport[];
  readonly summary: AuditSummary;
}

export interface ListenerReport {
  readonly server: string;
  readonly address: string | null;
  readonly name: string;
  readonly profile?: string;
  readonly definedAt: Place;
  /** 0: cannot resume; null: the files do not tell. */
  readonly lifetimeSeconds: Seconds | null;
  readonly source: Origin['kind'];
  /** For `unknown` the place that hides the value, if there is one. */
  readonly setAt: Place | null;
  readonly mechanisms: Readonly<Record<MechanismName, MechanismReport>>;
  readonly oldSessionsAfterReload: Listener['oldSessionsAfterReload'];
  readonly ignoredSettings: readonly (Place & { readonly why: string })[];
  readonly notes: readonly string[];
}

export interface MechanismReport {
  /** null: the files do not tell. */
  readonly enabled: boolean | null;
  /** The longest it has; 0 where it is off, null where the files do not tell. Where `enabled` is null: what it would be. */
  readonly lifetimeSeconds: Seconds | null;
  /** Only where sessions of this mechanism are given different lifetimes. */
  readonly lifetimesSeconds?: readonly (Seconds | null)[];
  readonly renewal?: Renewal;
}

/** Problems with a path as a whole stand at its line 1, column 1. */
export interface ProblemReport extends Place {
  readonly severity: Severity;
  readonly message: string;
  readonly help: string;
}

export interface ConfigurationReport {
  readonly server: string;
  readonly label: string;
  readonly extent: 'complete' | 'fragments';
  readonly assumptions: readonly string[];
  readonly files: readonly string[];
}

export interface UnattachedReport extends Place {
  readonly name: string;
  readonly written: string;
  readonly lifetimeSeconds: Seconds | null;
}

/** The report of `audit --format json`. Listeners come configuration by configuration, in the order of the files. */
export function auditReport(audit: Audit): AuditReport {
  const { targetSeconds, configurations, pathProblems } = audit;
  return {
    schemaVersion: 1,
    targetSeconds,
    listeners: configurations.flatMap(({ listeners }) => listeners.map(listenerReport)),
    problems: problemReports(problemsOf(audit), pathProblems),
    configurations: configurations.map(({ server, label, extent, assumptions, files }) => ({
      server,
      label,
      extent,
      assumptions,
      files: files.map(({ path }) => path),
    })),
    unattachedSettings: configurations.flatMap(({ unattached }) =>
      unattached.map(({ at, name, written, seconds }) => ({
        ...placeOf(at),
        name,
        written,
        lifetimeSeconds: seconds ?? null,
      })),
    ),
    summary: summarize(audit),
  };
}

/** Problems as every JSON of this program has them: those with a path as a whole first. */
export function problemReports(
  problems: readonly Problem[],
  pathProblems: readonly PathProblem[] = [],
): readonly ProblemReport[] {
  return [
    ...pathProblems.map(({ path, message, help }) => ({
      file: path,
      line: 1,
      column: 1,
      severity: 'error' as const,
      message,
      help,
    })),
    ...problems.map(({ at, severity, message, help }) => ({ ...placeOf(at), severity, message, help })),
  ];
}

/** {@link auditReport} as text: indented by two, with a newline at the end. */
export function auditJson(audit: Audit): string {
  return `${JSON.stringify(auditReport(audit), undefined, 2)}\n`;
}

function listenerReport(listener: Listener): ListenerReport {
  const { seconds, decidedBy } = effectiveLifetime(listener);
  const { origin } = decidedBy;
  const { server, address, name, profile, definedAt, mechanisms, oldSessionsAfterReload, ignored, notes } = listener;
  return {
    server,
    address,
    name,
    ...(profile === undefined ? {} : { profile }),
    definedAt: placeOf(definedAt),
    lifetimeSeconds: seconds ?? null,
    source: seconds === undefined ? 'unknown' : origin.kind,
    setAt: 'at' in origin && origin.at ? placeOf(origin.at) : null,
    mechanisms: {
      sessionId: mechanismReport(mechanisms.sessionId),
      ticketTls12: mechanismReport(mechanisms.ticketTls12),
      ticketTls13: mechanismReport(mechanisms.ticketTls13),
    },
    oldSessionsAfterReload,
    ignoredSettings: ignored.map(({ at, why }) => ({ ...placeOf(at), why })),
    notes: notes.map(({ text }) => text),
  };
}

function mechanismReport(mechanism: Mechanism): MechanismReport {
  const { enabled, lifetimes, renewal } = mechanism;
  const isUntold = enabled === undefined && lifetimes.length === 0;
  return {
    enabled: enabled ?? null,
    lifetimeSeconds: isUntold ? null : (mechanismSeconds(mechanism) ?? null),
    ...(enabled !== false && lifetimes.length > 1
      ? { lifetimesSeconds: lifetimes.map(({ seconds }) => seconds ?? null) }
      : {}),
    ...(renewal === undefined ? {} : { renewal }),
  };
}
