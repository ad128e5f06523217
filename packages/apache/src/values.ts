import type { Seconds } from '@shortfuse/core';
import { libraryTimeoutSeconds } from './settings.js';

/** How a value of SSLSessionCacheTimeout reads: `refused` where httpd does not start. */
export type TimeoutValue = { readonly kind: 'seconds'; readonly seconds: Seconds } | { readonly kind: 'refused' };

/**
 * Reads a number as C's atoi() of glibc does: blanks, a sign, digits, and then whatever; the low 32 bits count. Only a
 * negative result is refused; anything without digits is 0.
 * Source: ssl_cmd_SSLSessionCacheTimeout in mod_ssl's ssl_engine_config.c; strtol() stops at the largest 64-bit number.
 */
export function readTimeout(text: string): TimeoutValue {
  const match = /^[ \t-\r]*([+-]?)(\d*)/.exec(text);
  const digits = match?.[2]?.replace(/^0+/, '') ?? '';
  const isNegative = match?.[1] === '-';
  const limit = isNegative ? -(2n ** 63n) : 2n ** 63n - 1n;
  const written = digits.length > 19 ? limit : BigInt(digits || '0') * (isNegative ? -1n : 1n);
  const clamped = isNegative ? (written < limit ? limit : written) : written > limit ? limit : written;
  const seconds = Number(BigInt.asIntN(32, clamped));
  return seconds < 0 ? { kind: 'refused' } : { kind: 'seconds', seconds };
}

/** Does a value look like something else than what httpd reads? `5m` is 5 and `off` is 0. */
export function isMisleading(text: string): boolean {
  return !/^\s*\+?\d+\s*$/.test(text);
}

/** OpenSSL puts its own default in place of 0. */
export function ticketSeconds(timeout: Seconds): Seconds {
  return timeout === 0 ? libraryTimeoutSeconds : timeout;
}

/** What one SSLSessionCache directive says. */
export type CacheValue =
  | { readonly kind: 'none' | 'nonenotnull' }
  | { readonly kind: 'provider'; readonly provider: string }
  | { readonly kind: 'refused'; readonly why: string };

const smallestCacheBytes = 8192;

/** Source: ssl_cmd_SSLSessionCache in mod_ssl's ssl_engine_config.c, socache_shmcb_create in mod_socache_shmcb.c. */
export function readCache(text: string): CacheValue {
  const lower = text.toLowerCase();
  if (lower === 'none' || lower === 'nonenotnull') return { kind: lower };
  const colon = text.indexOf(':');
  const provider = colon === -1 ? text : text.slice(0, colon);
  const refusal =
    provider === 'shmcb' || provider === 'default'
      ? shmcbRefusal(colon === -1 ? '' : text.slice(colon + 1))
      : undefined;
  return refusal === undefined
    ? { kind: 'provider', provider }
    : { kind: 'refused', why: `Invalid argument: ${refusal}` };
}

function shmcbRefusal(path: string): string | undefined {
  const open = path.lastIndexOf('(');
  if (open === -1) return path.endsWith(')') ? 'no opening parenthesis' : undefined;
  if (!path.endsWith(')')) return 'no closing parenthesis or cache size missing after pathname with parenthesis';
  const size = path.slice(open + 1, -1);
  // strtol() takes nothing at all for 0.
  if (!/^(?:\s*[+-]?\d+)?$/.test(size)) return 'cache size not numerical';
  return Number(size) < smallestCacheBytes ? `size has to be >= ${smallestCacheBytes} bytes` : undefined;
}

/** On and Off in any letter case; undefined for what httpd refuses. */
export function readFlag(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'on' ? true : lower === 'off' ? false : undefined;
}

export type Protocol = 'TLSv1.2' | 'TLSv1.3' | 'older';

/** What one SSLProtocol line leaves on, or the name that httpd does not know. Source: ssl_cmd_protocol_parse. */
export function readProtocols(words: readonly string[]): ReadonlySet<Protocol> | { readonly illegal: string } {
  let on = new Set<Protocol>();
  for (const word of words) {
    const action = /^[+-]/.exec(word)?.[0] ?? '';
    const name = word.slice(action.length).toLowerCase();
    const meant = protocolNames.get(name);
    if (!meant) return { illegal: word.slice(action.length) };
    if (action === '-') for (const each of meant) on.delete(each);
    else if (action === '+') for (const each of meant) on.add(each);
    else on = new Set(meant);
  }
  return on;
}

const protocolNames = new Map<string, readonly Protocol[]>([
  ['sslv2', []],
  ['sslv3', ['older']],
  ['tlsv1', ['older']],
  ['tlsv1.1', ['older']],
  ['tlsv1.2', ['TLSv1.2']],
  ['tlsv1.3', ['TLSv1.3']],
  ['all', ['older', 'TLSv1.2', 'TLSv1.3']],
]);
