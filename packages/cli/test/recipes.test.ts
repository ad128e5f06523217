import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { actionFile, Checkout, FakeGithub, projectRoot, runScript, runStep } from './action-runner.js';
import { githubValidators, gitlabValidator } from './published-schemas.js';
import { buildCommand, run } from './run.js';

const github = await githubValidators();
const gitlab = await gitlabValidator();
for (const [validator, name] of [
  [github, '@actions/workflow-parser'],
  [gitlab, 'gitlab-ci-local'],
] as const)
  if (!validator) process.stderr.write(`skipped: ${name} is not installed, so its published schema is not asked\n`);

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly steps: readonly {
          readonly uses?: string;
          readonly run?: string;
          readonly with?: Readonly<Record<string, string>>;
        }[];
      }
    >
  >;
}

const text = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');
const version: string = JSON.parse(text('packages/cli/package.json')).version;
const recipes = readdirSync(join(projectRoot, 'docs/recipes')).filter((name) => name.startsWith('github-'));

let command = '';
let program = '';
let removeCommand = (): void => undefined;
const folder = mkdtempSync(join(tmpdir(), 'shortfuse-recipes-'));
beforeAll(async () => {
  const built = await buildCommand();
  command = built.path;
  removeCommand = built.remove;
  program = join(folder, 'shortfuse');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${command}' "$@"\n`);
  chmodSync(program, 0o755);
});
afterAll(() => {
  removeCommand();
  rmSync(folder, { recursive: true });
});

const nginxConf = (lifetime: string): string =>
  `events {}\nhttp {\n    ssl_certificate a.crt;\n    ssl_certificate_key a.key;\n    ssl_session_timeout ${lifetime};\n` +
  '    server {\n        listen 10.0.0.1:443 ssl;\n    }\n}\n';

/** The step of a workflow that runs shortfuse, and what it is given. */
function shortfuseStep(name: string): Readonly<Record<string, string>> {
  const workflow: Workflow = parse(text(`docs/recipes/${name}`));
  for (const { steps } of Object.values(workflow.jobs))
    for (const { uses, with: given } of steps) if (uses?.startsWith('shortfuse/')) return given ?? {};
  throw new Error(`${name} does not run shortfuse`);
}

test.skipIf(!github)('GitHub reads the action and the workflows without complaint', () => {
  expect(github?.action('action.yml', text('action.yml'))).toEqual([]);
  expect(github?.action('action.yml', text('action.yml').replace('using: composite', 'using: composit'))).not.toEqual(
    [],
  );
  expect(recipes).toHaveLength(3);
  for (const name of recipes) {
    expect(github?.workflow(name, text(`docs/recipes/${name}`)), name).toEqual([]);
    expect(github?.workflow(name, text(`docs/recipes/${name}`).replace('runs-on:', 'run-on:')), name).not.toEqual([]);
  }
});

test.each(recipes)('%s: gives the action inputs that it has, and has the permissions that it needs', (name) => {
  const workflow: Workflow = parse(text(`docs/recipes/${name}`));
  const given = shortfuseStep(name);
  for (const input of Object.keys(given)) expect(Object.keys(actionFile.inputs)).toContain(input);
  const mode = given['mode'] ?? 'lint';
  expect(workflow.permissions['contents']).toBe(mode === 'lint' ? 'read' : 'write');
  expect(workflow.permissions['pull-requests']).toBe('write');
  // Each is of this version, and no expression is part of a script.
  for (const { steps } of Object.values(workflow.jobs))
    for (const { uses, run } of steps) {
      if (uses?.startsWith('shortfuse/')) expect(uses).toBe(`shortfuse/shortfuse@v${version}`);
      expect(run ?? '').not.toContain('${{');
    }
});

test('github-patch.yml: started by hand, it opens a pull request', async () => {
  const dispatch = (parse(text('docs/recipes/github-patch.yml')).on.workflow_dispatch.inputs ?? {}) as Readonly<
    Record<string, { readonly default?: string; readonly required?: boolean }>
  >;
  const typed: Readonly<Record<string, string>> = { ticket: 'CHG0042', reason: 'inspection' };
  const given = Object.fromEntries(
    Object.entries(shortfuseStep('github-patch.yml')).map(([name, value]) => [
      name,
      value.replace(/\$\{\{ inputs\.(\S+) \}\}/g, (_, input: string) => {
        expect(Object.keys(dispatch)).toContain(input);
        return typed[input] ?? dispatch[input]?.default ?? '';
      }),
    ]),
  );
  const checkout = new Checkout({ 'nginx.conf': nginxConf('1d') });
  const fake = await FakeGithub.start(checkout.bare);
  try {
    const env = { GITHUB_API_URL: fake.url, SHORTFUSE_NOW: '2026-03-02T08:00:00Z' };
    const patched = await runStep('run', { command, token: 'secret-token', ...given }, { cwd: checkout.root, env });
    expect(patched).toMatchObject({ status: 0, outputs: { changed: 'true' } });
    expect(fake.pulls).toMatchObject([{ title: expect.stringMatching(/^CHG0042: /), base: 'main' }]);
    checkout.merge(patched.outputs['branch'] ?? '');
    // A week later the scheduled workflow brings it back.
    const revert = { command, token: 'secret-token', ...shortfuseStep('github-revert.yml') };
    const later = { ...env, SHORTFUSE_NOW: '2026-03-09T08:00:01Z' };
    expect(await runStep('run', revert, { cwd: checkout.root, env: later })).toMatchObject({
      status: 0,
      outputs: { due: '1' },
    });
    checkout.merge(fake.pulls[1]?.head ?? '');
    expect(checkout.read('nginx.conf')).toBe(nginxConf('1d'));
  } finally {
    await fake.stop();
    checkout.remove();
  }
});

const template = 'templates/gitlab/shortfuse.gitlab-ci.yml';

test.skipIf(!gitlab)('GitLab reads the template without complaint', () => {
  expect(gitlab?.(parse(text(template)))).toEqual([]);
  expect(
    gitlab?.(parse(text(template).replace('codequality:', 'codequalitty:').replace('when: always', 'when: ever'))),
  ).not.toEqual([]);
});

/** Runs a job of the template as a runner does: `before_script` and `script` in one shell that ends at the first failure. */
function gitlabJob(job: string, cwd: string, env: Readonly<Record<string, string>>) {
  const file = parse(text(template));
  const { before_script, variables: ofBase } = file['.shortfuse'];
  const { script, variables: own } = file[job];
  const variables: Record<string, string> = { PATH: process.env['PATH'] ?? '', HOME: folder };
  for (const [name, value] of Object.entries({ ...file.variables, ...ofBase, ...own }))
    variables[name] = String(typeof value === 'object' && value !== null && 'value' in value ? value.value : value);
  return runScript([...before_script, ...script].join('\n'), cwd, { ...variables, SHORTFUSE_COMMAND: program, ...env });
}

test('GitLab: a merge request is judged by what it changes, with both reports', async () => {
  const checkout = new Checkout({ 'nginx.conf': nginxConf('60s'), 'old/nginx.conf': nginxConf('1d') });
  try {
    const base = checkout.git('rev-parse', 'HEAD');
    checkout.write({ 'README.md': 'more\n' });
    checkout.commit('a text');
    const env = { CI_MERGE_REQUEST_DIFF_BASE_SHA: base };
    expect((await gitlabJob('shortfuse:lint', checkout.root, env)).status).toBe(0);
    checkout.write({ 'nginx.conf': nginxConf('2d') });
    checkout.commit('longer');
    const { status, log } = await gitlabJob('shortfuse:lint', checkout.root, {
      ...env,
      SHORTFUSE_ARGS: '--max-warnings 9 .',
    });
    expect(status).toBe(1);
    expect(log).toContain('nginx.conf:5:');
    expect(log).not.toContain('old/nginx.conf:5:');
    const { reports } = parse(text(template))['shortfuse:lint'].artifacts;
    expect(JSON.parse(checkout.read(reports.codequality))).toMatchObject([{ location: { path: 'nginx.conf' } }]);
    expect(checkout.read(reports.junit)).toMatch(/^<\?xml .*[\s\S]*<testsuite/);
    // On the default branch everything counts.
    expect((await gitlabJob('shortfuse:lint', checkout.root, {})).log).toContain('old/nginx.conf:5:');
  } finally {
    checkout.remove();
  }
});

test('GitLab: a scheduled pipeline fails once a change should have been taken back', async () => {
  const checkout = new Checkout({ 'nginx.conf': nginxConf('1d') });
  try {
    const patched = await run(command, ['patch', '--write', '--for', '1d'], {
      cwd: checkout.root,
      env: { SHORTFUSE_NOW: '2026-03-02T08:00:00Z' },
    });
    expect(patched.status).toBe(0);
    const at = (time: string) => gitlabJob('shortfuse:leases', checkout.root, { SHORTFUSE_NOW: time });
    expect((await at('2026-03-03T07:00:00Z')).status).toBe(0);
    expect((await at('2026-03-03T08:00:01Z')).status).toBe(1);
  } finally {
    checkout.remove();
  }
});

test('GitLab: without a command, npx is asked for the version of the template', async () => {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\nprintf '%s\\n' "$@" >'${folder}/npx-asked'\n`);
  chmodSync(join(bin, 'npx'), 0o755);
  const { status } = await gitlabJob('shortfuse:leases', folder, {
    SHORTFUSE_COMMAND: '',
    PATH: `${bin}:${process.env['PATH']}`,
  });
  expect(status).toBe(0);
  expect(readFileSync(join(folder, 'npx-asked'), 'utf8').split('\n')).toEqual([
    '--yes',
    `shortfuse@${version}`,
    'status',
    '',
  ]);
});

test('what the recipes say of versions is this version', () => {
  for (const path of ['docs/recipes/README.md', template])
    for (const [, found] of text(path).matchAll(
      /\/v(\d[^/\s]*)\/|rev: v(\S+)|SHORTFUSE_VERSION:\n +value: (\S+)|#v(\S+)/g,
    ))
      if (found !== undefined) expect(found, path).toBe(version);
  expect(text(template)).toContain(`value: ${version}\n`);
  expect(text('docs/recipes/README.md')).toContain(`rev: v${version}\n`);
});

/** The stages of the Dockerfile as their instructions, lines joined. */
function dockerInstructions(): readonly (readonly [string, string])[] {
  return text('Dockerfile')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .flatMap((line) =>
      line.trim() === '' ? [] : [[line.split(' ')[0] ?? '', line.slice(line.indexOf(' ') + 1)] as const],
    );
}

test('Dockerfile: what it copies runs, as an ordinary user, with git', async () => {
  const instructions = dockerInstructions();
  const last = instructions.map(([name]) => name).lastIndexOf('FROM');
  const final = instructions.slice(last);
  expect(final[0]?.[1]).toBe('node:${NODE}-slim');
  expect(instructions.find(([name]) => name === 'ARG')?.[1]).toBe('NODE=20');
  expect(final.filter(([name]) => name === 'USER')).toEqual([['USER', 'node']]);
  expect(final.some(([name, rest]) => name === 'RUN' && / install .*\bgit\b/.test(rest))).toBe(true);

  // The build stage without its downloads: the same bundle, at the place where it is made.
  const image = join(folder, 'image');
  for (const [name, rest] of final)
    if (name === 'COPY') {
      const [from, ...paths] = rest.split(' ');
      expect(from).toBe('--from=build');
      const target = paths.pop() ?? '';
      for (const path of paths) {
        const source = path.replace(/^\/src\//, '');
        const absolute = source === 'packages/cli/dist' ? join(command, '..') : join(projectRoot, source);
        const to = target.endsWith('/') ? join(image, target, source.replace(/^.*\//, '')) : join(image, target);
        cpSync(absolute, to, { recursive: true });
      }
    }
  const entry = /ln -s (\S+) \/usr\/local\/bin\/shortfuse/.exec(final.map(([, rest]) => rest).join('\n'))?.[1] ?? '';
  const { status, stdout, stderr } = await run(join(image, entry), ['--version'], { cwd: folder });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  expect(existsSync(join(image, 'opt/shortfuse/LICENSE'))).toBe(true);
  expect(final.slice(-2)).toEqual([
    ['ENTRYPOINT', '["shortfuse"]'],
    ['CMD', '["--help"]'],
  ]);
});

test('.dockerignore lets through what the build reads, and no history or tests', () => {
  const rules = text('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  // As Docker does: the last rule that matches a path, or a folder that it is in, decides.
  const patterns = rules.map((rule) => ({
    isSent: rule.startsWith('!'),
    regex: new RegExp(
      `^${rule
        .replace(/^!/, '')
        .split('/')
        .map((part) => (part === '**' ? '(?:.+/)?' : `${part.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}/`))
        .join('')}`,
    ),
  }));
  const isSent = (path: string): boolean => patterns.findLast(({ regex }) => regex.test(`${path}/`))?.isSent ?? true;
  const tracked = execFileSync('git', ['ls-files'], { cwd: projectRoot, encoding: 'utf8', maxBuffer: 2 ** 28 }).split(
    '\n',
  );
  const needed = tracked.filter((path) =>
    /^(scripts|packages\/[^/]+\/(src|schemas))\/|^packages\/[^/]+\/(package\.json|tsconfig\.json|\w+(-\w+)*\.mjs)$/.test(
      path,
    ),
  );
  expect(needed.length).toBeGreaterThan(100);
  expect(needed.filter((path) => !isSent(path))).toEqual([]);
  for (const path of [
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'tsconfig.json',
    'tsconfig.base.json',
    'LICENSE',
  ])
    expect(isSent(path), path).toBe(true);
  for (const path of [
    '.git/config',
    'node_modules/x/y.js',
    'packages/cli/node_modules/x',
    'packages/cli/dist/a.js',
    'packages/cli/test/run.ts',
    'docs/x.md',
  ])
    expect(isSent(path), path).toBe(false);
});
