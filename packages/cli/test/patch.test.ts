import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCommand, type Run, type RunOptions, run } from './run.js';

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

/** A new folder with these files; a git repository, so that nothing above it counts. */
function tree(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-patch-'));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  git(folder, 'init', '--quiet');
  return folder;
}

function git(cwd: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'core.autocrlf=false'];
  return execFileSync('git', [...identity, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function shortfuse(cwd: string, args: readonly string[], options: Partial<RunOptions> = {}): Promise<Run> {
  return run(command, args, { cwd, ...options });
}

async function json(cwd: string, args: readonly string[], options: Partial<RunOptions> = {}) {
  const { status, stdout } = await shortfuse(cwd, [...args, '--format', 'json'], options);
  return { status, report: JSON.parse(stdout) };
}

function leasesIn(folder: string): string[] {
  try {
    return readdirSync(join(folder, '.shortfuse/leases')).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}

function server(address: string, name: string, lines: string): string {
  return `server { listen ${address} ssl; server_name ${name}; ssl_certificate c.pem; ssl_certificate_key k.pem; ${lines} }\n`;
}

function nginxConf(body: string): string {
  return `events {}\nhttp {\n${body}}\n`;
}

const crlf = (text: string): string => text.replaceAll('\n', '\r\n');

function utf16(text: string): Uint8Array {
  return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
}

const reg = crlf(
  'Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL]\n"ServerCacheTime"=dword:0036ee80\n',
);

const iisSite =
  '<configuration><system.applicationHost><sites><site name="shop" id="1"><bindings>' +
  '<binding protocol="https" bindingInformation="*:443:shop.example" sslFlags="1" /></bindings></site></sites></system.applicationHost></configuration>\n';

/** Files that a patch must not harm, each with what is special about it. */
const odd: readonly { name: string; files: Readonly<Record<string, string | Uint8Array>>; onlyGit?: boolean }[] = [
  { name: 'LF', files: { 'nginx.conf': nginxConf(`  ssl_session_timeout 1d;\n  ${server('443', 'a', '')}`) } },
  { name: 'CRLF', files: { 'nginx.conf': crlf(nginxConf(`  ssl_session_timeout 1d;\n  ${server('443', 'a', '')}`)) } },
  {
    name: 'no newline at the end of the edited line',
    files: {
      'nginx.conf': nginxConf('  include t.conf;\n'),
      't.conf': server('443', 'a', 'ssl_session_timeout 1d;').trimEnd(),
    },
  },
  {
    name: 'a line that is added, CRLF and no final newline',
    files: {
      'nginx.conf': crlf(
        nginxConf('  server {\n    listen 443 ssl;\n    ssl_certificate c;\n    ssl_certificate_key k;\n  }\n'),
      ).trimEnd(),
    },
  },
  {
    name: 'Latin-1',
    files: {
      'nginx.conf': Buffer.from(
        nginxConf(`  # Gr\xf6\xdfe\n  ssl_session_timeout 1d; # f\xfcr alle\n  ${server('443', 'a', '')}`),
        'latin1',
      ),
    },
  },
  {
    name: 'a byte order mark',
    files: {
      'bigip.conf':
        '\u{feff}#TMSH-VERSION: 15.1.10\n\nltm profile client-ssl /Common/a {\n    cache-timeout 3600\n    defaults-from /Common/clientssl\n}\n' +
        'ltm virtual /Common/v {\n    destination /Common/192.0.2.1:443\n    profiles {\n        /Common/a {\n            context clientside\n        }\n    }\n}\n',
    },
  },
  {
    name: 'blanks, quotes and umlauts in names',
    files: {
      'nginx.conf': nginxConf(
        '  include "sites/a b.conf";\n  include sites/\u00fc.conf;\n  include sites/q\'s.conf;\n',
      ),
      'sites/a b.conf': server('443', 'a', 'ssl_session_timeout 1d;'),
      'sites/\u00fc.conf': server('444', 'b', 'ssl_session_timeout 1d;'),
      "sites/q's.conf": server('445', 'c', 'ssl_session_timeout 1d;'),
    },
  },
  {
    name: 'UTF-16, which git takes for binary',
    files: { 'applicationHost.config': iisSite, 'tls.reg': utf16(reg) },
    onlyGit: true,
  },
];

describe('the diff', () => {
  for (const { name, files, onlyGit } of odd)
    for (const tool of onlyGit ? ['git'] : ['git', 'patch'])
      test(`${name}: ${tool} applies it and takes it back`, async () => {
        const folder = tree(files);
        const before = Object.fromEntries(Object.keys(files).map((path) => [path, readFileSync(join(folder, path))]));
        const { status, stderr } = await shortfuse(folder, ['patch', '--output', 'x.diff']);
        expect(stderr).toContain('to change');
        expect(status).toBe(0);
        const apply = (...reverse: string[]): void => {
          if (tool === 'git') git(folder, 'apply', '--whitespace=nowarn', ...reverse, 'x.diff');
          else execFileSync('patch', ['-p1', '--binary', '--silent', ...reverse, '-i', 'x.diff'], { cwd: folder });
        };
        apply();
        const { report } = await json(folder, ['audit']);
        expect(report.listeners.length).toBeGreaterThan(0);
        expect(report.summary).toMatchObject({ aboveTarget: 0, unknown: 0 });
        apply('-R');
        for (const path of Object.keys(files)) expect(readFileSync(join(folder, path)), path).toEqual(before[path]);
      });

  test('is what --write does, byte for byte', async () => {
    for (const { files } of odd) {
      const applied = tree(files);
      const written = tree(files);
      await shortfuse(applied, ['patch', '--output', 'x.diff']);
      git(applied, 'apply', '--whitespace=nowarn', 'x.diff');
      expect((await shortfuse(written, ['patch', '--write'])).status).toBe(0);
      for (const path of Object.keys(files))
        expect(readFileSync(join(written, path)), path).toEqual(readFileSync(join(applied, path)));
    }
  });

  test('of a folder within the repository is relative to where it is made', async () => {
    const folder = tree({ 'deploy/nginx/nginx.conf': nginxConf(`  ${server('443', 'a', 'ssl_session_timeout 1d;')}`) });
    const cwd = join(folder, 'deploy');
    const { stdout } = await shortfuse(cwd, ['patch', '--quiet']);
    expect(stdout).toMatch(/^--- a\/nginx\/nginx\.conf\n\+\+\+ b\/nginx\/nginx\.conf\n@@ /);
    writeFileSync(join(cwd, 'x.diff'), stdout);
    git(cwd, 'apply', 'x.diff');
    expect(readFileSync(join(cwd, 'nginx/nginx.conf'), 'utf8')).toContain('ssl_session_timeout 60s;');
  });
});

describe('--write', () => {
  const files = {
    'nginx.conf': nginxConf('  ssl_session_timeout 5m;\n  include conf.d/*.conf;\n'),
    'conf.d/shop.conf': server('10.0.0.1:443', 'shop.example', 'ssl_session_timeout 1d;'),
    'conf.d/blog.conf': server('10.0.0.2:443', 'blog.example', ''),
  };

  test('changes the files and records a lease; revert gives the bytes back and removes it', async () => {
    const folder = tree(files);
    const { status, stdout, stderr } = await shortfuse(folder, [
      ...['patch', '--write', '--reason', 'inspection', '--ticket', 'CHG0042', '--for', '3d'],
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('conf.d/shop.conf:1: 1d -> 60s, for 1 listener');
    expect(stdout).toContain('nginx.conf:3: 5m -> 60s, for 1 listener');
    expect(stdout).toContain('nginx -t');
    const [name = ''] = leasesIn(folder);
    const lease = JSON.parse(readFileSync(join(folder, '.shortfuse/leases', name), 'utf8'));
    expect(lease).toMatchObject({ ticket: 'CHG0042', reason: 'inspection', targetSeconds: 60, events: [] });
    expect(Date.parse(lease.until) - Date.parse(lease.createdAt)).toBe(3 * 86_400_000);
    expect(validator('lease')(lease)).toBe(true);
    expect((await json(folder, ['audit'])).report.summary).toMatchObject({ aboveTarget: 0 });

    const back = await shortfuse(folder, ['revert', '--write']);
    expect(back.status).toBe(0);
    expect(back.stdout).toContain('the very bytes from before the patch');
    for (const [path, text] of Object.entries(files)) expect(readFileSync(join(folder, path), 'utf8')).toBe(text);
    expect(leasesIn(folder)).toEqual([]);
    expect(git(folder, 'status', '--short', '--', '.shortfuse')).toBe('');

    const again = await shortfuse(folder, ['revert', lease.id, '--write']);
    expect(again).toMatchObject({ status: 0, stdout: `lease ${lease.id} was taken back before: nothing to do\n` });
    const wrong = await shortfuse(folder, ['revert', '2020-01-01-000000']);
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain('no such lease');
  });

  test('keeps modes, and links as links to what is edited', async () => {
    const folder = tree({ ...files, 'available/shop.conf': files['conf.d/shop.conf'] });
    rmSync(join(folder, 'conf.d/shop.conf'));
    symlinkSync('../available/shop.conf', join(folder, 'conf.d/shop.conf'));
    chmodSync(join(folder, 'available/shop.conf'), 0o640);
    expect((await shortfuse(folder, ['patch', '--write'])).status).toBe(0);
    expect(lstatSync(join(folder, 'conf.d/shop.conf')).isSymbolicLink()).toBe(true);
    expect(statSync(join(folder, 'available/shop.conf')).mode & 0o7777).toBe(0o640);
    expect(readFileSync(join(folder, 'available/shop.conf'), 'utf8')).toContain('60s');
    expect((await shortfuse(folder, ['revert', '--write'])).status).toBe(0);
    expect(readFileSync(join(folder, 'available/shop.conf'), 'utf8')).toBe(files['conf.d/shop.conf']);
    expect(statSync(join(folder, 'available/shop.conf')).mode & 0o7777).toBe(0o640);
  });

  test('a second patch finds nothing to do, and one over an open lease is refused or extends it', async () => {
    const folder = tree(files);
    await shortfuse(folder, ['patch', '--write', '--until', '2031-01-01']);
    expect(await shortfuse(folder, ['patch', '--write'])).toMatchObject({
      status: 0,
      stdout: 'nothing to change: every listener is at 1 min or below\n',
    });
    const path = join(folder, 'conf.d/shop.conf');
    const added = server('10.0.0.3:443', 'new.example', 'ssl_session_timeout 2h;');
    writeFileSync(path, readFileSync(path, 'utf8') + added);
    const refused = await shortfuse(folder, ['patch', '--write']);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(
      /conf\.d\/shop\.conf belongs to the open lease .*\n {2}help: shortfuse patch --extend /,
    );
    expect(readFileSync(path, 'utf8')).toContain('2h');
    await shortfuse(folder, ['mark', 'deployed']);

    const extended = await shortfuse(folder, ['patch', '--write', '--extend', '--until', '2032-01-01']);
    expect(extended.status).toBe(0);
    expect(readFileSync(path, 'utf8')).not.toContain('2h');
    const [name = '', ...others] = leasesIn(folder);
    expect(others).toEqual([]);
    const lease = JSON.parse(readFileSync(join(folder, '.shortfuse/leases', name), 'utf8'));
    // What is new in it has not been deployed.
    expect(lease.events).toEqual([]);
    expect(lease.until).toMatch(/^203[12]-/);
    expect((await shortfuse(folder, ['revert', '--write'])).status).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(files['conf.d/shop.conf'] + added);
    expect(readFileSync(join(folder, 'nginx.conf'), 'utf8')).toBe(files['nginx.conf']);
  });

  test('--annotate adds comments that go with the rest', async () => {
    const folder = tree(files);
    expect((await shortfuse(folder, ['patch', '--write', '--annotate', '--until', '2031-01-02'])).status).toBe(0);
    const text = readFileSync(join(folder, 'nginx.conf'), 'utf8');
    expect(text).toMatch(/\n {2}# shortfuse [\w-]+: was 5m, until 2031-01-0[12]\n {2}ssl_session_timeout 60s;\n/);
    expect((await json(folder, ['status'])).report.leases[0].state).toBe('in-place');
    expect((await shortfuse(folder, ['revert', '--write'])).status).toBe(0);
    for (const [path, before] of Object.entries(files)) expect(readFileSync(join(folder, path), 'utf8')).toBe(before);
  });

  test('where nothing can be parsed nothing is written, and the status is 2', async () => {
    const broken = { ...files, 'conf.d/zzz.conf': 'server { listen 443 ssl\n' };
    const folder = tree(broken);
    const { status, stderr } = await shortfuse(folder, ['patch', '--write']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/conf\.d\/zzz\.conf:\d+:\d+: error: /);
    for (const [path, text] of Object.entries(broken)) expect(readFileSync(join(folder, path), 'utf8')).toBe(text);
    expect(leasesIn(folder)).toEqual([]);
    const asJson = await json(folder, ['patch']);
    expect(asJson.report).toMatchObject({
      files: [],
      problems: [{ file: 'conf.d/zzz.conf', line: 2, severity: 'error' }, { line: 1 }],
    });
    expect(asJson.status).toBe(2);
  });

  test('what cannot be brought there is refused, the rest goes on, and the status is 1', async () => {
    const folder = tree({
      ...files,
      'conf.d/tpl.conf': server('10.0.0.4:443', 'tpl.example', 'ssl_session_timeout {{ timeout }};'),
    });
    const { status, stdout } = await shortfuse(folder, ['patch', '--write']);
    expect(status).toBe(1);
    expect(stdout).toContain('not changed: 1 listener');
    expect(stdout).toMatch(/tpl\.example\n {4}why: conf\.d\/tpl\.conf:1: /);
    expect(readFileSync(join(folder, 'conf.d/shop.conf'), 'utf8')).toContain('60s');
    expect(readFileSync(join(folder, 'conf.d/tpl.conf'), 'utf8')).toContain('{{ timeout }}');
  });
});

test('--output-dir writes full copies and the companions, and leaves the files alone', async () => {
  const conf =
    'ltm profile client-ssl /Common/a {\n    cache-timeout 3600\n    defaults-from /Common/clientssl\n}\n' +
    'ltm virtual /Common/v {\n    destination /Common/192.0.2.1:443\n    profiles {\n        /Common/a {\n            context clientside\n        }\n    }\n}\n';
  const folder = tree({ 'f5/bigip.conf': conf });
  const { status, stdout } = await shortfuse(folder, ['patch', '--output-dir', 'out']);
  expect(status).toBe(0);
  expect(readFileSync(join(folder, 'f5/bigip.conf'), 'utf8')).toBe(conf);
  expect(readFileSync(join(folder, 'out/f5/bigip.conf'), 'utf8')).toBe(conf.replace('3600', '60'));
  expect(readFileSync(join(folder, 'out/apply.tmsh'), 'utf8')).toContain(
    'modify ltm profile client-ssl /Common/a cache-timeout 60\n',
  );
  expect(stdout).toContain('out/revert.tmsh: ');
  expect(leasesIn(folder)).toEqual([]);
});

test('with nothing but applicationHost.config the companions are the patch', async () => {
  const folder = tree({ 'applicationHost.config': iisSite });
  const { status, stdout } = await shortfuse(folder, ['patch', '--write']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/\.shortfuse\/leases\/[\w-]+\/schannel-session-60s\.reg: /);
  const [name = ''] = leasesIn(folder);
  const id = name.replace('.json', '');
  const bytes = readFileSync(join(folder, `.shortfuse/leases/${id}/schannel-session-60s.reg`));
  expect([...bytes.subarray(0, 2)]).toEqual([0xff, 0xfe]);
  expect(bytes.toString('utf16le')).toContain('"ServerCacheTime"=dword:0000ea60\r\n');
  const second = await shortfuse(folder, ['patch', '--write']);
  expect(second.status).toBe(2);
  expect(second.stderr).toContain('these listeners belong to the open lease');
  const back = await shortfuse(folder, ['revert', '--write']);
  expect(back.status).toBe(0);
  const path = /to run: (\S+revert\.reg): /.exec(back.stdout)?.[1] ?? '';
  expect(readFileSync(join(folder, path)).toString('utf16le')).toContain('"ServerCacheTime"=-');
  expect(leasesIn(folder)).toEqual([]);
});

describe('JSON satisfies its schema', () => {
  test('of patch, revert and status', async () => {
    for (const { files } of odd) {
      const folder = tree(files);
      for (const args of [
        ['patch'],
        ['patch', '--write'],
        ['status'],
        ['revert'],
        ['revert', '--write'],
        ['revert'],
        ['status'],
      ])
        check(args[0] ?? '', (await json(folder, args)).report);
    }
  });

  function check(name: string, report: unknown): void {
    const isValid = validator(name);
    isValid(report);
    expect(isValid.errors, JSON.stringify(report)).toBeNull();
  }
});

function validator(name: string) {
  const ajv = new Ajv2020({ allowUnionTypes: true });
  addFormats.default(ajv);
  return ajv.compile(JSON.parse(readFileSync(new URL(`../schemas/${name}.schema.json`, import.meta.url), 'utf8')));
}

test.each([
  { args: ['patch', '--write', '--output-dir', 'x'], says: 'give one of them' },
  { args: ['patch', '--for', 'soon'], says: '--for soon: no duration' },
  { args: ['patch', '--until', 'soon'], says: '--until soon: no time' },
  { args: ['patch', '--until', '2001-01-01'], says: 'is in the past' },
  { args: ['patch', '--until', '2031-02-30'], says: 'no time' },
  { args: ['patch', '--for', '1d', '--until', '2031-01-01'], says: 'give one of them' },
  { args: ['patch', '--extend'], says: 'there is no lease in this project' },
  { args: ['patch', '--finish', 'x'], says: 'no such lease' },
  { args: ['mark', 'deploid'], says: 'did you mean deployed?' },
  { args: ['mark', 'deployed'], says: 'there is no lease in this project' },
  { args: ['mark', 'deployed', '--at', '2999-01-01'], says: 'is yet to come' },
  { args: ['status', 'x'], says: 'no such lease' },
  { args: ['status', '--now', 'soon'], says: '--now soon: no time' },
])('2 for $args', async ({ args, says }) => {
  const folder = tree({ 'nginx.conf': nginxConf(`  ${server('443', 'a', '')}`) });
  const { status, stderr, stdout } = await shortfuse(folder, args);
  expect(stderr).toContain(says);
  expect(stdout).toBe('');
  expect(status).toBe(2);
});
