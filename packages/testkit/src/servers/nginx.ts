import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findClockLibrary, movableClock } from './clock.js';
import { run, start, stop, until } from './process.js';

/** The nginx of this machine. */
export interface InstalledNginx {
  /** Such as `1.22.1`. */
  readonly version: string;
  /** Paths of its dynamic modules by the name in `--with-MODULE`, such as `stream` or `http_lua`. */
  readonly modules: ReadonlyMap<string, string>;
  /** The library that moves a program's clock; undefined where it is not installed. */
  readonly clockLibrary: string | undefined;
}

/** A running nginx. */
export interface RunningNginx {
  /** Sets how many seconds, 0 or more, the clock of this nginx alone is ahead of this machine's. Without a clock library nothing happens. */
  readonly setClockOffset: (seconds: number) => void;
  /** Reads the configuration again, and returns once the old workers take no more connections. @throws Error where nginx refuses it */
  readonly reload: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** The nginx that is installed and can be run as the present user; undefined where there is none. */
export function findNginx(): InstalledNginx | undefined {
  const { status, stderr } = run('nginx', ['-V']);
  const version = /nginx\/([\d.]+)/.exec(stderr)?.[1];
  if (status !== 0 || version === undefined) return undefined;
  const folder = /--modules-path=(\S+)/.exec(stderr)?.[1];
  const modules = new Map<string, string>();
  for (const name of folder !== undefined && existsSync(folder) ? readdirSync(folder) : []) {
    const module = /^(?:ngx_)?(.+)_module\.so$/.exec(name)?.[1];
    if (module !== undefined) modules.set(module, join(folder ?? '', name));
  }
  return { version, modules, clockLibrary: findClockLibrary() };
}

/** The paths of the modules a configuration needs; undefined where one is not installed. */
export function modulePaths(nginx: InstalledNginx, names: readonly string[]): readonly string[] | undefined {
  const paths = names.map((name) => nginx.modules.get(name));
  return paths.every((path) => path !== undefined) ? paths : undefined;
}

/** What `nginx -t` says of `folder`, with the folder itself taken out; the first fatal message without `nginx: [emerg] `. */
export interface NginxTest {
  readonly ok: boolean;
  readonly firstError: string | undefined;
}

/** Runs `nginx -t` with at most 1024 open files, so that an include cycle ends with a message and not with a crash. */
export function testConfiguration(folder: string, modules: readonly string[] = []): NginxTest {
  const args = [
    '-t',
    ...folderArguments(folder),
    '-g',
    [...modules.map(loadModule), `pid ${folder}/run/test.pid;`].join(' '),
  ];
  mkdirSync(join(folder, 'run'), { recursive: true });
  const { status, stderr } = run('sh', ['-c', 'ulimit -n 1024; exec nginx "$@"', 'nginx', ...args]);
  const line = /^nginx: \[emerg\] (.*)$/m.exec(stderr)?.[1];
  return { ok: status === 0, firstError: line?.replaceAll(`${folder}/`, '') };
}

/**
 * Starts nginx on `folder`/nginx.conf in the foreground and returns when it takes connections.
 * @throws Error with what nginx said where it does not start
 */
export async function startNginx(
  nginx: InstalledNginx,
  folder: string,
  modules: readonly string[] = [],
): Promise<RunningNginx> {
  const runFolder = join(folder, 'run');
  mkdirSync(runFolder, { recursive: true });
  const pid = join(runFolder, 'nginx.pid');
  const log = join(runFolder, 'error.log');
  const clock = movableClock(nginx.clockLibrary, runFolder);
  const globals = [
    'daemon off;',
    `pid ${pid};`,
    `error_log ${log} notice;`,
    // nginx clears the environment of its workers except for what is named.
    ...Object.keys(clock.environment).map((name) => `env ${name};`),
    ...modules.map(loadModule),
  ];
  const server = start('nginx', [...folderArguments(folder), '-g', globals.join(' ')], {
    ...process.env,
    ...clock.environment,
  });
  const readLog = (): string => (existsSync(log) ? readFileSync(log, 'utf8') : '');
  const say = (what: string) => () => `nginx ${what}: ${server.output()}${readLog()}`;
  // The process file is written when the sockets are open.
  const isReady = (): boolean => existsSync(pid) && readFileSync(pid, 'utf8') !== '';
  try {
    await until(say('is not ready'), () => isReady() || server.hasEnded());
  } catch (error) {
    await stop(server);
    throw error;
  }
  if (server.hasEnded()) throw new Error(say('did not start')());
  return {
    setClockOffset: clock.setOffset,
    stop: () => stop(server),
    reload: async () => {
      const before = readLog().length;
      server.child.kill('SIGHUP');
      const added = (): string => readLog().slice(before);
      await until(say('did not reload'), () => /gracefully shutting down|\[emerg\]/.test(added()));
      if (added().includes('[emerg]')) throw new Error(say('refused to reload')());
    },
  };
}

function folderArguments(folder: string): string[] {
  // A log of its own from the first moment: the built-in one needs rights, and `stderr` changes how errors are printed.
  return ['-e', `${folder}/run/start.log`, '-p', `${folder}/`, '-c', `${folder}/nginx.conf`];
}

function loadModule(path: string): string {
  return `load_module ${path};`;
}
