import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCommand, folderOf, type Run, run } from '../run.js';
import { type ForgeFormat, formats } from './sample.js';
import { jsonFaults, jsonSchemas, xmlFaults, xmlSchemas } from './schema-checks.js';

const names = Object.keys(formats) as ForgeFormat[];

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

/** A repository with a site in its folder `deploy`. */
function repository(files: Readonly<Record<string, string>>): string {
  const folder = folderOf(files);
  cleanUp.push(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, '.git'));
  return folder;
}

function server(address: string, lines: string): string {
  return `server {\r\n\tlisten ${address}:443 ssl;\r\n\tserver_name ${address}.example; # 🛒 größe\r\n\tssl_certificate c.pem; ssl_certificate_key k.pem;${lines}\r\n}\r\n`;
}

const site = {
  'deploy/nginx.conf': 'events {}\nhttp {\n  ssl_session_timeout 1d;\n  include conf.d/*.conf;\n}\n',
  'deploy/conf.d/a.conf': server('10.0.0.1', ''),
  'deploy/conf.d/b & ö.conf': server('10.0.0.2', ' ssl_session_timeout 10h;'),
};

const broken = { ...site, 'deploy/conf.d/z.conf': 'server {\n  listen 10.0.0.9:443 ssl\n}\n' };

const clean = { 'deploy/nginx.conf': 'events {}\nhttp {\n  ssl_session_timeout 60s;\n  include conf.d/*.conf;\n}\n' };

/** Runs lint once and has it write every format. */
async function everyFormat(
  files: Readonly<Record<string, string>>,
): Promise<{ readonly ran: Run; readonly written: Readonly<Record<ForgeFormat, string>>; readonly folder: string }> {
  const folder = repository(files);
  const options = names.flatMap((name) => ['--output-file', `${name}=../${name}.out`]);
  const ran = await run(command, ['lint', ...options], { cwd: join(folder, 'deploy') });
  const written = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, `${name}.out`), 'utf8')]));
  return { ran, written: written as Record<ForgeFormat, string>, folder };
}

describe.each([
  { about: 'a site with findings', files: site, status: 1 },
  { about: 'a site with a file that its server would refuse', files: broken, status: 2 },
  { about: 'a site without findings', files: clean, status: 0 },
])('$about', ({ files, status }) => {
  let result: Awaited<ReturnType<typeof everyFormat>>;
  beforeAll(async () => {
    result = await everyFormat(files);
  });

  test(`ends with ${status}`, () => expect(result.ran.status).toBe(status));

  test.each(Object.entries(jsonSchemas))('%s is as %s wants it', (format, schema) => {
    expect(jsonFaults(schema, JSON.parse(result.written[format as ForgeFormat]))).toEqual([]);
  });

  test.each(Object.entries(xmlSchemas))('%s is as %s wants it', async (format, schema) => {
    expect(await xmlFaults(schema, result.written[format as ForgeFormat])).toEqual([]);
  });

  test.each(names)('%s is the same on standard output', async (name) => {
    const { stdout } = await run(command, ['lint', '--format', name], { cwd: join(result.folder, 'deploy') });
    expect(stdout).toBe(result.written[name]);
  });
});

describe('of a site', () => {
  let written: Readonly<Record<ForgeFormat, string>>;
  beforeAll(async () => {
    ({ written } = await everyFormat(broken));
  });

  test.each(names)('%s names files from the top of the repository', (name) => {
    expect(written[name]).toMatch(/deploy\/(?:conf\.d\/b(?: & | &amp; |%20%26%20)|nginx\.conf)/);
  });

  const said: Readonly<Record<ForgeFormat, RegExp>> = {
    sarif: /"executionSuccessful": false/,
    github: /^::error file=deploy\/conf\.d\/z\.conf,/m,
    gitlab: /"path": "deploy\/conf\.d\/z\.conf"/,
    junit: /deploy\/conf\.d\/z\.conf:3:1: error: /,
    checkstyle: /<file name="deploy\/conf\.d\/z\.conf">/,
    rdjson: /"path": "deploy\/conf\.d\/z\.conf"/,
    markdown: /`deploy\/conf\.d\/z\.conf:3/,
  };

  test.each(names)('%s says that something could not be read', (name) => expect(written[name]).toMatch(said[name]));

  test('so it does where the rule that reports it is off', async () => {
    const config = { 'deploy/shortfuse.config.json': '{ "rules": { "config-invalid": "off" } }' };
    const { ran, written: without } = await everyFormat({ ...broken, ...config });
    expect(ran.status).toBe(2);
    for (const name of names) expect(without[name], name).toMatch(said[name]);
  });

  test('a fix is the edit of the patch, at its very place', () => {
    const { runs } = JSON.parse(written.sarif);
    const found = runs[0].results.find((result: { message: { text: string } }) => result.message.text.includes('10 h'));
    expect(found.fixes[0].artifactChanges).toEqual([
      {
        artifactLocation: { uri: 'deploy/conf.d/b%20%26%20%C3%B6.conf', uriBaseId: '%SRCROOT%' },
        replacements: [
          {
            deletedRegion: { startLine: 4, startColumn: 72, endLine: 4, endColumn: 75 },
            insertedContent: { text: '60s' },
          },
        ],
      },
    ]);
    expect(site['deploy/conf.d/b & ö.conf'].split('\r\n')[3]?.slice(71, 74)).toBe('10h');
  });

  test('the comment shows the listeners before and after', () => {
    expect(written.markdown).toMatch(/^\| 10\.0\.0\.1\.example \(10\.0\.0\.1:443\) \| 1 d \| \*\*1 min\*\* \| /m);
    expect(written.markdown).toMatch(/^\| 10\.0\.0\.2\.example \(10\.0\.0\.2:443\) \| 10 h \| \*\*1 min\*\* \| /m);
  });
});

/** The program of the npm package @microsoft/sarif-multitool-linux: 90 MB, so nobody has to have it. */
const multitool = process.env['SHORTFUSE_SARIF_MULTITOOL'];

test.skipIf(multitool === undefined)(
  "Microsoft's validator has nothing against the SARIF",
  async () => {
    const { folder } = await everyFormat(broken);
    const args = ['validate', 'sarif.out', '--rule-kind', 'Sarif;Ghas', '--level', 'Error;Warning', '--kind', 'Fail'];
    const said = execFileSync(multitool ?? '', args, {
      cwd: folder,
      encoding: 'utf8',
      // Otherwise it wants a library that many machines do not have.
      env: { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' },
    });
    expect(said).toContain('Analysis completed successfully.');
    expect(said).not.toMatch(/: (?:error|warning) [A-Z]+\d+/);
  },
  120_000,
);
