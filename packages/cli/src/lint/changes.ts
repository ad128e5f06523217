import { spawn } from 'node:child_process';
import { lstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../exit.js';
import { diffArguments, type LineRange, readDiff } from './git-diff.js';

/** What changed since a revision. Files are absolute paths; a path outside the repository has not changed. */
export interface ChangedLines {
  /** Is `line`, counted from 1 in the file as it is now, new or other than it was, or next to lines that were removed? */
  has(file: string, line: number): boolean;
  /** Is any of the lines from `first` to `last` one for which {@link has} says yes? */
  hasBetween(file: string, first: number, last: number): boolean;
  /** Did anything about the file change, be it only its name or its mode, or is it gone? */
  hasFile(file: string): boolean;
}

/**
 * The lines that changed between the merge base of `rev` and `HEAD` and the work tree in `cwd`, whether they are committed,
 * staged or neither. Files that git does not track are new; a renamed file is compared with what it was; a file that is no
 * text to git (UTF-16), and what a new or changed link leads to, counts as changed from end to end. Needs no network.
 * @throws UsageError where there is no git, no repository, no such revision, or no history that reaches back far enough
 */
export async function changedLines(cwd: string, rev: string): Promise<ChangedLines> {
  // No revision begins like that, and to git it would be an option.
  if (rev === '' || rev.startsWith('-')) throw unknownRevision(rev, '');
  const [top, base, untracked] = await Promise.all([
    git(cwd, ['rev-parse', '--show-toplevel']),
    git(cwd, ['merge-base', rev, 'HEAD']),
    git(cwd, ['ls-files', '--others', '--exclude-standard', '--full-name', '-z', '--', ':/']),
  ]);
  if (top.status !== 0) throw noWorkTree(cwd, rev, top);
  if (base.status !== 0) throw await noMergeBase(cwd, rev, base);
  const commit = lineOf(base.stdout);
  const diff = await git(cwd, [...diffArguments, commit, '--']);
  for (const each of [diff, untracked]) if (each.status !== 0) throw failed(rev, each);
  const changes = new Changes(resolve(lineOf(top.stdout)));
  for (const [path, change] of readDiff(diff.stdout))
    changes.add(path, change.kind === 'lines' ? change.ranges : 'whole');
  for (const path of untracked.stdout.toString('utf8').split('\0')) if (path !== '') changes.add(path, 'whole');
  return changes;
}

class Changes implements ChangedLines {
  readonly #files = new Map<string, readonly LineRange[] | 'whole'>();
  /** Folders in which everything counts as changed: submodules, repositories within, and where links lead. */
  readonly #folders = new Set<string>();
  readonly #realFolders = new Map<string, string>();

  constructor(readonly top: string) {}

  add(path: string, change: readonly LineRange[] | 'whole'): void {
    const file = join(this.top, path);
    this.#files.set(this.#keyOf(file), change);
    if (change !== 'whole') return;
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (stats?.isDirectory()) this.#folders.add(this.#keyOf(file));
    if (stats?.isSymbolicLink()) this.#addTarget(file);
  }

  /** A site is switched on by a link to it: then all of it is new to the server. */
  #addTarget(link: string): void {
    try {
      const target = realpathSync(link);
      if (statSync(target).isDirectory()) this.#folders.add(target);
      else this.#files.set(target, 'whole');
    } catch {
      // Leads nowhere.
    }
  }

  has(file: string, line: number): boolean {
    return this.hasBetween(file, line, line);
  }

  hasBetween(file: string, first: number, last: number): boolean {
    const change = this.#changeOf(file);
    if (change === undefined || change === 'whole') return change === 'whole';
    // The first range that does not end before.
    let low = 0;
    let high = change.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((change[middle]?.last ?? 0) < first) low = middle + 1;
      else high = middle;
    }
    const range = change[low];
    return range !== undefined && range.first <= last;
  }

  hasFile(file: string): boolean {
    return this.#changeOf(file) !== undefined;
  }

  #changeOf(file: string): readonly LineRange[] | 'whole' | undefined {
    const key = this.#keyOf(file);
    const change = this.#files.get(key);
    if (change !== undefined || this.#folders.size === 0) return change;
    for (let folder = dirname(key); ; folder = dirname(folder)) {
      if (this.#folders.has(folder)) return 'whole';
      if (dirname(folder) === folder) return undefined;
    }
  }

  /** The path with the links in its folders followed, as git gives the top of the repository. */
  #keyOf(file: string): string {
    const path = resolve(file);
    const folder = dirname(path);
    let real = this.#realFolders.get(folder);
    if (real === undefined) {
      real = realFolder(folder);
      this.#realFolders.set(folder, real);
    }
    return join(real, basename(path));
  }
}

/** Of a folder that is gone, the part that is still there is followed. */
function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    const above = dirname(folder);
    return above === folder ? folder : join(realFolder(above), basename(folder));
  }
}

interface GitRun {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** @throws UsageError where there is no git */
function git(cwd: string, args: readonly string[]): Promise<GitRun> {
  // GIT_DIFF_OPTS would add context to the diff; without locks a run beside git at work disturbs nothing.
  const { GIT_DIFF_OPTS: _, ...env } = process.env;
  return new Promise((done, failedToRun) => {
    const child = spawn('git', args, {
      cwd,
      env: { ...env, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => stdout.push(piece));
    child.stderr.on('data', (piece: Buffer) => stderr.push(piece));
    child.on('error', (error: NodeJS.ErrnoException) =>
      failedToRun(
        new UsageError(
          error.code === 'ENOENT'
            ? `error: --changed-since needs git, which is not installed\n  help: install it, or leave --changed-since out`
            : `error: --changed-since: git cannot be run: ${error.message}`,
        ),
      ),
    );
    child.on('close', (status) =>
      done({ status, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') }),
    );
  });
}

/** What git printed, without the line end that it adds. */
function lineOf(output: Buffer): string {
  return output.toString('utf8').replace(/\r?\n$/, '');
}

function noWorkTree(cwd: string, rev: string, run: GitRun): UsageError {
  if (/dubious ownership/.test(run.stderr))
    return new UsageError(
      `error: --changed-since ${rev}: the repository belongs to another user, so git does not trust it\n` +
        `  help: git config --global --add safe.directory ${/safe\.directory (.+)/.exec(run.stderr)?.[1] ?? cwd}`,
    );
  if (/not a git repository|must be run in a work tree/.test(run.stderr))
    return new UsageError(
      `error: --changed-since ${rev}: ${cwd} is in no checkout of a git repository\n` +
        '  help: run it in one, or leave --changed-since out',
    );
  return failed(rev, run);
}

async function noMergeBase(cwd: string, rev: string, run: GitRun): Promise<UsageError> {
  const is = async (...args: string[]): Promise<boolean> => (await git(cwd, ['rev-parse', ...args])).status === 0;
  const isShallow = lineOf((await git(cwd, ['rev-parse', '--is-shallow-repository'])).stdout) === 'true';
  const deepen = 'run git fetch --unshallow first; with actions/checkout set fetch-depth: 0, in GitLab GIT_DEPTH: 0';
  if (!(await is('--verify', '--quiet', `${rev}^{commit}`))) {
    if (/^0{40,64}$/.test(rev))
      return unknownRevision(rev, 'zeros stand for a branch that is new: name the branch it starts from');
    if (await is('--verify', '--quiet', `refs/remotes/origin/${rev}^{commit}`))
      return unknownRevision(rev, `did you mean origin/${rev}?`);
    return unknownRevision(
      rev,
      isShallow ? `this clone is shallow: ${deepen}` : 'git branch --all lists the branches; git fetch gets new ones',
    );
  }
  if (!(await is('--verify', '--quiet', 'HEAD^{commit}')))
    return new UsageError(`error: --changed-since ${rev}: nothing is committed on this branch yet`);
  // 1 is "there is none"; anything else is git's own trouble.
  if (run.status !== 1) return failed(rev, run);
  const none = `error: --changed-since ${rev}: no commit is known that ${rev} and HEAD both come from`;
  return new UsageError(
    isShallow
      ? `${none}, because this clone is shallow\n  help: ${deepen}`
      : `${none}: their histories are unrelated\n  help: name a revision that this branch started from`,
  );
}

function unknownRevision(rev: string, help: string): UsageError {
  const what = `error: --changed-since ${rev === '' ? '""' : rev}: git knows no such commit`;
  return new UsageError(help === '' ? what : `${what}\n  help: ${help}`);
}

function failed(rev: string, { stderr, status }: GitRun): UsageError {
  const said = stderr.trim().split('\n')[0] ?? '';
  return new UsageError(`error: --changed-since ${rev}: git failed: ${said === '' ? `exit status ${status}` : said}`);
}
