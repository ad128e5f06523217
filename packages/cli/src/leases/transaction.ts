import { dirname, join } from 'node:path';
import type { Lease, PendingWrite, PreviousLease } from '@shortfuse/core';
import { codeOf, isMissing, removeDurably, renameDurably, temporaryOf, writeDurably } from '@shortfuse/files';
import { UsageError } from '../exit.js';
import { messageOf } from '../io/config.js';
import { digestOfBytes } from '../io/digest.js';
import type { LeaseStore } from './store.js';

/** One file that a run changes. `file` is its name in the lease. */
export interface FileWrite {
  readonly file: string;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

/** What a run writes. */
export interface Transaction {
  /** As it is recorded while the run writes; what is pending is added to it. */
  readonly lease: Lease;
  readonly kind: PendingWrite['kind'];
  readonly writes: readonly FileWrite[];
  /** Edits that stay, as `[file, edit]` numbers. */
  readonly left?: PendingWrite['left'];
  /** The contents of the lease's companions, in their order; absent where they are in place or not needed any more. */
  readonly companions?: readonly Uint8Array[];
  /** The lease as it was recorded before, which comes back where nothing can be written; absent for a new one. */
  readonly recorded?: Lease;
  /** What a patch extends. */
  readonly extended?: PreviousLease;
  /** The lease as it is when all is done; absent where it is over and goes. */
  readonly finished?: Lease;
}

/**
 * Writes files so that a run that is cut off anywhere leaves each of them old or new, and the lease says which they are to
 * be: first the lease with what is about to be written, then file by file, then the lease as it is when all is done. Call it
 * under the lock of the project.
 * @throws UsageError where a file is no longer what was read or cannot be written: then everything is as it was, or the
 * message says what is left to do
 */
export function writeAll(store: LeaseStore, transaction: Transaction): void {
  const { lease, kind, writes, left = [], companions = [], extended } = transaction;
  const pending: PendingWrite = {
    kind,
    files: writes.map(({ file, from, to }) => ({ file, from: digestOfBytes(from), to: digestOfBytes(to) })),
    left,
    ...(extended ? { previous: extended } : {}),
  };
  const begun: FileWrite[] = [];
  try {
    for (const write of writes) checkUnchanged(store, write);
    keepDrafts(store, lease, companions);
    store.write({ ...lease, pending });
    for (const [i, write] of writes.entries()) {
      begun.push(write);
      writeFile(store, lease, write, i);
    }
  } catch (error) {
    undo(store, transaction, begun, error);
    throw explained(error, 'nothing is changed');
  }
  complete(store, transaction);
}

/**
 * Writes what a run that was cut off has not written. The lease goes on saying what is pending until that is done.
 * @throws as {@link writeAll}; then this run's part is undone
 */
export function finishAll(store: LeaseStore, lease: Lease, pending: PendingWrite, writes: readonly FileWrite[]): void {
  const begun: FileWrite[] = [];
  const numberOf = ({ file }: FileWrite): number => pending.files.findIndex((each) => each.file === file);
  try {
    for (const write of writes) {
      begun.push(write);
      writeFile(store, lease, write, numberOf(write));
    }
  } catch (error) {
    try {
      for (const write of begun) putBack(store, lease, write, numberOf(write));
    } catch {
      throw explained(error, unfinished(lease));
    }
    throw explained(error, 'nothing more is changed');
  }
  const { previous } = pending;
  complete(store, { lease, kind: 'patch', writes, finished: lease, ...(previous ? { extended: previous } : {}) });
}

/** All files are written: what is left concerns the folders of this program. */
function complete(store: LeaseStore, { lease, kind, finished, extended }: Transaction): void {
  try {
    if (finished) {
      if (kind === 'patch') {
        placeCompanions(store, lease);
        for (const { file } of extended?.lease.companions ?? [])
          if (!finished.companions.some((each) => each.file === file)) store.removeCompanion(lease, file);
      }
      store.write(finished);
      store.removeDrafts(lease.id);
    } else {
      store.rememberTakenBack(lease);
      store.remove(lease);
    }
  } catch (error) {
    throw explained(error, unfinished(lease));
  }
}

function keepDrafts(store: LeaseStore, { id }: Lease, companions: readonly Uint8Array[]): void {
  if (companions.length === 0) return;
  const folder = store.draftFolder(id);
  store.removeDrafts(id);
  store.fs.mkdirSync(folder, { recursive: true });
  for (const [i, bytes] of companions.entries()) writeDurably(store.fs, join(folder, String(i)), bytes, '.draft.tmp');
}

function placeCompanions(store: LeaseStore, { id, companions }: Lease): void {
  for (const [i, { file }] of companions.entries()) {
    const draft = join(store.draftFolder(id), String(i));
    const path = store.absolute(file);
    if (store.fs.existsSync(draft)) {
      store.fs.mkdirSync(dirname(path), { recursive: true });
      renameDurably(store.fs, draft, path);
    } else if (!store.fs.existsSync(path))
      throw new UsageError(
        `error: ${file} is not there any more and cannot be made again without the files as they were\n` +
          `  help: shortfuse revert ${id} --write takes back what was written; then patch again`,
      );
  }
}

function writeFile(store: LeaseStore, lease: Lease, write: FileWrite, number: number): void {
  checkUnchanged(store, write);
  writeDurably(store.fs, store.absolute(write.file), write.to, temporaryName(lease, number), () =>
    checkUnchanged(store, write),
  );
}

/** A write that failed may have come to pass all the same: only the folder, say, could not be brought to the disk. */
function putBack(store: LeaseStore, lease: Lease, { file, from, to }: FileWrite, number: number): void {
  const now = bytesIn(store, file);
  if (now && Buffer.from(now).equals(to)) writeFile(store, lease, { file, from: to, to: from }, number);
}

/** What this run wrote goes back, and so does the lease. @throws UsageError where that fails, too */
function undo(store: LeaseStore, { lease, recorded }: Transaction, begun: readonly FileWrite[], cause: unknown): void {
  try {
    for (const [i, write] of begun.entries()) putBack(store, lease, write, i);
    if (recorded) store.write(recorded);
    else store.removeLease(lease);
    store.removeDrafts(lease.id);
  } catch {
    throw explained(cause, begun.length > 0 ? unfinished(lease) : 'no file is changed');
  }
}

function unfinished({ id }: Lease): string {
  return `shortfuse status ${id} says how far it came, and how it is completed or undone`;
}

/** What a person can do something about is no fault of the program. */
function explained(error: unknown, state: string): unknown {
  if (error instanceof ChangedFile) return new UsageError(`error: ${error.message}; ${state}\n  help: run it again`);
  return codeOf(error) === undefined
    ? error
    : new UsageError(`error: ${messageOf(error)}\n  help: ${state}; put that right and run it again`);
}

class ChangedFile extends Error {}

function checkUnchanged(store: LeaseStore, { file, from }: FileWrite): void {
  let now: Uint8Array;
  try {
    now = store.fs.readFileSync(store.absolute(file));
  } catch (error) {
    if (isMissing(error)) throw new ChangedFile(`${file} was removed while shortfuse was at work`);
    throw error;
  }
  if (!Buffer.from(now).equals(from)) throw new ChangedFile(`${file} was changed while shortfuse was at work`);
}

/** Dot files are what no server's include takes for configuration. */
function temporaryName({ id }: Lease, number: number): string {
  return `.shortfuse-${id}-${number}.tmp`;
}

/** Removes what a run that was cut off may have left beside the files of its lease. Call it under the lock. */
export function removeLeftovers(store: LeaseStore, lease: Lease): void {
  for (const [i, { file }] of (lease.pending?.files ?? []).entries()) {
    const path = temporaryOf(store.fs, store.absolute(file), temporaryName(lease, i));
    if (path !== undefined) removeDurably(store.fs, path);
  }
}

/** How far a run that was cut off got with each file: `other` is neither what it found nor what it wrote. */
export function progressOf(
  store: LeaseStore,
  { files }: PendingWrite,
): readonly { readonly file: string; readonly state: 'old' | 'new' | 'other' | 'missing' }[] {
  return files.map(({ file, from, to }) => {
    const bytes = bytesIn(store, file);
    if (bytes === undefined) return { file, state: 'missing' };
    const digest = digestOfBytes(bytes);
    return { file, state: digest === to ? 'new' : digest === from ? 'old' : 'other' };
  });
}

/** The bytes of a file of a lease; undefined where no file of that name is. @throws UsageError where it cannot be read */
export function bytesIn(store: LeaseStore, file: string): Uint8Array | undefined {
  try {
    return store.fs.readFileSync(store.absolute(file));
  } catch (error) {
    if (isMissing(error) || codeOf(error) === 'EISDIR') return undefined;
    if (codeOf(error) === undefined) throw error;
    throw new UsageError(
      `error: ${messageOf(error)}\n  help: make it readable, or run this as somebody who may read it`,
    );
  }
}

export function withoutPending({ pending: _, ...lease }: Lease): Lease {
  return lease;
}
