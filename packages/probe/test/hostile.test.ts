import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';
import { inspect } from 'node:util';
import { isInstalled, run, start, stop, until } from '@shortfuse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handshake, probe, probeJson, probeReport, probeText, secretBytes, starttlsProtocols } from '../src/index.js';
import { listen, listenTls, makePlace, type Place } from './place.js';

const hasOpenssl = isInstalled('openssl', ['version']);
if (!hasOpenssl) process.stderr.write('skipped: openssl is not installed, so no hostile server is tried\n');

const limitMs = 400;
/** A probe of a server that never completes a handshake: the handshake, and a look at what else may speak there. */
const longestMs = 8000;

/** Does something to each connection again and again until it is closed. */
function forever(socket: Socket, ms: number, what: () => void): void {
  const timer = setInterval(what, ms);
  socket.on('close', () => clearInterval(timer)).on('error', () => clearInterval(timer));
}

/** The first bytes of a record of 16 KiB that never ends. */
const endlessRecord = Uint8Array.of(0x16, 3, 3, 0x3f, 0xff);
/** A warning alert, in the clear. */
const warning = Uint8Array.of(0x15, 3, 3, 0, 2, 1, 90);
/** A ServerHello that asks for 16 MB more. */
const hugeHello = Uint8Array.of(0x16, 3, 3, 0, 4, 2, 0xff, 0xff, 0xff);

const attacks: readonly { readonly name: string; readonly serve: (socket: Socket) => void }[] = [
  { name: 'garbage', serve: (socket) => socket.end(Buffer.alloc(100_000, 0xa5)) },
  {
    name: 'garbage without end',
    serve: (socket) => forever(socket, 1, () => socket.write(Buffer.alloc(65_536, 0x5a))),
  },
  { name: 'one byte at a time', serve: (socket) => forever(socket, 10, () => socket.write(Uint8Array.of(0x16))) },
  {
    name: 'a record that never ends',
    serve: (socket) => {
      socket.write(endlessRecord);
      forever(socket, 10, () => socket.write(Uint8Array.of(0)));
    },
  },
  { name: 'warnings without end', serve: (socket) => forever(socket, 1, () => socket.write(warning)) },
  {
    name: 'a message that never ends',
    serve: (socket) => {
      socket.write(hugeHello);
      forever(socket, 1, () => socket.write(Buffer.from([0x16, 3, 3, 0x3f, 0xff, ...Buffer.alloc(0x3fff)])));
    },
  },
  { name: 'a line that never ends', serve: (socket) => forever(socket, 1, () => socket.write('220-'.repeat(1000))) },
  {
    name: 'lines without end',
    serve: (socket) => forever(socket, 1, () => socket.write('220-x\r\n* x\r\n'.repeat(500))),
  },
  { name: 'an echo', serve: (socket) => socket.pipe(socket) },
  { name: 'a reset', serve: (socket) => socket.resetAndDestroy() },
];

describe.skipIf(!hasOpenssl).concurrent('hostile servers', () => {
  let place: Place;
  beforeAll(() => {
    place = makePlace();
  });
  afterAll(() => place.remove());

  for (const [i, { name, serve }] of attacks.entries())
    test(name, async () => {
      const port = 24_400 + i;
      await listen(place, port, serve);
      const started = Date.now();
      const ways = [undefined, ...starttlsProtocols];
      const results = await Promise.all(ways.map((starttls) => probe({ host: '127.0.0.1', port, limitMs, starttls })));
      expect(Date.now() - started).toBeLessThan(longestMs);
      for (const result of results) {
        expect(result.kind).toBe('unanswered');
        if (result.kind === 'unanswered') expect(result.failure.message).not.toBe('');
      }
    });

  test('data without end behind a good handshake', async () => {
    const server = createTls(place.identity, (socket) => {
      socket.on('error', () => undefined);
      forever(socket, 1, () => socket.write(Buffer.alloc(16_384)));
    }).on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(24_430, '127.0.0.1', resolve));
    try {
      const result = await probe({ host: '127.0.0.1', port: 24_430, limitMs: 2000 });
      if (result.kind !== 'answered') throw new Error(result.failure.message);
      expect(result.mechanisms.ticketTls12.status).toBe('resumed');
    } finally {
      server.close();
    }
  });

  test('255 tickets in one handshake', async () => {
    const identity = ['-cert', place.certificate.certificate, '-key', place.certificate.key];
    const args = ['s_server', '-accept', '127.0.0.1:24431', '-www', '-num_tickets', '255', ...identity];
    const server = start('openssl', args, process.env);
    try {
      await until(server.output, () => server.output().includes('ACCEPT'));
      const { session, connection } = await handshake({ host: '127.0.0.1', port: 24_431, mechanism: 'ticketTls13' });
      expect(session).toBeDefined();
      expect(connection.sessions.length).toBeGreaterThan(1);
      expect(connection.sessions.length).toBeLessThanOrEqual(64);
    } finally {
      await stop(server);
    }
  });

  test('tickets of 40 kB, because the client certificate is in them', async () => {
    const made = { cert: join(place.folder, 'big.crt'), key: join(place.folder, 'big.key') };
    const subject = ['-subj', '/CN=big', '-addext', `nsComment=${'x'.repeat(40_000)}`];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const { status, stderr } = run('openssl', [
      'req',
      '-x509',
      ...curve,
      ...subject,
      '-keyout',
      made.key,
      '-out',
      made.cert,
    ]);
    expect(status, stderr).toBe(0);
    await listenTls(place, 24_432, { requestCert: true, rejectUnauthorized: false });
    const clientCertificate = { cert: readFileSync(made.cert, 'utf8'), key: readFileSync(made.key, 'utf8') };
    for (const mechanism of ['ticketTls12', 'ticketTls13'] as const) {
      const { session } = await handshake({ host: '127.0.0.1', port: 24_432, mechanism, clientCertificate });
      expect(session?.ticketLength).toBeGreaterThan(40_000);
      expect(session?.lifetimeHintSeconds).toBe(7200);
    }
    const result = await probe({ host: '127.0.0.1', port: 24_432, clientCertificate });
    expect(result).toMatchObject({ mechanisms: { ticketTls12: { status: 'resumed' } } });
  });

  test('no report holds a secret', async () => {
    await listenTls(place, 24_433, {}, { keepsIds: true });
    const result = await probe({ host: '127.0.0.1', port: 24_433 });
    const finding = { targetSeconds: 60, result, acceptances: [] };
    if (result.kind !== 'answered') throw new Error(result.failure.message);
    const printed = [
      probeText(finding),
      probeJson(probeReport(finding)),
      inspect(finding, { depth: 12, showHidden: true }),
    ];
    expect(printed[2]).not.toMatch(/Buffer|Uint8Array/);
    for (const name of ['sessionId', 'ticketTls12', 'ticketTls13'] as const)
      for (const { session } of result.mechanisms[name].samples) {
        const bytes = Buffer.from(session ? secretBytes(session) : []);
        // The secret is the 48 bytes behind the tag and length of an octet string.
        const secret = bytes.subarray(bytes.indexOf(Uint8Array.of(0x04, 0x30)) + 2).subarray(0, 48);
        expect(secret).toHaveLength(48);
        for (const text of printed)
          for (const form of ['hex', 'base64'] as const) expect(text).not.toContain(secret.toString(form));
      }
  });

  test('a port that takes connections and never accepts them', async () => {
    const server = createServer().listen(24_434, '127.0.0.1');
    try {
      server.maxConnections = 0;
      const result = await probe({ host: '127.0.0.1', port: 24_434, limitMs });
      expect(result).toMatchObject({ kind: 'unanswered' });
    } finally {
      server.close();
    }
  });
});
