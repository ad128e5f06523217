import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { header, row } from '../../panos/test/logs-sample.js';
import { buildCommand, run } from './run.js';

/*
 * The whole way once, as a person goes it who has a firewall in front: its export and the configurations of four servers in one
 * git repository, and a clock that the test moves. That the servers do what is said of them, story.test.ts shows on real ones.
 */
const nginxConf = `events {}

http {
    ssl_session_cache shared:TLS:10m;
    # One day: clients come back.
    ssl_session_timeout 1d;
    include sites/*.conf;
}
`;

function site(address: string, name: string): string {
  return `server {
    listen ${address}:443 ssl;
    server_name ${name};
    ssl_certificate ${name}.crt;
    ssl_certificate_key ${name}.key;
    ssl_protocols TLSv1.2;
    ssl_session_tickets off;
}
`;
}

const httpdConf = `Listen 10.0.0.20:443
SSLSessionCache shmcb:/run/cache(512000)
<VirtualHost 10.0.0.20:443>
  ServerName intranet.example
  SSLEngine on
  SSLCertificateFile intranet.crt
  SSLCertificateKeyFile intranet.key
</VirtualHost>
`.replaceAll('\n', '\r\n');

const bigipConf = `#TMSH-VERSION: 15.1.10

ltm profile client-ssl /Common/api {
    cache-timeout 7200
    defaults-from /Common/clientssl
}
ltm virtual /Common/api {
    destination /Common/192.0.2.30:443
    ip-protocol tcp
    profiles {
        /Common/api {
            context clientside
        }
    }
}
`;

const applicationHost = `<configuration>
  <system.applicationHost>
    <sites>
      <site name="portal" id="1">
        <bindings>
          <binding protocol="https" bindingInformation="10.0.0.40:443:portal.example" sslFlags="1" />
        </bindings>
      </site>
    </sites>
  </system.applicationHost>
</configuration>
`;

/** One hour, in UTF-16 as regedit exports. */
const registry = Buffer.concat([
  Buffer.from([0xff, 0xfe]),
  Buffer.from(
    'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL]\r\n"ServerCacheTime"=dword:0036ee80\r\n',
    'utf16le',
  ),
]);

function rule(name: string, destination: string): string {
  return `<entry name="${name}">
  <from><member>untrust</member></from><to><member>dmz</member></to><source><member>any</member></source>
  <destination><member>${destination}</member></destination>
  <service><member>service-https</member></service>
  <type><ssl-inbound-inspection>web</ssl-inbound-inspection></type>
  <action>decrypt</action>
</entry>
`;
}

const secret = '$1$notforyou';
const firewall = `<?xml version="1.0"?>
<config version="9.1.0" detail-version="9.1.13">
<mgt-config><users><entry name="admin"><phash>${secret}</phash></entry></users></mgt-config>
<devices><entry name="localhost.localdomain"><vsys><entry name="vsys1"><rulebase>
<nat><rules><entry name="publish-portal">
  <from><member>untrust</member></from><to><member>untrust</member></to><source><member>any</member></source>
  <destination><member>203.0.113.40</member></destination><service>service-https</service>
  <destination-translation><translated-address>10.0.0.40</translated-address></destination-translation>
</entry></rules></nat>
<decryption><rules>
${rule('inbound-shop', '10.0.0.10')}${rule('inbound-intranet', '10.0.0.20')}${rule('inbound-api', '192.0.2.30')}${rule('inbound-portal', '203.0.113.40')}</rules></decryption>
</rulebase></entry></vsys></entry></devices>
</config>
`;

const files: Readonly<Record<string, string | Uint8Array>> = {
  'firewall.xml': firewall,
  'web/nginx.conf': nginxConf,
  'web/sites/shop.conf': site('10.0.0.10', 'shop.example'),
  // No rule is about this one: it keeps its day.
  'web/sites/staging.conf': site('10.0.0.99', 'staging.example'),
  'intranet/httpd.conf': httpdConf,
  'balancer/bigip.conf': bigipConf,
  'portal/applicationHost.config': applicationHost,
  'portal/tls.reg': registry,
};

const folder = mkdtempSync(join(tmpdir(), 'shortfuse-story-'));
let command = '';
let removeCommand = (): void => undefined;

beforeAll(async () => {
  const built = await buildCommand();
  command = built.path;
  removeCommand = built.remove;
});
afterAll(() => {
  removeCommand();
  rmSync(folder, { recursive: true, force: true });
});

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'core.autocrlf=false'];
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8' });
}

/** Runs a command at a time of day; standard error has to stay empty. */
async function at(time: string, ...args: string[]): Promise<{ status: number | null; out: string }> {
  const now = time.includes('T') ? time : `2026-03-02T${time}:00Z`;
  const { status, stdout, stderr } = await run(command, args, {
    cwd: folder,
    env: { SHORTFUSE_NOW: now, TZ: 'UTC' },
  });
  expect(stderr, args.join(' ')).toBe('');
  expect(stdout).not.toContain(secret);
  return { status, out: stdout };
}

async function json(time: string, ...args: string[]) {
  const { status, out } = await at(time, ...args, '--format', 'json');
  return { status, report: JSON.parse(out) };
}

interface Lifetimes {
  readonly listeners: readonly { readonly address: string; readonly lifetimeSeconds: number }[];
}

const lifetimes = ({ listeners }: Lifetimes): Record<string, number> =>
  Object.fromEntries(listeners.map(({ address, lifetimeSeconds }) => [address, lifetimeSeconds]));

interface RuleStatus {
  readonly name: string;
  readonly switchOn: string;
  readonly switchOnAt: string | null;
}

/** From when each rule may be switched on, as far as that is known. */
async function datesAt(time: string): Promise<Record<string, string>> {
  const { report } = await json(time, 'status', '--panos', 'firewall.xml');
  return Object.fromEntries(
    report.firewall.rules.map(({ name, switchOn, switchOnAt }: RuleStatus) => [
      name.replace('inbound-', ''),
      switchOnAt ? switchOnAt.slice(11, 16) : switchOn,
    ]),
  );
}

/** The rules of which `status` tells a person that inspection may be switched on. */
async function readyAt(time: string): Promise<string[]> {
  const { out } = await at(time, 'status', '--panos', 'firewall.xml');
  return [
    ...out.matchAll(/^ {2}inbound-(\w+) {2}vsys1, firewall\.xml:\d+\n {4}inspection {5}may be switched on since /gm),
  ].map(([, name = '']) => name);
}

const clock = (minutes: number): string =>
  `2026/03/02 ${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}:00`;

/** A traffic log: every five minutes twenty sessions to the api, so many of which fail. */
function log(fromMinute: number, failures: readonly number[]): string {
  const rows = failures.flatMap((failed, i) =>
    Array.from({ length: 20 }, (_, n) => {
      const time = clock(fromMinute + 5 * i + 1);
      return row({
        generated: time,
        started: time,
        destination: '192.0.2.30',
        reason: n < failed ? 'decrypt-error' : 'tcp-fin',
      });
    }),
  );
  return `${header}\n${rows.join('\n')}\n`;
}

const hour = (failed: number): number[] => Array.from({ length: 12 }, () => failed);

test('from the export of a firewall to the last byte back', { timeout: 120_000 }, async () => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'before');

  // What is there, and what holds each rule back.
  const before = await json('07:50', 'audit');
  expect(before.status).toBe(0);
  expect(lifetimes(before.report)).toEqual({
    '10.0.0.10:443': 86_400,
    '10.0.0.99:443': 86_400,
    '10.0.0.20:443': 300,
    '192.0.2.30:443': 7200,
    '10.0.0.40:443': 3600,
  });
  const held = await json('07:55', 'coverage', 'firewall.xml');
  expect(held.status).toBe(1);
  expect(held.report).toMatchObject({
    risk: { class: 'A', confidence: 'high' },
    summary: { covered: 4, notCovered: 1, aboveTarget: 4 },
  });
  expect(held.report.rules.map(({ heldBackBy }: { heldBackBy: unknown[] }) => heldBackBy.length)).toEqual([1, 1, 1, 1]);
  expect(held.report.rules[0]).not.toHaveProperty('switchOnAt');
  expect(await datesAt('07:56')).toEqual({
    shop: 'held-back',
    intranet: 'held-back',
    api: 'held-back',
    portal: 'held-back',
  });

  // Only what the rules cover is shortened: the shop gets a line of its own, staging keeps what both inherit.
  const patched = await at(
    '08:00',
    'patch',
    '--panos',
    'firewall.xml',
    '--write',
    '--ticket',
    'CHG0042',
    '--for',
    '3d',
  );
  expect(patched.status).toBe(0);
  expect(patched.out).toContain('firewall.xml: risk class A: PAN-OS 9.1.13 decrypts RSA key exchange passively');
  expect(patched.out).toContain('its inbound rules cover 4 of 5 listeners; no other is changed');
  expect(patched.out).toMatch(/^left out: nginx 10\.0\.0\.99:443 staging\.example \(1 d\): no inbound rule in force/m);
  expect(git('diff', '--name-only').trim().split('\n')).toEqual([
    'balancer/bigip.conf',
    'intranet/httpd.conf',
    'portal/tls.reg',
    'web/sites/shop.conf',
  ]);
  git('add', '--all');
  git('commit', '--quiet', '--message', 'CHG0042: 60 s until inspection is on');
  expect(lifetimes((await json('08:01', 'audit')).report)).toEqual({
    '10.0.0.10:443': 60,
    '10.0.0.99:443': 86_400,
    '10.0.0.20:443': 60,
    '192.0.2.30:443': 60,
    '10.0.0.40:443': 60,
  });
  expect((await at('08:02', 'coverage', 'firewall.xml')).status).toBe(0);
  expect(new Set(Object.values(await datesAt('08:02')))).toEqual(new Set(['not-deployed']));

  // Every server is told; the reload of httpd drops sessions, the others keep them or may do so.
  await at('08:10', 'mark', 'deployed');
  expect(await datesAt('08:10')).toEqual({ shop: '08:10', intranet: '08:11', api: '10:10', portal: '09:10' });
  expect((await json('08:10', 'status', '--panos', 'firewall.xml')).report.firewall.rules[0]).toMatchObject({
    switchOnAt: '2026-03-03T08:10:00Z',
    decidedBy: { server: 'nginx', name: 'shop.example' },
  });
  // A day is too long to wait: nginx is restarted.
  await at('08:20', 'mark', 'restarted', '--server', 'nginx');
  expect(await datesAt('08:20')).toEqual({ shop: '08:21', intranet: '08:11', api: '10:10', portal: '09:10' });
  const coverage = await json('08:30', 'coverage', 'firewall.xml');
  expect(coverage.status).toBe(0);
  expect(coverage.report.rules.map(({ switchOnAt }: RuleStatus) => switchOnAt?.slice(11, 16))).toEqual([
    '08:21',
    '08:11',
    '10:10',
    '09:10',
  ]);

  // Rule by rule, and not a second earlier.
  expect(await readyAt('08:20')).toEqual(['intranet']);
  expect(await readyAt('08:21')).toEqual(['shop', 'intranet']);
  expect(await readyAt('09:09')).toEqual(['shop', 'intranet']);
  expect(await readyAt('09:10')).toEqual(['shop', 'intranet', 'portal']);
  expect(await readyAt('2026-03-02T10:09:59Z')).toEqual(['shop', 'intranet', 'portal']);
  expect(await readyAt('10:10')).toEqual(['shop', 'intranet', 'api', 'portal']);
  const safe = await at('10:10', 'status', '--panos', 'firewall.xml', '--now', '2026-03-02T10:10:00Z');
  expect(safe.out).toContain('safe to inspect: inspection may be switched on');

  await at('10:15', 'mark', 'inspecting');
  const inspecting = await json('10:20', 'status', '--panos', 'firewall.xml');
  expect(inspecting.report.leases).toMatchObject([
    { phase: 'inspecting', holdUntil: { at: '2026-03-03T10:15:00Z', decidedBy: { name: 'shop.example' } } },
  ]);

  // The logs: old sessions die out, then none is left.
  writeFileSync(join(folder, '.git/before.csv'), log(9 * 60 + 15, hour(0)));
  writeFileSync(join(folder, '.git/first.csv'), log(10 * 60 + 15, [12, 10, 9, 7, 6, 5, 4, 3, 2, 2, 1, 1]));
  writeFileSync(join(folder, '.git/later.csv'), log(11 * 60 + 15, hour(0)));
  const enabled = ['--before', '.git/before.csv', '--enabled-at', '2026/03/02 10:15:00'];
  const first = await at('11:20', 'decrypt-errors', ...enabled, '--after', '.git/first.csv');
  expect(first.status).toBe(1);
  expect(first.out).toMatch(/^192\.0\.2\.30:443 +0 of 240 +62 of 240 \(26 %\) +decaying$/m);
  expect(first.out).toContain('Wait, keep the short lifetime, and look again with a newer log.');
  const later = await at('12:20', 'decrypt-errors', ...enabled, '--after', '.git/later.csv');
  expect(later.status).toBe(0);
  expect(later.out).toMatch(/^verdict: none$/m);

  // The longest former lifetime of a covered listener decides how long to hold.
  const due = async (time: string) => (await json(time, 'status', '--panos', 'firewall.xml')).report.leases[0].phase;
  expect(await due('2026-03-03T10:14:59Z')).toBe('holding');
  expect(await due('2026-03-03T10:15:00Z')).toBe('due');
  expect((await at('2026-03-05T08:00:00Z', 'status', '--panos', 'firewall.xml')).status).toBe(1);

  expect((await at('2026-03-03T10:20:00Z', 'revert', '--write')).status).toBe(0);
  expect(git('diff', 'HEAD~1')).toBe('');
  for (const [path, content] of Object.entries(files))
    expect(readFileSync(join(folder, path)).equals(Buffer.from(content)), path).toBe(true);
  git('add', '--all');
  git('commit', '--quiet', '--message', 'CHG0042: as before');
  expect(git('diff', 'HEAD~2', 'HEAD')).toBe('');
  expect((await at('2026-03-03T10:30:00Z', 'coverage', 'firewall.xml')).status).toBe(1);
});
