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
  isAboutItsText: true,
  *check({ configurations }) {
    const users = usersOf(configurations);
    for (const { at, why, owners: all } of ignoredPlaces(configurations).values()) {
      const used = users.get(placeKey(at));
      // In a snippet or around several servers it may well count for one of them. One server that has several addresses, though,
      // is believed to be the same at each.
      const owners = used ? all.filter((owner) => countsElsewhere(owner, used)) : all;
      if (owners.length === 0) continue;
      const listeners = owners.map(({ listener }) => listener);
      const winners = winnersOver(at, owners);
      const [winner] = winners;
      const where = used ? ` at ${[...new Set(listeners.map(({ address }) => address ?? '?'))].join(', ')}` : '';
      yield {
        at,
        message: `this setting has no effect${where}: ${why}`,
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

/** The listeners that each written setting counts for. */
function usersOf(configurations: readonly Configuration[]): ReadonlyMap<string, ReadonlySet<Listener>> {
  const users = new Map<string, Set<Listener>>();
  const add = (at: Location, listener: Listener): void => {
    const key = placeKey(at);
    const known = users.get(key);
    if (known) known.add(listener);
    else users.set(key, new Set([listener]));
  };
  for (const { listeners } of configurations)
    for (const listener of listeners) {
      for (const name of mechanismNames)
        for (const { origin } of listener.mechanisms[name].lifetimes)
          if (origin.kind !== 'unknown' && origin.at) add(origin.at, listener);
      for (const at of listener.inEffect ?? []) add(at, listener);
    }
  return users;
}

/** Is there no effect here, and one at another address of the same server? */
function countsElsewhere({ listener }: Owner, users: ReadonlySet<Listener>): boolean {
  if (users.has(listener)) return false;
  const own = placeKey(listener.definedAt);
  for (const user of users) if (placeKey(user.definedAt) === own) return true;
  return false;
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
