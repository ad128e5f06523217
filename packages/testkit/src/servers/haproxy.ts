import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, sleep, start, stop, until } from './process.js';

/** The HAProxy of this machine. */
export interface InstalledHaproxy {
  /** Such as `2.6.12`. */
  readonly version: string;
  readonly command: string;
}

/** A running HAProxy. */
export interface RunningHaproxy {
  /** Reads the configuration again, and returns once new connections belong to the new worker. @throws Error where it is refused */
  readonly reload: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Debian's HAProxy; undefined where it is not installed. */
export function findHaproxy(): InstalledHaproxy | undefined {
  const command = '/usr/sbin/haproxy';
  if (!existsSync(command)) return undefined;
  const version = /version ([\d.]+)/i.exec(run(command, ['-v']).stdout)?.[1];
  return version === undefined ? undefined : { version, command };
}

/**
 * Starts HAProxy on `configuration` in master-worker mode, with its file in `folder`, and returns when it takes connections.
 * @throws Error with what it said where it does not start
 */
export async function startHaproxy(
  { command }: InstalledHaproxy,
  folder: string,
  configuration: string,
): Promise<RunningHaproxy> {
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, configuration);
  const server = start(command, ['-W', '-f', file], process.env);
  const starts = (): number => server.output().split('Loading success').length - 1;
  const say = (what: string) => () => `haproxy ${what}: ${server.output()}`;
  try {
    await until(say('is not ready'), () => starts() > 0 || server.hasEnded());
  } catch (error) {
    await stop(server);
    throw error;
  }
  if (server.hasEnded()) throw new Error(say('did not start')());
  return {
    stop: () => stop(server),
    reload: async () => {
      const before = starts();
      server.child.kill('SIGUSR2');
      await until(say('did not reload'), () => starts() > before || server.hasEnded());
      if (server.hasEnded()) throw new Error(say('died at the reload')());
      // The old worker stops listening once the new one has told it to.
      await sleep(300);
    },
  };
}
