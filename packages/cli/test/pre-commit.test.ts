import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Checkout, projectRoot } from './action-runner.js';
import { buildCommand } from './run.js';

const isInstalled = spawnSync('pre-commit', ['--version']).status === 0;
if (!isInstalled) process.stderr.write('skipped: pre-commit is not installed, so the hooks are not tried\n');

const folder = mkdtempSync(join(tmpdir(), 'shortfuse-pre-commit-'));
/** The project as pre-commit clones it, as far as the hooks need it. */
const hooks = join(folder, 'hooks');
const program = join(folder, 'shortfuse');
let removeCommand = (): void => undefined;

beforeAll(async () => {
  if (!isInstalled) return;
  const built = await buildCommand();
  removeCommand = built.remove;
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${built.path}' "$@"\n`);
  chmodSync(program, 0o755);
  for (const path of ['.pre-commit-hooks.yaml', 'templates/pre-commit', 'packages/cli/package.json']) {
    mkdirSync(dirname(join(hooks, path)), { recursive: true });
    cpSync(join(projectRoot, path), join(hooks, path), { recursive: true });
  }
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: hooks });
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'hooks');
  git('tag', 'v1.0.0');
});
afterAll(() => {
  removeCommand();
  rmSync(folder, { recursive: true });
});

const site = (lifetime: string, address = '10.0.0.1:443'): string =>
  `server {\n    listen ${address} ssl;\n    ssl_certificate a.crt;\n    ssl_certificate_key a.key;\n    ssl_session_timeout ${lifetime};\n}\n`;
const config = (args = ''): string =>
  `repos:\n  - repo: file://${hooks}\n    rev: v1.0.0\n    hooks:\n      - id: shortfuse-lint\n${args}`;

/** Commits what is staged in a checkout whose hook is in place; pre-commit keeps its own files in our folder. */
function commit(checkout: Checkout, env: Readonly<Record<string, string>> = { SHORTFUSE_COMMAND: program }) {
  const { status, stdout, stderr } = spawnSync(
    'git',
    ['-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '--quiet', '--message', 'next'],
    {
      cwd: checkout.root,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: folder, PRE_COMMIT_HOME: join(folder, 'cache'), ...env },
    },
  );
  return { status, log: stdout + stderr };
}

function checkoutWithHook(files: Readonly<Record<string, string>>, args = ''): Checkout {
  const checkout = new Checkout({ '.pre-commit-config.yaml': config(args), ...files });
  execFileSync('pre-commit', ['install'], {
    cwd: checkout.root,
    env: { ...process.env, PRE_COMMIT_HOME: join(folder, 'cache') },
    stdio: 'pipe',
  });
  return checkout;
}

test.skipIf(!isInstalled)('pre-commit reads the manifest and the recipe without complaint', () => {
  execFileSync('pre-commit', ['validate-manifest', join(projectRoot, '.pre-commit-hooks.yaml')], { stdio: 'pipe' });
  const recipe = readFileSync(join(projectRoot, 'docs/recipes/README.md'), 'utf8');
  const yaml = /## pre-commit\n+```yaml\n([\s\S]*?)```/.exec(recipe)?.[1] ?? '';
  writeFileSync(join(folder, 'recipe.yaml'), yaml);
  execFileSync('pre-commit', ['validate-config', join(folder, 'recipe.yaml')], { stdio: 'pipe' });
  const ids = parse(readFileSync(join(projectRoot, '.pre-commit-hooks.yaml'), 'utf8')).map(
    ({ id }: { id: string }) => id,
  );
  for (const { hooks } of parse(yaml).repos) for (const { id } of hooks) expect(ids).toContain(id);
});

test.skipIf(!isInstalled)('a commit is held back by what it changes, and only by that', () => {
  const checkout = checkoutWithHook({
    'old.conf': site('1d', '10.0.0.2:443'),
    'new.conf': site('60s'),
    'README.md': 'x\n',
  });
  try {
    checkout.write({ 'README.md': 'y\n', 'new.conf': site('30s') });
    checkout.git('add', '--all');
    expect(commit(checkout)).toMatchObject({ status: 0, log: expect.stringContaining('Passed') });
    checkout.write({ 'new.conf': site('2d') });
    checkout.git('add', '--all');
    const refused = commit(checkout);
    expect(refused.status).toBe(1);
    expect(refused.log).toMatch(/TLS session lifetimes\.+Failed/);
    expect(refused.log).toContain('new.conf:5:');
    expect(refused.log).not.toContain('old.conf:5:');
    // What is not staged is not committed, so it does not count.
    checkout.write({ 'new.conf': site('60s') });
    checkout.git('add', '--all');
    checkout.write({ 'new.conf': site('3d'), 'README.md': 'z\n' });
    checkout.git('add', 'README.md');
    expect(commit(checkout).status).toBe(0);
    expect(checkout.read('new.conf')).toBe(site('3d'));
  } finally {
    checkout.remove();
  }
});

test.skipIf(!isInstalled)('with arguments, it judges what they say', () => {
  const checkout = checkoutWithHook(
    { 'old.conf': site('1d', '10.0.0.2:443'), 'a/new.conf': site('60s') },
    '        args: [a, old.conf]\n',
  );
  try {
    checkout.write({ 'README.md': 'y\n' });
    checkout.git('add', '--all');
    const { status, log } = commit(checkout);
    expect(status).toBe(1);
    expect(log).toContain('old.conf:5:');
  } finally {
    checkout.remove();
  }
});

test.skipIf(!isInstalled)('without a command, npx is asked for the version of the hooks', () => {
  const checkout = checkoutWithHook({ 'new.conf': site('60s') });
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\nprintf '%s\\n' "$@" >'${folder}/npx-asked'\n`);
  chmodSync(join(bin, 'npx'), 0o755);
  try {
    checkout.write({ 'new.conf': site('30s') });
    checkout.git('add', '--all');
    expect(commit(checkout, { PATH: `${bin}:${process.env['PATH']}` }).status).toBe(0);
    const { version } = JSON.parse(readFileSync(join(projectRoot, 'packages/cli/package.json'), 'utf8'));
    expect(readFileSync(join(folder, 'npx-asked'), 'utf8')).toBe(
      `--yes\nshortfuse@${version}\nlint\n--changed-since\nHEAD\n`,
    );
  } finally {
    checkout.remove();
  }
});

test('before the first commit everything is judged', () => {
  const empty = mkdtempSync(join(folder, 'empty-'));
  execFileSync('git', ['init', '--quiet'], { cwd: empty });
  const asked = join(empty, 'asked');
  const fake = join(empty, 'fake');
  writeFileSync(fake, `#!/bin/sh\nprintf '%s\\n' "$@" >'${asked}'\n`);
  chmodSync(fake, 0o755);
  const script = join(projectRoot, 'templates/pre-commit/lint.sh');
  execFileSync(script, [], { cwd: empty, env: { PATH: process.env['PATH'], SHORTFUSE_COMMAND: fake } });
  expect(readFileSync(asked, 'utf8')).toBe('lint\n');
  execFileSync(script, ['a b', '--quiet'], { cwd: empty, env: { PATH: process.env['PATH'], SHORTFUSE_COMMAND: fake } });
  expect(readFileSync(asked, 'utf8')).toBe('lint\na b\n--quiet\n');
});
