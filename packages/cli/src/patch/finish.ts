import { decode, encode, type Lease, type LeaseFile, patchedText, type SourceFile, takeBack } from '@shortfuse/core';
import { adapters as allAdapters } from '../adapters.js';
import { type ExitStatus, exit, UsageError } from '../exit.js';
import { digestOf, digestOfBytes } from '../io/digest.js';
import { write } from '../io/streams.js';
import { anchorsWith } from '../leases/anchors.js';
import { chosenLease } from '../leases/choose.js';
import { withLock } from '../leases/lock.js';
import type { LeaseStore } from '../leases/store.js';
import {
  bytesIn,
  type FileWrite,
  finishAll,
  progressOf,
  removeLeftovers,
  withoutPending,
} from '../leases/transaction.js';

/** Completes what a run that was cut off began. `wanted` names the lease; `true`: the only one. @throws UsageError */
export async function finish(store: LeaseStore, wanted: string | true): Promise<ExitStatus> {
  const said = withLock(store, () => {
    const { lease } = chosenLease(store, wanted === true ? undefined : wanted);
    const { pending } = lease;
    if (!pending) return `lease ${lease.id} is complete: nothing to finish`;
    if (pending.kind === 'revert')
      throw new UsageError(
        `error: the run that was cut off took lease ${lease.id} back\n  help: shortfuse revert ${lease.id} --write completes that`,
      );
    removeLeftovers(store, lease);
    const writes: FileWrite[] = [];
    for (const { file, state } of progressOf(store, pending)) {
      if (state === 'new') continue;
      const from = state === 'old' ? bytesIn(store, file) : undefined;
      const to = from && patchedBytes(lease, file, from);
      if (!from || !to || digestOfBytes(to) !== pending.files.find((each) => each.file === file)?.to)
        throw new UsageError(
          `error: ${file} was ${state === 'missing' ? 'removed' : 'changed'} since the run was cut off, so its part cannot be completed\n` +
            `  help: shortfuse revert ${lease.id} --write takes back what was written; then patch again`,
        );
      writes.push({ file, from, to });
    }
    finishAll(store, withoutPending(lease), pending, writes);
    const files = writes.length === 1 ? '1 file' : `${writes.length} files`;
    return `lease ${lease.id} is complete: ${files} written now, ${pending.files.length - writes.length} before`;
  });
  await write(process.stdout, `${said}\n`);
  return exit.ok;
}

/** The patched bytes of a file that a run did not reach; undefined where they cannot be told. */
function patchedBytes(lease: Lease, name: string, from: Uint8Array): Uint8Array | undefined {
  const leased = lease.files.find(({ file }) => file === name);
  if (!leased) return undefined;
  const file = decode(name, from);
  const previous = lease.pending?.previous?.lease.files.find((each) => each.file === name);
  const original = previous ? originalText(previous, file) : file.text;
  const text = original === undefined ? undefined : patchedText(leased, original);
  return text === undefined ? undefined : encode({ ...file, text });
}

/** The text without the edits of a lease that is being extended. */
function originalText(leased: LeaseFile, file: SourceFile): string | undefined {
  const adapter = allAdapters.find(({ id }) => id === leased.server);
  const outcome = takeBack(leased, file, digestOf(file), anchorsWith(adapter));
  return outcome.edits.some(({ kind }) => kind === 'drifted') ? undefined : outcome.text;
}
