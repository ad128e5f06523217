import { effectiveLifetime, type Listener, type Seconds } from '@shortfuse/core';
import { type Family, readAddress, spellAddress } from './addresses.js';
import { highestPort } from './ports.js';

/** A listener with the addresses that clients, or a firewall in front of it, reach it by. */
export interface Host {
  readonly server: string;
  readonly name: string;
  /** `203.0.113.10:443`, `[2001:db8::5]:443`; what is no such address can be covered by nothing that a file tells. */
  readonly addresses: readonly string[];
  /** null: unknown. */
  readonly lifetimeSeconds: Seconds | null;
  /** The listener of an audit that it stands for. */
  readonly listener?: Listener;
}

export interface Endpoint {
  readonly family: Family;
  readonly value: bigint;
  readonly port: number;
}

/** What an address of a listener says about who can reach it. */
export type Reach =
  | { readonly kind: 'address'; readonly endpoint: Endpoint }
  /** A wildcard, a name or nothing: somebody has to say what the real addresses are. */
  | { readonly kind: 'unknown' }
  /** A loopback address or a socket of the file system: no firewall sees it. */
  | { readonly kind: 'local' };

/** Reads an address with port as listeners have it. */
export function reachOf(address: string): Reach {
  if (address.startsWith('unix:')) return { kind: 'local' };
  const parts = partsOf(address);
  const ip = parts && readAddress(parts.host);
  if (!parts || !ip) return { kind: 'unknown' };
  const { family, value } = ip;
  if (value === 0n) return { kind: 'unknown' };
  const isLoopback = family === 4 ? value >> 24n === 127n : value === 1n;
  if (isLoopback) return { kind: 'local' };
  // Port 0 is F5's word for every port.
  return parts.port ? { kind: 'address', endpoint: { family, value, port: parts.port } } : { kind: 'unknown' };
}

/** `10.0.0.1:443`, `[::1]:443`, `*:443`, or one of these without a port. F5 route domains (`10.0.0.1%2:443`) are left out. */
function partsOf(address: string): { readonly host: string; readonly port: number | undefined } | undefined {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(address);
  const bare = match ? undefined : readAddress(address);
  if (bare) return { host: address, port: undefined };
  if (!match) return undefined;
  const [, bracketed, plain = '', digits] = match;
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && port > highestPort) return undefined;
  return { host: (bracketed ?? plain).replace(/%\d+$/, ''), port };
}

/** `203.0.113.10:443`, `[2001:db8::5]:443`. */
export function spellEndpoint({ family, value, port }: Endpoint): string {
  const address = spellAddress(family, value);
  return `${family === 6 ? `[${address}]` : address}:${port}`;
}

/**
 * Real addresses of listeners, by what they are called: a listener's name, or its address as `audit` shows it, with or without
 * the port (`10.0.0.1:443`, `0.0.0.0`); `*:443` and `*` are every spelling of a wildcard. Values are addresses; one without a port gets the listener's.
 */
export type HostAddresses = ReadonlyMap<string, readonly string[]>;

/**
 * The listeners of an audit as hosts. Where a person said which addresses a listener has, these count in place of the one in its
 * file: first what is said of its name, then of its address, then of that without a port.
 */
export function hostsOf(listeners: readonly Listener[], said: HostAddresses): Host[] {
  return listeners.map((listener) => {
    const { server, name, profile = '', address } = listener;
    const parts = address === null ? undefined : partsOf(address);
    const bound = address ?? '';
    const forms = [bound, withoutPort(bound), ...(isWildcard(parts?.host) ? [`*:${parts?.port}`, '*'] : [])];
    const key = [name, profile, ...forms].find((one) => one !== '' && said.has(one));
    const addresses = key === undefined ? undefined : said.get(key);
    return {
      server,
      name: name || profile,
      addresses: addresses?.map((one) => withPort(one, parts?.port)) ?? [bound],
      lifetimeSeconds: effectiveLifetime(listener).seconds ?? null,
      listener,
    };
  });
}

function withoutPort(address: string): string {
  return address.replace(/:\d+$/, '');
}

/** Servers spell "every address" in different ways. */
function isWildcard(host: string | undefined): boolean {
  return host === '0.0.0.0' || host === '::' || host === '*';
}

function withPort(address: string, port: number | undefined): string {
  const parts = partsOf(address);
  if (!parts || parts.port !== undefined || port === undefined) return address;
  return parts.host.includes(':') ? `[${parts.host}]:${port}` : `${parts.host}:${port}`;
}
