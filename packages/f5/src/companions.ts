import type { Companion, CompanionRequest, Configuration } from '@shortfuse/core';
import { type LifetimeName, lifetimeNames } from './device.js';
import { type Change, isF5Remedy } from './remedies.js';

type Modification = Change & { readonly kind: 'modify' };
type Swap = Change & { readonly kind: 'swap' };

/** A profile and the seconds of each property that is set in it. */
type Profiles = Map<string, Map<LifetimeName, Modification>>;

/** A factory profile's child, and the virtual servers that get it in place of its parent. */
interface Replacement {
  readonly factory: string;
  readonly child: string;
  readonly seconds: Map<LifetimeName, number>;
  /** The side that each has it on, by the virtual server's path. */
  readonly contexts: Map<string, string>;
  readonly services: Set<string>;
}

/**
 * The same change for the running device, as commands of tmsh and as a file to merge; none for code that a tool of its own brings
 * to the device. No documented command takes a property out of a profile again, so going back means to state the former values.
 */
export function companions({ label }: Configuration, { remedies }: CompanionRequest): readonly Companion[] {
  const profiles: Profiles = new Map();
  const replacements = new Map<string, Replacement>();
  let isRequired = false;
  for (const remedy of remedies) {
    if (!isF5Remedy(remedy)) continue;
    const { change } = remedy;
    isRequired ||= remedy.edits.length === 0;
    if (change.kind === 'swap') addSwap(replacements, change);
    else {
      const known = profiles.get(change.profile) ?? new Map<LifetimeName, Modification>();
      profiles.set(change.profile, known.set(change.property, change));
    }
  }
  if (profiles.size === 0 && replacements.size === 0) return [];
  const swaps = [...replacements.values()];
  return [
    {
      name: 'apply.tmsh',
      text: lines([...swaps.flatMap(swapCommands), ...modifications(profiles), 'save sys config']),
      encoding: 'utf-8',
      purpose: applyPurpose(label, profiles, swaps),
      use: 'apply',
      isRequired,
    },
    ...(profiles.size > 0
      ? [
          {
            name: 'merge.conf',
            text: lines([...profiles].flatMap(([path, properties]) => stanza(path, properties))),
            encoding: 'utf-8',
            purpose:
              'the changed profiles for "tmsh load sys config merge file /var/tmp/merge.conf verify", then the same without verify: an alternative to apply.tmsh that can be checked first',
            use: 'apply',
            isRequired: false,
          } as const,
        ]
      : []),
    {
      name: 'verify.tmsh',
      text: lines([
        ...[...profiles.keys(), ...swaps.map(({ child }) => child)].map(
          (path) => `list ltm profile client-ssl ${quoted(path)} cache-timeout session-ticket session-ticket-timeout`,
        ),
        ...virtualsIn(swaps).map((path) => `list ltm virtual ${quoted(path)} profiles`),
      ]),
      encoding: 'utf-8',
      purpose: verifyPurpose(profiles, swaps),
      use: 'verify',
      isRequired: false,
    },
    {
      name: 'revert.tmsh',
      text: lines([...swaps.flatMap(swapBackCommands), ...formerValues(profiles), 'save sys config']),
      encoding: 'utf-8',
      purpose: revertPurpose(label, profiles, swaps),
      use: 'revert',
      isRequired: false,
    },
  ];
}

function addSwap(
  replacements: Map<string, Replacement>,
  { child, factory, virtual, context, property, seconds, appService }: Swap,
) {
  const known = replacements.get(child) ?? {
    factory,
    child,
    seconds: new Map(),
    contexts: new Map(),
    services: new Set<string>(),
  };
  known.seconds.set(property, seconds);
  known.contexts.set(virtual, context);
  if (appService !== undefined) known.services.add(appService);
  replacements.set(child, known);
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

function virtualsIn(swaps: readonly Replacement[]): string[] {
  return [...new Set(swaps.flatMap(({ contexts }) => [...contexts.keys()]))];
}

function applyPurpose(label: string, profiles: Profiles, swaps: readonly Replacement[]): string {
  const services = new Set([
    ...changesIn(profiles).flatMap(({ appService }) => appService ?? []),
    ...swaps.flatMap((one) => [...one.services]),
  ]);
  return [
    `run on ${deviceOf(label)} with "tmsh < apply.tmsh": sets the lifetimes in the running configuration and saves it`,
    ...swaps.map(({ factory, child }) => `creates ${child} and attaches it in place of ${factory}`),
    ...[...services].map(
      (path) =>
        `where ${path} has strict updates, "modify sys application service ${quoted(path)} strict-updates disabled" comes first`,
    ),
    'then sync the group: tmsh run cm config-sync to-group NAME',
  ].join('; ');
}

function verifyPurpose(profiles: Profiles, swaps: readonly Replacement[]): string {
  const wanted = new Map([
    ...changesIn(profiles).map(({ property, seconds }) => [property, seconds] as const),
    ...swaps.flatMap(({ seconds }) => [...seconds]),
  ]);
  const shown = inOrder(wanted).map(([name, seconds]) => `${name} ${seconds}`);
  return [
    `run with "tmsh < verify.tmsh" after apply.tmsh: every profile has to show ${shown.join(' and, where apply.tmsh sets it, ')}`,
    ...swaps.map(({ factory, child }) => `the virtual servers have to show ${child} in place of ${factory}`),
  ].join('; ');
}

function revertPurpose(label: string, profiles: Profiles, swaps: readonly Replacement[]): string {
  const lost = changesIn(profiles).filter(({ former }) => former === undefined);
  const [first] = lost;
  return [
    `run on ${deviceOf(label)} with "tmsh < revert.tmsh"`,
    ...swaps.map(({ factory, child }) => `attaches ${factory} again and deletes ${child}`),
    ...(profiles.size > 0
      ? ['states the former values, which the profiles keep as their own where they were inherited before']
      : []),
    ...(first
      ? [
          `the former ${first.property} of ${first.profile}${lost.length > 1 ? ` and ${lost.length - 1} more` : ''} is not in the files: note what verify.tmsh shows before apply.tmsh and set that, or load the reverted files`,
        ]
      : []),
  ].join('; ');
}

function changesIn(profiles: Profiles): Modification[] {
  return [...profiles.values()].flatMap((properties) => [...properties.values()]);
}

function inOrder<Value>(properties: ReadonlyMap<LifetimeName, Value>): [LifetimeName, Value][] {
  return lifetimeNames.flatMap((name): [LifetimeName, Value][] => {
    const value = properties.get(name);
    return value === undefined ? [] : [[name, value]];
  });
}

function deviceOf(label: string): string {
  return `the BIG-IP of ${label === '.' ? 'these files' : label}`;
}

/** A name as tmsh takes it: in quotation marks where it holds what ends a word. */
function quoted(name: string): string {
  return /^[^\s{}[\];"'#|\\]+$/.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`;
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
