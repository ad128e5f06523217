// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ExpectedError, log } from './runner.mjs';

/**
 * How a run ended.
 * @typedef {object} Run
 * @property {number} status 0, 1 or 2; see `shortfuse help COMMAND`
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * Runs shortfuse. What it prints on standard error goes to the log, too.
 * @param {string} command a script for Node, or a program on the PATH
 * @param {readonly string[]} args
 * @returns {Run}
 * @throws {ExpectedError} where it cannot be run, or ends by itself with no status of its own
 */
export function runShortfuse(command, args) {
  const isScript = /\.[cm]?js$/.test(command);
  if (isScript && !existsSync(resolve(command))) throw new ExpectedError(`command: ${command}: there is no such file`);
  const [program, before] = isScript ? [process.execPath, [resolve(command)]] : [command || 'shortfuse', []];
  const { status, stdout, stderr, error, signal } = spawnSync(program, [...before, ...args], {
    encoding: 'utf8',
    maxBuffer: 1024 ** 3,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (stderr) log(stderr);
  if (error) throw new ExpectedError(`${program} cannot be run: ${error.message}`);
  if (status === null || status > 2) throw new ExpectedError(`shortfuse ${args[0]} was ended: ${signal ?? status}`);
  return { status, stdout, stderr };
}

/**
 * Runs shortfuse and reads its JSON; `report` is undefined where it printed none.
 * @template Report
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {{ status: number, report: Report | undefined, stderr: string }}
 */
export function runForJson(command, args) {
  const { status, stdout, stderr } = runShortfuse(command, args);
  try {
    return { status, report: JSON.parse(stdout), stderr };
  } catch {
    return { status, report: undefined, stderr };
  }
}

/**
 * Calls `use` with a folder that is gone afterwards.
 * @template Result
 * @param {(folder: string) => Result} use
 * @returns {Result}
 */
export function withFolder(use) {
  const folder = mkdtempSync(join(process.env['RUNNER_TEMP'] || tmpdir(), 'shortfuse-action-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The text of a file; undefined where it was not written.
 * @param {string} path
 */
export function textOf(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
