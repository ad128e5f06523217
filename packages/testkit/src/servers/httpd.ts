import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findClockLibrary, movableClock } from './clock.js';
import { run, sleep, start, stop, until } from './process.js';

/** The Apache httpd of this machine. */
export interface InstalledHttpd {
  /** Such as `2.4.71`. */
  readonly version: string;
  readonly command: string;
  /** The folder of its modules. */
  readonly modulesFolder: string;
  readonly clockLibrary: string | undefined;
}

/** A running httpd. */
export interface RunningHttpd {
  /** Sets how many seconds, 0 or more, the clock of this httpd alone is ahead of this machine's. */
  readonly setClockOffset: (seconds: number) => void;
  /** A graceful restart; returns once the new workers are there. @throws Error where it does not come back */
  readonly reload: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Debian's httpd; undefined where it is not installed. */
export function findHttpd(): InstalledHttpd | undefined {
  const command = '/usr/sbin/apache2';
  const modulesFolder = '/usr/lib/apache2/modules';
  if (!existsSync(command) || !existsSync(join(modulesFolder, 'mod_ssl.so'))) return undefined;
  const version = /Apache\/([\d.]+)/.exec(run(command, ['-v']).stdout)?.[1];
  return version === undefined ? undefined : { version, command, modulesFolder, clockLibrary: findClockLibrary() };
}

/** What `apache2 -t` says, with the folder itself taken out. */
export interface HttpdTest {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs the configuration test on `folder`/httpd.conf, with further arguments such as `-D NAME`. */
export function testHttpd(httpd: InstalledHttpd, folder: string, args: readonly string[] = []): HttpdTest {
  const { status, stdout, stderr } = run(httpd.command, ['-t', ...commonArguments(httpd, folder), ...args]);
  return { ok: status === 0, output: `${stdout}${stderr}`.replaceAll(`${folder}/`, '') };
}

/**
 * Starts httpd on `folder`/httpd.conf in the foreground and returns when it takes connections.
 * @throws Error with what it said where it does not start
 */
export async function startHttpd(
  httpd: InstalledHttpd,
  folder: string,
  args: readonly string[] = [],
): Promise<RunningHttpd> {
  const runFolder = join(folder, 'run');
  mkdirSync(runFolder, { recursive: true });
  const clock = movableClock(httpd.clockLibrary, runFolder);
  const log = join(folder, 'error.log');
  writeFileSync(log, '');
  const identity = process.getuid?.() === 0 ? ['-c', 'User nobody', '-c', 'Group nogroup'] : [];
  const server = start(
    httpd.command,
    ['-D', 'FOREGROUND', ...commonArguments(httpd, folder), '-c', 'LogLevel notice', ...identity, ...args],
    { ...process.env, ...clock.environment },
    // Some kinds of worker processes signal their whole group when they end.
    { ownGroup: true },
  );
  const readLog = (): string => readFileSync(log, 'utf8');
  const say = (what: string) => () => `httpd ${what}: ${server.output()}${readLog()}`;
  const starts = (): number => readLog().split('resuming normal operations').length - 1;
  try {
    await until(say('is not ready'), () => starts() > 0 || server.hasEnded());
  } catch (error) {
    await stop(server);
    throw error;
  }
  if (server.hasEnded()) throw new Error(say('did not start')());
  return {
    setClockOffset: clock.setOffset,
    stop: () => stop(server),
    reload: async () => {
      const before = starts();
      server.child.kill('SIGUSR1');
      await until(say('did not reload'), () => starts() > before || server.hasEnded());
      if (server.hasEnded()) throw new Error(say('died at the reload')());
      // Old workers are told to stop, and may take a last connection before they read that.
      await sleep(500);
    },
  };
}

function commonArguments({ modulesFolder }: InstalledHttpd, folder: string): string[] {
  return ['-d', folder, '-f', 'httpd.conf', '-C', `Define MODULES_DIR ${modulesFolder}`];
}
