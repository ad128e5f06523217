import { constants } from 'node:crypto';
import { connect as tcpConnect } from 'node:net';
import { type ConnectionOptions, type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { MechanismName } from '@shortfuse/core';
import { defaultLimitMs, type Endpoint, sniOf } from './endpoint.js';
import { type ClientSession, clientSession, isFor, isSameSession, offeredBytes } from './session.js';
import { requestsAfterTls, startTls } from './starttls.js';

/** Where to connect, and which of the three ways of resuming is to be seen. */
export interface Target extends Endpoint {
  readonly mechanism: MechanismName;
  /** What is sent to make a server answer, because TLS 1.3 tickets come after the handshake: a HEAD request unless told otherwise. */
  readonly request?: string;
  /** Speak to servers that know nothing newer than TLS 1.0 or 1.1, too. Not for TLS 1.3. */
  readonly legacy?: boolean | undefined;
}

/** What became of one connection. */
export interface Connection {
  readonly resumed: boolean;
  /** `TLSv1.2`, `TLSv1.3` or an older one; undefined where no handshake was completed. */
  readonly protocol: string | undefined;
  /** What the server gave for a later resumption, the newest last. */
  readonly sessions: readonly ClientSession[];
  /** The address that answered; undefined where none did. */
  readonly remoteAddress: string | undefined;
  /** Of a full handshake; a resumed one shows no certificate. */
  readonly certificate: PeerCertificate | undefined;
  readonly error: ConnectionError | undefined;
}

export interface PeerCertificate {
  /** As OpenSSL prints it on one line, such as `CN=shop.example`. */
  readonly subject: string;
  /** SHA-256 of the certificate, hexadecimal in small letters without colons. */
  readonly sha256: string;
  /** Why a client that checks it would refuse it, such as `it has expired`; undefined where it would not. */
  readonly objection: string | undefined;
}

export interface ConnectionError {
  /**
   * `connect`: no TCP connection. `starttls`: the server does not go over to TLS. `handshake`: no TLS. `afterwards`: the server
   * ended the connection with an alert after a handshake that looked complete, which is how TLS 1.3 servers ask for a client
   * certificate.
   */
  readonly phase: 'connect' | 'starttls' | 'handshake' | 'afterwards';
  /** Node's code, such as `ECONNREFUSED` or `ERR_SSL_TLSV1_UNRECOGNIZED_NAME`; `STARTTLS_REFUSED` where `message` has the server's words. */
  readonly code: string;
  readonly message: string;
}

/** The code of the error where Node gives a session in a form that is not known here. */
export const unreadableSession = 'UNREADABLE_SESSION';

/** How long a silent TLS 1.3 server is listened to. Its tickets come right after the handshake; it need not say anything else. */
const ticketWaitMs = 700;
/** How long a further ticket may take, once there is one. */
const nextTicketWaitMs = 150;
/** How long the server may take to answer the end of a connection whose outcome is known. */
const closeWaitMs = 200;
/** More sessions than this of one connection are not kept: a server may send tickets without end. */
const mostSessions = 64;

/** Exactly one mechanism is possible on each kind of connection, so that what is seen belongs to it. */
const modes: Readonly<Record<MechanismName, ConnectionOptions>> = {
  sessionId: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET },
  ticketTls12: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' },
  ticketTls13: { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' },
};

function optionsFor({ mechanism, legacy }: Target): ConnectionOptions {
  const mode = modes[mechanism];
  if (!legacy || mechanism === 'ticketTls13') return mode;
  return {
    ...mode,
    minVersion: 'TLSv1',
    // OpenSSL 3 speaks TLS 1.0 and 1.1, and to servers without RFC 5746, only where it is told that this is wanted.
    ciphers: 'DEFAULT@SECLEVEL=0',
    secureOptions: (mode.secureOptions ?? 0) | constants.SSL_OP_LEGACY_SERVER_CONNECT,
  };
}

/** Names us in the server's log, and asks for as little as can be. */
function headRequest(endpoint: Endpoint): string {
  const { port } = endpoint;
  const name = sniOf(endpoint) ?? endpoint.host;
  const host = `${name.includes(':') ? `[${name}]` : name}${port === 443 ? '' : `:${port}`}`;
  return `HEAD / HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: shortfuse-probe\r\nConnection: close\r\n\r\n`;
}

/** Makes one connection, offers `session` if there is one, and takes what the server gives. Always ends; never rejects. */
export function connect(target: Target & { readonly session?: ClientSession | undefined }): Promise<Connection> {
  const { mechanism, session, starttls, clientCertificate, limitMs = defaultLimitMs } = target;
  const { host, port } = target.connectTo ?? target;
  const request = target.request ?? (starttls ? requestsAfterTls[starttls] : headRequest(target));
  return new Promise((resolve) => {
    const sessions: ClientSession[] = [];
    let phase: ConnectionError['phase'] = 'connect';
    let resumed = false;
    let protocol: string | undefined;
    let remoteAddress: string | undefined;
    let certificate: PeerCertificate | undefined;
    let error: ConnectionError | undefined;
    let settled = false;
    let quiet: NodeJS.Timeout | undefined;
    let tls: TLSSocket | undefined;

    const keep = (der: Uint8Array | undefined): void => {
      if (!der) return;
      const kept = clientSession(der);
      // Else a server would seem to give no sessions where only we cannot read them.
      if (!kept) error ??= { phase: 'afterwards', code: unreadableSession, message: 'a session in an unknown form' };
      // Before its first ticket, a TLS 1.3 session can be read but not resumed.
      if (mechanism === 'ticketTls13' && kept?.ticketLength === 0) return;
      if (kept && sessions.length < mostSessions) sessions.push(kept);
    };
    const end = (): void => {
      if (settled) return;
      settled = true;
      clearTimeout(limit);
      clearTimeout(quiet);
      // Node raises no event for a session of more than 10 KiB, such as one with a large ticket.
      if (mechanism === 'ticketTls13' && sessions.length === 0 && phase === 'afterwards') keep(tls?.getSession());
      // Without a close_notify OpenSSL servers take the session for broken and drop it from their cache.
      if (phase === 'afterwards') tls?.end();
      setTimeout(
        () => {
          tls?.destroy();
          tcp.destroy();
        },
        phase === 'afterwards' ? closeWaitMs : 0,
      ).unref();
      resolve({ resumed, protocol, sessions, remoteAddress, certificate, error });
    };
    const fail = (code: string, message: string): void => {
      error ??= { phase, code, message };
      end();
    };
    const closed = (): void => {
      if (phase === 'afterwards') end();
      else fail('ECONNRESET', 'the server closed the connection');
    };
    const failed = (cause: NodeJS.ErrnoException): void => {
      // Once there are tickets, how the server ends the connection says nothing about resumption.
      if (phase === 'afterwards' && (sessions.length > 0 || cause.code === 'EPIPE' || cause.code === 'ECONNRESET'))
        end();
      else fail(cause.code ?? cause.name, cause.message);
    };
    const listenFor = (ms: number): void => {
      clearTimeout(quiet);
      quiet = setTimeout(end, ms);
    };

    const limit = setTimeout(() => {
      if (phase === 'afterwards') end();
      else fail('ETIMEDOUT', `no answer within ${limitMs} ms`);
    }, limitMs);
    const tcp = tcpConnect({ host, port });
    tcp.on('error', failed);
    tcp.on('close', closed);
    tcp.on('end', closed);
    tcp.on('connect', async () => {
      remoteAddress = tcp.remoteAddress;
      if (starttls) {
        phase = 'starttls';
        const why = await startTls(tcp, starttls);
        if (why !== undefined) return fail('STARTTLS_REFUSED', why);
        if (settled) return;
      }
      phase = 'handshake';
      try {
        encrypt();
      } catch (cause) {
        // Node refuses a certificate or key that it cannot read before anything is sent.
        failed(cause instanceof Error ? cause : new Error(String(cause)));
      }
    });

    function encrypt(): void {
      // From here on, how the connection ends is for TLS to say.
      tcp.off('close', closed).off('end', closed);
      const servername = sniOf(target);
      const socket = tlsConnect({
        socket: tcp,
        // The name that the certificate is looked at for, where SNI has none.
        host: target.host,
        // Whether the certificate is right is another question than for how long sessions live.
        rejectUnauthorized: false,
        ...(servername === undefined ? {} : { servername }),
        ...(session ? { session: Buffer.from(offeredBytes(session)) } : {}),
        ...(clientCertificate ?? {}),
        ...optionsFor(target),
      });
      tls = socket;
      socket.on('session', (der: Buffer) => {
        // In TLS 1.2 what counts is read when the handshake is over, because a renewed ticket raises no event.
        if (mechanism !== 'ticketTls13') return;
        keep(der);
        if (phase === 'afterwards') listenFor(nextTicketWaitMs);
      });
      socket.on('secureConnect', () => {
        phase = 'afterwards';
        resumed = socket.isSessionReused();
        protocol = socket.getProtocol() ?? undefined;
        if (!resumed) certificate = certificateOf(socket);
        if (mechanism !== 'ticketTls13') {
          keep(socket.getSession());
          end();
          return;
        }
        if (request !== '') socket.write(request);
        listenFor(ticketWaitMs);
      });
      // Tickets of the handshake come before the first byte of an answer.
      socket.on('data', end);
      socket.on('end', closed);
      socket.on('close', closed);
      socket.on('error', failed);
    }
  });
}

function certificateOf(socket: TLSSocket): PeerCertificate | undefined {
  const peer = socket.getPeerX509Certificate();
  if (!peer) return undefined;
  return {
    subject: peer.subject?.replaceAll('\n', ', ') ?? '',
    sha256: peer.fingerprint256.replaceAll(':', '').toLowerCase(),
    objection: socket.authorized ? undefined : objectionOf(socket.authorizationError),
  };
}

const objections: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for other names',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT: 'its authority is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not trusted here, or an intermediate certificate is missing',
};

/** Node gives a code, whatever its types say. */
function objectionOf(error: unknown): string {
  const code = String(error);
  return objections[code] ?? code.toLowerCase().replaceAll('_', ' ');
}

/** What a full handshake gave. */
export interface Handshake {
  /** The newest session that belongs to the mechanism; undefined where the server offers none. */
  readonly session: ClientSession | undefined;
  readonly connection: Connection;
}

/** A full handshake, and the session that the server gives for a resumption by `target.mechanism`. */
export async function handshake(target: Target): Promise<Handshake> {
  const connection = await connect(target);
  const fitting = connection.sessions.filter((session) => isFor(target.mechanism, session));
  return { session: fitting.at(-1), connection };
}

/** What a server did with an offered session. */
export interface Offer {
  readonly accepted: boolean;
  /** A session that the resumed connection gave in turn; undefined where the old one is not replaced. */
  readonly renewed: ClientSession | undefined;
  readonly connection: Connection;
}

/** Offers `session` on a new connection, whatever its age. Some servers take a session once only: use a fresh one per offer. */
export async function offer(target: Target, session: ClientSession): Promise<Offer> {
  const connection = await connect({ ...target, session });
  const accepted = connection.resumed;
  const newest = connection.sessions.filter((candidate) => isFor(target.mechanism, candidate)).at(-1);
  const isRenewed = accepted && newest !== undefined && !isSameSession(newest, session);
  return { accepted, renewed: isRenewed ? newest : undefined, connection };
}
