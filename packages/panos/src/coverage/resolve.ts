import type { Scope } from '../config/model.js';
import { lookUp } from '../config/scopes.js';
import { type AddressRange, readRange, spellRange } from './addresses.js';
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
  readonly entries: readonly Destination[];
  readonly unresolved: readonly Unresolved[];
}

export interface Services {
  readonly ports: 'any' | readonly PortRange[];
  readonly unresolved: readonly Unresolved[];
}

/**
 * How many members may still be followed. Groups of thousands of members in thousands of rules would be more than their
 * file is long: what goes beyond is not followed, and `isSpent` says so.
 */
export interface Budget {
  left: number;
  isSpent: boolean;
}

export function budgetOf(members: number): Budget {
  return { left: members, isSpent: false };
}

/** Resolves members of a destination: objects and groups first, then literal addresses, networks and ranges. */
export function resolveDestinations(members: readonly string[], scope: Scope, budget: Budget): Destinations {
  const entries = new Map<string, Destination>();
  const unresolved = new Map<string, Unresolved>();
  const add = (text: string): boolean => {
    const range = readRange(text);
    if (!range) return false;
    const spelled = spellRange(text.trim(), range);
    if (!entries.has(spelled)) entries.set(spelled, { text: spelled, range });
    return true;
  };
  const leaveOpen = (member: string, why: UnresolvedReason, at?: number): void => {
    const key = `${why} ${member}`;
    if (!unresolved.has(key)) unresolved.set(key, { member, why, ...(at === undefined ? {} : { at }) });
  };
  for (const found of membersWithin('addresses', members, scope, budget)) {
    const { name, object } = found;
    if (found.isLoop) leaveOpen(name, 'loop');
    else if (object === undefined) {
      if (name === 'any') entries.set('any', { text: 'any', range: 'any' });
      else if (!add(name)) leaveOpen(name, /^[A-Z]{2}$/.test(name) ? 'region' : 'not-found');
    } else if (object.kind === 'literal') {
      if (!add(object.text)) leaveOpen(name, 'not-found', object.at);
    } else if (object.kind !== 'group') leaveOpen(name, object.kind);
  }
  return { entries: [...entries.values()], unresolved: [...unresolved.values()] };
}

/** Services that exist without being defined. Source: PAN-OS 9.1 administrator's guide, Service objects. */
const predefinedPorts: ReadonlyMap<string, string> = new Map([
  ['service-http', '80,8080'],
  ['service-https', '443'],
]);

/** Resolves members of `service` to TCP ports; other protocols have none. One `any` is every port. */
export function resolveServices(members: readonly string[], scope: Scope, budget: Budget): Services {
  const ports = new Map<string, PortRange>();
  const unresolved = new Map<string, Unresolved>();
  let isAny = false;
  const leaveOpen = (member: string, why: UnresolvedReason, at?: number): void => {
    const key = `${why} ${member}`;
    if (!unresolved.has(key)) unresolved.set(key, { member, why, ...(at === undefined ? {} : { at }) });
  };
  for (const found of membersWithin('services', members, scope, budget)) {
    const { name, object } = found;
    if (found.isLoop) {
      leaveOpen(name, 'loop');
      continue;
    }
    if (object?.kind === 'group' || object?.kind === 'other') continue;
    if (object === undefined && name === 'any') {
      isAny = true;
      continue;
    }
    const ranges = readPorts(object?.ports ?? predefinedPorts.get(name) ?? '');
    if (ranges) for (const range of ranges) ports.set(range.text, ports.get(range.text) ?? range);
    else leaveOpen(name, 'not-found', object?.at);
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
  budget: Budget,
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
    if (budget.left === 0) {
      budget.isSpent = true;
      return;
    }
    budget.left--;
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
