import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apache } from '@shortfuse/apache';
import { nginx } from '@shortfuse/nginx';
import {
  createCertificate,
  expectedBehaviour,
  findHttpd,
  findNginx,
  listenersIn,
  measureBehaviour,
  openIn,
  type RunningHttpd,
  type RunningNginx,
  startHttpd,
  startNginx,
  testConfiguration,
  testHttpd,
} from '@shortfuse/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildCommand, run } from './run.js';

/*
 * The whole way once, as a person goes it: a real nginx and a real httpd, their configuration in one git repository, and a
 * clock that the test moves.
 */
const installedNginx = findNginx();
const installedHttpd = findHttpd();
const isReady = installedNginx?.clockLibrary !== undefined && installedHttpd?.clockLibrary !== undefined;
if (!isReady)
  process.stderr.write('skipped: nginx, httpd or libfaketime is not installed, so the story is not played\n');

const nginxConf = `events {}

http {
    ssl_protocols TLSv1.2;
    ssl_certificate server.crt;
    ssl_certificate_key server.key;
    access_log off;
    # Sessions stay in the zone when nginx reloads.
    ssl_session_cache shared:TLS:1m;
    ssl_session_timeout 1h;

    server {
        listen 127.0.0.1:23101 ssl;
        server_name shop.example;
        ssl_session_tickets off;
    }
    include sites/*.conf;
}
`;
const site = `server {
    listen 127.0.0.1:23102 ssl;
    server_name blog.example;
    ssl_session_cache off;
    ssl_session_timeout 30m;
}
`;
const httpdConf = `ServerName localhost
DefaultRuntimeDir .
PidFile run/httpd.pid
ErrorLog error.log
LoadModule mpm_event_module \${MODULES_DIR}/mod_mpm_event.so
LoadModule authz_core_module \${MODULES_DIR}/mod_authz_core.so
LoadModule socache_shmcb_module \${MODULES_DIR}/mod_socache_shmcb.so
LoadModule ssl_module \${MODULES_DIR}/mod_ssl.so
Listen 127.0.0.1:23103
SSLSessionCache "shmcb:run/ssl_scache(512000)"
<VirtualHost *:23103>
    ServerName intern.example
    SSLEngine on
    SSLCertificateFile server.crt
    SSLCertificateKeyFile server.key
</VirtualHost>
`;

const folder = mkdtempSync(join(tmpdir(), 'shortfuse-story-'));
const places = { nginx: join(folder, 'nginx'), httpd: join(folder, 'httpd') };
let command = '';
let removeCommand = (): void => undefined;
let web: RunningNginx | undefined;
let intern: RunningHttpd | undefined;

beforeAll(async () => {
  if (!isReady) return;
  const built = await buildCommand();
  command = built.path;
  removeCommand = built.remove;
});
afterAll(async () => {
  await web?.stop();
  await intern?.stop();
  removeCommand();
  rmSync(folder, { recursive: true, force: true });
});

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8' });
}

/** Runs a command at a time of day. */
async function at(time: string, ...args: string[]): Promise<{ status: number | null; out: string }> {
  const { status, stdout, stderr } = await run(command, args, {
    cwd: folder,
    env: { SHORTFUSE_NOW: `2026-03-02T${time}Z`, TZ: 'UTC' },
  });
  expect(stderr, args.join(' ')).toBe('');
  return { status, out: stdout };
}

async function statusAt(time: string) {
  const { status, out } = await at(time, 'status', '--format', 'json');
  return { status, ...JSON.parse(out).leases[0] };
}

function listeners() {
  const defines = [`MODULES_DIR=${installedHttpd?.modulesFolder}`];
  const version = installedNginx?.version;
  return {
    web: listenersIn(openIn(nginx, places.nginx, { version })),
    intern: listenersIn(openIn(apache, places.httpd, { defines })),
  };
}

async function clientsSeeWhatAuditSays(): Promise<void> {
  const found = listeners();
  if (!web || !intern) throw new Error('the servers do not run');
  expect(await measureBehaviour(found.web, web.setClockOffset)).toEqual(expectedBehaviour(found.web));
  expect(await measureBehaviour(found.intern, intern.setClockOffset)).toEqual(expectedBehaviour(found.intern));
  web.setClockOffset(0);
  intern.setClockOffset(0);
}

async function reload(): Promise<void> {
  if (!installedHttpd) return;
  expect(testConfiguration(places.nginx)).toEqual({ ok: true, firstError: undefined });
  expect(testHttpd(installedHttpd, places.httpd)).toMatchObject({ ok: true });
  await web?.reload();
  await intern?.reload();
}

test.skipIf(!isReady)('from the audit to the last byte back', { timeout: 180_000 }, async () => {
  if (!installedNginx || !installedHttpd) return;
  chmodSync(folder, 0o755);
  mkdirSync(join(places.nginx, 'sites'), { recursive: true });
  mkdirSync(join(places.httpd, 'run'), { recursive: true });
  writeFileSync(join(places.nginx, 'nginx.conf'), nginxConf);
  writeFileSync(join(places.nginx, 'sites/blog.conf'), site);
  writeFileSync(join(places.httpd, 'httpd.conf'), httpdConf);
  for (const place of Object.values(places)) createCertificate(place);
  writeFileSync(
    join(folder, 'shortfuse.config.json'),
    JSON.stringify({
      servers: {
        nginx: { version: installedNginx.version },
        apache: { defines: [`MODULES_DIR=${installedHttpd.modulesFolder}`] },
      },
    }),
  );
  git('init', '--quiet', '--initial-branch=main');
  appendFileSync(join(folder, '.git/info/exclude'), 'run/\n*.log\nserver.*\n');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'before');
  web = await startNginx(installedNginx, places.nginx);
  intern = await startHttpd(installedHttpd, places.httpd);
  await clientsSeeWhatAuditSays();

  const audit = JSON.parse((await at('08:00:00', 'audit', '--format', 'json')).out);
  const lifetimes = (report: { listeners: { name: string; lifetimeSeconds: number }[] }) =>
    Object.fromEntries(report.listeners.map(({ name, lifetimeSeconds }) => [name, lifetimeSeconds]));
  expect(lifetimes(audit)).toEqual({ 'shop.example': 3600, 'blog.example': 1800, 'intern.example': 300 });

  const patched = await at('08:01:00', 'patch', '--write', '--ticket', 'CHG0042', '--for', '2d');
  expect(patched).toMatchObject({
    status: 0,
    out: expect.stringContaining('shop.example: old sessions survive the reload'),
  });
  git('add', '--all');
  git('commit', '--quiet', '--message', 'CHG0042: 60 s until inspection is on');
  expect(await statusAt('08:02:00')).toMatchObject({ status: 0, phase: 'patched', inspectFrom: null });

  await reload();
  await clientsSeeWhatAuditSays();
  const short = JSON.parse((await at('08:03:00', 'audit', '--format', 'json')).out);
  expect(lifetimes(short)).toEqual({ 'shop.example': 60, 'blog.example': 60, 'intern.example': 60 });

  // nginx keeps the shop's sessions in its zone, so they decide: an hour from the reload on.
  await at('08:05:00', 'mark', 'deployed');
  const waiting = await statusAt('08:30:00');
  expect(waiting).toMatchObject({
    phase: 'waiting',
    inspectFrom: { at: '2026-03-02T09:05:00Z', decidedBy: { name: 'shop.example' } },
  });
  expect((await at('08:30:00', 'status')).out).toContain('2026-03-02 09:05:00 UTC (in 35 min)');
  expect(await statusAt('09:04:59')).toMatchObject({ phase: 'waiting' });
  expect(await statusAt('09:05:00')).toMatchObject({ phase: 'safe' });

  await at('09:10:00', 'mark', 'inspecting');
  expect(await statusAt('09:15:00')).toMatchObject({ phase: 'inspecting', holdUntil: { at: '2026-03-02T10:10:00Z' } });
  expect(await statusAt('09:30:00')).toMatchObject({ phase: 'holding', status: 0 });
  expect(await statusAt('10:10:00')).toMatchObject({ phase: 'due', status: 0 });
  const late = JSON.parse(
    (await run(command, ['status', '--now', '2026-03-04T08:01:00Z', '--format', 'json'], { cwd: folder })).stdout,
  );
  expect(late).toMatchObject({ summary: { overdue: 1 }, leases: [{ phase: 'overdue' }] });

  expect((await at('10:15:00', 'revert', '--write')).status).toBe(0);
  expect(git('diff', 'HEAD~1')).toBe('');
  expect(git('status', '--short', '--', '.', ':!.shortfuse')).not.toBe('');
  expect(readFileSync(join(places.nginx, 'nginx.conf'), 'utf8')).toBe(nginxConf);
  await reload();
  await clientsSeeWhatAuditSays();
  git('add', '--all');
  git('commit', '--quiet', '--message', 'CHG0042: as before');
  expect(git('diff', 'HEAD~2', 'HEAD')).toBe('');
});
