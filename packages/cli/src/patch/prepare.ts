import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { join, relative, resolve, sep } from 'node:path';
import {
  type Adapter,
  applyEdits,
  type Companion,
  type Configuration,
  type Instant,
  insert,
  type Lease,
  type LeaseReading,
  type Listener,
  leaseFor,
  type PatchedFile,
  type Plan,
  type PlannedEdit,
  positionOf,
  type Seconds,
  type SourceFile,
  type TextEdit,
  writeInstant,
} from '@shortfuse/core';
import type { Project } from '@shortfuse/files';
import type { FirewallScope } from '../firewall/scope.js';
import { digestOf } from '../io/digest.js';
import type { Inputs } from '../io/inputs.js';
import type { LeaseStore } from '../leases/store.js';
import { withSimilar } from '../leases/take-back.js';
import { type Opinion, opinionOf, secondReaders } from './second-opinion.js';
import { planWithShared, type Wanted } from './shared.js';

export interface PatchWish extends Wanted {
  /** Of the lease that is extended; a new one where absent. */
  readonly id?: string;
  readonly allowDisable: boolean;
  readonly annotate: boolean;
  readonly until: Instant;
  readonly now: Instant;
  readonly reason: string | undefined;
  readonly ticket: string | undefined;
}

/** A patch that is ready to be shown or written. */
export interface Prepared {
  readonly plan: Plan;
  readonly lease: Lease;
  readonly companions: readonly NamedCompanion[];
  readonly remarks: readonly string[];
  /** Those that change only because a wanted one cannot without them. */
  readonly drawnIn: readonly Listener[];
  /** The firewall that it is for, where it is for one. */
  readonly scope?: FirewallScope;
}

/** A companion and its name, with a folder where several machines or devices have one of the same name. */
export interface NamedCompanion {
  readonly name: string;
  /** The id of the adapter that made it. */
  readonly server: string;
  readonly companion: Companion;
}

/**
 * Plans the patch of a project, asks the independent readers, and makes the lease that `--write` would record.
 * `project` may be a view of a project with other texts in place of some.
 */
export function preparePatch(
  project: Pick<Project, 'configurations' | 'resolveWith' | 'pathOf'>,
  inputs: Inputs,
  store: LeaseStore,
  wish: PatchWish,
): Prepared {
  const adapterOf = adapterFinder(project, inputs.adapters);
  const opinions = new Map<string, { readonly title: string; readonly opinion: Opinion }>();
  const { plan: planned, drawnIn } = planWithShared(project.configurations, wish, {
    target: inputs.targetSeconds,
    allowDisable: wish.allowDisable,
    isWritable: (file) => project.pathOf(file) !== undefined,
    resolveWith: project.resolveWith,
    secondOpinion: (file) => {
      for (const reader of secondReaders[adapterOf(file.before)?.id ?? ''] ?? []) {
        if (!reader.reads(file.before)) continue;
        const opinion = opinionOf(reader, file);
        opinions.set(file.before.path, { title: reader.title, opinion });
        if (opinion.kind === 'differs') return opinion.what;
      }
      return undefined;
    },
  });
  const id = wish.id ?? newId(wish.now);
  const plan = wish.annotate ? annotated(planned, project, adapterOf, id, wish.until) : planned;
  const companions = companionsOf(plan, inputs.adapters, inputs.targetSeconds);
  const folder = store.companionFolder(id);
  const lease = leaseFor(plan, {
    id,
    createdAt: writeInstant(wish.now),
    until: writeInstant(wish.until),
    targetSeconds: inputs.targetSeconds,
    reason: wish.reason,
    ticket: wish.ticket,
    reading: readingOf(inputs, store),
    companions: companions.map(({ name, server, companion: { purpose, use, isRequired } }) => ({
      file: store.nameOf(join(folder, name)),
      server,
      purpose,
      use,
      isRequired,
    })),
    nameOf: (file) => store.nameOf(project.pathOf(file) ?? file.path),
    serverOf: (file) => adapterOf(file)?.id ?? '',
    digestOf,
    anchorsOf: (file) => {
      const adapter = adapterOf(file);
      return adapter?.anchors(adapter.parse(file)) ?? [];
    },
  });
  const patched = new Map(plan.files.map(({ before, after }) => [before, after]));
  const texts = new Map<string, SourceFile>();
  for (const { files } of project.configurations)
    for (const file of files) {
      const path = project.pathOf(file);
      if (path !== undefined) texts.set(store.nameOf(path), patched.get(file) ?? file);
    }
  return {
    plan,
    lease: withSimilar(lease, texts, inputs.adapters),
    companions,
    drawnIn,
    remarks: [...remarksOn(plan, opinions), ...unattachedRemarks(project.configurations, inputs.targetSeconds)],
  };
}

/** By the path of the file, because a patched text is another object. */
function adapterFinder(
  { configurations }: Pick<Project, 'configurations'>,
  adapters: readonly Adapter[],
): (file: SourceFile) => Adapter | undefined {
  const byId = new Map(adapters.map((adapter) => [adapter.id, adapter]));
  const byPath = new Map<string, Adapter>();
  for (const { server, files } of configurations) {
    const adapter = byId.get(server);
    if (adapter) for (const { path } of files) byPath.set(path, adapter);
  }
  return ({ path }) => byPath.get(path);
}

/** The day, so that people find it, and enough chance that two of a day differ. */
function newId(now: Instant): string {
  return `${writeInstant(now).slice(0, 10)}-${createHash('sha256').update(randomBytes(16)).digest('hex').slice(0, 6)}`;
}

/** Adds a comment above each edited statement, once per line, and checks that nothing else changes by that. */
function annotated(
  plan: Plan,
  project: Pick<Project, 'resolveWith'>,
  adapterOf: (file: SourceFile) => Adapter | undefined,
  id: string,
  until: Instant,
): Plan {
  const files = plan.files.map((file): PatchedFile => {
    const adapter = adapterOf(file.before);
    const tree = adapter?.parse(file.before);
    if (!adapter?.annotate || !tree) return file;
    const comments = new Map<number, PlannedEdit>();
    for (const edit of file.edits) {
      const was = edit.before === '' ? 'was not set' : `was ${edit.before.replace(/\s+/g, ' ')}`;
      const number = comments.size === 0 ? '' : ` (${comments.size + 1})`;
      const text = `shortfuse ${id}${number}: ${was}, until ${writeInstant(until).slice(0, 10)}`;
      const comment = besideInsertion(edit, adapter.annotate(tree, edit.span.start, text));
      if (comment && !comments.has(comment.span.start))
        comments.set(comment.span.start, { ...comment, listeners: [], isComment: true });
    }
    // A comment goes before what is inserted at the same place.
    const edits = [...comments.values(), ...file.edits].sort((a, b) => a.span.start - b.span.start);
    const result = applyEdits(file.before.text, edits);
    return result.ok ? { ...file, after: { ...file.before, text: result.text }, edits } : file;
  });
  const outcome = project.resolveWith(new Map(files.map(({ before, after }) => [before, after])));
  const isSame = JSON.stringify(outcome.map(digestible)) === JSON.stringify(plan.outcome.map(digestible));
  return isSame ? { ...plan, files, outcome } : plan;
}

/** The comment on a line that is added stands directly above that line, indented as it is. */
function besideInsertion({ before, after, span }: TextEdit, comment: TextEdit | undefined): TextEdit | undefined {
  if (!comment || before !== '') return comment;
  const words = comment.after.trim();
  const behindLine = /^(\r?\n)([ \t]*)/.exec(after);
  if (behindLine) return insert(span.start, `${behindLine[1]}${behindLine[2]}${words}`);
  const lineBefore = /^([ \t]*)[^\r\n]*(\r?\n)$/.exec(after);
  return lineBefore ? insert(span.start, `${lineBefore[1]}${words}${lineBefore[2]}`) : comment;
}

function digestible({ listeners, problems }: Plan['outcome'][number]) {
  return {
    listeners: listeners.map(({ address, name, mechanisms }) => [address, name, mechanismSecondsOf(mechanisms)]),
    problems: problems.map(({ message }) => message),
  };
}

function mechanismSecondsOf(mechanisms: Plan['outcome'][number]['listeners'][number]['mechanisms']) {
  return Object.values(mechanisms).map(({ enabled, lifetimes }) => [enabled, lifetimes.map(({ seconds }) => seconds)]);
}

function companionsOf(plan: Plan, adapters: readonly Adapter[], target: Seconds): readonly NamedCompanion[] {
  const groups = plan.configurations.flatMap(({ configuration, remedies }) => {
    const { server, label } = configuration;
    const made = adapters.find(({ id }) => id === server)?.companions?.(configuration, { target, remedies }) ?? [];
    return made.length > 0 ? [{ server, label, made }] : [];
  });
  const folders = new Set<string>();
  return groups.flatMap(({ server, label, made }) => {
    const folder = groups.length > 1 ? `${freeName(folderName(label), folders)}/` : '';
    return made.map((companion) => ({ name: `${folder}${companion.name}`, server, companion }));
  });
}

/** `name`, or with a number behind it where that is taken. */
function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let i = 2; taken.has(free); i++) free = `${name}-${i}`;
  taken.add(free);
  return free;
}

function folderName(label: string): string {
  return label.replace(/[^\w.-]+/g, '-').replace(/^[-.]+|-+$/g, '') || 'machine';
}

function readingOf(inputs: Inputs, store: LeaseStore): LeaseReading {
  const named = inputs.paths.map((path) => store.nameOf(resolve(inputs.cwd, path)));
  return {
    paths: named.map((path) => (path === '' ? '.' : path)),
    servers: inputs.serverNamed ? inputs.adapters.map(({ id }) => id) : [],
    roots: Object.fromEntries(inputs.roots.map(({ serverPath, folder }) => [serverPath, store.nameOf(folder)])),
    defines: Object.fromEntries(inputs.defined),
    ...(inputs.configPath === undefined ? {} : { config: store.nameOf(inputs.configPath) }),
  };
}

function remarksOn(
  { files }: Plan,
  opinions: ReadonlyMap<string, { readonly title: string; readonly opinion: Opinion }>,
): string[] {
  const agreeing = new Map<string, number>();
  const remarks: string[] = [];
  for (const { before } of files) {
    const second = opinions.get(before.path);
    if (!second) continue;
    if (second.opinion.kind === 'agrees') agreeing.set(second.title, (agreeing.get(second.title) ?? 0) + 1);
    if (second.opinion.kind === 'no-opinion')
      remarks.push(
        `${second.title} cannot read ${before.path} (${second.opinion.why}), so there is no second opinion on it`,
      );
  }
  for (const [title, count] of agreeing)
    remarks.unshift(
      `${title} reads ${count === 1 ? 'the file' : `all ${count} files`} as before, but for the new lifetimes`,
    );
  return remarks;
}

/** Lifetimes that no listener at hand uses are left alone, and a person who meant them has to hear that. */
function unattachedRemarks(configurations: readonly Configuration[], target: Seconds): string[] {
  const places = configurations.flatMap(({ unattached }) =>
    unattached
      .filter(({ seconds }) => seconds === undefined || seconds > target)
      .map(
        ({ at, name, written }) => `${at.file.path}:${positionOf(at.file, at.span.start).line} (${name} ${written})`,
      ),
  );
  if (places.length === 0) return [];
  const listed = [...new Set(places)];
  const shown = listed.slice(0, 5).join(', ') + (listed.length > 5 ? ` and ${listed.length - 5} more` : '');
  return [`left alone, because no listener at hand uses it: ${shown}; name the main file as well`];
}

/** The folder of the git repository around `cwd`; undefined where there is none or git is not there. */
export function repositoryOf(cwd: string): string | undefined {
  try {
    return execFileSync('git', ['rev-parse', '--show-toplevel'], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

/** A path as git names it in a patch that only git can apply. */
export function pathInRepository(repository: string | undefined, absolute: string, shown: string): string {
  return repository === undefined ? shown : relative(repository, absolute).split(sep).join('/');
}
