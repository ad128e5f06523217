import type { DestinationReport, FailureReport } from './failures.js';
import { spellTime } from './moment.js';
import type { LogWarning } from './remarks.js';
import { bucketSeconds, type SideTally } from './tally.js';
import type { Verdict } from './verdict.js';

/** Sessions that ended on one side of the switch, and those of them that ended with a reason of decryption. */
interface SessionCounts {
  readonly ended: number;
  readonly decryptError: number;
  readonly decryptUnsupportParam: number;
  readonly decryptCertValidation: number;
}

/** Failed handshakes of a decryption log. */
interface HandshakeCounts {
  readonly failed: number;
  readonly byErrorIndex: Readonly<Record<string, number>>;
}

/** What `decrypt-errors --format json` prints. */
interface FailuresJson {
  readonly schemaVersion: 1;
  readonly valid: boolean;
  /** Seconds. */
  readonly buckets: number;
  /** As `2026/03/10 02:00:00`, or in UTC with a `Z` at its end; null where nobody told. */
  readonly enabledAt: string | null;
  readonly perDestination: readonly {
    readonly destination: string;
    readonly before: SessionCounts | HandshakeCounts;
    readonly after: SessionCounts | HandshakeCounts;
    readonly verdict: Verdict;
    /** With `decaying`: whether the last three buckets are back at the level of before; otherwise null. */
    readonly recovered: boolean | null;
  }[];
  readonly rejectedRows: number;
  /** `empty FILE`, `truncated FILE ROWS`, `no-end-reason FILE`, `rejected FILE ROWS`, `duplicates ROWS`. */
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
  readonly verdict: Verdict | null;
  readonly errors: readonly {
    readonly file: string;
    readonly line: number;
    readonly why: string;
    readonly help: string;
  }[];
}

/** The report with the keys of the documented interface, in its order. */
export function failuresReport(report: FailureReport): FailuresJson {
  const { errors, destinations, warnings, notes, rejectedRows, verdict, enabledAt, inUtc } = report;
  return {
    schemaVersion: 1,
    valid: errors.length === 0,
    buckets: bucketSeconds,
    enabledAt: enabledAt === undefined ? null : `${spellTime(enabledAt)}${inUtc ? 'Z' : ''}`,
    perDestination: destinations.map((destination) => destinationReport(destination, report.kind)),
    rejectedRows,
    warnings: warnings.map(warningCode),
    notes,
    verdict,
    errors,
  };
}

export function failuresJson(report: FailureReport): string {
  return `${JSON.stringify(failuresReport(report), undefined, 2)}\n`;
}

function destinationReport(
  { tally, verdict, recovered }: DestinationReport,
  kind: FailureReport['kind'],
): FailuresJson['perDestination'][number] {
  const counts = kind === 'traffic' ? sessionCounts : handshakeCounts;
  return {
    destination: tally.name,
    before: counts(tally.before),
    after: counts(tally.after),
    verdict,
    recovered: recovered ?? null,
  };
}

function sessionCounts({ ended, failures }: SideTally): SessionCounts {
  return {
    ended,
    decryptError: failures.get('decrypt-error') ?? 0,
    decryptUnsupportParam: failures.get('decrypt-unsupport-param') ?? 0,
    decryptCertValidation: failures.get('decrypt-cert-validation') ?? 0,
  };
}

function handshakeCounts({ failed, failures }: SideTally): HandshakeCounts {
  return { failed, byErrorIndex: Object.fromEntries(failures) };
}

function warningCode(warning: LogWarning): string {
  if (warning.kind === 'duplicates') return `${warning.kind} ${warning.rows}`;
  return 'rows' in warning ? `${warning.kind} ${warning.file} ${warning.rows}` : `${warning.kind} ${warning.file}`;
}
