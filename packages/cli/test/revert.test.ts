import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildCommand, type Run, run } from './run.js';

let command = '';
const cleanUp: (() => void)[] = [];
beforeAll(async () => {
  const built = await buildCommand();
  command = built.path;
  cleanUp.push(built.remove);
});
afterAll(() => {
  for (const remove of cleanUp) remove();
});

const server = (number: number, lines: string): string =>
  `server {\n  listen 10.0.0.${number}:443 ssl;\n  server_name s${number}.example;\n  ssl_certificate c;\n  ssl_certificate_key k;\n${lines}}\n`;
const main = 'events {}\nhttp {\n  include conf.d/*.conf;\n}\n';

function tree(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-revert-'));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, '.git'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const shortfuse = (cwd: string, ...args: readonly string[]): Promise<Run> => run(command, args, { cwd });
const read = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8');
const change = (folder: string, path: string, edit: (text: string) => string): void =>
  writeFileSync(join(folder, path), edit(read(folder, path)));

async function patchedTree(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = tree(files);
  const { status, stderr } = await shortfuse(folder, 'patch', '--write');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return folder;
}

function leaseIn(folder: string): { readonly path: string; readonly lease: Record<string, unknown> } {
  const [name = ''] = readdirSync(join(folder, '.shortfuse/leases')).filter((each) => each.endsWith('.json'));
  const path = join('.shortfuse/leases', name);
  return { path, lease: JSON.parse(read(folder, path)) };
}

test('a renamed file that others edited is found by what the lease wrote', async () => {
  const folder = await patchedTree({ 'nginx.conf': main, 'conf.d/a.conf': server(1, '  ssl_session_timeout 1d;\n') });
  renameSync(join(folder, 'conf.d/a.conf'), join(folder, 'conf.d/b.conf'));
  change(folder, 'conf.d/b.conf', (text) => `# new\n${text}`);
  const { status, stdout } = await shortfuse(folder, 'revert', '--write');
  expect(stdout).toContain('conf.d/b.conf (was conf.d/a.conf): taken back 1 of 1');
  expect(status).toBe(0);
  expect(read(folder, 'conf.d/b.conf')).toBe(`# new\n${server(1, '  ssl_session_timeout 1d;\n')}`);
});

test.each([
  { name: 'the same text', other: '  ssl_session_timeout 60s;\n' },
  { name: 'the same place', other: '  ssl_session_timeout 60s;\n  # ours\n' },
])('a file that had $name from the start is not what a deleted one was renamed to', async ({ other }) => {
  const folder = await patchedTree({
    'nginx.conf': main,
    'conf.d/a.conf': server(1, '  ssl_session_timeout 1d;\n'),
    'conf.d/other.conf': server(1, other),
  });
  rmSync(join(folder, 'conf.d/a.conf'));
  const { status, stdout } = await shortfuse(folder, 'revert', '--write');
  expect(stdout).toContain('conf.d/a.conf:6: left alone: the file is gone');
  expect(status).toBe(1);
  expect(read(folder, 'conf.d/other.conf')).toBe(server(1, other));
});

test('a file with an error is left alone', async () => {
  const folder = await patchedTree({ 'nginx.conf': main, 'conf.d/a.conf': server(1, '  ssl_session_timeout 1d;\n') });
  change(folder, 'conf.d/a.conf', (text) => `${text}}\n`);
  const before = read(folder, 'conf.d/a.conf');
  const { status, stdout } = await shortfuse(folder, 'revert', '--write');
  expect(stdout).toContain('left alone: the file has an error now');
  expect(status).toBe(1);
  expect(read(folder, 'conf.d/a.conf')).toBe(before);
});

test('an edit whose listener others decide now goes back, and that is said', async () => {
  const folder = await patchedTree({
    'nginx.conf': main.replace('  include', '  ssl_session_timeout 10m;\n  include'),
    'conf.d/a.conf': server(1, ''),
    'conf.d/b.conf': server(2, ''),
  });
  change(folder, 'conf.d/a.conf', (text) => text.replace('}', '  ssl_session_timeout 2h;\n}'));
  change(folder, 'nginx.conf', (text) => `# new\n${text}`);
  const { status, stdout } = await shortfuse(folder, 'revert', '--write');
  expect(read(folder, 'nginx.conf')).toContain('ssl_session_timeout 10m;');
  expect(stdout).toContain(
    's1.example would last 7200 s and lasted 600 s before the patch: something else was changed, too',
  );
  expect(status).toBe(1);
});

test('a folder in place of a file, and files that may not be written', async () => {
  const files = { 'nginx.conf': main, 'conf.d/a.conf': server(1, '  ssl_session_timeout 1d;\n') };
  const folder = await patchedTree(files);
  rmSync(join(folder, 'conf.d/a.conf'));
  mkdirSync(join(folder, 'conf.d/a.conf'));
  for (const args of [['status'], ['revert'], ['revert', '--write']]) {
    const { stderr, stdout } = await shortfuse(folder, ...args);
    expect(stderr).not.toContain('itself is at fault');
    expect(stdout + stderr).toContain('conf.d/a.conf');
  }
  // Root may do everything.
  if (process.getuid?.() === 0) return;
  const closed = tree(files);
  chmodSync(join(closed, 'conf.d'), 0o555);
  const { status, stderr } = await shortfuse(closed, 'patch', '--write');
  chmodSync(join(closed, 'conf.d'), 0o755);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^error: EACCES: permission denied, .*\n {2}help: nothing is changed; /);
  expect(read(closed, 'conf.d/a.conf')).toBe(files['conf.d/a.conf']);
  expect(readdirSync(join(closed, '.shortfuse'))).toEqual(['local']);
});

test('hard links are told of', async () => {
  const folder = tree({ 'nginx.conf': main, 'conf.d/a.conf': server(1, '  ssl_session_timeout 1d;\n') });
  linkSync(join(folder, 'conf.d/a.conf'), join(folder, 'a.bak'));
  const { stdout } = await shortfuse(folder, 'patch', '--write');
  expect(stdout).toContain('conf.d/a.conf is a hard link: its 1 other name goes on naming the file as it was');
});

test.each<{ name: string; damage: (lease: Record<string, unknown>, text: string) => string; says: string }>([
  {
    name: 'of another version',
    damage: (lease) => JSON.stringify({ ...lease, schemaVersion: 2 }),
    says: 'is of another version',
  },
  {
    name: 'with conflict markers',
    damage: (_, text) => `<<<<<<< HEAD\n${text}=======\n>>>>>>> main\n`,
    says: 'was it merged by hand?',
  },
  { name: 'that is cut off', damage: (_, text) => text.slice(0, 100), says: 'is no JSON' },
  {
    name: 'under another name',
    damage: (lease) => JSON.stringify({ ...lease, id: '2020-01-01-000000' }),
    says: 'was it copied or renamed?',
  },
  {
    name: 'that names files of others as its own',
    damage: (lease) =>
      JSON.stringify({
        ...lease,
        companions: [
          {
            file: `.shortfuse/leases/${lease['id']}/../../../nginx.conf`,
            server: 'nginx',
            purpose: 'x',
            use: 'apply',
            isRequired: false,
          },
        ],
      }),
    says: 'names a companion outside of its own folder',
  },
])('a lease $name stops everything, with its place', async ({ damage, says }) => {
  const folder = await patchedTree({ 'nginx.conf': main, 'conf.d/a.conf': server(1, '  ssl_session_timeout 1d;\n') });
  const { path, lease } = leaseIn(folder);
  writeFileSync(join(folder, path), damage(lease, read(folder, path)));
  const before = read(folder, 'conf.d/a.conf');
  for (const args of [['status'], ['revert', '--write'], ['patch', '--write'], ['mark', 'deployed']]) {
    const { status, stderr } = await shortfuse(folder, ...args);
    if (args[0] === 'patch' && status === 0) continue;
    expect(stderr, args.join(' ')).toContain(says);
    expect(stderr, args.join(' ')).toContain(path);
    expect(status).toBe(2);
  }
  expect(read(folder, 'conf.d/a.conf')).toBe(before);
  expect(read(folder, 'nginx.conf')).toBe(main);
});
