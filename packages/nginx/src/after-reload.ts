import type { Listener, Mechanisms } from '@shortfuse/core';
import type { Section } from './evaluate.js';
import { find } from './lookup.js';
import type { ListenerOptions, Resolved } from './resolved.js';
import { isAtLeast } from './version.js';

/**
 * Do sessions from before a change survive the reload that applies it? A shared zone keeps them, a ticket key file keeps the key;
 * from 1.23.2 a zone keeps the automatic ticket keys too. Everything else is made anew by a reload.
 */
export function afterReload(
  deciding: Resolved,
  mechanisms: Mechanisms,
  { version }: ListenerOptions,
): Listener['oldSessionsAfterReload'] {
  if (luaKeepsSessions(deciding.section)) return 'unknown';
  const { sessionId, ticketTls12, ticketTls13 } = mechanisms;
  const { cache, tickets } = deciding.state;
  const anything = [sessionId, ticketTls12, ticketTls13].some(({ enabled }) => enabled !== false);
  if (!anything) return 'dropped';
  const usesTickets = tickets !== false && (ticketTls12.enabled !== false || ticketTls13.enabled !== false);
  if (usesTickets && find(deciding, 'ssl_session_ticket_key').kind === 'written') return 'kept';
  if (cache === undefined || tickets === undefined) return 'unknown';
  // With a builtin cache beside it, freeing the old one takes the sessions out of the zone too.
  const keptInZone = cache.zone !== undefined && !cache.builtin;
  const usesCache = sessionId.enabled !== false || (!tickets && ticketTls13.enabled !== false);
  if (keptInZone && (usesCache || (usesTickets && isAtLeast(version, '1.23.2')))) return 'kept';
  if (usesTickets && find(deciding, 'ssl_session_ticket_key').kind === 'hidden') return 'unknown';
  return 'dropped';
}

/** Lua code can put sessions anywhere. */
export function luaKeepsSessions({ written }: Section): boolean {
  return [...written.keys()].some((name) => /^ssl_session_(?:fetch|store)_by_lua/.test(name));
}
