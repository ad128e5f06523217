// @ts-check
import { spawnSync } from 'node:child_process';

/**
 * @typedef {{ name: string, program: string, args: readonly string[], cwd?: string }} Command
 * @typedef {{ ms: number, peakMB: number | undefined, status: number | null, output: string }} Run
 */

/**
 * Runs a command once. Peak memory is what GNU time says, where it is installed.
 * @param {Command} command
 * @returns {Run}
 */
export function runOnce({ program, args, cwd }) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(program, args, options(cwd));
  const ms = performance.now() - started;
  return { ms, peakMB: undefined, status, output: `${stdout}${stderr}` };
}

/**
 * @param {Command} command
 * @returns {number | undefined} MB (10^6 bytes)
 */
export function peakMemory({ program, args, cwd }) {
  const { stderr, error } = spawnSync('/usr/bin/time', ['-f', 'peak %M', program, ...args], options(cwd));
  const kilobytes = /^peak (\d+)$/m.exec(stderr ?? '')?.[1];
  return error || kilobytes === undefined ? undefined : (Number(kilobytes) * 1024) / 1e6;
}

/**
 * The median of several runs of each command, in turns, so that a slow moment of the machine meets all of them.
 * @param {readonly Command[]} commands
 * @param {number} rounds
 * @returns {Map<string, { ms: number, status: number | null }>} by name
 */
export function medians(commands, rounds) {
  /** @type {Map<string, Run[]>} */
  const runs = new Map(commands.map(({ name }) => [name, []]));
  // The first round fills the caches of disk and code and does not count.
  for (let round = 0; round <= rounds; round++)
    for (const command of commands) {
      const run = runOnce(command);
      if (round > 0) runs.get(command.name)?.push(run);
    }
  return new Map(
    [...runs].map(([name, list]) => [name, { ms: median(list.map(({ ms }) => ms)), status: list[0]?.status ?? null }]),
  );
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * @param {string | undefined} cwd
 * @returns {import('node:child_process').SpawnSyncOptionsWithStringEncoding}
 */
function options(cwd) {
  return {
    ...(cwd === undefined ? {} : { cwd }),
    encoding: 'utf8',
    maxBuffer: 1024 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Nothing here takes a tenth of this; what does has lost its way.
    timeout: 90_000,
  };
}
