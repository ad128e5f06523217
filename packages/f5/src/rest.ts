import type { Location, SourceFile } from '@shortfuse/core';
import type { Node } from 'jsonc-parser';
import { readDestination } from './destination.js';
import { type Attachment, type Device, type PropertyName, propertyNames, type Setting } from './device.js';
import type { FileOf } from './files.js';
import { locationOf, memberOf, scalarOf } from './json.js';
import { partitionOf, referred } from './names.js';

/** The names that iControl REST gives the properties. Source: recorded answers of 13.0.0 and 17.1. */
const restNames: Readonly<Record<PropertyName, string>> = {
  'cache-timeout': 'cacheTimeout',
  'cache-size': 'cacheSize',
  'session-ticket': 'sessionTicket',
  'session-ticket-timeout': 'sessionTicketTimeout',
  authenticate: 'authenticate',
  mode: 'mode',
  options: 'tmOptions',
  'session-mirroring': 'sessionMirroring',
};

/**
 * Adds the client-ssl profiles and virtual servers of iControl REST answers, wherever in the file they are: an object, a
 * collection, or several of them in one. The device has resolved all values, so what a profile shows counts as its own.
 */
export function addRestObjects(device: Device, { file, root }: FileOf<'rest'>): void {
  const waiting: Node[] = root ? [root] : [];
  // A stack, and children in reverse, so that objects come in file order.
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    const kind = node.type === 'object' ? (scalarOf(node, 'kind') ?? '') : '';
    if (/^tm:ltm:profile:client-ssl:client-sslstate/.test(kind)) addProfile(device, file, node);
    else if (/^tm:ltm:virtual:virtualstate/.test(kind)) addVirtual(device, file, node);
    else if (/^tm:ltm:profile:/.test(kind) && kind.endsWith('state') && !kind.endsWith('collectionstate'))
      device.otherProfiles.add(pathOf(node));
    if (node.type === 'object' || node.type === 'array' || node.type === 'property')
      for (const child of (node.children ?? []).toReversed()) waiting.push(child);
  }
}

function pathOf(node: Node): string {
  const path = scalarOf(node, 'fullPath');
  if (path?.startsWith('/')) return path;
  return `/${scalarOf(node, 'partition') ?? 'Common'}/${path ?? scalarOf(node, 'name') ?? ''}`;
}

/** Where an object is named; its brace where it is not. */
function placeOf(file: SourceFile, node: Node): Location {
  return locationOf(file, (memberOf(node, 'name') ?? memberOf(node, 'fullPath'))?.node ?? node);
}

function addProfile(device: Device, file: SourceFile, node: Node): void {
  const path = pathOf(node);
  const settings = new Map<PropertyName, Setting>();
  for (const name of propertyNames) {
    const member = memberOf(node, restNames[name]);
    const value = scalarOf(node, restNames[name]);
    if (member && value !== undefined)
      settings.set(name, { value: value.replace(/^\{|\}$/g, '').trim(), at: locationOf(file, member.node) });
  }
  const parent = memberOf(node, 'defaultsFrom');
  const name = scalarOf(node, 'defaultsFrom');
  const isRoot = path === '/Common/clientssl' || name === 'none';
  const appService = scalarOf(node, 'appService');
  device.profiles.set(path, {
    path,
    at: placeOf(file, node),
    place: { form: 'rest' },
    settings,
    parent:
      parent && name !== undefined && !isRoot
        ? { kind: 'named', path: referred(name, partitionOf(path), () => true), at: locationOf(file, parent.node) }
        : { kind: isRoot ? 'none' : 'implied' },
    ...(appService === undefined || appService === 'none' ? {} : { appService }),
    lookAlikes: [],
  });
}

function addVirtual(device: Device, file: SourceFile, node: Node): void {
  const path = pathOf(node);
  const profiles =
    memberOf(memberOf(node, 'profilesReference')?.value, 'items')?.value ?? memberOf(node, 'profiles')?.value;
  const attachments = (profiles?.type === 'array' ? (profiles.children ?? []) : []).map((item): Attachment => {
    const at = locationOf(file, item);
    if (typeof item.value === 'string') return { path: item.value, at };
    const context = scalarOf(item, 'context');
    return context === undefined ? { path: pathOf(item), at } : { path: pathOf(item), at, context };
  });
  const destination = scalarOf(node, 'destination');
  const criteria = scalarOf(node, 'trafficMatchingCriteria');
  const rules = memberOf(node, 'rules')?.value;
  const appService = scalarOf(node, 'appService');
  device.virtuals.set(path, {
    path,
    at: placeOf(file, node),
    addresses: [destination === undefined ? null : readDestination(destination)],
    ...(criteria === undefined ? {} : { criteria }),
    attachments,
    uses: [],
    rules: (rules?.children ?? []).flatMap(({ value }) => (typeof value === 'string' ? [value] : [])),
    isDisabled: scalarOf(node, 'disabled') === 'true',
    ...(appService === undefined ? {} : { appService }),
    notes: [],
  });
}
