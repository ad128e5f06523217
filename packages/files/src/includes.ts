import { basename, dirname, join, resolve } from 'node:path';
import { type Adapter, componentMatcher, hasWildcards, type IncludeRequest } from '@shortfuse/core';
import type { Disk } from './disk.js';
import { isWithin } from './paths.js';

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
 * person gave; the path itself, where the main file really lies in one of the server's own folders or in the very folder
 * named; the same path below the folder that holds the main file's own server path (`rootfs/etc/nginx/nginx.conf`); the main
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
  if (adapter.homes.some((home) => isWithin(entry, home)) || isWithin(entry, fixed) || isWithin(fixed, folder))
    return { kind: 'at', path: pattern };

  for (const home of adapter.homes) {
    const at = entry.lastIndexOf(`${home}/`);
    if (at <= 0) continue;
    const prefix = entry.slice(0, at);
    if (disk.isFolder(prefix + fixed))
      return { kind: 'at', path: prefix + pattern, assumption: `/ on the server is ${prefix} here` };
  }
  for (const home of adapter.homes) {
    if (!isWithin(pattern, home)) continue;
    const here = resolve(folder, `.${pattern.slice(home.length)}`);
    if (disk.exists(resolve(folder, `.${fixed.slice(home.length)}`)))
      return { kind: 'at', path: here, assumption: `${home} on the server is ${folder} here` };
  }
  return { kind: 'outside' };
}

/** The folder part of a pattern up to its first wildcard. */
function fixedFolder(pattern: string): string {
  const parts = pattern.split('/');
  const first = parts.findIndex(hasWildcards);
  return (first === -1 ? dirname(pattern) : parts.slice(0, first).join('/')) || '/';
}

/** A name that a pattern led to. Folders are there only for requests that refuse them, so that the caller can say so. */
export interface Match {
  readonly path: string;
  readonly isFolder: boolean;
}

/** What `pattern` leads to from `folder`, wildcards taken as glob(3) does, in byte order. */
export function matches(
  disk: Disk,
  folder: string,
  pattern: string,
  request: Pick<IncludeRequest, 'wildcards' | 'folders'>,
): readonly Match[] {
  const path = resolve(folder, pattern);
  const found =
    request.wildcards && hasWildcards(pattern)
      ? expand(disk, pattern.startsWith('/') ? '/' : folder, pattern)
      : disk.exists(path)
        ? [path]
        : [];
  return found.flatMap((match) => {
    if (!disk.isFolder(match)) return [{ path: match, isFolder: false }];
    return request.folders === 'refuse' ? [{ path: match, isFolder: true }] : filesBelow(disk, match);
  });
}

function expand(disk: Disk, start: string, pattern: string): string[] {
  let found = [start];
  const parts = pattern.split('/').filter((part) => part !== '');
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    if (!hasWildcards(part)) {
      found = found.map((folder) => join(folder, part)).filter((path) => isLast || disk.isFolder(path));
      if (isLast) found = found.filter((path) => disk.exists(path));
      continue;
    }
    const isMatch = componentMatcher(part);
    found = found.flatMap((folder) =>
      (disk.list(folder) ?? []).filter(({ name }) => isMatch(name)).map(({ name }) => join(folder, name)),
    );
    if (!isLast) found = found.filter((path) => disk.isFolder(path));
  }
  return found;
}

function filesBelow(disk: Disk, folder: string): Match[] {
  const files: Match[] = [];
  const stack = [folder];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const entries = disk.list(next);
    if (!entries) files.push({ path: next, isFolder: false });
    // Pushed backwards, so that they are taken in byte order.
    else for (let i = entries.length - 1; i >= 0; i--) stack.push(join(next, entries[i]?.name ?? ''));
  }
  return files;
}

/** The names of `files` that a pattern matches: how an include is answered within a dump, which has no folders. */
export function matchingNames(pattern: string, names: readonly string[], wildcards: boolean): string[] {
  if (!wildcards || !hasWildcards(pattern)) return names.filter((name) => name === pattern);
  const folder = dirname(pattern);
  const isMatch = componentMatcher(basename(pattern));
  const isFolderMatch = folder.split('/').map(componentMatcher);
  return names.filter((name) => {
    const parts = dirname(name).split('/');
    return (
      parts.length === isFolderMatch.length &&
      parts.every((part, i) => isFolderMatch[i]?.(part)) &&
      isMatch(basename(name))
    );
  });
}
