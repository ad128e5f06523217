import { type AddressRange, compare, type Family } from './addresses.js';
import type { ResolvedPlace } from './coverage.js';
import type { Endpoint } from './hosts.js';
import type { ResolvedRule } from './match.js';
import type { Before } from './nat.js';
import type { PortRange } from './ports.js';

/** Where a listener is reached: its own address, and at some places others before NAT. */
export interface Reached {
  readonly endpoint: Endpoint | undefined;
  readonly before: readonly { readonly at: ResolvedPlace; readonly boxes: readonly Before[] }[];
}

/** Destinations times ports that are looked at; a rule of thousands of each would be a list that nobody reads. */
const mostPairs = 1_000_000;

/**
 * `DESTINATION:PORTS` of every enabled inbound rule where no listener has an address, directly or by NAT. A network with one
 * listener in it is left out; a negated destination has no list. Each text once, in the order of the rules.
 */
export function unusedDestinations(
  rules: readonly ResolvedRule[],
  reached: readonly Reached[],
  places: readonly ResolvedPlace[],
): { readonly texts: readonly string[]; readonly isCut: boolean } {
  const own = sortedEndpoints(reached);
  const boxesAt = new Map<ResolvedPlace, Before[]>();
  for (const { before } of reached) for (const { at, boxes } of before) append(boxesAt, at, boxes);
  const boxesOf = new Map<ResolvedRule, Before[]>();
  for (const place of places) {
    const boxes = boxesAt.get(place);
    if (boxes) for (const rule of place.rules) append(boxesOf, rule, boxes);
  }
  const texts = new Set<string>();
  let pairs = 0;
  for (const resolved of rules) {
    const { rule, destinations, services } = resolved;
    if (!rule.isEnabled || rule.negateDestination) continue;
    const ports = services.ports === 'any' ? [everyPort] : services.ports;
    const boxes = boxesOf.get(resolved) ?? [];
    for (const { text, range } of destinations.entries) {
      pairs += ports.length;
      if (pairs > mostPairs) return { texts: [...texts], isCut: true };
      const here = endpointsWithin(own, range);
      for (const port of ports)
        if (!here.some((endpoint) => isIn(endpoint.port, port)) && !boxes.some((box) => touches(box, range, port)))
          texts.add(`${text}:${port.text}`);
    }
  }
  return { texts: [...texts], isCut: false };
}

function append<Key>(map: Map<Key, Before[]>, key: Key, boxes: readonly Before[]): void {
  const known = map.get(key);
  if (known) for (const box of boxes) known.push(box);
  else map.set(key, [...boxes]);
}

const everyPort: PortRange = { first: 0, last: 65_535, text: 'any' };

type SortedEndpoints = Readonly<Record<Family, readonly Endpoint[]>>;

function sortedEndpoints(reached: readonly Reached[]): SortedEndpoints {
  const all = reached.flatMap(({ endpoint }) => endpoint ?? []).sort((a, b) => compare(a.value, b.value));
  return { 4: all.filter(({ family }) => family === 4), 6: all.filter(({ family }) => family === 6) };
}

function endpointsWithin(own: SortedEndpoints, range: AddressRange | 'any'): readonly Endpoint[] {
  if (range === 'any') return [...own[4], ...own[6]];
  const endpoints = own[range.family];
  let low = 0;
  let high = endpoints.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((endpoints[middle]?.value ?? 0n) < range.first) low = middle + 1;
    else high = middle;
  }
  let end = low;
  for (let endpoint = endpoints[end]; endpoint && endpoint.value <= range.last; endpoint = endpoints[++end]);
  return endpoints.slice(low, end);
}

function isIn(port: number, { first, last }: PortRange): boolean {
  return first <= port && port <= last;
}

function touches({ addresses, ports }: Before, range: AddressRange | 'any', port: PortRange): boolean {
  if (ports.last < port.first || port.last < ports.first) return false;
  if (range === 'any') return true;
  return range.family === addresses.family && addresses.first <= range.last && range.first <= addresses.last;
}
