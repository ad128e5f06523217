import { type ChildProcess, spawn, spawnSync } from 'node:child_process';

/** What a program printed and how it ended. */
export interface Run {
  /** Undefined where a signal ended it, the limit among them, or where it could not be started. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, at most `limitMs`. A program that is not there gives no status. */
export function run(
  command: string,
  args: readonly string[],
  options: { limitMs?: number; input?: Uint8Array } = {},
): Run {
  const { limitMs = 20_000, input } = options;
  const result = spawnSync(command, args, { timeout: limitMs, killSignal: 'SIGKILL', ...(input ? { input } : {}) });
  return {
    status: result.status ?? undefined,
    stdout: result.stdout?.toString() ?? '',
    stderr: result.stderr?.toString() ?? '',
  };
}

/** Is there a program of this name that runs with these arguments? */
export function isInstalled(command: string, args: readonly string[]): boolean {
  return run(command, args).status === 0;
}

/** A server in the foreground. */
export interface Background {
  readonly child: ChildProcess;
  /** What it has printed so far, both streams. */
  readonly output: () => string;
  readonly hasEnded: () => boolean;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
}

const running = new Set<ChildProcess>();
// A test run that is interrupted must not leave servers behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});

/** Starts a program. That it cannot be started shows as an end, with the reason in its output. */
export function start(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { ownGroup = false }: { ownGroup?: boolean } = {},
): Background {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: ownGroup });
  running.add(child);
  let output = '';
  let isOver = false;
  const take = (bytes: Buffer): void => {
    output += bytes.toString();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      isOver = true;
      running.delete(child);
      resolve();
    };
    child.once('exit', end);
    child.once('error', (error) => {
      output += error.message;
      end();
    });
  });
  return { child, output: () => output, hasEnded: () => isOver, ended };
}

/** Asks it to stop, and kills it where it has not within three seconds. */
export async function stop({ child, hasEnded, ended }: Background): Promise<void> {
  if (hasEnded()) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
  await ended;
  clearTimeout(timer);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until `isDone`. @throws Error with `what` after `limitMs` */
export async function until(what: () => string, isDone: () => boolean, limitMs = 10_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!isDone()) {
    if (Date.now() > end) throw new Error(`${what()} after ${limitMs} ms`);
    await sleep(10);
  }
}
