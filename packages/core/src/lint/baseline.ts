import type { SourceFile } from '../source.js';
import type { Finding } from './finding.js';
import { fingerprintsOf } from './fingerprint.js';

/** Findings that a project lives with for now: `lint --baseline` reports what is not among them. */
export interface Baseline {
  readonly entries: readonly BaselineEntry[];
}

export interface BaselineEntry {
  readonly rule: string;
  /** Relative to the folder of the baseline, with `/`. */
  readonly file: string;
  /** See `fingerprint.ts`; it stays the same when lines move. */
  readonly fingerprint: string;
  /** How many listeners it concerned. With more than that it is another finding. */
  readonly listeners: number;
}

const schemaVersion = 1;

/** Reads a baseline as {@link writeBaseline} wrote it. What is wrong with it is in `message`. Never throws. */
export function readBaseline(text: string): Baseline | { readonly message: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { message: 'is no JSON: was it merged by hand?' };
  }
  if (!isRecord(value) || value['schemaVersion'] !== schemaVersion || !Array.isArray(value['findings']))
    return { message: `is no baseline: it has to have "schemaVersion": ${schemaVersion} and a list of "findings"` };
  const entries: BaselineEntry[] = [];
  for (const [i, entry] of value['findings'].entries()) {
    const { rule, file, fingerprint, listeners } = isRecord(entry) ? entry : {};
    if (
      typeof rule !== 'string' ||
      typeof file !== 'string' ||
      typeof fingerprint !== 'string' ||
      typeof listeners !== 'number'
    )
      return { message: `findings.${i} has to have "rule", "file", "fingerprint" and the number of "listeners"` };
    entries.push({ rule, file, fingerprint, listeners });
  }
  return { entries };
}

/** A baseline as it stands in a file: an entry for each finding, sorted, so that a change of it is easy to review. */
export function writeBaseline({ entries }: Baseline): string {
  const findings = [...entries].sort(
    (a, b) => compare(a.file, b.file) || compare(a.rule, b.rule) || compare(a.fingerprint, b.fingerprint),
  );
  return `${JSON.stringify({ schemaVersion, findings }, undefined, 2)}\n`;
}

/** How the files of findings are called in a baseline. */
export type FileNamer = (file: SourceFile) => string;

export interface Baselined {
  /** Findings that the baseline does not know. */
  readonly kept: readonly Finding[];
  readonly baselined: readonly Finding[];
  /** Entries of files that were read and that nothing matches any more. */
  readonly unused: readonly BaselineEntry[];
}

/** Sets aside the findings that a baseline knows. `files`: the names of those that were read. */
export function applyBaseline(
  findings: readonly Finding[],
  { entries }: Baseline,
  nameOf: FileNamer,
  files: ReadonlySet<string>,
): Baselined {
  const known = new Map(entries.map((entry) => [entry.fingerprint, entry]));
  const used = new Set<BaselineEntry>();
  const kept: Finding[] = [];
  const baselined: Finding[] = [];
  for (const [i, fingerprint] of fingerprintsOf(findings, nameOf).entries()) {
    const finding = findings[i];
    if (!finding) continue;
    const entry = known.get(fingerprint);
    if (entry) used.add(entry);
    if (!entry) kept.push(finding);
    else if (finding.listeners.length > entry.listeners) kept.push(grown(finding, entry));
    else baselined.push(finding);
  }
  return { kept, baselined, unused: entries.filter((entry) => !used.has(entry) && files.has(entry.file)) };
}

/** Says why a finding that somebody accepted comes back. */
function grown(finding: Finding, { listeners }: BaselineEntry): Finding {
  const { message } = finding;
  return {
    ...finding,
    message: `${message} (${finding.listeners.length} listeners, and the baseline accepts it for ${listeners})`,
  };
}

/** The baseline that accepts `findings`. What `former` says of files that were not read this time stays. */
export function baselineOf(
  findings: readonly Finding[],
  former: Baseline | undefined,
  nameOf: FileNamer,
  files: ReadonlySet<string>,
): Baseline {
  const fingerprints = fingerprintsOf(findings, nameOf);
  return {
    entries: [
      ...(former?.entries.filter(({ file }) => !files.has(file)) ?? []),
      ...findings.map(({ rule, at, listeners }, i) => ({
        rule,
        file: nameOf(at.file),
        fingerprint: fingerprints[i] ?? '',
        listeners: listeners.length,
      })),
    ],
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
