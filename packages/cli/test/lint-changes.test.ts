import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LintJson } from '@shortfuse/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCommand, folderOf, run } from './run.js';

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

const head = 'events {}\nhttp {\n  ssl_certificate c.pem;\n  ssl_certificate_key k.pem;\n';
const server = (name: string, address: string, lines = '') =>
  `server {\n  listen ${address} ssl;\n  server_name ${name};\n${lines}}\n`;

/** Above the target everywhere, and nobody is asked to mend what was there before. */
const site = {
  'nginx.conf': `${head}  include tls.conf;\n  include conf.d/*.conf;\n}\n`,
  'tls.conf': 'ssl_session_timeout 5m;\n# nothing else\n',
  'conf.d/blog.conf': server('blog.example', '10.0.0.2:443', '  ssl_session_timeout 1h;\n'),
  'conf.d/shop.conf': server('shop.example', '10.0.0.1:443'),
  'readme.txt': 'about this site\n',
};

/** A repository with `files` committed on main, on a branch that starts there. */
function repository(files: Readonly<Record<string, string>>): string {
  const cwd = folderOf(files);
  cleanUp.push(() => rmSync(cwd, { recursive: true }));
  git(cwd, 'init', '--quiet', '--initial-branch=main');
  git(cwd, 'add', '--all');
  commit(cwd);
  git(cwd, 'switch', '--quiet', '--create', 'branch');
  return cwd;
}

function git(cwd: string, ...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd, stdio: 'pipe' });
}

function commit(cwd: string): void {
  git(cwd, 'add', '--all');
  git(cwd, 'commit', '--quiet', '--allow-empty', '--message=x');
}

function put(cwd: string, path: string, text: string): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), text);
}

async function affected(cwd: string, ...args: string[]): Promise<readonly string[]> {
  const { stdout } = await run(command, ['lint', '--format', 'json', '--changed-since', 'main', ...args], { cwd });
  const { findings }: LintJson = JSON.parse(stdout);
  return findings.map(({ rule, location: { file, line } }) => `${file}:${line} ${rule}`);
}

describe('lint --changed-since', () => {
  const inherited = 'tls.conf:1 lifetime-above-target';
  const blog = 'conf.d/blog.conf:4 lifetime-above-target';
  const byDefault = 'conf.d/shop.conf:1 lifetime-above-target';

  test.each([
    { name: 'nothing', edits: {}, want: [] },
    { name: 'a file that no server reads', edits: { 'readme.txt': 'other words\n' }, want: [] },
    { name: 'a value in an included file', edits: { 'tls.conf': 'ssl_session_timeout 10m;\n' }, want: [inherited] },
    { name: 'another line of that file', edits: { 'tls.conf': `${site['tls.conf']}# a remark\n` }, want: [] },
    {
      name: 'a listener of an included value',
      edits: { 'conf.d/shop.conf': `\n\n${site['conf.d/shop.conf']}` },
      // The lines moved, nothing changed.
      want: [],
    },
    {
      name: 'the name of a listener',
      edits: { 'conf.d/shop.conf': server('shop.test', '10.0.0.1:443') },
      want: [inherited],
    },
    {
      name: 'a listener more for an included value',
      edits: { 'conf.d/new.conf': server('new.example', '10.0.0.3:443') },
      want: [inherited],
    },
    { name: 'a value taken out', edits: { 'tls.conf': '# nothing\n' }, want: [byDefault] },
    {
      name: 'a value that was right',
      edits: { 'conf.d/blog.conf': server('blog.example', '10.0.0.2:443', '  ssl_session_timeout 60s;\n') },
      want: [],
    },
    {
      name: 'a broken line',
      edits: { 'tls.conf': 'ssl_session_timeout 5m\n' },
      want: [inherited, 'tls.conf:2 config-invalid'],
    },
  ])('$name', async ({ edits, want }) => {
    const cwd = repository(site);
    for (const [path, text] of Object.entries(edits)) put(cwd, path, text);
    const found = await affected(cwd);
    expect(found).toEqual(want);
    commit(cwd);
    expect(await affected(cwd)).toEqual(found);
  });

  test('a switch that stands on no line of the finding', async () => {
    const off = '  ssl_session_cache off;\n  ssl_session_tickets off;\n';
    const cwd = repository({
      ...site,
      'conf.d/blog.conf': server('blog.example', '10.0.0.2:443', `${off}  ssl_session_timeout 1h;\n`),
    });
    put(
      cwd,
      'conf.d/blog.conf',
      server('blog.example', '10.0.0.2:443', '  ssl_session_cache off;\n\n  ssl_session_timeout 1h;\n'),
    );
    expect(await affected(cwd)).toContain('conf.d/blog.conf:6 lifetime-above-target');
  });

  test('a server block that becomes the default server of an address', async () => {
    const second = server('a.example', '10.0.0.2:443', '  ssl_session_timeout 60s;\n');
    const cwd = repository({ ...site, 'conf.d/c.conf': second });
    expect(await affected(cwd)).toEqual([]);
    put(cwd, 'conf.d/c.conf', second.replace(' ssl;', ' ssl default_server;'));
    // The 1 h of the block that was first has no effect any more.
    expect(await affected(cwd)).toEqual(['conf.d/blog.conf:4 setting-ignored']);
  });

  test('a value that others ignore says nothing new about what they ignore', async () => {
    const second = server('a.example', '10.0.0.2:443', '  ssl_session_timeout 60s;\n');
    const cwd = repository({ ...site, 'conf.d/c.conf': second });
    put(cwd, 'conf.d/blog.conf', server('blog.example', '10.0.0.2:443', '  ssl_session_timeout 2h;\n'));
    expect(await affected(cwd)).toEqual([blog]);
  });

  test('an included file that is removed', async () => {
    const cwd = repository({ ...site, 'nginx.conf': `${head}  include t*.conf;\n  include conf.d/*.conf;\n}\n` });
    rmSync(join(cwd, 'tls.conf'));
    expect(await affected(cwd)).toEqual([byDefault]);
  });

  test('a file that is renamed is what it was', async () => {
    const cwd = repository(site);
    renameSync(join(cwd, 'conf.d/blog.conf'), join(cwd, 'conf.d/log.conf'));
    commit(cwd);
    expect(await affected(cwd)).toEqual([]);
    put(cwd, 'conf.d/log.conf', server('blog.example', '10.0.0.2:443', '  ssl_session_timeout 2h;\n'));
    expect(await affected(cwd)).toEqual(['conf.d/log.conf:4 lifetime-above-target']);
  });

  test('from a folder of the repository, and for one file', async () => {
    const cwd = repository(site);
    put(cwd, 'conf.d/blog.conf', server('blog.example', '10.0.0.2:443', '  ssl_session_timeout 2h;\n'));
    expect(await affected(join(cwd, 'conf.d'))).toEqual(['blog.conf:4 lifetime-above-target']);
    expect(await affected(cwd, 'conf.d/blog.conf')).toEqual([blog]);
  });

  test('with --panos, of a finding that is about others too', async () => {
    const rule =
      '<entry name="shop"><from><member>any</member></from><to><member>any</member></to><source><member>any</member></source>' +
      '<destination><member>10.0.0.1</member></destination><service><member>any</member></service>' +
      '<type><ssl-inbound-inspection>web</ssl-inbound-inspection></type><action>decrypt</action></entry>';
    const firewall =
      '<config version="10.1.0"><devices><entry name="localhost.localdomain"><vsys><entry name="vsys1"><rulebase>' +
      `<decryption><rules>${rule}</rules></decryption></rulebase></entry></vsys></entry></devices></config>`;
    const cwd = repository({
      ...site,
      'conf.d/blog.conf': server('blog.example', '10.0.0.2:443'),
      'firewall.xml': firewall,
    });
    put(cwd, 'tls.conf', `\n${site['tls.conf']}# a remark\n`);
    expect(await affected(cwd, '--panos', 'firewall.xml')).toEqual([]);
    put(cwd, 'tls.conf', 'ssl_session_timeout 10m;\n');
    expect(await affected(cwd, '--panos', 'firewall.xml')).toEqual([inherited]);
  });

  test('what cannot be read fails whoever changed it', async () => {
    const cwd = repository({ ...site, 'tls.conf': 'ssl_session_timeout 5m\n' });
    put(cwd, 'readme.txt', 'x');
    const { status, stdout } = await run(command, ['lint', '--changed-since', 'main'], { cwd });
    expect(stdout).toContain('could not be read');
    expect(status).toBe(2);
  });

  test('no repository is wrong usage', async () => {
    const cwd = folderOf(site);
    cleanUp.push(() => rmSync(cwd, { recursive: true }));
    const { status, stderr } = await run(command, ['lint', '--changed-since', 'main'], {
      cwd,
      env: { GIT_CEILING_DIRECTORIES: dirname(cwd) },
    });
    expect(stderr).toContain('--changed-since main');
    expect(status).toBe(2);
  });
});

describe('temporary changes', () => {
  const start = '2026-11-20T08:00:00Z';
  const at = (cwd: string, now: string, ...args: string[]) => run(command, args, { cwd, env: { SHORTFUSE_NOW: now } });

  async function patched(): Promise<string> {
    const cwd = repository({
      'nginx.conf': `${head}${server('shop.example', '10.0.0.1:443', '  ssl_session_timeout 1d;\n')}}\n`,
    });
    const { status } = await at(cwd, start, 'patch', '--write', '--for', '3d', '--ticket', 'CHG0042');
    expect(status).toBe(0);
    return cwd;
  }

  test('fail from their end on, until they are taken back', async () => {
    const cwd = await patched();
    expect((await at(cwd, '2026-11-23T07:59:59Z', 'lint')).status).toBe(0);
    const { stdout, status } = await at(cwd, '2026-11-23T08:00:00Z', 'lint');
    expect(stdout).toMatch(
      /^\.shortfuse\/leases\/\S+\.json:\d+:3: error\[lease-overdue\]: the change of lease \S+ \(CHG0042\) was to be taken back by 2026-11-23T08:00:00Z\n +\d+ \| {3}"until": "2026-11-23T08:00:00Z",\n +\| {3}\^{31}\n/m,
    );
    expect(stdout).toContain('  see:  nginx.conf:8:23: it changed this text\n');
    expect(status).toBe(1);
    await at(cwd, '2026-11-23T08:00:00Z', 'revert', '--write');
    expect((await at(cwd, '2026-11-23T08:00:00Z', 'lint')).stdout).not.toContain('lease-overdue');
  });

  test('fail whatever a branch changed', async () => {
    const cwd = await patched();
    commit(cwd);
    git(cwd, 'branch', '--force', 'main');
    const { stdout, status } = await at(cwd, '2026-12-01T00:00:00Z', 'lint', '--changed-since', 'main');
    expect(stdout).toContain('error[lease-overdue]');
    expect(status).toBe(1);
  });

  test('that somebody changed are shown where they stand', async () => {
    const cwd = await patched();
    put(cwd, 'nginx.conf', `${head}${server('shop.example', '10.0.0.1:443', '  ssl_session_timeout 30s;\n')}}\n`);
    const { stdout, status } = await at(cwd, start, 'lint');
    expect(stdout).toMatch(/^nginx\.conf:8:3: error\[lease-drifted\]: lease \S+ wrote "60s" here, and there is "30s"/m);
    expect(status).toBe(1);
  });

  test('that cannot be compared are said to be so, and the rest is judged', async () => {
    const cwd = await patched();
    const [name = ''] = readdirSync(join(cwd, '.shortfuse/leases'));
    const path = join('.shortfuse/leases', name);
    const lease = JSON.parse(readFileSync(join(cwd, path), 'utf8'));
    lease.reading.config = 'gone.json';
    put(cwd, path, JSON.stringify(lease));
    put(cwd, 'nginx.conf', `${head}${server('shop.example', '10.0.0.1:443', '  ssl_session_timeout 2m;\n')}}\n`);
    const { stdout, status } = await at(cwd, start, 'lint');
    expect(stdout).toContain(`${path}: error: what the lease changed cannot be compared: gone.json: error:`);
    expect(stdout).toContain('nginx.conf:8:3: error[lifetime-above-target]');
    expect(status).toBe(2);
  });

  test('that cannot be read are no reason to say that all is well', async () => {
    const cwd = await patched();
    put(cwd, '.shortfuse/leases/2026-11-20-broken.json', '<<<<<<< HEAD');
    const { stdout, status } = await at(cwd, start, 'lint');
    expect(stdout).toContain('.shortfuse/leases/2026-11-20-broken.json: error: the lease cannot be read');
    expect(status).toBe(2);
  });
});
