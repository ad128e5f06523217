import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { StarttlsProtocol } from './starttls.js';

/** Where TCP connects to. */
export interface Address {
  /** A name or an IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** A server to be asked, and how. */
export interface Endpoint extends Address {
  /** The name in the SNI extension; where undefined or an IP address, none is sent and the server's default answers. */
  readonly servername?: string | undefined;
  /** Where to connect instead of to `host` and `port`: one backend of many, or a mapped port. */
  readonly connectTo?: Address | undefined;
  /** How a plain connection becomes a TLS connection; undefined where TLS comes first. */
  readonly starttls?: StarttlsProtocol | undefined;
  /** For each connection, from the first packet. A cold server can take 700 ms for its first handshake: 5000 unless told otherwise. */
  readonly limitMs?: number | undefined;
  /** Shown to servers that ask for one; PEM. */
  readonly clientCertificate?: ClientCertificate | undefined;
}

export interface ClientCertificate {
  /** The certificate, with its intermediates where there are some. */
  readonly cert: string;
  readonly key: string;
}

export const defaultLimitMs = 5000;

/**
 * Reads `HOST`, `HOST:PORT`, `[IPV6]:PORT` or a bare IPv6 address; a pasted `https://HOST:PORT/path` counts for its host and
 * port. Names beyond ASCII are taken in their encoded form. `undefined` where it is none of these or the port is not within
 * 1 and 65535.
 */
export function readPlace(text: string): Place | undefined {
  const ascii = /^[\x20-\x7e]*$/.test(text) ? text : encodeName(text);
  const bare = ascii.replace(/^https:\/\//i, '').replace(/(?<=.)\/.*$/s, '');
  if (isIP(bare) === 6) return { host: bare, port: undefined };
  const {
    host = '',
    ip6,
    port,
  } = /^(?:\[(?<ip6>[^\]]*)\]|(?<host>[^[\]:]+))(?::(?<port>\d{1,5}))?$/.exec(bare)?.groups ?? {};
  if (ip6 === undefined ? !isHostName(host) : isIP(ip6) !== 6) return undefined;
  if (port === undefined) return { host: ip6 ?? host, port: undefined };
  const number = Number(port);
  return number >= 1 && number <= 65_535 ? { host: ip6 ?? host, port: number } : undefined;
}

/** `bücher.example:443` as name servers and TLS know it, `xn--bcher-kva.example:443`; unchanged where there is no such form. */
function encodeName(text: string): string {
  const [, name = '', rest = ''] = /^(.*?)(:\d*)?$/s.exec(text) ?? [];
  const encoded = domainToASCII(name);
  return encoded === '' ? text : encoded + rest;
}

/** An {@link Address} whose port may be left to somebody else. */
export interface Place {
  readonly host: string;
  readonly port: number | undefined;
}

/** Could this be asked of a name server, or stand in SNI? Underscores do occur. An IPv4 address is fine, too. */
export function isHostName(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i.test(text);
}

/** `shop.example:443`, `[::1]:443` */
export function spellAddress({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The name for SNI; undefined where none is sent. A dot at the end is for name servers only. */
export function sniOf({ servername }: Endpoint): string | undefined {
  if (servername === undefined || servername === '' || isIP(servername) !== 0) return undefined;
  return servername.replace(/\.$/, '');
}
