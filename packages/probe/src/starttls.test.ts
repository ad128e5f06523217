import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { type Certificate, createCertificate, isInstalled, start } from '@shortfuse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handshake, offer, type Target } from './connection.js';
import { failureOf } from './failure.js';
import type { StarttlsProtocol } from './starttls.js';

/** What a server says first, and its answers to what it hears, in order; TLS begins after the last. */
interface Script {
  readonly greeting?: string | Uint8Array;
  readonly answers: readonly (readonly [heard: RegExp, answer: string | Uint8Array])[];
  /** One byte at a time. */
  readonly drips?: boolean;
}

const good: Readonly<Record<StarttlsProtocol, Script>> = {
  smtp: {
    greeting: '220-mail.example ESMTP\r\n220 ready\r\n',
    answers: [
      [/^EHLO \S+\r\n$/, '250-mail.example\r\n250-SIZE 1000\r\n250 STARTTLS\r\n'],
      [/^STARTTLS\r\n$/, '220 go ahead\r\n'],
    ],
  },
  imap: {
    greeting: '* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n',
    answers: [[/^a STARTTLS\r\n$/, '* NOTICE\r\na OK begin\r\n']],
  },
  pop3: { greeting: '+OK ready\r\n', answers: [[/^STLS\r\n$/, '+OK begin\r\n']] },
  ldap: {
    answers: [
      [
        /^\x30\x1d\x02\x01\x01\x77\x18\x80\x161\.3\.6\.1\.4\.1\.1466\.20037$/,
        Buffer.from('300c02010178070a010004000400', 'hex'),
      ],
    ],
  },
  postgres: { answers: [[/^\0\0\0\x08\x04\xd2\x16\x2f$/, 'S']] },
};

const hasOpenssl = isInstalled('openssl', ['version']);
const closers: (() => void)[] = [];
afterAll(() => {
  for (const close of closers.splice(0)) close();
});

describe.skipIf(!hasOpenssl).concurrent('STARTTLS', () => {
  let folder = '';
  let certificate: Certificate;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'shortfuse-starttls-'));
    certificate = createCertificate(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function serve({ greeting, answers, drips = false }: Script): Promise<number> {
    const context = createSecureContext({
      cert: readFileSync(certificate.certificate),
      key: readFileSync(certificate.key),
      sessionTimeout: 77,
    });
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      let at = 0;
      const say = async (words: string | Uint8Array): Promise<void> => {
        if (!drips) socket.write(words);
        else
          for (const byte of Buffer.from(words)) {
            socket.write(Uint8Array.of(byte));
            await new Promise((next) => setImmediate(next));
          }
      };
      const hear = async (piece: Buffer): Promise<void> => {
        const step = answers[at++];
        if (!step?.[0].test(piece.toString('latin1'))) return void socket.destroy();
        if (at === answers.length) socket.off('data', hear);
        await say(step[1]);
        if (at === answers.length)
          new TLSSocket(socket, { isServer: true, secureContext: context })
            .on('error', () => undefined)
            .once('data', () => undefined);
      };
      socket.on('data', hear);
      if (greeting !== undefined) void say(greeting);
    });
    closers.push(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return new Promise((listening) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        listening(typeof address === 'object' && address ? address.port : 0);
      });
    });
  }

  const at = (port: number, starttls: StarttlsProtocol, mechanism: Target['mechanism'] = 'ticketTls12'): Target => ({
    host: '127.0.0.1',
    port,
    starttls,
    mechanism,
    limitMs: 2000,
  });

  for (const protocol of ['smtp', 'imap', 'pop3', 'ldap', 'postgres'] as const)
    for (const mechanism of ['ticketTls12', 'ticketTls13'] as const)
      test.each([{ drips: false }, { drips: true }])(
        `${protocol}, ${mechanism}, byte by byte: $drips`,
        async ({ drips }) => {
          const target = at(await serve({ ...good[protocol], drips }), protocol, mechanism);
          const { session, connection } = await handshake(target);
          expect(connection.error).toBeUndefined();
          expect(session?.lifetimeHintSeconds).toBe(77);
          if (session) expect((await offer(target, session)).accepted).toBe(true);
        },
      );

  // Its IMAP has tags of its own.
  test.each(['smtp', 'pop3', 'ldap', 'postgres'] as const)('%s: OpenSSL says the same words', async (protocol) => {
    const port = await serve(good[protocol]);
    const client = start('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-starttls', protocol], process.env);
    await client.ended;
    expect(client.output()).toMatch(/^New, TLSv1\.3, /m);
  });

  test.each<{ protocol: StarttlsProtocol; what: string; script: Script; says: string }>([
    {
      protocol: 'smtp',
      what: 'no STARTTLS among the extensions',
      script: { greeting: '220 mail\r\n', answers: [[/^EHLO/, '250-mail\r\n250 SIZE\r\n']] },
      says: 'the server does not offer STARTTLS',
    },
    {
      protocol: 'smtp',
      what: 'STARTTLS refused',
      script: {
        greeting: '220 mail\r\n',
        answers: [
          [/^EHLO/, '250-mail\r\n250-starttls\r\n250 SIZE\r\n'],
          [/^STARTTLS/, '454 TLS not available\r\n'],
        ],
      },
      says: 'the server answers: 454 TLS not available',
    },
    {
      protocol: 'smtp',
      what: 'a full server',
      script: { greeting: '421 too busy\r\n', answers: [] },
      says: '421 too busy',
    },
    {
      protocol: 'smtp',
      what: 'SSH',
      script: { greeting: 'SSH-2.0-OpenSSH_9\r\n', answers: [] },
      says: 'SSH-2.0-OpenSSH_9',
    },
    {
      protocol: 'imap',
      what: 'a farewell',
      script: { greeting: '* BYE overloaded\r\n', answers: [] },
      says: '* BYE overloaded',
    },
    {
      protocol: 'imap',
      what: 'BAD',
      script: { greeting: '* OK\r\n', answers: [[/STARTTLS/, 'a BAD what\r\n']] },
      says: 'a BAD what',
    },
    {
      protocol: 'pop3',
      what: 'an error',
      script: { greeting: '+OK\r\n', answers: [[/STLS/, '-ERR no\r\n']] },
      says: '-ERR no',
    },
    {
      protocol: 'ldap',
      what: 'protocolError',
      script: { answers: [[/^0/, Buffer.from('300c02010178070a010204000400', 'hex')]] },
      says: 'LDAP result code 2',
    },
    { protocol: 'ldap', what: 'HTTP', script: { answers: [[/^0/, 'HTTP/1.1 400 Bad Request\r\n']] }, says: 'not LDAP' },
    { protocol: 'postgres', what: 'N', script: { answers: [[/^/, 'N']] }, says: 'the server does not offer TLS' },
    { protocol: 'postgres', what: 'HTTP', script: { answers: [[/^/, 'HTTP/1.1']] }, says: 'not PostgreSQL' },
  ])('$protocol: $what', async ({ protocol, script, says }) => {
    const target = at(await serve(script), protocol);
    const { connection } = await handshake(target);
    expect(connection.error).toMatchObject({ phase: 'starttls', code: 'STARTTLS_REFUSED' });
    expect(failureOf(connection, target)).toMatchObject({ kind: 'starttls' });
    expect(failureOf(connection, target)?.message).toContain(says);
  });

  test.each([
    {
      what: 'a greeting without end',
      script: { greeting: `220-${'x'.repeat(20_000)}`, answers: [] },
      code: 'STARTTLS_REFUSED',
    },
    { what: 'silence', script: { answers: [[/^$/, '']] } satisfies Script, code: 'ETIMEDOUT' },
  ])('$what', async ({ script, code }) => {
    const target = { ...at(await serve(script), 'smtp'), limitMs: 300 };
    expect((await handshake(target)).connection.error).toMatchObject({ phase: 'starttls', code });
  });
});
