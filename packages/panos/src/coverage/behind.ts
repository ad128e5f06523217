import { type Coverage, type CoverageRow, mayBeCovered } from './coverage.js';
import { type Endpoint, reachOf } from './hosts.js';
import type { ResolvedRule } from './match.js';
import { holdsPort } from './ports.js';

/** The listeners that each rule decrypts, also where another rule is reported because it comes first. */
export function rowsBehind({ rows }: Coverage): ReadonlyMap<ResolvedRule, readonly CoverageRow[]> {
  const behind = new Map<ResolvedRule, CoverageRow[]>();
  for (const row of rows) for (const rule of row.coveredBy) append(behind, rule, row);
  return behind;
}

/**
 * The listeners that each enabled rule may decrypt, for all that is known: its members are not all resolved, or the listener's
 * real address is not known and its port is one of the rule's.
 */
export function rowsPerhapsBehind({ rows, rules }: Coverage): ReadonlyMap<ResolvedRule, readonly CoverageRow[]> {
  const perhaps = new Map<ResolvedRule, CoverageRow[]>();
  const enabled = rules.filter(({ rule }) => rule.isEnabled);
  for (const row of rows) {
    if (!mayBeCovered(row)) continue;
    const reach = reachOf(row.address);
    const mayHold = reach.kind === 'address' ? mayHoldEndpoint(reach.endpoint) : mayHoldPort(portOf(row.address));
    const { decision } = row;
    // With NAT the rule that was found is about another port.
    const found = decision.reason === 'undecided' ? decision.rule : undefined;
    for (const rule of enabled) if (rule === found || mayHold(rule)) append(perhaps, rule, row);
  }
  return perhaps;
}

function mayHoldEndpoint({ port }: Endpoint): (rule: ResolvedRule) => boolean {
  // Whether the address is among those that are resolved has been asked: no rule matches it for certain.
  return ({ mayHoldMore, services }) =>
    (mayHoldMore.address || mayHoldMore.port) && (mayHoldMore.port || holdsPort(services.ports, port));
}

function mayHoldPort(port: number | undefined): (rule: ResolvedRule) => boolean {
  return ({ mayHoldMore, services }) => port === undefined || mayHoldMore.port || holdsPort(services.ports, port);
}

/** The port of an address whose other part is a wildcard or a name; undefined where it has none. */
function portOf(address: string): number | undefined {
  const digits = /^(?:\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(address)?.[1];
  // Port 0 is F5's word for every port.
  return digits === undefined || Number(digits) === 0 ? undefined : Number(digits);
}

function append<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const known = map.get(key);
  if (known) known.push(item);
  else map.set(key, [item]);
}
