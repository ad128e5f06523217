import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  encode,
  isSameListener,
  type ProblemReport,
  patchReport,
  patchText,
  pathProblemText,
  problemReports,
  problemsOf,
  problemText,
  type SourceFile,
} from '@shortfuse/core';
import { openProject, type Project, shownPath } from '@shortfuse/files';
import { adapters as allAdapters } from '../adapters.js';
import type { PatchOptions } from '../args.js';
import { type ExitStatus, exit, UsageError } from '../exit.js';
import { scopeRemarks, scopeReport, wantedBy } from '../firewall/patch-scope.js';
import { firewallScope } from '../firewall/scope.js';
import { now as currentTime, leaseEnd } from '../io/clock.js';
import { stylerFor } from '../io/colour.js';
import { digestOf, digestOfBytes } from '../io/digest.js';
import { readInputs } from '../io/inputs.js';
import { deliver } from '../io/result.js';
import { write } from '../io/streams.js';
import { checkRecorded, readLeases } from '../leases/choose.js';
import { withLock } from '../leases/lock.js';
import { findProjectRoot, LeaseStore, type StoredLease } from '../leases/store.js';
import { bytesIn, type FileWrite, writeAll } from '../leases/transaction.js';
import { unifiedDiff } from '../patch/diff.js';
import { continued, leaseToExtend, withoutLease } from '../patch/extend.js';
import { finish } from '../patch/finish.js';
import { type NamedCompanion, type Prepared, pathInRepository, preparePatch, repositoryOf } from '../patch/prepare.js';
import { firewallRemarks } from './coverage/remarks.js';

/** Prints or writes the smallest edits that bring every listener to the target. See `--help` for the exit status. */
export function patch(paths: readonly string[], options: PatchOptions): Promise<ExitStatus> {
  return patchIn(new LeaseStore(findProjectRoot(process.cwd())), paths, options);
}

/** {@link patch} with the leases of `store`. */
export async function patchIn(store: LeaseStore, paths: readonly string[], options: PatchOptions): Promise<ExitStatus> {
  if (options.write && options.outputDir !== undefined)
    throw new UsageError('error: --write changes the files, --output-dir leaves them alone\n  help: give one of them');
  if (options.finish !== undefined) return finish(store, options.finish);
  if (options.includeShared && options.panos === undefined)
    throw new UsageError('error: --include-shared is about what --panos leaves out; without that nothing is left out');
  if (options.panos === '-' && paths.includes('-'))
    throw new UsageError('error: standard input can be the firewall or a PATH, not both');
  const inputs = await readInputs(paths, options, allAdapters);
  const project = openProject(inputs);
  const errorStyle = stylerFor({ option: options.color, env: process.env, isTerminal: process.stderr.isTTY === true });

  const extended = options.extend === undefined ? undefined : leaseToExtend(store, options.extend);
  const base = extended ? withoutLease(project, extended.lease, store, inputs) : project;
  const scope =
    options.panos === undefined
      ? undefined
      : await firewallScope(
          options.panos,
          base.configurations.flatMap(({ listeners }) => listeners),
          inputs,
        );
  if (scope) {
    const remarks = firewallRemarks(scope.coverage.found, errorStyle, options.quiet === true);
    if (remarks.length > 0) await write(process.stderr, remarks.join(''));
  }
  const fresh = preparePatch(base, inputs, store, {
    ...wishOf(options),
    ...(extended ? { id: extended.lease.id } : {}),
    ...(scope ? { isWanted: wantedBy(scope, extended?.lease) } : {}),
    includesShared: options.includeShared === true,
  });
  const drafted = extended ? continued(fresh, extended.lease) : fresh;
  const prepared: Prepared = {
    ...drafted,
    remarks: [
      ...(scope ? scopeRemarks(scope, 'changed', drafted.drawnIn) : []),
      ...drafted.remarks,
      ...hardLinkRemarks(store, project, drafted),
    ],
    ...(scope ? { scope } : {}),
  };

  const problems = problemsOf({
    targetSeconds: inputs.targetSeconds,
    configurations: prepared.plan.outcome,
    pathProblems: project.pathProblems,
  }).filter(({ severity }) => severity === 'error');
  if (project.pathProblems.length > 0 || problems.length > 0 || scope?.hasErrors) {
    process.exitCode = exit.failed;
    for (const problem of project.pathProblems) await write(process.stderr, pathProblemText(problem, errorStyle));
    for (const problem of problems.slice(0, 20)) await write(process.stderr, problemText(problem, errorStyle));
    await write(process.stderr, 'nothing is changed: what cannot be read cannot be shown to be right afterwards\n');
    if (options.format === 'json')
      await report(nothingOf(prepared), store, options, false, [
        ...problemReports(problems, project.pathProblems),
        ...problemReports((scope?.coverage.problems ?? []).filter(({ severity }) => severity === 'error')),
      ]);
    return exit.failed;
  }
  refuseConflicts(store, prepared, extended);
  const status = prepared.plan.refused.length > 0 ? exit.found : exit.ok;

  if (options.write) {
    const isNeeded = prepared.plan.files.length > 0 || prepared.companions.length > 0 || extended !== undefined;
    if (isNeeded)
      withLock(store, () => {
        // Another run may have come first.
        refuseConflicts(store, prepared, extended);
        if (extended) checkRecorded(store, extended.lease);
        writePatch(store, project, prepared, extended);
      });
    await report(prepared, store, options, isNeeded);
    return status;
  }
  if (options.outputDir !== undefined) {
    writeCopies(resolve(options.outputDir), prepared);
    await report(prepared, store, options, false);
    return status;
  }
  await printDiff(project, prepared, store, options);
  return status;
}

function wishOf(options: PatchOptions) {
  const now = currentTime();
  return {
    allowDisable: options.allowDisable === true,
    annotate: options.annotate === true,
    until: leaseEnd(now, options),
    now,
    reason: options.reason,
    ticket: options.ticket,
  };
}

/** A patch that changes nothing, for a report on why. */
function nothingOf(prepared: Prepared): Prepared {
  const plan = { ...prepared.plan, files: [], configurations: [], refused: [] };
  return { ...prepared, plan, companions: [], lease: { ...prepared.lease, listeners: [], files: [] }, remarks: [] };
}

/** A file with an open lease is not patched again: the lease would no longer know what stood there before. */
function refuseConflicts(store: LeaseStore, { plan, lease }: Prepared, extended: StoredLease | undefined): void {
  for (const { lease: open } of readLeases(store).leases) {
    if (open.id === extended?.lease.id) continue;
    if (open.pending)
      throw new UsageError(
        `error: a run was cut off while it wrote lease ${open.id}\n` +
          `  help: shortfuse patch --finish ${open.id} completes it, shortfuse revert ${open.id} --write undoes it`,
      );
    const file = lease.files.find(({ file: name }) => open.files.some((other) => other.file === name));
    // Where companions do it, no file shows that it was done.
    const machine =
      plan.files.length === 0 &&
      open.companions.some(({ isRequired }) => isRequired) &&
      lease.listeners.some((one) => open.listeners.some((other) => isSameListener(one, other)));
    if (file || machine)
      throw new UsageError(
        `error: ${file ? `${file.file} belongs to` : 'these listeners belong to'} the open lease ${open.id}, until ${open.until}\n` +
          `  help: shortfuse patch --extend ${open.id} adds to it, shortfuse revert ${open.id} --write takes it back first`,
      );
  }
}

function writePatch(store: LeaseStore, project: Project, prepared: Prepared, extended: StoredLease | undefined): void {
  const { plan, lease, companions } = prepared;
  checkNothingChanged(store, project);
  const writes = plan.files.flatMap(({ before, after }): FileWrite[] => {
    // With an extended lease, `before` is the text without it, and the file itself has it already.
    const file = store.nameOf(project.pathOf(currentFile(project, before)) ?? before.path);
    const from = extended ? encode(currentFile(project, before)) : encode(before);
    const to = encode(after);
    return Buffer.from(from).equals(Buffer.from(to)) ? [] : [{ file, from, to }];
  });
  writeAll(store, {
    lease,
    kind: 'patch',
    writes,
    companions: companions.map(({ companion }) => encode(companion)),
    finished: lease,
    ...(extended
      ? {
          recorded: extended.lease,
          extended: {
            lease: extended.lease,
            digests: Object.fromEntries(
              extended.lease.files.flatMap(({ file }) => {
                const bytes = bytesIn(store, file);
                return bytes ? [[file, digestOfBytes(bytes)]] : [];
              }),
            ),
          },
        }
      : {}),
  });
}

/**
 * A patch holds for the files that it was made from, also for those that it leaves as they are.
 * @throws UsageError where one of them was changed since it was read
 */
function checkNothingChanged(store: LeaseStore, project: Project): void {
  for (const file of new Set(project.configurations.flatMap(({ files }) => files))) {
    const path = project.pathOf(file);
    if (path === undefined) continue;
    const name = store.nameOf(path);
    const bytes = bytesIn(store, name);
    if (!bytes || !Buffer.from(bytes).equals(encode(file)))
      throw new UsageError(
        `error: ${file.path} was changed while shortfuse was at work; nothing is changed\n  help: run it again`,
      );
  }
}

/** Names of files that others have, too, and that go on naming the old content. */
function hardLinkRemarks(store: LeaseStore, project: Project, { plan }: Prepared): readonly string[] {
  return plan.files.flatMap(({ before }) => {
    const path = project.pathOf(before);
    const links = path === undefined ? 1 : (store.fs.statSync(path, { throwIfNoEntry: false })?.nlink ?? 1);
    return links > 1
      ? [
          `${before.path} is a hard link: its ${links - 1} other ${links === 2 ? 'name goes' : 'names go'} on naming the file as it was`,
        ]
      : [];
  });
}

function currentFile(project: Project, { path }: SourceFile): SourceFile {
  for (const { files } of project.configurations) for (const file of files) if (file.path === path) return file;
  throw new Error(`${path} is not among the files that were read`);
}

function writeCopies(folder: string, { plan, companions }: Prepared): void {
  for (const { after } of plan.files) writeCopy(join(folder, insideOf(after.path)), encode(after));
  for (const { name, companion } of companions) writeCopy(join(folder, name), encode(companion));
}

/** A file from outside the working directory is copied to its absolute path below the folder, not beside it. */
function insideOf(path: string): string {
  return path.replace(/^[A-Za-z]:/, '').replace(/^\/+/, '');
}

function writeCopy(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

async function printDiff(
  project: Project,
  prepared: Prepared,
  store: LeaseStore,
  options: PatchOptions,
): Promise<void> {
  if (options.format === 'json') {
    await report(prepared, store, options, false);
    return;
  }
  const cwd = process.cwd();
  let repository: { readonly path: string | undefined } | undefined;
  const pairs = prepared.plan.files.map(({ before, after }) => {
    const absolute = project.pathOf(before) ?? before.path;
    // Asked for only where a file needs it: starting git takes longer than all the rest.
    if (before.encoding.startsWith('utf-16')) repository ??= { path: repositoryOf(cwd) };
    return { before, after, pathInRepository: pathInRepository(repository?.path, absolute, before.path) };
  });
  const diff = unifiedDiff(pairs);
  await deliver(diff, options.output);
  if (options.quiet !== true) await write(process.stderr, textOf(prepared, store, options, false, 'stderr'));
}

/** What was done or is proposed, on standard output. */
async function report(
  prepared: Prepared,
  store: LeaseStore,
  options: PatchOptions,
  isWritten: boolean,
  problems: readonly ProblemReport[] = [],
): Promise<void> {
  const outcome = { ...outcomeOf(prepared, store, options, isWritten), problems };
  const text =
    options.format === 'json'
      ? `${JSON.stringify({ ...patchReport(outcome, operationsOf), ...(prepared.scope ? { firewall: scopeReport(prepared.scope, prepared.drawnIn) } : {}) }, undefined, 2)}\n`
      : textOf(prepared, store, options, isWritten, 'stdout');
  await deliver(text, options.output);
}

function outcomeOf(prepared: Prepared, store: LeaseStore, options: PatchOptions, isWritten: boolean) {
  const { plan, lease, companions, remarks } = prepared;
  const placed = (name: string, i: number): string => {
    if (options.outputDir !== undefined) return shownPath(process.cwd(), resolve(options.outputDir, name));
    return isWritten ? shownPath(process.cwd(), store.absolute(lease.companions[i]?.file ?? name)) : name;
  };
  return {
    plan,
    lease,
    isWritten,
    companions: companions.map(({ name, companion }: NamedCompanion, i) => ({ ...companion, file: placed(name, i) })),
    remarks,
    digestOf,
    problems: [],
    ...(prepared.scope ? { isFor: 'listener that the firewall covers' } : {}),
  };
}

function textOf(
  prepared: Prepared,
  store: LeaseStore,
  options: PatchOptions,
  isWritten: boolean,
  stream: 'stdout' | 'stderr',
): string {
  const isTerminal = process[stream].isTTY === true;
  return patchText(outcomeOf(prepared, store, options, isWritten), {
    style: stylerFor({ option: options.color, env: process.env, isTerminal }),
    columns: isTerminal ? Math.min(100, process[stream].columns || 100) : 100,
    operationsOf,
  });
}

function operationsOf(server: string) {
  return allAdapters.find(({ id }) => id === server)?.operations;
}
