import { dirname, join, posix, resolve, sep } from 'node:path';
import {
  type Adapter,
  compareBytes,
  componentMatcher,
  hasWildcards,
  type IncludeRequest,
  literalName,
} from '@shortfuse/core';
import type { Disk } from './disk.js';
import { isWithin, shownPath } from './paths.js';

/** Where a path that a configuration names lies on this machine. */
export type Place =
  | { readonly kind: 'at'; readonly path: string; readonly assumption?: string }
  | { readonly kind: 'outside' };

/** `--root SERVERPATH=DIR`: both absolute. */
export interface Root {
  readonly serverPath: string;
  readonly folder: string;
}

/**
 * Finds the place of an absolute server path for a configuration whose main file is `entry`. In this order: a root that the
 * person gave; the path itself, where the main file really lies in one of the server's own folders or the path is below the
 * main file's folder; the same path below the folder that holds the main file's own server path (`rootfs/etc/nginx/nginx.conf`); the main
 * file's folder, read as a copy of the server's. Undecidable places are outside: what happens to lie at that path on this
 * machine is another server's.
 */
export function placeOf(
  pattern: string,
  entry: string,
  adapter: Pick<Adapter, 'homes'>,
  roots: readonly Root[],
  disk: Disk,
): Place {
  const root = roots
    .filter(({ serverPath }) => isWithin(pattern, serverPath))
    .sort((a, b) => b.serverPath.length - a.serverPath.length)[0];
  if (root) return { kind: 'at', path: join(root.folder, pattern.slice(root.serverPath.length)) };

  const folder = dirname(entry);
  const fixed = fixedFolder(pattern);
  if (adapter.homes.some((home) => isWithin(entry, home)) || isWithin(fixed, folder))
    return { kind: 'at', path: pattern };

  for (const home of adapter.homes) {
    const at = entry.replaceAll(sep, '/').lastIndexOf(`${home}/`);
    if (at <= 0) continue;
    const prefix = entry.slice(0, at);
    if (disk.isFolder(prefix + fixed))
      return {
        kind: 'at',
        path: prefix + pattern,
        assumption: `/ on the server is ${shownPath(disk.cwd, prefix)} here`,
      };
  }
  for (const home of adapter.homes) {
    if (!isWithin(pattern, home)) continue;
    const here = resolve(folder, `.${pattern.slice(home.length)}`);
    if (disk.exists(resolve(folder, `.${fixed.slice(home.length)}`)))
      return { kind: 'at', path: here, assumption: `${home} on the server is ${shownPath(disk.cwd, folder)} here` };
  }
  return { kind: 'outside' };
}

/** The folder part of a pattern up to its first wildcard. */
function fixedFolder(pattern: string): string {
  const parts = pattern.split('/');
  const first = parts.findIndex(hasWildcards);
  return (first === -1 ? posix.dirname(pattern) : parts.slice(0, first).join('/')) || '/';
}

/** A name that a pattern led to. Folders are there only for requests that refuse them, so that the caller can say so. */
export interface Match {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'unreadable folder';
}

/** What `pattern` leads to from `folder`, wildcards taken as glob(3) does, in byte order. */
export function matches(
  disk: Disk,
  folder: string,
  pattern: string,
  request: Pick<IncludeRequest, 'wildcards' | 'folders'>,
): readonly Match[] {
  const path = resolve(folder, pattern);
  if (!request.wildcards || !hasWildcards(pattern)) return disk.exists(path) ? expandFolder(disk, path, request) : [];
  const { found, unreadable } = expand(disk, pattern.startsWith('/') ? resolve('/') : folder, pattern);
  return [
    ...unreadable.map((path): Match => ({ path, kind: 'unreadable folder' })),
    ...found.flatMap((match) => expandFolder(disk, match, request)),
  ];
}

function expandFolder(disk: Disk, path: string, { folders }: Pick<IncludeRequest, 'folders'>): readonly Match[] {
  if (!disk.isFolder(path)) return [{ path, kind: 'file' }];
  return folders === 'refuse' ? [{ path, kind: 'folder' }] : filesBelow(disk, path);
}

/** glob(3) passes over folders that it may not list. We cannot: the server may well be allowed to. */
function expand(disk: Disk, start: string, pattern: string): { found: string[]; unreadable: string[] } {
  let found = [start];
  const unreadable: string[] = [];
  const parts = pattern.split('/').filter((part) => part !== '');
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    if (!hasWildcards(part)) {
      found = found.map((folder) => join(folder, literalName(part)));
      found = found.filter((path) => (isLast ? disk.exists(path) : disk.isFolder(path)));
      continue;
    }
    const isMatch = componentMatcher(part);
    found = found.flatMap((folder) => {
      if (disk.isFolder(folder) && disk.listFailure(folder)) unreadable.push(folder);
      return (disk.list(folder) ?? []).filter(({ name }) => isMatch(name)).map(({ name }) => join(folder, name));
    });
    if (!isLast) found = found.filter((path) => disk.isFolder(path));
  }
  // Whole names, not part by part: `a-b/x` comes before `a/x`.
  return { found: found.sort(compareBytes), unreadable };
}

function filesBelow(disk: Disk, folder: string): Match[] {
  const files: Match[] = [];
  const entered = new Set<string>();
  const stack = [folder];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (!disk.isFolder(next)) {
      files.push({ path: next, kind: 'file' });
      continue;
    }
    // A link may lead back up.
    const real = disk.realFolder(next);
    if (entered.has(real)) continue;
    entered.add(real);
    const entries = disk.list(next);
    if (!entries) files.push({ path: next, kind: 'unreadable folder' });
    // Pushed backwards, so that they are taken in byte order.
    else for (let i = entries.length - 1; i >= 0; i--) stack.push(join(next, entries[i]?.name ?? ''));
  }
  return files;
}

/** The names of a dump's files: what includes are answered with there, since a dump has no folders. */
export interface NameIndex {
  /** The names that `pattern` matches, in byte order. */
  find(pattern: string, wildcards: boolean): readonly string[];
}

/** Names are compared after `.` and doubled `/` in them are resolved: servers print paths as they were put together. */
export function indexNames(names: readonly string[]): NameIndex {
  const byPath = new Map<string, string>();
  const byFolder = new Map<string, string[]>();
  for (const name of names) {
    const path = posix.normalize(name);
    if (byPath.has(path)) continue;
    byPath.set(path, name);
    const folder = posix.dirname(path);
    const known = byFolder.get(folder);
    if (known) known.push(path);
    else byFolder.set(folder, [path]);
  }
  const foldersOf = (pattern: string): readonly string[] => {
    if (!hasWildcards(pattern)) return [literalName(pattern)];
    const parts = pattern.split('/').map(componentMatcher);
    return [...byFolder.keys()].filter((folder) => {
      const names = folder.split('/');
      return names.length === parts.length && names.every((name, i) => parts[i]?.(name));
    });
  };
  return {
    find(pattern, wildcards) {
      const path = posix.normalize(pattern);
      if (!wildcards || !hasWildcards(path)) {
        const name = byPath.get(path);
        return name === undefined ? [] : [name];
      }
      const isMatch = componentMatcher(posix.basename(path));
      return foldersOf(posix.dirname(path))
        .flatMap((folder) => byFolder.get(folder) ?? [])
        .filter((name) => isMatch(posix.basename(name)))
        .sort(compareBytes)
        .flatMap((name) => byPath.get(name) ?? []);
    },
  };
}
