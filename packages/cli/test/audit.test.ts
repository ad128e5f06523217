import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCommand, folderOf, type Run, type RunOptions, run } from './run.js';

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

function tree(files: Readonly<Record<string, string>>): string {
  const folder = folderOf(files);
  cleanUp.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

function shortfuse(args: readonly string[], options: RunOptions): Promise<Run> {
  return run(command, args, options);
}

function server(name: string, lines: string): string {
  return `server { listen 10.0.0.1:443 ssl; server_name ${name}; ssl_certificate c.pem; ssl_certificate_key k.pem; ${lines} }\n`;
}

const site = {
  'nginx.conf': `events {}\nhttp {\n  ssl_session_timeout 5m;\n  include conf.d/*.conf;\n}\n`,
  'conf.d/shop.conf': `${server('shop.example', 'ssl_session_timeout 1d;')}`,
  'conf.d/blog.conf': server('blog.example', '').replace('10.0.0.1', '10.0.0.2'),
};

describe('the exit status', () => {
  test('0 where everything was read', async () => {
    const { status, stdout, stderr } = await shortfuse(['audit'], { cwd: tree(site) });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^! 1 d +10\.0\.0\.1:443 +shop\.example +conf\.d\/shop\.conf:1 /m);
    expect(stdout).toMatch(/^! 5 min +10\.0\.0\.2:443 +blog\.example +nginx\.conf:3 \(inherited\) /m);
    expect(stdout).toContain('2 listeners in 3 files, 2 above the target of 1 min, 0 unknown, longest 1 d\n');
    expect(status).toBe(0);
  });

  test('2 for a broken file, with the rest reported', async () => {
    const files = {
      ...site,
      'conf.d/zzz.conf': server('broken.example', 'ssl_session_timeout 5x;').replace('.1', '.3'),
    };
    const { status, stdout, stderr } = await shortfuse(['audit'], { cwd: tree(files) });
    expect(stderr).toMatch(/^conf\.d\/zzz\.conf:1:\d+: error: "ssl_session_timeout" directive invalid value$/m);
    expect(stderr).toMatch(/^ {2}1 \| .*\n {4}\| +\^/m);
    expect(stdout).toContain('shop.example');
    expect(stdout).toContain('1 error: what they hide is not in this report');
    expect(status).toBe(2);
  });

  test('2 for a path that is not there, with the rest reported', async () => {
    const { status, stdout, stderr } = await shortfuse(['audit', 'nowhere', '.'], { cwd: tree(site) });
    expect(stderr).toContain('nowhere: error: No such file or directory');
    expect(stdout).toContain('shop.example');
    expect(status).toBe(2);
  });

  test('2 for a named file that is no configuration, with the report in JSON still whole', async () => {
    const cwd = tree({ 'notes.txt': 'buy milk\n' });
    const { status, stdout } = await shortfuse(['audit', '--format', 'json', 'notes.txt'], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({
      problems: [{ file: 'notes.txt', line: 1, column: 1, severity: 'error' }],
    });
    expect(status).toBe(2);
  });

  test('0 where there is nothing, with what was looked for', async () => {
    const cwd = tree({ 'notes.txt': 'buy milk\n' });
    const text = await shortfuse(['audit'], { cwd });
    expect(text).toMatchObject({ status: 0, stdout: '' });
    expect(text.stderr).toMatch(/^nothing to audit in \.; looked for:\n {2}nginx: \S/);
    const json = await shortfuse(['audit', '--format', 'json'], { cwd });
    expect(JSON.parse(json.stdout)).toMatchObject({ listeners: [], summary: { files: 0, longestSeconds: null } });
    expect(json.status).toBe(0);
    expect(await shortfuse(['audit', '--quiet'], { cwd })).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  test.each([
    { args: ['audit', '--formt', 'json'], says: 'Did you mean --format?' },
    { args: ['audit', '--format', 'yaml'], says: 'Allowed choices are text, json' },
    { args: ['audit', '--target', '5min'], says: 'Write a duration such as 60, 60s, 5m' },
    { args: ['audit', '--root', 'etc=x'], says: 'Write an absolute path of the server' },
    { args: ['audit', '--root', '/etc/nginx=none'], says: 'none is no folder' },
    { args: ['audit', '--server', 'ngnix'], says: 'did you mean nginx?' },
    { args: ['audit', '--config', 'none.json'], says: 'none.json: error: the configuration file cannot be read' },
    { args: ['audit', '--stdin-filename', 'x'], says: 'only where a PATH is -' },
    { args: ['adit'], says: 'Did you mean audit?' },
    { args: [], says: 'Usage: shortfuse' },
  ])('2 for $args', async ({ args, says }) => {
    const { status, stdout, stderr } = await shortfuse(args, { cwd: tree(site) });
    expect(stderr).toContain(says);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  test('0 for help and version', async () => {
    const cwd = tree({});
    const version = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
    for (const args of [['--version'], ['audit', '--version']])
      expect(await shortfuse(args, { cwd })).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
    for (const args of [['--help'], ['audit', '--help'], ['help', 'audit']])
      expect((await shortfuse(args, { cwd })).status).toBe(0);
  });
});

test('a program that is named is read as one, whatever else its text looks like', async () => {
  const cwd = tree({
    'srv.ts':
      "import { createServer } from 'node:https';\n\ncreateServer({ sessionTimeout: 2 * 3600 }).listen(8443);\n",
  });
  const { status, stdout, stderr } = await shortfuse(['audit', 'srv.ts'], { cwd });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^! 2 h +\*:8443 /m);
});

test('JSON satisfies its schema, whatever was found', async () => {
  const schema = JSON.parse(readFileSync(new URL('../schemas/audit.schema.json', import.meta.url), 'utf8'));
  const isValid = new Ajv2020({ allowUnionTypes: true }).compile(schema);
  const trees = [
    site,
    {},
    { 'snippets/tls.conf': 'ssl_session_timeout 1d;\n' },
    { 'nginx.conf': 'events {}\nhttp { include sites/*; server { listen 443 ssl; ssl_session_timeout 5x; } }' },
    { 'conf.d/a.conf': server('a', 'ssl_session_timeout {{ timeout }};') + server('b', 'ssl_session_timeout 2h;') },
  ];
  for (const files of trees) {
    const { stdout } = await shortfuse(['audit', '--format', 'json'], { cwd: tree(files) });
    isValid(JSON.parse(stdout));
    expect(isValid.errors, stdout).toBeNull();
  }
  expect(isValid({ ...{}, schemaVersion: 1 })).toBe(false);
});

describe('where the result goes', () => {
  test('--output writes the file, whole, and nothing else', async () => {
    const cwd = tree(site);
    const { status, stdout } = await shortfuse(['audit', '--format', 'json', '--output', 'report.json'], { cwd });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8')).summary.listeners).toBe(2);
    expect(readdirSync(cwd).sort()).toEqual(['conf.d', 'nginx.conf', 'report.json']);
  });

  test('--output that cannot be written is an error', async () => {
    const { status, stderr } = await shortfuse(['audit', '--output', 'none/report.txt'], { cwd: tree(site) });
    expect(stderr).toContain('none/report.txt: error: ENOENT');
    expect(status).toBe(2);
  });

  test('a reader that leaves early is no failure', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => server(`n${i}.example`, '')).join('');
    const cwd = tree({ 'nginx.conf': `events {}\nhttp {\n${many}}\n` });
    const { status, signal, stderr } = await shortfuse(['audit', '--format', 'json'], { cwd, readAtMost: 1 });
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  });
});

test('Ctrl-C ends quietly and leaves no file', async () => {
  const cwd = tree({});
  const ended = await shortfuse(['audit', '-', '--output', 'report.txt'], { cwd, interrupt: 'SIGINT' });
  expect(ended).toEqual({ status: null, signal: 'SIGINT', stdout: '', stderr: '' });
  expect(readdirSync(cwd)).toEqual([]);
});

describe('standard input', () => {
  const text = `events {}\nhttp { ${server('piped.example', 'ssl_session_timeout 2h;')} }\n`;
  test.each([
    { args: ['-'], file: '<stdin>' },
    { args: ['-', '--stdin-filename', 'prod/nginx.conf'], file: 'prod/nginx.conf' },
  ])('audit $args names it $file', async ({ args, file }) => {
    const { status, stdout } = await shortfuse(['audit', '--format', 'json', ...args], { cwd: tree({}), stdin: text });
    expect(JSON.parse(stdout).listeners).toMatchObject([{ name: 'piped.example', setAt: { file, line: 2 } }]);
    expect(status).toBe(0);
  });
});

describe('colours', () => {
  test.each([
    { args: [], env: {}, coloured: false },
    { args: ['--color'], env: {}, coloured: true },
    { args: [], env: { FORCE_COLOR: '1' }, coloured: true },
    { args: [], env: { FORCE_COLOR: '1', NO_COLOR: '1' }, coloured: true },
    { args: ['--color'], env: { NO_COLOR: '1' }, coloured: true },
    { args: ['--no-color'], env: { FORCE_COLOR: '1' }, coloured: false },
    { args: ['--color', '--format', 'json'], env: {}, coloured: false },
  ])('$args $env: $coloured', async ({ args, env, coloured }) => {
    const { stdout } = await shortfuse(['audit', ...args], { cwd: tree(site), env });
    expect(stdout.includes('\x1b[')).toBe(coloured);
  });
});

test('500 listeners with long names fit 100 columns and a few screens', async () => {
  const sites = Array.from({ length: 500 }, (_, i) => [
    `sites-enabled/customer-${i}.a-very-long-platform-name.production.internal.example.com.conf`,
    server(
      `customer-${i}.a-very-long-platform-name.production.internal.example.com`,
      i % 25 === 0 ? 'ssl_session_timeout 1d;' : '',
    ).replace('10.0.0.1', `10.0.${Math.floor(i / 250)}.${i % 250}`),
  ]);
  const main = 'events {}\nhttp {\n  ssl_session_timeout 60;\n  include sites-enabled/*;\n}\n';
  const { stdout, status } = await shortfuse(['audit'], {
    cwd: tree({ 'nginx.conf': main, ...Object.fromEntries(sites) }),
  });
  const lines = stdout.split('\n');
  expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(100);
  expect(lines.length).toBeLessThan(80);
  expect(lines.filter((line) => line.startsWith('! 1 d'))).toHaveLength(20);
  expect(stdout).toContain('500 listeners in 501 files, 20 above the target of 1 min, 0 unknown, longest 1 d');
  expect(status).toBe(0);
});

describe('the configuration file', () => {
  test('is found upwards, and an option beats it', async () => {
    const cwd = tree({ ...site, 'shortfuse.config.json': '{ "target": "5m", "exclude": ["conf.d/shop.conf"] }' });
    const below = join(cwd, 'conf.d');
    const read = async (args: readonly string[]): Promise<unknown> =>
      JSON.parse((await shortfuse(['audit', '--format', 'json', ...args], { cwd: below })).stdout);
    expect(await read([])).toMatchObject({ targetSeconds: 300, listeners: [{ name: 'blog.example' }] });
    expect(await read(['--target', '1h'])).toMatchObject({ targetSeconds: 3600 });
  });

  test('names its mistakes by place, and nothing is read', async () => {
    const cwd = tree({ ...site, 'shortfuse.config.json': '{\n  "tagret": "5m"\n}\n' });
    expect(await shortfuse(['audit'], { cwd })).toEqual({
      status: 2,
      signal: null,
      stdout: '',
      stderr:
        'shortfuse.config.json:2:3: error: unknown key "tagret" (did you mean target?)\n' +
        '  help: known: $schema, target, include, exclude, preset, rules, roots, hosts, servers\n',
    });
  });

  test('says what is read where no PATH is given', async () => {
    const cwd = tree({
      'deploy/nginx.conf': 'events {}\nhttp { include /etc/nginx/sites/*; }',
      'elsewhere/a.conf': server('a.example', 'ssl_session_timeout 2h;'),
      'ops/shortfuse.config.json': '{ "include": ["../deploy"], "roots": { "/etc/nginx/sites": "../elsewhere" } }',
    });
    const { stdout } = await shortfuse(['audit', '--format', 'json', '--config', 'ops/shortfuse.config.json'], { cwd });
    expect(JSON.parse(stdout).listeners).toMatchObject([{ name: 'a.example', setAt: { file: 'elsewhere/a.conf' } }]);
  });
});
