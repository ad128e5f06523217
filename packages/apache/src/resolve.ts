import {
  type Configuration,
  compareBytes,
  effectiveLifetime,
  type Listener,
  type Location,
  mechanismNames,
  type Problem,
  type ResolveOptions,
  type UnattachedSetting,
} from '@shortfuse/core';
import { groupByAddress, listensOf } from './addresses.js';
import { roleOf } from './detect.js';
import { type Asking, type EvaluateOptions, type Evaluation, evaluate } from './evaluate.js';
import { listenersOf } from './listeners.js';
import type { ApacheFile } from './tree.js';
import { readCache, readTimeout } from './values.js';

interface Evaluated {
  readonly evaluation: Evaluation;
  readonly label: string;
  readonly fragments: boolean;
  readonly assumesModules: boolean;
}

/**
 * Sorts files into configurations: each main file with what it includes is one; what no main file reaches is read as fragments,
 * folder by folder, because a main file elsewhere includes them.
 */
export function* resolve(files: readonly ApacheFile[], options: ResolveOptions): Asking<readonly Configuration[]> {
  const wanted = new Set(options.entries);
  const mains = files.filter((tree) => (wanted.size > 0 ? wanted.has(tree.file.path) : roleOf(tree) === 'main'));
  const results: { tree: ApacheFile; evaluated: Evaluated }[] = [];
  for (const tree of mains) results.push({ tree, evaluated: yield* evaluateMain(tree, options) });

  const reached = new Set<ApacheFile>();
  for (const { tree, evaluated } of results)
    for (const file of evaluated.evaluation.included) if (file !== tree) reached.add(file);
  const configurations: Configuration[] = [];
  for (const { tree, evaluated } of results) {
    // A file that looks like a main file and that another one includes is a part of that one; of two that include each other, both stay.
    const isPart = reached.has(tree) && !evaluated.evaluation.included.has(tree);
    if (isPart && results.some((other) => other.tree !== tree && !reached.has(other.tree))) continue;
    configurations.push(configurationOf(evaluated, options));
  }
  const kept = new Set([...reached, ...mains]);
  const left = files.filter((tree) => !kept.has(tree) && !isPartOf(tree, mains));
  for (const evaluated of yield* evaluateFragments(left, options))
    configurations.push(configurationOf(evaluated, options));
  return configurations;
}

/** Debian's folders of what can be enabled: beside a main file that reads the enabled ones, the rest is not in use. */
function isPartOf({ file: { path } }: ApacheFile, mains: readonly ApacheFile[]): boolean {
  const [, root] = /^(.*?)(?:sites|mods|conf)-available\/[^/]+$/.exec(path) ?? [];
  return (
    root !== undefined &&
    mains.some(
      ({ file }) =>
        file.path.startsWith(root) &&
        !file.path.slice(root.length).includes('/') &&
        /sites-enabled|mods-enabled/.test(file.text),
    )
  );
}

function* evaluateMain(tree: ApacheFile, options: ResolveOptions): Asking<Evaluated> {
  const folder = folderOf(tree.file.path);
  // Red Hat and the project itself keep the main file in a folder `conf` of ServerRoot.
  const bases = /(?:^|\/)conf$/.test(folder) ? [folderOf(folder), folder] : [folder];
  const common = { ...commonOptions(tree.file, bases, options), fragments: false };
  const evaluation = yield* evaluate([tree], { ...common, assumesModules: false });
  const label = tree.file.path;
  if (evaluation.loads > 0) return { evaluation, label, fragments: false, assumesModules: false };
  return {
    evaluation: yield* evaluate([tree], { ...common, assumesModules: true }),
    label,
    fragments: false,
    assumesModules: true,
  };
}

function commonOptions(
  entry: EvaluateOptions['entry'],
  bases: readonly string[],
  { serverRoot, version, defines }: ResolveOptions,
): Omit<EvaluateOptions, 'fragments' | 'assumesModules'> {
  return { entry, bases, serverRoot, version, defines };
}

/** Folders that main files include from; they lie beside the main file or beside its folder. */
const includedFolders =
  /^(?:conf(?:\.modules)?\.d|(?:sites|mods|conf)-(?:enabled|available)|vhosts?(?:\.d)?|modules\.d|extra|sites|snippets|includes?|original)$/;

/** Loose files of one folder belong together; snippets are alternatives as often as not, and stand alone. */
function* evaluateFragments(files: readonly ApacheFile[], options: ResolveOptions): Asking<Evaluated[]> {
  const folders = new Map<string, ApacheFile[]>();
  const ordered = [...files].sort((a, b) => compareBytes(a.file.path, b.file.path));
  for (const tree of ordered) {
    const folder = folderOf(tree.file.path);
    folders.set(folder, [...(folders.get(folder) ?? []), tree]);
  }
  const included = new Set<ApacheFile>();
  const results: Evaluated[] = [];
  const read = function* (label: string, folder: string, starts: readonly ApacheFile[]): Asking<Evaluation> {
    const parent = includedFolders.test(folder.split('/').at(-1) ?? '') ? folderOf(folder) : folder;
    const entry = { path: parent === '' ? 'httpd.conf' : `${parent}/httpd.conf`, text: '', encoding: 'utf-8' } as const;
    const common = { ...commonOptions(entry, [...new Set([parent, folder])], options), fragments: true };
    const evaluation = yield* evaluate(starts, { ...common, assumesModules: true });
    for (const tree of evaluation.included) included.add(tree);
    results.push({ evaluation, label, fragments: true, assumesModules: true });
    return evaluation;
  };
  for (const [folder, trees] of folders) {
    const starts = trees.filter((tree) => roleOf(tree) === 'fragment');
    if (starts.length > 0) yield* read(folder || '.', folder, starts);
  }
  for (const [folder, trees] of folders)
    for (const tree of trees)
      if (!included.has(tree) && roleOf(tree) === 'snippet') yield* read(tree.file.path, folder, [tree]);
  return results.filter(({ evaluation }) => evaluation.files.some((tree) => !included.has(tree)));
}

function configurationOf(
  { evaluation, label, fragments, assumesModules }: Evaluated,
  options: ResolveOptions,
): Configuration {
  const problems = [...evaluation.problems];
  const listens = listensOf(evaluation.main);
  const isListenKnown = !fragments && evaluation.main.gaps.length === 0 && listens.length > 0;
  const groups = groupByAddress(evaluation.hosts, listens, isListenKnown);
  const listeners = listenersOf(evaluation, groups, fragments, (problem) => problems.push(problem));
  if (!assumesModules) problems.push(...cacheProblems(evaluation));
  const absent = [...evaluation.absentDefines];
  return {
    server: 'apache',
    label,
    extent: fragments ? 'fragments' : 'complete',
    assumptions: [
      options.version === undefined ? 'Apache httpd 2.4.71 assumed' : `Apache httpd ${options.version}`,
      ...(fragments && listeners.length > 0
        ? [
            'the file that httpd starts with is not among these: tickets and protocols count as httpd’s defaults where they are not set here',
          ]
        : []),
      ...(assumesModules
        ? ['no LoadModule line is among the files: mod_ssl and its session caches count as loaded']
        : []),
      ...(absent.length > 0
        ? [
            `httpd is started without -D ${absent.slice(0, 8).join(', -D ')}${absent.length > 8 ? ', …' : ''}: say --define NAME where it is not`,
          ]
        : []),
    ],
    files: evaluation.files.map(({ file }) => file),
    listeners: inFileOrder(listeners, evaluation.files),
    problems,
    unattached: unattachedIn(evaluation, listeners),
  };
}

/** A cache needs its module. Source: ssl_cmd_SSLSessionCache in mod_ssl's ssl_engine_config.c. */
function cacheProblems({ main, module }: Evaluation): Problem[] {
  return (main.written.get('sslsessioncache') ?? []).flatMap(({ words, at, doubt }): Problem[] => {
    const value = readCache(words[0] ?? '');
    if (doubt !== undefined || value.kind !== 'provider') return [];
    const { provider } = value;
    const name = provider === 'default' ? 'shmcb' : provider;
    if (module(`socache_${name}_module`).kind !== 'false') return [];
    const known = ['shmcb', 'dbm', 'memcache', 'redis', 'dc'].filter(
      (each) => module(`socache_${each}_module`).kind === 'true',
    );
    const names = known.flatMap((each) => (each === 'shmcb' ? ['shmcb', 'default'] : [each])).join(',');
    return [
      {
        severity: 'error',
        at,
        message: `SSLSessionCache: '${provider}' session cache not supported (known names: ${names}). Maybe you need to load the appropriate socache module (mod_socache_${provider}?).`,
        help: 'load the module, and mind the letter case of the name',
      },
    ];
  });
}

/** In the order in which the files were first read, then by place. */
function inFileOrder(listeners: readonly Listener[], files: readonly ApacheFile[]): Listener[] {
  const rank = new Map(files.map(({ file }, i) => [file, i]));
  const rankOf = ({ definedAt }: Listener): number => rank.get(definedAt.file) ?? 0;
  return [...listeners].sort((a, b) => rankOf(a) - rankOf(b) || a.definedAt.span.start - b.definedAt.span.start);
}

/** Timeouts that are written and neither decide about a listener here nor are known to be without effect on one. */
function unattachedIn({ main, hosts }: Evaluation, listeners: readonly Listener[]): UnattachedSetting[] {
  const used = new Set<Location>();
  for (const { governing, mechanisms, ignored } of listeners) {
    const lifetimes = [
      governing,
      ...mechanismNames.flatMap((name) => mechanisms[name].lifetimes),
      effectiveLifetime({ mechanisms, governing }).decidedBy,
    ];
    for (const { origin } of lifetimes) if ('at' in origin && origin.at) used.add(origin.at);
    for (const { at } of ignored) used.add(at);
  }
  const unattached: UnattachedSetting[] = [];
  for (const { written } of [main, ...hosts])
    for (const { words, at, doubt } of written.get('sslsessioncachetimeout') ?? []) {
      if (used.has(at)) continue;
      const value = doubt === undefined ? readTimeout(words[0] ?? '') : undefined;
      const seconds = value?.kind === 'seconds' ? value.seconds : undefined;
      unattached.push({ at, name: 'SSLSessionCacheTimeout', written: words[0] ?? '', seconds });
    }
  return unattached;
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash) || '/';
}
