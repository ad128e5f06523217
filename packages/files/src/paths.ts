import { isAbsolute, relative, resolve, sep } from 'node:path';

/** The path that people are shown for an absolute one: relative to `cwd` where it lies below, else absolute; with `/`. */
export function shownPath(cwd: string, absolute: string): string {
  const below = relative(cwd, absolute);
  const shown =
    below === '' ? '.' : below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below) ? absolute : below;
  return sep === '/' ? shown : shown.replaceAll(sep, '/');
}

/** Is `path` the folder `folder` or below it? Both absolute, on this machine or on a server (with `/`). */
export function isWithin(path: string, folder: string): boolean {
  if (!path.startsWith(folder)) return false;
  const next = path[folder.length];
  return next === undefined || next === '/' || next === sep || folder.endsWith('/') || folder.endsWith(sep);
}

/** The absolute path behind what people are shown. */
export function absolutePath(cwd: string, shown: string): string {
  return resolve(cwd, shown);
}
