import type { CoverageRow } from './coverage.js';
import type { ResolvedRule } from './match.js';
import type { Unresolved, UnresolvedReason } from './resolve.js';

/** One sentence for people: why a listener is covered or not. */
export function whyOf({ decision, reach, via }: CoverageRow): string {
  if (reach === 'unknown') return 'its real address is not known: say it in "hosts" of the configuration file';
  if (reach === 'local') return 'only programs on the same machine reach it, no firewall is between';
  switch (decision.reason) {
    case 'match':
      return via
        ? `published as ${via.destination} by NAT rule ${via.nat.name}`
        : 'the first inbound rule that matches';
    case 'hidden': {
      const { rule } = decision.by;
      const what = rule.action === 'no-decrypt' ? 'says no-decrypt' : 'is of another type';
      return `${rule.name} (${rule.location}) above ${nameOf(decision.rule)} ${what}`;
    }
    case 'undecided':
      return `${nameOf(decision.rule)} names what files do not resolve: ${openMembers(decision.rule)}`;
    case 'rule-disabled':
      return `${nameOf(decision.rule)} matches but is disabled`;
    case 'port':
      return `${nameOf(decision.rule)} has this address on other ports: ${portsIn(decision.rule)}`;
    case 'excluded':
      return `${nameOf(decision.rule)} leaves this address out (negate-destination)`;
    case 'no-rule':
      return 'no inbound rule in force names this address';
  }
}

function nameOf({ rule }: ResolvedRule): string {
  return rule.name;
}

function portsIn({ services }: ResolvedRule): string {
  if (services.ports === 'any') return 'any';
  return services.ports.length === 0 ? 'no TCP port' : services.ports.map(({ text }) => text).join(', ');
}

/** More than these are counted. */
const mostNamed = 4;

function openMembers({ unresolved }: ResolvedRule): string {
  return listUnresolved(unresolved.filter(({ why }) => why !== 'loop'));
}

const words: Readonly<Record<UnresolvedReason, string>> = {
  fqdn: 'a host name',
  dynamic: 'a dynamic group',
  region: 'a region',
  'external-list': 'an external list',
  wildcard: 'a wildcard mask',
  'not-found': 'not in this file',
  loop: 'a group that holds itself',
};

/** `by-name (a host name), DE (a region) and 3 more` */
export function listUnresolved(unresolved: readonly Unresolved[]): string {
  const named = unresolved.slice(0, mostNamed).map(({ member, why }) => `${member} (${words[why]})`);
  const rest = unresolved.length - named.length;
  return named.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
