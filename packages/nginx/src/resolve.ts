import type {
  Configuration,
  IncludeAnswer,
  IncludeRequest,
  Listener,
  Location,
  Problem,
  ResolveOptions,
  SourceFile,
  UnattachedSetting,
} from '@shortfuse/core';
import { groupByAddress } from './addresses.js';
import { roleOf } from './detect.js';
import { type Evaluation, evaluate, type Level, type Section, type Start } from './evaluate.js';
import { listenersOf } from './listeners.js';
import { readCache } from './session-cache.js';
import type { Context } from './settings.js';
import { readTime } from './time.js';
import type { NginxFile } from './tree.js';
import { assumedVersion, isAtLeast } from './version.js';

type Resolving<T> = Generator<IncludeRequest, T, IncludeAnswer<NginxFile>>;

/**
 * Sorts files into configurations: each main file with what it includes is one; what no main file reaches is read as fragments,
 * folder by folder, because a main file elsewhere includes them.
 */
export function* resolve(files: readonly NginxFile[], options: ResolveOptions): Resolving<readonly Configuration[]> {
  const wanted = new Set(options.entries);
  const mains = files.filter((tree) => (wanted.size > 0 ? wanted.has(tree.file.path) : roleOf(tree).kind === 'main'));
  const evaluated: { tree: NginxFile; evaluation: Evaluation }[] = [];
  for (const tree of mains) evaluated.push({ tree, evaluation: yield* evaluateMain(tree, options) });

  const reached = new Set<NginxFile>();
  for (const { tree, evaluation } of evaluated)
    for (const file of evaluation.included) if (file !== tree) reached.add(file);
  const configurations: Configuration[] = [];
  for (const { tree, evaluation } of evaluated) {
    // A file with an http block that another main file includes is a part of that one. Two that include each other both stay.
    if (
      reached.has(tree) &&
      !evaluation.included.has(tree) &&
      evaluated.some((other) => other.tree !== tree && !reached.has(other.tree))
    )
      continue;
    configurations.push(configurationOf(evaluation, tree.file.path, false, options));
  }
  const left = files.filter((tree) => !reached.has(tree) && !mains.includes(tree));
  return [...configurations, ...(yield* resolveFragments(left, options))];
}

function* evaluateMain(tree: NginxFile, options: ResolveOptions): Resolving<Evaluation> {
  return yield* evaluate([{ tree, context: 'main' }], {
    entry: tree.file,
    bases: [folderOf(tree.file.path)],
    fragments: false,
    version: options.version,
  });
}

/** Folders that main files include from; they lie beside the main file. */
const includedFolders =
  /^(?:conf\.d|http\.d|sites-(?:enabled|available)|servers|vhosts?(?:\.d)?|stream(?:s|\.d)?|modules-enabled|snippets|includes?|default\.d)$/;

function* resolveFragments(files: readonly NginxFile[], options: ResolveOptions): Resolving<Configuration[]> {
  const folders = new Map<string, NginxFile[]>();
  for (const tree of files) {
    const folder = folderOf(tree.file.path);
    const known = folders.get(folder);
    if (known) known.push(tree);
    else folders.set(folder, [tree]);
  }
  const groups: { folder: string; starts: Start[] }[] = [];
  for (const [folder, trees] of folders) {
    const starts = trees.flatMap((tree): Start[] => {
      const role = roleOf(tree);
      return role.kind === 'fragment' ? [{ tree, context: role.of }] : [];
    });
    if (starts.length > 0) groups.push({ folder, starts });
  }
  const results: { folder: string; evaluation: Evaluation }[] = [];
  const included = new Set<NginxFile>();
  for (const { folder, starts } of groups) {
    let evaluation = yield* evaluateFragments(folder, starts, options);
    const own = starts.filter(({ tree }) => !evaluation.included.has(tree));
    // Files that others of the folder include are read where those include them, and only there.
    if (own.length < starts.length && own.length > 0) evaluation = yield* evaluateFragments(folder, own, options);
    for (const tree of evaluation.included) included.add(tree);
    results.push({ folder, evaluation });
  }
  const configurations = results
    .filter(({ evaluation }) => evaluation.files.some((tree) => !included.has(tree)))
    .map(({ folder, evaluation }) => configurationOf(evaluation, folder || '.', true, options));
  for (const [folder, trees] of folders) {
    const snippets = trees.filter((tree) => !included.has(tree) && roleOf(tree).kind === 'snippet');
    for (const tree of snippets) {
      // A server of its own for each: snippets of one folder are alternatives as often as they belong together.
      const evaluation = yield* evaluateFragments(folder, [{ tree, context: snippetContext(tree) }], options);
      configurations.push(configurationOf(evaluation, tree.file.path, true, options));
    }
  }
  return configurations;
}

function snippetContext(tree: NginxFile): Context {
  return /(?:^|[/._-])stream/i.test(tree.file.path) ? 'stream server' : 'server';
}

function* evaluateFragments(folder: string, starts: readonly Start[], options: ResolveOptions): Resolving<Evaluation> {
  const parent = includedFolders.test(folder.split('/').at(-1) ?? '') ? folderOf(folder) : folder;
  const main = parent === '' ? 'nginx.conf' : `${parent}/nginx.conf`;
  return yield* evaluate(starts, {
    entry: { path: main, text: '', encoding: 'utf-8' },
    bases: [...new Set([parent, folder])],
    fragments: true,
    version: options.version,
  });
}

function configurationOf(
  evaluation: Evaluation,
  label: string,
  fragments: boolean,
  options: ResolveOptions,
): Configuration {
  const version = versionOf(evaluation, options);
  const problems = [...evaluation.problems];
  const listeners: Listener[] = [];
  for (const section of evaluation.sections) {
    const shares = section.kind === 'http' || (section.kind === 'stream' && isAtLeast(version.number, '1.25.5'));
    const groups = groupByAddress(section, shares, (problem) => problems.push(problem));
    listeners.push(
      ...listenersOf(section, groups, { version: version.number, fragments }, (problem) => problems.push(problem)),
    );
  }
  problems.push(...zoneConflicts(evaluation.sections));
  const [first] = evaluation.files;
  const refused = new Set(
    evaluation.files
      .filter((tree) => tree.problems.some(({ severity }) => severity === 'error'))
      .map(({ file }) => file),
  );
  if (!fragments && !evaluation.hasEvents && !evaluation.hasMainGap && first && !isTemplated(first))
    problems.push({
      // Another file may include this one and have the events block; the name says that nginx starts with it.
      severity: /(?:^|\/)nginx\.conf$/.test(label) || options.entries.length > 0 ? 'error' : 'warning',
      at: { file: first.file, span: { start: 0, end: 0 } },
      message: 'no "events" section in configuration',
      help: 'add "events { }": nginx does not start without it',
    });
  return {
    server: 'nginx',
    label,
    extent: fragments ? 'fragments' : 'complete',
    assumptions: [version.sentence, ...(fragments && listeners.length > 0 ? [fragmentSentence] : [])],
    files: evaluation.files.map(({ file }) => file),
    listeners: inFileOrder(
      listeners.map((listener) => withDoubt(listener, refused)),
      evaluation.files,
    ),
    problems,
    unattached: unattachedIn(evaluation.sections, listeners),
  };
}

const fragmentSentence =
  'the main file is not among these: session cache, tickets and protocols count as nginx’s defaults where they are not set here';

function versionOf({ neededVersion }: Evaluation, { version }: ResolveOptions): { number: string; sentence: string } {
  if (version !== undefined) return { number: version, sentence: `nginx ${version}` };
  if (neededVersion !== undefined && isAtLeast(neededVersion, assumedVersion))
    return { number: neededVersion, sentence: `nginx ${neededVersion} assumed, the oldest that knows what is written` };
  return { number: assumedVersion, sentence: `nginx ${assumedVersion} assumed` };
}

function isTemplated(tree: NginxFile): boolean {
  return tree.directives.templateDepth !== undefined;
}

/** Where braces or quotes are wrong, what belongs to which block is a guess. */
function withDoubt(listener: Listener, refused: ReadonlySet<SourceFile>): Listener {
  if (!refused.has(listener.definedAt.file)) return listener;
  const text = 'nginx refuses the file that holds it (see the errors); shown is what could be read';
  return { ...listener, notes: [{ code: 'file-refused', text }, ...listener.notes] };
}

/** In the order in which the files were first read, then by place. */
function inFileOrder(listeners: readonly Listener[], files: readonly NginxFile[]): Listener[] {
  const rank = new Map(files.map(({ file }, i) => [file, i]));
  const rankOf = ({ definedAt }: Listener): number => rank.get(definedAt.file) ?? 0;
  return [...listeners].sort((a, b) => rankOf(a) - rankOf(b) || a.definedAt.span.start - b.definedAt.span.start);
}

/** A zone has one size and one use. Source: ngx_shared_memory_add in nginx's src/core/ngx_cycle.c. */
function zoneConflicts(sections: readonly Section[]): Problem[] {
  const zones = new Map<string, { kind: Section['kind']; bytes: number }>();
  const problems: Problem[] = [];
  for (const section of sections) {
    for (const level of [section, ...section.servers] as readonly Level[]) {
      for (const { words, at, doubt } of level.written.get('ssl_session_cache') ?? []) {
        if (doubt !== undefined) continue;
        for (const word of words) {
          const result = readCache([word]);
          if (!result.ok || !result.cache.zone) continue;
          const { name, bytes } = result.cache.zone;
          const known = zones.get(name);
          if (!known) zones.set(name, { kind: section.kind, bytes });
          else if (known.kind !== section.kind)
            problems.push({
              severity: 'error',
              at,
              message: `the shared memory zone "${name}" is already declared for a different use`,
              help: `name the zone of ${section.kind} otherwise`,
            });
          else if (known.bytes !== bytes)
            problems.push({
              severity: 'error',
              at,
              message: `the size ${bytes} of shared memory zone "${name}" conflicts with already declared size ${known.bytes}`,
              help: 'write the same size everywhere',
            });
        }
      }
    }
  }
  return problems;
}

/** Timeouts that are written and neither decide about a listener here nor are known to be without effect on one. */
function unattachedIn(sections: readonly Section[], listeners: readonly Listener[]): UnattachedSetting[] {
  const used = new Set<Location>();
  for (const { governing, ignored } of listeners) {
    if ('at' in governing.origin && governing.origin.at) used.add(governing.origin.at);
    for (const { at } of ignored) used.add(at);
  }
  const unattached: UnattachedSetting[] = [];
  for (const section of sections)
    for (const level of [section, ...section.servers] as readonly Level[])
      for (const { name, words, at, doubt } of level.written.get('ssl_session_timeout') ?? []) {
        if (used.has(at)) continue;
        const written = words.map(({ span }) => at.file.text.slice(span.start, span.end)).join(' ');
        unattached.push({
          at,
          name,
          written,
          seconds: doubt === undefined ? readTime(words[0]?.value ?? '') : undefined,
        });
      }
  return unattached;
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash) || '/';
}
