// @ts-check
import { spawnSync } from 'node:child_process';
import { annotate, ExpectedError } from './runner.mjs';

/** Leases may be kept in any folder of the repository. */
const newLeases = ':(top,glob)**/.shortfuse/leases/**';

const bot = 'github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>';

/**
 * Runs git in the working directory.
 * @param {readonly string[]} args
 * @returns {{ status: number | null, stdout: string, stderr: string }}
 * @throws {ExpectedError} where there is no git
 */
function run(args) {
  const { status, stdout, stderr, error } = spawnSync('git', args, { encoding: 'utf8', maxBuffer: 1024 ** 3 });
  if (error) throw new ExpectedError(`git cannot be run: ${error.message}`);
  return { status, stdout: stdout.replace(/\r?\n$/, ''), stderr: stderr.trim() };
}

/**
 * @param {string[]} args
 * @returns {string} what it printed, without the line end
 * @throws {ExpectedError} where it fails
 */
export function git(...args) {
  const { status, stdout, stderr } = run(args);
  if (status !== 0) throw new ExpectedError(`git ${args[0]} failed: ${stderr || `exit status ${status}`}`);
  return stdout;
}

/**
 * The branch that a pull request goes to: the one named, else the one the workflow runs on.
 * @param {string} named
 * @throws {ExpectedError} where the workflow runs on a tag or a pull request and none is named
 */
export function baseBranch(named) {
  if (named !== '') return checkedBranch('base', named);
  if (process.env['GITHUB_REF_TYPE'] === 'branch' && process.env['GITHUB_REF_NAME']?.match(/^(?!\d+\/merge$)/))
    return process.env['GITHUB_REF_NAME'];
  throw new ExpectedError('base: name the branch that the pull request goes to; this run is on none');
}

/**
 * @param {string} input what names it
 * @param {string} branch
 * @throws {ExpectedError} where git takes it for no branch name
 */
export function checkedBranch(input, branch) {
  if (run(['check-ref-format', `refs/heads/${branch}`]).status !== 0 || branch.startsWith('-'))
    throw new ExpectedError(`${input}: ${branch}: git takes that for no name of a branch`);
  return branch;
}

/** @throws {ExpectedError} where files are changed already: what is committed has to be ours alone */
export function refuseChangedFiles() {
  const changed = git('status', '--porcelain', '--untracked-files=no');
  if (changed !== '')
    throw new ExpectedError(`files are changed already, before shortfuse runs: check out anew\n${changed}`);
}

/**
 * Commits what shortfuse changed, on top of `HEAD`, and pushes the commit as a new branch. `HEAD` stays where it is, and the
 * work tree is as it was before, afterwards.
 * @param {object} commit
 * @param {string} commit.branch
 * @param {string} commit.title the first line of the message
 * @param {string} commit.body
 * @param {readonly string[]} commit.files that may be new to git, relative to the working directory
 * @param {string} commit.author `Name <mail>`; the bot of GitHub Actions where it is empty
 * @returns {boolean} false where git sees no change
 * @throws {ExpectedError} where it cannot be committed or pushed
 */
export function pushCommit({ branch, title, body, files, author }) {
  const [, name = '', mail = ''] = /^(.*?)\s*<(.*)>$/.exec(author || bot) ?? [];
  try {
    git('add', '--update', '--', ':/');
    // Refused by git where a .gitignore hides one of them: better than a pull request without it.
    if (files.length > 0) git('--literal-pathspecs', 'add', '--', ...files);
    if (git('ls-files', '--others', '--', newLeases) !== '') git('add', '--', newLeases);
    if (git('diff', '--cached', '--name-only') === '') return false;
    const commit = git(
      ...['-c', `user.name=${name}`, '-c', `user.email=${mail}`, 'commit-tree', '-p', 'HEAD', '-m', title],
      ...(body === '' ? [] : ['-m', body]),
      git('write-tree'),
    );
    git('push', '--quiet', 'origin', `${commit}:refs/heads/${branch}`);
  } finally {
    restoreFiles();
  }
  return true;
}

/** Makes the files that git knows as they are in `HEAD`. */
export function restoreFiles() {
  git('reset', '--quiet', '--hard');
}

/**
 * Takes a branch from the remote again.
 * @param {string} branch
 */
export function dropBranch(branch) {
  const { status, stderr } = run(['push', '--quiet', 'origin', '--delete', `refs/heads/${branch}`]);
  if (status !== 0) annotate('warning', `branch ${branch} is left on the remote: ${stderr}`);
}

/**
 * @param {string} branch
 * @returns {boolean} whether the remote has it
 */
export function isOnRemote(branch) {
  return git('ls-remote', '--heads', 'origin', `refs/heads/${branch}`) !== '';
}
