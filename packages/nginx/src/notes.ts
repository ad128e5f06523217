import { effectiveLifetime, type Listener, type Mechanisms, type Note, spellDuration } from '@shortfuse/core';
import type { AddressGroup } from './addresses.js';
import { luaHookOf } from './after-reload.js';
import { find, isSwitchHidden } from './lookup.js';
import { type ListenerOptions, nameOf, type Resolved, shownPlace } from './resolved.js';
import { isAtLeast } from './version.js';

/** What a person should know about a listener before a change. */
export function notesFor(
  group: AddressGroup,
  deciding: Resolved,
  named: Resolved,
  mechanisms: Mechanisms,
  reload: Listener['oldSessionsAfterReload'],
  options: ListenerOptions,
): Note[] {
  const { version } = options;
  const notes: Note[] = [];
  const { seconds, decidedBy } = effectiveLifetime({ mechanisms, governing: deciding.timeout });
  const spelled = seconds === undefined ? 'their lifetime' : spellDuration(seconds);
  if (seconds === undefined && decidedBy.origin.kind === 'unknown')
    notes.push({ code: 'lifetime-unknown', text: `lifetime unknown: ${decidedBy.origin.why}` });
  if (named.server !== deciding.server)
    notes.push({
      code: 'default-server-decides',
      text: `the default server of the address decides: ${nameOf(deciding.server) || 'the server'} at ${shownPlace(deciding.server)}`,
    });
  if (named.state.rejectsHandshake)
    notes.push({ code: 'rejects-handshake', text: 'rejects every handshake (ssl_reject_handshake on)' });
  if (group.address.shown === null)
    notes.push({ code: 'address-unknown', text: `the address "${group.address.key}" is only known when nginx starts` });
  if (deciding.timeout.seconds === 0)
    notes.push({
      code: 'zero-is-not-off',
      text: 'ssl_session_timeout 0 does not switch resumption off: OpenSSL puts 2 h in its place',
    });
  if (reload === 'kept')
    notes.push({ code: 'sessions-survive-reload', text: survivalText(deciding, spelled, version) });
  if (mechanisms.ticketTls13.enabled !== false && mechanisms.ticketTls13.renewal === 'unbounded')
    notes.push({
      code: 'renewal-unbounded',
      text: `before nginx 1.23.2 a TLS 1.3 client that returns ${seconds === undefined ? 'in time' : `within ${spelled}`} is given a new ticket for as long again, without end`,
    });
  if (luaHookOf(deciding.section))
    notes.push({
      code: 'lua-session-store',
      text: 'Lua code keeps the sessions (ssl_session_*_by_lua), so how long they last is up to it',
    });
  if (isSwitchHidden(deciding) && !options.fragments)
    notes.push({
      code: 'switches-hidden',
      text: 'a file that is not at hand may switch tickets or the cache; the longest possible lifetime is shown',
    });
  if (
    deciding.state.tickets === false &&
    deciding.state.cache?.kind !== 'kept' &&
    deciding.state.tls13 &&
    !named.state.rejectsHandshake
  )
    notes.push({
      code: 'useless-tickets',
      text: 'TLS 1.3 clients are given tickets that are never accepted (tickets off, no cache)',
    });
  return notes;
}

function survivalText(deciding: Resolved, spelled: string, version: string): string {
  if (deciding.state.tickets !== false && find(deciding, 'ssl_session_ticket_key').kind === 'written')
    return `old sessions stay valid for up to ${spelled} after a reload and even a restart: the ticket key file keeps them alive`;
  const keys =
    deciding.state.tickets !== false && isAtLeast(version, '1.23.2') ? ', and so do the ticket keys in it' : '';
  return `old sessions stay valid for up to ${spelled} after a reload: the shared session cache keeps them${keys}; a restart drops them`;
}

export function nameConflict(name: string): Note {
  return {
    code: 'name-conflict',
    text: `another server block of the address already has the name ${name}: clients never reach this one by it`,
  };
}
