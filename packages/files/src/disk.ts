import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { compareBytes, decode, type SourceFile } from '@shortfuse/core';
import { shownPath } from './paths.js';

/** Why a path could not be read: the system's code (`ENOENT`), its number on Linux and its wording. */
export interface ReadFailure {
  readonly code: string;
  readonly errno: number;
  readonly why: string;
}

export type ReadResult = { readonly file: SourceFile } | { readonly failure: ReadFailure };

/** What a folder holds. `link` is anything that leads elsewhere; whether that is a file is found by reading it. */
export interface Entry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link';
}

/** What a path leads to, links followed. `stream`: a pipe, socket or device, which may never end. */
export interface Target {
  readonly kind: 'file' | 'folder' | 'stream';
  readonly bytes: number;
}

/**
 * The file system as one run sees it: every file is read once, so that all parts of a report speak of the same bytes.
 * Paths are absolute. Nothing here throws: a path may be any string that a configuration holds.
 */
export class Disk {
  readonly #files = new Map<string, ReadResult>();
  readonly #folders = new Map<string, readonly Entry[] | ReadFailure>();
  readonly #targets = new Map<string, Target>();
  readonly #realFolders = new Map<string, string>();
  readonly #paths = new Map<SourceFile, string>();

  constructor(readonly cwd: string) {}

  /** Lets `path` read as `file` from now on, whatever lies there. */
  put(path: string, file: SourceFile): void {
    this.#files.set(path, { file });
  }

  /**
   * Reads `path`, following links. The file is known by the path of the link's target, because that is the one to edit.
   * A text file that holds nothing but the relative path of another file is a link too: git writes links so where the file
   * system has none (`core.symlinks=false`). Two ways to one file, through a linked folder, give one file.
   * `streams`: wait for a pipe (`<(nginx -T)`) to end, too; otherwise one is not opened.
   */
  read(path: string, streams: 'wait' | 'refuse' = 'refuse'): ReadResult {
    const known = this.#files.get(path);
    if (known) return known;
    const result = this.#read(path, streams, 0);
    this.#files.set(path, result);
    return result;
  }

  /** The absolute path of a file that can be written back; undefined for one that came from elsewhere or from a pipe. */
  pathOf(file: SourceFile): string | undefined {
    return this.#paths.get(file);
  }

  /** The names in a folder in byte order, or undefined where it is not a folder that can be read. */
  list(folder: string): readonly Entry[] | undefined {
    const listed = this.#list(folder);
    return 'why' in listed ? undefined : listed;
  }

  /** Why a folder cannot be listed; undefined where it can. */
  listFailure(folder: string): ReadFailure | undefined {
    const listed = this.#list(folder);
    return 'why' in listed ? listed : undefined;
  }

  /** Where a link leads, with every link on the way followed; undefined where it leads nowhere or to a stream. */
  target(link: string): { readonly path: string; readonly kind: 'file' | 'folder' } | undefined {
    const kind = this.stat(link)?.kind;
    if (kind !== 'file' && kind !== 'folder') return undefined;
    const path = realPath(link);
    return path === undefined ? undefined : { path, kind };
  }

  isFolder(path: string): boolean {
    return this.stat(path)?.kind === 'folder';
  }

  /** Is something there? Also where permissions forbid to look: reading it then says so. */
  exists(path: string): boolean {
    const known = this.#files.get(path);
    if (known && 'file' in known) return true;
    try {
      return statSync(path, { throwIfNoEntry: false }) !== undefined;
    } catch (error) {
      return ['EACCES', 'ELOOP'].includes(failureOf(error).code);
    }
  }

  stat(path: string): Target | undefined {
    const known = this.#targets.get(path);
    if (known) return known;
    try {
      const stats = statSync(path, { throwIfNoEntry: false });
      if (!stats) return undefined;
      const kind = stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'stream';
      const target: Target = { kind, bytes: stats.size };
      this.#targets.set(path, target);
      return target;
    } catch {
      return undefined;
    }
  }

  /** `folder` with all links followed, as far as it exists. */
  realFolder(folder: string): string {
    const known = this.#realFolders.get(folder);
    if (known !== undefined) return known;
    const real = realPath(folder) ?? folder;
    this.#realFolders.set(folder, real);
    return real;
  }

  #list(folder: string): readonly Entry[] | ReadFailure {
    const known = this.#folders.get(folder);
    if (known) return known;
    let listed: readonly Entry[] | ReadFailure;
    try {
      listed = readdirSync(folder, { withFileTypes: true })
        .map(entryOf)
        .sort((a, b) => compareBytes(a.name, b.name));
    } catch (error) {
      listed = failureOf(error);
    }
    this.#folders.set(folder, listed);
    return listed;
  }

  #read(path: string, streams: 'wait' | 'refuse', depth: number): ReadResult {
    let bytes: Buffer;
    try {
      if (lstatSync(path).isSymbolicLink()) return this.#another(realTarget(path), path, streams, depth);
      const kind = this.stat(path)?.kind;
      if (kind === 'stream' && streams === 'refuse')
        return { failure: { code: 'ENXIO', errno: 6, why: wording.ENXIO[1] } };
      bytes = readFileSync(path);
      const real = kind === 'file' ? join(this.realFolder(dirname(path)), basename(path)) : path;
      const known = this.#files.get(real);
      if (known) return known;
      const target = linkText(bytes, path);
      if (target !== undefined && this.stat(target)?.kind === 'file')
        return this.#another(target, path, streams, depth);
      const result = { file: decode(shownPath(this.cwd, path), bytes) };
      this.#files.set(real, result);
      if (kind === 'file') this.#paths.set(result.file, real);
      return result;
    } catch (error) {
      return { failure: failureOf(error) };
    }
  }

  /** Reads the file that `path` stands for; `path` itself where the way there never ends. */
  #another(target: string, path: string, streams: 'wait' | 'refuse', depth: number): ReadResult {
    if (target === path || depth > 8) return { failure: { code: 'ELOOP', errno: 40, why: wording.ELOOP[1] } };
    const known = this.#files.get(target);
    if (known) return known;
    const result = this.#read(target, streams, depth + 1);
    this.#files.set(target, result);
    return result;
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/**
 * Follows a link, but where that leads to the same file not the links among the folders above it: those are how the person
 * names the tree.
 */
function realTarget(link: string): string {
  const real = realpathSync.native(link);
  let path = link;
  for (let depth = 0; depth < 40 && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink(); depth++) {
    const target = readlinkSync(path);
    path = isAbsolute(target) ? target : join(dirname(path), target);
  }
  return realPath(path) === real ? path : real;
}

function linkText(bytes: Buffer, path: string): string | undefined {
  if (bytes.length === 0 || bytes.length > 1024) return undefined;
  const text = bytes.toString('utf8');
  // A path of one line without an end, with a folder in it: shorter words occur as content of real files.
  return /^[^\0-\x20"';{}#<>|*?\\]+\/[^\0-\x20"';{}#<>|*?\\]+$/.test(text) ? resolve(dirname(path), text) : undefined;
}

function entryOf(entry: Dirent): Entry {
  return { name: entry.name, kind: entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'link' };
}

const wording = {
  ENOENT: [2, 'No such file or directory'],
  ENXIO: [6, 'No such device or address'],
  EACCES: [13, 'Permission denied'],
  EPERM: [1, 'Operation not permitted'],
  ENOTDIR: [20, 'Not a directory'],
  EISDIR: [21, 'Is a directory'],
  ELOOP: [40, 'Too many levels of symbolic links'],
  ENAMETOOLONG: [36, 'File name too long'],
  // What Node says of a NUL in a path. No file system has such a name.
  ERR_INVALID_ARG_VALUE: [2, 'No such file or directory'],
  ERR_FS_FILE_TOO_LARGE: [27, 'File too large'],
  ERR_STRING_TOO_LONG: [27, 'File too large'],
} as const satisfies Record<string, readonly [errno: number, why: string]>;

function failureOf(error: unknown): ReadFailure {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'EIO';
  const [errno, why] = isKnown(code)
    ? wording[code]
    : [5, error instanceof Error ? error.message : 'Input/output error'];
  return { code, errno, why };
}

function isKnown(code: string): code is keyof typeof wording {
  return Object.hasOwn(wording, code);
}
