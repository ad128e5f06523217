import { isIP } from 'node:net';
import type { Listener } from '@shortfuse/core';
import {
  type Address,
  type ClientCertificate,
  type Endpoint,
  isHostName,
  type Place,
  readPlace,
  spellAddress,
  starttlsPorts,
} from '@shortfuse/probe';
import { UsageError } from '../../exit.js';
import type { ParsedOptions } from './options.js';

/** A server to probe, and the listener it is compared with. */
export interface Job {
  readonly endpoint: Endpoint;
  readonly listener?: Listener | undefined;
}

/** A listener that cannot be probed. */
export interface Skipped {
  readonly address: string | null;
  readonly name: string;
  readonly why: string;
}

/** What holds for every connection. */
export interface Common {
  readonly options: ParsedOptions;
  readonly clientCertificate: ClientCertificate | undefined;
}

/** The endpoints of HOSTs. @throws UsageError for what is no HOST[:PORT] */
export function jobsForHosts(hosts: readonly string[], common: Common): Job[] {
  return hosts.map((text) => ({ endpoint: endpointOf(readHost(text, common.options), common) }));
}

function readHost(text: string, { starttls }: ParsedOptions): Address {
  const place = readPlace(text);
  if (!place)
    throw new UsageError(
      `error: ${text} is no HOST[:PORT]\n  help: write shop.example, shop.example:8443, 10.0.0.1:443 or [2001:db8::1]:443`,
    );
  return { host: place.host, port: place.port ?? (starttls ? starttlsPorts[starttls] : 443) };
}

function endpointOf(address: Address, { options, clientCertificate }: Common, listener?: Listener): Endpoint {
  const { servername, connect = [], starttls, timeout } = options;
  const chosen = connect.find(({ from }) => from !== undefined && isMeant(from, address, listener));
  const { to } = chosen ?? connect.find(({ from }) => from === undefined) ?? {};
  const name = servername ?? (isIP(address.host) === 0 ? address.host : undefined);
  return {
    ...address,
    servername: name === false ? undefined : name,
    connectTo: to && { host: to.host, port: to.port ?? address.port },
    starttls,
    limitMs: timeout === undefined ? undefined : timeout * 1000,
    clientCertificate,
  };
}

/** Is the left side of `--connect` this server: by the HOST that was named, or by the address in the files? */
function isMeant(from: Place, address: Address, listener: Listener | undefined): boolean {
  const listening = listener && listenAddress(listener);
  return [address, ...(listening ? [listening] : [])].some(
    ({ host, port }) =>
      (isSameHost(from.host, host) || (isAny(from.host) && isAny(host))) &&
      (from.port === undefined || from.port === port),
  );
}

function isSameHost(a: string, b: string): boolean {
  return a.toLowerCase().replace(/\.$/, '') === b.toLowerCase().replace(/\.$/, '');
}

function isAny(host: string): boolean {
  return host === '*' || host === '0.0.0.0' || host === '::';
}

/** `10.0.0.1:443` of a listener; undefined where there is none, or it is no TCP address. */
function listenAddress({ address }: Listener): Address | undefined {
  const match = /^(.*):(\d+)$/.exec(address ?? '');
  const host = match?.[1]?.replace(/^\[|\]$/g, '');
  if (host === undefined || host === '' || host.startsWith('unix')) return undefined;
  return { host, port: Number(match?.[2]) };
}

/** The name that clients send to reach a listener; undefined for patterns, placeholders and names of other things. */
function clientName({ name }: Listener): string | undefined {
  return isHostName(name) && /[a-z0-9]/i.test(name) && isIP(name) === 0 ? name : undefined;
}

/**
 * The listeners to compare: those that the named HOSTs reach, or all of them. One on a wildcard address is looked for under
 * its name, and where it has none on this machine.
 * @throws UsageError for a HOST that no listener answers to
 */
export function jobsForListeners(
  hosts: readonly string[],
  listeners: readonly Listener[],
  common: Common,
): { readonly jobs: readonly Job[]; readonly skipped: readonly Skipped[] } {
  if (hosts.length > 0) return { jobs: hosts.map((text) => jobForHost(text, listeners, common)), skipped: [] };
  const jobs: Job[] = [];
  const skipped: Skipped[] = [];
  for (const listener of listeners) {
    const listening = listenAddress(listener);
    if (listening) jobs.push(jobForListener(listener, listening, common));
    else {
      const { address, name } = listener;
      const why = address === null ? 'the files do not tell its address' : 'it is no TCP address';
      skipped.push({ address, name, why });
    }
  }
  return { jobs, skipped };
}

function jobForHost(text: string, listeners: readonly Listener[], common: Common): Job {
  const address = readHost(text, common.options);
  const atPort = listeners.filter((listener) => {
    const listening = listenAddress(listener);
    return listening === undefined || listening.port === address.port;
  });
  // Whoever names a server beside an address means that one.
  const named = common.options.servername || address.host;
  const listener =
    atPort.find((each) => isSameHost(clientName(each) ?? '', named)) ??
    atPort.find((each) => isSameHost(listenAddress(each)?.host ?? '', address.host)) ??
    atPort.find((each) => isAny(listenAddress(each)?.host ?? ''));
  if (!listener) {
    const known = [...new Set(listeners.map(({ name, address: at }) => `${name || '-'} at ${at ?? '?'}`))].slice(0, 5);
    throw new UsageError(
      `error: no listener in the files answers to ${spellAddress(address)}` +
        (known.length === 0 ? '' : `\n  help: there are ${known.join(', ')}${listeners.length > 5 ? ' and more' : ''}`),
    );
  }
  return { endpoint: endpointOf(address, common, listener), listener };
}

function jobForListener(listener: Listener, listening: Address, common: Common): Job {
  const name = clientName(listener);
  const reached = isAny(listening.host) ? (name ?? (listening.host === '::' ? '::1' : '127.0.0.1')) : listening.host;
  const endpoint = endpointOf({ host: name ?? reached, port: listening.port }, common, listener);
  const isElsewhere = endpoint.connectTo === undefined && reached !== endpoint.host;
  return {
    endpoint: isElsewhere ? { ...endpoint, connectTo: { host: reached, port: listening.port } } : endpoint,
    listener,
  };
}
