import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
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

function decryptErrors(args: readonly string[], options: RunOptions): Promise<Run> {
  return run(command, ['decrypt-errors', ...args], options);
}

/** A new folder with these files, which may hold bytes. */
function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const made = folderOf({});
  cleanUp.push(() => rmSync(made, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(made, dirname(path)), { recursive: true });
    writeFileSync(join(made, path), content);
  }
  return made;
}

const conformance = fileURLToPath(new URL('../../panos/test/conformance', import.meta.url));

interface Case {
  readonly valid: boolean;
  readonly args: Readonly<Record<string, string>> & { readonly clockOffsets?: Readonly<Record<string, string>> };
  readonly buckets: number;
  readonly perDestination: readonly { readonly destination: string; readonly verdict: string }[];
  readonly rejectedRows: number;
  readonly warnings: readonly string[];
  readonly verdict: string | null;
  readonly errors: readonly { readonly file: string; readonly line: number }[];
}

const cases = readdirSync(conformance)
  .filter((name) => /^[45]/.test(name))
  .map((name) => ({
    name,
    expected: JSON.parse(readFileSync(join(conformance, name, 'expected.json'), 'utf8')) as Case,
  }));

/** Each key of `args` is an option of the same name. */
function optionsOf({ clockOffsets = {}, ...args }: Case['args']): string[] {
  return [
    ...Object.entries(args).flatMap(([key, value]) =>
      key === 'log' ? [value] : [`--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, String(value)],
    ),
    ...Object.entries(clockOffsets).flatMap(([serial, offset]) => ['--clock', `${serial}=${offset}`]),
  ];
}

const schema = JSON.parse(readFileSync(new URL('../schemas/decrypt-errors.schema.json', import.meta.url), 'utf8'));
const isValid = new Ajv2020({ allowUnionTypes: true }).compile(schema);

describe.each(cases)('$name', ({ name, expected }) => {
  const cwd = join(conformance, name);
  const args = optionsOf(expected.args);
  const { valid, verdict } = expected;

  test('JSON', async () => {
    const { status, stdout } = await decryptErrors([...args, '--format', 'json'], { cwd });
    const report = JSON.parse(stdout);
    isValid(report);
    expect(isValid.errors).toBeNull();
    expect({
      valid: report.valid,
      buckets: report.buckets,
      perDestination: report.perDestination.map(({ recovered: _, ...row }: { recovered: boolean | null }) => row),
      rejectedRows: report.rejectedRows,
      warnings: report.warnings,
      verdict: report.verdict,
      errors: report.errors.map(({ file, line }: { file: string; line: number }) => ({ file, line })),
    }).toEqual({
      valid,
      buckets: expected.buckets,
      perDestination: expected.perDestination,
      rejectedRows: expected.rejectedRows,
      warnings: expected.warnings,
      verdict,
      errors: expected.errors.map(({ file, line }) => ({ file, line })),
    });
    expect(status).toBe(valid ? (verdict === 'none' ? 0 : 1) : 2);
  });

  test('text', async () => {
    const { status, stdout, stderr } = await decryptErrors(args, { cwd });
    for (const { destination, verdict: own } of expected.perDestination)
      expect(stdout).toMatch(new RegExp(`^${destination.replace(/[[\].]/g, '\\$&')} .* ${own}$`, 'm'));
    if (valid) expect(stdout).toContain(`\nverdict: ${verdict}\n`);
    else {
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^after\.csv:1: error: not a traffic log\n {2}help: /);
    }
    for (const warning of expected.warnings) {
      const [kind = '', file = '', rows = file] = warning.split(' ');
      expect(stderr).toContain(kind === 'duplicates' ? `warning: ${rows} row` : `${file}: warning: `);
    }
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(status).toBe(valid ? (verdict === 'none' ? 0 : 1) : 2);
  });
});

const decaying = join(conformance, '40-export-decaying');
const sides = ['--before', 'before.csv', '--after', 'after.csv'];
const enabledAt = ['--enabled-at', '2026/03/10 02:00:00'];

test('the report shows what failed, when, and what to do', async () => {
  const { stdout } = await decryptErrors([...sides, ...enabledAt], { cwd: decaying });
  expect(stdout).toBe(
    `destination       failed before       failed after  verdict
203.0.113.10:443       0 of 360  109 of 649 (17 %)  decaying
203.0.113.20:443       0 of 180           0 of 270  none

203.0.113.10:443  decaying
  after:  82 decrypt-error, 27 decrypt-unsupport-param
  share of sessions that failed, by the time they ended
  42 % |                        |####
       |                        |####....
       |                        |########
       |                        |########::::
       |                        |############::::....
   0 % |________________________|####################::::............
        01:30                   02:00 inspection on             02:45

verdict: decaying
  Failures die out, as those of sessions from before the switch do when they run out.
  Wait, keep the short lifetime, and look again with a newer log.
`,
  );
});

test('with --color the same words', async () => {
  const plain = await decryptErrors([...sides, ...enabledAt], { cwd: decaying });
  const coloured = await decryptErrors([...sides, ...enabledAt, '--color'], { cwd: decaying });
  expect(coloured.stdout).toContain('\x1b[31m');
  expect(coloured.stdout.replaceAll(/\x1b\[\d+m/g, '')).toBe(plain.stdout);
});

/** The decaying case with silence of half an hour after it: sessions that end well. */
function recoveredLog(): string {
  const log = readFileSync(join(decaying, 'after.csv'), 'utf8');
  const good = log.split('\n').find((line) => line.includes('203.0.113.10,') && line.endsWith('tcp-fin')) ?? '';
  const rows = [45, 50, 55].flatMap((minute) =>
    Array.from({ length: 40 }, (_, i) =>
      good.replaceAll(/2026\/03\/10 02:\d\d/g, `2026/03/10 02:${minute}`).replace(/,7004\d+,/, `,9${minute}${i},`),
    ),
  );
  return `${log.trimEnd()}\n${rows.join('\n')}\n`;
}

test('0 where failures have died out', async () => {
  const cwd = folder({
    'before.csv': readFileSync(join(decaying, 'before.csv')),
    'after.csv': recoveredLog(),
  });
  const args = [...sides, ...enabledAt, '--destination', '203.0.113.10'];
  const { status, stdout, stderr } = await decryptErrors(args, { cwd });
  expect(stderr).toBe('');
  expect(stdout).toContain('Failures died out, as those of sessions from before the switch do:');
  expect(status).toBe(0);
});

describe('packed with gzip', () => {
  const log = readFileSync(join(conformance, '41-syslog-flat', 'log.txt'));
  const half = Math.floor(log.length / 2);

  test.each([
    { title: 'a file, whatever its name', content: gzipSync(log) },
    {
      title: 'two that were put together',
      content: Buffer.concat([gzipSync(log.subarray(0, half)), gzipSync(log.subarray(half))]),
    },
  ])('$title', async ({ content }) => {
    const cwd = folder({ 'log.txt': content });
    const plain = await decryptErrors(['log.txt', ...enabledAt], { cwd: join(conformance, '41-syslog-flat') });
    expect(await decryptErrors(['log.txt', ...enabledAt], { cwd })).toEqual(plain);
  });

  test.each([
    {
      title: 'cut off',
      content: gzipSync(log).subarray(0, 3000),
      says: 'the gzip data end too early: the file is cut off',
    },
    { title: 'two bytes', content: gzipSync(log).subarray(0, 2), says: 'the gzip data end too early' },
    { title: 'damaged', content: gzipSync(log).fill(0x55, 500, 900), says: 'the gzip data are damaged: ' },
  ])('$title: no figures, exit 2', async ({ content, says }) => {
    const { status, stdout, stderr } = await decryptErrors(['log.gz', ...enabledAt], {
      cwd: folder({ 'log.gz': content }),
    });
    expect(stderr).toMatch(/^log\.gz:\d+: error: /);
    expect(stderr).toContain(says);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});

test('standard input', async () => {
  const stdin = readFileSync(join(conformance, '41-syslog-flat', 'log.txt'), 'utf8');
  const { status, stdout, stderr } = await decryptErrors(['-', ...enabledAt], { cwd: '.', stdin });
  expect(stdout).toContain('verdict: flat\n');
  expect(stderr).toMatch(/^<stdin>: warning: 1 of 113 rows/);
  expect(status).toBe(1);
});

test('a file that is not there, or is a folder: exit 2, in JSON too', async () => {
  const cwd = folder({ 'sub/x': '' });
  const text = await decryptErrors(['none.csv', ...enabledAt], { cwd });
  expect(text.stderr).toContain('none.csv:1: error: ENOENT');
  expect(text).toMatchObject({ status: 2, stdout: '' });
  const json = await decryptErrors(['sub', ...enabledAt, '--format', 'json'], { cwd });
  isValid(JSON.parse(json.stdout));
  expect(isValid.errors).toBeNull();
  expect(JSON.parse(json.stdout)).toMatchObject({ valid: false, verdict: null, errors: [{ file: 'sub' }] });
  expect(json.status).toBe(2);
});

test.each([
  { args: [], says: 'error: no log to read' },
  { args: ['a.csv'], says: 'is it from before the switch or after?' },
  { args: ['--before', 'a.csv'], says: 'a log of each side is needed' },
  { args: ['--before', 'a.csv', '--after', '-'], says: '--after - can be read only once' },
  { args: ['-', '--before', '-', ...enabledAt], says: 'standard input can be read only once' },
  { args: ['a.csv', '--enabled-at', 'noon'], says: 'error: --enabled-at noon: no time' },
  { args: ['a.csv', ...enabledAt, '--clock', '0018=+01:00'], says: '--clock needs an --enabled-at with an offset' },
  { args: ['a.csv', ...enabledAt, '--clock', '0018'], says: 'error: --clock 0018: no clock' },
  { args: ['a.csv', ...enabledAt, '--cap', 'many'], says: 'Write a number of rows' },
  { args: ['a.csv', ...enabledAt, '--destination', 'shop.example'], says: '--destination shop.example: no address' },
  { args: ['a.csv', ...enabledAt, '--from', '2026-03-10'], says: 'are the span of a --decryption-log' },
  { args: ['--decryption-log', 'd.csv', ...enabledAt], says: 'needs --enabled-at and --until' },
  { args: ['a.csv', '--decryption-log', 'd.csv', ...enabledAt], says: 'cannot be counted together' },
  { args: ['--decryption-log', 'd.csv', ...enabledAt, '--until', '2026-03-10T03:00Z'], says: 'on the same clock' },
  { args: ['--decryption-log', 'd.csv', ...enabledAt, '--until', '2026-03-10'], says: '--until is not after' },
  { args: ['a.csv', ...enabledAt, '--format', 'yaml'], says: 'Allowed choices are text, json' },
])('wrong usage: $args', async ({ args, says }) => {
  const { status, stdout, stderr } = await decryptErrors(args, { cwd: folder({ 'a.csv': '', 'd.csv': '' }) });
  expect(stderr).toContain(says);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
});

test.each([
  { wish: '2001:DB8::25', want: ['[2001:db8::25]:443'] },
  { wish: '[2001:db8::25]:443', want: ['[2001:db8::25]:443'] },
  { wish: '[2001:db8::25]', want: ['[2001:db8::25]:443'] },
  { wish: '[2001:db8::25]:8443', want: [] },
  { wish: '10.20.0.5', want: ['10.20.0.5:8443'] },
  { wish: '10.20.0.5:8443', want: ['10.20.0.5:8443'] },
])('--destination $wish counts $want', async ({ wish, want }) => {
  const args = [...sides, ...enabledAt, '--format', 'json', '--destination', wish];
  const { stdout } = await decryptErrors(args, { cwd: join(conformance, '42-nat-repeat-subtypes') });
  const { perDestination, notes } = JSON.parse(stdout);
  expect(perDestination.map(({ destination }: { destination: string }) => destination)).toEqual(want);
  expect(notes).toHaveLength(want.length === 0 ? 1 : 0);
});

test('--output writes the report, --quiet leaves warnings out', async () => {
  const cwd = folder({ 'log.txt': readFileSync(join(conformance, '41-syslog-flat', 'log.txt')) });
  const args = ['log.txt', ...enabledAt, '--quiet', '--format', 'json', '--output', 'report.json'];
  expect(await decryptErrors(args, { cwd })).toMatchObject({ status: 1, stdout: '', stderr: '' });
  expect(JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8')).verdict).toBe('flat');
  const failed = await decryptErrors([...args.slice(0, -1), 'none/report.json'], { cwd });
  expect(failed.stderr).toContain('none/report.json: error: ENOENT');
  expect(failed.status).toBe(2);
});

test('what a log holds cannot drive the terminal', async () => {
  const header = 'Type,Generate Time,Destination address,Destination Port,Repeat Count,Error Index,Proxy Type,Serial #';
  const rows = Array.from(
    { length: 20 },
    (_, i) => `DECRYPTION,2026/03/10 02:00:${10 + i},203.0.113.10,443,1,"\x1b[2J",Inbound,0018`,
  );
  const args = ['--decryption-log', 'd.csv', ...enabledAt, '--until', '2026/03/10 03:00'];
  const { stdout, stderr } = await decryptErrors(args, { cwd: folder({ 'd.csv': [header, ...rows].join('\n') }) });
  expect(stdout).toContain('20 \\u{1b}[2J');
  expect(stdout + stderr).not.toContain('\x1b');
});

test('the help says how it exits', async () => {
  const { stdout, status } = await decryptErrors(['--help'], { cwd: '.' });
  expect(stdout).toContain('Exit status:');
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(status).toBe(0);
});
