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
import { Disk } from './disk.js';
import { type Match, matches, matchingNames, placeOf, type Root } from './includes.js';
import { absolutePath, shownPath } from './paths.js';
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
  /** Globs of paths that are left out of folders, relative to `cwd`. */
  readonly exclude: readonly string[];
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
  const candidates = [...stdinCandidates(options), ...findCandidates(disk, options, pathProblems)];
  const claimedBy = claim(candidates, options.adapters, pathProblems);
  const configurations = options.adapters.flatMap((adapter) => {
    const files = claimedBy.get(adapter) ?? [];
    return files.length === 0 ? [] : resolveFor(adapter, files, disk, options);
  });
  return { configurations, pathProblems };
}

function stdinCandidates({ stdin }: OpenOptions): Candidate[] {
  return stdin ? [{ file: decode(stdin.name, stdin.bytes), named: true }] : [];
}

function findCandidates(disk: Disk, options: OpenOptions, problems: PathProblem[]): Candidate[] {
  const { cwd, paths, exclude } = options;
  const seen = new Set<SourceFile>();
  const found: Candidate[] = [];
  const isExcluded = excluder(cwd, exclude);
  const add = (path: string, named: boolean): void => {
    if (!named && (neverConfigurations.has(extname(path).toLowerCase()) || isExcluded(path))) return;
    const result = disk.read(path);
    if ('failure' in result) {
      if (named)
        problems.push({
          path: shownPath(cwd, path),
          message: result.failure.why,
          help: 'name a file that can be read',
        });
      return;
    }
    const { file } = result;
    if (seen.has(file) || (!named && (file.text.length > largestUnnamedBytes || looksBinary(file)))) return;
    seen.add(file);
    found.push({ file, named });
  };
  for (const path of paths) {
    const absolute = resolve(cwd, path);
    if (disk.isFolder(absolute)) for (const file of walk(disk, absolute)) add(file, false);
    else if (disk.exists(absolute)) add(absolute, true);
    else if (hasWildcards(path) || path.includes('{')) {
      const globbed = globSync(path, {
        cwd,
        absolute: true,
        dot: true,
        ignore: ['**/node_modules/**', '**/.git/**'],
      }).sort(compareBytes);
      for (const file of globbed) add(file, false);
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

function excluder(cwd: string, patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const excluded = new Set(globSync([...patterns], { cwd, absolute: true, dot: true }));
  return (path) => excluded.has(path);
}

/** A NUL in the first part of a text that is not UTF-16 is what git takes for binary, too. */
function looksBinary({ text, encoding }: SourceFile): boolean {
  return !encoding.startsWith('utf-16') && text.slice(0, 8000).includes('\0');
}

function claim(
  candidates: readonly Candidate[],
  adapters: readonly Adapter[],
  problems: PathProblem[],
): Map<Adapter, SourceFile[]> {
  const claimedBy = new Map<Adapter, SourceFile[]>();
  for (const { file, named } of candidates) {
    const claimants = adapters.filter((adapter) =>
      adapters.length === 1 && named ? true : adapter.claims(file, named),
    );
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

/** One container, such as a dump, is a world of its own: its files see each other and nothing else. */
function resolveFor(adapter: Adapter, files: readonly SourceFile[], disk: Disk, options: OpenOptions): Configuration[] {
  const parsed = new Map<SourceFile, ParsedFile>();
  const parse = (file: SourceFile): ParsedFile => {
    const known = parsed.get(file);
    if (known) return known;
    const tree = adapter.parse(file);
    parsed.set(file, tree);
    return tree;
  };
  const resolveOptions = options.options.get(adapter.id) ?? noOptions;
  const assumptions = new Map<string, Set<string>>();
  const loose: ParsedFile[] = [];
  const configurations: Configuration[] = [];
  for (const file of files) {
    const content = adapter.unpack?.(file);
    if (content) {
      const trees = content.map(parse);
      configurations.push(
        ...resolveAll(adapter, trees, { ...resolveOptions, entries: trees[0] ? [trees[0].file.path] : [] }, (request) =>
          answerWithin(request, trees),
        ),
      );
    } else loose.push(parse(file));
  }
  const entries = resolveOptions.entries.map((path) => shownPath(options.cwd, resolve(options.cwd, path)));
  if (loose.length > 0)
    configurations.push(
      ...resolveAll(adapter, loose, { ...resolveOptions, entries }, (request) =>
        answerFromDisk(request, adapter, disk, options, parse, assumptions),
      ),
    );
  return configurations.map((configuration) => ({
    ...configuration,
    assumptions: [...configuration.assumptions, ...(assumptions.get(configuration.label) ?? [])],
  }));
}

function answerWithin(request: IncludeRequest, trees: readonly ParsedFile[]): IncludeAnswer<ParsedFile> {
  const byName = new Map(trees.map((tree) => [tree.file.path, tree]));
  const names = matchingNames(request.pattern, [...byName.keys()].sort(compareBytes), request.wildcards);
  if (names.length === 0 && !request.wildcards) return { kind: 'missing' };
  return { kind: 'files', files: names.flatMap((name) => byName.get(name) ?? []) };
}

function answerFromDisk(
  request: IncludeRequest,
  adapter: Adapter,
  disk: Disk,
  { cwd, roots }: OpenOptions,
  parse: (file: SourceFile) => ParsedFile,
  assumptions: Map<string, Set<string>>,
): IncludeAnswer<ParsedFile> {
  let found: readonly Match[];
  if (request.absolute) {
    const place = placeOf(request.pattern, absolutePath(cwd, request.entry.path), adapter, roots, disk);
    if (place.kind === 'outside') return { kind: 'outside' };
    if (place.assumption) {
      const known = assumptions.get(request.entry.path) ?? new Set();
      assumptions.set(request.entry.path, known.add(place.assumption.replaceAll(`${cwd}/`, '')));
    }
    found = matches(disk, '/', place.path, request);
  } else found = matches(disk, cwd, request.pattern, request);
  if (found.length === 0 && !(request.wildcards && hasWildcards(request.pattern))) return { kind: 'missing' };
  const files: ParsedFile[] = [];
  for (const match of found) {
    if (match.isFolder)
      return { kind: 'unreadable', path: shownPath(cwd, match.path), errno: 21, why: 'Is a directory' };
    const result = disk.read(match.path);
    if ('failure' in result)
      return {
        kind: 'unreadable',
        path: shownPath(cwd, match.path),
        errno: result.failure.errno,
        why: result.failure.why,
      };
    files.push(parse(result.file));
  }
  return { kind: 'files', files };
}
