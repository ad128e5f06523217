import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
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

function coverage(args: readonly string[], options: RunOptions): Promise<Run> {
  return run(command, ['coverage', ...args], options);
}

const schema = JSON.parse(readFileSync(new URL('../schemas/coverage.schema.json', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ allowUnionTypes: true });
addFormats.default(ajv);
const isValid = ajv.compile(schema);

const cases = fileURLToPath(new URL('../../panos/test/conformance', import.meta.url));

function server(listen: string, name: string, lines = ''): string {
  return `server { listen ${listen} ssl; server_name ${name}; ssl_certificate c.pem; ssl_certificate_key k.pem; ${lines} }\n`;
}

const rule = 'set rulebase decryption rules web';
const site = {
  'fw.txt': `set address vip ip-netmask 203.0.113.10\n${rule} destination [ vip 10.0.0.0/30 ]\n${rule} service service-https\n${rule} action decrypt type ssl-inbound-inspection web-2025\n`,
  'nginx/nginx.conf': `events {}\nhttp {\n${server('10.0.0.1:443', 'shop.example', 'ssl_session_timeout 1d;')}${server('10.0.0.9:443', 'other.example')}}\n`,
};
const short = { ...site, 'nginx/nginx.conf': site['nginx/nginx.conf'].replace('1d', '60s') };

describe('the exit status', () => {
  test('1 where a covered listener is above the target', async () => {
    const { status, stdout, stderr } = await coverage(['fw.txt', 'nginx'], { cwd: tree(site) });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^! web {2}vsys1, fw\.txt:2$/m);
    expect(stdout).toMatch(/^ {4}held back by {3}shop\.example 10\.0\.0\.1:443 \(1 d\)$/m);
    expect(stdout).toMatch(/^! 1 d {7}shop\.example 10\.0\.0\.1:443 {3}web \(vsys1\)$/m);
    expect(stdout).toMatch(/^ {2}5 min {5}other\.example 10\.0\.0\.9:443 {2}none: no inbound rule/m);
    expect(stdout).toContain('\n  203.0.113.10/32:443\n');
    expect(stdout).toContain('1 enabled inbound rule; 2 listeners: 1 covered, 1 not\n');
    expect(status).toBe(1);
  });

  test('0 where every covered listener is at the target, whatever the others are', async () => {
    const { status, stdout } = await coverage(['fw.txt', 'nginx'], { cwd: tree(short) });
    expect(stdout).toContain('of the covered 0 above the target of 1 min, 0 unknown, longest 1 min\n');
    expect(status).toBe(0);
  });

  test('0 with a target that is met', async () =>
    expect((await coverage(['--target', '1d', 'fw.txt', 'nginx'], { cwd: tree(site) })).status).toBe(0));

  test('1 where the lifetime of a covered listener is unknown', async () => {
    const files = { ...site, 'hosts.json': hostsFile('10.0.0.1:443', null) };
    const { status, stdout } = await coverage(['fw.txt', '--listeners', 'hosts.json'], { cwd: tree(files) });
    expect(stdout).toMatch(/^\? unknown {3}h 10\.0\.0\.1:443 {2}web/m);
    expect(status).toBe(1);
  });

  test('1 where it is not known whether a listener is covered', async () => {
    const open = { ...site, 'fw.txt': `${rule} destination x action decrypt type ssl-inbound-inspection c\n` };
    expect((await coverage(['fw.txt', 'nginx'], { cwd: tree(open) })).status).toBe(1);
    const wildcard = { ...short, 'nginx/nginx.conf': `events {}\nhttp { ${server('443', 'shop.example')} }\n` };
    const { status, stdout } = await coverage(['fw.txt', 'nginx'], { cwd: tree(wildcard) });
    expect(stdout).toMatch(/^\? 5 min .* perhaps: its real address is not known/m);
    expect(status).toBe(1);
  });

  test('2 for a configuration that cannot be read, and none of its lines is shown', async () => {
    const secret = '$5$notforyou';
    const files = { ...site, 'fw.xml': `<config version="10.1.0"><users><phash>${secret}</phsh></users></config>` };
    const { status, stdout, stderr } = await coverage(['fw.xml', 'nginx'], { cwd: tree(files) });
    expect(stderr).toContain('fw.xml:1:52: error: not well-formed: </phsh> closes <phash>');
    expect(stdout + stderr).not.toContain(secret);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  test("2 for an error in a server's files, with the rest reported", async () => {
    const files = { ...site, 'nginx/bad.conf': 'server {' };
    const { status, stdout, stderr } = await coverage(['fw.txt', 'nginx'], { cwd: tree(files) });
    expect(stderr).toContain('nginx/bad.conf');
    expect(stdout).toContain('shop.example');
    expect(status).toBe(2);
  });

  test.each([
    { args: [], says: "missing required argument 'PANOS'" },
    { args: ['nowhere.xml'], says: 'nowhere.xml: error: ENOENT' },
    { args: ['nginx'], says: 'nginx: error: EISDIR' },
    { args: ['fw.txt', 'nginx', '--listeners', 'x.json'], says: '--listeners takes the place of PATHs' },
    { args: ['-', '-'], says: 'PANOS or a PATH, not both' },
    { args: ['fw.txt', '--listeners', 'none.json'], says: 'none.json: error: ENOENT' },
    { args: ['fw.txt', '--listeners', 'fw.txt'], says: 'fw.txt:1:1: error: not JSON' },
    { args: ['fw.txt', '--format', 'xml'], says: 'Allowed choices are text, json' },
  ])('2 for $args', async ({ args, says }) => {
    const { status, stdout, stderr } = await coverage(args, { cwd: tree(site) });
    expect(stderr).toContain(says);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  test.each([
    { text: '{}', says: 'h.json:1:1: error: the file must be a list of listeners' },
    { text: '[\n 5]', says: 'h.json:2:2: error: entry 1 must be an object with server' },
    { text: '[{"server":"a","name":"b","addresses":[]}]', says: 'h.json:1:2: error: lifetimeSeconds is missing' },
    { text: hostsFile('x', -1), says: 'error: lifetimeSeconds must not be negative' },
    { text: hostsFile('x', 60).replace('"x"', '7'), says: 'error: entry 1 must be a string such as 203.0.113.10:443' },
  ])('2 for listeners such as $text', async ({ text, says }) => {
    const cwd = tree({ ...site, 'h.json': text });
    const { status, stderr } = await coverage(['fw.txt', '--listeners', 'h.json'], { cwd });
    expect(stderr).toContain(says);
    expect(status).toBe(2);
  });
});

function hostsFile(address: string, lifetimeSeconds: number | null): string {
  return JSON.stringify([{ server: 'nginx', name: 'h', addresses: [address], lifetimeSeconds }]);
}

describe('"hosts" of the configuration file', () => {
  const wildcard = `events {}\nhttp { ${server('443', 'shop.example')}${server('8443', 'admin.example')} }\n`;
  test('says what a wildcard stands for, by name and by address', async () => {
    const cwd = tree({
      ...site,
      'nginx/nginx.conf': wildcard,
      'shortfuse.config.json':
        '{ "hosts": { "shop.example": ["10.0.0.2", "203.0.113.10"], "0.0.0.0": ["10.0.0.3:443"] } }',
    });
    const { stdout, status } = await coverage(['fw.txt', 'nginx', '--format', 'json'], { cwd });
    const report = JSON.parse(stdout);
    expect(report.coverage.map(({ listener, rule }: Row) => `${listener} ${rule}`)).toEqual([
      'shop.example 10.0.0.2:443 web',
      'shop.example 203.0.113.10:443 web',
      'admin.example 10.0.0.3:443 web',
    ]);
    expect(report.coveredWithoutListener).toEqual([]);
    expect(status).toBe(1);
  });
});

interface Row {
  readonly listener: string;
  readonly rule: string | null;
  readonly reason: string;
}

describe('the conformance cases, from the command line', () => {
  const names = readdirSync(cases).filter((name) => /^[012]\d-/.test(name));
  test('all of them are here', () => expect(names).toHaveLength(20));
  test.each(names)('%s', async (name) => {
    const cwd = mkdtempSync(join(tmpdir(), 'shortfuse-case-'));
    cleanUp.push(() => rmSync(cwd, { recursive: true }));
    cpSync(join(cases, name), cwd, { recursive: true });
    const input = readdirSync(cwd).find((file) => !file.endsWith('.json')) ?? '';
    const expected = JSON.parse(readFileSync(join(cwd, 'expected.json'), 'utf8'));
    const args = [input, '--listeners', 'hosts.json'];
    const json = await coverage([...args, '--format', 'json'], { cwd });
    const report = JSON.parse(json.stdout);
    isValid(report);
    expect(isValid.errors).toBeNull();
    const rows = (found: { coverage: Row[] }) =>
      found.coverage.map(({ listener, rule, reason }) => [listener, rule, reason]);
    expect(rows(report)).toEqual(rows(expected));
    // Every listener of the cases is above the target: what is covered, or may be, holds back.
    const isHeld = rows(expected).some(([, , reason]) => reason === 'match' || reason === 'undecided');
    expect(json.status).toBe(!expected.valid ? 2 : isHeld ? 1 : 0);

    const text = await coverage(args, { cwd });
    expect(text.status).toBe(json.status);
    for (const [listener, rule] of rows(expected)) {
      const line = text.stdout.split('\n').find((one) => one.includes(` ${listener} `)) ?? '';
      expect(text.stdout).toContain(listener);
      if (rule !== null) expect(text.stdout).toContain(`${rule} (`);
      else expect(line).toMatch(/ {2}(none|perhaps): |^$/);
    }
    for (const { name } of expected.rules)
      expect(text.stdout).toMatch(new RegExp(`^[!? ] ${literally(name)}( \\(disabled\\))? {2}`, 'm'));
  });
});

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

test('the schema refuses what a report is not', () => expect(isValid({ schemaVersion: 1 })).toBe(false));

test('a configuration comes from standard input, too, and the result goes where --output says', async () => {
  const cwd = tree(site);
  const args = ['-', 'nginx', '--stdin-filename', 'edge.txt', '--format', 'json', '--output', 'out.json'];
  const { status, stdout, stderr } = await coverage(args, { cwd, stdin: site['fw.txt'] });
  expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: '' });
  const report = JSON.parse(readFileSync(join(cwd, 'out.json'), 'utf8'));
  isValid(report);
  expect(isValid.errors).toBeNull();
  expect(report.coverage[0]).toMatchObject({ rule: 'web', definedAt: { file: 'nginx/nginx.conf', line: 3 } });
});

test('--quiet leaves warnings out', async () => {
  const files = { ...site, 'fw.txt': `${site['fw.txt']}delete address vip\n` };
  const loud = await coverage(['fw.txt', 'nginx'], { cwd: tree(files) });
  expect(loud.stderr).toMatch(/^fw\.txt:5:1: warning: a command other than set was not read\n {2}help: /);
  expect((await coverage(['fw.txt', 'nginx', '--quiet'], { cwd: tree(files) })).stderr).toBe('');
});

test('without listeners the rules are still told', async () => {
  const cwd = tree({ 'fw/fw.txt': site['fw.txt'] });
  const { status, stdout, stderr } = await coverage(['fw/fw.txt', 'fw'], { cwd });
  expect(stderr).toContain('no TLS listener to compare with');
  expect(stdout).toMatch(/^ {2}web {2}vsys1, fw\/fw\.txt:2\n {4}listeners {6}none that is known$/m);
  expect(status).toBe(0);
});

test('control characters of a configuration do not reach the terminal', async () => {
  const files = { ...site, 'fw.txt': site['fw.txt'].replaceAll('rules web', 'rules "\u001b[31mweb"') };
  const { stdout } = await coverage(['fw.txt', 'nginx'], { cwd: tree(files) });
  expect(stdout).toContain('\\u{1b}[31mweb');
  expect(stdout).not.toContain('\u001b');
});

test('an export of 30 MB is read in bounded memory', { timeout: 60_000 }, async () => {
  const cwd = tree(site);
  const entry = (i: number): string =>
    `      <entry name="rule-${i}">\n        <from>\n          <member>untrust</member>\n        </from>\n        <application>\n          <member>ssl</member>\n        </application>\n        <action>allow</action>\n      </entry>\n`;
  const many = Array.from({ length: 160_000 }, (_, i) => entry(i)).join('');
  const inbound =
    '<decryption><rules><entry name="web"><destination><member>10.0.0.1</member></destination><service><member>service-https</member></service><type><ssl-inbound-inspection>c</ssl-inbound-inspection></type><action>decrypt</action></entry></rules></decryption>';
  writeFileSync(
    join(cwd, 'big.xml'),
    `<config version="10.1.0"><devices><entry name="localhost.localdomain"><vsys><entry name="vsys1"><rulebase><security><rules>\n${many}</rules></security>${inbound}</rulebase></entry></vsys></entry></devices></config>\n`,
  );
  // Ten times the file would be 300 MB; the program itself takes some.
  const env = { NODE_OPTIONS: '--max-old-space-size=150' };
  const { status, stdout, stderr } = await coverage(['big.xml', 'nginx'], { cwd, env });
  expect(stderr).toBe('');
  expect(stdout).toContain('1 covered');
  expect(status).toBe(1);
});
