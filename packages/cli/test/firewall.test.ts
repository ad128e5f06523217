import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCommand, type Run, type RunOptions, run } from './run.js';

/* What --panos narrows patch and status to. The whole way is in firewall-story.test.ts. */

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

type Files = Readonly<Record<string, string>>;

/** A new folder with these files; a git repository, so that nothing above it counts. */
function tree(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-firewall-'));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  execFileSync('git', ['init', '--quiet'], { cwd: folder });
  return folder;
}

const noon = '2026-03-02T12:00:00Z';

function shortfuse(cwd: string, args: readonly string[], options: Partial<RunOptions> = {}): Promise<Run> {
  return run(command, args, { cwd, ...options, env: { SHORTFUSE_NOW: noon, TZ: 'UTC', ...options.env } });
}

function validator(name: string) {
  const schema = JSON.parse(readFileSync(new URL(`../schemas/${name}.schema.json`, import.meta.url), 'utf8'));
  const ajv = new Ajv2020({ allowUnionTypes: true });
  addFormats.default(ajv);
  return ajv.compile(schema);
}

const isPatch = validator('patch');
const isStatus = validator('status');
const isLint = validator('lint');

async function json(cwd: string, args: readonly string[], options: Partial<RunOptions> = {}) {
  const { status, stdout } = await shortfuse(cwd, [...args, '--format', 'json'], options);
  const report = JSON.parse(stdout);
  const isValid = args[0] === 'patch' ? isPatch : args[0] === 'lint' ? isLint : isStatus;
  isValid(report);
  expect(isValid.errors, stdout).toBeNull();
  return { status, report };
}

function server(listen: string, name: string, lines = ''): string {
  return `server {\n  listen ${listen} ssl;\n  server_name ${name};\n  ssl_certificate ${name}.pem;\n  ssl_certificate_key k.pem;\n  ${lines}\n}\n`;
}

const shop = server('10.0.0.1:443', 'shop.example');
const other = server('10.0.0.9:443', 'other.example');

function nginx(...servers: string[]): string {
  return `events {}\nhttp {\n  ssl_session_timeout 1d;\n${servers.join('')}}\n`;
}

/** `set` commands of inbound rules, each with its destination. */
function firewall(rules: Files): string {
  return Object.entries(rules)
    .map(
      ([name, destination]) =>
        `set rulebase decryption rules ${name} destination ${destination} service service-https action decrypt type ssl-inbound-inspection web\n`,
    )
    .join('');
}

const two: Files = { 'nginx.conf': nginx(shop, other), 'fw.txt': firewall({ web: '10.0.0.1' }) };

const names = (listeners: readonly { readonly name: string }[]): string[] => listeners.map(({ name }) => name);

describe('patch --panos', () => {
  test('changes what is covered, by an edit that leaves the others alone', async () => {
    const { status, stdout, stderr } = await shortfuse(tree(two), ['patch', '--panos', 'fw.txt']);
    expect(status).toBe(0);
    expect(stdout.match(/^[-+] .*/gm)).toEqual([expect.stringMatching(/^\+ +ssl_session_timeout 60s;$/)]);
    expect(stderr).toContain('fw.txt: risk class A: the configuration does not tell the release of PAN-OS');
    expect(stderr).toContain('its inbound rules cover 1 of 2 listeners; no other is changed');
    expect(stderr).toContain(
      'left out: nginx 10.0.0.9:443 other.example (1 d): no inbound rule in force names this address',
    );
  });

  test('the lease knows no other listener', async () => {
    const cwd = tree(two);
    const { report } = await json(cwd, ['patch', '--panos', 'fw.txt', '--write']);
    expect(report).toMatchObject({
      summary: { files: 1, listeners: 1, refused: 0 },
      firewall: {
        file: 'fw.txt',
        panosRelease: null,
        risk: { class: 'A', confidence: 'low' },
        covered: [{ name: 'shop.example', lifetimeSeconds: 86_400 }],
        perhaps: [],
        leftOut: [{ listener: { name: 'other.example' }, why: expect.stringContaining('no inbound rule') }],
      },
    });
    const lease = JSON.parse(readFileSync(join(cwd, '.shortfuse/leases', `${report.lease}.json`), 'utf8'));
    expect(names(lease.listeners)).toEqual(['shop.example']);
  });

  test('without it there is no word of a firewall', async () =>
    expect((await json(tree(two), ['patch'])).report).not.toHaveProperty('firewall'));

  test.each([
    { what: 'a wildcard', listen: '443', rules: { web: '10.0.0.1' }, why: 'its real address is not known' },
    { what: 'a host name', listen: '10.0.0.1:443', rules: { web: 'web.example.com' }, why: 'names what files do not' },
  ])('who may be covered counts as covered, and it is said: $what', async ({ listen, rules, why }) => {
    const cwd = tree({ 'nginx.conf': nginx(server(listen, 'shop.example')), 'fw.txt': firewall(rules) });
    const { status, stderr } = await shortfuse(cwd, ['patch', '--panos', 'fw.txt']);
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      `counts as covered: nginx ${listen === '443' ? '0.0.0.0:443' : listen} shop.example (1 d): `,
    );
    expect(stderr.replace(/\s+/g, ' ')).toContain(why);
    expect(stderr).toContain('for 1 listener');
    expect(status).toBe(0);
  });

  test('"hosts" of the configuration file count', async () => {
    const cwd = tree({
      'nginx.conf': nginx(server('443', 'shop.example'), server('8443', 'admin.example')),
      'fw.txt': firewall({ web: '203.0.113.10' }),
      'shortfuse.config.json': '{ "hosts": { "0.0.0.0": ["203.0.113.10"] } }',
    });
    const { report } = await json(cwd, ['patch', '--panos', 'fw.txt']);
    expect(names(report.firewall.covered)).toEqual(['shop.example']);
    expect(report.firewall.leftOut).toMatchObject([{ listener: { name: 'admin.example' } }]);
  });

  test('a disabled rule covers nobody, and that is said', async () => {
    const cwd = tree({ ...two, 'fw.txt': `${two['fw.txt']}set rulebase decryption rules web disabled yes\n` });
    const { status, stdout, stderr } = await shortfuse(cwd, ['patch', '--panos', 'fw.txt', '--write']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('nothing to change: every listener that the firewall covers is at 1 min or below');
    expect(stdout).toMatch(/left out: nginx 10\.0\.0\.1:443 shop\.example \(1 d\): web matches but is\s+disabled/);
    expect(existsSync(join(cwd, '.shortfuse'))).toBe(false);
  });

  test('who cannot be shortened alone is refused, and the other one named', async () => {
    // Both names share an address, so the first one decides for both; only one of them is published.
    const cwd = tree({
      'nginx.conf': nginx(server('443 default_server', 'shop.example'), server('443', 'intern.example')),
      'fw.txt': firewall({ web: '203.0.113.10' }),
      'shortfuse.config.json': '{ "hosts": { "shop.example": ["203.0.113.10"], "intern.example": ["10.1.1.1"] } }',
    });
    const { status, report } = await json(cwd, ['patch', '--panos', 'fw.txt']);
    expect(status).toBe(1);
    expect(report.files).toEqual([]);
    expect(report.refused).toMatchObject([
      {
        listener: { name: 'shop.example' },
        why: expect.stringContaining('would also change 0.0.0.0:443 intern.example'),
      },
    ]);
  });

  describe('who cannot be shortened alone', () => {
    const profile =
      'ltm profile client-ssl /Common/web {\n    cache-timeout 7200\n    defaults-from /Common/clientssl\n}\n';
    const virtual = (name: string, address: string): string =>
      `ltm virtual /Common/${name} {\n    destination /Common/${address}:443\n    ip-protocol tcp\n    profiles {\n        /Common/web {\n            context clientside\n        }\n    }\n}\n`;
    const site = (address: string): string => `<binding protocol="https" bindingInformation="${address}:443:" />`;
    const windows = (...addresses: string[]): string =>
      `<configuration><system.applicationHost><sites><site name="web" id="1"><bindings>${addresses.map(site).join('')}</bindings></site></sites></system.applicationHost></configuration>\n`;
    const registry =
      'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL]\r\n"ServerCacheTime"=dword:0036ee80\r\n';

    test.each([
      {
        what: 'a profile of F5',
        files: {
          'bigip.conf': `#TMSH-VERSION: 15.1.10\n\n${profile}${virtual('a', '10.0.0.1')}${virtual('b', '10.0.0.7')}${virtual('c', '10.0.0.8')}`,
        },
      },
      {
        what: 'the value of a Windows machine',
        files: { 'applicationHost.config': windows('10.0.0.1', '10.0.0.7', '10.0.0.8'), 'tls.reg': registry },
      },
    ])('changes with the others only where that is asked for: $what', async ({ files }) => {
      const all = { ...files, 'fw.txt': firewall({ web: '10.0.0.1' }) };
      const alone = await json(tree(all), ['patch', '--panos', 'fw.txt']);
      expect(alone.status).toBe(1);
      expect(alone.report.files).toEqual([]);
      expect(alone.report.refused).toMatchObject([{ listener: { address: '10.0.0.1:443' } }]);
      expect(alone.report.refused[0].why).toMatch(/^every way would also change 10\.0\.0\.7:443 .*and 10\.0\.0\.8:443/);

      const cwd = tree(all);
      const { status, report } = await json(cwd, ['patch', '--panos', 'fw.txt', '--include-shared', '--write']);
      expect(status).toBe(0);
      expect(report.refused).toEqual([]);
      expect(report.firewall.covered).toMatchObject([{ address: '10.0.0.1:443' }]);
      expect(report.firewall.changedWithThem).toMatchObject([{ address: '10.0.0.7:443' }, { address: '10.0.0.8:443' }]);
      expect(report.firewall.leftOut).toEqual([]);
      expect(report.remarks.join('\n')).toMatch(
        /these are changed, and with them, because they share a setting: \w+ 10\.0\.0\.7/,
      );
      expect((await json(cwd, ['status', '--panos', 'fw.txt'])).report.leases[0].listeners).toHaveLength(1);
    });

    test('nobody else changes for that', async () => {
      const { report } = await json(tree(two), ['patch', '--panos', 'fw.txt', '--include-shared']);
      expect(report.firewall.changedWithThem).toEqual([]);
      expect(report.firewall.leftOut).toHaveLength(1);
    });

    test('it says nothing without --panos', async () => {
      const { status, stderr } = await shortfuse(tree(two), ['patch', '--include-shared']);
      expect(stderr).toContain('--include-shared is about what --panos leaves out');
      expect(status).toBe(2);
    });
  });

  test('extending a lease takes nothing back that the firewall does not cover by now', async () => {
    const cwd = tree({ 'nginx.conf': nginx(shop, other), 'fw.txt': firewall({ web: '10.0.0.1' }) });
    const whole = await json(cwd, ['patch', '--write']);
    const before = readFileSync(join(cwd, 'nginx.conf'), 'utf8');
    const again = await json(cwd, ['patch', '--panos', 'fw.txt', '--write', '--extend', '--for', '9d']);
    expect(again.report.lease).toBe(whole.report.lease);
    expect(readFileSync(join(cwd, 'nginx.conf'), 'utf8')).toBe(before);
    expect(again.report.summary.listeners).toBe(2);
  });

  test.each([
    { what: 'not well-formed', text: '<config><a></b></config>', says: 'fw.txt:1:12: error: not well-formed' },
    { what: 'none', text: 'buy milk\n', says: 'fw.txt:1:1: error:' },
  ])('2 for a configuration that is $what, and nothing is written', async ({ text, says }) => {
    const cwd = tree({ ...two, 'fw.txt': text });
    const before = readFileSync(join(cwd, 'nginx.conf'), 'utf8');
    const { status, stdout, stderr } = await shortfuse(cwd, ['patch', '--panos', 'fw.txt', '--write']);
    expect(stderr).toContain(says);
    expect(stderr).toContain('nothing is changed');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(readFileSync(join(cwd, 'nginx.conf'), 'utf8')).toBe(before);
    const { report } = await json(cwd, ['patch', '--panos', 'fw.txt']);
    expect(report.problems).toMatchObject([{ file: 'fw.txt', severity: 'error' }]);
  });

  test.each([
    { args: ['--panos', 'none.xml'], says: 'none.xml: error: ENOENT' },
    { args: ['--panos', '-', '-'], says: 'standard input can be the firewall or a PATH, not both' },
  ])('2 for $args', async ({ args, says }) => {
    const { status, stdout, stderr } = await shortfuse(tree(two), ['patch', ...args]);
    expect(stderr).toContain(says);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  test('no line of the configuration is shown, nor a secret in it', async () => {
    const cwd = tree({ ...two, 'fw.txt': `set mgt-config users admin phash $5$notforyou "open\n${two['fw.txt']}` });
    const { stdout, stderr } = await shortfuse(cwd, ['patch', '--panos', 'fw.txt', '--write']);
    expect(stderr).toContain('fw.txt:1');
    expect(stdout + stderr).not.toContain('notforyou');
  });

  test('warnings are for standard error, and --quiet leaves them out', async () => {
    const cwd = tree({ ...two, 'fw.txt': `${two['fw.txt']}delete address vip\n` });
    const loud = await shortfuse(cwd, ['patch', '--panos', '-'], { stdin: readFileSync(join(cwd, 'fw.txt'), 'utf8') });
    expect(loud.stderr).toMatch(/^<stdin>:2:1: warning: a command other than set was not read\n/);
    expect((await shortfuse(cwd, ['patch', '--panos', 'fw.txt', '--quiet'])).stderr).toBe('');
  });
});

describe('status --panos', () => {
  /** Patched by `args` and deployed at noon. */
  async function deployed(files: Files, ...args: string[]): Promise<string> {
    const cwd = tree(files);
    expect((await shortfuse(cwd, ['patch', '--write', ...args])).status).toBe(0);
    expect((await shortfuse(cwd, ['mark', 'deployed'])).status).toBe(0);
    return cwd;
  }

  const status = (cwd: string, ...args: string[]) => json(cwd, ['status', '--panos', 'fw.txt', ...args]);

  test('the leases speak only of what is covered', async () => {
    const cwd = await deployed(two);
    const whole = await json(cwd, ['status']);
    expect(names(whole.report.leases[0].listeners)).toEqual(['shop.example', 'other.example']);
    const { report } = await status(cwd);
    expect(names(report.leases[0].listeners)).toEqual(['shop.example']);
    const { stdout } = await shortfuse(cwd, ['status', '--panos', 'fw.txt']);
    expect(stdout).toContain('fw.txt: PAN-OS of unknown release, risk class A');
    expect(stdout).toMatch(/^ {2}change {10}1 listener to 1 min in 1 file/m);
  });

  test.each([
    { release: '10.0.8', says: { class: 'A', confidence: 'high' } },
    { release: '10.2.4', says: { class: 'A', confidence: 'low' } },
    { release: '11.1.2', says: { class: 'B', confidence: 'medium' } },
  ])('the release decides the risk: $release', async ({ release, says }) => {
    const xml = `<config version="x" detail-version="${release}"><devices><entry name="localhost.localdomain"><vsys><entry name="vsys1"/></vsys></entry></devices></config>`;
    const cwd = await deployed({ ...two, 'fw.txt': xml });
    const { report } = await status(cwd);
    expect(report.firewall.risk).toMatchObject(says);
    const { stdout } = await shortfuse(cwd, ['status', '--panos', 'fw.txt']);
    expect(stdout).toContain(`fw.txt: PAN-OS ${release}, risk class ${says.class}\n`);
    expect(stdout).toContain('\nno rule decrypts inbound TLS\n');
  });

  test('a listener that no lease knows holds its rule back', async () => {
    const files = {
      'web/nginx.conf': nginx(shop),
      'more/nginx.conf': nginx(other),
      'fw.txt': firewall({ web: '10.0.0.1', all: '10.0.0.0/24' }),
    };
    const cwd = await deployed(files, 'web');
    const { report } = await status(cwd, '--now', '2026-03-04T12:00:00Z');
    expect(report.firewall.rules).toMatchObject([
      { name: 'web', switchOn: 'from', switchOnAt: '2026-03-02T12:01:00Z', heldBackBy: [] },
      // The first rule that matches gets the shop.
      { name: 'all', switchOn: 'held-back', switchOnAt: null, heldBackBy: ['other.example 10.0.0.9:443'] },
    ]);
    const { stdout } = await shortfuse(cwd, ['status', '--panos', 'fw.txt']);
    expect(stdout).toMatch(/^ {4}inspection {5}cannot be switched on as things are: held back by 1 listener$/m);
    expect(stdout).toMatch(/^ {4}held back by {3}other\.example 10\.0\.0\.9:443 \(1 d\)$/m);
  });

  test('a lease that nobody asked for holds its rule back, too', async () => {
    const files = {
      'web/nginx.conf': nginx(shop),
      'more/nginx.conf': nginx(other),
      'fw.txt': firewall({ all: '10.0.0.0/24' }),
    };
    const cwd = await deployed(files, 'web');
    const [first = ''] = readdirSync(join(cwd, '.shortfuse/leases'));
    expect((await shortfuse(cwd, ['patch', '--write', 'more'])).status).toBe(0);
    const { report } = await status(cwd, first.replace('.json', ''));
    expect(report.leases).toHaveLength(1);
    expect(report.firewall.rules).toMatchObject([{ switchOn: 'not-deployed', decidedBy: { name: 'other.example' } }]);
  });

  test('a listener that may be behind a rule decides with the others', async () => {
    const files = {
      'web/nginx.conf': nginx(shop),
      'more/nginx.conf': nginx(server('443', 'somewhere.example'), server('8443', 'port.example')),
      'fw.txt': firewall({ web: '10.0.0.1' }),
    };
    const { report } = await status(await deployed(files, 'web'));
    expect(report.firewall.rules).toMatchObject([
      {
        listeners: ['shop.example 10.0.0.1:443'],
        perhaps: ['somewhere.example 0.0.0.0:443'],
        heldBackBy: ['somewhere.example 0.0.0.0:443'],
      },
    ]);
  });

  test('a rule that nothing is known behind, and one that is disabled, have no date', async () => {
    const cwd = await deployed({
      ...two,
      'fw.txt': `${firewall({ web: '10.0.0.1', mail: '10.0.0.25', later: '10.0.0.9' })}set rulebase decryption rules later disabled yes\n`,
    });
    const { report } = await status(cwd);
    expect(report.firewall.rules.slice(1)).toMatchObject([
      { name: 'mail', enabled: true, switchOn: 'no-listener', switchOnAt: null },
      { name: 'later', enabled: false, switchOn: 'no-listener', switchOnAt: null, why: 'the rule is disabled' },
    ]);
    expect(report.firewall.coveredWithoutListener).toEqual(['10.0.0.25/32:443']);
    const { stdout } = await shortfuse(cwd, ['status', '--panos', 'fw.txt']);
    expect(stdout).toMatch(/^ {4}disabled {7}its listeners are not counted/m);
    expect(stdout).toContain('destinations of inbound rules where no listener is known\n  10.0.0.25/32:443\n');
  });

  test('a lease about others is named and left out, and is overdue all the same', async () => {
    const cwd = await deployed({ ...two, 'fw.txt': firewall({ mail: '10.0.0.25' }) }, '--for', '1d');
    const { report } = await status(cwd);
    expect(report.leases).toEqual([]);
    const id = report.firewall.leasesLeftOut[0].lease;
    const text = await shortfuse(cwd, ['status', '--panos', 'fw.txt', '--now', '2026-03-05T12:00:00Z']);
    expect(text.status).toBe(1);
    expect(text.stdout.replace(/\s+/g, ' ')).toContain(
      `lease ${id} is about no listener that the rules cover; take back at the latest by 2026-03-03 12:00:00 UTC: shortfuse revert ${id} --write`,
    );
  });

  test('a listener of a lease that is there no more counts as covered', async () => {
    const cwd = await deployed(two);
    writeFileSync(join(cwd, 'nginx.conf'), nginx(other));
    expect(names((await status(cwd)).report.leases[0].listeners)).toEqual(['shop.example']);
  });

  test('without a lease the rules are told', async () => {
    const { status: code, stdout } = await shortfuse(tree(two), ['status', '--panos', 'fw.txt']);
    expect(stdout).toContain('held back by 1 listener');
    expect(stdout).toContain('no lease in this project: nothing is changed for the time being\n');
    expect(code).toBe(0);
  });

  test('servers are read as they were for the patch', async () => {
    const files = {
      'conf/main.conf': 'events {}\nhttp {\n  ssl_session_timeout 1d;\n  include /srv/sites/*;\n}\n',
      'deploy/a': shop,
      'fw.txt': firewall({ web: '10.0.0.1' }),
    };
    const cwd = await deployed(files, '--server', 'nginx', '--root', '/srv/sites=deploy', 'conf/main.conf');
    const { report } = await status(cwd);
    expect(report.firewall.rules).toMatchObject([{ listeners: ['shop.example 10.0.0.1:443'], switchOn: 'from' }]);
  });

  test.each([
    {
      what: 'a firewall',
      change: { 'fw.txt': '<config><a></b></config>' },
      says: 'fw.txt:1:12: error: not well-formed',
    },
    { what: 'a server', change: { 'bad/nginx.conf': 'server {' }, says: 'bad/nginx.conf' },
  ])('2 for the files of $what that cannot be read', async ({ change, says }) => {
    const cwd = await deployed(two);
    for (const [path, text] of Object.entries(change)) {
      mkdirSync(join(cwd, dirname(path)), { recursive: true });
      writeFileSync(join(cwd, path), text);
    }
    const { status: code, stderr, stdout } = await shortfuse(cwd, ['status', '--panos', 'fw.txt']);
    expect(stderr).toContain(says);
    expect(stdout).toContain('\n  phase ');
    expect(code).toBe(2);
    expect((await status(cwd)).status).toBe(2);
  });

  test('2 where there is no such file', async () => {
    const { status: code, stderr } = await shortfuse(tree(two), ['status', '--panos', 'none.xml']);
    expect(stderr).toContain('none.xml: error: ENOENT');
    expect(code).toBe(2);
  });
});

describe('lint --panos', () => {
  const rulesIn = ({ findings }: { readonly findings: readonly { readonly rule: string }[] }): string[] =>
    findings.map(({ rule }) => rule);

  test('a cause that others share is told of the covered ones', async () => {
    const cwd = tree(two);
    const whole = await json(cwd, ['lint']);
    expect(names(whole.report.findings[0].listeners)).toEqual(['shop.example', 'other.example']);
    const { status, report } = await json(cwd, ['lint', '--panos', 'fw.txt']);
    expect(report.findings[0]).toMatchObject({
      rule: 'lifetime-above-target',
      message: expect.stringMatching(/^sessions of shop\.example \(10\.0\.0\.1:443\) last 1 d/),
      location: { file: 'nginx.conf', line: 3 },
      listeners: [{ name: 'shop.example' }],
      fixable: true,
    });
    expect(report.summary).toMatchObject({ listeners: 1, errors: 1 });
    expect(status).toBe(1);
  });

  test('0 where only others are above the target, and who is left out is said', async () => {
    const cwd = tree({
      ...two,
      'nginx.conf': nginx(server('10.0.0.1:443', 'shop.example', 'ssl_session_timeout 60s;'), other),
    });
    const { status, stdout, stderr } = await shortfuse(cwd, ['lint', '--panos', 'fw.txt']);
    expect(stdout).not.toContain('other.example');
    expect(stderr).toContain('its inbound rules cover 1 of 2 listeners; no other is judged');
    expect(stderr).toContain('left out: nginx 10.0.0.9:443 other.example (1 d): no inbound rule in force');
    expect(status).toBe(0);
    expect((await shortfuse(cwd, ['lint'])).status).toBe(1);
  });

  test('a setting that counts for a listener left out is not without effect', async () => {
    // Line 3 is the one that the shop replaces and the other one uses.
    const own = server('10.0.0.1:443', 'shop.example', 'ssl_session_timeout 60s;');
    const ignoring = { ...two, 'nginx.conf': nginx(own) };
    expect(rulesIn((await json(tree(ignoring), ['lint', '--panos', 'fw.txt'])).report)).toContain('setting-ignored');
    const shared = { ...two, 'nginx.conf': nginx(own, other) };
    expect(rulesIn((await json(tree(shared), ['lint', '--panos', 'fw.txt'])).report)).not.toContain('setting-ignored');
  });

  test('what patch would do is what patch --panos does', async () => {
    const { stdout } = await shortfuse(tree(two), ['lint', '--panos', 'fw.txt', '--format', 'markdown']);
    expect(stdout).toContain('+  ssl_session_timeout 60s;');
    expect(stdout).not.toContain('-  ssl_session_timeout 1d;');
    expect(stdout).not.toContain('other.example');
  });

  test('a change that is overdue is found whomever it is about', async () => {
    const cwd = tree({ ...two, 'fw.txt': firewall({ mail: '10.0.0.25' }) });
    await shortfuse(cwd, ['patch', '--write', '--for', '1d']);
    const late = { env: { SHORTFUSE_NOW: '2026-03-05T12:00:00Z' } };
    expect(rulesIn((await json(cwd, ['lint', '--panos', 'fw.txt'], late)).report)).toEqual(['lease-overdue']);
  });

  test('2 for a configuration that cannot be read; every listener is judged then', async () => {
    const cwd = tree({ ...two, 'fw.txt': '<config><phash>$5$notforyou</hash></config>' });
    const { status, report } = await json(cwd, ['lint', '--panos', 'fw.txt']);
    expect(status).toBe(2);
    expect(report.problems).toMatchObject([
      { file: 'fw.txt', message: expect.stringMatching(/^1:\d+: not well-formed/) },
    ]);
    expect(report.summary.listeners).toBe(2);
    const { stdout, stderr } = await shortfuse(cwd, ['lint', '--panos', 'fw.txt']);
    expect(stdout).toContain('fw.txt: error: 1:');
    expect(stdout + stderr).not.toContain('notforyou');
  });

  test('warnings are for standard error, and --quiet leaves them out', async () => {
    const cwd = tree({ ...two, 'fw.txt': `${two['fw.txt']}delete address vip\n` });
    const loud = await shortfuse(cwd, ['lint', '--panos', 'fw.txt']);
    expect(loud.stderr).toMatch(/^fw\.txt:2:1: warning: a command other than set was not read\n {2}help: /);
    expect((await shortfuse(cwd, ['lint', '--panos', 'fw.txt', '--quiet'])).stderr).toBe('');
  });

  test('2 where standard input would be both', async () => {
    const { status, stderr } = await shortfuse(tree(two), ['lint', '--panos', '-', '-']);
    expect(stderr).toContain('standard input can be the firewall or a PATH, not both');
    expect(status).toBe(2);
  });
});

test('control characters of a configuration do not reach the terminal', async () => {
  const cwd = tree({ ...two, 'fw.txt': `${firewall({ '"\u001b[31mweb"': '10.0.0.1' })}`.replace('https', 'http') });
  for (const name of ['patch', 'status', 'lint']) {
    const { stdout, stderr } = await shortfuse(cwd, [name, '--panos', 'fw.txt']);
    expect(stdout + stderr, name).toContain('\\u{1b}[31mweb');
    expect(stdout + stderr, name).not.toContain('\u001b');
  }
});

describe('coverage with leases', () => {
  test('says from when a rule may be switched on, and nothing of it without a lease', async () => {
    const cwd = tree(two);
    expect((await shortfuse(cwd, ['coverage', 'fw.txt'])).stdout).not.toContain('\n    inspection ');
    await shortfuse(cwd, ['patch', '--write', '--panos', 'fw.txt']);
    expect((await shortfuse(cwd, ['coverage', 'fw.txt'])).stdout).toMatch(
      /^ {4}inspection {5}not before nginx uses the change; then: shortfuse mark deployed/m,
    );
    await shortfuse(cwd, ['mark', 'deployed']);
    const { status, stdout } = await shortfuse(cwd, ['coverage', 'fw.txt']);
    expect(stdout).toMatch(/^ {4}inspection {5}may be switched on from 2026-03-02 12:01:00 UTC \(in 1 min\)$/m);
    expect(status).toBe(0);
  });

  test('a list of listeners has no lease', async () => {
    const hosts = [{ server: 'nginx', name: 'shop.example', addresses: ['10.0.0.1:443'], lifetimeSeconds: 60 }];
    const cwd = tree({ ...two, 'hosts.json': JSON.stringify(hosts) });
    await shortfuse(cwd, ['patch', '--write']);
    const { stdout } = await shortfuse(cwd, ['coverage', 'fw.txt', '--listeners', 'hosts.json']);
    expect(stdout).not.toContain('\n    inspection ');
  });

  test('2 for a lease that cannot be read; then no date is given', async () => {
    const cwd = tree(two);
    await shortfuse(cwd, ['patch', '--write']);
    const leases = join(cwd, '.shortfuse/leases');
    const [name = ''] = readdirSync(leases);
    writeFileSync(join(leases, name), '<<<<<<< HEAD');
    const { status, stdout, stderr } = await shortfuse(cwd, ['coverage', 'fw.txt']);
    expect(stderr).toContain(`.shortfuse/leases/${name}: error: the lease cannot be read: is no JSON`);
    expect(stdout).not.toContain('\n    inspection ');
    expect(stdout).toContain('shop.example 10.0.0.1:443');
    expect(status).toBe(2);
  });
});
