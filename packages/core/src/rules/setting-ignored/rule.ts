import type { Configuration } from '../../adapter.js';
import { decisionOf } from '../../lint/decision.js';
import type { RelatedPlace } from '../../lint/finding.js';
import { defineRule, placeKey } from '../../lint/rule.js';
import { definitionsOf } from '../../lint/wording.js';
import { type Listener, mechanismNames } from '../../listener.js';
import { type Location, positionOf } from '../../source.js';

export const settingIgnored = defineRule({
  id: 'setting-ignored',
  title: 'A session setting has no effect where it stands',
  severity: 'warning',
  why:
    'Whoever reads the file believes the line, and whoever changes it believes that something has changed. Servers take session ' +
    'settings from the default server of an address, from the last of several lines, or only together with another switch.',
  sources: ['what each server takes from where, with sources: shortfuse explain nginx (apache, iis, f5, …)'],
  defaults: {},
  *check({ configurations }) {
    const used = usedPlaces(configurations);
    for (const { at, why, owners } of ignoredPlaces(configurations).values()) {
      // In a snippet that several servers include it may well count for one of them.
      if (used.has(placeKey(at))) continue;
      const listeners = owners.map(({ listener }) => listener);
      const winners = winnersOver(at, owners);
      const [winner] = winners;
      yield {
        at,
        message: `this setting has no effect: ${why}`,
        why: 'whoever reads or changes the line believes that it counts',
        help: winner
          ? `remove the line, or set the value where it counts, at ${shown(winner.at)}`
          : 'remove the line, or set the value where it counts',
        related: [...winners, ...definitionsOf(listeners, at)],
        listeners,
      };
    }
  },
});

interface Owner {
  readonly listener: Listener;
  readonly configuration: Configuration;
}

interface IgnoredPlace {
  readonly at: Location;
  readonly why: string;
  readonly owners: Owner[];
}

/** Each place once, with what the first listener says of it and all that say something. */
function ignoredPlaces(configurations: readonly Configuration[]): ReadonlyMap<string, IgnoredPlace> {
  const places = new Map<string, IgnoredPlace>();
  for (const configuration of configurations)
    for (const listener of configuration.listeners)
      for (const { at, why, isRemark } of listener.ignored) {
        if (isRemark === true) continue;
        const key = placeKey(at);
        const place = places.get(key) ?? { at, why, owners: [] };
        place.owners.push({ listener, configuration });
        places.set(key, place);
      }
  return places;
}

function usedPlaces(configurations: readonly Configuration[]): ReadonlySet<string> {
  const used = new Set<string>();
  const add = (lifetime: { readonly origin: { readonly kind: string; readonly at?: Location } }): void => {
    if (lifetime.origin.at && lifetime.origin.kind !== 'unknown') used.add(placeKey(lifetime.origin.at));
  };
  for (const { listeners } of configurations)
    for (const { mechanisms, inEffect = [] } of listeners) {
      for (const name of mechanismNames) mechanisms[name].lifetimes.forEach(add);
      for (const at of inEffect) used.add(placeKey(at));
    }
  return used;
}

const mostWinners = 2;

/** What counts instead, as far as it is written. */
function winnersOver(at: Location, owners: readonly Owner[]): readonly RelatedPlace[] {
  const winners = new Map<string, RelatedPlace>();
  for (const { listener, configuration } of owners) {
    const decision = decisionOf(listener, configuration);
    const key = placeKey(decision.at);
    // What switches resumption off is no place to set a lifetime.
    const isSet = decision.isWritten && decision.seconds !== 0 && decision.decidedBy.origin.kind !== 'unknown';
    if (isSet && key !== placeKey(at) && winners.size < mostWinners)
      winners.set(key, { at: decision.at, message: 'the lifetime is decided here' });
  }
  return [...winners.values()];
}

function shown({ file, span }: Location): string {
  return `${file.path}:${positionOf(file, span.start).line}`;
}
