import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { actionFile, Checkout, FakeGithub, projectRoot, runStep } from './action-runner.js';
import { buildCommand, run } from './run.js';

const files = {
  'nginx/nginx.conf': `events {}
http {
    ssl_certificate shop.crt;
    ssl_certificate_key shop.key;
    ssl_session_cache shared:TLS:1m;
    ssl_session_timeout 1d;
    server {
        listen 10.0.0.1:443 ssl;
        server_name shop.example;
    }
    include sites/*.conf;
}
`,
  'nginx/sites/blog.conf': `server {
    listen 10.0.0.2:443 ssl;
    server_name blog.example;
    ssl_session_timeout 30m;
}
`,
};

let command = '';
let removeCommand = (): void => undefined;
let checkout: Checkout;
let github: FakeGithub;

beforeAll(async () => {
  const built = await buildCommand();
  command = built.path;
  removeCommand = built.remove;
});
afterAll(() => removeCommand());
beforeEach(async () => {
  checkout = new Checkout(files);
  github = await FakeGithub.start(checkout.bare);
});
afterEach(async () => {
  await github.stop();
  checkout.remove();
});

/** Runs the action in the checkout at a time. */
function action(inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  return runStep(
    'run',
    { command, token: 'secret-token', ...inputs },
    {
      cwd: checkout.root,
      env: { GITHUB_API_URL: github.url, SHORTFUSE_NOW: '2026-03-02T08:00:00Z', TZ: 'UTC', ...env },
    },
  );
}

async function shortfuse(...args: string[]): Promise<void> {
  const { status, stderr } = await run(command, args, {
    cwd: checkout.root,
    env: { SHORTFUSE_NOW: '2026-03-02T08:00:00Z', TZ: 'UTC' },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}

/** A patch that was merged long ago. */
async function mergedPatch(duration = '1d'): Promise<string> {
  await shortfuse(
    'patch',
    '--write',
    '--ticket',
    'CHG0042',
    '--reason',
    'inspection of *inbound* TLS',
    '--for',
    duration,
  );
  checkout.commit('CHG0042');
  checkout.git('push', '--quiet', 'origin', 'HEAD:main');
  return checkout.git('ls-files', '.shortfuse').replace(/^.*\/|\.json$/g, '');
}

test('every input reaches the scripts, and no expression is part of a script', () => {
  const run = actionFile.runs.steps.find(({ id }) => id === 'run');
  const given = Object.values(run?.env ?? {}).join('\n');
  const elsewhere = ['working-directory', 'version', 'node-version', 'upload-sarif'];
  for (const name of Object.keys(actionFile.inputs))
    if (!elsewhere.includes(name)) {
      expect(given).toMatch(new RegExp(`inputs\\.${name}( |$)`, 'm'));
      expect(Object.keys(run?.env ?? {})).toContain(`INPUT_${name.toUpperCase().replaceAll('-', '_')}`);
    }
  for (const { run } of actionFile.runs.steps) expect(run ?? '').not.toContain('${{');
});

test('patch: a branch with the change and its lease, and a pull request that says what to do', async () => {
  const before = checkout.git('rev-parse', 'HEAD');
  const { status, log, outputs, summary } = await action({
    mode: 'patch',
    ticket: 'CHG0042',
    reason: 'the firewall sees\nevery `handshake` <b>first</b>',
    for: '3d',
    labels: 'tls, temporary',
    reviewers: 'anna\nshop/network',
    draft: 'true',
  });
  expect({ status, log }).toMatchObject({
    status: 0,
    log: expect.stringContaining('::notice title=shortfuse::lease 2026-03-02-'),
  });
  const lease = outputs['lease'] ?? '';
  const branch = `shortfuse/patch-${lease}`;
  expect(outputs).toEqual({
    changed: 'true',
    refused: '0',
    lease: expect.stringMatching(/^2026-03-02-/),
    branch,
    'pull-request-number': '1',
    'pull-request-url': 'https://github.example/shop/config/pull/1',
  });
  const [pull] = github.pulls;
  expect(pull).toMatchObject({ head: branch, base: 'main', draft: true });
  expect(pull?.title).toBe('CHG0042: Shorten TLS sessions to 60 s for the switch to inspection');
  expect(pull?.body).toContain('| `nginx/nginx.conf:6` | `1d` | `60s` | `shop.example` |');
  expect(pull?.body).toContain('> the firewall sees\n> every \\`handshake\\` \\<b\\>first\\</b\\>');
  expect(pull?.body).toContain(`shortfuse mark deployed ${lease}`);
  expect(pull?.body).toContain('`nginx -t`');
  expect(summary).toContain(pull?.body);
  expect(github.further).toEqual([
    'POST issues/1/labels {"labels":["tls","temporary"]}',
    'POST pulls/1/requested_reviewers {"reviewers":["anna"],"team_reviewers":["network"]}',
  ]);
  // The checkout is as it was.
  expect(checkout.git('rev-parse', 'HEAD')).toBe(before);
  expect(checkout.git('symbolic-ref', '--short', 'HEAD')).toBe('main');
  expect(checkout.git('status', '--porcelain')).toBe('');
  expect(checkout.git('ls-tree', '-r', '--name-only', `origin/${branch}`).split('\n')).toEqual([
    `.shortfuse/leases/${lease}.json`,
    ...Object.keys(files),
  ]);
  expect(checkout.git('log', '-1', '--format=%an <%ae>%n%s', `origin/${branch}`)).toBe(
    'github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>\n' +
      'CHG0042: Shorten TLS sessions to 60 s for the switch to inspection',
  );
  checkout.merge(branch);
  expect(checkout.read('nginx/nginx.conf')).toContain('ssl_session_timeout 60s;');
  // What was merged is a lease that can be taken back.
  await shortfuse('revert', '--write', lease);
  expect(checkout.read('nginx/nginx.conf')).toBe(files['nginx/nginx.conf']);
});

test('patch: only the paths and options that were asked for', async () => {
  const { status } = await action(
    {
      mode: 'patch',
      paths: 'nginx/nginx.conf',
      target: '10m',
      args: '--annotate\n--define=X=1',
      branch: 'temporary/ten-minutes',
      base: 'main',
      title: 'Ten minutes',
      author: 'Anna Beispiel <anna@example.org>',
    },
    { GITHUB_REF_TYPE: 'tag', GITHUB_REF_NAME: 'v1' },
  );
  expect(status).toBe(0);
  expect(github.pulls).toMatchObject([{ head: 'temporary/ten-minutes', title: 'Ten minutes' }]);
  const text = checkout.git('show', 'origin/temporary/ten-minutes:nginx/nginx.conf');
  expect(text).toMatch(/# .*shortfuse.*\n {4}ssl_session_timeout 600s;/);
  expect(checkout.git('log', '-1', '--format=%an <%ae>', 'origin/temporary/ten-minutes')).toBe(
    'Anna Beispiel <anna@example.org>',
  );
});

test('patch: nothing to do is no pull request', async () => {
  const { status, log, outputs } = await action({ mode: 'patch', target: '2d' });
  expect({ status, outputs }).toEqual({ status: 0, outputs: { changed: 'false', refused: '0' } });
  expect(log).toContain('no file needs a change');
  expect(github.pulls).toEqual([]);
});

test('patch: what cannot be brought to the target fails the step and stands in the pull request', async () => {
  checkout.write({
    'nginx/sites/raw.conf': 'server {\n    listen 10.0.0.3:443 ssl;\n    ssl_session_timeout {{ timeout }};\n}\n',
  });
  checkout.commit('a template');
  const { status, log, outputs } = await action({ mode: 'patch' });
  expect(status).toBe(1);
  expect(outputs).toMatchObject({ changed: 'true', refused: '1' });
  expect(log).toMatch(/^::error title=shortfuse::nginx 10\.0\.0\.3:443 stays as it is: /m);
  expect(github.pulls[0]?.body).toMatch(/\*\*Not brought to the target:\*\*\n- nginx 10\.0\.0\.3:443 stays as it is: /);
});

test.each([
  {
    what: 'a file that cannot be read',
    break: () => checkout.write({ 'nginx/sites/blog.conf': 'server {' }),
    says: 'nginx/sites/blog.conf:1: ',
  },
  { what: 'a lease that hides', break: () => checkout.write({ '.gitignore': '.shortfuse\n' }), says: 'git add failed' },
])('patch: $what keeps it from a pull request', async ({ break: breakIt, says }) => {
  breakIt();
  checkout.commit('broken');
  const { status, log } = await action({ mode: 'patch' });
  expect(status).toBe(2);
  expect(log).toContain(says);
  expect(github.pulls).toEqual([]);
  expect(checkout.git('branch', '--remotes', '--list', 'origin/shortfuse/*')).toBe('');
  expect(checkout.git('status', '--porcelain', '--untracked-files=no')).toBe('');
});

test('patch: a change that is in place already is not made twice', async () => {
  await mergedPatch();
  checkout.write({ 'nginx/nginx.conf': checkout.read('nginx/nginx.conf').replace('60s', '2h') });
  checkout.commit('somebody');
  const { status, log } = await action({ mode: 'patch' });
  expect(status).toBe(2);
  expect(log).toContain('belongs to the open lease');
});

test.each([
  { inputs: { mode: 'pacth' }, says: 'mode: pacth: there is no such mode' },
  { inputs: { mode: 'patch', for: '1d', until: '2026-12-02' }, says: 'for and until both say' },
  { inputs: { mode: 'patch', draft: 'maybe' }, says: 'draft: maybe: write true or false' },
  { inputs: { mode: 'patch', author: 'anna' }, says: 'author: anna: write it as' },
  { inputs: { mode: 'patch', branch: 'a..b' }, says: 'branch: a..b: git takes that for no name' },
  { inputs: { mode: 'patch', branch: '--mirror' }, says: 'branch: --mirror: git takes that for no name' },
  { inputs: { mode: 'patch', base: 'a b' }, says: 'base: a b: git takes that for no name' },
  { inputs: { mode: 'patch', token: 'wrong' }, says: 'status 401: Bad credentials\nThe job needs permissions' },
  { inputs: { mode: 'patch', command: 'nowhere.js' }, says: 'command: nowhere.js: there is no such file' },
  { inputs: { mode: 'patch', command: 'no-such-program' }, says: 'no-such-program cannot be run' },
  { inputs: { mode: 'patch', target: 'soon' }, says: 'nothing is changed' },
])('refused: $inputs', async ({ inputs, says }) => {
  const { status, log } = await action(inputs);
  expect(status).toBe(2);
  expect(log).toContain(`::error title=shortfuse::`);
  expect(log).toContain(says.replaceAll('\n', '%0A'));
  expect(github.pulls).toEqual([]);
});

test.each([
  { ref: { GITHUB_REF_TYPE: 'tag', GITHUB_REF_NAME: 'v1' } },
  { ref: { GITHUB_REF_TYPE: 'branch', GITHUB_REF_NAME: '12/merge' } },
])('a run on no branch needs to be told the base: $ref', async ({ ref }) => {
  const { status, log } = await action({ mode: 'patch' }, ref);
  expect(status).toBe(2);
  expect(log).toContain('base: name the branch');
});

test('text from people is text: nothing of it runs, opens an option or becomes a command of the runner', async () => {
  const nasty = '"; touch owned; $(touch owned) `touch owned` --write %0A::error::x\n::error::y\n${{ github.token }}';
  const { status, log } = await action({
    mode: 'patch',
    reason: nasty,
    ticket: '--output=owned',
    title: '--author=x $(touch owned)',
    labels: '$(touch owned)',
  });
  expect(status).toBe(0);
  expect(checkout.has('owned')).toBe(false);
  expect(log).not.toMatch(/^::error/m);
  expect(github.pulls[0]?.title).toBe('--output=owned: --author=x $(touch owned)');
  expect(checkout.git('log', '-1', '--format=%s', `origin/${github.pulls[0]?.head}`)).toBe(github.pulls[0]?.title);
});

test('a pull request that may not be opened: what to allow', async () => {
  github.refusal = { status: 403, message: 'GitHub Actions is not permitted to create or approve pull requests.' };
  const { status, log } = await action({ mode: 'patch' });
  expect(status).toBe(2);
  expect(log).toContain('Allow it in Settings > Actions > General');
  // So that the next run can try again.
  expect(checkout.git('ls-remote', '--heads', 'origin')).not.toContain('shortfuse/');
  expect(checkout.git('status', '--porcelain')).toBe('');
});

test('a label that cannot be added is a warning', async () => {
  github.isPicky = true;
  const { status, log } = await action({ mode: 'patch', labels: 'tls' });
  expect(status).toBe(0);
  expect(log).toMatch(/^::warning title=shortfuse::POST .*labels: status 422: Validation Failed; no such thing$/m);
});

test('files that are changed already are none of ours', async () => {
  checkout.write({ 'nginx/nginx.conf': `${files['nginx/nginx.conf']}# more\n` });
  const { status, log } = await action({ mode: 'patch' });
  expect(status).toBe(2);
  expect(log).toContain('files are changed already');
  expect(checkout.read('nginx/nginx.conf')).toContain('# more');
});

test('lint: annotations, the report on the page of the run, a SARIF file and outputs', async () => {
  const { status, log, outputs, summary } = await action({ mode: 'lint' });
  expect(status).toBe(1);
  expect(log).toMatch(/^::error file=nginx\/nginx\.conf,line=6,.*title=shortfuse%3A lifetime-above-target::/m);
  expect(log).toMatch(/^::error file=nginx\/sites\/blog\.conf,line=4,/m);
  expect(outputs).toMatchObject({ status: '1', errors: '2', 'sarif-file': join(checkout.root, 'shortfuse.sarif') });
  expect(JSON.parse(checkout.read('shortfuse.sarif'))).toMatchObject({ version: '2.1.0' });
  expect(summary).toContain('`nginx/sites/blog.conf:4`');
});

test('lint: what was asked for', async () => {
  const asked = { mode: 'lint', paths: 'nginx/sites/blog.conf\nnginx/nginx.conf', 'sarif-file': '' };
  expect(await action({ ...asked, target: '1d', 'max-warnings': '9' })).toMatchObject({
    status: 0,
    outputs: { status: '0', errors: '0', 'sarif-file': '' },
  });
  expect((await action({ ...asked, args: '--preset=standing\n--target=2d' })).status).toBe(0);
  expect(checkout.has('shortfuse.sarif')).toBe(false);
});

test('lint: a mistake in the workflow stands on the page of the run', async () => {
  const { status, log, outputs } = await action({ mode: 'lint', 'changed-since': 'origin/nowhere' });
  expect(status).toBe(2);
  expect(log).toContain('::error title=shortfuse::error: --changed-since origin/nowhere: git knows no such commit');
  expect(outputs).toEqual({ status: '2', errors: '', warnings: '', 'sarif-file': '' });
});

test('lint: text of a file in an error is no command', async () => {
  checkout.write({ 'nginx/sites/bad.conf': '##[set-output name=sarif-file]/etc/passwd\n::error::owned {\n' });
  const { log } = await action({ mode: 'patch' });
  const stopped = /::stop-commands::(\S+)\n([\s\S]*)::\1::\n/.exec(log);
  expect(stopped?.[2]).toContain('::error::owned');
  expect(log.replace(stopped?.[0] ?? '', '')).not.toMatch(/^(##\[|::error::)/m);
});

test('lint: one comment on the pull request, written over by later runs', async () => {
  const event = join(checkout.folder, 'event.json');
  writeFileSync(event, JSON.stringify({ pull_request: { number: 1 } }));
  for (let i = 1; i <= 101; i++) github.comments.push({ id: i, body: 'somebody: <!-- shortfuse-lint -->' });
  const lint = (inputs = {}) => action({ mode: 'lint', comment: 'true', ...inputs }, { GITHUB_EVENT_PATH: event });
  expect((await lint({ target: '2d' })).status).toBe(0);
  expect(github.comments).toHaveLength(101);
  expect((await lint()).status).toBe(1);
  expect(github.comments[101]?.body).toContain('`nginx/sites/blog.conf:4`');
  expect((await lint({ target: '2d' })).status).toBe(0);
  expect(github.comments[101]?.body).not.toContain('blog.conf:4');
  expect(github.comments).toHaveLength(102);
  github.refusal = { status: 403, message: 'Resource not accessible by integration' };
  const forked = await lint();
  expect(forked.status).toBe(1);
  expect(forked.log).toMatch(/^::warning title=shortfuse::.*Resource not accessible/m);
  expect((await action({ mode: 'lint', comment: 'true' })).log).toContain('belongs to no pull request');
});

test('revert: nothing is due before the end, and once it is, one pull request', async () => {
  const lease = await mergedPatch();
  const early = await action({ mode: 'revert' });
  expect({ ...early, log: '' }).toMatchObject({ status: 0, outputs: { due: '0', 'pull-request-url': '' } });
  expect(github.pulls).toEqual([]);

  const late = { SHORTFUSE_NOW: '2026-03-03T08:00:01Z' };
  const first = await action({ mode: 'revert', labels: 'tls' }, late);
  expect(first).toMatchObject({
    status: 0,
    outputs: { due: '1', 'pull-request-url': 'https://github.example/shop/config/pull/1' },
  });
  const branch = `shortfuse/revert-${lease}`;
  expect(github.pulls).toMatchObject([
    { head: branch, base: 'main', title: 'CHG0042: Bring back the TLS session lifetimes of before' },
  ]);
  expect(github.pulls[0]?.body).toContain('should have ended at `2026-03-03T08:00:00Z`');
  expect(github.pulls[0]?.body).toContain('> inspection of \\*inbound\\* TLS');
  expect(github.pulls[0]?.body).toContain('| `nginx/nginx.conf` | 1 | the very bytes of before |');
  expect(checkout.git('status', '--porcelain')).toBe('');
  expect(checkout.git('diff', 'HEAD~1', `origin/${branch}`)).toBe('');

  const second = await action({ mode: 'revert' }, late);
  expect(second.status).toBe(0);
  expect(second.log).toContain(`::warning title=shortfuse::lease ${lease}: waits for pull request`);
  expect(github.pulls).toHaveLength(1);

  checkout.merge(branch);
  const third = await action({ mode: 'revert' }, late);
  expect(third).toMatchObject({ status: 0, outputs: { due: '0' } });
});

test('revert: each lease has its own branch, and one that fails keeps no other from it', async () => {
  const branches: string[] = [];
  for (const [path, address] of [
    ['one', '10.1.0.1'],
    ['two', '10.1.0.2'],
    ['three', '10.1.0.3'],
  ] as const) {
    checkout.write({ [`${path}/nginx.conf`]: files['nginx/nginx.conf'].replace('10.0.0.1', address) });
    await shortfuse('patch', '--write', '--for', '1d', path);
    checkout.git('add', '--all');
    const lease = checkout.git('diff', '--cached', '--name-only', '--', '.shortfuse').replace(/^.*\/|\.json$/g, '');
    branches.push(`shortfuse/revert-${lease}`);
    checkout.commit(path);
  }
  checkout.git('push', '--quiet', 'origin', 'HEAD:main', `HEAD:${branches[1]}`);
  const { status, log, outputs } = await action({ mode: 'revert' }, { SHORTFUSE_NOW: '2026-03-04T00:00:00Z' });
  expect(status).toBe(2);
  expect(log).toContain(`branch ${branches[1]} is there, but no pull request`);
  expect(outputs['due']).toBe('3');
  expect(outputs['pull-request-urls']?.split('\n')).toHaveLength(2);
  expect(new Set(github.pulls.map(({ head }) => head))).toEqual(new Set([branches[0], branches[2]]));
  const [first = '', , third = ''] = branches;
  for (const [branch, path] of [
    [first, 'one'],
    [third, 'three'],
  ])
    expect(checkout.git('diff', '--name-only', 'HEAD', `origin/${branch}`).split('\n')).toEqual([
      expect.stringMatching(/^\.shortfuse\//),
      `${path}/nginx.conf`,
    ]);
});

test('patch: in a folder below the top, with the lease beside what it is for', async () => {
  checkout.write({ 'nginx/shortfuse.config.json': '{}\n' });
  checkout.commit('a project in a folder');
  const { status, outputs } = await runStep(
    'run',
    { command, token: 'secret-token', mode: 'patch', paths: 'nginx.conf' },
    { cwd: join(checkout.root, 'nginx'), env: { GITHUB_API_URL: github.url } },
  );
  expect(status).toBe(0);
  expect(checkout.git('diff', '--name-only', 'HEAD', `origin/${outputs['branch']}`).split('\n')).toEqual([
    `nginx/.shortfuse/leases/${outputs['lease']}.json`,
    'nginx/nginx.conf',
    'nginx/sites/blog.conf',
  ]);
});

test('revert: after inspection has been on long enough, before the end', async () => {
  await mergedPatch('3d');
  for (const [event, time] of [
    ['deployed', '08:05'],
    ['inspecting', '08:30'],
  ] as const)
    expect(
      (
        await run(command, ['mark', event, '--quiet'], {
          cwd: checkout.root,
          env: { SHORTFUSE_NOW: `2026-03-02T${time}:00Z` },
        })
      ).status,
    ).toBe(0);
  checkout.commit('events');
  // Sessions of before lasted a day: so long is the short lifetime held.
  const held = await action({ mode: 'revert' }, { SHORTFUSE_NOW: '2026-03-03T08:29:59Z' });
  expect({ status: held.status, due: held.outputs['due'] }).toEqual({ status: 0, due: '0' });
  const over = await action({ mode: 'revert' }, { SHORTFUSE_NOW: '2026-03-03T08:30:00Z' });
  expect({ status: over.status, due: over.outputs['due'] }).toEqual({ status: 0, due: '1' });
  expect(github.pulls[0]?.body).toContain('Inspection has been on long enough');
});

test('revert: a pull request that was closed without a merge is not opened again, but an overdue change fails', async () => {
  const lease = await mergedPatch();
  const late = { SHORTFUSE_NOW: '2026-03-04T00:00:00Z' };
  await action({ mode: 'revert' }, late);
  const [pull] = github.pulls;
  if (!pull) throw new Error('no pull request');
  pull.state = 'closed';
  const { status, log } = await action({ mode: 'revert' }, late);
  expect(status).toBe(1);
  expect(log).toMatch(
    new RegExp(`^::error title=shortfuse::lease ${lease}: .*closed without a merge; .*--extend ${lease}`, 'm'),
  );
  expect(github.pulls).toHaveLength(1);
});

test('revert: what somebody changed since is left alone and shown', async () => {
  await mergedPatch();
  checkout.write({ 'nginx/nginx.conf': checkout.read('nginx/nginx.conf').replace('60s', '90s') });
  checkout.commit('somebody');
  const { status, log } = await action({ mode: 'revert' }, { SHORTFUSE_NOW: '2026-03-04T00:00:00Z' });
  expect(status).toBe(1);
  expect(log).toMatch(/^::error title=shortfuse::lease .*: nginx\/nginx\.conf:6 was left alone: /m);
  expect(github.pulls[0]?.body).toMatch(
    /\*\*Left alone, because somebody changed it since:\*\*\n- `nginx\/nginx\.conf:6`: /,
  );
});

test('revert: a lease that cannot be read', async () => {
  checkout.write({ '.shortfuse/leases/x.json': '{' });
  checkout.commit('broken');
  const { status, log } = await action({ mode: 'revert' });
  expect(status).toBe(2);
  expect(log).toContain('the leases cannot be read');
});

test.each([
  {
    version: '',
    want: `shortfuse@${JSON.parse(readFileSync(join(projectRoot, 'packages/cli/package.json'), 'utf8')).version}`,
  },
  { version: '1.2.3', want: 'shortfuse@1.2.3' },
])('install: version "$version"', async ({ version, want }) => {
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-npm-'));
  try {
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/npm'), `#!/bin/sh\nprintf '%s\\n' "$PWD" "$@" >'${folder}/asked'\n`);
    chmodSync(join(folder, 'bin/npm'), 0o755);
    const { status, outputs } = await runStep(
      'install',
      {},
      {
        cwd: checkout.root,
        env: { PATH: `${folder}/bin:${process.env['PATH']}`, VERSION: version, RUNNER_TEMP: folder },
      },
    );
    expect(status).toBe(0);
    const [cwd, ...args] = readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n');
    // Not where the .npmrc of a pull request would count.
    expect(cwd).toBe(join(folder, 'shortfuse'));
    expect(args).toEqual(expect.arrayContaining(['--prefix', '--ignore-scripts', want]));
    expect(outputs).toEqual({ command: `${folder}/shortfuse/node_modules/shortfuse/dist/shortfuse.js` });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each(['git+ssh://elsewhere/x', '../x', 'a b', '1;touch owned'])('install: %j is no version', async (version) => {
  const { status, log } = await runStep('install', {}, { cwd: checkout.root, env: { VERSION: version } });
  expect(status).toBe(2);
  expect(log).toContain('::error title=shortfuse::version');
});
