import {
  effectiveLifetime,
  type IgnoredSetting,
  type Lifetime,
  type Listener,
  type Mechanisms,
  type Note,
  type Problem,
  positionOf,
  spellDuration,
} from '@shortfuse/core';
import type { AddressGroup, Member } from './addresses.js';
import type { Section, ServerBlock, Written } from './evaluate.js';
import {
  cacheItemsInEffect,
  find,
  flagOf,
  isSwitchHidden,
  type Surroundings,
  stateOf,
  ticketCommandOf,
  timeoutOf,
} from './lookup.js';
import { mechanismsOf, type TlsState } from './mechanisms.js';
import { sessionSettings } from './settings.js';
import { isAtLeast } from './version.js';

export interface ListenerOptions {
  readonly version: string;
  /** The main file is not among the files. */
  readonly fragments: boolean;
}

/** What a server block has in effect, worked out once for all its addresses. */
interface Resolved extends Surroundings {
  readonly state: TlsState;
  readonly timeout: Lifetime;
}

/** The TLS listeners of a section: one for each server block at each address that speaks TLS. */
export function listenersOf(
  section: Section,
  groups: readonly AddressGroup[],
  options: ListenerOptions,
  report: (problem: Problem) => void,
): Listener[] {
  const known = new Map<ServerBlock, Resolved>();
  const resolved = (server: ServerBlock): Resolved => {
    const before = known.get(server);
    if (before) return before;
    const where = { server, section, fragments: options.fragments };
    const result = { ...where, state: stateOf(where, options.version), timeout: timeoutOf(where) };
    known.set(server, result);
    return result;
  };
  for (const server of section.servers) checkOwnCertificates(resolved(server), options, report);
  const listeners: Listener[] = [];
  const shared = sharedZones(groups, section, resolved, options);
  for (const group of groups) {
    const deciding = resolved(group.deciding);
    if (!speaksTls(group, deciding, options)) continue;
    checkCertificate(group, deciding, options, report);
    const names = new Set<string>();
    for (const member of group.members) {
      const named = resolved(member.server);
      const name = nameOf(member.server);
      listeners.push(
        listenerOf(group, member, name, deciding, named, options, [
          ...shared(group.deciding),
          ...(name !== '' && names.has(name) ? [nameConflict(name)] : []),
        ]),
      );
      names.add(name);
    }
  }
  return listeners;
}

/** `ssl` on one listen counts for the whole address; the old `ssl on` only in the server that decides. */
function speaksTls({ hasSsl, members }: AddressGroup, deciding: Resolved, { version }: ListenerOptions): boolean {
  if (hasSsl) return true;
  if (deciding.section.kind === 'mail') {
    const starttls = find(deciding, 'starttls');
    if (starttls.kind === 'written' && /^(?:on|only)$/i.test(starttls.items.at(-1)?.words[0]?.value ?? '')) return true;
  }
  return !isAtLeast(version, '1.25.1') && flagOf(deciding, 'ssl', false) === true && members.length > 0;
}

/** nginx looks at `ssl on` and keys when it merges blocks, before it looks at listens. */
function checkOwnCertificates(where: Resolved, options: ListenerOptions, report: (problem: Problem) => void): void {
  const { state, server } = where;
  const enabled = find(where, 'ssl');
  const last = enabled.kind === 'written' ? enabled.items.at(-1) : undefined;
  if (
    last &&
    !state.hasContext &&
    !options.fragments &&
    !isAtLeast(options.version, '1.25.1') &&
    flagOf(where, 'ssl', false)
  )
    report({
      severity: 'error',
      at: last.at,
      message: 'no "ssl_certificate" is defined for the "ssl" directive',
      help: 'give this server a certificate, or write "ssl" behind the address of the listens that need it instead',
    });
  const certificates = find(where, 'ssl_certificate');
  const keys = find(where, 'ssl_certificate_key');
  const bare =
    certificates.kind === 'written' ? certificates.items[keys.kind === 'written' ? keys.items.length : 0] : undefined;
  if (bare && keys.kind !== 'hidden' && bare.doubt === undefined && server.gaps.length === 0)
    report({
      severity: 'error',
      at: bare.at,
      message: `no "ssl_certificate_key" is defined for certificate "${bare.words[0]?.value ?? ''}"`,
      help: 'add the ssl_certificate_key that belongs to it',
    });
}

function checkCertificate(
  { hasSsl }: AddressGroup,
  { state, server }: Resolved,
  options: ListenerOptions,
  report: (problem: Problem) => void,
): void {
  if (!hasSsl || state.hasContext || options.fragments) return;
  report({
    severity: 'error',
    at: server.openAt,
    message: 'no "ssl_certificate" is defined for the "listen ... ssl" directive',
    help: 'give this server a certificate, or ssl_reject_handshake on: it is the default server of its address',
  });
}

function listenerOf(
  group: AddressGroup,
  { server }: Member,
  name: string,
  deciding: Resolved,
  named: Resolved,
  options: ListenerOptions,
  furtherNotes: readonly Note[],
): Listener {
  const mechanisms = mechanismsOf(deciding.state, named.state, deciding.timeout, options.version);
  const governing = deciding.timeout;
  return {
    server: 'nginx',
    address: group.address.shown,
    name,
    definedAt: server.at,
    mechanisms,
    governing,
    oldSessionsAfterReload: afterReload(deciding, mechanisms, options),
    ignored: ignoredFor(deciding, named),
    notes: [...notesFor(group, deciding, named, mechanisms, options), ...furtherNotes],
  };
}

function nameOf(server: ServerBlock): string {
  return server.written.get('server_name')?.[0]?.words[0]?.value ?? '';
}

/**
 * Do sessions from before a change survive the reload that applies it? A shared zone keeps them, a ticket key file keeps the key;
 * from 1.23.2 a zone keeps the automatic ticket keys too. Everything else is made anew by a reload.
 */
function afterReload(
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

const byDefaultServer =
  'the default server of the address decides; this server block is selected by SNI only after the session parameters are fixed';

/** Written for this server at this address, and without effect on it. */
function ignoredFor(deciding: Resolved, named: Resolved): IgnoredSetting[] {
  const used = new Set(itemsInEffect(deciding, named));
  const ignored: IgnoredSetting[] = [];
  for (const setting of sessionSettings) {
    const own = named.server.written.get(setting) ?? [];
    for (const item of own)
      if (!used.has(item)) ignored.push({ at: item.at, why: whyOwnIgnored(setting, deciding, named) });
    for (const item of named.section.written.get(setting) ?? [])
      if (!used.has(item))
        ignored.push({ at: item.at, why: whyOuterIgnored(setting, deciding, named, own.length > 0) });
  }
  return ignored;
}

function itemsInEffect(deciding: Resolved, named: Resolved): Written[] {
  const written = (where: Surroundings, setting: string): readonly Written[] => {
    const found = find(where, setting);
    return found.kind === 'written' ? found.items : [];
  };
  const visible = named.state.hasContext ? named : deciding;
  return [
    ...written(deciding, 'ssl_session_timeout'),
    ...cacheItemsInEffect(deciding),
    // A cache that is off in the named server withholds the session ID.
    ...(visible.state.cache?.kind === 'off' ? cacheItemsInEffect(visible) : []),
    ...(ticketCommandOverrides(deciding) ? [] : written(deciding, 'ssl_session_tickets')),
    ...(ticketCommandOverrides(visible) ? [] : written(visible, 'ssl_session_tickets')),
    ...(deciding.state.tickets === false ? [] : written(deciding, 'ssl_session_ticket_key')),
  ];
}

/** An `ssl_conf_command` says otherwise than `ssl_session_tickets` does. */
function ticketCommandOverrides(where: Surroundings): boolean {
  const command = ticketCommandOf(where);
  return command !== undefined && command !== flagOf(where, 'ssl_session_tickets', true);
}

function whyOwnIgnored(setting: (typeof sessionSettings)[number], deciding: Resolved, named: Resolved): string {
  if (setting === 'ssl_session_tickets') {
    const command = ticketCommandOf(named);
    if (command !== undefined)
      return `ssl_conf_command is applied later and switches tickets ${command ? 'on again' : 'off'}`;
    return 'without a certificate the server block has no TLS context of its own, so even its ticket switch has no effect';
  }
  if (named.server !== deciding.server) return byDefaultServer;
  if (setting === 'ssl_session_ticket_key') return 'tickets are off, so no ticket is encrypted with the key';
  return 'a later directive of the same block replaces it';
}

function whyOuterIgnored(
  setting: (typeof sessionSettings)[number],
  deciding: Resolved,
  named: Resolved,
  hasOwn: boolean,
): string {
  if (setting === 'ssl_session_tickets' && ticketCommandOf(deciding) !== undefined)
    return whyOwnIgnored(setting, deciding, deciding);
  if (hasOwn && named.server === deciding.server)
    return `a value in the server block replaces the one from ${named.section.kind}`;
  if (setting === 'ssl_session_ticket_key' && deciding.state.tickets === false)
    return 'tickets are off, so no ticket is encrypted with the key';
  return `the default server of the address decides, and a value in its block replaces the one from ${named.section.kind}`;
}

function notesFor(
  group: AddressGroup,
  deciding: Resolved,
  named: Resolved,
  mechanisms: Mechanisms,
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
      text: `the default server of the address decides: ${nameOf(deciding.server) || 'the server'} at ${deciding.server.at.file.path}:${lineOf(deciding.server)}`,
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
  const reload = afterReload(deciding, mechanisms, options);
  if (reload === 'kept')
    notes.push({ code: 'sessions-survive-reload', text: survivalText(deciding, spelled, version) });
  if (mechanisms.ticketTls13.enabled !== false && mechanisms.ticketTls13.renewal === 'unbounded')
    notes.push({
      code: 'renewal-unbounded',
      text: `before nginx 1.23.2 a TLS 1.3 client that returns ${seconds === undefined ? 'in time' : `within ${spelled}`} is given a new ticket for as long again, without end`,
    });
  if (luaKeepsSessions(deciding.section))
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

function luaKeepsSessions({ written }: Section): boolean {
  return [...written.keys()].some((name) => /^ssl_session_(?:fetch|store)_by_lua/.test(name));
}

function lineOf(server: ServerBlock): number {
  return positionOf(server.at.file, server.at.span.start).line;
}

function nameConflict(name: string): Note {
  return {
    code: 'name-conflict',
    text: `another server block of the address already has the name ${name}: clients never reach this one by it`,
  };
}

/** Servers that keep sessions in one zone accept each other's, for as long as the one that issued them said. */
function sharedZones(
  groups: readonly AddressGroup[],
  section: Section,
  resolved: (server: ServerBlock) => Resolved,
  options: ListenerOptions,
): (server: ServerBlock) => readonly Note[] {
  const longest = new Map<string, { seconds: number; server: ServerBlock }>();
  for (const group of groups) {
    const { state, timeout, server } = resolved(group.deciding);
    const zone = state.cache?.zone?.name;
    if (zone === undefined || timeout.seconds === undefined || !speaksTls(group, resolved(group.deciding), options))
      continue;
    const known = longest.get(zone);
    if (!known || timeout.seconds > known.seconds) longest.set(zone, { seconds: timeout.seconds, server });
  }
  return (server) => {
    const { state, timeout } = resolved(server);
    const zone = state.cache?.zone?.name;
    const other = zone === undefined ? undefined : longest.get(zone);
    if (!other || timeout.seconds === undefined || other.seconds <= timeout.seconds) return [];
    return [
      {
        code: 'sessions-from-elsewhere',
        text:
          `shares the ${section.kind} session cache "${zone}" with ${nameOf(other.server) || 'another server'} ` +
          `(${other.server.at.file.path}:${lineOf(other.server)}), whose sessions last ${spellDuration(other.seconds)} and are accepted here too where the certificate is the same`,
      },
    ];
  };
}
