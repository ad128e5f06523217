import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';

/** The files of a work tree as they were at the merge base of a revision and `HEAD`. */
export interface BaseTexts {
  /** The bytes of a file that is at `path` now, under the name that it had; undefined where it is new. */
  bytesOf(path: string): Promise<Buffer | undefined>;
  /** What is not there any more, with the paths from the top of the repository. */
  readonly removed: readonly string[];
  bytesOfRemoved(name: string): Promise<Buffer | undefined>;
}

/**
 * Opens the past of the work tree that `cwd` is in. Undefined where git cannot tell; {@link changedLines} says why to a person,
 * so it is to be asked first.
 */
export async function baseTexts(cwd: string, rev: string): Promise<BaseTexts | undefined> {
  const [top, base] = await Promise.all([
    git(cwd, ['rev-parse', '--show-toplevel']),
    git(cwd, ['merge-base', rev, 'HEAD']),
  ]);
  if (!top || !base) return undefined;
  const folder = realpathSync(resolve(lineOf(top)));
  const commit = lineOf(base);
  const names = await git(folder, ['diff', '--name-status', '-z', '--find-renames', commit, '--']);
  if (!names) return undefined;
  const { formerNames, added, removed } = readNames(names.toString('utf8'));
  const show = (name: string): Promise<Buffer | undefined> => git(folder, ['show', `${commit}:${name}`]);
  return {
    removed,
    bytesOfRemoved: show,
    async bytesOf(path) {
      const name = relative(folder, realPath(path)).split(sep).join('/');
      return added.has(name) ? undefined : show(formerNames.get(name) ?? name);
    },
  };
}

/** Reads `M\0path\0`, `R096\0old\0new\0` and the like. */
function readNames(text: string): {
  readonly formerNames: ReadonlyMap<string, string>;
  readonly added: ReadonlySet<string>;
  readonly removed: readonly string[];
} {
  const formerNames = new Map<string, string>();
  const added = new Set<string>();
  const removed: string[] = [];
  const fields = text.split('\0');
  for (let i = 0; i + 1 < fields.length; ) {
    const status = fields[i++] ?? '';
    const name = fields[i++] ?? '';
    if (status.startsWith('R')) formerNames.set(fields[i++] ?? '', name);
    else if (status.startsWith('C')) added.add(fields[i++] ?? '');
    else if (status === 'A') added.add(name);
    else if (status === 'D') removed.push(name);
  }
  return { formerNames, added, removed };
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** What git prints; undefined where it fails or is not there. */
function git(cwd: string, args: readonly string[]): Promise<Buffer | undefined> {
  return new Promise((done) => {
    execFile(
      'git',
      args,
      {
        cwd,
        encoding: 'buffer',
        maxBuffer: 512 * 1024 * 1024,
        env: { ...process.env, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' },
      },
      (error, stdout) => done(error ? undefined : stdout),
    );
  });
}

function lineOf(output: Buffer): string {
  return output.toString('utf8').replace(/\r?\n$/, '');
}
