import type { Lifetime, Mechanism, Mechanisms } from '@shortfuse/core';
import type { SessionCache, TlsState } from './lookup.js';
import { besideZero, eitherOf } from './second-ticket.js';
import { ticketSeconds } from './values.js';

/** The host that is first at its address, or the one whose name the client sends. */
export interface Side {
  readonly state: TlsState;
  readonly timeout: Lifetime;
}

/** What can go wrong with a handshake because of session settings. */
export type HandshakeFailure = 'zero-timeout' | 'ticket-key';

export interface Outcome {
  readonly mechanisms: Mechanisms;
  /** Lifetimes that the named host's own setting gives. */
  readonly usesNamed: boolean;
  /** Lifetimes that the first host's setting gives. */
  readonly usesFirst: boolean;
  readonly failure: HandshakeFailure | undefined;
}

const off: Mechanism = { enabled: false, lifetimes: [] };

/**
 * Which sessions a client can resume that asks for `named` at an address whose first host is `first`, and for how long. Both
 * are the same where the named host is the first.
 * Source: the tables in sections 1, 2 and 6 of the facts about httpd that this package was checked against, measured on 2.4.71
 * with OpenSSL 3.
 */
export function mechanismsOf(first: Side, named: Side, { isKept }: SessionCache): Outcome {
  const tickets = both(first.state.tickets, named.state.tickets);
  // The keys are those of the first host. A host without a key file of its own then has none that fit.
  const isKeyMissing = tickets === true && first.state.hasTicketKey === true && named.state.hasTicketKey === false;
  // OpenSSL does not encode a session with a timeout of 0, which httpd writes into it before the second ticket.
  const isZero = named.timeout.seconds === 0 && isKept === true;
  const ticket = ticketLifetime(isZero ? besideZero(first.timeout, named.timeout) : first.timeout);

  const sessionId = mechanism(both(named.state.tls12, isZero ? false : isKept), [named.timeout]);
  const ticketTls12 = isKeyMissing
    ? off
    : mechanism(both(named.state.tls12, named.state.securityLevel < 3 ? tickets : false), [ticket]);
  const ticketTls13 = isKeyMissing ? off : tls13(first, named, ticket, tickets, isKept, isZero);
  const used = new Set(
    [sessionId, ticketTls12, ticketTls13].flatMap(({ lifetimes }) => lifetimes.map(({ origin }) => origin)),
  );
  return {
    mechanisms: { sessionId, ticketTls12, ticketTls13 },
    usesNamed: used.has(named.timeout.origin),
    usesFirst: used.has(first.timeout.origin),
    failure: isKeyMissing
      ? 'ticket-key'
      : isZero && tickets !== false && named.state.tls13 !== false
        ? 'zero-timeout'
        : undefined,
  };
}

function tls13(
  first: Side,
  named: Side,
  firstTicket: Lifetime,
  tickets: boolean | undefined,
  isKept: boolean | undefined,
  isZero: boolean,
): Mechanism {
  const { tls13: spoken } = named.state;
  if (first.state.sendsNoTls13Tickets) return off;
  if (tickets === false) return mechanism(both(spoken, isZero ? false : isKept), [named.timeout], 'unbounded');
  // The cache's callback runs after the first ticket and writes the named host's timeout into what the second is made from.
  const lifetimes =
    isKept === false || isZero
      ? [firstTicket]
      : [firstTicket, isKept ? named.timeout : eitherOf(firstTicket, named.timeout)];
  const renewal =
    first.state.hasTicketKey === undefined ? 'unknown' : first.state.hasTicketKey ? 'bounded' : 'unbounded';
  const enabled = both(spoken, tickets ?? (isKept === true ? true : undefined));
  return mechanism(enabled, lifetimes, renewal);
}

function ticketLifetime(timeout: Lifetime): Lifetime {
  return timeout.seconds === undefined ? timeout : { ...timeout, seconds: ticketSeconds(timeout.seconds) };
}

function mechanism(
  enabled: boolean | undefined,
  lifetimes: readonly Lifetime[],
  renewal?: Mechanism['renewal'],
): Mechanism {
  if (enabled === false) return off;
  return { enabled, lifetimes, ...(renewal === undefined ? {} : { renewal }) };
}

function both(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  return a === false || b === false ? false : a === undefined || b === undefined ? undefined : true;
}
