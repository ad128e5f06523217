import { extname, resolve } from 'node:path';
import {
  type Adapter,
  type Configuration,
  compareBytes,
  decode,
  hasWildcards,
  type IncludeAnswer,
  type IncludeRequest,
  type ParsedFile,
  type ResolveOptions,
  resolveAll,
  type SourceFile,
} from '@shortfuse/core';
import { globSync } from 'tinyglobby';
import { Disk, type ReadFailure } from './disk.js';
import { indexNames, matches, type NameIndex, placeOf, type Root } from './includes.js';
import { absolutePath, isWithin, shownPath } from './paths.js';
import { walk } from './walk.js';

/** What to open, and how. */
export interface OpenOptions {
  /** The folder that relative paths start from. */
  readonly cwd: string;
  /** Files, folders and globs; what they name is looked through for files of the adapters' servers. */
  readonly paths: readonly string[];
  /** A file given as bytes under a name, such as standard input. */
  readonly stdin?: { readonly name: string; readonly bytes: Uint8Array };
  readonly roots: readonly Root[];
  readonly adapters: readonly Adapter[];
  /** Options of one server, by adapter id; {@link noOptions} where there are none. */
  readonly options: ReadonlyMap<string, ResolveOptions>;
  /**
   * Which files belong to which machine, by adapter id: names of machines, and absolute files and folders that are theirs. What
   * several machines share stands with each of them. Other files are grouped as the adapter sees fit.
   */
  readonly machines?: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
  /** Globs of paths that are left out of folders, relative to `cwd`. */
  readonly exclude: readonly string[];
  /** A person said that the named files are of the one adapter's server: nothing is left to detect in them. */
  readonly serverNamed?: boolean;
}

export const noOptions: ResolveOptions = { entries: [], defines: new Map() };

/** A path that a person named and that cannot be used. */
export interface PathProblem {
  readonly path: string;
  readonly message: string;
  readonly help: string;
}

/** What was found and what is in effect. */
export interface Project {
  readonly configurations: readonly Configuration[];
  readonly pathProblems: readonly PathProblem[];
  /**
   * Resolves everything again as it would be with other texts in place of some files. Nothing is read anew, except for what
   * only the other texts include.
   */
  resolveWith(changed: ReadonlyMap<SourceFile, SourceFile>): readonly Configuration[];
  /** The absolute path of a file that can be written back; undefined for standard input and for a part of a dump. */
  pathOf(file: SourceFile): string | undefined;
}

/** Names that no server configuration has; reading such files would only cost time. */
const neverConfigurations = new Set(
  (
    '.png .jpg .jpeg .gif .webp .avif .ico .svg .woff .woff2 .ttf .otf .eot .mp3 .mp4 .webm .mov .pdf .zip .gz .tgz .bz2 .xz .zst ' +
    '.7z .tar .jar .war .class .o .a .so .dll .exe .wasm .pyc .map .lock .crt .cer .pem .key .p12 .pfx .jks .der .csr .md ' +
    '.rst .adoc .html .htm .css .scss .less .c .h .cc .cpp .hpp .rs .go .java .kt .swift .rb .py .php .pl .lua .sql .csv .tsv'
  ).split(' '),
);

/** Files above this size are read only when a person names them. */
const largestUnnamedBytes = 64 * 1024 * 1024;

interface Candidate {
  readonly file: SourceFile;
  readonly named: boolean;
}

/** Opens paths: finds the files of each server, reads them and resolves what is in effect. What cannot be used is in `pathProblems`. */
export function openProject(options: OpenOptions): Project {
  const disk = new Disk(options.cwd);
  const pathProblems: PathProblem[] = [];
  const candidates = [...stdinCandidates(disk, options), ...findCandidates(disk, options, pathProblems)];
  const claimedBy = claim(candidates, options, pathProblems);
  addEntries(claimedBy, disk, options, pathProblems);
  const trees: Trees = new Map();
  const resolveWith = (changed: ReadonlyMap<SourceFile, SourceFile>): readonly Configuration[] =>
    options.adapters.flatMap((adapter) => {
      const files = claimedBy.get(adapter) ?? [];
      return files.length === 0 ? [] : resolveFor(adapter, files, disk, options, parserFor(adapter, trees, changed));
    });
  return { configurations: resolveWith(new Map()), pathProblems, resolveWith, pathOf: (file) => disk.pathOf(file) };
}

/** Trees by adapter and text, so that resolving again parses only what has changed. */
type Trees = Map<Adapter, Map<SourceFile, ParsedFile>>;

type Parser = (file: SourceFile) => ParsedFile;

function parserFor(adapter: Adapter, trees: Trees, changed: ReadonlyMap<SourceFile, SourceFile>): Parser {
  const parsed = trees.get(adapter) ?? new Map<SourceFile, ParsedFile>();
  trees.set(adapter, parsed);
  return (file) => {
    const text = changed.get(file) ?? file;
    const known = parsed.get(text);
    if (known) return known;
    const tree = adapter.parse(text);
    parsed.set(text, tree);
    return tree;
  };
}

/** What comes from standard input stands for the file of that name, for includes too: an editor sends what is not saved yet. */
function stdinCandidates(disk: Disk, { cwd, stdin }: OpenOptions): Candidate[] {
  if (!stdin) return [];
  const file = decode(stdin.name, stdin.bytes);
  disk.put(resolve(cwd, stdin.name), file);
  return [{ file, named: true }];
}

function findCandidates(disk: Disk, options: OpenOptions, problems: PathProblem[]): Candidate[] {
  const { cwd, paths, exclude } = options;
  const seen = new Set<SourceFile>();
  const found: Candidate[] = [];
  const isExcluded = excluder(cwd, exclude);
  const report = (path: string, { why }: ReadFailure): void => {
    problems.push({ path: shownPath(cwd, path), message: why, help: 'name a file that can be read, or leave it out' });
  };
  const add = (path: string, named: boolean): void => {
    if (!named) {
      if (neverConfigurations.has(extname(path).toLowerCase()) || isExcluded(path)) return;
      if ((disk.stat(path)?.bytes ?? 0) > largestUnnamedBytes) return;
    }
    const result = disk.read(path, named ? 'wait' : 'refuse');
    if ('failure' in result) {
      // A file that went away or a pipe in a folder is nobody's configuration; one that is kept from us may well be.
      if (named || result.failure.code === 'EACCES') report(path, result.failure);
      return;
    }
    const { file } = result;
    if (seen.has(file) || (!named && looksBinary(file))) return;
    seen.add(file);
    found.push({ file, named });
  };
  const addFolder = (folder: string): void => {
    const unreadable = (path: string): void => report(path, disk.listFailure(path) ?? noPermission);
    for (const file of walk(disk, folder, unreadable)) add(file, false);
  };
  for (const path of paths) {
    const absolute = resolve(cwd, path);
    if (disk.isFolder(absolute)) addFolder(absolute);
    else if (disk.exists(absolute)) add(absolute, true);
    else if (hasWildcards(path) || path.includes('{')) {
      const globbed = globbedPaths(path, cwd);
      for (const match of globbed) {
        if (!disk.isFolder(match)) add(match, false);
        // `**` leads to the files in its folders anyway.
        else if (!path.includes('**')) addFolder(match);
      }
      if (globbed.length === 0)
        problems.push({ path, message: 'matches no file', help: 'quote the pattern and check it' });
    } else
      problems.push({
        path,
        message: 'No such file or directory',
        help: 'name a file, a folder or a glob that exists',
      });
  }
  return found;
}

const noPermission: ReadFailure = { code: 'EACCES', errno: 13, why: 'Permission denied' };

function globbedPaths(pattern: string, cwd: string): string[] {
  return globSync(pattern, {
    cwd,
    absolute: true,
    dot: true,
    onlyFiles: false,
    expandDirectories: false,
    ignore: ['**/node_modules/**', '**/.git/**'],
  })
    .map((path) => resolve(path))
    .sort(compareBytes);
}

function excluder(cwd: string, patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const excluded = new Set(globSync([...patterns], { cwd, absolute: true, dot: true }).map((path) => resolve(path)));
  return (path) => excluded.has(path);
}

/** A NUL in the first part of a text that is not UTF-16 is what git takes for binary, too. */
function looksBinary({ text, encoding }: SourceFile): boolean {
  return !encoding.startsWith('utf-16') && text.slice(0, 8000).includes('\0');
}

function claim(
  candidates: readonly Candidate[],
  { adapters, serverNamed }: OpenOptions,
  problems: PathProblem[],
): Map<Adapter, SourceFile[]> {
  const claimedBy = new Map<Adapter, SourceFile[]>();
  for (const { file, named } of candidates) {
    const isSettled = named && serverNamed === true && adapters.length === 1;
    // A strong sign of one server beats weak signs of others.
    const certain = named && !isSettled ? adapters.filter((adapter) => adapter.claims(file, false)) : [];
    const claimants =
      certain.length === 1 ? certain : adapters.filter((adapter) => isSettled || adapter.claims(file, named));
    if (claimants.length > 1 && named)
      problems.push({
        path: file.path,
        message: `could be a file of ${claimants.map(({ title }) => title).join(' or ')}`,
        help: `say which with --server ${claimants.map(({ id }) => id).join(' or --server ')}`,
      });
    else if (claimants.length === 0 && named)
      problems.push({
        path: file.path,
        message: `is no configuration of ${adapters.map(({ title }) => title).join(', ')}`,
        help: `if it is one, say which with --server ${adapters.map(({ id }) => id).join(' or --server ')}`,
      });
    // In a folder the adapters are asked in their order and the first that knows the file gets it.
    const adapter = claimants[0];
    if (!adapter || (claimants.length > 1 && named)) continue;
    const files = claimedBy.get(adapter);
    if (files) files.push(file);
    else claimedBy.set(adapter, [file]);
  }
  return claimedBy;
}

/** Main files that a person gave are read whether or not a path leads to them. */
function addEntries(
  claimedBy: Map<Adapter, SourceFile[]>,
  disk: Disk,
  { cwd, adapters, options }: OpenOptions,
  problems: PathProblem[],
): void {
  for (const adapter of adapters)
    for (const path of options.get(adapter.id)?.entries ?? []) {
      const result = disk.read(resolve(cwd, path));
      if ('failure' in result) {
        const help = `correct the entry of ${adapter.id}, the file that ${adapter.title} is started with`;
        problems.push({ path: shownPath(cwd, resolve(cwd, path)), message: result.failure.why, help });
        continue;
      }
      const files = claimedBy.get(adapter) ?? [];
      if (!files.includes(result.file)) claimedBy.set(adapter, [...files, result.file]);
    }
}

/** One container, such as a dump, is a world of its own: its files see each other and nothing else. */
function resolveFor(
  adapter: Adapter,
  files: readonly SourceFile[],
  disk: Disk,
  options: OpenOptions,
  parse: Parser,
): Configuration[] {
  const resolveOptions = options.options.get(adapter.id) ?? noOptions;
  const assumptions = new Map<string, Set<string>>();
  const loose: ParsedFile[] = [];
  const configurations: Configuration[] = [];
  for (const file of files) {
    const content = adapter.unpack?.(file);
    if (content) {
      const trees = content.map(parse);
      const byName = new Map(trees.map((tree) => [tree.file.path, tree]));
      const names = indexNames([...byName.keys()]);
      const main = trees[0] ? [trees[0].file.path] : [];
      configurations.push(
        ...resolveAll(adapter, trees, { ...resolveOptions, entries: main }, (request) =>
          answerWithin(request, names, byName),
        ).map((configuration) => ({ ...configuration, label: `${file.path}: ${configuration.label}` })),
      );
    } else loose.push(parse(file));
  }
  // By the path that a file goes by, which for a link is its target's.
  const entries = resolveOptions.entries.map((path) => {
    const result = disk.read(resolve(options.cwd, path));
    return 'file' in result ? result.file.path : shownPath(options.cwd, resolve(options.cwd, path));
  });
  const resolveLoose = (trees: readonly ParsedFile[]): readonly Configuration[] =>
    resolveAll(adapter, trees, { ...resolveOptions, entries }, (request) =>
      answerFromDisk(request, adapter, disk, options, parse, assumptions),
    );
  const grouped = new Set<ParsedFile>();
  for (const [name, paths] of options.machines?.get(adapter.id) ?? []) {
    const own = loose.filter(({ file }) => paths.some((path) => isWithin(absolutePath(options.cwd, file.path), path)));
    for (const tree of own) grouped.add(tree);
    if (own.length === 0) continue;
    const assumption = `the configuration file says which files are of the machine ${name}`;
    for (const configuration of resolveLoose(own))
      configurations.push({ ...configuration, assumptions: [assumption, ...configuration.assumptions] });
  }
  const others = loose.filter((tree) => !grouped.has(tree));
  if (others.length > 0) configurations.push(...resolveLoose(others));
  return configurations.map((configuration) => {
    const { label, extent, files } = configuration;
    // Loose files have no main file: each is the entry of its own includes.
    const entries = extent === 'complete' ? [label] : [label, ...files.map(({ path }) => path)];
    const assumed = new Set(entries.flatMap((entry) => [...(assumptions.get(entry) ?? [])]));
    return { ...configuration, assumptions: [...configuration.assumptions, ...assumed] };
  });
}

function answerWithin(
  { pattern, wildcards }: IncludeRequest,
  names: NameIndex,
  byName: ReadonlyMap<string, ParsedFile>,
): IncludeAnswer<ParsedFile> {
  const found = names.find(pattern, wildcards);
  if (found.length === 0 && !(wildcards && hasWildcards(pattern))) return { kind: 'missing' };
  return { kind: 'files', files: found.flatMap((name) => byName.get(name) ?? []) };
}

function answerFromDisk(
  request: IncludeRequest,
  adapter: Adapter,
  disk: Disk,
  { cwd, roots }: OpenOptions,
  parse: Parser,
  assumptions: Map<string, Set<string>>,
): IncludeAnswer<ParsedFile> {
  let folder = cwd;
  let { pattern } = request;
  let isGuess = false;
  if (request.absolute) {
    const place = placeOf(pattern, absolutePath(cwd, request.entry.path), adapter, roots, disk);
    if (place.kind === 'outside') return { kind: 'outside' };
    if (place.assumption) {
      isGuess = true;
      const known = assumptions.get(request.entry.path) ?? new Set();
      assumptions.set(request.entry.path, known.add(place.assumption));
    }
    folder = '/';
    pattern = place.path;
  }
  // Judged by what the configuration says: the checkout's own folders may have brackets in their names.
  const wildcards = request.wildcards && hasWildcards(request.pattern);
  const found = matches(disk, folder, pattern, { ...request, wildcards });
  // A folder that is only taken for the server's need not hold everything that the server has.
  if (found.length === 0 && !wildcards) return { kind: isGuess ? 'outside' : 'missing' };
  const files: ParsedFile[] = [];
  for (const { path, kind } of found) {
    const unreadable = (errno: number, why: string) =>
      ({ kind: 'unreadable', path: shownPath(cwd, path), errno, why }) as const;
    if (kind === 'folder') return unreadable(21, 'Is a directory');
    if (kind === 'unreadable folder') {
      const { errno, why } = disk.listFailure(path) ?? noPermission;
      return unreadable(errno, why);
    }
    const result = disk.read(path);
    if ('failure' in result) return unreadable(result.failure.errno, result.failure.why);
    files.push(parse(result.file));
  }
  return { kind: 'files', files };
}
