import type { Remedy } from '@shortfuse/core';
import { type LifetimeName, lifetimeNames } from './device.js';
import { type Change, isF5Remedy, type Modification } from './remedies.js';

type Swap = Change & { readonly kind: 'swap' };

/** A profile and the change of each property that is set in it. */
type Profiles = ReadonlyMap<string, ReadonlyMap<LifetimeName, Modification>>;

/** A factory profile's child, and the virtual servers that get it in place of its parent. */
interface Replacement {
  readonly factory: string;
  readonly child: string;
  readonly seconds: Map<LifetimeName, number>;
  /** The side that each has it on, by the virtual server's path. */
  readonly contexts: Map<string, string>;
  readonly services: Set<string>;
}

/** What is to be done on a device, each object once. */
export interface Work {
  readonly profiles: Profiles;
  readonly swaps: readonly Replacement[];
  /** What brings the change to the device in place of tmsh. */
  readonly tool: Modification['tool'];
}

/** Of the remedies that tmsh carries out, or takes back where a tool does not. */
export function workOf(remedies: readonly Remedy[]): Work {
  const profiles = new Map<string, Map<LifetimeName, Modification>>();
  const swaps = new Map<string, Replacement>();
  let tool: Modification['tool'];
  for (const remedy of remedies) {
    if (!isF5Remedy(remedy)) continue;
    const { change } = remedy;
    if (change.kind === 'swap') addSwap(swaps, change);
    else {
      tool ??= change.tool;
      const known = profiles.get(change.profile) ?? new Map<LifetimeName, Modification>();
      profiles.set(change.profile, known.set(change.property, change));
    }
  }
  return { profiles, swaps: [...swaps.values()], tool };
}

export function applyCommands({ profiles, swaps }: Work): string[] {
  return [...swaps.flatMap(swapCommands), ...modifications(profiles)];
}

export function verifyCommands({ profiles, swaps }: Work): string[] {
  const paths = [...profiles.keys(), ...swaps.map(({ child }) => child)];
  const virtuals = new Set(swaps.flatMap(({ contexts }) => [...contexts.keys()]));
  return [
    ...paths.map(
      (path) => `list ltm profile client-ssl ${quoted(path)} cache-timeout session-ticket session-ticket-timeout`,
    ),
    ...[...virtuals].map((path) => `list ltm virtual ${quoted(path)} profiles`),
  ];
}

export function revertCommands({ profiles, swaps }: Work): string[] {
  return [...swaps.flatMap(swapBackCommands), ...formerValues(profiles)];
}

/** Profiles only: what merging does to a virtual server's list of profiles is documented nowhere. */
export function mergeLines({ profiles }: Work): string[] {
  return [...profiles].flatMap(([path, properties]) => stanza(path, properties));
}

function addSwap(
  swaps: Map<string, Replacement>,
  { child, factory, virtual, context, property, seconds, appService }: Swap,
) {
  const known = swaps.get(child) ?? {
    factory,
    child,
    seconds: new Map(),
    contexts: new Map(),
    services: new Set<string>(),
  };
  known.seconds.set(property, seconds);
  known.contexts.set(virtual, context);
  if (appService !== undefined) known.services.add(appService);
  swaps.set(child, known);
}

function modifications(profiles: Profiles): string[] {
  return [...profiles].map(([path, properties]) => {
    const words = inOrder(properties).map(([name, change]) => `${name} ${change.seconds}`);
    return `modify ltm profile client-ssl ${quoted(path)} ${words.join(' ')}`;
  });
}

/** One command for each profile that had a value which BIG-IP takes. */
function formerValues(profiles: Profiles): string[] {
  return [...profiles].flatMap(([path, properties]) => {
    const words = inOrder(properties).flatMap(([name, { former }]) =>
      former === undefined ? [] : [`${name} ${former}`],
    );
    return words.length > 0 ? [`modify ltm profile client-ssl ${quoted(path)} ${words.join(' ')}`] : [];
  });
}

function stanza(path: string, properties: ReadonlyMap<LifetimeName, Modification>): string[] {
  return [
    `ltm profile client-ssl ${quoted(path)} {`,
    ...inOrder(properties).map(([name, { seconds }]) => `    ${name} ${seconds}`),
    '}',
  ];
}

/** In one transaction, so that there is no moment without TLS and none with two profiles. */
function swapCommands({ factory, child, seconds, contexts }: Replacement): string[] {
  const values = inOrder(seconds).map(([name, value]) => `${name} ${value}`);
  return [
    `create ltm profile client-ssl ${quoted(child)} { defaults-from ${quoted(factory)} ${values.join(' ')} }`,
    ...transaction([...contexts].flatMap(([virtual, context]) => exchange(virtual, factory, child, context))),
  ];
}

function swapBackCommands({ factory, child, contexts }: Replacement): string[] {
  return [
    ...transaction([...contexts].flatMap(([virtual, context]) => exchange(virtual, child, factory, context))),
    `delete ltm profile client-ssl ${quoted(child)}`,
  ];
}

function transaction(commands: readonly string[]): string[] {
  return ['create cli transaction', ...commands, 'submit cli transaction'];
}

function exchange(virtual: string, from: string, to: string, context: string): string[] {
  return [
    `modify ltm virtual ${quoted(virtual)} profiles delete { ${quoted(from)} }`,
    `modify ltm virtual ${quoted(virtual)} profiles add { ${quoted(to)} { context ${context} } }`,
  ];
}

export function changesIn({ profiles }: Work): Modification[] {
  return [...profiles.values()].flatMap((properties) => [...properties.values()]);
}

export function inOrder<Value>(properties: ReadonlyMap<LifetimeName, Value>): [LifetimeName, Value][] {
  return lifetimeNames.flatMap((name): [LifetimeName, Value][] => {
    const value = properties.get(name);
    return value === undefined ? [] : [[name, value]];
  });
}

/** A name as tmsh takes it: in quotation marks where it holds what ends a word. */
export function quoted(name: string): string {
  return /^[^\s{}[\];"'#|\\]+$/.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`;
}
