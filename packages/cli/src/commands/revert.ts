import { dirname, join } from 'node:path';
import { type Drift, decode, encode, type Lease, printable } from '@shortfuse/core';
import { isMissing, shownPath, writeDurably } from '@shortfuse/files';
import type { RevertOptions } from '../args.js';
import { type ExitStatus, exit } from '../exit.js';
import { deliver } from '../io/result.js';
import { write } from '../io/streams.js';
import { checkRecorded, chosenLease, readLeases } from '../leases/choose.js';
import { withLock } from '../leases/lock.js';
import { driftsIn } from '../leases/state.js';
import { findProjectRoot, LeaseStore, type StoredLease } from '../leases/store.js';
import { planTakeBack, type TakeBackPlan } from '../leases/take-back.js';
import { type FileWrite, removeLeftovers, withoutPending, writeAll } from '../leases/transaction.js';
import { unifiedDiff } from '../patch/diff.js';
import { pathInRepository, repositoryOf } from '../patch/prepare.js';

/** Takes a patch back: prints the diff, or writes. See `--help` for the exit status. */
export function revert(wanted: string | undefined, options: RevertOptions): Promise<ExitStatus> {
  return revertIn(new LeaseStore(findProjectRoot(process.cwd())), wanted, options);
}

/** {@link revert} with the leases of `store`. */
export async function revertIn(
  store: LeaseStore,
  wanted: string | undefined,
  options: RevertOptions,
): Promise<ExitStatus> {
  const stored = leaseFor(store, wanted);
  if (typeof stored === 'string') {
    await say(options, { lease: null, files: [], drifted: [], remarks: [stored] }, `${stored}\n`);
    return exit.ok;
  }
  const { lease } = stored;
  const plan = await planTakeBack(store, lease);
  const drifted = plan.files.flatMap(driftsIn);
  const found = drifted.length > 0 || plan.wrong.length > 0 ? exit.found : exit.ok;
  process.exitCode = found;
  if (options.write) withLock(store, () => writeTakenBack(store, lease, plan));
  const report = reportOf(lease, plan, drifted);
  if (options.write || options.format === 'json') {
    await say(options, report, textOf(store, lease, plan, drifted, options.write === true));
    return found;
  }
  await printDiff(store, plan, options);
  if (options.quiet !== true) await write(process.stderr, textOf(store, lease, plan, drifted, false));
  return found;
}

/** The lease to take back, or why there is nothing to do. @throws UsageError where what was named was never there */
function leaseFor(store: LeaseStore, wanted: string | undefined): StoredLease | string {
  if (wanted === undefined && readLeases(store).leases.length === 0)
    return 'no lease in this project: nothing to take back';
  try {
    return chosenLease(store, wanted);
  } catch (error) {
    const before = wanted === undefined ? undefined : store.takenBack(wanted.replace(/^.*[\\/]|\.json$/g, ''));
    if (!before) throw error;
    return `lease ${before.id} was taken back before: nothing to do`;
  }
}

function writeTakenBack(store: LeaseStore, lease: Lease, plan: TakeBackPlan): void {
  // What was read before the lock was taken may be out of date; the files themselves are compared by writeAll.
  checkRecorded(store, lease);
  removeLeftovers(store, lease);
  const writes = plan.files.flatMap(({ file, before, after }): FileWrite[] => {
    if (file === undefined || !before || !after || before.text === after.text) return [];
    return [{ file, from: encode(before), to: encode(after) }];
  });
  const left = plan.files.flatMap(({ number, edits }) =>
    edits.flatMap(({ kind, edit }) => (kind === 'drifted' ? [[number, edit] as const] : [])),
  );
  const nameOf = (number: number): string | undefined => plan.files[number]?.file;
  // Under the names that the files have now: when a run is cut off, they are found by these.
  const rest = {
    ...withoutPending(lease),
    files: lease.files.map((leased, number) => ({ ...leased, file: nameOf(number) ?? leased.file })),
  };
  if (left.length === 0) keepCompanions(store, lease);
  const previous = lease.pending?.previous;
  writeAll(store, {
    lease: rest,
    kind: 'revert',
    writes,
    left,
    recorded: lease,
    ...(previous ? { extended: previous } : {}),
    ...(left.length > 0 ? { finished: withEdits(rest, left) } : {}),
  });
}

/** A lease with only the named edits and the listeners that these serve. */
function withEdits(lease: Lease, left: readonly (readonly [file: number, edit: number])[]): Lease {
  const files = lease.files.flatMap((leased, number) => {
    const edits = leased.edits.filter((_, edit) => left.some(([file, each]) => file === number && each === edit));
    return edits.length > 0 ? [{ ...leased, edits }] : [];
  });
  const used = [...new Set(files.flatMap(({ edits }) => edits.flatMap(({ listeners }) => listeners)))].sort(
    (a, b) => a - b,
  );
  const numbers = new Map(used.map((old, i) => [old, i]));
  return {
    ...lease,
    listeners: used.flatMap((old) => lease.listeners[old] ?? []),
    files: files.map((file) => ({
      ...file,
      edits: file.edits.map((edit) => ({
        ...edit,
        listeners: edit.listeners.flatMap((old) => numbers.get(old) ?? []),
      })),
    })),
  };
}

/** What has to be run on a machine is still needed when the lease is gone. */
function keepCompanions(store: LeaseStore, { id, companions }: Lease): void {
  for (const [i, { file, use }] of companions.entries()) {
    if (use !== 'revert') continue;
    let bytes: Uint8Array;
    try {
      bytes = store.fs.readFileSync(store.absolute(file));
    } catch (error) {
      if (isMissing(error)) continue;
      throw error;
    }
    const path = keptPath(store, id, file);
    store.prepareLocal();
    store.fs.mkdirSync(dirname(path), { recursive: true });
    writeDurably(store.fs, path, bytes, `.companion-${i}.tmp`);
  }
}

function keptPath(store: LeaseStore, id: string, file: string): string {
  const name = store.nameOf(store.absolute(file)).split(`/${id}/`).at(-1) ?? file;
  return join(store.localFolder, 'taken-back', id, name);
}

function reportOf({ id }: Lease, { files, wrong, missing }: TakeBackPlan, drifted: readonly Drift[]) {
  return {
    lease: id,
    files: files.map(({ leased, file, isExact, edits }) => ({
      file: file ?? leased.file,
      ...(file !== undefined && file !== leased.file ? { formerly: leased.file } : {}),
      exact: isExact,
      takenBack: edits.filter(({ kind }) => kind === 'taken-back').length,
      already: edits.filter(({ kind }) => kind === 'already').length,
      drifted: edits.filter(({ kind }) => kind === 'drifted').length,
    })),
    drifted,
    remarks: [
      ...wrong.map(
        ({ listener, expectedSeconds, foundSeconds }) =>
          `${listener} would last ${foundSeconds ?? 'unknown'} s and lasted ${expectedSeconds ?? 'unknown'} s before the patch: something else was changed, too`,
      ),
      ...missing.map((listener) => `${listener} is not there any more`),
    ],
  };
}

type RevertReport = Omit<ReturnType<typeof reportOf>, 'lease'> & { readonly lease: string | null };

async function say(options: RevertOptions, report: RevertReport, text: string): Promise<void> {
  const shown = options.format === 'json' ? `${JSON.stringify({ schemaVersion: 1, ...report }, undefined, 2)}\n` : text;
  await deliver(shown, options.output);
}

function textOf(
  store: LeaseStore,
  lease: Lease,
  plan: TakeBackPlan,
  drifted: readonly Drift[],
  isWritten: boolean,
): string {
  const lines: string[] = [];
  for (const { file, before, after, isExact, edits, leased } of plan.files) {
    const back = edits.filter(({ kind }) => kind === 'taken-back').length;
    if (file === undefined || !before || !after) continue;
    const name = file === leased.file ? file : `${file} (was ${leased.file})`;
    const verb = isWritten ? 'taken back' : 'to take back';
    if (back === 0 && edits.every(({ kind }) => kind === 'already')) lines.push(`${name}: has its old text already`);
    else if (back > 0)
      lines.push(
        `${name}: ${verb} ${back} of ${edits.length}${isExact ? ', the very bytes from before the patch' : ', what others changed stays'}`,
      );
  }
  for (const { file, line, expected, found, why } of drifted)
    lines.push(
      `${file}:${line}: left alone: ${why}`,
      `  expected: ${expected}`,
      ...(found === undefined ? [] : [`  found:    ${found}`]),
    );
  for (const remark of reportOf(lease, plan, drifted).remarks) lines.push(remark);
  const toRun = lease.companions.filter(({ use }) => use === 'revert');
  for (const { file, purpose } of toRun) {
    const path = isWritten && drifted.length === 0 ? keptPath(store, lease.id, file) : store.absolute(file);
    lines.push(`to run: ${shownPath(process.cwd(), path)}: ${purpose}`);
  }
  if (isWritten)
    lines.push(
      drifted.length > 0
        ? `lease ${lease.id} stays open for what was left alone`
        : `lease ${lease.id} is over; deploy the files and reload the servers as for any change`,
    );
  return `${lines.map(printable).join('\n')}\n`;
}

async function printDiff(store: LeaseStore, plan: TakeBackPlan, options: RevertOptions): Promise<void> {
  const cwd = process.cwd();
  let repository: { readonly path: string | undefined } | undefined;
  const pairs = plan.files.flatMap(({ file, before, after }) => {
    if (file === undefined || !before || !after || before.text === after.text) return [];
    const absolute = store.absolute(file);
    if (before.encoding.startsWith('utf-16')) repository ??= { path: repositoryOf(cwd) };
    const shown = decode(shownPath(cwd, absolute), encode(before));
    return [
      {
        before: shown,
        after: { ...after, path: shown.path },
        pathInRepository: pathInRepository(repository?.path, absolute, shown.path),
      },
    ];
  });
  const diff = unifiedDiff(pairs);
  await deliver(diff, options.output);
}
