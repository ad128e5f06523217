import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isWithin } from '@shortfuse/files';

/** What the formats need to know besides what was found. */
export interface FormatContext {
  /** Of this program. */
  readonly version: string;
  /** The absolute folder that the paths of a report are relative to. */
  readonly cwd: string;
  /** The absolute folder that forges count paths from: the top of the repository. See {@link reportRoot}. */
  readonly root: string;
}

/** The top of the git repository that `cwd` is in; `cwd` itself where there is none. */
export function reportRoot(cwd: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return cwd;
  }
}

/**
 * A path of a report as a forge knows the file: relative to the top of the repository, with `/`. What lies outside of it
 * stays as it is.
 */
export function pathInRepository(path: string, { cwd, root }: Pick<FormatContext, 'cwd' | 'root'>): string {
  const absolute = resolve(cwd, path);
  if (absolute === root || !isWithin(absolute, root)) return path;
  return relative(root, absolute).split(sep).join('/');
}

/** Where a file is: a URI reference to be resolved against the top of the repository, or an absolute URI outside of it. */
export interface FileUri {
  readonly uri: string;
  readonly isRelative: boolean;
}

/** {@link pathInRepository} as a URI: every character that has a meaning in one, or is not ASCII, is percent-encoded. */
export function uriOf(path: string, context: Pick<FormatContext, 'cwd' | 'root'>): FileUri {
  const absolute = resolve(context.cwd, path);
  if (absolute === context.root || !isWithin(absolute, context.root))
    return { uri: pathToFileURL(absolute).href, isRelative: false };
  return { uri: encodePath(pathInRepository(path, context)), isRelative: true };
}

/** The URI of a folder; ends with `/`, so that references resolve to what is in it. */
export function folderUri(folder: string): string {
  return pathToFileURL(folder.endsWith(sep) ? folder : folder + sep).href;
}

function encodePath(path: string): string {
  return path
    .split('/')
    .map((part) => encodeURIComponent(part.replace(/\p{Surrogate}/gu, '\ufffd')))
    .join('/');
}
