import { basename } from 'node:path';
import type { Lease } from '@shortfuse/core';
import { UsageError } from '../exit.js';
import type { LeaseStore, StoredLease } from './store.js';

/** All leases of the project. @throws UsageError where one of them cannot be read: it may be the one that matters */
export function readLeases(store: LeaseStore): { readonly leases: readonly StoredLease[] } {
  const { leases, broken } = store.read();
  if (broken.length > 0)
    throw new UsageError(
      broken.map(({ path, message }) => `${path}: error: the lease cannot be read: ${message}`).join('\n') +
        '\n  help: put the file right, from git for example',
    );
  return { leases };
}

/**
 * The lease that a person means: by its id, the beginning of it or the path of its file; the only one where nothing is said.
 * @throws UsageError where there is none, or more than one
 */
export function chosenLease(store: LeaseStore, wanted: string | undefined): StoredLease {
  const { leases } = readLeases(store);
  if (wanted === undefined) {
    const [only, another] = leases;
    if (only && !another) return only;
    throw new UsageError(
      only
        ? `error: there are ${leases.length} leases\n  help: name one of them: ${idsOf(leases)}`
        : 'error: there is no lease in this project\n  help: shortfuse patch --write records one',
    );
  }
  const id = basename(wanted).replace(/\.json$/, '');
  const exact = leases.find(({ lease }) => lease.id === id);
  if (exact) return exact;
  const [found, another] = leases.filter(({ lease }) => id !== '' && lease.id.startsWith(id));
  if (found && !another) return found;
  throw new UsageError(
    `error: ${wanted}: ${found ? 'more than one lease begins like that' : 'no such lease'}\n` +
      `  help: ${leases.length > 0 ? `there are: ${idsOf(leases)}` : `there are none in ${store.leaseFolder}`}`,
  );
}

/** @throws UsageError where a lease is no longer as it was read before the lock was taken */
export function checkRecorded(store: LeaseStore, lease: Lease): void {
  const now = readLeases(store).leases.find((stored) => stored.lease.id === lease.id);
  if (JSON.stringify(now?.lease) !== JSON.stringify(lease))
    throw new UsageError(
      `error: another run ${now ? 'changed' : 'removed'} lease ${lease.id} while shortfuse was at work; nothing is changed\n  help: run it again`,
    );
}

function idsOf(leases: readonly StoredLease[]): string {
  return leases.map(({ lease }) => lease.id).join(', ');
}
