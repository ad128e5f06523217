import { constants, randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MechanismName } from '@shortfuse/core';
import {
  findHaproxy,
  findHttpd,
  findNginx,
  modulePaths,
  startHaproxy,
  startHttpd,
  startNginx,
} from '@shortfuse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Endpoint,
  type FailureKind,
  type MechanismStatus,
  type ProbeResult,
  probe,
  probeReport,
} from '../src/index.js';
import { listen, listenTls, makePlace, type Place } from './place.js';

/**
 * A mechanism as the fact sheets have it: what becomes of a session, what tickets announce, `cache` where a ticket points
 * into a cache, and the renewal where it is TLS 1.3.
 */
type Expected = readonly [
  status: MechanismStatus,
  hint?: number | null,
  ...more: ('cache' | 'unbounded' | 'bounded')[],
];

interface Setup {
  readonly name: string;
  readonly port: number;
  readonly endpoint?: Partial<Endpoint>;
  readonly ids: Expected;
  readonly tls12: Expected;
  readonly tls13: Expected;
}

interface FailingSetup {
  readonly name: string;
  readonly port: number;
  readonly endpoint?: Partial<Endpoint>;
  readonly kind: FailureKind;
  readonly says: string;
}

const installedNginx = findNginx();
const nginxModules = installedNginx && modulePaths(installedNginx, ['stream', 'mail']);
const httpd = findHttpd();
const haproxy = findHaproxy();
for (const [what, found] of [
  ['nginx with stream and mail', nginxModules],
  ['httpd', httpd],
  ['HAProxy', haproxy],
] as const)
  if (!found) process.stderr.write(`skipped: ${what} is not installed, so it is not probed\n`);

let place: Place;
const starts: (() => Promise<void>)[] = [];
const questions: (() => void)[] = [];
/** Every server is started, and then everything is asked at the same time. */
beforeAll(async () => {
  place = makePlace();
  await Promise.all(starts.map((start) => start()));
  for (const question of questions) question();
});
afterAll(() => place.remove());

function ask({ port, endpoint }: Pick<Setup, 'port' | 'endpoint'>): Promise<ProbeResult> {
  // This machine may be busy.
  return probe({ host: '127.0.0.1', port, limitMs: 10_000, ...endpoint });
}

/** What was found, in the words of {@link Expected}. */
function found(result: ProbeResult, name: MechanismName): Expected {
  if (result.kind === 'unanswered') throw new Error(result.failure.message);
  const { status } = result.mechanisms[name];
  const report = probeReport({ targetSeconds: 60, result, acceptances: [] }).mechanisms[name];
  if (status === 'off' || status === 'unasked') return [status];
  if (name === 'sessionId') return [status];
  const renewal = report.renewal === 'unbounded' || report.renewal === 'bounded' ? [report.renewal] : [];
  return [status, report.lifetimeHintSeconds, ...(report.stateful ? ['cache' as const] : []), ...renewal];
}

/** The answer to each setup. */
function asking<Each extends Pick<Setup, 'port' | 'endpoint'>>(
  setups: readonly Each[],
): (setup: Each) => Promise<ProbeResult> {
  const running = new Map<Each, Promise<ProbeResult>>();
  questions.push(() => {
    for (const setup of setups) running.set(setup, ask(setup));
  });
  return (setup) => running.get(setup) ?? ask(setup);
}

function check(setups: readonly Setup[]): void {
  const answer = asking(setups);
  test.each(setups)('$name', async (setup) => {
    const result = await answer(setup);
    expect({
      ids: found(result, 'sessionId'),
      tls12: found(result, 'ticketTls12'),
      tls13: found(result, 'ticketTls13'),
    }).toEqual({ ids: setup.ids, tls12: setup.tls12, tls13: setup.tls13 });
  });
}

function checkFailures(setups: readonly FailingSetup[]): void {
  const answer = asking(setups);
  test.each(setups)('$name', async (setup) => {
    const result = await answer(setup);
    if (result.kind !== 'unanswered') throw new Error('it answers');
    expect(result.failure.kind).toBe(setup.kind);
    expect(result.failure.message).toContain(setup.says);
  });
}

describe.skipIf(!installedNginx || !nginxModules)('nginx', () => {
  const ticketKey = randomBytes(80);
  const server = (port: number, lines: string): string =>
    `server { listen 127.0.0.1:${port} ssl; ${lines} location / { return 200; } }\n`;
  starts.push(async () => {
    if (!installedNginx || !nginxModules) return;
    const folder = join(place.folder, 'nginx');
    mkdirSync(folder);
    for (const file of ['server.crt', 'server.key']) copyFileSync(join(place.folder, file), join(folder, file));
    writeFileSync(join(folder, 'ticket.key'), ticketKey);
    const mail = (port: number, protocol: string): string =>
      `server { listen 127.0.0.1:${port}; protocol ${protocol}; starttls on; }\n`;
    writeFileSync(
      join(folder, 'nginx.conf'),
      `events { }
http {
  access_log off; ssl_certificate server.crt; ssl_certificate_key server.key; ssl_protocols TLSv1.2 TLSv1.3;
  ${server(24_001, 'ssl_session_timeout 2m;')}
  ${server(24_002, 'ssl_session_cache off; ssl_session_timeout 2m;')}
  ${server(24_003, 'ssl_session_cache shared:A:1m; ssl_session_timeout 90s;')}
  ${server(24_004, 'ssl_session_cache shared:B:1m; ssl_session_timeout 90s; ssl_session_tickets off;')}
  ${server(24_005, 'ssl_session_tickets off;')}
  ${server(24_006, 'ssl_session_ticket_key ticket.key; ssl_session_timeout 1m;')}
  ${server(24_007, 'ssl_protocols TLSv1.2; ssl_session_cache shared:C:1m;')}
  ${server(24_008, 'ssl_protocols TLSv1.3;')}
  ${server(24_009, 'ssl_verify_client on; ssl_client_certificate server.crt;')}
  ${server(24_010, 'ssl_session_timeout 30d;')}
}
mail {
  auth_http 127.0.0.1:1; ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate server.crt; ssl_certificate_key server.key; ssl_session_timeout 77s;
  ${mail(24_011, 'smtp')} ${mail(24_012, 'imap')} ${mail(24_013, 'pop3')}
}
stream {
  server { listen 127.0.0.1:24014 ssl; ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate server.crt; ssl_certificate_key server.key; return ""; }
  upstream both { server 127.0.0.1:24101; server 127.0.0.1:24102; }
  server { listen 127.0.0.1:24015; proxy_pass both; }
}
`,
    );
    const running = await startNginx({ ...installedNginx, clockLibrary: undefined }, folder, nginxModules);
    place.closers.push(running.stop);
    await listenTls(place, 24_101, { sessionTimeout: 7200 }, { keepsIds: true });
    await listenTls(place, 24_102, { sessionTimeout: 60 }, { keepsIds: true });
  });

  check([
    {
      name: 'no cache, the default',
      port: 24_001,
      ids: ['refused'],
      tls12: ['resumed', 120],
      tls13: ['resumed', 120, 'unbounded'],
    },
    {
      name: 'cache off: no session ID',
      port: 24_002,
      ids: ['off'],
      tls12: ['resumed', 120],
      tls13: ['resumed', 120, 'unbounded'],
    },
    {
      name: 'a shared cache',
      port: 24_003,
      ids: ['resumed'],
      tls12: ['resumed', 90],
      tls13: ['resumed', 90, 'unbounded'],
    },
    {
      name: 'a shared cache, no tickets',
      port: 24_004,
      ids: ['resumed'],
      tls12: ['off'],
      tls13: ['resumed', 90, 'cache', 'unbounded'],
    },
    { name: 'no cache, no tickets', port: 24_005, ids: ['refused'], tls12: ['off'], tls13: ['refused', 300, 'cache'] },
    { name: 'a key file', port: 24_006, ids: ['refused'], tls12: ['resumed', 60], tls13: ['resumed', 60, 'unbounded'] },
    { name: 'TLS 1.2 alone', port: 24_007, ids: ['resumed'], tls12: ['resumed', 300], tls13: ['off'] },
    { name: 'TLS 1.3 alone', port: 24_008, ids: ['off'], tls12: ['off'], tls13: ['resumed', 300, 'unbounded'] },
    // nginx completes the handshake and complains in HTTP.
    {
      name: 'a client certificate is asked for in HTTP',
      port: 24_009,
      ids: ['refused'],
      tls12: ['resumed', 300],
      tls13: ['resumed', 300, 'unbounded'],
    },
    {
      name: '30 days: TLS 1.3 announces seven',
      port: 24_010,
      ids: ['refused'],
      tls12: ['resumed', 2_592_000],
      tls13: ['resumed', 604_800, 'unbounded'],
    },
    {
      name: 'SMTP',
      port: 24_011,
      endpoint: { starttls: 'smtp' },
      ids: ['refused'],
      tls12: ['resumed', 77],
      tls13: ['resumed', 77, 'unbounded'],
    },
    {
      name: 'IMAP',
      port: 24_012,
      endpoint: { starttls: 'imap' },
      ids: ['refused'],
      tls12: ['resumed', 77],
      tls13: ['resumed', 77, 'unbounded'],
    },
    {
      name: 'POP3',
      port: 24_013,
      endpoint: { starttls: 'pop3' },
      ids: ['refused'],
      tls12: ['resumed', 77],
      tls13: ['resumed', 77, 'unbounded'],
    },
    {
      name: 'a stream that answers nothing',
      port: 24_014,
      ids: ['refused'],
      tls12: ['resumed', 300],
      tls13: ['resumed', 300, 'unbounded'],
    },
  ]);
  checkFailures([
    { name: 'TLS at a mail port', port: 24_011, kind: 'not-tls', says: 'speaks SMTP, not TLS' },
    {
      name: 'SMTP at an HTTPS port',
      port: 24_001,
      endpoint: { starttls: 'smtp', limitMs: 1000 },
      kind: 'starttls',
      says: 'no answer within 1000 ms before TLS began',
    },
    {
      name: 'IMAP at a POP3 port',
      port: 24_013,
      endpoint: { starttls: 'imap' },
      kind: 'starttls',
      says: 'the server answers: +OK',
    },
  ]);

  test('the name of the ticket key is the start of the key file', async () => {
    const result = await ask({ port: 24_006 });
    const { mechanisms } = probeReport({ targetSeconds: 60, result, acceptances: [] });
    const name = ticketKey.subarray(0, 16).toString('hex');
    expect([mechanisms.ticketTls12.keyName, mechanisms.ticketTls13.keyName]).toEqual([name, name]);
  });

  test('two servers behind a TCP round robin are told apart', async () => {
    const result = await ask({ port: 24_015 });
    if (result.kind !== 'answered') throw new Error(result.failure.message);
    const { sessionId, ticketTls12, ticketTls13 } = result.mechanisms;
    expect([sessionId.status, ticketTls12.status, ticketTls13.status]).toEqual(['sometimes', 'sometimes', 'sometimes']);
    for (const mechanism of ['ticketTls12', 'ticketTls13']) {
      const groups = result.differingAnswers.filter((group) => group.mechanism === mechanism);
      expect(groups.map(({ lifetimeHintSeconds }) => lifetimeHintSeconds).sort()).toEqual([60, 7200]);
      expect(new Set(groups.map(({ keyName }) => keyName)).size).toBe(2);
    }
    const report = probeReport({ targetSeconds: 60, result, acceptances: [] });
    // The longer of the two counts.
    expect(report.mechanisms.ticketTls12).toMatchObject({ lifetimeHintSeconds: 7200, verdict: 'above' });
    expect(report.notes.join('\n')).toContain('several servers answer here');
  });
});

describe.skipIf(!httpd)('httpd', () => {
  const head = `ServerName localhost
DefaultRuntimeDir .
PidFile httpd.pid
ErrorLog error.log
LoadModule mpm_event_module \${MODULES_DIR}/mod_mpm_event.so
LoadModule authz_core_module \${MODULES_DIR}/mod_authz_core.so
LoadModule socache_shmcb_module \${MODULES_DIR}/mod_socache_shmcb.so
LoadModule ssl_module \${MODULES_DIR}/mod_ssl.so
SSLSessionCacheTimeout 70
`;
  const host = (port: number, lines = ''): string => `Listen 127.0.0.1:${port}
<VirtualHost *:${port}>
SSLEngine on
SSLCertificateFile server.crt
SSLCertificateKeyFile server.key
${lines}
</VirtualHost>
`;
  const client = 'SSLVerifyClient require\nSSLCACertificateFile server.crt\n';
  const hosts = [
    {
      name: 'with-cache',
      text: `SSLSessionCache "shmcb:ssl_scache(512000)"\n${host(24_020)}${host(24_021, 'SSLSessionTickets off')}${host(24_022, client)}`,
    },
    {
      name: 'without',
      text: `${host(24_023)}${host(24_024, `${client}SSLProtocol TLSv1.2`)}${host(24_025, 'SSLSessionTickets off')}`,
    },
  ];
  starts.push(async () => {
    if (!httpd) return;
    for (const { name, text } of hosts) {
      const folder = join(place.folder, name);
      mkdirSync(folder);
      for (const file of ['server.crt', 'server.key']) copyFileSync(join(place.folder, file), join(folder, file));
      writeFileSync(join(folder, 'httpd.conf'), head + text);
      place.closers.push((await startHttpd({ ...httpd, clockLibrary: undefined }, folder)).stop);
    }
  });

  check([
    { name: 'a cache', port: 24_020, ids: ['resumed'], tls12: ['resumed', 70], tls13: ['resumed', 70, 'unbounded'] },
    {
      name: 'a cache, no tickets',
      port: 24_021,
      ids: ['resumed'],
      tls12: ['off'],
      tls13: ['resumed', 70, 'cache', 'unbounded'],
    },
    { name: 'no cache', port: 24_023, ids: ['off'], tls12: ['resumed', 70], tls13: ['resumed', 70, 'unbounded'] },
    { name: 'no cache, no tickets', port: 24_025, ids: ['off'], tls12: ['off'], tls13: ['refused', 70, 'cache'] },
  ]);
  checkFailures([
    { name: 'a client certificate', port: 24_022, kind: 'client-certificate', says: 'requires a client certificate' },
    {
      name: 'a client certificate in TLS 1.2',
      port: 24_024,
      kind: 'client-certificate',
      says: 'requires a client certificate',
    },
  ]);
});

describe.skipIf(!haproxy)('HAProxy', () => {
  const bind = (port: number, words = ''): string => `frontend f${port}
  bind 127.0.0.1:${port} ssl crt BOTH ${words}
  http-request return status 200
`;
  const defaults = 'defaults\n  mode http\n  timeout client 5s\n  timeout server 5s\n  timeout connect 5s\n';
  const processes = [
    {
      name: 'plain',
      global: '',
      binds: bind(24_030) + bind(24_031, 'no-tls-tickets') + bind(24_032, 'tls-ticket-keys KEYS'),
    },
    { name: 'short', global: '  tune.ssl.lifetime 60\n', binds: bind(24_033) },
    { name: 'small', global: '  tune.ssl.cachesize 0\n', binds: bind(24_034) + bind(24_035, 'no-tls-tickets') },
    {
      name: 'strict',
      global: '',
      binds: `${bind(24_036, 'verify required ca-file CERT')}${bind(24_037, 'verify required ca-file CERT ssl-max-ver TLSv1.2')}${bind(24_038, 'strict-sni')}frontend plain\n  bind 127.0.0.1:24039\n  http-request return status 200\n`,
    },
  ];
  starts.push(async () => {
    if (!haproxy) return;
    const keys = join(place.folder, 'haproxy.keys');
    writeFileSync(keys, Array.from({ length: 3 }, () => `${randomBytes(48).toString('base64')}\n`).join(''));
    for (const { name, global, binds } of processes) {
      const folder = join(place.folder, `haproxy-${name}`);
      mkdirSync(folder);
      const text = binds
        .replaceAll('BOTH', place.both)
        .replaceAll('KEYS', keys)
        .replaceAll('CERT', place.certificate.certificate);
      place.closers.push((await startHaproxy(haproxy, folder, `global\n${global}${defaults}${text}`)).stop);
    }
  });

  check([
    {
      name: 'the default',
      port: 24_030,
      ids: ['resumed'],
      tls12: ['resumed', 7200],
      tls13: ['resumed', 7200, 'unbounded'],
    },
    {
      name: 'no tickets',
      port: 24_031,
      ids: ['resumed'],
      tls12: ['off'],
      tls13: ['resumed', 7200, 'cache', 'unbounded'],
    },
    {
      name: 'ticket keys',
      port: 24_032,
      ids: ['resumed'],
      tls12: ['resumed', 7200],
      tls13: ['resumed', 7200, 'bounded'],
    },
    {
      name: 'a lifetime of 60 s',
      port: 24_033,
      ids: ['resumed'],
      tls12: ['resumed', 60],
      tls13: ['resumed', 60, 'unbounded'],
    },
    { name: 'no cache', port: 24_034, ids: ['off'], tls12: ['resumed', 7200], tls13: ['resumed', 7200, 'unbounded'] },
    { name: 'no cache, no tickets', port: 24_035, ids: ['off'], tls12: ['off'], tls13: ['refused', 7200, 'cache'] },
    {
      name: 'a name that strict-sni knows',
      port: 24_038,
      endpoint: { servername: 'shortfuse.test' },
      ids: ['resumed'],
      tls12: ['resumed', 7200],
      tls13: ['resumed', 7200, 'unbounded'],
    },
  ]);
  checkFailures([
    { name: 'a client certificate', port: 24_036, kind: 'client-certificate', says: 'requires a client certificate' },
    {
      name: 'a client certificate in TLS 1.2',
      port: 24_037,
      kind: 'client-certificate',
      says: 'requires a client certificate',
    },
    { name: 'strict-sni and no name', port: 24_038, kind: 'name', says: 'no site for a client that names none' },
    {
      name: 'strict-sni and another name',
      port: 24_038,
      endpoint: { servername: 'other.example' },
      kind: 'name',
      says: 'no site for other.example',
    },
    { name: 'HTTP', port: 24_039, kind: 'not-tls', says: '127.0.0.1:24039 speaks HTTP, not TLS' },
  ]);

  test('with a client certificate', async () => {
    const { cert, key } = place.identity;
    const clientCertificate = { cert: cert.toString(), key: key.toString() };
    const ports = [24_036, 24_037];
    const results = await Promise.all(ports.map((port) => ask({ port, endpoint: { clientCertificate } })));
    for (const result of results) expect(found(result, 'ticketTls12')).toEqual(['resumed', 7200]);
  });
});

describe('Node.js', () => {
  starts.push(async () => {
    await listenTls(place, 24_050);
    await listenTls(place, 24_051, { sessionTimeout: 60 }, { keepsIds: true });
    await listenTls(
      place,
      24_052,
      { sessionTimeout: 60, secureOptions: constants.SSL_OP_NO_TICKET },
      { keepsIds: true },
    );
    await listenTls(place, 24_053, { sessionTimeout: 90 }, { isMute: true });
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await listenTls(place, 24_054, { ...old, sessionTimeout: 60 }, { keepsIds: true });
    await listen(place, 24_055, () => undefined);
    await listen(place, 24_056, (socket) => socket.destroy());
    await listen(place, 24_057, (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
  });

  check([
    {
      name: 'the default',
      port: 24_050,
      ids: ['refused'],
      tls12: ['resumed', 7200],
      tls13: ['resumed', 7200, 'bounded'],
    },
    {
      name: 'with a store for session IDs',
      port: 24_051,
      ids: ['resumed'],
      tls12: ['resumed', 60],
      tls13: ['resumed', 60, 'bounded'],
    },
    { name: 'no tickets', port: 24_052, ids: ['resumed'], tls12: ['off'], tls13: ['refused', 60, 'cache'] },
    {
      name: 'a service that waits for its client',
      port: 24_053,
      ids: ['refused'],
      tls12: ['resumed', 90],
      tls13: ['resumed', 90, 'bounded'],
    },
    { name: 'TLS 1.1 at best', port: 24_054, ids: ['resumed'], tls12: ['resumed', 60], tls13: ['off'] },
  ]);
  checkFailures([
    {
      name: 'a silent service',
      port: 24_055,
      endpoint: { limitMs: 500 },
      kind: 'silent',
      says: 'answers no TLS handshake within 0.5 s',
    },
    {
      name: 'a service that hangs up',
      port: 24_056,
      kind: 'closed',
      says: 'closes the connection during the handshake',
    },
    { name: 'SSH', port: 24_057, kind: 'not-tls', says: 'speaks SSH, not TLS' },
    { name: 'nobody', port: 24_058, kind: 'refused', says: 'nothing listens at 127.0.0.1:24058' },
    {
      name: 'a name that there is not',
      port: 443,
      endpoint: { host: 'shop.invalid' },
      kind: 'dns',
      says: 'shop.invalid',
    },
  ]);

  test('--verify refuses a certificate that nobody vouches for', async () => {
    const endpoint = { host: 'shortfuse.test', port: 24_050, connectTo: { host: '127.0.0.1', port: 24_050 } };
    const result = await probe({ ...endpoint, servername: 'shortfuse.test' }, { verify: true });
    expect(result).toMatchObject({
      kind: 'unanswered',
      failure: { kind: 'certificate', message: 'the certificate is not valid for shortfuse.test: it is self-signed' },
    });
  });
});
