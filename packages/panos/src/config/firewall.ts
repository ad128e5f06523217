import type { Place, Scope } from './model.js';
import { type Evaluated, type Found, joined, type Rulebase, rulebaseOf } from './rulebases.js';
import { readScope } from './scopes.js';
import { childrenAt, type Node, namesAt, nodeAt } from './tree.js';

/** Every virtual system is a place: what Panorama pushed to be first, its own rules, what Panorama pushed to be last. */
export function firewall(root: Node, device: Node | undefined, { scope: shared, locate }: Found): Evaluated {
  const pushed = nodeAt(root, 'panorama');
  const pushedShared = readScope('pushed', pushed, shared);
  const systems = childrenAt(device, 'vsys');
  const pushedNames = namesAt(pushed, 'vsys').filter((name) => !systems.some((system) => system.name === name));
  const places = [...systems.map(({ name }) => name), ...pushedNames].map((name): Place => {
    const own = systems.find((system) => system.name === name);
    const pushedHere = childrenAt(pushed, 'vsys').find((system) => system.name === name);
    const outer = pushed ? readScope(`${name} pushed`, pushedHere, pushedShared) : shared;
    const scope = readScope(name, own, outer);
    const part = (node: Node | undefined, kind: string, place: string, within: Scope): Rulebase =>
      rulebaseOf(nodeAt(node, kind), { location: place, scope: within, locate });
    return {
      name,
      devices: [],
      groupDevices: [],
      ...joined(
        part(pushed, 'pre-rulebase', `${name} pushed pre`, pushedShared),
        part(pushedHere, 'pre-rulebase', `${name} pushed pre`, outer),
        part(own, 'pre-rulebase', `${name} pre`, scope),
        part(own, 'rulebase', name, scope),
        part(own, 'post-rulebase', `${name} post`, scope),
        part(pushedHere, 'post-rulebase', `${name} pushed post`, outer),
        part(pushed, 'post-rulebase', `${name} pushed post`, pushedShared),
      ),
    };
  });
  return { places, ...joined(...places) };
}
