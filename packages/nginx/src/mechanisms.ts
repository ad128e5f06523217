import type { Lifetime, Mechanism, Mechanisms, Seconds } from '@shortfuse/core';
import type { SessionCache } from './session-cache.js';
import { libraryTimeoutSeconds, longestTls13Seconds } from './settings.js';
import { isAtLeast } from './version.js';

/** What one server block has in effect. `undefined`: the files do not tell. */
export interface TlsState {
  /** Whether tickets are on in the end, `ssl_conf_command` included. */
  readonly tickets: boolean | undefined;
  readonly cache: SessionCache | undefined;
  readonly tls12: boolean | undefined;
  readonly tls13: boolean | undefined;
  /** `ssl_conf_command NumTickets 0`: no TLS 1.3 ticket is sent. */
  readonly sendsNoTls13Tickets: boolean;
  readonly rejectsHandshake: boolean;
  readonly hasCertificate: boolean;
  /** It has a certificate, or rejects: without one its names are served with the default server's TLS context. */
  readonly hasContext: boolean;
}

const off: Mechanism = { enabled: false, lifetimes: [] };

/**
 * Which sessions a client can resume that asks for a name of `named` at an address whose default server is `deciding`, and
 * for how long. `timeout` is the default server's.
 * Source: the tables in sections 3.2, 4 and 5 of the facts about nginx that this package was checked against, measured on
 * 1.22.1, 1.24.0, 1.28.3 and 1.30.4.
 */
export function mechanismsOf(deciding: TlsState, named: TlsState, timeout: Lifetime, version: string): Mechanisms {
  // From 1.29.2 the name is known before the session is looked at, so tickets and protocols are those of the named server.
  const nameDecides = isAtLeast(version, '1.29.2');
  const visible = named.hasContext ? named : deciding;
  const protocols = nameDecides ? visible : deciding;
  // A name without a context of its own is not rejected with the default server; it needs that one's certificate.
  const isRejected = named.rejectsHandshake || (!named.hasContext && !deciding.hasCertificate);
  if (isRejected) return { sessionId: off, ticketTls12: off, ticketTls13: off };

  const accepts = nameDecides ? visible.tickets : deciding.tickets;
  const { cache } = deciding;
  return {
    // `off` in the named server withholds the session ID from the client, wherever sessions are kept.
    sessionId: mechanism(
      both(protocols.tls12, visible.cache?.kind === 'off' ? false : isKept(cache, timeout)),
      timeout,
      cachedSeconds(cache),
    ),
    ticketTls12: mechanism(both(protocols.tls12, both(accepts, visible.tickets)), timeout, ticketSeconds),
    ticketTls13: tls13(deciding, visible, accepts, protocols.tls13, timeout, version),
  };
}

function tls13(
  deciding: TlsState,
  visible: TlsState,
  accepts: boolean | undefined,
  spoken: boolean | undefined,
  timeout: Lifetime,
  version: string,
): Mechanism {
  const isAbsolute = isAtLeast(version, '1.23.2');
  if (deciding.sendsNoTls13Tickets || spoken === false) return off;
  const renewal = isAbsolute ? 'bounded' : 'unbounded';
  // Tickets on both sides: the ticket holds the session. On neither: it is a key into the cache. Mixed: made one way, read the other.
  const stateless = both(accepts, visible.tickets);
  if (stateless !== false) {
    // From 1.23.2 a ticket born with timeout 0 is announced, and refused when it comes back.
    if (timeout.seconds === 0 && isAbsolute) return off;
    return mechanism(both(spoken, stateless), timeout, announcedSeconds, renewal);
  }
  if (accepts !== visible.tickets) return off;
  return mechanism(
    both(spoken, isKept(deciding.cache, timeout)),
    timeout,
    (s) => announcedSeconds(cachedSeconds(deciding.cache)(s)),
    renewal,
  );
}

/** Can a session be found again? A shared zone takes a timeout of 0 at its word, and one that overflows the clock as over. */
function isKept(cache: SessionCache | undefined, { seconds }: Lifetime): boolean | undefined {
  if (!cache) return undefined;
  if (cache.kind !== 'kept') return false;
  return cache.builtin || seconds === undefined || (seconds > 0 && seconds < 9e18);
}

function cachedSeconds(cache: SessionCache | undefined): (timeout: Seconds) => Seconds {
  return (timeout) => (timeout === 0 && cache?.builtin ? libraryTimeoutSeconds : timeout);
}

/** OpenSSL puts its own default in place of 0. */
function ticketSeconds(timeout: Seconds): Seconds {
  return timeout === 0 ? libraryTimeoutSeconds : timeout;
}

/** A client offers a TLS 1.3 ticket no longer than was announced, and that is a week at most. */
function announcedSeconds(timeout: Seconds): Seconds {
  return Math.min(ticketSeconds(timeout), longestTls13Seconds);
}

function mechanism(
  enabled: boolean | undefined,
  timeout: Lifetime,
  seconds: (timeout: Seconds) => Seconds,
  renewal?: 'unbounded' | 'bounded',
): Mechanism {
  if (enabled === false) return off;
  const lifetime = timeout.seconds === undefined ? timeout : { ...timeout, seconds: seconds(timeout.seconds) };
  return { enabled, lifetimes: [lifetime], ...(renewal === undefined ? {} : { renewal }) };
}

function both(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  return a === false || b === false ? false : a === undefined || b === undefined ? undefined : true;
}
