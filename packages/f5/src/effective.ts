import type { Location, Origin, Problem } from '@shortfuse/core';
import type { Device, Profile, PropertyName, Setting } from './device.js';
import { factoryProfiles, isMissingIn, rootValues } from './factory.js';

/** One property as it is in effect in a profile. `value` undefined: the files do not tell; `origin` then is unknown. */
export interface Effective {
  readonly value: string | undefined;
  readonly origin: Origin;
  /** The statement that decides, and the profile that it is in; absent where no file has one. */
  readonly stated?: { readonly profile: Profile; readonly setting: Setting };
}

export type EffectiveProfile = Readonly<Record<PropertyName, Effective>>;

/**
 * A property of a profile as it looks from the profile itself and from those that inherit it. Made once per statement and
 * shared by all descendants.
 */
interface Stated {
  readonly own: Effective;
  readonly inherited: Effective;
  /** It comes from a factory profile that is in no file. */
  readonly isFactory?: boolean;
}

type Resolved = Readonly<Record<PropertyName, Stated>>;

/**
 * Answers what is in effect in a profile, following `defaults-from` property by property. Each profile is worked out once,
 * so that chains of any length cost no more than the profiles they have. Loops and parents that are nowhere are reported
 * through `report`, once each.
 */
export function profileResolver(
  device: Device,
  version: string | undefined,
  report: (problem: Problem) => void,
): (path: string) => EffectiveProfile | undefined {
  const known = new Map<string, Resolved>();
  const missing = new Set<string>();

  const resolveUp = (path: string): Resolved | undefined => {
    const chain: Profile[] = [];
    const inChain = new Set<string>();
    let base: Resolved | undefined;
    for (let at = path; ; ) {
      base = known.get(at);
      if (base) break;
      const profile = device.profiles.get(at);
      if (!profile) {
        base = factoryResolved(at);
        if (!base) {
          const child = chain.at(-1);
          if (!child) return undefined;
          base = unknownBase(child, `the parent profile ${at} is not in these files`);
          if (!missing.has(at)) {
            missing.add(at);
            reportMissing(child, at, report);
          }
        }
        break;
      }
      if (inChain.has(at)) {
        breakLoop(chain, at);
        return known.get(path);
      }
      chain.push(profile);
      inChain.add(at);
      const { parent } = profile;
      if (parent.kind === 'named') at = parent.path;
      else if (parent.kind === 'implied') at = '/Common/clientssl';
      else {
        base = parent.kind === 'none' ? rootResolved : unknownResolved(parent.at, parent.why);
        break;
      }
    }
    for (const profile of chain.reverse()) {
      base = over(base, profile);
      known.set(profile.path, base);
    }
    return base;
  };

  /** All profiles of a loop are unknown, and so are those that lead into it, except for what they state themselves. */
  const breakLoop = (chain: readonly Profile[], entry: string): void => {
    const first = chain.find(({ path }) => path === entry) ?? chain[0];
    if (first?.parent.kind === 'named')
      report({
        severity: 'error',
        at: first.parent.at,
        message: `defaults-from loop: ${first.path} inherits from itself by way of ${first.parent.path}`,
        help: 'name a profile outside the loop, usually /Common/clientssl; BIG-IP refuses to load a loop',
      });
    for (const profile of chain)
      known.set(profile.path, over(unknownBase(profile, 'defaults-from forms a loop'), profile));
  };

  const factoryResolved = (path: string): Resolved | undefined => {
    const factory = factoryProfiles.get(path);
    if (!factory || isMissingIn(factory, version)) return undefined;
    const parent = factory.parent === undefined ? undefined : resolveUp(factory.parent);
    const resolved = everyProperty((name): Stated => {
      const value = factory.states[name];
      if (value === undefined && parent) return parent[name];
      const effective: Effective = { value: value ?? rootValues[name], origin: { kind: 'builtin' } };
      return { own: effective, inherited: effective, isFactory: true };
    });
    known.set(path, resolved);
    return resolved;
  };

  const views = new Map<string, EffectiveProfile>();
  return (path) => {
    const known = views.get(path);
    if (known) return known;
    const resolved = resolveUp(path);
    if (!resolved) return undefined;
    const settings = device.profiles.get(path)?.settings;
    const view = everyProperty((name) => (settings?.has(name) ? resolved[name].own : resolved[name].inherited));
    views.set(path, view);
    return view;
  };
}

const rootResolved: Resolved = everyProperty((name) => {
  const effective: Effective = { value: rootValues[name], origin: { kind: 'default' } };
  return { own: effective, inherited: effective };
});

function unknownBase(child: Profile, why: string): Resolved {
  return unknownResolved('at' in child.parent ? child.parent.at : undefined, why);
}

function unknownResolved(at: Location | undefined, why: string): Resolved {
  const effective: Effective = { value: undefined, origin: { kind: 'unknown', why, ...(at ? { at } : {}) } };
  const stated: Stated = { own: effective, inherited: effective };
  return everyProperty(() => stated);
}

/** A profile's own statements over what it inherits. */
function over(base: Resolved, profile: Profile): Resolved {
  const { settings, parent } = profile;
  if (settings.size === 0 && parent.kind !== 'implied') return base;
  return everyProperty((name): Stated => {
    const setting = settings.get(name);
    if (setting) return statedBy(profile, setting);
    // Where no parent is named, what clientssl has is a default and not something that these files point to.
    return base[name].isFactory && parent.kind === 'implied' ? rootOf(base[name]) : base[name];
  });
}

function rootOf({ inherited: { value } }: Stated): Stated {
  const effective: Effective = { value, origin: { kind: 'default' } };
  return { own: effective, inherited: effective };
}

function statedBy(profile: Profile, setting: Setting): Stated {
  const { value, at, why = 'it is computed' } = setting;
  const stated = { profile, setting };
  if (value === undefined) {
    const effective: Effective = { value, origin: { kind: 'unknown', at, why }, stated };
    return { own: effective, inherited: effective };
  }
  return {
    own: { value, origin: { kind: 'explicit', at }, stated },
    inherited: { value, origin: { kind: 'inherited', at }, stated },
  };
}

function everyProperty<Value>(make: (name: PropertyName) => Value): Readonly<Record<PropertyName, Value>> {
  return {
    'cache-timeout': make('cache-timeout'),
    'cache-size': make('cache-size'),
    'session-ticket': make('session-ticket'),
    'session-ticket-timeout': make('session-ticket-timeout'),
    authenticate: make('authenticate'),
    mode: make('mode'),
    options: make('options'),
    'session-mirroring': make('session-mirroring'),
  };
}

function reportMissing(child: Profile, path: string, report: (problem: Problem) => void): void {
  if (child.parent.kind !== 'named') return;
  report({
    severity: 'warning',
    at: child.parent.at,
    message: `the parent profile ${path} is not in these files`,
    help: `add the file that holds ${path} (bigip.conf of its partition, or profile_base.conf for a factory profile): without it what is inherited is unknown`,
  });
}
