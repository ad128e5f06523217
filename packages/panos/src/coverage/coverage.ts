import type { Problem } from '@shortfuse/core';
import { type DecryptionRule, isInbound, type NatRule, type PanosConfiguration, type Place } from '../config/model.js';
import { type Endpoint, type Host, type Reach, reachOf, spellEndpoint } from './hosts.js';
import { type Decision, decide, isMoreTelling, type ResolvedRule, resolveRule } from './match.js';
import { type Before, beforeNat, type Edges, edgesOf, endpointsIn, type ResolvedNat, resolveNat } from './nat.js';
import { tooMuch, unreadableObjects } from './problems.js';
import { type Resolver, resolverFor } from './resolve.js';
import { type Reached, unusedDestinations } from './unused.js';

/** One address of one listener, and what the firewall does with it. */
export interface CoverageRow {
  readonly host: Host;
  /** As the host writes it. */
  readonly address: string;
  /** `unknown` and `local` addresses are asked of no rule. */
  readonly reach: Reach['kind'];
  readonly decision: Decision;
  /** With `match`, where the rule comes to be reached by NAT. */
  readonly via: { readonly nat: NatRule; readonly destination: string } | undefined;
  /** With `match`, where it is not on all devices of its group: the devices that have it. */
  readonly onlyOn: readonly string[] | undefined;
  /** Every rule that decides for it somewhere: the one of `decision`, and those of other places or other ways through NAT. */
  readonly coveredBy: readonly ResolvedRule[];
}

/** What a firewall decrypts of what servers offer. */
export interface Coverage {
  readonly configuration: PanosConfiguration;
  /** The inbound rules, disabled ones too, in the order in which they are evaluated. */
  readonly rules: readonly ResolvedRule[];
  /** In the order of the hosts and their addresses. */
  readonly rows: readonly CoverageRow[];
  /** Destinations and ports of enabled inbound rules where no listener is known: `198.51.100.0/28:443`. */
  readonly coveredWithoutListener: readonly string[];
  /** Those of the configuration, and what showed when its names were resolved. */
  readonly problems: readonly Problem[];
}

/** Members of groups that are followed for one configuration. The largest that devices take have a few hundred thousand. */
const mostMembers = 2_000_000;

/** How often a rule may be asked about what stood before NAT of whole networks: some ten seconds of work. */
const mostAsked = 50_000_000;

interface Effort {
  left: number;
  isSpent: boolean;
}

/** Joins the rules of a configuration with listeners. Nothing is asked of a configuration that could not be read. */
export function coverage(configuration: PanosConfiguration, hosts: readonly Host[]): Coverage {
  const { file, problems } = configuration;
  if (!configuration.isValid) return { configuration, rules: [], rows: [], coveredWithoutListener: [], problems };
  const resolver = resolverFor(mostMembers);
  const effort: Effort = { left: mostAsked, isSpent: false };
  const places = resolvedPlaces(configuration, resolver);
  const { resolved } = places;
  const found = hosts.flatMap((host) => host.addresses.map((address) => rowFor(host, address, places.all, effort)));
  const inbound = [...resolved.values()].filter(({ rule }) => isInbound(rule));
  const unused = unusedDestinations(inbound, found, places.all);
  return {
    configuration,
    rules: inbound,
    rows: found.map(({ row }) => row),
    coveredWithoutListener: unused.texts,
    problems: [
      ...problems,
      ...unreadableObjects(configuration, [...resolved.values()], [...places.nat.values()]),
      ...(resolver.isSpent || effort.isSpent || unused.isCut ? [tooMuch({ file, span: { start: 0, end: 0 } })] : []),
    ],
  };
}

export function isCovered({ decision }: CoverageRow): boolean {
  return decision.reason === 'match';
}

/** Not known to be covered, and not known to be left alone. */
export function mayBeCovered({ decision, reach }: CoverageRow): boolean {
  return decision.reason === 'undecided' || reach === 'unknown';
}

/** A place with its rules resolved. */
export interface ResolvedPlace {
  readonly place: Place;
  readonly rules: readonly ResolvedRule[];
  readonly nat: readonly ResolvedNat[];
  readonly edges: Edges;
}

interface ResolvedPlaces {
  readonly all: readonly ResolvedPlace[];
  readonly resolved: ReadonlyMap<DecryptionRule, ResolvedRule>;
  readonly nat: ReadonlyMap<NatRule, ResolvedNat>;
}

function resolvedPlaces(configuration: PanosConfiguration, resolver: Resolver): ResolvedPlaces {
  const resolved = new Map(configuration.rules.map((rule) => [rule, resolveRule(rule, resolver)] as const));
  const nat = new Map(configuration.natRules.map((rule) => [rule, resolveNat(rule, resolver)] as const));
  const all = configuration.places.map((place): ResolvedPlace => {
    const rules = place.rules.flatMap((rule) => resolved.get(rule) ?? []);
    // Below the last inbound rule nothing has a say about inbound TLS.
    const relevant = rules.slice(0, rules.findLastIndex(({ rule }) => isInbound(rule)) + 1);
    const natHere = place.natRules.flatMap((rule) => nat.get(rule) ?? []);
    return { place, rules: relevant, nat: natHere, edges: edgesOf(natHere.length === 0 ? [] : relevant) };
  });
  return { all, resolved, nat };
}

/** A row with what it was asked with, for whoever looks for destinations that nothing is behind. */
interface Asked extends Reached {
  readonly row: CoverageRow;
}

function rowFor(host: Host, address: string, places: readonly ResolvedPlace[], effort: Effort): Asked {
  const reach = reachOf(address);
  const plain = { host, address, reach: reach.kind, via: undefined, onlyOn: undefined, coveredBy: [] };
  if (reach.kind !== 'address')
    return { row: { ...plain, decision: { reason: 'no-rule' } }, endpoint: undefined, before: [] };
  const { endpoint } = reach;
  let best: Decision = { reason: 'no-rule' };
  let match: { readonly at: ResolvedPlace; readonly rule: ResolvedRule; readonly way: Way } | undefined;
  const coveredBy = new Set<ResolvedRule>();
  const coveredAt = new Set<Place>();
  const before: { readonly at: ResolvedPlace; readonly boxes: readonly Before[] }[] = [];
  for (const at of places) {
    const boxes = beforeNat(endpoint, at.nat);
    if (boxes.length > 0) before.push({ at, boxes });
    for (const way of waysTo(endpoint, boxes, at, effort)) {
      const decision = decide(at.rules, way.endpoint);
      if (decision.reason === 'match') {
        coveredBy.add(decision.rule);
        coveredAt.add(at.place);
        match ??= { at, rule: decision.rule, way };
      } else if (isMoreTelling(decision, best)) best = decision;
    }
  }
  if (!match) return { row: { ...plain, decision: best }, endpoint, before };
  const { nat } = match.way;
  const { groupDevices, name } = match.at.place;
  const devices = new Set(
    [...coveredAt].flatMap((place) =>
      place.name === name && place.groupDevices === groupDevices ? place.devices : [],
    ),
  );
  const row: CoverageRow = {
    ...plain,
    decision: { reason: 'match', rule: match.rule },
    via: nat && { nat: nat.rule, destination: spellEndpoint(match.way.endpoint) },
    onlyOn: devices.size < groupDevices.length ? groupDevices.filter((device) => devices.has(device)) : undefined,
    coveredBy: [...coveredBy],
  };
  return { row, endpoint, before };
}

/** An endpoint as clients address it, and the NAT rule that leads from there to the listener. */
interface Way {
  readonly endpoint: Endpoint;
  readonly nat: ResolvedNat | undefined;
}

/** The listener's own address first, then what NAT turns into it. */
function* waysTo(
  endpoint: Endpoint,
  boxes: readonly Before[],
  { rules, edges }: ResolvedPlace,
  effort: Effort,
): Generator<Way> {
  yield { endpoint, nat: undefined };
  for (const box of boxes)
    for (const one of endpointsIn(box, edges)) {
      effort.left -= rules.length;
      effort.isSpent ||= effort.left < 0;
      if (effort.isSpent) return;
      yield { endpoint: one, nat: box.nat };
    }
}
