import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions, type Server as TlsServer } from 'node:tls';
import { inspect } from 'node:util';
import { type MechanismName, mechanismNames } from '@shortfuse/core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Certificate, createCertificate } from './servers/certificate.js';
import { isInstalled, run, start, stop, until } from './servers/process.js';
import { connect, handshake, offer, secretBytes, type Target } from './tls-client.js';

const hasOpenssl = isInstalled('openssl', ['version']);
if (!hasOpenssl) process.stderr.write('skipped: openssl is not installed, so there is no certificate to serve\n');

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Listens on a free port of the loopback address until the test is over. */
function listen(server: Server | TlsServer): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => undefined));
  });
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return new Promise((resolve, reject) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address) resolve(address.port);
      else reject(new Error('no port'));
    });
  });
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const port = await listen(createServer());
  for (const close of closers.splice(0)) close();
  return port;
}

const at = (port: number, mechanism: MechanismName, limitMs = 5000): Target => ({
  host: '127.0.0.1',
  port,
  servername: 'shop.example',
  mechanism,
  limitMs,
});

describe('what is no TLS server', () => {
  test.each(mechanismNames)('%s: a port that nobody listens on', async (mechanism) => {
    const port = await freePort();
    const { session, connection } = await handshake(at(port, mechanism));
    expect(session).toBeUndefined();
    expect(connection.error).toMatchObject({ phase: 'connect', code: 'ECONNREFUSED' });
  });

  test('a server that says nothing ends with the limit', async () => {
    const port = await listen(createServer());
    const start = Date.now();
    const { error } = await connect(at(port, 'ticketTls13', 200));
    expect(error).toMatchObject({ phase: 'handshake', code: 'ETIMEDOUT', message: 'no answer within 200 ms' });
    expect(Date.now() - start).toBeLessThan(2000);
  });

  test('bytes that drip in do not move the limit', async () => {
    const port = await listen(
      createServer((socket) => {
        // The start of a record that never ends: each byte is a sign of life, none is an answer.
        socket.write(Buffer.from([0x16, 3, 3, 0x3f, 0xff]));
        const timer = setInterval(() => socket.write('\0'), 20);
        socket.on('close', () => clearInterval(timer)).on('error', () => undefined);
      }),
    );
    const start = Date.now();
    const { error } = await connect(at(port, 'ticketTls12', 300));
    expect(error).toMatchObject({ phase: 'handshake', code: 'ETIMEDOUT' });
    expect(Date.now() - start).toBeLessThan(2000);
  });

  test.each([
    { what: 'HTTP without TLS', answer: 'HTTP/1.1 400 Bad Request\r\n\r\n' },
    { what: 'garbage', answer: '\x16\x03\x03\xff\xff'.repeat(1000) },
  ])('$what is an error of the handshake', async ({ answer }) => {
    const port = await listen(createServer((socket) => socket.end(Buffer.from(answer, 'latin1'))));
    const { resumed, protocol, sessions, error } = await connect(at(port, 'ticketTls13'));
    expect({ resumed, protocol, sessions }).toEqual({ resumed: false, protocol: undefined, sessions: [] });
    expect(error?.phase).toBe('handshake');
  });

  test('a connection that is closed at once', async () => {
    const port = await listen(createServer((socket) => socket.destroy()));
    const { error } = await connect(at(port, 'sessionId'));
    expect(error).toMatchObject({ phase: 'handshake', code: 'ECONNRESET' });
  });

  test('a name that does not exist', async () => {
    const { error } = await connect({ ...at(443, 'ticketTls13'), host: 'no-such-host.invalid' });
    expect(error?.phase).toBe('connect');
  });
});

describe.skipIf(!hasOpenssl)('TLS servers', () => {
  let folder = '';
  let certificate: Certificate;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'shortfuse-client-'));
    certificate = createCertificate(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function tlsServer(options: TlsOptions = {}): TlsServer {
    const identity = { cert: readFileSync(certificate.certificate), key: readFileSync(certificate.key) };
    const server = createTlsServer({ ...identity, ...options }, (socket) => {
      socket.on('error', () => undefined).once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\n'));
    });
    return server.on('tlsClientError', () => undefined);
  }

  test.each(['ticketTls12', 'ticketTls13'] as const)('%s: hint, resumption, key name', async (mechanism) => {
    const port = await listen(tlsServer({ sessionTimeout: 77 }));
    const target = at(port, mechanism);
    const [first, second] = [await handshake(target), await handshake(target)];
    expect(first.connection).toMatchObject({ resumed: false, error: undefined });
    expect(first.session).toMatchObject({ lifetimeHintSeconds: 77 });
    expect(first.session?.keyName).toMatch(/^[0-9a-f]{32}$/);
    expect(second.session?.keyName).toBe(first.session?.keyName);
    if (!first.session) return;
    const { accepted, renewed } = await offer(target, first.session);
    expect({ accepted, renewed }).toEqual({ accepted: true, renewed: undefined });
  });

  test('session IDs that are given out but kept by nobody are offered and refused', async () => {
    const target = at(await listen(tlsServer()), 'sessionId');
    const { session } = await handshake(target);
    expect(session).toMatchObject({ ticketLength: 0, sessionIdLength: 32, lifetimeHintSeconds: 0 });
    if (session) expect(await offer(target, session)).toMatchObject({ accepted: false, renewed: undefined });
  });

  test('session IDs that a server keeps are accepted', async () => {
    const kept = new Map<string, Buffer>();
    const server = tlsServer()
      .on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
        kept.set(id.toString('hex'), data);
        done();
      })
      .on('resumeSession', (id: Buffer, done: (error: null, data: Buffer | null) => void) =>
        done(null, kept.get(id.toString('hex')) ?? null),
      );
    const target = at(await listen(server), 'sessionId');
    const { session } = await handshake(target);
    expect(session?.sessionIdLength).toBe(32);
    if (session) expect(await offer(target, session)).toMatchObject({ accepted: true, renewed: undefined });
  });

  test('a session of another server is refused', async () => {
    const [here, there] = [await listen(tlsServer()), await listen(tlsServer())];
    for (const mechanism of ['ticketTls12', 'ticketTls13'] as const) {
      const { session } = await handshake(at(here, mechanism));
      expect(session).toBeDefined();
      if (session) expect(await offer(at(there, mechanism), session)).toMatchObject({ accepted: false });
    }
  });

  test('a version that the server does not speak is an error', async () => {
    const port = await listen(tlsServer({ maxVersion: 'TLSv1.2' }));
    const { session, connection } = await handshake(at(port, 'ticketTls13'));
    expect(session).toBeUndefined();
    expect(connection.error).toMatchObject({ phase: 'handshake', code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
  });

  test('a server that never answers still gives its TLS 1.3 tickets', async () => {
    const identity = { cert: readFileSync(certificate.certificate), key: readFileSync(certificate.key) };
    const port = await listen(createTlsServer(identity, (socket) => socket.on('error', () => undefined)));
    const { session } = await handshake(at(port, 'ticketTls13'));
    expect(session).toBeDefined();
  });

  test.each([
    { mechanism: 'ticketTls12', phase: 'handshake', code: /ALERT_HANDSHAKE_FAILURE$/ },
    { mechanism: 'ticketTls13', phase: 'afterwards', code: /ALERT_CERTIFICATE_REQUIRED$/ },
  ] as const)('$mechanism: a client certificate that is missing is an error ($phase)', async (expected) => {
    const port = await freePort();
    const identity = ['-cert', certificate.certificate, '-key', certificate.key];
    const args = ['s_server', '-accept', `127.0.0.1:${port}`, '-www', '-Verify', '1', ...identity];
    const server = start('openssl', args, process.env);
    try {
      await until(server.output, () => server.output().includes('ACCEPT'));
      const { connection } = await handshake(at(port, expected.mechanism));
      expect(connection.sessions).toEqual([]);
      expect(connection.error).toMatchObject({ phase: expected.phase, code: expect.stringMatching(expected.code) });
    } finally {
      await stop(server);
    }
  });

  test('nothing that can be printed holds the secret', async () => {
    const { session, connection } = await handshake(at(await listen(tlsServer()), 'ticketTls13'));
    expect(session).toBeDefined();
    if (!session) return;
    const printed = inspect(connection, { depth: 9, showHidden: true }) + JSON.stringify({ session, connection });
    expect(printed).not.toMatch(/Buffer|Uint8Array/);
    expect(secretBytes(session).length).toBeGreaterThan(200);
    expect(() => secretBytes({ ...session })).toThrow(TypeError);
  });

  test('openssl sess_id and s_client say the same of a session', async () => {
    const port = await listen(tlsServer({ sessionTimeout: 1234 }));
    const { session } = await handshake(at(port, 'ticketTls12'));
    expect(session).toBeDefined();
    if (!session) return;
    const text = run('openssl', ['sess_id', '-inform', 'DER', '-text', '-noout'], { input: secretBytes(session) });
    expect(text.stdout).toContain('ticket lifetime hint: 1234 (seconds)');
    expect(text.stdout.replaceAll(/[\s-]/g, '')).toContain(session.keyName);
    expect(text.stdout).toContain('Protocol  : TLSv1.2');
    writeFileSync(join(folder, 'session.der'), secretBytes(session));
    const pem = join(folder, 'session.pem');
    run('openssl', ['sess_id', '-inform', 'DER', '-in', join(folder, 'session.der'), '-out', pem]);
    // Not run(): that would hold up the server in this very process.
    const client = start(
      'openssl',
      ['s_client', '-connect', `127.0.0.1:${port}`, '-tls1_2', '-sess_in', pem],
      process.env,
    );
    await client.ended;
    const said = client.output();
    expect(said).toContain('Reused, TLSv1.2');
  });
});
