import type {
  IgnoredSetting,
  Lifetime,
  Listener,
  Location,
  Mechanism,
  Mechanisms,
  Note,
  Origin,
  RemedyFinder,
} from '@shortfuse/core';
import type { Effective, EffectiveProfile } from './effective.js';
import type { RemedyFinders } from './remedies.js';
import { isValid, readNumber } from './values.js';

/** What a client-ssl profile means for resumption. */
export interface Resumption {
  readonly mechanisms: Mechanisms;
  readonly governing: Lifetime;
  readonly presumed?: NonNullable<Listener['presumed']>;
  readonly ignored: readonly IgnoredSetting[];
  readonly inEffect: readonly Location[];
  readonly notes: readonly Note[];
}

/** What is known of a profile that is in no file. */
export function unknownResumption(origin: Origin & { readonly kind: 'unknown' }, remedies: RemedyFinder): Resumption {
  const governing: Lifetime = { seconds: undefined, origin, remedies };
  const unknown: Mechanism = { enabled: undefined, lifetimes: [governing] };
  return {
    mechanisms: { sessionId: unknown, ticketTls12: unknown, ticketTls13: { ...unknown, renewal: 'unknown' } },
    governing,
    ignored: [],
    inEffect: [],
    notes: [],
  };
}

/**
 * The session cache keeps a session for cache-timeout unless cache-size is 0; tickets live for session-ticket-timeout, or
 * for cache-timeout where that is 0; `authenticate always` turns both off. Sources: F5's API description of the profile;
 * DevCentral, TLS caching explained; that 0 means cache-timeout is likely and not documented.
 */
export function resumptionOf(profile: EffectiveProfile, finders: RemedyFinders): Resumption {
  const size = readNumber('cache-size', profile['cache-size'].value);
  const always = known(profile, 'authenticate', 'always');
  const tickets = known(profile, 'session-ticket', 'enabled');
  const hasCache = always || size === 0 ? false : size === undefined || always === undefined ? undefined : true;
  const hasTickets = always || tickets === false ? false : tickets && always === false ? true : undefined;

  const session: Lifetime = { ...sessionLifetime(profile), remedies: finders.cache };
  // Where the cache's lifetime is the tickets', too, they are given one of their own.
  const ticket: Lifetime = { ...ticketLifetime(profile, session), remedies: finders.ticket };
  const tls13 = allowsTls13(profile);
  const ticketMechanism: Mechanism = { enabled: hasTickets, lifetimes: hasTickets === false ? [] : [ticket] };
  const mechanisms: Mechanisms = {
    sessionId: { enabled: hasCache, lifetimes: hasCache === false ? [] : [session] },
    ticketTls12: ticketMechanism,
    ticketTls13:
      hasTickets === false || tls13 === false
        ? { enabled: false, lifetimes: [] }
        : { enabled: hasTickets && tls13, lifetimes: [ticket], renewal: 'unknown' },
  };
  return {
    mechanisms,
    governing: governingOf(profile, { hasCache, hasTickets, always }, session, ticket),
    ...(hasCache === undefined || hasTickets === undefined ? { presumed: presumption(hasCache, hasTickets) } : {}),
    ignored: ignoredIn(profile, { hasCache, hasTickets, always }),
    inEffect: inEffectIn(profile, { hasCache, hasTickets, always }),
    notes: notesOn(profile, { hasCache, hasTickets, always }),
  };
}

interface State {
  readonly hasCache: boolean | undefined;
  readonly hasTickets: boolean | undefined;
  readonly always: boolean | undefined;
}

function known(profile: EffectiveProfile, name: 'authenticate' | 'session-ticket', word: string): boolean | undefined {
  const { value } = profile[name];
  return value === undefined || !isValid(name, value) ? undefined : value === word;
}

function sessionLifetime({ 'cache-timeout': timeout }: EffectiveProfile): Lifetime {
  const seconds = readNumber('cache-timeout', timeout.value);
  if (seconds === undefined) return unknownLifetime(timeout, 'BIG-IP does not take this value for cache-timeout');
  if (seconds === 0)
    return unknownLifetime(
      timeout,
      'what cache-timeout 0 means is not documented: state a number of seconds, or cache-size 0 to turn the cache off',
    );
  return { seconds, origin: timeout.origin };
}

function ticketLifetime({ 'session-ticket-timeout': timeout }: EffectiveProfile, session: Lifetime): Lifetime {
  const seconds = readNumber('session-ticket-timeout', timeout.value);
  if (seconds === undefined)
    return unknownLifetime(timeout, 'BIG-IP does not take this value for session-ticket-timeout');
  return seconds === 0 ? session : { seconds, origin: timeout.origin };
}

function unknownLifetime({ origin }: Effective, why: string): Lifetime {
  if (origin.kind === 'unknown') return { seconds: undefined, origin };
  const at = origin.at;
  return { seconds: undefined, origin: { kind: 'unknown', why, ...(at ? { at } : {}) } };
}

/** Undefined where the options are unknown. */
function allowsTls13({ options }: EffectiveProfile): boolean | undefined {
  return options.value === undefined ? undefined : !options.value.split(/\s+/).includes('no-tlsv1.3');
}

function governingOf(
  profile: EffectiveProfile,
  { hasCache, hasTickets, always }: State,
  session: Lifetime,
  ticket: Lifetime,
): Lifetime {
  if (hasCache === false && hasTickets === false)
    return { seconds: 0, origin: profile[always ? 'authenticate' : 'cache-size'].origin };
  if (hasCache === false) return ticket;
  if (hasTickets && session.seconds !== undefined && (ticket.seconds ?? Number.POSITIVE_INFINITY) > session.seconds)
    return ticket;
  return session;
}

/** A missing parent is most likely like the factory profile: cache on, tickets off. */
function presumption(hasCache: boolean | undefined, hasTickets: boolean | undefined) {
  return {
    ...(hasCache === undefined ? { sessionId: true } : {}),
    ...(hasTickets === undefined ? { ticketTls12: false, ticketTls13: false } : {}),
  };
}

/** Of the settings that a profile may ignore: those that count in this one. A child and its sibling share what they inherit. */
function inEffectIn(profile: EffectiveProfile, { hasCache, hasTickets }: State): Location[] {
  return [
    ...(hasCache === false ? [] : [profile['cache-timeout']]),
    ...(hasTickets === false ? [] : [profile['session-ticket'], profile['session-ticket-timeout']]),
  ].flatMap(({ origin }) => ((origin.kind === 'explicit' || origin.kind === 'inherited') && origin.at) || []);
}

function ignoredIn(profile: EffectiveProfile, { hasCache, hasTickets, always }: State): IgnoredSetting[] {
  const ignored: IgnoredSetting[] = [];
  const ignore = ({ origin }: Effective, why: string): void => {
    if ((origin.kind === 'explicit' || origin.kind === 'inherited') && origin.at) ignored.push({ at: origin.at, why });
  };
  const ticketTimeout = profile['session-ticket-timeout'];
  const hasTicketTimeout = ticketTimeout.value !== undefined && ticketTimeout.value !== '0';
  if (always) {
    ignore(profile['cache-timeout'], 'authenticate always disables the session cache');
    if (profile['session-ticket'].value === 'enabled')
      ignore(profile['session-ticket'], 'authenticate always disables session tickets');
    if (hasTicketTimeout) ignore(ticketTimeout, 'authenticate always disables session tickets');
    return ignored;
  }
  if (hasCache === false && hasTickets === false)
    ignore(profile['cache-timeout'], 'session cache is off (cache-size 0) and session tickets are disabled');
  else if (hasCache === false && hasTicketTimeout)
    ignore(profile['cache-timeout'], 'session cache is off (cache-size 0), and tickets have a lifetime of their own');
  if (hasTickets === false && hasTicketTimeout) ignore(ticketTimeout, 'session-ticket is disabled');
  return ignored;
}

function notesOn(profile: EffectiveProfile, { hasCache, hasTickets }: State): Note[] {
  const notes: Note[] = [];
  if (hasCache === undefined || hasTickets === undefined)
    notes.push({
      code: 'parent-missing',
      text: 'whether the session cache and tickets are on is not in these files; shown is what counts if they are as in the factory profile (cache on, tickets off)',
    });
  if (hasTickets && profile['session-ticket-timeout'].value === '0')
    notes.push({
      code: 'ticket-timeout-zero',
      text: 'session-ticket-timeout 0 is taken to mean cache-timeout, which F5 does not document: set it to be sure',
    });
  if (hasTickets && hasCache === false)
    notes.push({
      code: 'tickets-without-cache',
      text: 'BIG-IP looks tickets up in the session cache, so with cache-size 0 they may not work at all',
    });
  if (profile.options.value?.split(/\s+/).includes('no-tlsv1.2'))
    notes.push({ code: 'no-tls12', text: 'options turn TLS 1.2 off: only TLS 1.3 tickets can be resumed' });
  return notes;
}
