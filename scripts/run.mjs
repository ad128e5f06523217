// @ts-check
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Runs a program in the checkout and says nothing unless it fails: then what it printed is shown.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string> }} [options]
 * @returns {boolean} whether it ended with 0
 */
export function runQuietly(program, args, { cwd = root, env = {} } = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
    // npx is a batch file there.
    shell: process.platform === 'win32',
  });
  if (status === 0) return true;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
  if (error) say(`${program}: ${error.message}`);
  return false;
}

/**
 * Runs a program whose output is for the reader.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string }} [options]
 * @returns {number} its exit status; 1 where a signal ended it
 */
export function runLoudly(program, args, { cwd = root } = {}) {
  return spawnSync(program, args, { cwd, stdio: 'inherit' }).status ?? 1;
}

/**
 * The script of a tool that is installed in the checkout, to be run by node itself: no shell stands between.
 * @param {string} path below node_modules
 */
export function tool(path) {
  return join(root, 'node_modules', path);
}

/**
 * One line about what is being done, kept apart from results.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`${line}\n`);
}
