import type { SourceFile } from '../source.js';
import type { Finding } from './finding.js';
import { lineText, listenerNames } from './fingerprint.js';

/** Findings that a project lives with for now: `lint --baseline` reports what is not among them. */
export interface Baseline {
  readonly entries: readonly BaselineEntry[];
}

export interface BaselineEntry {
  readonly rule: string;
  /** Relative to the folder of the baseline, with `/`. */
  readonly file: string;
  /** The line it points to, see {@link lineText}: it may be moved, but not changed. */
  readonly line: string;
  /** Whom it concerned, see {@link listenerNames}. Whoever else it concerns makes it another finding. */
  readonly listeners: readonly string[];
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
    const { rule, file, line, listeners } = isRecord(entry) ? entry : {};
    if (typeof rule !== 'string' || typeof file !== 'string' || typeof line !== 'string' || !isTexts(listeners))
      return { message: `is damaged: findings.${i} has to have "rule", "file", "line" and a list of "listeners"` };
    entries.push({ rule, file, line, listeners });
  }
  return { entries };
}

/** A baseline as it stands in a file: an entry for each finding, sorted, so that a change of it is easy to review. */
export function writeBaseline({ entries }: Baseline): string {
  const findings = [...entries].sort(
    (a, b) =>
      compare(a.file, b.file) ||
      compare(a.rule, b.rule) ||
      compare(a.line, b.line) ||
      compare(a.listeners.join('\0'), b.listeners.join('\0')),
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

/**
 * Sets aside the findings that a baseline knows: those on a line of the same text in the same file that concern nobody whom
 * the entry does not name. An entry accepts one finding. `files`: the names of those that were read.
 */
export function applyBaseline(
  findings: readonly Finding[],
  { entries }: Baseline,
  nameOf: FileNamer,
  files: ReadonlySet<string>,
): Baselined {
  const free = new Map<string, BaselineEntry[]>();
  for (const entry of entries) {
    const same = free.get(keyOf(entry));
    if (same) same.push(entry);
    else free.set(keyOf(entry), [entry]);
  }
  const kept = new Map<Finding, BaselineEntry | undefined>();
  const baselined: Finding[] = [];
  const left: { readonly finding: Finding; readonly entry: BaselineEntry }[] = [];
  for (const finding of findings) {
    const entry = entryOf(finding, nameOf);
    const same = free.get(keyOf(entry)) ?? [];
    const index = same.findIndex(({ listeners }) => isAmong(entry.listeners, listeners));
    if (index === -1) left.push({ finding, entry });
    else {
      same.splice(index, 1);
      baselined.push(finding);
    }
  }
  // What nobody else matches may be the same finding with more listeners.
  for (const { finding, entry } of left) {
    const same = free.get(keyOf(entry)) ?? [];
    const index = same.findIndex(({ listeners }) => listeners.some((name) => entry.listeners.includes(name)));
    kept.set(finding, index === -1 ? undefined : same.splice(index, 1)[0]);
  }
  return {
    kept: findings.flatMap((finding) => {
      if (!kept.has(finding)) return [];
      const former = kept.get(finding);
      return former ? [grown(finding, former)] : [finding];
    }),
    baselined,
    unused: [...free.values()].flat().filter(({ file }) => files.has(file)),
  };
}

function isAmong(names: readonly string[], known: readonly string[]): boolean {
  if (names.length > known.length) return false;
  const all = new Set(known);
  return names.every((name) => all.has(name));
}

/** Says why a finding that somebody accepted comes back. */
function grown(finding: Finding, { listeners }: BaselineEntry): Finding {
  const known = new Set(listeners);
  const others = listenerNames(finding.listeners).filter((name) => !known.has(name));
  const who = others.length > 2 ? `${others.length} more listeners` : others.join(' and ');
  return { ...finding, message: `${finding.message} (the baseline does not accept it for ${who})` };
}

/** The baseline that accepts `findings`. What `former` says of files that were not read this time stays. */
export function baselineOf(
  findings: readonly Finding[],
  former: Baseline | undefined,
  nameOf: FileNamer,
  files: ReadonlySet<string>,
): Baseline {
  return {
    entries: [
      ...(former?.entries.filter(({ file }) => !files.has(file)) ?? []),
      ...findings.map((finding) => entryOf(finding, nameOf)),
    ],
  };
}

function entryOf({ rule, at, listeners }: Finding, nameOf: FileNamer): BaselineEntry {
  return { rule, file: nameOf(at.file), line: lineText(at), listeners: listenerNames(listeners) };
}

function keyOf({ rule, file, line }: BaselineEntry): string {
  return [rule, file, line].join('\0');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
