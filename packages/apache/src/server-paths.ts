import { hasWildcards, type IncludeAnswer, type SourceFile } from '@shortfuse/core';
import type { Asking, EvaluateOptions } from './evaluation.js';
import type { ApacheFile } from './tree.js';

/** Finds the files behind the paths of a configuration, which start at its ServerRoot. */
export class ServerPaths {
  /** As far as it is known at the point of reading. */
  root: string | undefined;

  constructor(readonly options: EvaluateOptions) {
    this.root = options.serverRoot;
  }

  /** The path on the server, as far as it is known. */
  resolved(path: string): string {
    return path.startsWith('/') || this.root === undefined ? path : join(this.root, path);
  }

  *ask(path: string, from: SourceFile, wildcards: boolean): Asking<IncludeAnswer<ApacheFile>> {
    const { entry, bases } = this.options;
    const common = { wildcards, folders: 'recurse', entry, from } as const;
    const root = this.root?.replace(/\/+$/, '');
    const absolute = this.resolved(path);
    let relative = path;
    if (isAbsolute(absolute)) {
      const answer: IncludeAnswer<ApacheFile> = absolute.startsWith('/')
        ? yield { ...common, pattern: absolute, absolute: true }
        : { kind: 'outside' };
      if (answer.kind !== 'outside') return answer;
      // The folder of the main file may be a copy of the server's.
      if (isAbsolute(path)) {
        if (root === undefined || !path.startsWith(`${root}/`)) return answer;
        relative = path.slice(root.length + 1);
      }
    } else relative = absolute;
    let answer: IncludeAnswer<ApacheFile> = { kind: 'missing' };
    for (const base of bases) {
      answer = yield { ...common, pattern: join(base, relative), absolute: false };
      if (answer.kind !== 'missing' && !(answer.kind === 'files' && answer.files.length === 0)) return answer;
    }
    return isAbsolute(absolute) ? { kind: 'outside' } : answer;
  }

  /** What httpd says of wildcards that match nothing: is it the folder that is not there, or nothing in it? */
  *noMatch(path: string, from: SourceFile): Asking<string> {
    const parts = path.split('/');
    const folder = parts.slice(0, parts.findIndex(hasWildcards)).join('/');
    const answer = folder === '' ? undefined : yield* this.ask(folder, from, false);
    if (answer?.kind === 'missing')
      return `Include/IncludeOptional: Could not open directory ${this.resolved(folder)}: No such file or directory`;
    const shown = this.resolved(path);
    const slash = shown.lastIndexOf('/');
    return `Include/IncludeOptional: No matches for the wildcard '${shown.slice(slash + 1)}' in '${shown.slice(0, Math.max(slash, 0)) || '.'}', failing`;
  }
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path);
}

function join(base: string, path: string): string {
  return base === '' || base === '.' ? path : `${base.replace(/\/+$/, '')}/${path}`;
}
