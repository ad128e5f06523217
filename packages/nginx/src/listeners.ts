import type { Listener, Note, Problem } from '@shortfuse/core';
import type { AddressGroup, Member } from './addresses.js';
import type { Section, ServerBlock } from './evaluate.js';
import { effectOfSettings } from './ignored.js';
import { find, flagOf, stateOf, timeoutOf } from './lookup.js';
import { mechanismsOf } from './mechanisms.js';
import { nameConflict, notesFor } from './notes.js';
import { oldSessionsOf } from './old-sessions.js';
import { remedyFinder, sectionPlace } from './remedies.js';
import { type ListenerOptions, nameOf, type Resolved } from './resolved.js';
import { sharedZones } from './shared-zones.js';
import { isAtLeast } from './version.js';

/** The TLS listeners of a section: one for each server block at each address that speaks TLS. */
export function listenersOf(
  section: Section,
  groups: readonly AddressGroup[],
  options: ListenerOptions,
  report: (problem: Problem) => void,
): Listener[] {
  const known = new Map<ServerBlock, Resolved>();
  const inSection = once(() => sectionPlace(section, options.fragments));
  const resolved = (server: ServerBlock): Resolved => {
    const before = known.get(server);
    if (before) return before;
    const where = { server, section, fragments: options.fragments };
    const timeout = { ...timeoutOf(where), remedies: remedyFinder(where, inSection) };
    const result = { ...where, state: stateOf(where, options.version), timeout };
    known.set(server, result);
    return result;
  };
  for (const server of section.servers) checkOwnCertificates(resolved(server), options, report);
  const listeners: Listener[] = [];
  const shared = sharedZones(
    section,
    groups.filter((group) => speaksTls(group, resolved(group.deciding), options)),
    resolved,
  );
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

function once<T>(work: () => T): () => T {
  let done: { readonly value: T } | undefined;
  return () => {
    done ??= { value: work() };
    return done.value;
  };
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
  const old = oldSessionsOf(deciding, mechanisms, options);
  return {
    server: 'nginx',
    address: group.address.shown,
    name,
    definedAt: server.at,
    mechanisms,
    governing,
    ...old,
    ...effectOfSettings(deciding, named),
    notes: [...notesFor(group, deciding, named, mechanisms, old.oldSessionsAfterReload, options), ...furtherNotes],
  };
}
