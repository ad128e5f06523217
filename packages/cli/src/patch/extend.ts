import { type Lease, type SourceFile, takeBack } from '@shortfuse/core';
import type { Project } from '@shortfuse/files';
import { UsageError } from '../exit.js';
import { digestOf } from '../io/digest.js';
import type { Inputs } from '../io/inputs.js';
import { anchorsWith } from '../leases/anchors.js';
import { chosenLease } from '../leases/choose.js';
import type { LeaseStore, StoredLease } from '../leases/store.js';
import type { Prepared } from './prepare.js';

/** The lease that `--extend` names. @throws UsageError where there is none, or a run was cut off while it wrote it */
export function leaseToExtend(store: LeaseStore, wanted: string | true): StoredLease {
  const stored = chosenLease(store, wanted === true ? undefined : wanted);
  if (stored.lease.pending)
    throw new UsageError(
      `error: a run was cut off while it wrote lease ${stored.lease.id}\n` +
        `  help: shortfuse patch --finish ${stored.lease.id} completes it`,
    );
  return stored;
}

/**
 * The project as it would be without what `lease` changed, so that a patch of it holds the old edits and the new ones.
 * @throws UsageError where the lease has drifted
 */
export function withoutLease(
  project: Project,
  lease: Lease,
  store: LeaseStore,
  { adapters }: Inputs,
): Pick<Project, 'configurations' | 'resolveWith' | 'pathOf'> {
  const files = [...new Set(project.configurations.flatMap((configuration) => configuration.files))];
  const before = new Map<SourceFile, SourceFile>();
  const paths = new Map<SourceFile, string>();
  for (const leased of lease.files) {
    const file = files.find((each) => project.pathOf(each) === store.absolute(leased.file));
    const adapter = adapters.find(({ id }) => id === leased.server);
    if (!file || !adapter)
      throw new UsageError(
        `error: ${leased.file} of lease ${lease.id} is not among the files that are read\n` +
          '  help: name the same paths as for the patch that is extended',
      );
    const outcome = takeBack(leased, file, digestOf(file), anchorsWith(adapter));
    const drifted = outcome.edits.find(({ kind }) => kind === 'drifted');
    if (drifted?.kind === 'drifted')
      throw new UsageError(
        `error: ${leased.file} has drifted from lease ${lease.id}: ${drifted.why}\n` +
          '  help: shortfuse status shows what is expected; put that right first',
      );
    const text: SourceFile = { ...file, text: outcome.text };
    before.set(file, text);
    const path = project.pathOf(file);
    if (path !== undefined) paths.set(text, path);
  }
  return {
    configurations: project.resolveWith(before),
    resolveWith: (changed) => {
      const texts = new Map(before);
      for (const [file, text] of before) texts.set(file, changed.get(text) ?? text);
      for (const [file, text] of changed) if (!paths.has(file)) texts.set(file, text);
      return project.resolveWith(texts);
    },
    pathOf: (file) => paths.get(file) ?? project.pathOf(file),
  };
}

/** The lease that goes on under its old name. Where something new is changed, what was deployed is not all of it any more. */
export function continued(prepared: Prepared, old: Lease): Prepared {
  const edits = (lease: Lease): string =>
    JSON.stringify(lease.files.map(({ file, digestAfter }) => [file, digestAfter]));
  const isSame = edits(prepared.lease) === edits(old);
  const { reason = old.reason, ticket = old.ticket } = prepared.lease;
  return {
    ...prepared,
    lease: {
      ...prepared.lease,
      createdAt: old.createdAt,
      ...(reason === undefined ? {} : { reason }),
      ...(ticket === undefined ? {} : { ticket }),
      events: isSame ? old.events : old.events.filter(({ event }) => event === 'inspecting'),
    },
  };
}
