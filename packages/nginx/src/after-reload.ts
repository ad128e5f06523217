import type { Fate, Mechanisms } from '@shortfuse/core';
import type { Section, Written } from './evaluate.js';
import { find } from './lookup.js';
import type { ListenerOptions, Resolved } from './resolved.js';
import { isAtLeast } from './version.js';

/**
 * Do sessions from before a change survive the reload that applies it? A shared zone keeps them, a ticket key file keeps the key;
 * from 1.23.2 a zone keeps the automatic ticket keys too. Everything else is made anew by a reload.
 */
export function afterReload({ state: { cache, tickets } }: Resolved, kept: Kept): Fate {
  if (kept.luaHook) return 'unknown';
  if (!kept.anything) return 'dropped';
  if (kept.keyFiles.length > 0) return 'kept';
  if (cache === undefined || tickets === undefined) return 'unknown';
  if (kept.zone !== undefined) return 'kept';
  return kept.mayHaveKeyFile ? 'unknown' : 'dropped';
}

/** What outlives a reload. */
export interface Kept {
  /** Lua code can put sessions anywhere. */
  readonly luaHook: Written | undefined;
  /** Can anything be resumed at all? */
  readonly anything: boolean;
  /** The written directives that name the files whose keys encrypt tickets. */
  readonly keyFiles: readonly Written[];
  readonly mayHaveKeyFile: boolean;
  /** The name of the zone that keeps sessions or the automatic ticket keys. */
  readonly zone: string | undefined;
}

export function whatIsKept(
  deciding: Resolved,
  { sessionId, ticketTls12, ticketTls13 }: Mechanisms,
  { version }: ListenerOptions,
): Kept {
  const { cache, tickets } = deciding.state;
  const usesTickets = tickets !== false && (ticketTls12.enabled !== false || ticketTls13.enabled !== false);
  const keys = find(deciding, 'ssl_session_ticket_key');
  const hasKeys = usesTickets && keys.kind === 'written';
  const usesCache = sessionId.enabled !== false || (!tickets && ticketTls13.enabled !== false);
  const keepsKeys = usesTickets && !hasKeys && isAtLeast(version, '1.23.2');
  // With a builtin cache beside it, freeing the old one takes the sessions out of the zone too.
  const zone = cache?.builtin ? undefined : cache?.zone?.name;
  return {
    luaHook: luaHookOf(deciding.section),
    anything: [sessionId, ticketTls12, ticketTls13].some(({ enabled }) => enabled !== false),
    keyFiles: hasKeys ? keys.items : [],
    mayHaveKeyFile: usesTickets && keys.kind === 'hidden',
    zone: usesCache || keepsKeys ? zone : undefined,
  };
}

/** The first directive of a section that has Lua code keep sessions. */
export function luaHookOf({ written }: Section): Written | undefined {
  for (const [name, items] of written) if (/^ssl_session_(?:fetch|store)_by_lua/.test(name)) return items[0];
  return undefined;
}
