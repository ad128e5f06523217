import type { Configuration, Location } from '@shortfuse/core';
import {
  type Attachment,
  type Device,
  emptyDevice,
  fullPath,
  joinAddress,
  judge,
  operationsOf,
  type Parent,
  type PropertyName,
  readPort,
  type Setting,
} from '@shortfuse/f5';
import { ts } from 'ts-morph';
import { bare, memberName } from './expressions.js';
import { insertProperty } from './insertion.js';
import { locationOf } from './listeners.js';
import { meaningOf } from './meaning.js';
import { type Decision, decide, type Shape, shapeOf } from './objects.js';
import { type Hidden, type Reader, readerOf, type Step } from './reader.js';
import type { RemedyBook } from './remedies.js';
import type { SourceTree } from './tree.js';
import { evaluate } from './values.js';
import type { World } from './world.js';

/** The resources of Pulumi's provider for BIG-IP that matter here. Source: the public sources of @pulumi/f5bigip. */
const resourceTypes = ['ProfileClientSsl', 'ProfileServerSsl', 'VirtualServer'] as const;
type ResourceType = (typeof resourceTypes)[number];

interface Resource {
  readonly type: ResourceType;
  readonly node: ts.NewExpression;
  /** The full path of the object on the device. */
  readonly path: string;
  readonly args: Shape;
}

/** Properties of a profile by the name that each has in tmsh. There is none for the lifetime of tickets. */
const propertyNames: readonly (readonly [PropertyName, string])[] = [
  ['cache-timeout', 'cacheTimeout'],
  ['cache-size', 'cacheSize'],
  ['session-ticket', 'sessionTicket'],
  ['authenticate', 'authenticate'],
  ['mode', 'mode'],
  ['options', 'tmOptions'],
  ['session-mirroring', 'sessionMirroring'],
];

/** Does this text make objects on a BIG-IP? */
export function isPulumi({ file: { text } }: SourceTree): boolean {
  return text.includes('@pulumi/f5bigip');
}

/**
 * The Pulumi programs among the sources, one device for each folder. What is in effect is judged as for every other form in
 * which BIG-IP objects are written.
 */
export function pulumiConfigurations(
  world: World,
  trees: readonly SourceTree[],
  remedies: RemedyBook,
): readonly Configuration[] {
  const folders = new Map<string, SourceTree[]>();
  for (const tree of trees) {
    const { path } = tree.file;
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    const known = folders.get(folder);
    if (known) known.push(tree);
    else folders.set(folder, [tree]);
  }
  return [...folders].flatMap(([folder, files]) => configurationOf(world, folder, files, remedies));
}

function configurationOf(
  world: World,
  folder: string,
  trees: readonly SourceTree[],
  remedies: RemedyBook,
): readonly Configuration[] {
  const reader = readerOf(world);
  const device = emptyDevice('pulumi');
  const resources = trees.flatMap((tree) =>
    (world.bindings(tree)?.calls ?? []).flatMap((call) => resourceOf(reader, call) ?? []),
  );
  if (resources.length === 0) return [];
  const program: Program = { reader, device, remedies, added: new Set() };
  for (const resource of resources) addResource(program, resource);
  const { listeners, problems, unattached } = judge(device, undefined);
  const label = trees.length === 1 && trees[0] ? trees[0].file.path : folder || '.';
  const operations = operationsOf('pulumi', label);
  const own = trees.map(({ file }) => file);
  return [
    {
      server: 'node',
      label,
      extent: 'complete',
      assumptions: [
        'factory profiles as in BIG-IP 15.1.8, unchanged on the device',
        ...(trees.length > 1 ? ['the files of this folder are for one device'] : []),
      ],
      files: [...own, ...[...reader.consulted].map(({ file }) => file).filter((file) => !own.includes(file))],
      listeners: listeners.map((listener) => ({ ...listener, server: 'node' })),
      problems: [...[...reader.consulted].flatMap((tree) => tree.syntax().problems), ...problems],
      unattached,
      ...(operations ? { operations } : {}),
    },
  ];
}

interface Program {
  readonly reader: Reader;
  readonly device: Device;
  readonly remedies: RemedyBook;
  readonly added: Set<ts.Node>;
}

/** The resource that `new f5bigip.ltm.X(label, args)` makes. */
function resourceOf(reader: Reader, call: ts.CallExpression | ts.NewExpression): Resource | undefined {
  if (!ts.isNewExpression(call)) return undefined;
  const callee = bare(call.expression);
  if (!ts.isPropertyAccessExpression(callee) && !ts.isIdentifier(callee)) return undefined;
  const made = meaningOf(reader, callee);
  if (made.kind !== 'package' || !made.module.startsWith('@pulumi/f5bigip')) return undefined;
  const type = resourceTypes.find((one) => one === made.path.at(-1));
  if (!type) return undefined;
  const [label, given] = call.arguments ?? [];
  const args = given ? shapeOf(reader, given, call) : shapeOf(reader, call, call);
  const name = textIn(reader, decide(args, 'name', 'ignore'));
  const labelText = label ? evaluate(reader, label) : undefined;
  // A name that is computed stands for itself, so that profiles do not fall together.
  const path =
    typeof name === 'string'
      ? fullPath(name, '/Common')
      : `/Common/\${${labelText?.kind === 'text' ? labelText.value : 'name'}}`;
  return { type, node: call, path, args };
}

/** A text or number as text: `undefined` where it is absent, the reason where it is not known. */
function textIn(reader: Reader, decision: Decision): string | undefined | Hidden {
  if (decision.kind === 'absent') return undefined;
  if (decision.kind === 'hidden') return decision;
  const { value, at } = decision.entry;
  if (!value) return { why: 'the value is computed', at };
  const known = evaluate(reader, value);
  switch (known.kind) {
    case 'text':
      return known.value;
    case 'number':
    case 'boolean':
      return String(known.value);
    case 'unset':
      return undefined;
    case 'other':
      return { why: `the value is ${known.what}`, at: value };
    case 'hidden':
      return known;
  }
}

function addResource(program: Program, resource: Resource): void {
  if (program.added.has(resource.node)) return;
  program.added.add(resource.node);
  switch (resource.type) {
    case 'ProfileClientSsl':
      addProfile(program, resource);
      break;
    case 'ProfileServerSsl':
      program.device.otherProfiles.add(resource.path);
      break;
    case 'VirtualServer':
      addVirtual(program, resource);
      break;
  }
}

function addProfile(program: Program, resource: Resource): void {
  const { reader, device } = program;
  const { node, path, args } = resource;
  const settings = new Map<PropertyName, Setting>();
  for (const [property, name] of propertyNames) {
    const decision = decide(args, name, property === 'cache-timeout' ? 'count' : 'ignore');
    if (decision.kind === 'absent') continue;
    const setting = property === 'options' ? wordsIn(reader, decision) : settingIn(program, decision, resource, name);
    if (setting) settings.set(property, setting);
  }
  device.profiles.set(path, {
    path,
    at: locationOf(reader, node),
    place: { form: 'pulumi', insert: (name, value) => insertInto(program, node, args, name, value) },
    settings,
    parent: parentOf(program, args),
    lookAlikes: [],
  });
}

function insertInto(
  { reader, remedies }: Program,
  node: ts.NewExpression,
  { literal, steps }: Shape,
  name: string,
  value: string,
) {
  const at = locationOf(reader, node);
  if (ignoresChanges(reader, node, name)) return ignoredRefusal(at, name);
  if (!literal)
    return {
      kind: 'refused',
      why: 'the arguments are no object literal that a property could be put into',
      help: `write ${name}: ${value} there by hand`,
      at,
    } as const;
  const shared = remedies.otherUse(
    reader,
    steps.map((step) => ({ ...step, path: [...step.path, name] })),
    literal,
  );
  if (shared) return shared;
  const { file } = locationOf(reader, literal);
  return { kind: 'insertion', edits: [{ file, edit: insertProperty(file, literal, name, value) }] } as const;
}

/** A number or word, with the place where it is written. */
function settingIn(
  { reader, remedies }: Program,
  decision: Decision,
  { node: made }: Resource,
  name: string,
): Setting | undefined {
  if (decision.kind === 'absent') return undefined;
  if (decision.kind === 'hidden') return hiddenSetting(reader, decision);
  const { entry } = decision;
  const value = textIn(reader, decision);
  if (value === undefined) return undefined;
  if (typeof value !== 'string') return hiddenSetting(reader, value);
  const known = entry.value ? evaluate(reader, entry.value) : undefined;
  if (!known || known.kind === 'hidden') return { value, at: locationOf(reader, entry.at) };
  const at = locationOf(reader, known.node);
  const steps: readonly Step[] = [...entry.steps, ...known.steps];
  remedies.use(steps);
  return lockable({ value, at, valueSpan: at.span }, () =>
    ignoresChanges(reader, made, name)
      ? ignoredRefusal(at, name).why
      : remedies.otherUse(reader, steps, known.node)?.why,
  );
}

function hiddenSetting(reader: Reader, { at, why }: Hidden): Setting {
  const place = locationOf(reader, at);
  return { value: undefined, at: place, valueSpan: place.span, why };
}

/** What stands in the way of a change is asked for when every file has been read. */
function lockable(setting: Setting, locked: () => string | undefined): Setting {
  return Object.defineProperty(setting, 'locked', { get: locked, enumerable: true });
}

/** The words of an option that is a list. */
function wordsIn(reader: Reader, decision: Decision & { readonly kind: 'set' | 'hidden' }): Setting {
  if (decision.kind === 'hidden') return hiddenSetting(reader, decision);
  const { value, at } = decision.entry;
  const words = value ? itemsOf(reader, value).map((item) => evaluate(reader, item)) : [];
  return words.every((word) => word.kind === 'text')
    ? { value: words.map((word) => word.value).join(' '), at: locationOf(reader, at) }
    : { value: undefined, at: locationOf(reader, at), why: 'one of the options is computed' };
}

/** The elements of a list; the expression itself where it is none, and a spread as it stands. */
function itemsOf(reader: Reader, node: ts.Expression): readonly ts.Expression[] {
  const meaning = meaningOf(reader, node);
  const list = meaning.kind === 'expression' ? bare(meaning.node) : bare(node);
  return ts.isArrayLiteralExpression(list) ? list.elements : [node];
}

function parentOf(program: Program, args: Shape): Parent {
  const { reader } = program;
  const decision = decide(args, 'defaultsFrom', 'ignore');
  if (decision.kind === 'absent') return { kind: 'implied' };
  if (decision.kind === 'hidden' || !decision.entry.value)
    return {
      kind: 'unknown',
      at: locationOf(reader, decision.kind === 'hidden' ? decision.at : decision.entry.at),
      why: 'defaultsFrom is computed when Pulumi runs',
    };
  const at = locationOf(reader, decision.entry.value);
  const path = target(program, decision.entry.value);
  return path === undefined
    ? { kind: 'unknown', at, why: 'defaultsFrom is computed when Pulumi runs' }
    : { kind: 'named', path, at };
}

/** The object that a text or another resource's name means; a resource of another file becomes part of the device. */
function target(program: Program, given: ts.Expression): string | undefined {
  const { reader } = program;
  const known = evaluate(reader, given);
  if (known.kind === 'text') return fullPath(known.value, '/Common');
  let node = bare(given);
  if (ts.isIdentifier(node)) {
    const meaning = meaningOf(reader, node);
    if (meaning.kind === 'expression') node = bare(meaning.node);
  }
  if (!ts.isPropertyAccessExpression(node) || !/^(?:name|id)$/.test(memberName(node) ?? '')) return undefined;
  const made = meaningOf(reader, node.expression);
  if (made.kind !== 'expression') return undefined;
  const call = bare(made.node);
  const resource = ts.isNewExpression(call) ? resourceOf(reader, call) : undefined;
  if (resource && resource.type !== 'VirtualServer') addResource(program, resource);
  return resource?.path;
}

function addVirtual(program: Program, { node, path, args }: Resource): void {
  const { reader, device } = program;
  const destination = textIn(reader, decide(args, 'destination', 'ignore'));
  const portText = textIn(reader, decide(args, 'port', 'ignore'));
  const port = typeof portText === 'string' ? readPort(portText) : undefined;
  const attachments: Attachment[] = [];
  let isComputed = false;
  for (const [name, context] of [
    ['clientProfiles', 'clientside'],
    ['serverProfiles', 'serverside'],
    ['profiles', undefined],
  ] as const) {
    const decision = decide(args, name, 'ignore');
    if (decision.kind === 'hidden') isComputed ||= name !== 'serverProfiles';
    const value = decision.kind === 'set' ? decision.entry.value : undefined;
    for (const item of value ? itemsOf(reader, value) : []) {
      const found = target(program, item);
      if (found === undefined) isComputed ||= name !== 'serverProfiles';
      else attachments.push({ path: found, at: locationOf(reader, item), ...(context ? { context } : {}) });
    }
  }
  device.virtuals.set(path, {
    path,
    at: locationOf(reader, node),
    addresses: [typeof destination === 'string' && port !== undefined ? joinAddress(destination, port) : null],
    attachments,
    uses: [],
    rules: [],
    isDisabled: textIn(reader, decide(args, 'state', 'ignore')) === 'disabled',
    notes: isComputed
      ? [{ code: 'computed-profiles', text: 'some of its profiles are computed when Pulumi runs and are not shown' }]
      : [],
  });
}

/** `ignoreChanges` among the options of a resource keeps Pulumi from bringing a changed property to the device. */
function ignoresChanges(reader: Reader, node: ts.NewExpression, name: string): boolean {
  const options = node.arguments?.[2];
  if (!options) return false;
  const decision = decide(shapeOf(reader, options, node), 'ignoreChanges', 'ignore');
  if (decision.kind !== 'set' || !decision.entry.value) return false;
  return itemsOf(reader, decision.entry.value).some((item) => {
    const word = evaluate(reader, item);
    return word.kind === 'text' && (word.value === name || word.value === '*');
  });
}

function ignoredRefusal(at: Location, name: string) {
  return {
    kind: 'refused',
    why: `Pulumi would not apply the change: ignoreChanges names ${name}`,
    help: `take ${name} out of ignoreChanges first`,
    at,
  } as const;
}
