import { readFileSync } from 'node:fs';
import {
  type Drift,
  decode,
  type Lease,
  type LeaseState,
  type LintedLease,
  type Location,
  type PathProblem,
  type SourceFile,
} from '@shortfuse/core';
import { isMissing, shownPath } from '@shortfuse/files';
import { UsageError } from '../exit.js';
import { stateOf } from '../leases/state.js';
import type { LeaseStore, StoredLease } from '../leases/store.js';

export interface LintedLeases {
  readonly leases: readonly LintedLease[];
  readonly problems: readonly PathProblem[];
}

/**
 * The leases of the project, compared with the files. `known` finds a file that was read already, by its absolute path, so that
 * findings about leases and about listeners speak of the same text.
 */
export async function readLintedLeases(
  store: LeaseStore,
  cwd: string,
  known: (path: string) => SourceFile | undefined,
): Promise<LintedLeases> {
  const { leases, broken } = store.read();
  const fileAt = fileReader(cwd, known);
  const linted: LintedLease[] = [];
  const unread: PathProblem[] = [];
  for (const stored of leases) {
    const at = placeInLease(stored, fileAt);
    if (!at) continue;
    try {
      const state = await stateOf(store, stored.lease);
      linted.push({ lease: stored.lease, state, at, ...placesOf(stored.lease, state, store, fileAt) });
    } catch (error) {
      // What it changed cannot be read any more, a configuration file for example that is gone.
      if (!(error instanceof UsageError)) throw error;
      unread.push({
        path: at.file.path,
        message: `what the lease changed cannot be compared: ${error.message.split('\n')[0]}`,
        help: 'put back what it names, or take the lease back: shortfuse revert',
      });
    }
  }
  return {
    leases: linted,
    problems: [
      ...broken.map(({ path, message }) => ({
        path: shownPath(cwd, path),
        message: `the lease cannot be read: ${message}`,
        help: 'put the file right, from git for example',
      })),
      ...unread,
    ],
  };
}

type FileReader = (path: string) => SourceFile | undefined;

function fileReader(cwd: string, known: (path: string) => SourceFile | undefined): FileReader {
  const read = new Map<string, SourceFile | undefined>();
  return (path) => {
    const before = known(path) ?? read.get(path);
    if (before) return before;
    try {
      const file = decode(shownPath(cwd, path), readFileSync(path));
      read.set(path, file);
      return file;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
}

/** The end of a lease, in its file. */
function placeInLease({ path }: StoredLease, fileAt: FileReader): Location | undefined {
  const file = fileAt(path);
  if (!file) return undefined;
  const found = /"until"\s*:\s*"[^"]*"/.exec(file.text);
  const start = found?.index ?? 0;
  return { file, span: { start, end: start + (found?.[0].length ?? 1) } };
}

function placesOf(
  lease: Lease,
  state: LeaseState,
  store: LeaseStore,
  fileAt: FileReader,
): Pick<LintedLease, 'driftPlaces' | 'places'> {
  const places: Location[] = [];
  for (const { file: name, edits } of lease.files) {
    const file = fileAt(store.absolute(name));
    if (!file) continue;
    // What others added above moves the text; then it is not looked for here.
    for (const { start, after } of edits)
      if (after !== '' && file.text.startsWith(after, start))
        places.push({ file, span: visible(file.text, start, start + after.length) });
  }
  return {
    places,
    driftPlaces: state.kind === 'drifted' ? state.drifts.map((drift) => placeOfDrift(drift, store, fileAt)) : [],
  };
}

function placeOfDrift({ file: name, line }: Drift, store: LeaseStore, fileAt: FileReader): Location | undefined {
  const file = fileAt(store.absolute(name));
  if (!file) return undefined;
  let start = 0;
  for (let n = 1; n < line && start !== -1; n++) start = file.text.indexOf('\n', start) + 1 || -1;
  if (start === -1) return undefined;
  const end = file.text.indexOf('\n', start);
  return { file, span: visible(file.text, start, end === -1 ? file.text.length : end) };
}

/** Without the blanks and line ends around it; where there is nothing else, its start. */
function visible(text: string, start: number, end: number): { readonly start: number; readonly end: number } {
  const piece = text.slice(start, end);
  const trimmed = piece.trim();
  if (trimmed === '') return { start, end: start };
  const offset = piece.indexOf(trimmed);
  return { start: start + offset, end: start + offset + trimmed.length };
}
