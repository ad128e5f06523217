import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { ProbeReport, ProbesReport } from '@shortfuse/probe';
import { type Certificate, createCertificate, isInstalled } from '@shortfuse/testkit';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCommand, type Run, type RunOptions, run } from './run.js';

const hasOpenssl = isInstalled('openssl', ['version']);
if (!hasOpenssl) process.stderr.write('skipped: openssl is not installed, so there is nothing to probe\n');

let command = '';
let certificate: Certificate;
const folder = mkdtempSync(join(tmpdir(), 'shortfuse-probe-'));
const cleanUp: (() => void)[] = [() => rmSync(folder, { recursive: true })];

beforeAll(async () => {
  const built = await buildCommand();
  command = built.path;
  cleanUp.push(built.remove);
  if (hasOpenssl) certificate = createCertificate(folder);
});
afterAll(() => {
  for (const remove of cleanUp) remove();
});

const probe = (args: readonly string[], options: Partial<RunOptions> = {}): Promise<Run> =>
  run(command, ['probe', ...args], { cwd: folder, ...options });

/** A TLS server on a port from `port` on; its sessions live for so many seconds. */
interface Running {
  readonly at: string;
  /** As a reload does: other keys, another lifetime. */
  reload(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

async function serve(port: number, seconds: number): Promise<Running> {
  const identity = { cert: readFileSync(certificate.certificate), key: readFileSync(certificate.key) };
  const sockets = new Set<TLSSocket>();
  const open = (sessionTimeout: number): Promise<Server> => {
    const server = createServer({ ...identity, sessionTimeout }, (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\n'));
    }).on('tlsClientError', () => undefined);
    return new Promise((resolve, reject) => {
      server.on('error', reject).listen(port, '127.0.0.1', () => resolve(server));
    });
  };
  const close = (server: Server): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  let current = await open(seconds);
  cleanUp.push(() => void close(current));
  return {
    at: `127.0.0.1:${(current.address() as AddressInfo).port}`,
    reload: async (sessionTimeout) => {
      await close(current);
      current = await open(sessionTimeout);
    },
    stop: () => close(current),
  };
}

describe.skipIf(!hasOpenssl).concurrent('the exit status', () => {
  test('0 within the target, and where nothing is known to be above it', async () => {
    const { at } = await serve(24_600, 60);
    const { status, stdout, stderr } = await probe([at]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^127\.0\.0\.1:24600 {2}no server name sent {2}TLS 1\.3, TLS 1\.2$/m);
    expect(stdout).toMatch(/^ {2}TLS 1\.2 ticket {2}resumed +1 min +[0-9a-f]{8}…$/m);
    expect(stdout).toMatch(/^ {2}session ID +handed out, never accepted +- +-$/m);
    expect(stdout).toMatch(/\nwithin the target of 1 min\n$/);
    expect(status).toBe(0);
  });

  test('1 above the target', async () => {
    const { at } = await serve(24_601, 61);
    const { status, stdout } = await probe([at]);
    expect(stdout).toMatch(/^! TLS 1\.2 ticket {2}resumed +1 min 1 s /m);
    expect(stdout).toMatch(/\nabove the target of 1 min: TLS 1\.2 ticket, TLS 1\.3 ticket\n$/);
    expect(status).toBe(1);
    expect((await probe(['--target', '61s', at])).status).toBe(0);
  });

  test('2 without an answer, with the rest reported', async () => {
    const { at } = await serve(24_602, 61);
    const { status, stdout, stderr } = await probe([at, '127.0.0.1:24699']);
    expect(stderr).toBe(
      '127.0.0.1:24699: error: nothing listens at 127.0.0.1:24699: the connection is refused\n' +
        '  help: check the port, and whether the server runs\n',
    );
    expect(stdout).toContain('above the target of 1 min: TLS 1.2 ticket');
    expect(stdout).toMatch(/\n2 servers, 1 above the target, 1 without an answer\n$/);
    expect(status).toBe(2);
  });

  test.each([
    { args: [], says: 'name a HOST to probe' },
    { args: ['http://shop.example'], says: 'is no HOST[:PORT]' },
    { args: ['shop.example:99999'], says: 'is no HOST[:PORT]' },
    { args: ['--servername', 'a b', 'x'], says: 'Write a host name' },
    { args: ['--connect', 'a=', 'x'], says: 'Write ADDRESS[:PORT]' },
    { args: ['--starttls', 'ftp', 'x'], says: 'Allowed choices are smtp, imap' },
    { args: ['--timeout', '0', 'x'], says: 'from 1s to 10m' },
    { args: ['--ages', '5-1', 'x'], says: 'Write up to 64 ages' },
    { args: ['--rate', '0', 'x'], says: 'from 1 to 100' },
    { args: ['--cert', 'c.pem', 'x'], says: 'needs both --cert FILE and --key FILE' },
    { args: ['--cert', 'none.pem', '--key', 'none.pem', 'x'], says: 'none.pem: ENOENT' },
    { args: ['--before', 'a', '--after', 'b'], says: '--before and --after cannot be used together' },
    { args: ['--before', 'a', '--wait', 'x'], says: '--before and --wait cannot be used together' },
    { args: ['--after', 'a', 'x'], says: '--after takes its hosts from the file' },
    { args: ['--after', 'none.json'], says: 'none.json: ENOENT' },
    { args: ['--after', 'server.crt'], says: 'server.crt is no file that probe --before wrote' },
    { args: ['--before', 'server.crt', 'x'], says: 'server.crt: the file is there already' },
    { args: ['--against', 'none'], says: 'none: error: No such file or directory' },
    { args: ['--against', 'server.crt'], says: 'server.crt: error:' },
    { args: ['--wiat', 'x'], says: 'Did you mean --wait?' },
  ])('2 for $args', async ({ args, says }) => {
    const { status, stdout, stderr } = await probe(args);
    expect(stderr).toContain(says);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });
});

describe.skipIf(!hasOpenssl).concurrent('where it connects', () => {
  test('--connect and --servername; --quiet and --output', async () => {
    const { at } = await serve(24_610, 60);
    const args = ['--connect', `shop.invalid=${at}`, '--output', 'out.txt', '--quiet', 'shop.invalid'];
    expect(await probe(args)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    const text = readFileSync(join(folder, 'out.txt'), 'utf8');
    expect(text).toMatch(/^shop\.invalid:443 {2}127\.0\.0\.1:24610 {2}TLS 1\.3, TLS 1\.2$/m);
    const renamed = await probe(['--servername', 'other.invalid', at]);
    expect(renamed.stdout).toContain('server name other.invalid');
    const nameless = await probe(['--connect', at, '--no-servername', 'shop.invalid']);
    expect(nameless.stdout).toContain('no server name sent');
  });

  test('--verify wants a certificate that is trusted, for the very name', async () => {
    const { at } = await serve(24_611, 60);
    const args = ['--connect', at, '--verify'];
    const untrusted = await probe([...args, 'shortfuse.test']);
    expect(untrusted.stderr).toContain('the certificate is not valid for shortfuse.test: it is self-signed');
    expect(untrusted.status).toBe(2);
    const env = { NODE_EXTRA_CA_CERTS: certificate.certificate };
    expect((await probe([...args, 'shortfuse.test'], { env })).status).toBe(0);
    const otherName = await probe([...args, 'other.test'], { env });
    expect(otherName.stderr).toContain('the certificate is not valid for other.test: it is for other names');
    expect(otherName.status).toBe(2);
  });
});

describe.skipIf(!hasOpenssl).concurrent('JSON', () => {
  const schema = JSON.parse(readFileSync(new URL('../schemas/probe.schema.json', import.meta.url), 'utf8'));
  const ajv = new Ajv2020({ allowUnionTypes: true });
  addFormats.default(ajv);
  const isValid = ajv.compile(schema);
  const checked = <Report>({ stdout }: Run): Report => {
    const report = JSON.parse(stdout);
    isValid(report);
    expect(isValid.errors, stdout).toBeNull();
    return report;
  };

  test('one server, as it is documented', async () => {
    const { at } = await serve(24_620, 61);
    const report = checked<ProbeReport>(await probe(['--format', 'json', at]));
    expect(Object.keys(report).slice(0, 5)).toEqual(['schemaVersion', 'targetSeconds', 'host', 'port', 'servername']);
    expect(report).toMatchObject({
      host: '127.0.0.1',
      port: 24_620,
      servername: null,
      failure: null,
      mechanisms: {
        sessionId: {
          offered: true,
          resumed: false,
          lifetimeHintSeconds: null,
          keyName: null,
          acceptedForSeconds: null,
        },
        ticketTls12: { offered: true, resumed: true, lifetimeHintSeconds: 61, verdict: 'above', stateful: false },
        ticketTls13: { offered: true, resumed: true, lifetimeHintSeconds: 61, renewal: 'bounded' },
      },
    });
  });

  test('several, one without an answer; a wait; the files beside it', async () => {
    const { at } = await serve(24_621, 61);
    const several = checked<ProbesReport>(await probe(['--format', 'json', at, '127.0.0.1:24699']));
    expect(several.probes.map(({ failure }) => failure?.kind)).toEqual([undefined, 'refused']);
    const waited = checked<ProbeReport>(await probe(['--format', 'json', '--quiet', '--ages', '0,1', at]));
    expect(waited.mechanisms.ticketTls12).toMatchObject({
      acceptedForSeconds: 1,
      refusedAtSeconds: null,
      ages: [
        { ageSeconds: 0, accepted: true },
        { ageSeconds: 1, accepted: true },
      ],
    });
    const site = mkdtempSync(join(folder, 'site-'));
    writeFileSync(
      join(site, 'nginx.conf'),
      'events { }\nhttp { server { listen 127.0.0.1:24621 ssl; ssl_certificate c; ssl_certificate_key k; } server { listen unix:/x.sock ssl; ssl_certificate c; ssl_certificate_key k; } }\n',
    );
    const against = checked<ProbesReport>(await probe(['--format', 'json', '--against', site]));
    expect(against.skipped).toMatchObject([{ address: 'unix:/x.sock', why: 'it is no TCP address' }]);
    expect(against.probes).toMatchObject([
      { comparison: { agrees: false, server: 'nginx', address: '127.0.0.1:24621' } },
    ]);
  });

  test('the schema refuses what it does not know', () => {
    expect(isValid({ schemaVersion: 1 })).toBe(false);
    expect(isValid({ schemaVersion: 1, targetSeconds: 60, probes: [], skipped: [], more: 1 })).toBe(false);
  });

  test('before and after a reload', async () => {
    const server = await serve(24_622, 7200);
    await probe(['--before', 'json-sessions.json', '--quiet', server.at]);
    await server.reload(60);
    const after = await probe(['--after', 'json-sessions.json', '--format', 'json']);
    expect(checked<ProbeReport>(after)).toMatchObject({
      oldSessions: { are: 'refused', mechanisms: [{ mechanism: 'ticketTls12' }, { mechanism: 'ticketTls13' }] },
      mechanisms: { ticketTls12: { lifetimeHintSeconds: 60 } },
    });
    expect(after.status).toBe(0);
  });
});

describe.skipIf(!hasOpenssl).concurrent('sessions over a reload', () => {
  test('are kept in a file that only its owner can read, and are gone with it', async () => {
    const server = await serve(24_630, 7200);
    const before = await probe(['--before', 'sessions.json', server.at]);
    const path = join(folder, 'sessions.json');
    expect(before.stderr).toBe(
      'sessions.json holds session secrets: only you can read it (mode 0600), and probe --after sessions.json removes it\n',
    );
    expect(before.status).toBe(1);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    // The secrets are there and nowhere else.
    const { stocks } = JSON.parse(readFileSync(path, 'utf8'));
    for (const { secret } of stocks[0].mechanisms.ticketTls12.sessions)
      expect(before.stdout + before.stderr).not.toContain(secret.slice(0, 40));

    const same = await probe(['--after', 'sessions.json']);
    expect(same.stdout).toMatch(/^! TLS 1\.2 ticket {2}still accepted; 2 h announced as before$/m);
    expect(same.stdout).toMatch(/\nold sessions are still accepted; above the target of 1 min: /);
    expect(same.stderr).toBe('sessions.json is removed\n');
    expect(same.status).toBe(1);
    expect(existsSync(path)).toBe(false);

    await probe(['--before', 'sessions.json', server.at]);
    await server.reload(60);
    const reloaded = await probe(['--after', 'sessions.json']);
    expect(reloaded.stdout).toMatch(/^ {2}TLS 1\.2 ticket {2}refused; 2 h announced before, 1 min now$/m);
    expect(reloaded.stdout).toMatch(/\nold sessions were dropped; within the target of 1 min\n$/);
    expect(reloaded.status).toBe(0);
  });

  test('stay in the file while the server does not answer', async () => {
    const server = await serve(24_631, 7200);
    await probe(['--before', 'kept.json', server.at]);
    await server.stop();
    const after = await probe(['--after', 'kept.json']);
    expect(after.stderr).toContain('nothing listens at 127.0.0.1:24631');
    expect(after.stderr).toContain('kept.json is kept, because a server did not answer\n');
    expect(after.status).toBe(2);
    expect(existsSync(join(folder, 'kept.json'))).toBe(true);
  });

  test('there is no file where no server answered', async () => {
    expect((await probe(['--before', 'none.json', '127.0.0.1:24699'])).status).toBe(2);
    expect(existsSync(join(folder, 'none.json'))).toBe(false);
  });
});

describe.skipIf(!hasOpenssl).concurrent('--wait', () => {
  test('measures, and says on standard error what it waits for', async () => {
    const { at } = await serve(24_640, 3);
    const { status, stdout, stderr } = await probe(['--ages', '0-5', '--rate', '20', '--target', '1s', at]);
    expect(stderr).toMatch(/^waiting: age \d s comes in \d+ s; \d+ of 12 offered, at most \d+ s left\n/);
    // Newer OpenSSL counts fractions of seconds: 3 s after the handshake is then the very end.
    expect(stdout).toMatch(/^! TLS 1\.2 ticket {2}resumed +3 s +at (2 s, not at 3|3 s, not at 4) s +/m);
    expect(status).toBe(1);
  });

  test('Ctrl-C prints what is known and ends as interrupted', async () => {
    const { at } = await serve(24_641, 7200);
    const child = spawn(process.execPath, [command, 'probe', '--ages', '0,1,300', '--rate', '20', at], { cwd: folder });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      stdout += piece;
    });
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      stderr += piece;
    });
    setTimeout(() => child.kill('SIGINT'), 7500);
    const ended = await new Promise((resolve) => child.on('close', (status, signal) => resolve({ status, signal })));
    expect(ended).toEqual({ status: null, signal: 'SIGINT' });
    expect(stderr).toMatch(/^waiting: .*5 min/);
    expect(stdout).toMatch(/^! TLS 1\.2 ticket {2}resumed +2 h +at 1 s and perhaps longer +/m);
    expect(stdout).toContain('the waiting was interrupted: later ages were not tried');
    expect(stdout).toMatch(/\nabove the target of 1 min: TLS 1\.2 ticket, TLS 1\.3 ticket\n$/);
  });
});

test('the help says that no certificate is checked', async () => {
  const { status, stdout } = await probe(['--help']);
  expect(stdout).toContain('No certificate is checked unless --verify is there.');
  expect(status).toBe(0);
});
