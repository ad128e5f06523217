import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { realFileSystem, type WritableFileSystem } from '@shortfuse/files';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { MarkOptions, PatchOptions, RevertOptions } from '../src/args.js';
import { markIn } from '../src/commands/mark.js';
import { patchIn } from '../src/commands/patch.js';
import { revertIn } from '../src/commands/revert.js';
import { status } from '../src/commands/status.js';
import { UsageError } from '../src/exit.js';
import { LeaseStore } from '../src/leases/store.js';
import { faultyDisk, Killed } from './faulty-disk.js';
import { buildCommand } from './run.js';

const home = process.cwd();
const folders: string[] = [];
let said = '';

beforeAll(() => {
  const swallow = (text: unknown, done?: unknown): boolean => {
    said += String(text);
    if (typeof done === 'function') done();
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(swallow as typeof process.stdout.write);
  vi.spyOn(process.stderr, 'write').mockImplementation(swallow as typeof process.stderr.write);
});
afterEach(() => process.chdir(home));
afterAll(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

type Files = ReadonlyMap<string, string>;

const server = (number: number, lines: string): string =>
  `server {\n  listen 10.0.0.${number}:443 ssl;\n  server_name s${number}.example;\n  ssl_certificate c;\n  ssl_certificate_key k;\n${lines}}\n`;

/** Two files with edits, one with companions as well, and one that stays. */
const tree: Files = new Map([
  ['nginx.conf', 'events {}\nhttp {\n  ssl_session_timeout 5m;\n  include conf.d/*.conf;\n}\n'],
  ['conf.d/a.conf', server(1, '  ssl_session_timeout 1d;\n') + server(2, '')],
  ['conf.d/b.conf', server(3, '  ssl_session_timeout 60s;\n')],
  [
    'bigip.conf',
    'ltm profile client-ssl /Common/a {\n    cache-timeout 3600\n    defaults-from /Common/clientssl\n}\n' +
      'ltm virtual /Common/v {\n    destination /Common/192.0.2.1:443\n    profiles {\n        /Common/a {\n            context clientside\n        }\n    }\n}\n',
  ],
]);

function folderOf(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-kill-'));
  folders.push(folder);
  mkdirSync(join(folder, '.git'));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function copyOf(folder: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'shortfuse-kill-'));
  folders.push(copy);
  cpSync(folder, copy, { recursive: true });
  return copy;
}

function remove(...gone: readonly string[]): void {
  process.chdir(home);
  for (const folder of gone) rmSync(folder, { recursive: true, force: true });
}

/** Every file but those of the program, by its path; a lease's id, which is made up anew each time, as `ID`. */
function filesIn(folder: string): Files {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .filter((name) => !name.startsWith('.shortfuse/'))
    .sort();
  const text = (name: string): string =>
    readFileSync(join(folder, name), 'utf8').replaceAll(/\d{4}-\d\d-\d\d-[0-9a-f]{6}/g, 'ID');
  return new Map(names.map((name) => [name, text(name)]));
}

/** What only a run that is at work, or was killed, has. */
function leftovers(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => /\.tmp$|[\\/]lock(?:\.over)*$|[\\/]drafts\b/.test(path) || isOrphan(path),
  );

  /** A folder of companions without their lease. */
  function isOrphan(path: string): boolean {
    const id = /leases[\\/]([^.\\/]+)$/.exec(path)?.[1];
    return id !== undefined && !existsSync(join(folder, '.shortfuse/leases', `${id}.json`));
  }
}

/** A process that is not there any more once its file system is dead. */
const dead = { pid: 2 ** 22 + 1, host: hostname(), started: '1' };

type Action = (store: LeaseStore) => Promise<unknown>;

const common = { server: [], root: [], format: 'diff', quiet: true } as const;
const patching =
  (options: Partial<PatchOptions> = {}): Action =>
  (store) =>
    patchIn(store, [], { ...common, write: true, ...options } as PatchOptions);
const reverting: Action = (store) => revertIn(store, undefined, { ...common, write: true } as RevertOptions);
const marking: Action = (store) => markIn(store, 'deployed', undefined, { quiet: true } as MarkOptions);
const finishing = patching({ finish: true });

async function run(folder: string, action: Action, fs: WritableFileSystem = realFileSystem): Promise<unknown> {
  process.chdir(folder);
  said = '';
  return action(fs === realFileSystem ? new LeaseStore(folder) : new LeaseStore(folder, fs, dead));
}

/** Without waiting for the disk. */
const quickly = (folder: string, action: Action): Promise<unknown> => run(folder, action, faultyDisk(0).fs);

async function reported(folder: string) {
  process.chdir(folder);
  said = '';
  await status(undefined, { format: 'json' });
  return JSON.parse(said) as { leases: { state: string; events: unknown[] }[] };
}

function edit(folder: string, path: string, change: (text: string) => string): void {
  const text = readFileSync(join(folder, path), 'utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  writeFileSync(join(folder, path), changed);
}

interface Scenario {
  readonly name: string;
  /** What happened before. */
  readonly prepare: (folder: string) => Promise<void>;
  readonly action: Action;
  /** Does `patch --finish` complete it? Otherwise running it again does. */
  readonly isPatch: boolean;
  /** What `revert --write` leads to at last, where that is not what was there before everything. */
  readonly undone?: Files;
}

const drifted: Files = new Map(
  [...tree].map(([path, text]) => [
    path,
    path === 'nginx.conf' ? text.replace('5m', '90s') : path === 'conf.d/a.conf' ? `# new\n${text}` : text,
  ]),
);

/** What others add to the files of a lease, for it to be extended. */
const additions = new Map(
  [8, 9].map((number, i) => [`conf.d/${'ab'[i]}.conf`, server(number, '  ssl_session_timeout 2h;\n')]),
);

const extended: Files = new Map([...tree].map(([path, text]) => [path, text + (additions.get(path) ?? '')]));

function addServers(folder: string): void {
  for (const [path, addition] of additions) edit(folder, path, (text) => text + addition);
}

const scenarios: readonly Scenario[] = [
  { name: 'patch --write', prepare: async () => undefined, action: patching(), isPatch: true },
  {
    name: 'patch --write --annotate',
    prepare: async () => undefined,
    action: patching({ annotate: true }),
    isPatch: true,
  },
  {
    name: 'revert --write',
    prepare: async (folder) => void (await quickly(folder, patching())),
    action: reverting,
    isPatch: false,
  },
  {
    name: 'revert --write with foreign edits and drift',
    prepare: async (folder) => {
      await quickly(folder, patching());
      edit(folder, 'nginx.conf', (text) => text.replace('60s', '90s'));
      edit(folder, 'conf.d/a.conf', (text) => `# new\n${text}`);
    },
    action: reverting,
    isPatch: false,
    undone: drifted,
  },
  {
    name: 'patch --extend --write',
    prepare: async (folder) => {
      await quickly(folder, patching());
      addServers(folder);
    },
    action: patching({ extend: true }),
    isPatch: true,
    undone: extended,
  },
  {
    name: 'patch --finish',
    prepare: (folder) => cutOff(folder, patching()),
    action: finishing,
    isPatch: true,
  },
  {
    name: 'patch --finish of one that extends',
    prepare: async (folder) => {
      await quickly(folder, patching());
      addServers(folder);
      await cutOff(folder, patching({ extend: true }));
    },
    action: finishing,
    isPatch: true,
    undone: extended,
  },
  {
    name: 'revert --write of a patch that was cut off',
    prepare: (folder) => cutOff(folder, patching()),
    action: reverting,
    isPatch: false,
  },
  {
    name: 'revert --write of a patch that was cut off while it extended one',
    prepare: async (folder) => {
      await quickly(folder, patching());
      addServers(folder);
      await cutOff(folder, patching({ extend: true }));
    },
    action: reverting,
    isPatch: false,
    undone: extended,
  },
];

/** Kills an action when one of several files is written. */
async function cutOff(folder: string, action: Action): Promise<void> {
  const before = filesIn(folder);
  for (let last = 1; ; last++) {
    const copy = copyOf(folder);
    const disk = faultyDisk(last);
    await run(copy, action, disk.fs).catch(() => undefined);
    const now = filesIn(copy);
    const isHalfDone = [...before].filter(([path, text]) => now.get(path) !== text).length === 1;
    process.chdir(home);
    if (isHalfDone) cpSync(copy, folder, { recursive: true });
    remove(copy);
    if (isHalfDone) return;
    expect(disk.failedAt(), 'it is never half done').toBeDefined();
  }
}

/** What happens at one place after the other. */
interface Failure {
  readonly title: string;
  /** What a call fails with; absent where the process is killed. */
  readonly codeAt?: (place: number) => string;
  readonly error: new (...args: never[]) => Error;
  readonly of: readonly Scenario[];
}

const failures: readonly Failure[] = [
  { title: 'killed', error: Killed, of: scenarios },
  {
    title: 'failing',
    codeAt: (place) => (place % 2 === 0 ? 'ENOSPC' : 'EACCES'),
    // What a person can put right is told as such, without a trace.
    error: UsageError,
    of: scenarios.filter(({ name }) =>
      /^(?:patch --write|revert --write with|patch --extend|patch --finish)/.test(name),
    ),
  },
];

describe.each(failures)('$title at every call', ({ codeAt, error, of }) => {
  test.each(of)(
    '$name: every file is old or new, and both ways out are open',
    { timeout: 240_000 },
    async (scenario) => {
      const { prepare, action, isPatch, undone = tree } = scenario;
      const template = folderOf(tree);
      await prepare(template);
      const before = filesIn(template);
      const through = copyOf(template);
      await quickly(through, action);
      const after = filesIn(through);
      remove(through);
      expect(after).not.toEqual(before);

      let last = 1;
      for (; ; last++) {
        const folder = copyOf(template);
        const code = codeAt?.(last);
        const disk = faultyDisk(last, code);
        const outcome = await run(folder, action, disk.fs).then(
          () => 'through',
          (thrown: unknown) => thrown,
        );
        const place = `change ${last}, ${disk.failedAt()}`;
        if (disk.failedAt() === undefined) {
          expect(outcome).toBe('through');
          remove(folder);
          break;
        }
        // A file that need not go is no reason to fail.
        if (code === undefined || outcome !== 'through') expect(outcome, place).toBeInstanceOf(error);
        await checkState(folder, place, before, after, code === undefined);

        const { leases } = new LeaseStore(folder).read();
        const isUnfinished = leases[0]?.lease.pending !== undefined;
        const other = copyOf(folder);
        // One way out completes it.
        if (isPatch && isUnfinished) await quickly(folder, finishing);
        else if (isPatch && isSame(filesIn(folder), after)) await quickly(folder, marking);
        else await quickly(folder, action);
        expect(filesIn(folder), `${place}, completed`).toEqual(after);
        if (isPatch || leases.length > 0) expect(leftovers(folder), `${place}, completed`).toEqual([]);
        if (isPatch) {
          expect((await reported(folder)).leases[0]?.state, place).toBe('in-place');
          await quickly(folder, reverting);
          expect(filesIn(folder), `${place}, completed and taken back`).toEqual(undone);
        }
        // The other one undoes it.
        await quickly(other, reverting);
        expect(filesIn(other), `${place}, undone`).toEqual(undone);
        if (leases.length > 0) expect(leftovers(other), `${place}, undone`).toEqual([]);
        remove(folder, other);
      }
      expect(last).toBeGreaterThan(50);
      remove(template);
    },
  );
});

/** Every file is as before or as after, the lease can be read, and `status` says what is the case. */
async function checkState(
  folder: string,
  place: string,
  before: Files,
  after: Files,
  isKilled: boolean,
): Promise<void> {
  for (const [path, text] of filesIn(folder))
    if (!isKilled || !path.endsWith('.tmp'))
      expect([before.get(path), after.get(path)], `${place}: ${path}`).toContain(text);
  const { leases, broken } = new LeaseStore(folder).read();
  expect(broken, place).toEqual([]);
  expect(leases.length, place).toBeLessThan(2);
  const report = await reported(folder);
  const states = report.leases.map(({ state }) => state === 'unfinished');
  expect(states, place).toEqual(leases.map(({ lease }) => lease.pending !== undefined));
}

test('mark, killed at every call, has recorded the event or not', async () => {
  const template = folderOf(tree);
  await quickly(template, patching());
  const seen = new Set<number>();
  for (let last = 1; ; last++) {
    const folder = copyOf(template);
    const disk = faultyDisk(last);
    await run(folder, marking, disk.fs).catch(() => undefined);
    const [lease, ...others] = (await reported(folder)).leases;
    expect(others).toEqual([]);
    expect(lease?.state).toBe('in-place');
    seen.add(lease?.events.length ?? -1);
    await quickly(folder, marking);
    expect((await reported(folder)).leases[0]?.events.length).toBe((lease?.events.length ?? 0) + 1);
    expect(leftovers(folder)).toEqual([]);
    remove(folder);
    if (disk.failedAt() === undefined) break;
  }
  expect([...seen].sort()).toEqual([0, 1]);
  remove(template);
});

function isSame(a: Files, b: Files): boolean {
  return a.size === b.size && [...a].every(([path, text]) => b.get(path) === text);
}

describe('the built command', () => {
  const rounds = Number(process.env['SHORTFUSE_KILLS'] ?? 25);
  const many: Files = new Map([
    ['nginx.conf', 'events {}\nhttp {\n  include conf.d/*.conf;\n}\n'],
    ...Array.from({ length: 36 }, (_, i) => [`conf.d/${i}.conf`, server(i, '  ssl_session_timeout 1d;\n')] as const),
  ]);
  const patched: Files = new Map([...many].map(([path, text]) => [path, text.replace('1d', '60s')]));
  let built: { readonly path: string; remove(): void };
  beforeAll(async () => {
    built = await buildCommand();
  });
  afterAll(() => built.remove());

  /** Kills the command once `isTime`, and lets it end where nothing is given. Gives how it ended. */
  function start(
    folder: string,
    args: readonly string[],
    isTime?: () => boolean,
  ): Promise<number | NodeJS.Signals | null> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [built.path, ...args], {
        cwd: folder,
        env: { PATH: process.env['PATH'] ?? '' },
        stdio: 'ignore',
      });
      const watch = isTime
        ? setInterval(() => {
            if (isTime()) child.kill('SIGKILL');
          }, 1)
        : undefined;
      child.on('error', reject);
      child.on('close', (code, signal) => {
        clearInterval(watch);
        resolve(signal ?? code);
      });
    });
  }

  test(`killed ${rounds} times at random`, { timeout: 60_000 + rounds * 10_000 }, async () => {
    const folder = folderOf(many);
    const tally = { killed: 0, halfDone: 0 };
    let random = 1;
    const next = (below: number): number => {
      random = (random * 48_271) % 2_147_483_647;
      return random % below;
    };
    /** Some time after the lock is there, or when a certain file was written: not on every machine are both met by chance. */
    const momentIn = (round: number): (() => boolean) => {
      const lock = join(folder, '.shortfuse/local/lock');
      const afterMs = next(60);
      let since: number | undefined;
      if (round % 2 === 0)
        return () => {
          if (since === undefined && existsSync(lock)) since = performance.now();
          return since !== undefined && performance.now() >= since + afterMs;
        };
      const path = join(folder, `conf.d/${next(36)}.conf`);
      const text = readFileSync(path, 'utf8');
      return () => readFileSync(path, 'utf8') !== text;
    };
    for (let round = 0; round < rounds; round++) {
      const { lease } = new LeaseStore(folder).read().leases[0] ?? {};
      const kind = lease?.pending?.kind ?? (lease ? 'revert' : 'patch');
      const args = kind === 'revert' ? ['revert', '--write'] : lease ? ['patch', '--finish'] : ['patch', '--write'];
      const ended = await start(folder, args, momentIn(round));
      if (ended === 'SIGKILL') tally.killed++;
      else expect(ended, args.join(' ')).toBe(0);
      const now = filesIn(folder);
      let fresh = 0;
      for (const [path, text] of now) {
        if (path.endsWith('.tmp')) continue;
        expect([many.get(path), patched.get(path)], path).toContain(text);
        if (text === patched.get(path) && text !== many.get(path)) fresh++;
      }
      expect([...many.keys()].every((path) => now.has(path))).toBe(true);
      const { leases, broken } = new LeaseStore(folder).read();
      expect(broken).toEqual([]);
      const isHalfDone = fresh > 0 && fresh < 36;
      if (isHalfDone) {
        tally.halfDone++;
        expect(leases[0]?.lease.pending).toBeDefined();
      }
      if (fresh > 0) expect(leases.length).toBe(1);
    }
    await run(folder, reverting);
    expect(filesIn(folder)).toEqual(many);
    await run(folder, patching());
    expect(filesIn(folder)).toEqual(patched);
    await run(folder, reverting);
    expect(filesIn(folder)).toEqual(many);
    expect(leftovers(folder)).toEqual([]);
    // Many were killed while they held the lock, some between two files.
    expect(tally.killed).toBeGreaterThan(rounds / 3);
    if (rounds >= 25) expect(tally.halfDone).toBeGreaterThan(0);
    remove(folder);
  });

  test('several at once do not mix', { timeout: 120_000 }, async () => {
    const folder = folderOf(many);
    for (let round = 0; round < 3; round++) {
      const patches = await Promise.all([1, 2, 3].map(() => start(folder, ['patch', '--write'])));
      // One writes; the others find its lease or its lock, or nothing left to do.
      expect(patches.filter((code) => code !== 0 && code !== 2)).toEqual([]);
      expect(patches).toContain(0);
      expect(filesIn(folder)).toEqual(patched);
      expect(new LeaseStore(folder).read().leases.map(({ lease }) => lease.pending)).toEqual([undefined]);

      const mixed = await Promise.all([
        start(folder, ['revert', '--write']),
        start(folder, ['patch', '--write']),
        start(folder, ['mark', 'deployed']),
        start(folder, ['revert', '--write']),
      ]);
      expect(mixed.filter((code) => code !== 0 && code !== 2)).toEqual([]);
      const { leases } = new LeaseStore(folder).read();
      expect(leases.map(({ lease }) => lease.pending)).toEqual(leases.map(() => undefined));
      expect(filesIn(folder)).toEqual(leases.length === 0 ? many : patched);
      await run(folder, reverting);
      expect(filesIn(folder)).toEqual(many);
    }
    remove(folder);
  });
});
