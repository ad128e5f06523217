import type { Lifetime, Location } from '@shortfuse/core';
import type { Evaluation, Level, VirtualHost, Written } from './evaluation.js';
import { defaultTimeoutSeconds } from './settings.js';
import { type Protocol, readCache, readFlag, readProtocols, readTimeout } from './values.js';

/** What a host has of one directive: its own, or the main server's. */
export type Found =
  | { readonly kind: 'written'; readonly items: readonly Written[]; readonly inherited: boolean }
  | { readonly kind: 'absent' }
  /** Something that is not at hand could hold it. */
  | { readonly kind: 'hidden'; readonly why: string; readonly at?: Location };

/** A virtual host, or the main server itself, and whether what is around it is at hand. */
export interface Surroundings {
  /** Undefined: the main server as a host. */
  readonly host: VirtualHost | undefined;
  readonly evaluation: Evaluation;
  readonly fragments: boolean;
}

/** Looks `name` up in the host, then in the main server: httpd merges when all is read, so order between the two does not matter. */
export function find({ host, evaluation: { main }, fragments }: Surroundings, name: string): Found {
  const own = host?.written.get(name);
  if (own) return { kind: 'written', items: own, inherited: false };
  if (host && host.gaps.length > 0) return hiddenBy(host);
  const outer = main.written.get(name);
  if (outer) return { kind: 'written', items: outer, inherited: host !== undefined };
  if (main.gaps.length > 0) return hiddenBy(main);
  if (fragments)
    return {
      kind: 'hidden',
      why: 'the main server is not among the files and may set it; give the file that httpd starts with, too',
    };
  return { kind: 'absent' };
}

function hiddenBy({ gaps: [gap] }: Level): Found {
  if (!gap) return { kind: 'absent' };
  return {
    kind: 'hidden',
    why: `"${gap.path}" is not among the files and may set it; give it with --root`,
    at: gap.at,
  };
}

/** The `SSLSessionCacheTimeout` in effect. */
export function timeoutOf(where: Surroundings): Lifetime {
  const found = find(where, 'sslsessioncachetimeout');
  if (found.kind === 'absent') return { seconds: defaultTimeoutSeconds, origin: { kind: 'default' } };
  if (found.kind === 'hidden')
    return { seconds: undefined, origin: { kind: 'unknown', why: found.why, ...(found.at ? { at: found.at } : {}) } };
  const { items, inherited } = found;
  const last = items.at(-1);
  // A doubtful line behind a certain one may or may not replace it.
  const value = last && last.doubt === undefined ? readTimeout(last.words[0] ?? '') : undefined;
  if (!last || value?.kind !== 'seconds')
    return {
      seconds: undefined,
      origin: { kind: 'unknown', why: last?.doubt ?? 'httpd refuses the value', ...(last ? { at: last.at } : {}) },
    };
  return { seconds: value.seconds, origin: { kind: inherited ? 'inherited' : 'explicit', at: last.at } };
}

/** Everything but the timeout that decides about resumption in a host. `undefined`: the files do not tell. */
export interface TlsState {
  /** Whether tickets are on in the end, `SSLOpenSSLConfCmd` included. */
  readonly tickets: boolean | undefined;
  readonly tls12: boolean | undefined;
  readonly tls13: boolean | undefined;
  /** `SSLOpenSSLConfCmd NumTickets 0`. */
  readonly sendsNoTls13Tickets: boolean;
  /** At level 3 and above OpenSSL sends no TLS 1.2 tickets. */
  readonly securityLevel: number;
  readonly hasTicketKey: boolean | undefined;
}

export function stateOf(where: Surroundings, deciding: Surroundings): TlsState {
  const commands = commandsOf(where);
  const protocols = protocolsOf(where) ?? protocolsOf(deciding) ?? undefined;
  return {
    tickets: commands.tickets ?? ticketSwitchOf(where),
    tls12: protocols === 'unknown' ? undefined : allows(commands, 'TLSv1.2', protocols?.has('TLSv1.2') ?? true),
    tls13: protocols === 'unknown' ? undefined : allows(commands, 'TLSv1.3', protocols?.has('TLSv1.3') ?? true),
    sendsNoTls13Tickets: commands.sendsNoTls13Tickets,
    securityLevel: securityLevelOf(where),
    hasTicketKey: keyOf(where),
  };
}

/** What SSLSessionTickets says. Hidden counts as on, its default; {@link find} tells whether it is. */
export function ticketSwitchOf(where: Surroundings): boolean | undefined {
  const found = find(where, 'sslsessiontickets');
  if (found.kind !== 'written') return true;
  const last = found.items.at(-1);
  return last && last.doubt === undefined ? readFlag(last.words[0] ?? '') : undefined;
}

function keyOf(where: Surroundings): boolean | undefined {
  const found = find(where, 'sslsessionticketkeyfile');
  return found.kind === 'written' ? true : found.kind === 'absent' ? false : undefined;
}

/** Undefined where nothing is written here. From 2.4.42 a host's own protocols count, and the first host's where it has none. */
function protocolsOf(where: Surroundings): ReadonlySet<Protocol> | 'unknown' | undefined {
  const found = find(where, 'sslprotocol');
  if (found.kind !== 'written') return undefined;
  const last = found.items.at(-1);
  if (!last || last.doubt !== undefined) return 'unknown';
  const protocols = readProtocols(last.words);
  return 'illegal' in protocols ? 'unknown' : protocols;
}

function securityLevelOf(where: Surroundings): number {
  const suites = find(where, 'sslciphersuite');
  const strings =
    suites.kind === 'written'
      ? suites.items.filter(({ words }) => words.length === 1 || /^ssl$/i.test(words[0] ?? ''))
      : [];
  const text = `${strings.at(-1)?.words.at(-1) ?? ''}:${commandsOf(where).cipherString}`;
  return Number([...text.matchAll(/@SECLEVEL=(\d+)/g)].at(-1)?.[1] ?? 1);
}

interface Commands {
  /** `Options SessionTicket` or `-SessionTicket`, applied after SSLSessionTickets; undefined where neither is written. */
  readonly tickets: boolean | undefined;
  readonly sendsNoTls13Tickets: boolean;
  /** The last `CipherString`, which is applied after SSLCipherSuite; empty where there is none. */
  readonly cipherString: string;
  /** `MinProtocol` and `MaxProtocol`, in lower case. */
  readonly least: string;
  readonly most: string;
}

/** The main server's commands, which come before every host's. */
const commandsOfMain = new WeakMap<Evaluation, Commands>();

const noCommands: Commands = {
  tickets: undefined,
  sendsNoTls13Tickets: false,
  cipherString: '',
  least: 'tlsv1',
  most: 'tlsv1.3',
};

/** Reads `SSLOpenSSLConfCmd` as OpenSSL does: SSL_CONF_cmd(3), file syntax. */
export function commandsOf({ host, evaluation }: Surroundings): Commands {
  let main = commandsOfMain.get(evaluation);
  if (!main) {
    main = addCommands(noCommands, evaluation.main);
    commandsOfMain.set(evaluation, main);
  }
  return host?.written.has('sslopensslconfcmd') ? addCommands(main, host) : main;
}

function addCommands(before: Commands, { written }: Level): Commands {
  let { tickets, sendsNoTls13Tickets, cipherString, least, most } = before;
  for (const { words } of written.get('sslopensslconfcmd') ?? []) {
    const command = words[0]?.toLowerCase();
    const value = words[1]?.toLowerCase() ?? '';
    if (command === 'options')
      for (const option of value.split(',').map((part) => part.trim()))
        if (/^[+-]?sessionticket$/.test(option)) tickets = !option.startsWith('-');
    if (command === 'numtickets') sendsNoTls13Tickets = Number(value) === 0;
    if (command === 'minprotocol' && value.startsWith('tls')) least = value;
    if (command === 'maxprotocol' && value.startsWith('tls')) most = value;
    if (command === 'cipherstring') cipherString = words[1] ?? '';
  }
  return { tickets, sendsNoTls13Tickets, cipherString, least, most };
}

function allows({ least, most }: Commands, protocol: 'TLSv1.2' | 'TLSv1.3', byModule: boolean): boolean {
  return byModule && least <= protocol.toLowerCase() && protocol.toLowerCase() <= most;
}

/** The session cache of the whole server. */
export interface SessionCache {
  /** Undefined: the files do not tell. */
  readonly isKept: boolean | undefined;
  /** The provider's name where one is set, in httpd's letter case. */
  readonly provider: string | undefined;
  /** The line that decides. */
  readonly item: Written | undefined;
}

/** Among real providers the last line wins; `none` and `nonenotnull` undo nothing. Source: ssl_cmd_SSLSessionCache. */
export function cacheOf({ main }: Evaluation, fragments: boolean): SessionCache {
  const items = main.written.get('sslsessioncache') ?? [];
  let item: Written | undefined;
  let provider: string | undefined;
  for (const each of items) {
    if (each.doubt !== undefined) return { isKept: undefined, provider: undefined, item: each };
    const value = readCache(each.words[0] ?? '');
    if (value.kind !== 'provider') continue;
    item = each;
    provider = value.provider;
  }
  if (provider !== undefined) return { isKept: true, provider, item };
  const isHidden = main.gaps.length > 0 || (fragments && items.length === 0);
  return { isKept: isHidden ? undefined : false, provider: undefined, item: items.at(-1) };
}

/** Is TLS on in a host? `undefined`: the files do not tell. */
export function engineOf(where: Surroundings, isHttps: boolean | undefined): boolean | undefined {
  const found = find(where, 'sslengine');
  if (found.kind === 'hidden') return hasCertificate(where) ? true : undefined;
  if (found.kind === 'absent') return hasCertificate(where) ? isHttps : false;
  const last = found.items.at(-1);
  // `optional` passes the check and means off since 2.4.64.
  return last && last.doubt === undefined ? (readFlag(last.words[0] ?? '') ?? false) : undefined;
}

function hasCertificate(where: Surroundings): boolean {
  return find(where, 'sslcertificatefile').kind === 'written';
}

/** The name without scheme and port; a host without one has the main server's. */
export function serverNameOf({ host, evaluation: { main } }: Surroundings): string {
  const items = host?.written.get('servername') ?? main.written.get('servername');
  return (items?.at(-1)?.words[0] ?? '').replace(/^\w+:\/\//, '').replace(/:\d+$/, '');
}

/** The port written in ServerName, which is part of what sessions are bound to; 443 where there is none. */
export function serverPortOf({ host, evaluation: { main } }: Surroundings): string {
  const items = host?.written.get('servername') ?? main.written.get('servername');
  return /:(\d+)$/.exec(items?.at(-1)?.words[0] ?? '')?.[1] ?? '443';
}

export function aliasesOf(host: VirtualHost): readonly string[] {
  return (host.written.get('serveralias') ?? []).flatMap(({ words }) => words);
}
