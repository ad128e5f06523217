import type { Seconds } from '../../duration.js';
import type { Finding } from '../../lint/finding.js';
import type { LintReport, LintSummary } from '../../lint/report.js';
import type { Listener } from '../../listener.js';
import type { Severity } from '../../problem.js';
import { type Location, positionOf } from '../../source.js';
import { type ProblemReport, problemReports } from '../json.js';

/** `lint --format json`, as data. `packages/cli/schemas/lint.schema.json` says the same to other programs. */
export interface LintJson {
  readonly schemaVersion: 1;
  readonly targetSeconds: Seconds;
  readonly findings: readonly FindingJson[];
  readonly problems: readonly ProblemReport[];
  readonly summary: LintSummary & { readonly findings: number };
}

export interface FindingJson {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly why: string;
  readonly help: string;
  readonly location: LocationJson;
  readonly related: readonly { readonly location: LocationJson; readonly message: string }[];
  /** The first of `listeners`; null where it is about a file. */
  readonly listener: ListenerJson | null;
  readonly listeners: readonly ListenerJson[];
  /** `shortfuse patch` does away with it. */
  readonly fixable: boolean;
  /** Stays the same when lines move. */
  readonly fingerprint: string;
}

/** Columns count UTF-16 units from 1; the end is the place behind the last one. */
export interface LocationJson {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface ListenerJson {
  readonly server: string;
  readonly address: string | null;
  readonly name: string;
  readonly profile?: string;
}

export function lintJsonReport(report: LintReport): LintJson {
  const { targetSeconds, findings, fingerprints, problems, pathProblems, summary } = report;
  return {
    schemaVersion: 1,
    targetSeconds,
    findings: findings.map((finding, i) => findingJson(finding, fingerprints[i] ?? '')),
    problems: problemReports(problems, pathProblems),
    summary: { ...summary, findings: findings.length },
  };
}

/** {@link lintJsonReport} as text: indented by two, with a newline at the end. */
export function lintJson(report: LintReport): string {
  return `${JSON.stringify(lintJsonReport(report), undefined, 2)}\n`;
}

function findingJson(finding: Finding, fingerprint: string): FindingJson {
  const { rule, severity, message, why, help, at, related, listeners, fix } = finding;
  const [first] = listeners;
  return {
    rule,
    severity,
    message,
    why,
    help,
    location: locationJson(at),
    related: related.map((place) => ({ location: locationJson(place.at), message: place.message })),
    listener: first ? listenerJson(first) : null,
    listeners: listeners.map(listenerJson),
    fixable: fix !== undefined && fix.length > 0,
    fingerprint,
  };
}

function listenerJson({ server, address, name, profile }: Listener): ListenerJson {
  return { server, address, name, ...(profile === undefined ? {} : { profile }) };
}

function locationJson({ file, span }: Location): LocationJson {
  const { line, column } = positionOf(file, span.start);
  const end = positionOf(file, span.end);
  return { file: file.path, line, column, endLine: end.line, endColumn: end.column };
}
