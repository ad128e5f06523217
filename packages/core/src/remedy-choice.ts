import type { Configuration } from './adapter.js';
import type { Refusal, Remedies, Remedy, RemedyFinder, Wish } from './change.js';
import type { TextEdit } from './edit.js';
import { isWithin, type Lifetime, type Listener, type MechanismName, mechanismNames } from './listener.js';
import type { PatchRequest } from './plan.js';
import type { SourceFile } from './source.js';

/** One lifetime above the target and what is done about it. */
export interface Case {
  readonly configuration: Configuration;
  readonly listener: Listener;
  readonly lifetime: Lifetime;
  readonly mechanism: MechanismName;
}

/** A remedy by what it edits: two with the same key are the same. */
export interface Option {
  readonly key: string;
  readonly remedy: Remedy;
}

/** What may be done about a case, the preferred first. */
export type Options = readonly [Option, ...Option[]];

export type SharedRefusal = Refusal & { readonly sharedWith?: readonly Listener[] };

/** Every case has options or a refusal. */
export interface Choice {
  readonly options: ReadonlyMap<Case, Options>;
  readonly refusals: ReadonlyMap<Case, SharedRefusal>;
}

/** The remedies that are open to each case: those that change no listener which should stay as it is. */
export function choiceIn(configurations: readonly Configuration[], request: PatchRequest): Choice {
  const find = remedyCache(request);
  const keyOf = remedyKeys();
  const cases = casesIn(configurations, request);
  const wished = new Map<Listener, Set<Lifetime>>();
  for (const { listener, lifetime } of cases) wished.set(listener, (wished.get(listener) ?? new Set()).add(lifetime));
  const outsiders = holdersOutside(configurations, wished, find, keyOf);
  const refusals = new Map<Case, SharedRefusal>();
  const options = new Map<Case, Options>();
  const shared = new Map<string, SharedRefusal>();
  for (const each of cases) {
    const found = find(each.lifetime);
    if (found.kind === 'refused') {
      refusals.set(each, found);
      continue;
    }
    const all = found.remedies.map((remedy) => ({ key: keyOf(remedy), remedy }));
    const [first, ...others] = all.filter(({ key }) => !outsiders.has(key));
    if (first) {
      options.set(each, [first, ...others]);
      continue;
    }
    // Thousands can share their ways with thousands: each list is made once.
    const ways = all.map(({ key }) => key).join(' ');
    const refusal = shared.get(ways) ?? sharedRefusal(all.flatMap(({ key }) => outsiders.get(key) ?? []));
    shared.set(ways, refusal);
    refusals.set(each, refusal);
  }
  return { options, refusals };
}

/** Every lifetime that is above the target, or not known, at a wanted listener. */
function casesIn(configurations: readonly Configuration[], { target, isWanted }: PatchRequest): readonly Case[] {
  const cases: Case[] = [];
  for (const configuration of configurations)
    for (const listener of configuration.listeners) {
      if (isWanted && !isWanted(listener)) continue;
      for (const mechanism of mechanismNames)
        for (const lifetime of lifetimesOf(listener, mechanism))
          if (!isWithin(lifetime, target)) cases.push({ configuration, listener, lifetime, mechanism });
    }
  return cases;
}

/** The lifetimes of a mechanism that is on or may be on; what decides where it is not known how many there are. */
export function lifetimesOf(listener: Listener, name: MechanismName): readonly Lifetime[] {
  const { enabled = listener.presumed?.[name], lifetimes } = listener.mechanisms[name];
  if (enabled === false) return [];
  return lifetimes.length > 0 ? lifetimes : [listener.governing];
}

type Finder = (lifetime: Lifetime) => Remedies;

/** Asks each finder once; files that cannot be written are left out here, so that no adapter has to know of them. */
function remedyCache({ target, allowDisable, isWritable }: PatchRequest): Finder {
  const known = new Map<RemedyFinder, Remedies>();
  const wish: Wish = { target, allowDisable };
  return (lifetime) => {
    const { remedies: find } = lifetime;
    if (!find) return refusalOf(lifetime);
    const before = known.get(find);
    if (before) return before;
    const found = find(wish);
    const answer = isWritable ? writableOf(found, isWritable) : found;
    known.set(find, answer);
    return answer;
  };
}

/** The remedies of which every file can be written. */
function writableOf(found: Remedies, isWritable: (file: SourceFile) => boolean): Remedies {
  if (found.kind === 'refused') return found;
  const [first, ...others] = found.remedies.filter(({ edits }) => edits.every(({ file }) => isWritable(file)));
  if (first) return { kind: 'remedies', remedies: [first, ...others] };
  const blocked = found.remedies[0].edits.find(({ file }) => !isWritable(file));
  return {
    kind: 'refused',
    why: `${blocked?.file.path} is part of a dump or of standard input, which no patch reaches`,
    help: 'give the configuration files themselves',
  };
}

function refusalOf({ origin }: Lifetime): Refusal {
  return {
    kind: 'refused',
    why: origin.kind === 'unknown' ? origin.why : 'what decides is in none of these files',
    help: 'make the value known first, or change it by hand; shortfuse audit says where it comes from',
    ...(origin.at ? { at: origin.at } : {}),
  };
}

/** Remedies that would also change listeners that should stay, with these listeners. */
function holdersOutside(
  configurations: readonly Configuration[],
  wished: ReadonlyMap<Listener, ReadonlySet<Lifetime>>,
  find: Finder,
  keyOf: (remedy: Remedy) => string,
): ReadonlyMap<string, ReadonlySet<Listener>> {
  const outsiders = new Map<string, Set<Listener>>();
  for (const { listeners } of configurations)
    for (const listener of listeners)
      for (const name of mechanismNames)
        for (const lifetime of lifetimesOf(listener, name)) {
          if (wished.get(listener)?.has(lifetime)) continue;
          const found = find(lifetime);
          if (found.kind !== 'remedies') continue;
          for (const remedy of found.remedies) {
            const key = keyOf(remedy);
            outsiders.set(key, (outsiders.get(key) ?? new Set()).add(listener));
          }
        }
  return outsiders;
}

/** `ways`: who would change with each way. */
function sharedRefusal(ways: readonly ReadonlySet<Listener>[]): SharedRefusal {
  const sharedWith = [...ways.reduce((fewest, way) => (way.size < fewest.size ? way : fewest))];
  const named = sharedWith
    .slice(0, 2)
    .map((other) => [other.address, other.name].filter(Boolean).join(' ') || other.server);
  const rest = sharedWith.length - named.length;
  const whom = named.join(' and ') + (rest > 0 ? ` and ${rest} more` : '');
  return {
    kind: 'refused',
    why: `every way would also change ${whom}, which ${sharedWith.length === 1 ? 'is' : 'are'} not to be changed`,
    help: 'let them change together with --include-shared, or edit by hand',
    sharedWith,
  };
}

/** Takes the preferred remedy of each case, then one that several share wherever that saves edits. */
export function fewest(options: ReadonlyMap<Case, Options>): ReadonlyMap<Case, Option> {
  const chosen = new Map<Case, Option>();
  const sharers = new Map<string, { readonly option: Option; readonly cases: Case[] }>();
  for (const [each, offered] of options) {
    chosen.set(each, offered[0]);
    for (const option of offered) {
      const known = sharers.get(option.key);
      if (known) known.cases.push(each);
      else sharers.set(option.key, { option, cases: [each] });
    }
  }
  for (const { option, cases } of sharers.values()) {
    if (cases.length < 2) continue;
    const own = new Set(cases);
    const replaced = new Map<string, Option>();
    for (const each of cases) {
      const now = chosen.get(each);
      if (now) replaced.set(now.key, now);
    }
    const cost = replaced.delete(option.key) ? 0 : weightOf(option);
    let saved = 0;
    for (const [key, now] of replaced) {
      // What a case without this option has chosen stays, whoever else leaves it.
      const stays = (sharers.get(key)?.cases ?? []).some((each) => !own.has(each) && chosen.get(each)?.key === key);
      if (!stays) saved += weightOf(now);
    }
    if (saved > cost) for (const each of cases) chosen.set(each, option);
  }
  return chosen;
}

/** A remedy without edits is some work for a person, too. */
function weightOf({ remedy }: Option): number {
  return Math.max(1, remedy.edits.length);
}

/** Names remedies so that equal ones have equal names. */
function remedyKeys(): (remedy: Remedy) => string {
  const files = new Map<SourceFile, number>();
  const known = new Map<Remedy, string>();
  const numberOf = (file: SourceFile): number => {
    const number = files.get(file) ?? files.size;
    files.set(file, number);
    return number;
  };
  return (remedy) => {
    const before = known.get(remedy);
    if (before !== undefined) return before;
    const key =
      remedy.edits.length === 0
        ? `companion ${known.size}`
        : remedy.edits.map(({ file, edit }) => `${numberOf(file)}:${editKey(edit)}`).join(' ');
    known.set(remedy, key);
    return key;
  };
}

/** Equal edits of one file have equal keys. The length keeps what is inserted from looking like a further edit. */
export function editKey({ span, after }: TextEdit): string {
  return `${span.start}-${span.end}=${after.length}:${after}`;
}
