import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Checkout, projectRoot, runStep, type StepRun } from './action-runner.js';
import { buildCommand, run } from './run.js';

/*
 * Pull requests as they go by: branches of a real repository, checked out as actions/checkout does it, judged by the action
 * as docs/recipes/github-lint.yml sets it up.
 */
const nginxConf = `events {}
http {
    ssl_certificate shop.crt;
    ssl_certificate_key shop.key;
    include snippets/tls.conf;
    include sites/*.conf;
}
`;
const snippet = (lifetime: string): string => `# For every site.
ssl_session_cache shared:TLS:1m;
ssl_session_timeout ${lifetime};
ssl_session_tickets off;
`;
const site = (address: string, name: string, more = ''): string =>
  `server {\n    listen ${address} ssl;\n    server_name ${name};\n${more}}\n`;
const legacy = site('10.0.0.9:443', 'legacy.example', '    ssl_session_timeout 1d;\n');
/** Nothing of old sessions at the reload: the rule is about what a patch needs, not about this test. */
const config = '{ "include": ["nginx"], "rules": { "sessions-survive-reload": "off" } }\n';

const files = {
  'shortfuse.config.json': config,
  'nginx/nginx.conf': nginxConf,
  'nginx/snippets/tls.conf': snippet('60s'),
  'nginx/sites/shop.conf': site('10.0.0.1:443', 'shop.example'),
  'nginx/sites/blog.conf': site('10.0.0.2:443', 'blog.example'),
  'nginx/sites/legacy.conf': legacy,
  'README.md': 'The servers.\n',
};

let command = '';
let removeCommand = (): void => undefined;
let checkout: Checkout;

beforeAll(async () => {
  const built = await buildCommand();
  command = built.path;
  removeCommand = built.remove;
});
afterAll(() => removeCommand());
beforeEach(() => {
  checkout = new Checkout(files);
});
afterEach(() => checkout.remove());

/** A branch with one commit, pushed. */
function branch(name: string, changed: Readonly<Record<string, string>>): void {
  checkout.git('switch', '--quiet', '--create', name, 'origin/main');
  checkout.write(changed);
  checkout.commit(name);
  checkout.git('push', '--quiet', 'origin', name);
}

/** Checks out what GitHub tests: the merge of the branch into the newest main, without a branch of its own. */
function checkOutMerge(name: string): void {
  checkout.git('fetch', '--quiet', 'origin');
  checkout.git('checkout', '--quiet', '--detach', 'origin/main');
  checkout.git('merge', '--quiet', '--no-ff', '--no-edit', `origin/${name}`);
}

/** Judges the checkout as the recipe does for a pull request to main. */
function judge(inputs: Readonly<Record<string, string>> = {}, cwd = checkout.root): Promise<StepRun> {
  return runStep('run', { command, 'changed-since': 'origin/main', ...inputs }, { cwd });
}

/** The annotations in a log: level, file, line and rule. */
function annotations({ log }: StepRun): readonly string[] {
  return [...log.matchAll(/^::(error|warning) file=(.*?),line=(\d+),.*?title=shortfuse%3A (.*?)::/gm)].map(
    ([, level, file, line, rule]) => `${level} ${file}:${line} ${rule}`,
  );
}

async function updateBaseline(): Promise<void> {
  const { status, stderr } = await run(command, ['lint', '--baseline', 'baseline.json', '--update-baseline'], {
    cwd: checkout.root,
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
}

test('the recipe judges a pull request by what it changes', () => {
  const recipe = parse(readFileSync(join(projectRoot, 'docs/recipes/github-lint.yml'), 'utf8'));
  const [get, judge] = recipe.jobs.lint.steps;
  expect(get.with['fetch-depth']).toBe(0);
  expect(judge.with['changed-since']).toBe("${{ github.base_ref && format('origin/{0}', github.base_ref) }}");
});

test('a timeout that is raised in an included file fails, with the annotation on that line', async () => {
  branch('raise', { 'nginx/snippets/tls.conf': snippet('8h') });
  checkOutMerge('raise');
  const judged = await judge();
  expect(judged.status).toBe(1);
  // One finding for the one cause, not one for each site; the legacy site was there before.
  expect(annotations(judged)).toEqual(['error nginx/snippets/tls.conf:3 lifetime-above-target']);
  expect(judged.log).toContain('shop.example');
  expect(judged.outputs).toMatchObject({ status: '1', errors: '1' });
  const [sarif] = JSON.parse(readFileSync(judged.outputs['sarif-file'] ?? '', 'utf8')).runs;
  expect(sarif.results).toHaveLength(1);
  expect(sarif.results[0].locations[0].physicalLocation).toMatchObject({
    artifactLocation: { uri: 'nginx/snippets/tls.conf' },
    region: { startLine: 3 },
  });
});

test.each([
  { what: 'another file', changed: { 'README.md': 'More about the servers.\n' } },
  {
    what: 'another line of a site',
    changed: { 'nginx/sites/blog.conf': site('10.0.0.2:443', 'blog.example', '    access_log off;\n') },
  },
  { what: 'a timeout, to less', changed: { 'nginx/snippets/tls.conf': snippet('30s') } },
  { what: 'a new site at the target', changed: { 'nginx/sites/new.conf': site('10.0.0.3:443', 'new.example') } },
])('a branch that touches $what passes', async ({ changed }) => {
  branch('other', changed);
  checkOutMerge('other');
  const judged = await judge();
  expect({ status: judged.status, annotations: annotations(judged) }).toEqual({ status: 0, annotations: [] });
});

test('what came to main meanwhile is not blamed on the branch', async () => {
  branch('mine', { 'nginx/sites/blog.conf': site('10.0.0.2:443', 'blog.example', '    access_log off;\n') });
  branch('theirs', { 'nginx/sites/shop.conf': site('10.0.0.1:443', 'shop.example', '    ssl_session_timeout 2h;\n') });
  checkout.git('push', '--quiet', 'origin', 'theirs:main');
  for (const at of ['merge', 'branch']) {
    if (at === 'merge') checkOutMerge('mine');
    else checkout.git('checkout', '--quiet', '--detach', 'origin/mine');
    const judged = await judge();
    expect({ at, status: judged.status, annotations: annotations(judged) }).toEqual({ at, status: 0, annotations: [] });
  }
  checkOutMerge('theirs');
  expect((await judge({ 'changed-since': 'origin/main~1' })).status).toBe(1);
});

test('a new site that lasts too long', async () => {
  branch('new', { 'nginx/sites/new.conf': site('10.0.0.3:443', 'new.example', '    ssl_session_timeout 1h;\n') });
  checkOutMerge('new');
  expect(annotations(await judge())).toEqual(['error nginx/sites/new.conf:4 lifetime-above-target']);
});

test('a site that a rename switches on', async () => {
  checkout.git('mv', 'nginx/sites/legacy.conf', 'nginx/sites/legacy.conf.off');
  checkout.commit('off');
  checkout.git('push', '--quiet', 'origin', 'HEAD:main');
  checkout.git('switch', '--quiet', '--create', 'on');
  checkout.git('mv', 'nginx/sites/legacy.conf.off', 'nginx/sites/legacy.conf');
  checkout.commit('on');
  expect(annotations(await judge())).toEqual(['error nginx/sites/legacy.conf:4 lifetime-above-target']);
});

test('a line that is removed counts, too', async () => {
  checkout.write({
    'nginx/snippets/tls.conf': snippet('1d'),
    'nginx/sites/shop.conf': site('10.0.0.1:443', 'shop.example', '    ssl_session_timeout 60s;\n'),
  });
  checkout.commit('the site has its own');
  checkout.git('push', '--quiet', 'origin', 'HEAD:main');
  branch('remove', { 'nginx/sites/shop.conf': site('10.0.0.1:443', 'shop.example') });
  checkOutMerge('remove');
  const judged = await judge();
  expect(judged.status).toBe(1);
  expect(annotations(judged)).toEqual(['error nginx/snippets/tls.conf:3 lifetime-above-target']);
  expect(judged.log).toContain('shop.example');
});

test('a baseline lets the old ones through, wherever their lines go, and no new one', async () => {
  const everything = { 'changed-since': '' };
  expect(annotations(await judge(everything))).toEqual(['error nginx/sites/legacy.conf:4 lifetime-above-target']);
  await updateBaseline();
  checkout.commit('accept what is there');
  checkout.git('push', '--quiet', 'origin', 'HEAD:main');
  const accepted = { ...everything, baseline: 'baseline.json' };
  expect(await judge(accepted)).toMatchObject({ status: 0, outputs: { errors: '0' } });

  branch('moved', {
    'nginx/sites/legacy.conf': `# Of 2009.\n\n${legacy.replace('    listen', '    access_log off;\n    listen')}`,
  });
  checkOutMerge('moved');
  expect(await judge(accepted)).toMatchObject({ status: 0, outputs: { errors: '0' } });

  branch('raise', { 'nginx/snippets/tls.conf': snippet('8h') });
  checkOutMerge('raise');
  for (const inputs of [accepted, { baseline: 'baseline.json' }])
    expect(annotations(await judge(inputs))).toEqual(['error nginx/snippets/tls.conf:3 lifetime-above-target']);
});

test('a checkout without the history says what to set, and does not pass', async () => {
  branch('raise', { 'nginx/snippets/tls.conf': snippet('8h') });
  const shallow = join(checkout.folder, 'shallow');
  const url = `file://${checkout.bare}`;
  execFileSync('git', ['clone', '--quiet', '--depth=1', '--branch=raise', url, shallow], { stdio: 'pipe' });
  const judged = await judge({}, shallow);
  expect(judged.status).toBe(2);
  expect(judged.log).toMatch(/^::error title=shortfuse::.*origin\/main.*fetch-depth: 0/m);
});

test('a patch that was forgotten fails every pull request, whatever it changes', async () => {
  const patched = await run(command, ['patch', '--write', '--for', '1d'], {
    cwd: checkout.root,
    env: { SHORTFUSE_NOW: '2026-03-02T08:00:00Z' },
  });
  expect(patched.status).toBe(0);
  checkout.commit('for a day');
  checkout.git('push', '--quiet', 'origin', 'HEAD:main');
  branch('other', { 'README.md': 'More about the servers.\n' });
  checkOutMerge('other');
  const at = (time: string) =>
    runStep('run', { command, 'changed-since': 'origin/main' }, { cwd: checkout.root, env: { SHORTFUSE_NOW: time } });
  expect((await at('2026-03-03T07:00:00Z')).status).toBe(0);
  const late = await at('2026-03-03T08:00:01Z');
  expect(late.status).toBe(1);
  expect(annotations(late)).toEqual([expect.stringMatching(/^error .* lease-overdue$/)]);
});
