import type { Location } from '@shortfuse/core';
import type { Level, VirtualHost, Written } from './evaluation.js';

/** A `Listen` as httpd reads it. `address` is `*` where it has none. */
export interface Listen {
  readonly address: string;
  readonly port: string;
  /** `https` by default on port 443; undefined where nothing is said and it is another port. */
  readonly protocol: string;
  readonly at: Location;
}

/** An address of a virtual host. `port` is `*` where any will do. */
interface HostAddress {
  readonly address: string;
  readonly port: string;
}

/** One local address and the hosts that httpd looks among for a connection to it, the first one in front. */
export interface AddressGroup {
  /** As httpd binds it; null where the files do not tell. */
  readonly shown: string | null;
  /** Empty where the main server serves the address. */
  readonly hosts: readonly VirtualHost[];
  /** The Listen that opens it; undefined where none is at hand. */
  readonly listen: Listen | undefined;
}

/** Reads the words of a Listen; undefined where there is no port in them. Source: ap_set_listener in httpd's server/listen.c. */
export function readListen({ words, at }: Written): Listen | undefined {
  const split = splitAddress(words[0] ?? '', true);
  if (!split || !/^\d+$/.test(split.port)) return undefined;
  const protocol = words[1]?.toLowerCase() ?? (split.port === '443' ? 'https' : 'http');
  return { ...split, protocol, at };
}

/** `10.0.0.1:443`, `[::1]:443`, `*:443`, `*`, `_default_:443`, `name`; a bare number is a port where `bareIsPort`. */
function splitAddress(text: string, bareIsPort: boolean): HostAddress | undefined {
  if (bareIsPort && /^\d+$/.test(text)) return { address: '*', port: text };
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d+|\*))?$/.exec(text);
  if (!match) return undefined;
  const [, host = '', port = '*'] = match;
  return { address: everyAddress.has(host.toLowerCase()) ? '*' : host.toLowerCase(), port };
}

/** Source: get_addresses in httpd's server/vhost.c. */
const everyAddress: ReadonlySet<string> = new Set(['*', '_default_', '0.0.0.0', '255.255.255.255', '']);

function addressesOf(host: VirtualHost): HostAddress[] {
  return host.addresses.flatMap((word) => splitAddress(word, false) ?? []);
}

export function listensOf(main: Level): readonly Listen[] {
  return (main.written.get('listen') ?? []).flatMap((written) =>
    written.doubt === undefined || !written.doubt.startsWith('httpd refuses') ? (readListen(written) ?? []) : [],
  );
}

const isNumeric = (address: string): boolean => /^[\d.]+$|^\[/.test(address);

/**
 * The local addresses of a configuration and the hosts of each, in order of reading. Where no Listen is at hand, every address
 * that a host names counts as open.
 * Source: section 5 of the facts about httpd that this package was checked against; ap_update_vhost_given_ip in vhost.c.
 */
export function groupByAddress(
  hosts: readonly VirtualHost[],
  listens: readonly Listen[],
  isListenKnown: boolean,
): AddressGroup[] {
  const index = indexHosts(hosts);
  const groups = new Map<string, AddressGroup>();
  const add = (address: string, port: string, shown: string | null, listen: Listen | undefined): void => {
    const key = `${address}:${port}`;
    if (!groups.has(key)) groups.set(key, { shown, hosts: candidates(index, address, port), listen });
  };
  for (const listen of listens) {
    const { address, port } = listen;
    add(address, port, `${address}:${port}`, listen);
    if (address !== '*' && address !== '[::]') continue;
    for (const { address: own, port: ownPort } of index.specific)
      if (own !== '[::]' && (ownPort === '*' || ownPort === port)) {
        // A name stands for addresses that only the resolver knows.
        const shown = isNumeric(own) ? `${own}:${port}` : null;
        if (address === '*' || own.startsWith('[') || !isNumeric(own)) add(own, port, shown, listen);
      }
  }
  const open = hosts.filter(({ hasOpenAddress }) => hasOpenAddress);
  if (!isListenKnown)
    for (const host of hosts)
      for (const { address, port } of addressesOf(host)) {
        if (host.hasOpenAddress || isOpen(groups, address, port)) continue;
        const shown = port === '*' || (address !== '*' && !isNumeric(address)) ? null : `${address}:${port}`;
        add(address, port, shown, undefined);
      }
  const sameWords = new Map<string, VirtualHost[]>();
  for (const host of open) {
    const key = host.addresses.join(' ');
    sameWords.set(key, [...(sameWords.get(key) ?? []), host]);
  }
  const nameless = [...sameWords.values()].map(
    (together): AddressGroup => ({ shown: null, hosts: together, listen: undefined }),
  );
  return [...groups.values(), ...nameless];
}

function isOpen(groups: ReadonlyMap<string, AddressGroup>, address: string, port: string): boolean {
  return groups.has(`${address}:${port}`);
}

interface HostIndex {
  readonly byAddress: ReadonlyMap<string, readonly VirtualHost[]>;
  readonly specific: readonly HostAddress[];
}

function indexHosts(hosts: readonly VirtualHost[]): HostIndex {
  const byAddress = new Map<string, VirtualHost[]>();
  const specific = new Map<string, HostAddress>();
  for (const host of hosts) {
    if (host.hasOpenAddress) continue;
    for (const each of addressesOf(host)) {
      const key = `${each.address}:${each.port}`;
      const known = byAddress.get(key);
      if (!known) byAddress.set(key, [host]);
      else if (known.at(-1) !== host) known.push(host);
      if (each.address !== '*') specific.set(key, each);
    }
  }
  return { byAddress, specific: [...specific.values()] };
}

/** The first set that is not empty counts, however many less specific hosts there are. */
function candidates({ byAddress }: HostIndex, address: string, port: string): readonly VirtualHost[] {
  const keys = address === '*' ? [`*:${port}`, '*:*'] : [`${address}:${port}`, `${address}:*`, `*:${port}`, '*:*'];
  for (const key of keys) {
    const found = byAddress.get(key);
    if (found) return found;
  }
  return [];
}
