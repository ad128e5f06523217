import type { Place, Scope } from './model.js';
import { type GroupDevice, placesOfGroup } from './places.js';
import { type Evaluated, type Found, joined, type Rulebase, rulebaseOf } from './rulebases.js';
import { readScope } from './scopes.js';
import { childrenAt, type Node, namesAt, nodeAt, valueAt } from './tree.js';

/** A device group with those above it known. */
interface Group {
  readonly name: string;
  readonly node: Node;
  readonly children: Group[];
}

/**
 * Device groups: shared pre-rules, those of the ancestors from the top, the group's own; then its own post-rules, those of the
 * ancestors upwards, the shared ones.
 */
export function panorama(
  root: Node,
  device: Node | undefined,
  { shared, scope: sharedScope, locate }: Found,
): Evaluated {
  const part = (node: Node | undefined, kind: 'pre' | 'post', location: string, scope: Scope): Rulebase =>
    rulebaseOf(nodeAt(node, `${kind}-rulebase`), { location: `${location} ${kind}`, scope, locate });
  const sharedPre = part(shared, 'pre', 'shared', sharedScope);
  const sharedPost = part(shared, 'post', 'shared', sharedScope);
  const pre: Rulebase[] = [sharedPre];
  const post: Rulebase[] = [sharedPost];
  const listed: Rulebase[] = [sharedPre];
  const places: Place[] = [];

  // A step into a group, and one out of it behind all its children.
  type Step = { readonly enter: Group; readonly parent: Scope } | { readonly leave: Rulebase };
  const steps: Step[] = groupsOf(root, device)
    .reverse()
    .map((enter) => ({ enter, parent: sharedScope }));
  for (let step = steps.pop(); step; step = steps.pop()) {
    if ('leave' in step) {
      pre.pop();
      post.shift();
      listed.push(step.leave);
      continue;
    }
    const { name, node, children } = step.enter;
    const scope = readScope(name, node, step.parent);
    const ownPre = part(node, 'pre', `device-group ${name}`, scope);
    const ownPost = part(node, 'post', `device-group ${name}`, scope);
    pre.push(ownPre);
    post.unshift(ownPost);
    listed.push(ownPre);
    const devices = childrenAt(node, 'devices').map(
      (entry): GroupDevice => ({ serial: entry.name, systems: namesAt(entry, 'vsys') }),
    );
    if (devices.length > 0 || children.length === 0) {
      const all = joined(...pre, ...post);
      places.push(...placesOfGroup(name, devices, all.rules, all.natRules));
    }
    steps.push({ leave: ownPost });
    for (const child of [...children].reverse()) steps.push({ enter: child, parent: scope });
  }
  listed.push(sharedPost);
  return { places, ...joined(...listed) };
}

/** The groups without a parent, in the order of the file. A circle of parents, which Panorama refuses, is cut where it closes. */
function groupsOf(root: Node, device: Node | undefined): Group[] {
  const groups = new Map<string, Group>();
  for (const node of childrenAt(device, 'device-group'))
    if (!groups.has(node.name)) groups.set(node.name, { name: node.name, node, children: [] });
  const parents = new Map<string, string>();
  for (const tree of [device, childrenAt(root, 'readonly', 'devices')[0]])
    for (const node of childrenAt(tree, 'device-group')) {
      const parent = valueAt(node, 'parent-dg');
      if (parent !== undefined && groups.has(parent)) parents.set(node.name, parent);
    }
  for (const name of groups.keys()) {
    const seen = new Set([name]);
    for (let at = parents.get(name); at !== undefined; at = parents.get(at)) {
      if (at === name) parents.delete(name);
      if (seen.has(at)) break;
      seen.add(at);
    }
  }
  const top: Group[] = [];
  for (const group of groups.values()) {
    const parent = parents.get(group.name);
    (parent === undefined ? top : (groups.get(parent)?.children ?? top)).push(group);
  }
  return top;
}
