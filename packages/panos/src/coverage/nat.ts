import type { NatRule } from '../config/model.js';
import { type AddressRange, compare, type Family } from './addresses.js';
import type { Endpoint } from './hosts.js';
import type { ResolvedRule } from './match.js';
import { highestPort, holdsPort, readPorts } from './ports.js';
import { type Destinations, type Resolver, resolveDestinations, resolveServices, type Services } from './resolve.js';

/** A destination NAT rule with its names resolved. */
export interface ResolvedNat {
  readonly rule: NatRule;
  readonly destinations: Destinations;
  readonly services: Services;
  readonly translated: Destinations;
  /** `unreadable`: something that is no port, so what comes out of the rule is not known. */
  readonly translatedPort: number | undefined | 'unreadable';
}

export function resolveNat(rule: NatRule, resolver: Resolver): ResolvedNat {
  const { scope, destination, service, translatedAddresses, translatedPort } = rule;
  const [port] = translatedPort === undefined ? [] : (readPorts(translatedPort) ?? []);
  return {
    rule,
    destinations: resolveDestinations(destination, scope, resolver),
    services: resolveServices(service, scope, resolver),
    translated: resolveDestinations(translatedAddresses, scope, resolver),
    translatedPort: translatedPort === undefined ? undefined : (port?.first ?? 'unreadable'),
  };
}

/** Addresses and ports that a NAT rule turns into one endpoint. */
export interface Before {
  readonly nat: ResolvedNat;
  readonly addresses: AddressRange;
  readonly ports: { readonly first: number; readonly last: number };
}

const wholeFamily: Readonly<Record<Family, AddressRange>> = {
  4: { family: 4, first: 0n, last: (1n << 32n) - 1n },
  6: { family: 6, first: 0n, last: (1n << 128n) - 1n },
};

/** What traffic to `endpoint` was addressed to before NAT, rule by rule. Disabled rules give nothing. */
export function beforeNat(endpoint: Endpoint, rules: readonly ResolvedNat[]): Before[] {
  const found = new Map<string, Before>();
  for (const before of rules.flatMap((nat) => beforeOne(endpoint, nat))) {
    const { addresses, ports } = before;
    const key = `${addresses.family} ${addresses.first} ${addresses.last} ${ports.first} ${ports.last}`;
    // What the first of several rules for the same traffic does is what happens.
    if (!found.has(key)) found.set(key, before);
  }
  return [...found.values()];
}

function beforeOne(endpoint: Endpoint, nat: ResolvedNat): Before[] {
  const { rule, destinations, services, translated, translatedPort } = nat;
  if (!rule.isEnabled || translatedPort === 'unreadable') return [];
  const isSamePort = translatedPort === undefined;
  if (isSamePort ? !holdsPort(services.ports, endpoint.port) : translatedPort !== endpoint.port) return [];
  const target = translated.entries.find(({ range }) => range !== 'any' && holds(range, endpoint))?.range;
  if (!target || target === 'any') return [];
  const ports = isSamePort
    ? [{ first: endpoint.port, last: endpoint.port }]
    : services.ports === 'any'
      ? [{ first: 1, last: highestPort }]
      : services.ports;
  return destinations.entries.flatMap(({ range }) => {
    const addresses =
      range === 'any' ? wholeFamily[endpoint.family] : rule.isDynamic ? range : counterpart(range, target, endpoint);
    return ports.map(({ first, last }) => ({ nat, addresses, ports: { first, last } }));
  });
}

function holds({ family, first, last }: AddressRange, endpoint: Endpoint): boolean {
  return family === endpoint.family && first <= endpoint.value && endpoint.value <= last;
}

/**
 * Static NAT between ranges of one size keeps the place in the range: the third address becomes the third. Between ranges of
 * different sizes every address of the one may become any of the other.
 */
function counterpart(before: AddressRange, after: AddressRange, { value }: Endpoint): AddressRange {
  const isOneToOne = before.last - before.first === after.last - after.first;
  if (!isOneToOne) return before;
  const address = before.first + (value - after.first);
  return { family: before.family, first: address, last: address };
}

/** Where what rules say of addresses and ports can change: between two of these it is the same for every one. */
export interface Edges {
  readonly addresses: Readonly<Record<Family, readonly bigint[]>>;
  readonly ports: readonly number[];
}

export function edgesOf(rules: readonly ResolvedRule[]): Edges {
  const addresses: Record<Family, Set<bigint>> = { 4: new Set(), 6: new Set() };
  const ports = new Set<number>();
  for (const { destinations, services } of rules) {
    for (const family of [4, 6] as const)
      for (const { first, last } of destinations.held.set[family]) addresses[family].add(first).add(last + 1n);
    if (services.ports !== 'any') for (const { first, last } of services.ports) ports.add(first).add(last + 1);
  }
  return {
    addresses: { 4: [...addresses[4]].sort(compare), 6: [...addresses[6]].sort(compare) },
    ports: [...ports].sort((a, b) => a - b),
  };
}

/**
 * One endpoint for each way in which rules could treat what stood before NAT: usually the only one there is, else the first of
 * each part that the edges cut it into.
 */
export function* endpointsIn({ addresses, ports }: Before, edges: Edges): Generator<Endpoint> {
  const { family, first, last } = addresses;
  const portsIn = [ports.first, ...edges.ports.filter((port) => ports.first < port && port <= ports.last)];
  const values = first === last ? [first] : [first, ...between(edges.addresses[family], first, last)];
  for (const value of values) for (const port of portsIn) yield { family, value, port };
}

/** The edges above `first`, up to `last`. */
function between(edges: readonly bigint[], first: bigint, last: bigint): readonly bigint[] {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? 0n) <= first) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < edges.length && (edges[end] ?? 0n) <= last) end++;
  return edges.slice(low, end);
}
