import type { Lifetime, Location } from '@shortfuse/core';
import type { Level, Section, ServerBlock, Written } from './evaluate.js';
import type { TlsState } from './mechanisms.js';
import { combineCaches, mergeCaches, readCache, type SessionCache } from './session-cache.js';
import { defaultTimeoutSeconds } from './settings.js';
import { readTime } from './time.js';
import { isAtLeast } from './version.js';

/** What a server block has of one directive: its own, or the one around it. */
export type Found =
  | { readonly kind: 'written'; readonly items: readonly Written[]; readonly inherited: boolean }
  | { readonly kind: 'absent' }
  /** Something that is not at hand could hold it. */
  | { readonly kind: 'hidden'; readonly why: string; readonly at?: Location };

/** Where a server block stands, and whether what is around it is at hand. */
export interface Surroundings {
  readonly server: ServerBlock;
  readonly section: Section;
  /** The main file is not among the files. */
  readonly fragments: boolean;
}

/** Looks `name` up in the server block, then in the block around it. nginx merges when that block closes, so order does not matter. */
export function find({ server, section, fragments }: Surroundings, name: string): Found {
  const own = server.written.get(name);
  if (own) return { kind: 'written', items: own, inherited: false };
  if (server.gaps.length > 0) return hiddenBy(server);
  const outer = section.written.get(name);
  if (outer) return { kind: 'written', items: outer, inherited: true };
  if (section.gaps.length > 0) return hiddenBy(section);
  if (fragments)
    return {
      kind: 'hidden',
      why: `the ${section.kind} block that includes this file is not among the files and may set it; give the main file too, or the output of nginx -T`,
    };
  return { kind: 'absent' };
}

function hiddenBy({ gaps }: Level): Found {
  const [gap] = gaps;
  if (!gap) return { kind: 'absent' };
  const certbot = /letsencrypt\/options-ssl-nginx\.conf$/.test(gap.path) ? ' (certbot writes 1440m, 1 d, there)' : '';
  return {
    kind: 'hidden',
    why: `"${gap.path}" is not among the files and may set it${certbot}; give it with --root, or audit the output of nginx -T`,
    at: gap.at,
  };
}

/** The `ssl_session_timeout` in effect in a server block. */
export function timeoutOf(where: Surroundings): Lifetime {
  const found = find(where, 'ssl_session_timeout');
  if (found.kind === 'absent') return { seconds: defaultTimeoutSeconds, origin: { kind: 'default' } };
  if (found.kind === 'hidden')
    return { seconds: undefined, origin: { kind: 'unknown', why: found.why, ...(found.at ? { at: found.at } : {}) } };
  const doubtful = found.items.find(({ doubt }) => doubt !== undefined);
  const last = found.items.at(-1);
  const seconds = last && !doubtful ? readTime(last.words[0]?.value ?? '') : undefined;
  if (!last || seconds === undefined)
    return {
      seconds: undefined,
      origin: { kind: 'unknown', why: doubtful?.doubt ?? 'it has no value', ...place(doubtful ?? last) },
    };
  return { seconds, origin: { kind: found.inherited ? 'inherited' : 'explicit', at: last.at } };
}

function place(written: Written | undefined): { at?: Location } {
  return written ? { at: written.at } : {};
}

/** A flag with nginx's default; where it is hidden, the default is taken and {@link isSwitchHidden} says so. */
export function flagOf(where: Surroundings, name: string, byDefault: boolean): boolean | undefined {
  const found = find(where, name);
  if (found.kind !== 'written') return byDefault;
  const last = found.items.at(-1);
  return found.items.some(({ doubt }) => doubt !== undefined)
    ? undefined
    : last?.words[0]?.value.toLowerCase() === 'on';
}

/** Could a file that is not at hand switch tickets or the cache on or off here? */
export function isSwitchHidden(where: Surroundings): boolean {
  return ['ssl_session_tickets', 'ssl_session_cache'].some((name) => find(where, name).kind === 'hidden');
}

/** Everything but the timeout that decides about resumption in a server block. */
export function stateOf(where: Surroundings, version: string): TlsState {
  const commands = confCommandsOf(where);
  const protocols = protocolsOf(where, version);
  const rejectsHandshake = flagOf(where, 'ssl_reject_handshake', false) === true;
  const hasCertificate = find(where, 'ssl_certificate').kind !== 'absent';
  return {
    tickets: commands.tickets ?? flagOf(where, 'ssl_session_tickets', true),
    cache: cacheOf(where),
    tls12:
      protocols &&
      commands.allows(
        'TLSv1.2',
        protocols.some((name) => name !== 'TLSv1.3'),
      ),
    tls13: protocols && commands.allows('TLSv1.3', protocols.includes('TLSv1.3')),
    sendsNoTls13Tickets: commands.sendsNoTls13Tickets,
    rejectsHandshake,
    hasCertificate,
    hasContext: rejectsHandshake || hasCertificate,
  };
}

/** `undefined` where a template decides, or a file that is not at hand. */
function cacheOf(where: Surroundings): SessionCache | undefined {
  const own = where.server.written.get('ssl_session_cache');
  const outer = where.section.written.get('ssl_session_cache');
  if ([...(own ?? []), ...(own ? [] : (outer ?? []))].some(({ doubt }) => doubt !== undefined)) return undefined;
  if (!own && find(where, 'ssl_session_cache').kind === 'hidden') return undefined;
  return mergeCaches(readAll(own), readAll(outer));
}

function readAll(written: readonly Written[] | undefined) {
  if (!written) return undefined;
  return combineCaches(
    written.flatMap(({ words }) => {
      const result = readCache(words);
      return result.ok ? [result.cache] : [];
    }),
  );
}

/** The written `ssl_session_cache` directives that have a part in what is in effect. */
export function cacheItemsInEffect(where: Surroundings): readonly Written[] {
  const own = where.server.written.get('ssl_session_cache') ?? [];
  const outer = where.section.written.get('ssl_session_cache') ?? [];
  if (own.length === 0) return outer;
  const usesOuterZone = cacheOf(where)?.kind === 'kept' && !readAll(own)?.zone && readAll(outer)?.zone !== undefined;
  return usesOuterZone ? [...own, ...outer] : own;
}

/** `undefined` where a template decides. The default has TLS 1.3 from 1.23.4. */
function protocolsOf(where: Surroundings, version: string): readonly string[] | undefined {
  const found = find(where, 'ssl_protocols');
  if (found.kind !== 'written') return ['TLSv1.2', ...(isAtLeast(version, '1.23.4') ? ['TLSv1.3'] : [])];
  if (found.items.some(({ doubt }) => doubt !== undefined)) return undefined;
  // Several in one block add up.
  const names = found.items.flatMap(({ words }) => words.map(({ value }) => value.toLowerCase()));
  return ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'].filter((name) => names.includes(name.toLowerCase()));
}

interface ConfCommands {
  /** `Options SessionTicket` or `-SessionTicket`, which come after nginx's own setting; undefined where neither is written. */
  readonly tickets: boolean | undefined;
  readonly sendsNoTls13Tickets: boolean;
  /** Is `protocol` spoken, given that nginx's own settings say so or not? */
  allows(protocol: 'TLSv1.2' | 'TLSv1.3', byNginx: boolean): boolean;
}

/** Reads `ssl_conf_command` as OpenSSL does. Source: SSL_CONF_cmd(3), file syntax: names are case-insensitive. */
function confCommandsOf(where: Surroundings): ConfCommands {
  const found = find(where, 'ssl_conf_command');
  let tickets: boolean | undefined;
  let sendsNoTls13Tickets = false;
  let least = 'tlsv1';
  let most = 'tlsv1.3';
  for (const { words } of found.kind === 'written' ? found.items : []) {
    const command = words[0]?.value.toLowerCase();
    const value = words[1]?.value.toLowerCase() ?? '';
    if (command === 'options')
      for (const option of value.split(',').map((part) => part.trim()))
        if (/^[+-]?sessionticket$/.test(option)) tickets = !option.startsWith('-');
    if (command === 'numtickets') sendsNoTls13Tickets = Number(value) === 0;
    if (command === 'minprotocol' && value.startsWith('tls')) least = value;
    if (command === 'maxprotocol' && value.startsWith('tls')) most = value;
  }
  return {
    tickets,
    sendsNoTls13Tickets,
    allows: (protocol, byNginx) => byNginx && least <= protocol.toLowerCase() && protocol.toLowerCase() <= most,
  };
}

/** Does an `ssl_conf_command` decide about tickets here, whatever `ssl_session_tickets` says? */
export function ticketCommandOf(where: Surroundings): boolean | undefined {
  return confCommandsOf(where).tickets;
}
