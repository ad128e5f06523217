import {
  type Adapter,
  type Configuration,
  decode,
  type EditOutcome,
  effectiveLifetime,
  encode,
  isSameListener,
  type Lease,
  type LeaseFile,
  type Listener,
  type SourceFile,
  takeBack,
} from '@shortfuse/core';
import { openProject, type Project } from '@shortfuse/files';
import { adapters as allAdapters } from '../adapters.js';
import { digestOf, digestOfBytes } from '../io/digest.js';
import { anchorsWith } from './anchors.js';
import { inputsOf } from './reading.js';
import type { LeaseStore } from './store.js';
import { bytesIn } from './transaction.js';

/** What taking a lease back means for one of its files. */
export interface FilePlan {
  readonly leased: LeaseFile;
  /** Its number in the lease. */
  readonly number: number;
  /** Where the file is now: its name in the lease unless it was renamed. Undefined where it is nowhere. */
  readonly file: string | undefined;
  readonly before: SourceFile | undefined;
  readonly after: SourceFile | undefined;
  /** The bytes from before the patch, proven by their digest. */
  readonly isExact: boolean;
  readonly edits: readonly EditOutcome[];
}

/** A listener that would not be as it was. */
export interface WrongListener {
  readonly listener: string;
  readonly expectedSeconds: number | null;
  readonly foundSeconds: number | null;
  /** Taking the lease back changes it, though not to what it was. */
  readonly isOurs: boolean;
}

export interface TakeBackPlan {
  readonly files: readonly FilePlan[];
  readonly wrong: readonly WrongListener[];
  /** Listeners of the lease that are not there any more. */
  readonly missing: readonly string[];
}

/**
 * Plans what taking a lease back does, without writing: file by file, then everything is resolved again with the texts as
 * they would be. Edits without which some listener would not be what it was are left alone, too.
 */
export async function planTakeBack(store: LeaseStore, lease: Lease): Promise<TakeBackPlan> {
  const inputs = await inputsOf(store, lease);
  const project = openProject(inputs);
  const files = new Map<string, SourceFile>();
  for (const { files: read } of project.configurations)
    for (const file of read) {
      const path = project.pathOf(file);
      if (path !== undefined) files.set(store.nameOf(path), file);
    }
  const broken = new Set(
    project.configurations.flatMap(({ problems }) =>
      problems.flatMap(({ at, severity }) => (severity === 'error' ? [at.file] : [])),
    ),
  );
  const skipped = new Map<number, Set<number>>();
  for (;;) {
    const plans = lease.files.map((leased, number) =>
      filePlan(store, lease, leased, number, files, broken, skipped.get(number)),
    );
    const { wrong, missing } = checkListeners(lease, project, plans);
    const guilty = editsBehind(lease, plans, wrong);
    if (guilty.length === 0) return { files: plans, wrong, missing };
    for (const [number, edit] of guilty) skipped.set(number, (skipped.get(number) ?? new Set()).add(edit));
  }
}

function filePlan(
  store: LeaseStore,
  lease: Lease,
  leased: LeaseFile,
  number: number,
  files: ReadonlyMap<string, SourceFile>,
  broken: ReadonlySet<SourceFile>,
  skip: ReadonlySet<number> | undefined,
): FilePlan {
  const adapter = allAdapters.find(({ id }) => id === leased.server);
  const found = currentFile(store, lease, leased, files, adapter);
  if (!found || !adapter) {
    const why = adapter
      ? 'the file is gone, and no other file here has its content'
      : `this version of shortfuse knows no server ${leased.server}`;
    const edits = leased.edits.map((_, edit): EditOutcome => ({ kind: 'drifted', edit, why }));
    return { leased, number, file: undefined, before: undefined, after: undefined, isExact: false, edits };
  }
  const { name, file } = found;
  const digest = digestOf(file);
  const cutOff = lease.pending?.kind === 'revert' ? lease.pending.files.find((each) => each.file === name) : undefined;
  if (cutOff?.to === digest) {
    const left = new Set(lease.pending?.left.filter(([each]) => each === number).map(([, edit]) => edit));
    const edits = leased.edits.map(
      (_, edit): EditOutcome =>
        left.has(edit)
          ? { kind: 'drifted', edit, why: 'it was left alone when the lease was taken back before' }
          : { kind: 'already', edit },
    );
    return { leased, number, file: name, before: file, after: file, isExact: digest === leased.digestBefore, edits };
  }
  // What a server would refuse may stand in other blocks than it seems; nothing had an error when it was patched.
  const anchors = broken.has(file) ? () => undefined : anchorsWith(adapter);
  const previous = lease.pending?.previous;
  const extended = previous?.lease.files.find((each) => each.file === leased.file);
  if (extended && digest === previous?.digests[leased.file]) {
    // A run that extended the lease did not reach this file: only the edits from before are in it.
    const outcome = takeBack(extended, file, digest, anchors);
    const isSkipped = skip !== undefined && skip.size > 0;
    const after: SourceFile = { ...file, text: isSkipped ? file.text : outcome.text };
    const drifted = isSkipped ? 'it was left alone with the rest of its file' : 'the file had drifted before';
    const isDone = !isSkipped && outcome.edits.every(({ kind }) => kind !== 'drifted');
    return {
      leased,
      number,
      file: name,
      before: file,
      after: isDone ? after : file,
      isExact: isDone && digestOfBytes(encode(after)) === leased.digestBefore,
      edits: leased.edits.map((_, edit) =>
        isDone ? { kind: 'taken-back', edit } : { kind: 'drifted', edit, why: drifted },
      ),
    };
  }
  const outcome = takeBack(leased, file, digest, anchors, skip);
  const after: SourceFile = { ...file, text: outcome.text };
  const isExact = outcome.exact && digestOfBytes(encode(after)) === leased.digestBefore;
  return { leased, number, file: name, before: file, after, isExact, edits: outcome.edits };
}

/** The file by its name, else one that has its content, or all that the lease wrote, under another name. */
function currentFile(
  store: LeaseStore,
  lease: Lease,
  leased: LeaseFile,
  files: ReadonlyMap<string, SourceFile>,
  adapter: Adapter | undefined,
): { readonly name: string; readonly file: SourceFile } | undefined {
  const byName = files.get(leased.file);
  if (byName) return { name: leased.file, file: byName };
  const bytes = bytesIn(store, leased.file);
  if (bytes) return { name: leased.file, file: decode(leased.file, bytes) };
  const known = new Set([...lease.files.map(({ file }) => file), ...(leased.similar ?? [])]);
  const others = [...files].filter(([name]) => !known.has(name));
  const same = others.filter(([, file]) => [leased.digestAfter, leased.digestBefore].includes(digestOf(file)));
  const candidates = same.length > 0 ? same : others.filter(([, file]) => holdsAll(leased, file, adapter));
  const [only, another] = candidates;
  return only && !another ? { name: only[0], file: only[1] } : undefined;
}

/** Is all that a lease wrote into one file in another one? */
function holdsAll(leased: LeaseFile, file: SourceFile, adapter: Adapter | undefined): boolean {
  // Most files do not even have the words.
  if (leased.edits.length === 0 || !leased.edits.every(({ after }) => file.text.includes(after.trim()))) return false;
  return takeBack(leased, file, '', anchorsWith(adapter)).edits.every(({ kind }) => kind === 'taken-back');
}

/** The lease with, for each of its files, the names of others that are like it, as everything is read with the patch. */
export function withSimilar(lease: Lease, files: ReadonlyMap<string, SourceFile>, adapters: readonly Adapter[]): Lease {
  return {
    ...lease,
    files: lease.files.map((leased) => {
      const adapter = adapters.find(({ id }) => id === leased.server);
      const similar = [...files].flatMap(([name, file]) =>
        name !== leased.file && (digestOf(file) === leased.digestBefore || holdsAll(leased, file, adapter))
          ? [name]
          : [],
      );
      return similar.length > 0 ? { ...leased, similar } : leased;
    }),
  };
}

/** Resolves everything with the texts as they would be and compares with what the lease remembers. */
function checkListeners(
  lease: Lease,
  project: Project,
  plans: readonly FilePlan[],
): Pick<TakeBackPlan, 'wrong' | 'missing'> {
  const changed = new Map(
    plans.flatMap(({ before, after }) =>
      before && after && before.text !== after.text ? [[before, after] as const] : [],
    ),
  );
  const configurations: readonly Configuration[] =
    changed.size > 0 ? project.resolveWith(changed) : project.configurations;
  const listeners = configurations.flatMap((configuration) => configuration.listeners);
  const now = project.configurations.flatMap((configuration) => configuration.listeners);
  const left = new Set(
    plans.flatMap(({ leased, edits }) =>
      edits.flatMap(({ kind, edit }) => (kind === 'drifted' ? (leased.edits[edit]?.listeners ?? []) : [])),
    ),
  );
  const edited = new Set(lease.files.flatMap(({ edits }) => edits.flatMap((edit) => edit.listeners)));
  const wrong: WrongListener[] = [];
  const missing: string[] = [];
  for (const [number, leased] of lease.listeners.entries()) {
    if (!edited.has(number)) continue;
    const name = [leased.server, leased.address, leased.name, leased.profile].filter(Boolean).join(' ');
    const same = listeners.filter((listener) => isSameListener(listener, leased));
    if (same.length === 0) missing.push(name);
    // What is left alone cannot be as it was, and is told anyway.
    if (left.has(number)) continue;
    const found = lifetimesOf(same);
    if (found.length === 0 || found.includes(leased.lifetimeSeconds)) continue;
    // Where it lasts as long with our text as without, somebody else's decides now.
    const isOurs = String(found) !== String(lifetimesOf(now.filter((listener) => isSameListener(listener, leased))));
    wrong.push({ listener: name, expectedSeconds: leased.lifetimeSeconds, foundSeconds: found[0] ?? null, isOurs });
  }
  return { wrong, missing };
}

function lifetimesOf(listeners: readonly Listener[]): readonly (number | null)[] {
  return listeners.map((listener) => effectiveLifetime(listener).seconds ?? null);
}

/** The edits of files that others changed, too, and that serve a listener that would be wrong. */
function editsBehind(
  lease: Lease,
  plans: readonly FilePlan[],
  wrong: readonly WrongListener[],
): readonly (readonly [number: number, edit: number])[] {
  if (wrong.length === 0) return [];
  const names = new Set(wrong.flatMap(({ listener, isOurs }) => (isOurs ? [listener] : [])));
  const numbers = new Set(
    lease.listeners.flatMap((leased, i) =>
      names.has([leased.server, leased.address, leased.name, leased.profile].filter(Boolean).join(' ')) ? [i] : [],
    ),
  );
  return plans.flatMap(({ leased, number, edits, isExact }) =>
    isExact
      ? []
      : edits.flatMap(({ kind, edit }) =>
          kind === 'taken-back' && leased.edits[edit]?.listeners.some((listener) => numbers.has(listener))
            ? [[number, edit] as const]
            : [],
        ),
  );
}
