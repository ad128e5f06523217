import { constants } from 'node:crypto';
import { isIP } from 'node:net';
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls';
import type { MechanismName } from '@shortfuse/core';
import { longestHintSeconds, readSession, type SessionFacts, withLifetimeHint } from './session-der.js';

/** Where to connect, and which of the three ways of resuming is to be seen. */
export interface Target {
  /** A name or an IP address. */
  readonly host: string;
  readonly port: number;
  /** The name in the SNI extension; where absent or an IP address, none is sent and the server's default answers. */
  readonly servername?: string | undefined;
  readonly mechanism: MechanismName;
  /** For the whole connection, from the first packet. A cold server can take 700 ms for its first handshake: 5000 unless told otherwise. */
  readonly limitMs?: number;
  /** What is sent to make a server answer, because TLS 1.3 tickets come after the handshake: a HEAD request unless told otherwise. */
  readonly request?: string;
}

/** A session as a client keeps it. Holds no secret that could reach a log: {@link secretBytes} has those. */
export interface ClientSession extends Omit<SessionFacts, 'ticket' | 'sessionId'> {
  readonly sessionIdLength: number;
  /** 0 where there is no ticket. */
  readonly ticketLength: number;
  /** When it was received: milliseconds since 1970, this machine's clock. */
  readonly receivedAtMs: number;
}

/** What became of one connection. */
export interface Connection {
  readonly resumed: boolean;
  /** `TLSv1.2` or `TLSv1.3`; undefined where no handshake was completed. */
  readonly protocol: string | undefined;
  /** What the server gave for a later resumption, the newest last. */
  readonly sessions: readonly ClientSession[];
  readonly error: ConnectionError | undefined;
}

export interface ConnectionError {
  /**
   * `connect`: no TCP connection. `handshake`: no TLS. `afterwards`: the server ended the connection with an alert after a
   * handshake that looked complete, which is how TLS 1.3 servers ask for a client certificate.
   */
  readonly phase: 'connect' | 'handshake' | 'afterwards';
  /** Node's code, such as `ECONNREFUSED` or `ERR_SSL_TLSV1_UNRECOGNIZED_NAME`. */
  readonly code: string;
  readonly message: string;
}

const defaultLimitMs = 5000;
/** How long a silent TLS 1.3 server is listened to. Its tickets come right after the handshake; it need not say anything else. */
const ticketWaitMs = 700;
/** How long the server may take to answer the end of a connection whose outcome is known. */
const closeWaitMs = 200;

/** Exactly one mechanism is possible on each kind of connection, so that what is seen belongs to it. */
const modes: Readonly<Record<MechanismName, ConnectionOptions>> = {
  sessionId: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET },
  ticketTls12: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' },
  ticketTls13: { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' },
};

/** The session in Node's form, with the resumption secret: only kept here, never part of what is printed. */
const secrets = new WeakMap<ClientSession, Uint8Array>();

/**
 * The bytes by which `session` can be offered again. They hold the resumption secret: not for logs and reports.
 * @throws TypeError for a session that is not from this module
 */
export function secretBytes(session: ClientSession): Uint8Array {
  const bytes = secrets.get(session);
  if (!bytes) throw new TypeError('not a session that connect() gave');
  return bytes;
}

/** Makes one connection, offers `session` if there is one, and takes what the server gives. Always ends; never rejects. */
export function connect(target: Target & { readonly session?: ClientSession | undefined }): Promise<Connection> {
  const { host, port, servername, mechanism, session, limitMs = defaultLimitMs } = target;
  const request = target.request ?? `HEAD / HTTP/1.0\r\n\r\n`;
  return new Promise((resolve) => {
    const sessions: ClientSession[] = [];
    let phase: ConnectionError['phase'] = 'connect';
    let resumed = false;
    let protocol: string | undefined;
    let error: ConnectionError | undefined;
    let settled = false;
    let quiet: NodeJS.Timeout | undefined;

    const keep = (der: Uint8Array | undefined): void => {
      const kept = der && clientSession(der);
      if (kept && sessions.length < 64) sessions.push(kept);
    };
    const end = (): void => {
      if (settled) return;
      settled = true;
      clearTimeout(limit);
      clearTimeout(quiet);
      // Without a close_notify OpenSSL servers take the session for broken and drop it from their cache.
      if (phase === 'afterwards') socket.end();
      setTimeout(() => socket.destroy(), phase === 'afterwards' ? closeWaitMs : 0).unref();
      resolve({ resumed, protocol, sessions, error });
    };
    const fail = (code: string, message: string): void => {
      error ??= { phase, code, message };
      end();
    };

    const limit = setTimeout(() => {
      if (phase === 'afterwards') end();
      else fail('ETIMEDOUT', `no answer within ${limitMs} ms`);
    }, limitMs);
    const socket = tlsConnect({
      host,
      port,
      // Whether the certificate is right is another question than for how long sessions live.
      rejectUnauthorized: false,
      ...(servername !== undefined && isIP(servername) === 0 ? { servername } : {}),
      ...(session ? { session: Buffer.from(offered(session)) } : {}),
      ...modes[mechanism],
    });
    socket.on('connect', () => {
      phase = 'handshake';
    });
    socket.on('session', (der: Buffer) => {
      // In TLS 1.2 what counts is read when the handshake is over, because a renewed ticket raises no event.
      if (mechanism === 'ticketTls13') keep(der);
    });
    socket.on('secureConnect', () => {
      phase = 'afterwards';
      resumed = socket.isSessionReused();
      protocol = socket.getProtocol() ?? undefined;
      if (mechanism !== 'ticketTls13') {
        keep(socket.getSession());
        end();
        return;
      }
      socket.write(request);
      quiet = setTimeout(end, ticketWaitMs);
    });
    // Tickets of the handshake come before the first byte of an answer.
    socket.on('data', end);
    const closed = (): void => {
      if (phase === 'afterwards') end();
      else fail('ECONNRESET', 'the server closed the connection');
    };
    socket.on('end', closed);
    socket.on('close', closed);
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      // Once there are tickets, how the server ends the connection says nothing about resumption.
      if (phase === 'afterwards' && (sessions.length > 0 || cause.code === 'EPIPE' || cause.code === 'ECONNRESET'))
        end();
      else fail(cause.code ?? cause.name, cause.message);
    });
  });
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
  const isSame = newest && Buffer.from(secretBytes(newest)).equals(secretBytes(session));
  const isRenewed = accepted && newest && !isSame && !sharesTicket(newest, session);
  return { accepted, renewed: isRenewed ? newest : undefined, connection };
}

function clientSession(bytes: Uint8Array): ClientSession | undefined {
  const der = withoutEnvelope(bytes);
  const facts = readSession(der);
  if (!facts) return undefined;
  const session: ClientSession = {
    protocolVersion: facts.protocolVersion,
    lifetimeHintSeconds: facts.lifetimeHintSeconds,
    keyName: facts.keyName,
    sessionIdLength: facts.sessionId.length,
    ticketLength: facts.ticket?.length ?? 0,
    receivedAtMs: Date.now(),
  };
  secrets.set(session, Uint8Array.from(der));
  return session;
}

const envelope = Buffer.from('\0nodejs:tls:session:1\0');

/**
 * Newer releases of Node 22 and 24 put the name of the server before a client's session: a mark, two bytes of length, the name,
 * and then the session. They take a bare one, too, where no certificate is checked.
 * Source: wrapSessionState in Node's lib/internal/tls/wrap.js.
 */
function withoutEnvelope(bytes: Uint8Array): Uint8Array {
  if (!envelope.equals(bytes.subarray(0, envelope.length))) return bytes;
  const length = (bytes[envelope.length] ?? 0) * 256 + (bytes[envelope.length + 1] ?? 0);
  return bytes.subarray(envelope.length + 2 + length);
}

/** OpenSSL would keep an aged TLS 1.3 ticket to itself; the server's answer is what is asked for. */
function offered(session: ClientSession): Uint8Array {
  const bytes = secretBytes(session);
  return session.ticketLength > 0 ? (withLifetimeHint(bytes, longestHintSeconds) ?? bytes) : bytes;
}

function isFor(mechanism: MechanismName, session: ClientSession): boolean {
  if (mechanism === 'sessionId') return session.ticketLength === 0 && session.sessionIdLength > 0;
  return session.ticketLength > 0;
}

/** Without a ticket, the session ID: on a resumed TLS 1.2 connection both stay what they were unless the server renews. */
function sharesTicket(a: ClientSession, b: ClientSession): boolean {
  const [first, second] = [readSession(secretBytes(a)), readSession(secretBytes(b))];
  if (!first || !second) return false;
  return Buffer.from(first.ticket ?? first.sessionId).equals(second.ticket ?? second.sessionId);
}
