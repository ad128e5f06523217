import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LintJson } from '@shortfuse/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCommand, folderOf, type Run, run } from './run.js';

let command = '';
const cleanUp: (() => void)[] = [];
const isValid = new Ajv2020().compile(
  JSON.parse(readFileSync(new URL('../schemas/lint.schema.json', import.meta.url), 'utf8')),
);

beforeAll(async () => {
  const built = await buildCommand();
  command = built.path;
  cleanUp.push(built.remove);
});
afterAll(() => {
  for (const remove of cleanUp) remove();
});

function tree(files: Readonly<Record<string, string>>): string {
  const folder = folderOf(files);
  cleanUp.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

function lint(cwd: string, ...args: string[]): Promise<Run> {
  return run(command, ['lint', ...args], { cwd });
}

async function lintJson(cwd: string, ...args: string[]): Promise<LintJson> {
  const { stdout } = await lint(cwd, '--format', 'json', ...args);
  const report: LintJson = JSON.parse(stdout);
  expect(isValid(report), JSON.stringify(isValid.errors)).toBe(true);
  return report;
}

/** `file:line rule`, one a finding. */
async function rulesIn(cwd: string, ...args: string[]): Promise<readonly string[]> {
  const { findings } = await lintJson(cwd, ...args);
  return findings.map(({ rule, location: { file, line } }) => `${file}:${line} ${rule}`);
}

function change(cwd: string, path: string, edit: (text: string) => string): void {
  const file = join(cwd, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, edit(existsSync(file) ? readFileSync(file, 'utf8') : ''));
}

const config = (lines: string, rest = '') =>
  `events {}\nhttp {\n  ssl_certificate c.pem;\n  ssl_certificate_key k.pem;\n  server {\n    listen 10.0.0.1:443 ssl;\n    server_name shop.example;\n    ${lines}\n  }\n${rest}}\n`;
const long = { 'nginx.conf': config('ssl_session_timeout 1d;') };
const short = { 'nginx.conf': config('ssl_session_timeout 60s;') };
const implicit = { 'nginx.conf': config('') };

describe('text', () => {
  test('a finding as compilers print theirs', async () => {
    const { stdout, stderr, status } = await lint(tree(long));
    expect(stderr).toBe('');
    expect(stdout).toBe(
      [
        'nginx.conf:8:5: error[lifetime-above-target]: sessions of shop.example (10.0.0.1:443) last 1 d (86400 s), the target is 1 min (60 s)',
        '  8 |     ssl_session_timeout 1d;',
        '    |     ^^^^^^^^^^^^^^^^^^^^^^',
        '  see:  nginx.conf:5:3: shop.example (10.0.0.1:443) is defined here',
        '  why:  a client that resumes a session which the firewall never saw breaks when inspection is',
        '        switched on',
        '  help: write "60s" instead of "1d", or run shortfuse patch',
        '',
        '1 error, 0 warnings in 1 listener in 1 file, target 1 min',
        '',
      ].join('\n'),
    );
    expect(status).toBe(1);
  });

  test('nothing found is said with what was read', async () => {
    const { stdout, status } = await lint(tree(short));
    expect(stdout).toBe('no findings in 1 listener in 1 file, target 1 min\n');
    expect(status).toBe(0);
  });

  test('control characters of a file do not reach the terminal', async () => {
    const { stdout } = await lint(tree({ 'nginx.conf': config('ssl_session_timeout 1d; # \u001b[31m') }));
    expect(stdout).toContain('\\u{1b}[31m');
    expect(stdout).not.toContain('\u001b');
  });

  test('a folder without configurations says what was looked for', async () => {
    const { stdout, stderr, status } = await lint(tree({ 'readme.md': 'nothing' }));
    expect(stderr).toContain('nothing to lint in .; looked for:');
    expect(stdout).toBe('no findings in 0 listeners in 0 files, target 1 min\n');
    expect(status).toBe(0);
  });
});

describe('the exit status', () => {
  test.each([
    { name: 'no findings', files: short, args: [], want: 0 },
    { name: 'an error', files: long, args: [], want: 1 },
    { name: 'only warnings', files: { 'nginx.conf': config('ssl_session_timeout 5s;') }, args: [], want: 0 },
    {
      name: 'as many warnings as allowed',
      files: { 'nginx.conf': config('ssl_session_timeout 5s;') },
      args: ['--max-warnings', '1'],
      want: 0,
    },
    {
      name: 'more warnings than allowed',
      files: { 'nginx.conf': config('ssl_session_timeout 5s;') },
      args: ['--max-warnings', '0'],
      want: 1,
    },
    { name: 'a value that is refused', files: { 'nginx.conf': config('ssl_session_timeout 5x;') }, args: [], want: 1 },
    { name: 'a file that is broken', files: { 'nginx.conf': config('ssl_session_timeout 60s') }, args: [], want: 2 },
    { name: 'an include that is missing', files: { 'nginx.conf': config('include a.conf;') }, args: [], want: 2 },
    {
      name: 'an include of another place',
      files: { 'nginx.conf': config('ssl_session_timeout 60s; include /srv/a.conf;') },
      args: [],
      want: 0,
    },
    { name: 'a path that is not there', files: short, args: ['nginx.conf', 'gone.conf'], want: 2 },
    { name: 'a format that is none', files: short, args: ['--format', 'yaml'], want: 2 },
    { name: 'a number that is none', files: short, args: ['--max-warnings', '-1'], want: 2 },
    { name: 'no baseline to update', files: short, args: ['--update-baseline'], want: 2 },
    { name: 'no baseline to read', files: short, args: ['--baseline', 'gone.json'], want: 2 },
    { name: 'an output that cannot be written', files: short, args: ['--output', 'no/such/folder'], want: 2 },
    {
      name: 'two formats into one file',
      files: short,
      args: ['--output-file', 'json=a', '--output-file', 'text=a'],
      want: 2,
    },
  ])('$want for $name', async ({ files, args, want }) => {
    const { status } = await lint(tree(files), ...args);
    expect(status).toBe(want);
  });

  test('2 also where a rule about broken files is off or its finding is silenced', async () => {
    const broken = { 'nginx.conf': `# shortfuse-ignore config-invalid -- later\n${config('ssl_session_timeout 60s')}` };
    const off = { ...broken, 'shortfuse.config.json': '{ "rules": { "config-invalid": "off" } }' };
    for (const files of [broken, off]) {
      const { status, stdout } = await lint(tree(files));
      expect(stdout).toContain('could not be read: what it hides was not judged');
      expect(status).toBe(2);
    }
  });
});

describe('what could not be read is in every format', () => {
  const files = { 'nginx.conf': config('include gone.conf;') };
  test.each(['text', 'json', 'sarif', 'github', 'gitlab', 'junit', 'checkstyle', 'rdjson', 'markdown'])(
    '%s',
    async (format) => {
      const { stdout, status } = await lint(tree(files), '--format', format);
      expect(stdout).toContain('gone.conf');
      expect(status).toBe(2);
    },
  );
});

describe('presets and rules', () => {
  test('rollout: a default is no finding as such; standing: it is, and a day is short enough', async () => {
    expect(await rulesIn(tree(implicit))).toEqual(['nginx.conf:5 lifetime-above-target']);
    expect(await rulesIn(tree(implicit), '--preset', 'standing')).toEqual(['nginx.conf:5 lifetime-implicit']);
    expect(await rulesIn(tree(long), '--preset', 'standing')).toEqual([]);
  });

  test('the option goes before the file, a single rule before the preset', async () => {
    const standing = tree({ ...implicit, 'shortfuse.config.json': '{ "preset": "standing" }' });
    expect(await rulesIn(standing)).toEqual(['nginx.conf:5 lifetime-implicit']);
    expect(await rulesIn(standing, '--preset', 'rollout')).toEqual(['nginx.conf:5 lifetime-above-target']);
    const files = {
      ...implicit,
      'shortfuse.config.json': '{ "preset": "standing", "rules": { "lifetime-implicit": "off" } }',
    };
    expect(await rulesIn(tree(files))).toEqual([]);
  });

  test('a target that somebody names goes before that of the preset', async () => {
    expect(await rulesIn(tree(long), '--preset', 'standing', '--target', '1h')).toEqual([
      'nginx.conf:8 lifetime-above-target',
    ]);
  });

  test('severities and options of the file', async () => {
    const rules = {
      'lifetime-above-target': ['warning', { target: '1h' }],
      'lifetime-too-short': ['error', { minimum: 120 }],
    };
    const cwd = tree({ ...short, 'shortfuse.config.json': JSON.stringify({ rules }) });
    const { findings } = await lintJson(cwd);
    expect(findings.map(({ rule, severity }) => `${severity} ${rule}`)).toEqual(['error lifetime-too-short']);
    change(cwd, 'nginx.conf', (text) => text.replace('60s', '2h'));
    expect((await lintJson(cwd)).findings.map(({ rule, severity }) => `${severity} ${rule}`)).toEqual([
      'warning lifetime-above-target',
    ]);
  });

  test('patch keeps to the target of the rollout', async () => {
    const cwd = tree({ ...long, 'shortfuse.config.json': '{ "preset": "standing" }' });
    const { stdout } = await run(command, ['patch'], { cwd });
    expect(stdout).toContain('+    ssl_session_timeout 60s;');
  });
});

describe('comments that silence findings', () => {
  const silenced = (comment: string) => ({ 'nginx.conf': config(`${comment}\n    ssl_session_timeout 1d;`) });

  test('on the line before or the same, counted', async () => {
    const { findings, summary } = await lintJson(
      tree(silenced('# shortfuse-ignore lifetime-above-target -- it moves')),
    );
    expect(findings).toEqual([]);
    expect(summary.suppressed).toBe(1);
    const same = config('ssl_session_timeout 1d; # shortfuse-ignore lifetime-above-target -- it moves');
    expect(await rulesIn(tree({ 'nginx.conf': same }))).toEqual([]);
  });

  test('--no-ignores takes no notice of them, and none of them is unused', async () => {
    const cwd = tree(silenced('# shortfuse-ignore lifetime-above-target, setting-invalid -- it moves'));
    expect(await rulesIn(cwd)).toEqual(['nginx.conf:8 unused-suppression']);
    expect(await rulesIn(cwd, '--no-ignores')).toEqual(['nginx.conf:9 lifetime-above-target']);
  });

  const schannel = (lines: string) =>
    `Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL]\n${lines}\n`;
  const iisHost = (comment: string) =>
    `<configuration>\n  <system.applicationHost>\n    <sites>\n      <site name="Shop" id="1">\n        <bindings>\n          ${comment}\n          <binding protocol="https" bindingInformation="*:443:" sslFlags="0" />\n        </bindings>\n      </site>\n    </sites>\n  </system.applicationHost>\n</configuration>\n`;
  const words = 'shortfuse-ignore lifetime-above-target -- it moves';
  test.each([
    {
      name: 'Apache httpd',
      files: {
        'httpd.conf': `LoadModule ssl_module modules/mod_ssl.so\nListen 443\n# ${words}\nSSLSessionCacheTimeout 86400\n<VirtualHost *:443>\n  SSLEngine on\n</VirtualHost>\n`,
      },
    },
    {
      name: 'BIG-IP',
      files: {
        'bigip.conf': `ltm profile client-ssl /Common/shop {\n    # ${words}\n    cache-timeout 3600\n    defaults-from /Common/clientssl\n}\nltm virtual /Common/shop {\n    destination /Common/192.0.2.10:443\n    profiles {\n        /Common/shop { }\n    }\n}\n`,
      },
    },
    { name: 'IIS, in XML', files: { 'applicationHost.config': iisHost(`<!-- ${words} -->`) } },
    {
      name: 'IIS, in a registry file',
      files: {
        'applicationHost.config': iisHost(''),
        'tls.reg': schannel(`; ${words}\n"ServerCacheTime"=dword:02255100`),
      },
    },
  ])('in the syntax of $name', async ({ files }) => {
    const { findings, summary } = await lintJson(tree(files));
    expect(findings.map(({ rule }) => rule)).toEqual([]);
    expect(summary.suppressed).toBe(1);
  });

  test('the same word in a string is no comment', async () => {
    const text = config('ssl_session_timeout 1d; add_header X "# shortfuse-ignore lifetime-above-target -- it moves";');
    expect(await rulesIn(tree({ 'nginx.conf': text }))).toEqual(['nginx.conf:8 lifetime-above-target']);
  });

  test('after its day a comment counts no more', async () => {
    const cwd = tree(silenced('# shortfuse-ignore lifetime-above-target -- until 2026-12-31: it moves'));
    const at = (now: string) => run(command, ['lint'], { cwd, env: { SHORTFUSE_NOW: now } });
    expect((await at('2026-12-31T23:59:59Z')).status).toBe(0);
    const { stdout, status } = await at('2027-01-01T00:00:00Z');
    expect(stdout).toContain('this comment does not count: it was to count until 2026-12-31');
    expect(status).toBe(1);
  });
});

describe('the baseline', () => {
  test('accepts what was there, wherever its lines move, and nothing else', async () => {
    const cwd = tree(long);
    const { stderr, status } = await lint(cwd, '--baseline', 'known.json', '--update-baseline');
    expect(stderr).toBe('known.json: 1 finding is in the baseline now\n');
    expect(status).toBe(0);
    change(cwd, 'nginx.conf', (text) => `# a line\n\n${text.replace('    ssl_session', '\t\tssl_session')}`);
    const { findings, summary } = await lintJson(cwd, '--baseline', 'known.json');
    expect([findings, summary.baselined]).toEqual([[], 1]);
    change(cwd, 'nginx.conf', (text) => text.replace('1d', '2d'));
    expect(await rulesIn(cwd, '--baseline', 'known.json')).toEqual(['nginx.conf:10 lifetime-above-target']);
  });

  test('is for the files, not for the folder that lint runs in', async () => {
    const cwd = tree({ 'deploy/nginx.conf': long['nginx.conf'] });
    await lint(cwd, '--baseline', 'known.json', '--update-baseline');
    expect(await rulesIn(join(cwd, 'deploy'), '--baseline', '../known.json')).toEqual([]);
  });

  test('a listener more than it accepts is a new finding, which says so', async () => {
    const inherited = config('', '  ssl_session_timeout 1d;\n');
    const cwd = tree({ 'nginx.conf': inherited });
    await lint(cwd, '--baseline', 'known.json', '--update-baseline');
    const other = '  server { listen 10.0.0.2:443 ssl; server_name a.example; }\n';
    change(cwd, 'nginx.conf', (text) => text.replace('  ssl_session_timeout', `${other}  ssl_session_timeout`));
    const { findings } = await lintJson(cwd, '--baseline', 'known.json');
    expect(findings.map(({ rule }) => rule)).toEqual(['lifetime-above-target']);
    await lint(cwd, '--baseline', 'known.json', '--update-baseline');
    change(cwd, 'nginx.conf', (text) => text.replace(other, ''));
    expect(await rulesIn(cwd, '--baseline', 'known.json')).toEqual([]);
  });

  test('entries that nothing matches are said, and taken out by an update; files that were not read keep theirs', async () => {
    const cwd = tree({ 'a/nginx.conf': long['nginx.conf'], 'b/nginx.conf': long['nginx.conf'] });
    await lint(cwd, '--baseline', 'known.json', '--update-baseline');
    change(cwd, 'a/nginx.conf', (text) => text.replace('1d', '60s'));
    const { stderr } = await lint(cwd, 'a', '--baseline', 'known.json');
    expect(stderr).toBe(
      'known.json: 1 of its findings is gone; --update-baseline takes them out\n  a/nginx.conf: lifetime-above-target\n',
    );
    await lint(cwd, 'a', '--baseline', 'known.json', '--update-baseline');
    const { findings } = JSON.parse(readFileSync(join(cwd, 'known.json'), 'utf8'));
    expect(findings.map(({ file }: { file: string }) => file)).toEqual(['b/nginx.conf']);
  });

  test.each([
    { text: '{', want: 'known.json: error: the baseline is no JSON' },
    { text: '[]', want: 'known.json: error: the baseline is no baseline' },
    {
      text: '{ "schemaVersion": 1, "findings": [{}] }',
      want: 'known.json: error: the baseline is damaged: findings.0',
    },
  ])('one that is damaged is an error: $text', async ({ text, want }) => {
    const { stderr, status } = await lint(tree({ ...long, 'known.json': text }), '--baseline', 'known.json');
    expect(stderr).toContain(want);
    expect(status).toBe(2);
  });
});

test('one run writes several formats, and each is what --format prints', async () => {
  const cwd = tree(long);
  const { stdout } = await lint(
    cwd,
    '--output-file',
    'json=a.json',
    '--output-file',
    'markdown=a.md',
    '--output-file',
    'sarif=a.sarif',
  );
  expect(stdout).toContain('error[lifetime-above-target]');
  expect(readFileSync(join(cwd, 'a.json'), 'utf8')).toBe((await lint(cwd, '--format', 'json')).stdout);
  expect(readFileSync(join(cwd, 'a.md'), 'utf8')).toBe((await lint(cwd, '--format', 'markdown')).stdout);
  expect(JSON.parse(readFileSync(join(cwd, 'a.sarif'), 'utf8')).version).toBe('2.1.0');
  await lint(cwd, '--output', 'a.txt');
  expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe(stdout);
});

test('standard input is linted under its name', async () => {
  const { stdout, status } = await run(command, ['lint', '-', '--stdin-filename', 'nginx.conf'], {
    cwd: tree(short),
    stdin: long['nginx.conf'],
  });
  expect(stdout).toContain('nginx.conf:8:5: error[lifetime-above-target]');
  expect(status).toBe(1);
});

test('exact ends, in UTF-16 units, with tabs, wide characters and CRLF', async () => {
  const text = config('\tssl_session_timeout /*é*/ 1d;')
    .replace('/*é*/ ', '')
    .replace('server_name shop.example;', 'server_name "münchen-😀.example"; ssl_session_timeout\t1d;')
    .replace('\tssl_session_timeout 1d;', '')
    .replaceAll('\n', '\r\n');
  const { findings } = await lintJson(tree({ 'nginx.conf': text }));
  const [line = ''] = text.split('\r\n').slice(6, 7);
  const column = line.indexOf('ssl_session_timeout') + 1;
  expect(findings.map(({ location }) => location)).toEqual([
    { file: 'nginx.conf', line: 7, column, endLine: 7, endColumn: column + 'ssl_session_timeout\t1d'.length },
  ]);
});
