import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Lease, PendingWrite } from '@shortfuse/core';
import { isMissing, removeDurably, writeDurably } from '@shortfuse/files';
import { UsageError } from '../exit.js';
import { digestOfBytes } from '../io/digest.js';
import type { LeaseStore } from './store.js';

/** One file that a run changes. `file` is its name in the lease. */
export interface FileWrite {
  readonly file: string;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

/**
 * Writes files so that a run that is cut off anywhere leaves each of them old or new, and the lease says which they are to
 * be: first the lease with what is about to be written, then file by file, then the lease as it is when all is done
 * (`finished`; undefined: it is over and goes). Call it under the lock of the project.
 * @throws UsageError where a file is no longer what was read: then everything is as it was. @throws what the file system
 * throws; the lease then says what is left to do
 */
export function writeAll(
  store: LeaseStore,
  lease: Lease,
  writes: readonly FileWrite[],
  kind: PendingWrite['kind'],
  left: PendingWrite['left'],
  finished: Lease | undefined,
): void {
  const pending: PendingWrite = {
    kind,
    files: writes.map(({ file, from, to }) => ({ file, from: digestOfBytes(from), to: digestOfBytes(to) })),
    left,
  };
  for (const write of writes) checkUnchanged(store, write);
  store.write({ ...lease, pending });
  const written: FileWrite[] = [];
  for (const write of writes) {
    try {
      checkUnchanged(store, write);
    } catch (error) {
      undo(store, lease, written, kind);
      throw error;
    }
    writeDurably(store.fs, store.absolute(write.file), write.to, temporaryName(lease, written.length));
    written.push(write);
  }
  if (finished) {
    store.write(finished);
    return;
  }
  store.rememberTakenBack(lease);
  store.remove(lease);
}

/** Somebody else wrote a file in the meantime: what this run wrote goes back, and so does the lease. */
function undo(store: LeaseStore, lease: Lease, written: readonly FileWrite[], kind: PendingWrite['kind']): void {
  for (const [i, { file, from }] of written.entries())
    writeDurably(store.fs, store.absolute(file), from, temporaryName(lease, i));
  if (kind === 'patch') store.remove(lease);
  else store.write(lease);
}

function checkUnchanged(store: LeaseStore, { file, from }: FileWrite): void {
  const now = readFileSync(store.absolute(file));
  if (!now.equals(from))
    throw new UsageError(
      `error: ${file} was changed while shortfuse was at work; nothing is written\n  help: run it again`,
    );
}

/** Dot files are what no server's include takes for configuration. */
function temporaryName({ id }: Lease, number: number): string {
  return `.shortfuse-${id}-${number}.tmp`;
}

/** Removes what a run that was cut off may have left beside the files of its lease. Call it under the lock. */
export function removeLeftovers(store: LeaseStore, lease: Lease): void {
  for (const [i, { file }] of (lease.pending?.files ?? []).entries()) {
    let folder: string;
    try {
      folder = dirname(store.fs.realpathSync.native(store.absolute(file)));
    } catch (error) {
      if (isMissing(error)) continue;
      throw error;
    }
    removeDurably(store.fs, join(folder, temporaryName(lease, i)));
  }
}

/** How far a run that was cut off got with each file: `other` is neither what it found nor what it wrote. */
export function progressOf(
  store: LeaseStore,
  { files }: PendingWrite,
): readonly { readonly file: string; readonly state: 'old' | 'new' | 'other' | 'missing' }[] {
  return files.map(({ file, from, to }) => {
    try {
      const digest = digestOfBytes(readFileSync(store.absolute(file)));
      return { file, state: digest === to ? 'new' : digest === from ? 'old' : 'other' };
    } catch (error) {
      if (isMissing(error)) return { file, state: 'missing' };
      throw error;
    }
  });
}
