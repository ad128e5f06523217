import type { Scope } from '../config/model.js';
import { lookUp } from '../config/scopes.js';
import { type AddressRange, type RangeSet, rangeSet, readRange, spellRange } from './addresses.js';
import { type PortRange, readPorts } from './ports.js';

/** Why a member stands for no addresses or ports that a file could tell. */
export type UnresolvedReason =
  | 'fqdn'
  | 'dynamic'
  | 'region'
  | 'external-list'
  | 'wildcard'
  | 'not-found'
  /** A group that holds itself: it adds nothing, so it leaves nothing open either. */
  | 'loop';

export interface Unresolved {
  /** The innermost name. */
  readonly member: string;
  readonly why: UnresolvedReason;
  /** Where an object stands whose value is no address or port, such as a template's placeholder. */
  readonly at?: number;
}

/** A member of a rule's destination: its shortest spelling and what it holds. */
export interface Destination {
  readonly text: string;
  readonly range: AddressRange | 'any';
}

export interface Destinations {
  /** In the order of the members, each spelling once. */
  readonly entries: readonly Destination[];
  readonly unresolved: readonly Unresolved[];
  /** The same in a form that is quick to ask. */
  readonly held: { readonly isAny: boolean; readonly set: RangeSet };
}

export interface Services {
  readonly ports: 'any' | readonly PortRange[];
  readonly unresolved: readonly Unresolved[];
}

/**
 * What names were found to stand for, so that the thousandth rule about one group costs no more than the first; and how many
 * members may still be followed. Rules that name large groups again and again would make a list far longer than their file:
 * what goes beyond is left out, and `isSpent` says so.
 */
export interface Resolver {
  left: number;
  isSpent: boolean;
  readonly literals: Map<string, Destination | undefined>;
  readonly destinations: Map<Scope, Map<string, Destinations>>;
}

export function resolverFor(members: number): Resolver {
  return { left: members, isSpent: false, literals: new Map(), destinations: new Map() };
}

/** Resolves members of a destination: objects and groups first, then literal addresses, networks and ranges. */
export function resolveDestinations(members: readonly string[], scope: Scope, resolver: Resolver): Destinations {
  const known = resolver.destinations.get(scope) ?? new Map<string, Destinations>();
  resolver.destinations.set(scope, known);
  const key = members.join('\n');
  const before = known.get(key);
  if (before) {
    if (spend(resolver, before.entries.length)) return before;
    return { ...before, entries: [], held: { isAny: false, set: rangeSet([]) } };
  }
  const entries = new Map<string, Destination>();
  const unresolved = new Map<string, Unresolved>();
  const add = (text: string): boolean => {
    const literal = literalOf(text, resolver);
    if (literal && !entries.has(literal.text)) entries.set(literal.text, literal);
    return literal !== undefined;
  };
  for (const found of membersWithin('addresses', members, scope, resolver)) {
    const { name, object } = found;
    if (found.isLoop) leaveOpen(unresolved, name, 'loop');
    else if (object === undefined) {
      if (name === 'any') entries.set('any', { text: 'any', range: 'any' });
      else if (!add(name)) leaveOpen(unresolved, name, /^[A-Z]{2}$/.test(name) ? 'region' : 'not-found');
    } else if (object.kind === 'literal') {
      if (!add(object.text)) leaveOpen(unresolved, name, 'not-found', object.at);
    } else if (object.kind !== 'group') leaveOpen(unresolved, name, object.kind);
  }
  const list = [...entries.values()];
  const ranges = list.flatMap(({ range }) => (range === 'any' ? [] : range));
  const resolved: Destinations = {
    entries: list,
    unresolved: [...unresolved.values()],
    held: { isAny: entries.has('any'), set: rangeSet(ranges) },
  };
  known.set(key, resolved);
  return resolved;
}

function literalOf(text: string, { literals }: Resolver): Destination | undefined {
  const known = literals.get(text);
  if (known || literals.has(text)) return known;
  const range = readRange(text);
  const literal = range && { text: spellRange(text.trim(), range), range };
  literals.set(text, literal);
  return literal;
}

/** Takes from what may still be followed; false where that is not enough. */
function spend(resolver: Resolver, members: number): boolean {
  if (resolver.left < members) resolver.isSpent = true;
  else resolver.left -= members;
  return !resolver.isSpent;
}

function leaveOpen(unresolved: Map<string, Unresolved>, member: string, why: UnresolvedReason, at?: number): void {
  const key = `${why} ${member}`;
  if (!unresolved.has(key)) unresolved.set(key, { member, why, ...(at === undefined ? {} : { at }) });
}

/** Services that exist without being defined. Source: PAN-OS 9.1 administrator's guide, Service objects. */
const predefinedPorts: ReadonlyMap<string, string> = new Map([
  ['service-http', '80,8080'],
  ['service-https', '443'],
]);

/** Resolves members of `service` to TCP ports; other protocols have none. One `any` is every port. */
export function resolveServices(members: readonly string[], scope: Scope, resolver: Resolver): Services {
  const ports = new Map<string, PortRange>();
  const unresolved = new Map<string, Unresolved>();
  let isAny = false;
  for (const found of membersWithin('services', members, scope, resolver)) {
    const { name, object } = found;
    if (found.isLoop) {
      leaveOpen(unresolved, name, 'loop');
      continue;
    }
    if (object?.kind === 'group' || object?.kind === 'other') continue;
    if (object === undefined && name === 'any') {
      isAny = true;
      continue;
    }
    const ranges = readPorts(object?.ports ?? predefinedPorts.get(name) ?? '');
    if (ranges) for (const range of ranges) ports.set(range.text, ports.get(range.text) ?? range);
    else leaveOpen(unresolved, name, 'not-found', object?.at);
  }
  return { ports: isAny ? 'any' : [...ports.values()], unresolved: [...unresolved.values()] };
}

interface Member<Kind extends 'addresses' | 'services'> {
  readonly name: string;
  readonly object: ReturnType<Scope[Kind]['get']>;
  readonly isLoop: boolean;
}

interface Frame {
  readonly members: readonly string[];
  readonly scope: Scope;
  /** The group whose members these are; undefined for the rule's own. */
  readonly group: readonly string[] | undefined;
  next: number;
}

/**
 * Every member in order, groups depth first and each group once. Members of a group are looked up where the group stands. Its own
 * stack, so that no depth of groups can exhaust the engine's.
 */
function* membersWithin<Kind extends 'addresses' | 'services'>(
  kind: Kind,
  members: readonly string[],
  start: Scope,
  resolver: Resolver,
): Generator<Member<Kind>> {
  // Groups are told apart by their member lists, because two scopes may have groups of the same name.
  const entered = new Set<readonly string[]>();
  const open = new Set<readonly string[]>();
  const frames: Frame[] = [{ members, scope: start, group: undefined, next: 0 }];
  for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
    const name = frame.members[frame.next++];
    if (name === undefined) {
      frames.pop();
      if (frame.group) open.delete(frame.group);
      continue;
    }
    if (!spend(resolver, 1)) return;
    const found = lookUp(kind, name, frame.scope);
    const object = found?.object as Member<Kind>['object'];
    if (found && object?.kind === 'group') {
      const { members: inner } = object;
      if (open.has(inner)) yield { name, object, isLoop: true };
      else if (!entered.has(inner)) {
        entered.add(inner);
        open.add(inner);
        frames.push({ members: inner, scope: found.scope, group: inner, next: 0 });
      }
    } else yield { name, object, isLoop: false };
  }
}
