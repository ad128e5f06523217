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
import { evaluate } from './evaluate.js';
import type { Asking, EvaluateOptions, Evaluation } from './evaluation.js';
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
  const left = files.filter((tree) => !kept.has(tree) && !isLeftOut(tree, reached));
  for (const evaluated of yield* evaluateFragments(left, options))
    configurations.push(configurationOf(evaluated, options));
  return configurations;
}

/** Debian's folders of what can be enabled: where a main file reads what is enabled, the rest is not in use. */
function isLeftOut({ file: { path } }: ApacheFile, reached: ReadonlySet<ApacheFile>): boolean {
  const [, root] = /^(.*?)(?:sites|mods|conf)-available\/[^/]+$/.exec(path) ?? [];
  if (root === undefined) return false;
  return [...reached].some(
    ({ file }) => file.path.startsWith(root) && /^[a-z]+-(?:available|enabled)\//.test(file.path.slice(root.length)),
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

/** Folders whose files a main file beside them includes into the main server: Debian's, Red Hat's, and what people make of them. */
const includedFolders = /^(?:(?:mods|conf|sites)-(?:enabled|available)|conf(?:\.modules)?\.d|vhosts?\.d|modules\.d)$/;

/** In the order in which Debian's and Red Hat's main files include them. */
const folderOrder = [
  '',
  'mods-enabled',
  'mods-available',
  'conf.modules.d',
  'modules.d',
  'conf-enabled',
  'conf-available',
  'conf.d',
];

/** Files that a main file elsewhere includes, and that belong together. */
interface FragmentGroup {
  readonly label: string;
  /** Where the main file would be. */
  readonly folder: string;
  readonly trees: ApacheFile[];
  /** What is in the files outside of virtual hosts is in the main server. */
  readonly inMainServer: boolean;
}

function groupFragments(files: readonly ApacheFile[]): FragmentGroup[] {
  const groups = new Map<string, FragmentGroup>();
  for (const tree of [...files].sort((a, b) => compareBytes(a.file.path, b.file.path))) {
    const own = folderOf(tree.file.path);
    const isIncluded = includedFolders.test(nameOfFolder(own));
    const folder = isIncluded ? folderOf(own) : own;
    const isPorts = /(?:^|\/)ports\.conf$/.test(tree.file.path);
    const key = `${folder}${isIncluded || isPorts ? '' : '\n'}`;
    const known = groups.get(key);
    if (known) known.trees.push(tree);
    else
      groups.set(key, { label: isIncluded ? own : folder, folder, trees: [tree], inMainServer: isIncluded || isPorts });
  }
  return [...groups.values()].map((group) => {
    const folders = new Set(group.trees.map(({ file }) => folderOf(file.path)));
    return { ...group, label: folders.size > 1 ? group.folder : group.label, trees: inIncludeOrder(group.trees) };
  });
}

/** `sort` is stable: files of one folder stay in the order of their names. What is enabled hides what could be. */
function inIncludeOrder(trees: readonly ApacheFile[]): ApacheFile[] {
  const folders = new Set(trees.map(({ file }) => nameOfFolder(folderOf(file.path))));
  const rankOf = ({ file }: ApacheFile): number => {
    const rank = folderOrder.indexOf(nameOfFolder(folderOf(file.path)));
    return rank === -1 ? folderOrder.length : rank;
  };
  return trees
    .filter(({ file }) => {
      const name = nameOfFolder(folderOf(file.path));
      return !name.endsWith('-available') || !folders.has(name.replace('-available', '-enabled'));
    })
    .sort((a, b) => rankOf(a) - rankOf(b));
}

/** Loose files of one folder belong together; snippets are alternatives as often as not, and stand alone. */
function* evaluateFragments(files: readonly ApacheFile[], options: ResolveOptions): Asking<Evaluated[]> {
  const groups = groupFragments(files);
  const included = new Set<ApacheFile>();
  const results: Evaluated[] = [];
  const read = function* (label: string, folder: string, starts: readonly ApacheFile[]): Asking<void> {
    const entry = { path: folder === '' ? 'httpd.conf' : `${folder}/httpd.conf`, text: '', encoding: 'utf-8' } as const;
    const common = { ...commonOptions(entry, ancestorsOf(folder), options), fragments: true };
    const evaluation = yield* evaluate(starts, { ...common, assumesModules: true });
    for (const tree of evaluation.included) included.add(tree);
    results.push({ evaluation, label, fragments: true, assumesModules: true });
  };
  for (const { label, folder, trees, inMainServer } of groups) {
    const roles = new Map(trees.map((tree) => [tree, roleOf(tree)]));
    const starts = trees.filter(
      (tree) => roles.get(tree) === 'fragment' || (inMainServer && roles.get(tree) === 'snippet'),
    );
    // A folder of settings without hosts is shown file by file.
    if (starts.some((tree) => roles.get(tree) === 'fragment')) yield* read(label || '.', folder, starts);
  }
  const isRead = (tree: ApacheFile): boolean => results.some(({ evaluation }) => evaluation.files.includes(tree));
  for (const tree of files) {
    if (isRead(tree)) continue;
    const role = roleOf(tree);
    const folder = folderOf(tree.file.path);
    if (role === 'snippet' || role === 'fragment') yield* read(tree.file.path, folder, [tree]);
  }
  return results.filter(({ evaluation }) => evaluation.files.some((tree) => !included.has(tree)));
}

function nameOfFolder(folder: string): string {
  return folder.slice(folder.lastIndexOf('/') + 1);
}

/** A folder and those above it: ServerRoot is one of them. Trees are not deeper than this. */
function ancestorsOf(folder: string): string[] {
  const folders = [folder];
  for (let at = folder; at !== '' && at !== '/' && folders.length < 8; ) {
    at = folderOf(at);
    folders.push(at);
  }
  return folders;
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
        kind: 'value',
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
