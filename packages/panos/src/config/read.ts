import { decode, type Location, type Problem, type SourceFile } from '@shortfuse/core';
import { isBraceFormat, readBraceFormat } from './braces.js';
import type { DecryptionRule, NatRule, PanosConfiguration, Place, Scope } from './model.js';
import { type GroupDevice, placesOfGroup } from './places.js';
import { decryptionRules, natRules, type RulebaseContext } from './rules.js';
import { readScope } from './scopes.js';
import { isSetFormat, type Reading, readSetFormat } from './set-format.js';
import { childrenAt, type Node, namesAt, nodeAt, valueAt } from './tree.js';
import { isXml, readXml, type XmlReading } from './xml.js';

/** {@link readConfiguration} of a file's bytes. */
export function readConfigurationBytes(path: string, bytes: Uint8Array): PanosConfiguration {
  return readConfiguration(decode(path, bytes));
}

/**
 * Reads a running configuration: XML of a firewall or of Panorama, `set` lines, or the form in braces. What cannot be read whole
 * is not read at all (`isValid`): of half a rulebase nobody could say what it covers. Never throws, on any text.
 */
export function readConfiguration(file: SourceFile): PanosConfiguration {
  const { reading, version, detailVersion } = read(file.text);
  const nothing = { file, version: null, detailVersion: null, rules: [], natRules: [], places: [] };
  if (!reading.ok) {
    const { at, message, help } = reading;
    return { ...nothing, isValid: false, problems: [{ severity: 'error', at: locationIn(file, at), message, help }] };
  }
  const locate = (node: Node): Location => locationIn(file, node.at);
  const shared = nodeAt(reading.root, 'shared');
  const found: Found = { shared, scope: readScope('shared', shared, undefined), locate };
  const device = childrenAt(reading.root, 'devices')[0];
  const isPanorama = childrenAt(device, 'device-group').length > 0;
  const evaluated = isPanorama ? panorama(reading.root, device, found) : firewall(reading.root, device, found);
  return {
    ...nothing,
    ...evaluated,
    isValid: true,
    version: version ?? null,
    detailVersion: detailVersion ?? null,
    problems: [
      ...unreadCommands(reading, file),
      ...missingPush(reading.root, device, locate),
      ...folders(device, locate),
      ...unknownParents(reading.root, device, locate),
    ],
  };
}

function read(text: string): XmlReading {
  if (isXml(text)) return readXml(text);
  const reading: Reading = isBraceFormat(text)
    ? readBraceFormat(text)
    : isSetFormat(text)
      ? readSetFormat(text)
      : {
          ok: false,
          at: 0,
          message: 'no configuration of PAN-OS',
          help: 'export the running configuration as XML, or as set commands (set cli config-output-format set)',
        };
  return { reading, version: undefined, detailVersion: undefined };
}

function locationIn(file: SourceFile, at: number): Location {
  return { file, span: { start: at, end: Math.min(at + 1, file.text.length) } };
}

/** What every part of a configuration is read with. */
interface Found {
  readonly shared: Node | undefined;
  readonly scope: Scope;
  locate(node: Node): Location;
}

type Evaluated = Pick<PanosConfiguration, 'rules' | 'natRules' | 'places'>;

/** The rules of one place of the file. */
interface Rulebase {
  readonly rules: readonly DecryptionRule[];
  readonly natRules: readonly NatRule[];
}

function rulebaseOf(node: Node | undefined, context: RulebaseContext): Rulebase {
  return { rules: decryptionRules(node, context), natRules: natRules(node, context) };
}

function joined(...rulebases: readonly Rulebase[]): Rulebase {
  return { rules: rulebases.flatMap(({ rules }) => rules), natRules: rulebases.flatMap((one) => one.natRules) };
}

/** Every virtual system is a place: what Panorama pushed to be first, its own rules, what Panorama pushed to be last. */
function firewall(root: Node, device: Node | undefined, { scope: shared, locate }: Found): Evaluated {
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
function panorama(root: Node, device: Node | undefined, { shared, scope: sharedScope, locate }: Found): Evaluated {
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

function unreadCommands(reading: Reading, file: SourceFile): Problem[] {
  if (!reading.ok || !reading.passedOver) return [];
  const { at, count } = reading.passedOver;
  return [
    {
      severity: 'warning',
      at: locationIn(file, at),
      message: `${count === 1 ? 'a command' : `${count} commands`} other than set ${count === 1 ? 'was' : 'were'} not read`,
      help: 'give the running configuration as the firewall shows it, not the commands that change it',
    },
  ];
}

/** A firewall that Panorama manages has rules that its own configuration does not hold. */
function missingPush(root: Node, device: Node | undefined, locate: (node: Node) => Location): Problem[] {
  const system = nodeAt(device, 'deviceconfig', 'system');
  const server =
    nodeAt(system, 'panorama-server') ?? nodeAt(system, 'panorama', 'local-panorama', 'panorama-server') ?? undefined;
  if (!server || nodeAt(root, 'panorama') || childrenAt(device, 'device-group').length > 0) return [];
  return [
    {
      severity: 'warning',
      at: locate(server),
      message: 'Panorama manages this firewall, and the rules that it pushed are not in this file',
      help: 'use the merged configuration (show config merged, or effective-running-config), or the export of Panorama',
    },
  ];
}

/** Strata Cloud Manager keeps rules in folders that inherit from each other in a way that is not known here. */
function folders(device: Node | undefined, locate: (node: Node) => Location): Problem[] {
  const container = nodeAt(device, 'container');
  return container
    ? [
        {
          severity: 'warning',
          at: locate(container),
          message: 'folders of Strata Cloud Manager are not read: what their rules cover is not said here',
          help: 'use the merged configuration of a firewall that they are pushed to (show config merged)',
        },
      ]
    : [];
}

/** Which group is whose parent stands in a part of its own, which \`set\` commands leave out. */
function unknownParents(root: Node, device: Node | undefined, locate: (node: Node) => Location): Problem[] {
  const [first, ...others] = childrenAt(device, 'device-group');
  if (!first || others.length === 0 || nodeAt(root, 'readonly')) return [];
  if ([first, ...others].some((group) => valueAt(group, 'parent-dg') !== undefined)) return [];
  return [
    {
      severity: 'warning',
      at: locate(first),
      message:
        'this file does not tell which device group is the parent of which: rules that a group inherits may be missing',
      help: 'use the export of Panorama as XML, unless no device group has a parent',
    },
  ];
}
