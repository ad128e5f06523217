import type { MechanismName } from '@shortfuse/core';
import { longestHintSeconds, readSession, type SessionFacts, withLifetimeHint } from './session-der.js';

/** A session as a client keeps it. Holds no secret that could reach a log: {@link secretBytes} has those. */
export interface ClientSession extends Omit<SessionFacts, 'ticket' | 'sessionId'> {
  readonly sessionIdLength: number;
  /** 0 where there is no ticket. */
  readonly ticketLength: number;
  /** When it was received: milliseconds since 1970, this machine's clock. */
  readonly receivedAtMs: number;
}

/** The session in Node's form, with the resumption secret: only kept here, never part of what is printed. */
const secrets = new WeakMap<ClientSession, Uint8Array>();

/**
 * The bytes by which `session` can be offered again. They hold the resumption secret: not for logs and reports.
 * @throws TypeError for a session that is not from this module
 */
export function secretBytes(session: ClientSession): Uint8Array {
  const bytes = secrets.get(session);
  if (!bytes) throw new TypeError('not a session that this program took');
  return bytes;
}

/**
 * A session as Node gives it, in its envelope or without.
 * `undefined` for bytes that are no session.
 */
export function clientSession(bytes: Uint8Array, receivedAtMs = Date.now()): ClientSession | undefined {
  const der = withoutEnvelope(bytes);
  const facts = readSession(der);
  if (!facts) return undefined;
  const session: ClientSession = {
    protocolVersion: facts.protocolVersion,
    lifetimeHintSeconds: facts.lifetimeHintSeconds,
    keyName: facts.keyName,
    sessionIdLength: facts.sessionId.length,
    ticketLength: facts.ticket?.length ?? 0,
    receivedAtMs,
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

/** The bytes to offer. OpenSSL would keep an aged TLS 1.3 ticket to itself; the server's answer is what is asked for. */
export function offeredBytes(session: ClientSession): Uint8Array {
  const bytes = secretBytes(session);
  return session.ticketLength > 0 ? (withLifetimeHint(bytes, longestHintSeconds) ?? bytes) : bytes;
}

/** With a ticket OpenSSL makes up a session ID, so an ID counts only where there is none. */
export function isFor(mechanism: MechanismName, session: ClientSession): boolean {
  if (mechanism === 'sessionId') return session.ticketLength === 0 && session.sessionIdLength > 0;
  return session.ticketLength > 0;
}

/** Without a ticket, the session ID: on a resumed TLS 1.2 connection both stay what they were unless the server renews. */
export function isSameSession(a: ClientSession, b: ClientSession): boolean {
  const [first, second] = [readSession(secretBytes(a)), readSession(secretBytes(b))];
  if (!first || !second) return false;
  return Buffer.from(first.ticket ?? first.sessionId).equals(second.ticket ?? second.sessionId);
}
