import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { type Certificate, createCertificate } from '@shortfuse/testkit';
import { beforeAll, test } from 'vitest';

/** A folder for servers, with a certificate in it. */
export interface Place {
  readonly folder: string;
  readonly certificate: Certificate;
  /** Certificate and key in one file, as HAProxy wants them. */
  readonly both: string;
  readonly identity: { readonly cert: Buffer; readonly key: Buffer };
  /** Closed when the place is removed, the last first. */
  readonly closers: (() => Promise<void> | void)[];
  remove(): Promise<void>;
}

export function makePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-probe-'));
  const certificate = createCertificate(folder);
  const identity = { cert: readFileSync(certificate.certificate), key: readFileSync(certificate.key) };
  const both = join(folder, 'both.pem');
  writeFileSync(both, `${identity.cert}${identity.key}`);
  const closers: Place['closers'] = [];
  const remove = async (): Promise<void> => {
    for (const close of closers.reverse()) await close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, certificate, both, identity, closers, remove };
}

/** A TCP server that does with each connection what `serve` says. */
export function listen(place: Place, port: number, serve: (socket: Socket) => void): Promise<void> {
  return open(place, createTcpServer(serve), port);
}

/** A TLS server that answers every request, with the certificate of the place. */
export async function listenTls(
  place: Place,
  port: number,
  options: TlsOptions = {},
  { keepsIds = false, isMute = false } = {},
): Promise<void> {
  const server = createTlsServer({ ...place.identity, ...options }, (socket) => {
    socket.on('error', () => undefined);
    if (!isMute) socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\n'));
  });
  server.on('tlsClientError', () => undefined);
  if (keepsIds) {
    const kept = new Map<string, Buffer>();
    server.on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
      kept.set(id.toString('hex'), data);
      done();
    });
    server.on('resumeSession', (id: Buffer, done: (error: null, data: Buffer | null) => void) =>
      done(null, kept.get(id.toString('hex')) ?? null),
    );
  }
  await open(place, server, port);
}

function open(place: Place, server: Server, port: number): Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  place.closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** A test that mostly waits. */
export interface Waiting {
  readonly name: string;
  readonly skip?: boolean;
  readonly run: () => Promise<void>;
}

/** Tests that are all begun at the same time, so that they take as long as the longest. */
export function together(all: readonly Waiting[]): void {
  const begun = new Map<Waiting, Promise<void>>();
  beforeAll(() => {
    for (const each of all) {
      if (each.skip) continue;
      const running = each.run();
      // Whoever waits for it sees the error.
      running.catch(() => undefined);
      begun.set(each, running);
    }
  });
  for (const each of all) test.skipIf(each.skip)(each.name, () => begun.get(each));
}
