import type { Location, Origin, Problem } from '@shortfuse/core';
import { type Device, type Profile, type PropertyName, propertyNames, type Setting } from './device.js';
import { factoryProfiles, isMissingIn, rootValues } from './factory.js';

/** One property as it is in effect in a profile. `value` undefined: the files do not tell; `origin` then is unknown. */
export interface Effective {
  readonly value: string | undefined;
  readonly origin: Origin;
}

export type EffectiveProfile = Readonly<Record<PropertyName, Effective>>;

/** How a profile's properties come about, before it is known from where one looks at them. */
interface Resolved {
  readonly properties: Readonly<Record<PropertyName, Stated>>;
}

type Stated =
  | { readonly kind: 'written'; readonly setting: Setting; readonly by: Profile }
  | { readonly kind: 'factory'; readonly value: string }
  | { readonly kind: 'default'; readonly value: string }
  | { readonly kind: 'unknown'; readonly at: Location | undefined; readonly why: string };

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
        base =
          parent.kind === 'none'
            ? rootResolved()
            : { properties: everyProperty(() => ({ kind: 'unknown', at: parent.at, why: parent.why })) };
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
    const resolved: Resolved = {
      properties: everyProperty((name) => {
        const value = factory.states[name];
        if (value !== undefined) return { kind: 'factory', value };
        return parent?.properties[name] ?? { kind: 'factory', value: rootValues[name] };
      }),
    };
    known.set(path, resolved);
    return resolved;
  };

  return (path) => {
    const resolved = resolveUp(path);
    return resolved && (mapProperties(resolved.properties, (stated) => effective(stated, path)) as EffectiveProfile);
  };
}

function rootResolved(): Resolved {
  return { properties: everyProperty((name) => ({ kind: 'default', value: rootValues[name] })) };
}

function unknownBase(child: Profile, why: string): Resolved {
  const at = 'at' in child.parent ? child.parent.at : undefined;
  return { properties: everyProperty(() => ({ kind: 'unknown', at, why })) };
}

/** A profile's own statements over what it inherits. */
function over(base: Resolved, profile: Profile): Resolved {
  return {
    properties: everyProperty((name): Stated => {
      const setting = profile.settings.get(name);
      if (setting) return { kind: 'written', setting, by: profile };
      const inherited = base.properties[name];
      // Where no parent is named, what clientssl has is a default and not something that these files point to.
      if (inherited.kind === 'factory' && profile.parent.kind === 'implied')
        return { kind: 'default', value: inherited.value };
      return inherited;
    }),
  };
}

function effective(stated: Stated, path: string): Effective {
  switch (stated.kind) {
    case 'written': {
      const { setting, by } = stated;
      if (setting.value === undefined)
        return { value: undefined, origin: { kind: 'unknown', at: setting.at, why: setting.why ?? 'it is computed' } };
      return { value: setting.value, origin: { kind: by.path === path ? 'explicit' : 'inherited', at: setting.at } };
    }
    case 'factory':
      return { value: stated.value, origin: { kind: 'builtin' } };
    case 'default':
      return { value: stated.value, origin: { kind: 'default' } };
    case 'unknown':
      return {
        value: undefined,
        origin: { kind: 'unknown', why: stated.why, ...(stated.at ? { at: stated.at } : {}) },
      };
  }
}

function everyProperty(stated: (name: PropertyName) => Stated): Readonly<Record<PropertyName, Stated>> {
  return mapProperties(rootValues, (_, name) => stated(name));
}

function mapProperties<From, To>(
  from: Readonly<Record<PropertyName, From>>,
  change: (value: From, name: PropertyName) => To,
): Record<PropertyName, To> {
  const to: Partial<Record<PropertyName, To>> = {};
  for (const name of propertyNames) to[name] = change(from[name], name);
  return to as Record<PropertyName, To>;
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
