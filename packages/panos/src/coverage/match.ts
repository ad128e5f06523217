import { type ConditionName, conditionNames, type DecryptionRule, isInbound } from '../config/model.js';
import { isWithin } from './addresses.js';
import type { Endpoint } from './hosts.js';
import { holdsPort } from './ports.js';
import {
  type Destinations,
  type Resolver,
  resolveDestinations,
  resolveServices,
  type Services,
  type Unresolved,
} from './resolve.js';

/** A rule with its names resolved, in a form that is quick to ask. */
export interface ResolvedRule {
  readonly rule: DecryptionRule;
  readonly destinations: Destinations;
  readonly services: Services;
  /** Destinations first, then services. */
  readonly unresolved: readonly Unresolved[];
  /** A member that no file resolves might hold any address, or any port. */
  readonly mayHoldMore: { readonly address: boolean; readonly port: boolean };
}

export function resolveRule(rule: DecryptionRule, resolver: Resolver): ResolvedRule {
  const destinations = resolveDestinations(rule.destination, rule.scope, resolver);
  const services = resolveServices(rule.service, rule.scope, resolver);
  return {
    rule,
    destinations,
    services,
    unresolved: [...destinations.unresolved, ...services.unresolved],
    mayHoldMore: { address: isOpen(destinations.unresolved), port: isOpen(services.unresolved) },
  };
}

function isOpen(unresolved: readonly Unresolved[]): boolean {
  return unresolved.some(({ why }) => why !== 'loop');
}

/** What the rules of one place do with traffic to an endpoint, the address and port before NAT. */
export type Decision =
  | { readonly reason: 'match'; readonly rule: ResolvedRule }
  /** `by` stands above and takes all that the inbound rule would get. */
  | { readonly reason: 'hidden'; readonly rule: ResolvedRule; readonly by: ResolvedRule }
  | { readonly reason: 'undecided' | 'rule-disabled' | 'port' | 'excluded'; readonly rule: ResolvedRule }
  | { readonly reason: 'no-rule' };

/** The most telling reason first: what is reported where several rules, places or addresses give several. */
const order: readonly Decision['reason'][] = [
  'match',
  'hidden',
  'undecided',
  'rule-disabled',
  'port',
  'excluded',
  'no-rule',
];

export function isMoreTelling(a: Decision, b: Decision): boolean {
  return order.indexOf(a.reason) < order.indexOf(b.reason);
}

/**
 * The first inbound rule that matches by address and port decides, unless what stands above it takes all of its traffic. Where
 * that is so, rules further down are asked too: one for more zones or sources than the rule above still decrypts some. Zones,
 * users and categories of the inbound rule itself are not looked at: any client that is decrypted counts.
 */
export function decide(rules: readonly ResolvedRule[], endpoint: Endpoint): Decision {
  let best: Decision = { reason: 'no-rule' };
  const above: ResolvedRule[] = [];
  for (const resolved of rules) {
    const { rule, destinations, mayHoldMore, services } = resolved;
    const { held } = destinations;
    const isListed = held.isAny || isWithin(held.set, endpoint.family, endpoint.value);
    const hasAddress = isListed !== rule.negateDestination;
    const hasPort = holdsPort(services.ports, endpoint.port);
    if (!isInbound(rule)) {
      if (hasAddress && hasPort && hides(resolved)) above.push(resolved);
      continue;
    }
    let found: Decision | undefined;
    if (hasAddress && hasPort) {
      if (!rule.isEnabled) found = { reason: 'rule-disabled', rule: resolved };
      else {
        const by = above.find((one) => isAsWide(one.rule, rule));
        if (!by) return { reason: 'match', rule: resolved };
        found = { reason: 'hidden', rule: resolved, by };
      }
    } else if (rule.isEnabled) {
      const mayHaveAddress = hasAddress || (mayHoldMore.address && !rule.negateDestination);
      if (mayHaveAddress && (hasPort || mayHoldMore.port)) found = { reason: 'undecided', rule: resolved };
      else if (hasAddress) found = { reason: 'port', rule: resolved };
      else if (rule.negateDestination) found = { reason: 'excluded', rule: resolved };
    }
    if (found && isMoreTelling(found, best)) best = found;
  }
  return best;
}

/**
 * Can this rule keep TLS from the inbound rules below it? SSH rules cannot. Where a negated destination has members that no file
 * resolves, it may well leave the address out.
 */
function hides({ rule, mayHoldMore }: ResolvedRule): boolean {
  return rule.isEnabled && rule.type !== 'ssh-proxy' && !(rule.negateDestination && mayHoldMore.address);
}

/** Does `upper` get everything that `lower` would, apart from address and port? Only then nothing is left for `lower`. */
function isAsWide(upper: DecryptionRule, lower: DecryptionRule): boolean {
  return conditionNames.every((name) => {
    const wanted = membersOf(upper, name);
    if (wanted === 'any') return true;
    const given = membersOf(lower, name);
    if (given === 'any') return false;
    if (name === 'source' && (upper.negateSource || lower.negateSource))
      return upper.negateSource === lower.negateSource && isSubset(wanted, given) && isSubset(given, wanted);
    return isSubset(given, wanted);
  });
}

function membersOf({ conditions }: DecryptionRule, name: ConditionName): 'any' | readonly string[] {
  const members = conditions[name];
  return members.length === 0 || members.includes('any') ? 'any' : members;
}

function isSubset(some: readonly string[], all: readonly string[]): boolean {
  const known = new Set(all);
  return some.every((member) => known.has(member));
}
