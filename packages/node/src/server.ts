import type { ts } from 'ts-morph';
import { type ContextOptions, contextOptions, plainContext } from './context-options.js';
import { addressOf } from './listen-address.js';
import { type Call, type Maker, makerOf } from './makers.js';
import { decide, type Entry } from './objects.js';
import type { Hidden, Reader } from './reader.js';
import { type ServerUses, usesOfServer } from './server-uses.js';
import { type SessionListeners, sessionListeners } from './session-store.js';
import {
  isMilliseconds,
  loserReason,
  type Timeout,
  timeoutIn,
  unsetReason,
  type WrittenNumber,
} from './session-timeout.js';
import { type SideContext, type Stage, sideContexts, stagesOf, timeoutEntry } from './stages.js';
import { type TicketKeys, ticketKeysIn, ticketKeysOf } from './ticket-keys.js';
import type { Known } from './values.js';

/** One number of seconds that sessions of a server are given, and what it takes to change it. */
export type Spell =
  /** Written in the sources. */
  | { readonly kind: 'written'; readonly number: WrittenNumber }
  /** Node's own default, because nothing is said; `unset` is a value that Node takes for nothing. */
  | { readonly kind: 'default'; readonly unset: Known | undefined }
  | ({ readonly kind: 'hidden' } & Hidden);

/** A TLS server as the sources make it. */
export interface Server {
  readonly maker: Maker;
  readonly address: string | null;
  /** The lifetimes that count, one after the other where the program changes them while it runs. */
  readonly spells: readonly Spell[];
  readonly stages: readonly Stage[];
  readonly sides: readonly SideContext[];
  readonly context: ContextOptions;
  readonly listeners: SessionListeners;
  readonly escapes: boolean;
  readonly keys: TicketKeys;
  readonly ignored: readonly { readonly at: ts.Node; readonly why: string }[];
  readonly isMilliseconds: boolean;
}

/** What a call makes: nothing of interest, a server, or something at which Node stops. */
export type Made =
  | { readonly kind: 'server'; readonly server: Server }
  | { readonly kind: 'refused'; readonly at: ts.Node; readonly why: string };

/** Reads a call that may make a TLS server; undefined where it makes none. */
export function serverMadeBy(reader: Reader, call: Call): Made | undefined {
  const maker = makerOf(reader, call);
  if (!maker) return undefined;
  const uses = usesOfServer(reader.world, call);
  const stages = stagesOf(reader, maker, uses);
  const timeouts = stages.map((stage) => ({ ...stage, timeout: timeoutIn(reader, stage.shape) }));
  const refused = timeouts.find((one) => one.timeout.kind === 'refused')?.timeout;
  if (refused?.kind === 'refused')
    return { kind: 'refused', at: refused.entry.value ?? refused.entry.at, why: refused.why };
  const { spells, ignored } = spellsOf(timeouts);
  const sides = sideContexts(reader, stages, uses);
  for (const { shape, why } of sides) {
    const entry = timeoutEntry(reader, shape);
    if (entry) ignored.push({ at: entry.at, why });
  }
  if (maker.kind === 'fastify' && maker.outer) {
    const idle = decide(maker.outer, 'http2SessionTimeout', 'ignore');
    if (idle.kind === 'set')
      ignored.push({
        at: idle.entry.at,
        why: 'idle time of an HTTP/2 connection, milliseconds; no TLS lifetime',
      });
  }
  return {
    kind: 'server',
    server: {
      maker,
      address: addressOf(reader, maker, uses.methods),
      spells,
      stages,
      sides,
      context: contextOf(reader, stages),
      listeners: sessionListeners(reader, uses.methods),
      escapes: uses.escapes,
      keys: keysOf(reader, stages, uses),
      ignored,
      isMilliseconds: spells.some((spell) => spell.kind === 'written' && isMilliseconds(spell.number.node)),
    },
  };
}

/**
 * The first context says how long sessions live, and each later one that has a number replaces it; one without keeps it. What
 * is set while the server runs does not undo what was given out before. Source: setSecureContext in Node's lib/_tls_wrap.js.
 */
function spellsOf(timeouts: readonly (Stage & { readonly timeout: Timeout })[]): {
  spells: readonly Spell[];
  ignored: { at: ts.Node; why: string }[];
} {
  let spells: Spell[] = [{ kind: 'default', unset: undefined }];
  const ignored: { at: ts.Node; why: string }[] = [];
  let standing: Entry[] = [];
  for (const { timeout, when } of timeouts) {
    if (timeout.kind === 'absent' || timeout.kind === 'refused') continue;
    const winner = 'entry' in timeout ? timeout.entry : undefined;
    for (const loser of timeout.losers)
      ignored.push({
        at: loser.at,
        why: winner ? loserReason(winner, loser) : 'it may be replaced by what follows it',
      });
    if (timeout.kind === 'unset') {
      ignored.push({ at: timeout.entry.at, why: unsetReason(timeout.value) });
      const [only] = spells;
      if (spells.length === 1 && only?.kind === 'default' && !only.unset)
        spells = [{ kind: 'default', unset: timeout.value }];
      continue;
    }
    const spell: Spell =
      timeout.kind === 'seconds'
        ? { kind: 'written', number: timeout.value }
        : { kind: 'hidden', why: timeout.why, at: timeout.at };
    // The first context is there from the start: nothing was said before it.
    const isFirst = timeouts[0]?.timeout === timeout;
    if (when === 'later') spells.push(spell);
    else {
      for (const entry of standing) ignored.push({ at: entry.at, why: 'replaced by setSecureContext()' });
      spells = [spell];
      standing = [];
    }
    if (winner && (isFirst || when === 'next')) standing.push(winner);
  }
  return { spells, ignored };
}

/** What the last context says that is certainly set; one that comes later may say something else. */
function contextOf(reader: Reader, stages: readonly Stage[]): ContextOptions {
  let context = plainContext;
  for (const { shape, when } of stages) {
    const own = contextOptions(reader, shape);
    context = when === 'next' ? own : common(context, own);
  }
  return context;
}

function common(a: ContextOptions, b: ContextOptions): ContextOptions {
  return {
    noTicket: a.noTicket === b.noTicket ? a.noTicket : undefined,
    noTicketAt: a.noTicketAt,
    hidden: a.hidden ?? b.hidden,
    tls13: a.tls13 === b.tls13 ? a.tls13 : undefined,
    tls12: a.tls12 === b.tls12 ? a.tls12 : undefined,
  };
}

/** Keys that were given once stay, whatever later contexts leave out. */
function keysOf(reader: Reader, stages: readonly Stage[], { methods }: ServerUses): TicketKeys {
  let keys: TicketKeys = { kind: 'random' };
  for (const { shape, when } of stages) {
    const own = ticketKeysIn(reader, shape);
    if (own) keys = when === 'next' || own.kind === keys.kind ? own : unsure(own, keys);
  }
  for (const { name, call, when } of methods) {
    const [given] = call.arguments;
    if (name !== 'setTicketKeys' || !given) continue;
    const own = ticketKeysOf(reader, given) ?? { kind: 'unknown', at: given };
    keys = when === 'next' || own.kind === keys.kind ? own : unsure(own, keys);
  }
  return keys;
}

function unsure(a: TicketKeys, b: TicketKeys): TicketKeys {
  const at = a.kind === 'random' ? (b.kind === 'random' ? undefined : b.at) : a.at;
  return at ? { kind: 'unknown', at } : a;
}
