import type { DecryptionRule, NatRule, Place, Target } from './model.js';

/** A device of a group; `systems` where only some of its virtual systems are in it. */
export interface GroupDevice {
  readonly serial: string;
  readonly systems: readonly string[];
}

/**
 * The places of a device group: its devices, those together that the targets of the rules treat alike, in the order of their
 * first one; the group itself where it has none.
 */
export function placesOfGroup(
  name: string,
  devices: readonly GroupDevice[],
  rules: readonly DecryptionRule[],
  natRules: readonly NatRule[],
): Place[] {
  if (devices.length === 0) return [{ name, devices: [], groupDevices: [], rules, natRules }];
  const targeted = [...rules, ...natRules].flatMap(({ target }) => target ?? []);
  const members = devices.flatMap(({ serial, systems }): Member[] =>
    systems.length === 0
      ? [{ serial, system: undefined, label: serial }]
      : systems.map((system) => ({ serial, system, label: `${serial} ${system}` })),
  );
  const groupDevices = members.map(({ label }) => label);
  const places = new Map<string, { readonly place: Place; readonly labels: string[] }>();
  for (const { serial, system, label } of members) {
    const key = targeted.map((target) => (isMeant(target, serial, system) ? '1' : '0')).join('');
    const known = places.get(key);
    if (known) {
      known.labels.push(label);
      continue;
    }
    const applies = ({ target }: { readonly target: Target | undefined }): boolean =>
      target === undefined || isMeant(target, serial, system);
    const labels = [label];
    const applying = { rules: rules.filter(applies), natRules: natRules.filter(applies) };
    places.set(key, { place: { name, devices: labels, groupDevices, ...applying }, labels });
  }
  return [...places.values()].map(({ place }) => place);
}

interface Member {
  readonly serial: string;
  readonly system: string | undefined;
  readonly label: string;
}

/** A target may name a device as a whole, or with some of its virtual systems. */
function isMeant({ negate, devices }: Target, serial: string, system: string | undefined): boolean {
  const isNamed = devices.some(
    (device) =>
      device.serial === serial &&
      (system === undefined || device.systems.length === 0 || device.systems.includes(system)),
  );
  return isNamed !== negate;
}
