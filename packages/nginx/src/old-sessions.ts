import type { Fate, Listener, Location, Mechanisms, WithNewKeys } from '@shortfuse/core';
import { afterReload, type Kept, whatIsKept } from './after-reload.js';
import type { Written } from './evaluate.js';
import { cacheItemsInEffect } from './lookup.js';
import type { ListenerOptions, Resolved } from './resolved.js';
import { isAtLeast } from './version.js';

/** What becomes of the sessions that are out when the lifetime is changed. */
export type OldSessions = Pick<Listener, 'oldSessionsAfterReload' | 'oldSessions'> & {
  readonly oldSessionsAfterRestart: Fate;
};

export function oldSessionsOf(deciding: Resolved, mechanisms: Mechanisms, options: ListenerOptions): OldSessions {
  const kept = whatIsKept(deciding, mechanisms, options);
  const reload = afterReload(deciding, kept);
  const fates = { oldSessionsAfterReload: reload, oldSessionsAfterRestart: afterRestart(kept) };
  if (reload === 'dropped') return fates;
  const withNewKeys = afterNewKeys(deciding, mechanisms, kept);
  return {
    ...fates,
    oldSessions: {
      isRenewed: isRenewed(deciding, mechanisms, kept, options),
      end: endOf(kept),
      ...placeOf(deciding, kept),
      ...(withNewKeys ? { withNewKeys } : {}),
    },
  };
}

/** A restart makes new automatic ticket keys and empties every zone. Only the keys of a file, and what Lua code keeps, outlive it. */
function afterRestart({ luaHook, keyFiles, mayHaveKeyFile }: Kept): Fate {
  if (luaHook) return 'unknown';
  if (keyFiles.length > 0) return 'kept';
  return mayHaveKeyFile ? 'unknown' : 'dropped';
}

/**
 * What is left when the keys in the files are new: after a reload the sessions in a zone, after a restart nothing. Undefined where
 * there is no key file, or Lua code keeps sessions that no key has to do with.
 */
function afterNewKeys(
  { state: { cache, tickets } }: Resolved,
  { sessionId }: Mechanisms,
  { luaHook, keyFiles, mayHaveKeyFile, zone }: Kept,
): WithNewKeys | undefined {
  if (luaHook || (keyFiles.length === 0 && !mayHaveKeyFile)) return undefined;
  const isInZone = (): Fate => (sessionId.enabled && tickets !== undefined && !mayHaveKeyFile ? 'kept' : 'unknown');
  const afterReload = zone !== undefined ? isInZone() : cache === undefined ? 'unknown' : 'dropped';
  return { afterReload, afterRestart: 'dropped' };
}

/**
 * Before 1.23.2 each resumption by TLS 1.3 brings a ticket that is good for the full time. It goes on after a reload where its
 * key or its session does: a key file, or a zone that holds TLS 1.3 sessions because tickets are off.
 */
function isRenewed(
  { state: { tickets } }: Resolved,
  { ticketTls13: { enabled } }: Mechanisms,
  { luaHook, keyFiles, zone, mayHaveKeyFile }: Kept,
  { version }: ListenerOptions,
): boolean | undefined {
  if (luaHook) return undefined;
  if (enabled === false || isAtLeast(version, '1.23.2')) return false;
  const goesOn = keyFiles.length > 0 || (zone !== undefined && tickets === false);
  if (goesOn) return enabled && tickets === undefined ? undefined : enabled;
  return tickets === undefined || mayHaveKeyFile ? undefined : false;
}

/** The directive that has old sessions kept, as far as it is one that is written here. */
function placeOf(deciding: Resolved, { luaHook, keyFiles, zone }: Kept): { readonly at?: Location } {
  const isShared = ({ words }: Written): boolean => words.some(({ value }) => value.startsWith('shared:'));
  const cache = zone === undefined ? undefined : cacheItemsInEffect(deciding).findLast(isShared);
  const keeper = luaHook ?? keyFiles[0] ?? cache;
  return keeper ? { at: keeper.at } : {};
}

function endOf({ luaHook, keyFiles, zone, mayHaveKeyFile }: Kept): string {
  if (luaHook) return `empty the store that ${luaHook.name} writes sessions to, then restart nginx`;
  const paths = [...new Set(keyFiles.map(({ words }) => words[0]?.value ?? ''))].join(' and ');
  if (paths !== '') {
    const apply = zone === undefined ? 'reload nginx' : `restart nginx (a reload keeps the session cache "${zone}")`;
    return `put a new random key (48 or 80 bytes) into ${paths}, on every machine that shares it, and ${apply}`;
  }
  if (mayHaveKeyFile) return 'restart nginx; where a ticket key file is in use, put a new key into it first';
  return zone === undefined
    ? 'restart nginx'
    : `restart nginx, or reload it with another name or size for the session cache zone "${zone}"`;
}
