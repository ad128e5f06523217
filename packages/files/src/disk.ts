import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
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

/**
 * The file system as one run sees it: every file is read once, so that all parts of a report speak of the same bytes.
 * Paths are absolute.
 */
export class Disk {
  readonly #files = new Map<string, ReadResult>();
  readonly #folders = new Map<string, readonly Entry[] | undefined>();

  constructor(readonly cwd: string) {}

  /**
   * Reads `path`, following links. The file is known by the path of the link's target, because that is the one to edit.
   * A text file that holds nothing but the relative path of another file is a link too: git writes links so where the file
   * system has none (`core.symlinks=false`).
   */
  read(path: string): ReadResult {
    const known = this.#files.get(path);
    if (known) return known;
    const result = this.#read(path, 0);
    this.#files.set(path, result);
    return result;
  }

  /** The names in a folder in byte order, or undefined where it is not a folder that can be read. */
  list(folder: string): readonly Entry[] | undefined {
    if (this.#folders.has(folder)) return this.#folders.get(folder);
    let entries: readonly Entry[] | undefined;
    try {
      entries = readdirSync(folder, { withFileTypes: true })
        .map(entryOf)
        .sort((a, b) => compareBytes(a.name, b.name));
    } catch {
      entries = undefined;
    }
    this.#folders.set(folder, entries);
    return entries;
  }

  /** Where a link leads, with every link on the way followed; undefined where it leads nowhere. */
  target(link: string): { readonly path: string; readonly kind: 'file' | 'folder' } | undefined {
    try {
      const path = realpathSync(link);
      return { path, kind: statSync(path).isDirectory() ? 'folder' : 'file' };
    } catch {
      return undefined;
    }
  }

  isFolder(path: string): boolean {
    return this.list(path) !== undefined;
  }

  exists(path: string): boolean {
    return (
      this.#files.has(path) ||
      this.#folders.get(path) !== undefined ||
      statSync(path, { throwIfNoEntry: false }) !== undefined
    );
  }

  #read(path: string, depth: number): ReadResult {
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
      if (lstatSync(path).isSymbolicLink()) return this.read(realTarget(path));
    } catch (error) {
      return { failure: failureOf(error) };
    }
    const target = depth < 8 ? linkText(bytes, path) : undefined;
    if (target !== undefined && statSync(target, { throwIfNoEntry: false })?.isFile())
      return this.#read(target, depth + 1);
    return { file: decode(shownPath(this.cwd, path), bytes) };
  }
}

/** Follows a link, but not the links among the folders above it: those are how the person names the tree. */
function realTarget(link: string): string {
  for (let path = link, depth = 0; depth < 40; depth++) {
    if (!lstatSync(path).isSymbolicLink()) return path;
    const target = readlinkSync(path);
    path = isAbsolute(target) ? target : join(realFolder(dirname(path)), target);
  }
  return realpathSync(link);
}

/** `..` in a link's text counts from the folder as it really is, so a folder that is a link itself is followed. */
function realFolder(folder: string): string {
  return lstatSync(folder).isSymbolicLink() ? realpathSync(folder) : folder;
}

function linkText(bytes: Buffer, path: string): string | undefined {
  if (bytes.length === 0 || bytes.length > 1024) return undefined;
  const text = bytes.toString('latin1');
  // A path of one line without an end, with a folder in it: shorter words occur as content of real files.
  return /^[^\0-\x20"';{}#<>|*?\\]+\/[^\0-\x20"';{}#<>|*?\\]+$/.test(text) ? resolve(dirname(path), text) : undefined;
}

function entryOf(entry: Dirent): Entry {
  return { name: entry.name, kind: entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'link' };
}

const wording: Readonly<Record<string, readonly [errno: number, why: string]>> = {
  ENOENT: [2, 'No such file or directory'],
  EACCES: [13, 'Permission denied'],
  ENOTDIR: [20, 'Not a directory'],
  EISDIR: [21, 'Is a directory'],
  ELOOP: [40, 'Too many levels of symbolic links'],
  ENAMETOOLONG: [36, 'File name too long'],
};

function failureOf(error: unknown): ReadFailure {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'EIO';
  const [errno, why] = wording[code] ?? [5, error instanceof Error ? error.message : 'Input/output error'];
  return { code, errno, why };
}
