import type { Fate, Listener, Mechanisms } from '@shortfuse/core';
import { type Kept, luaHookOf, whatIsKept } from './after-reload.js';
import type { ListenerOptions, Resolved } from './resolved.js';
import { isAtLeast } from './version.js';

/** A restart makes new automatic ticket keys and empties every zone. Only the keys of a file, and what Lua code keeps, outlive it. */
export function afterRestart(deciding: Resolved, mechanisms: Mechanisms, options: ListenerOptions): Fate {
  if (luaHookOf(deciding.section)) return 'unknown';
  const { keyFiles, mayHaveKeyFile } = whatIsKept(deciding, mechanisms, options);
  if (keyFiles.length > 0) return 'kept';
  return mayHaveKeyFile ? 'unknown' : 'dropped';
}

/** How sessions from before a reload go on, and what ends them; undefined where the reload drops them. */
export function oldSessionsOf(
  deciding: Resolved,
  mechanisms: Mechanisms,
  reload: Fate,
  options: ListenerOptions,
): Listener['oldSessions'] {
  if (reload === 'dropped') return undefined;
  const hook = luaHookOf(deciding.section);
  if (hook)
    return { isRenewed: undefined, end: `empty the store that ${hook.name} writes sessions to, then restart nginx` };
  const kept = whatIsKept(deciding, mechanisms, options);
  return { isRenewed: isRenewed(deciding, mechanisms, kept, options), end: endOf(kept) };
}

/**
 * Before 1.23.2 each resumption by TLS 1.3 brings a ticket that is good for the full time. It goes on after a reload where its
 * key or its session does: a key file, or a zone that holds TLS 1.3 sessions because tickets are off.
 */
function isRenewed(
  { state: { tickets } }: Resolved,
  { ticketTls13: { enabled } }: Mechanisms,
  { keyFiles, zone, mayHaveKeyFile }: Kept,
  { version }: ListenerOptions,
): boolean | undefined {
  if (enabled === false || isAtLeast(version, '1.23.2')) return false;
  const goesOn = keyFiles.length > 0 || (zone !== undefined && tickets === false);
  if (goesOn) return enabled && tickets === undefined ? undefined : enabled;
  return tickets === undefined || mayHaveKeyFile ? undefined : false;
}

function endOf({ keyFiles, zone, mayHaveKeyFile }: Kept): string {
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
