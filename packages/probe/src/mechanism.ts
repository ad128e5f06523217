import type { MechanismName, Renewal } from '@shortfuse/core';
import { asksForCertificate } from './certificate-request.js';
import { type Connection, handshake, offer, type PeerCertificate, type Target } from './connection.js';
import { type Failure, failureOf } from './failure.js';
import { identify } from './identify.js';
import { pause } from './pause.js';
import type { ClientSession } from './session.js';

/**
 * - `resumed`: every session that was offered was accepted
 * - `sometimes`: some were: several backends, or a cache of its own in each process
 * - `refused`: the server hands out sessions and accepts none
 * - `off`: it hands out none
 * - `unasked`: no handshake of that kind was completed; `failure` says why
 */
export type MechanismStatus = 'resumed' | 'sometimes' | 'refused' | 'off' | 'unasked';

/** What one full handshake gave. */
export interface Sample {
  readonly mechanism: MechanismName;
  /** The newest session; undefined where there was none. */
  readonly session: ClientSession | undefined;
  readonly certificate: PeerCertificate | undefined;
}

/** What a server does by one mechanism. */
export interface MechanismResult {
  readonly status: MechanismStatus;
  /** Why it was not asked, or that the server does not speak the version of TLS; else undefined. */
  readonly failure: Failure | undefined;
  readonly offers: { readonly made: number; readonly accepted: number };
  /** The full handshakes, in their order. */
  readonly samples: readonly Sample[];
  /** The hints of all sessions of the first handshake: servers may give tickets that differ. */
  readonly hintsOfOneHandshake: readonly number[];
  /** Of TLS 1.3 where a session was accepted: what becomes of a client that keeps coming back. */
  readonly renewal: Renewal | undefined;
  /** `TLSv1.2` and the like; undefined where no handshake was completed. */
  readonly protocol: string | undefined;
  readonly remoteAddress: string | undefined;
}

export interface MechanismOptions {
  /** Fail with a certificate that is not valid for the host. */
  readonly verify?: boolean;
}

/** Full handshakes before the first offer: one after the other, so that a round robin shows its backends. */
const freshCount = 3;
/** Offers at first, each of a session of its own; and in all, where these do not tell. */
const firstOffers = 2;
const mostOffers = 8;
/** How long a session may take to reach a cache that several processes share, after the client has it. */
const settlingMs = 150;
/** Of OpenSSL's and JSSE's tickets that only point into the server's cache. */
const statefulTicketLength = 32;
/** After so long an announced lifetime that counts from the first handshake has become shorter. */
const renewalAgeMs = 2100;

/**
 * Asks for one mechanism: three full handshakes, two offers, and up to eight where an offer is refused. A server behind a
 * round robin refuses a session that another one issued, so a refused session is offered again and again.
 */
export async function probeMechanism(target: Target, options: MechanismOptions = {}): Promise<MechanismResult> {
  const samples: Sample[] = [];
  let first: Connection | undefined;
  for (let i = 0; i < freshCount; i++) {
    const { session, connection } = await handshake(target);
    const failure = await failureHere(connection, target, options);
    // A later failure does not take back what is known.
    if (failure && !first) return unasked(failure, connection);
    if (failure) break;
    first ??= connection;
    samples.push({ mechanism: target.mechanism, session, certificate: connection.certificate });
    // Where the first gives nothing, the next ones are another chance, not a sample.
    if (!session && i > 0) break;
  }
  const sessions = samples.flatMap(({ session }) => session ?? []);
  const common = {
    failure: undefined,
    samples,
    hintsOfOneHandshake: first?.sessions.map(({ lifetimeHintSeconds }) => lifetimeHintSeconds) ?? [],
    protocol: first?.protocol,
    remoteAddress: first?.remoteAddress,
  };
  if (sessions.length === 0) return { ...common, status: 'off', offers: { made: 0, accepted: 0 }, renewal: undefined };
  const offers = await offerRepeatedly(target, sessions);
  const { made, accepted } = offers;
  return {
    ...common,
    status: accepted === 0 ? 'refused' : accepted === made ? 'resumed' : 'sometimes',
    offers: { made, accepted },
    renewal: offers.renewal,
  };
}

interface Offers {
  readonly made: number;
  readonly accepted: number;
  /** `bounded` where a resumption handed out nothing; undefined where it did, and time must show for how long. */
  readonly renewal: Renewal | undefined;
}

async function offerRepeatedly(target: Target, sessions: readonly ClientSession[]): Promise<Offers> {
  let made = 0;
  let accepted = 0;
  let renews = false;
  for (let i = 0; i < mostOffers; i++) {
    if (i >= firstOffers && accepted === made) break;
    // The last one again once all were offered: whoever refused it has not used it up.
    const session = sessions[Math.min(i, sessions.length - 1)];
    if (!session) break;
    if (session.ticketLength <= statefulTicketLength) await pause(session.receivedAtMs + settlingMs - Date.now());
    const answer = await offer(target, session);
    if (answer.connection.error && !answer.accepted) continue;
    made++;
    if (answer.accepted) accepted++;
    if (answer.renewed) renews = true;
  }
  const isAsked = target.mechanism === 'ticketTls13' && accepted > 0;
  return { made, accepted, renewal: isAsked && !renews ? 'bounded' : undefined };
}

/**
 * Whether a client that keeps coming back to a TLS 1.3 server can go on for ever: `session` is offered when it is two
 * seconds old. A ticket for as long as the first one's is a new start; one for less counts from the first handshake.
 */
export async function probeRenewal(target: Target, session: ClientSession): Promise<Renewal> {
  await pause(session.receivedAtMs + renewalAgeMs - Date.now());
  const { accepted, renewed } = await offer(target, session);
  if (!accepted) return 'unknown';
  return renewalBy(session, renewed);
}

/** What the ticket of a resumption at an age of some seconds says; `unknown` where the server announces no lifetime. */
export function renewalBy(session: ClientSession, renewed: ClientSession | undefined): Renewal {
  if (!renewed) return 'bounded';
  if (session.lifetimeHintSeconds === 0) return 'unknown';
  return renewed.lifetimeHintSeconds >= session.lifetimeHintSeconds ? 'unbounded' : 'bounded';
}

/** What is wrong with a connection, with a second look where the first does not tell. */
async function failureHere(
  connection: Connection,
  target: Target,
  { verify }: MechanismOptions,
): Promise<Failure | undefined> {
  const failure = failureOf(connection, target);
  const objection = connection.certificate?.objection;
  if (!failure && verify && objection !== undefined)
    return {
      kind: 'certificate',
      message: `the certificate is not valid for ${target.servername ?? target.host}: ${objection}`,
      help: 'leave --verify out to probe all the same, or trust its authority with NODE_EXTRA_CA_CERTS=FILE',
    };
  if (failure?.kind === 'not-tls' || failure?.kind === 'silent' || failure?.kind === 'closed')
    return target.starttls ? failure : identify(target, failure);
  const isTls12 = target.mechanism !== 'ticketTls13';
  if (failure?.kind === 'handshake' && isTls12 && (await asksForCertificate(target)))
    return {
      kind: 'client-certificate',
      message: 'the server requires a client certificate',
      help: 'give one with --cert FILE and --key FILE',
    };
  return failure;
}

function unasked(failure: Failure, { remoteAddress }: Connection): MechanismResult {
  return {
    // A server without that version of TLS cannot resume by it.
    status: failure.kind === 'version' ? 'off' : 'unasked',
    failure,
    offers: { made: 0, accepted: 0 },
    samples: [],
    hintsOfOneHandshake: [],
    renewal: undefined,
    protocol: undefined,
    remoteAddress,
  };
}

/** The longest lifetime that the server announces; undefined where it hands out no ticket. 0: tickets that announce none. */
export function announcedSeconds({ samples }: MechanismResult): number | undefined {
  const hints = samples.flatMap(({ session }) =>
    session && session.ticketLength > 0 ? session.lifetimeHintSeconds : [],
  );
  return hints.length === 0 ? undefined : Math.max(...hints);
}

/** Does a ticket only point into the server's cache? Undefined where there is none. */
export function isStateful({ samples }: MechanismResult): boolean | undefined {
  const ticket = samples.find(({ session }) => session && session.ticketLength > 0)?.session;
  return ticket && ticket.ticketLength === statefulTicketLength;
}
