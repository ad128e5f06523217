import type { IgnoredSetting, Lifetime, Listener, Location, Mechanism, Note, RemedyFinder } from '@shortfuse/core';
import { positionOf } from '@shortfuse/core';
import type { ts } from 'ts-morph';
import type { Reader } from './reader.js';
import type { Server, Spell } from './server.js';
import { defaultSeconds } from './session-timeout.js';

/** Finds how a lifetime is changed; only called for what is written or missing in the sources. */
export type RemediesOf = (server: Server, spell: Spell & { readonly kind: 'written' | 'default' }) => RemedyFinder;

/** A server in the words of every adapter. */
export function listenerOf(reader: Reader, server: Server, remediesOf: RemediesOf): Listener {
  const { maker, context, spells, address } = server;
  const definedAt = locationOf(reader, maker.call);
  const { file, span } = definedAt;
  const lifetimes = spells.map((spell) => lifetimeOf(reader, server, spell, remediesOf));
  const { sessionId, ticketTls12, ticketTls13 } = switches(server);
  const mechanism = (enabled: boolean | undefined): Mechanism => ({
    enabled,
    lifetimes: enabled === false ? [] : lifetimes,
  });
  const isOff = sessionId === false && ticketTls12 === false && ticketTls13 === false;
  const presumed = presumption(server, { ticketTls12, ticketTls13 });
  const fate = fateOf(server, { sessionId, ticketTls12, ticketTls13 });
  return {
    server: 'node',
    address,
    name: `${file.path}:${positionOf(file, span.start).line} ${maker.callee}`,
    definedAt: { file, span: { start: span.start, end: maker.call.expression.end } },
    mechanisms: {
      sessionId: mechanism(sessionId),
      ticketTls12: mechanism(ticketTls12),
      // Node's key callback never asks for a new ticket. Source: experiments; src/crypto/crypto_tls.cc.
      ticketTls13: ticketTls13 === false ? mechanism(false) : { ...mechanism(ticketTls13), renewal: 'bounded' },
    },
    ...(presumed ? { presumed } : {}),
    governing: isOff && context.noTicketAt ? offBy(reader, context.noTicketAt) : longestOf(lifetimes),
    oldSessionsAfterReload: fate,
    oldSessionsAfterRestart: fate,
    ...(fate === 'dropped'
      ? {}
      : {
          oldSessions: {
            isRenewed: false,
            end: endOf(reader, server),
            ...afterNewKeys(server, { sessionId, ticketTls12, ticketTls13 }),
          },
        }),
    ignored: ignoredIn(reader, server, isOff),
    notes: notesOn(reader, server),
  };
}

/** The place of a node: the text of it without what stands before. */
export function locationOf(reader: Reader, node: ts.Node): Location {
  return { file: reader.world.treeOf(node).file, span: { start: node.getStart(), end: node.end } };
}

function lifetimeOf(reader: Reader, server: Server, spell: Spell, remediesOf: RemediesOf): Lifetime {
  switch (spell.kind) {
    case 'written':
      return {
        seconds: spell.number.value,
        origin: { kind: 'explicit', at: locationOf(reader, spell.number.node) },
        remedies: remediesOf(server, spell),
      };
    case 'default':
      return { seconds: defaultSeconds, origin: { kind: 'default' }, remedies: remediesOf(server, spell) };
    case 'hidden':
      return { seconds: undefined, origin: { kind: 'unknown', why: spell.why, at: locationOf(reader, spell.at) } };
  }
}

function offBy(reader: Reader, at: ts.Node): Lifetime {
  return { seconds: 0, origin: { kind: 'explicit', at: locationOf(reader, at) } };
}

function longestOf(lifetimes: readonly Lifetime[]): Lifetime {
  const [first, ...others] = lifetimes;
  if (!first) throw new RangeError('a server has a lifetime');
  let longest = first;
  for (const one of others)
    if (longest.seconds !== undefined && (one.seconds === undefined || one.seconds > longest.seconds)) longest = one;
  return longest;
}

interface Switches {
  readonly sessionId: boolean | undefined;
  readonly ticketTls12: boolean | undefined;
  readonly ticketTls13: boolean | undefined;
}

function switches({ context, listeners, escapes }: Server): Switches {
  const { noTicket, tls12, tls13 } = context;
  // The listeners may be attached where nothing is read. That matters only where tickets do not count: they last as long.
  const hasIds = listeners.hasBoth ? true : noTicket === true && escapes ? undefined : false;
  return {
    sessionId: both(hasIds, tls12),
    ticketTls12: both(negated(noTicket), tls12),
    ticketTls13: both(negated(noTicket), tls13),
  };
}

function both(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  return a === false || b === false ? false : a === undefined || b === undefined ? undefined : true;
}

function negated(a: boolean | undefined): boolean | undefined {
  return a === undefined ? undefined : !a;
}

/** Tickets are on unless somebody switches them off; what is not read most likely does not. */
function presumption(
  { spells }: Server,
  { ticketTls12, ticketTls13 }: Pick<Switches, 'ticketTls12' | 'ticketTls13'>,
): Listener['presumed'] | undefined {
  if (spells.some(({ kind }) => kind === 'hidden')) return undefined;
  if (ticketTls12 !== undefined && ticketTls13 !== undefined) return undefined;
  return {
    ...(ticketTls12 === undefined ? { ticketTls12: true } : {}),
    ...(ticketTls13 === undefined ? { ticketTls13: true } : {}),
  };
}

/** Do old sessions survive a restart? New keys at each start refuse old tickets; a store outside keeps session IDs. */
function fateOf({ keys, listeners }: Server, { sessionId, ticketTls12, ticketTls13 }: Switches) {
  const hasTickets = ticketTls12 !== false || ticketTls13 !== false;
  if (hasTickets && keys.kind === 'fixed') return 'kept';
  if (hasTickets && keys.kind === 'unknown') return 'unknown';
  return sessionId !== false && listeners.hasBoth && listeners.inMemory !== true ? 'unknown' : 'dropped';
}

/** New keys leave what is in a store outside. Nothing to say where every start makes new ones anyway. */
function afterNewKeys(server: Server, switches: Switches): Pick<NonNullable<Listener['oldSessions']>, 'withNewKeys'> {
  if (server.keys.kind === 'random') return {};
  const left = fateOf({ ...server, keys: { kind: 'random' } }, switches);
  return { withNewKeys: { afterReload: left, afterRestart: left } };
}

function endOf(reader: Reader, { keys }: Server): string {
  if (keys.kind === 'random') return 'empty the store behind the resumeSession listener';
  const { file, span } = locationOf(reader, keys.at);
  return `replace the ticket keys (${file.path}:${positionOf(file, span.start).line}) and restart`;
}

function ignoredIn(reader: Reader, { ignored, spells }: Server, isOff: boolean): IgnoredSetting[] {
  const found = ignored.map(({ at, why }) => ({ at: locationOf(reader, at), why }));
  if (isOff)
    for (const spell of spells)
      if (spell.kind === 'written')
        found.push({
          at: locationOf(reader, spell.number.node),
          why: 'sessionTimeout without effect: no mechanism is on',
        });
  return found;
}

function notesOn(reader: Reader, server: Server): Note[] {
  const { maker, spells, keys, context, listeners } = server;
  const notes: Note[] = [];
  if (spells.some(({ kind }) => kind === 'default'))
    notes.push({
      code: 'documented-default',
      text: `Node's manual gives 300 s as the default of sessionTimeout; what servers accept where it is not set is ${defaultSeconds} s`,
    });
  if (server.isMilliseconds)
    notes.push({
      code: 'milliseconds',
      text: 'sessionTimeout is in seconds; this number looks like milliseconds',
    });
  if (spells.length > 1)
    notes.push({
      code: 'changed-while-running',
      text: 'setSecureContext() is called again while the server runs: each of the numbers counts at some time',
    });
  if (spells.some((spell) => spell.kind === 'hidden' && /environment/.test(spell.why)))
    notes.push({
      code: 'environment',
      text: 'where the variable is not set, Number(undefined) is NaN, which Node takes for "not set": 7200 s',
    });
  if (context.noTicket === undefined || context.tls12 === undefined || context.tls13 === undefined)
    notes.push({
      code: 'options-not-read',
      text: `whether tickets or versions of TLS are switched off is not known${context.hidden ? ` (${context.hidden.why})` : ''}; shown is what counts if they are not`,
    });
  if (maker.isConditional)
    notes.push({ code: 'conditional', text: 'whether this server is made depends on a condition' });
  if (context.noTicket === true && context.tls13 !== false)
    notes.push({
      code: 'useless-tickets',
      text: 'TLS 1.3 clients are still given tickets, which are never accepted (SSL_OP_NO_TICKET)',
    });
  if (keys.kind === 'fixed')
    notes.push({
      code: 'ticket-keys',
      text: 'the ticket keys are the same after a restart, and old tickets keep the lifetime they were given: replace the keys with the number',
    });
  if (listeners.hasBoth && listeners.inMemory !== true)
    notes.push({
      code: 'session-store',
      text: 'sessions come from a store behind resumeSession, which may outlive the process',
    });
  if (usesCluster(reader, maker.call))
    notes.push({
      code: 'cluster',
      text: 'workers of one cluster share their ticket key: replacing them one by one keeps old tickets, restarting the primary drops them',
    });
  return notes;
}

function usesCluster(reader: Reader, node: ts.Node): boolean {
  return /['"`](?:node:)?cluster['"`]/.test(reader.world.treeOf(node).file.text);
}
