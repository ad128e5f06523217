import type { IgnoredSetting, Location } from '@shortfuse/core';
import { joinAddress, readDestination, readPort } from './destination.js';
import type { Attachment, Device, OtherObject, Parent, Profile, PropertyName, Rule, Virtual } from './device.js';
import { propertyNames } from './device.js';
import { factoryProfiles } from './factory.js';
import { mentionsIn } from './mentions.js';
import { fullPath, partitionOf, referred } from './names.js';
import { elementsOf, nameTable, type Property, propertiesOf, propertyLocation, valueText } from './properties.js';
import { profilesInRule } from './rules.js';
import {
  headerLocation,
  type TmshFile,
  TokenKind,
  tokenLocation,
  tokenSpan,
  tokenValue,
  wordsOf,
  writtenToken,
} from './tree.js';

const wanted: ReadonlySet<string> = new Set(propertyNames);
const profileNames = nameTable([...propertyNames, 'defaults-from', 'app-service', 'partition']);
const virtualNames = nameTable(
  'destination traffic-matching-criteria disabled enabled app-service profiles rules persist partition'.split(' '),
);

/** What other objects have that looks like the lifetime of client-side sessions, by the words of their header. */
const lookAlikes: ReadonlyMap<string, { readonly names: readonly string[]; readonly why: string }> = new Map([
  [
    'ltm profile server-ssl',
    {
      names: ['cache-timeout', 'session-ticket', 'session-ticket-timeout'],
      why: 'server-ssl profile: towards the pool members, not the clients',
    },
  ],
  ['ltm profile ocsp-stapling-params', { names: ['cache-timeout'], why: 'lifetime of cached OCSP responses' }],
  ['sys crypto cert-validator ocsp', { names: ['cache-timeout'], why: 'lifetime of cached OCSP responses' }],
  ['ltm persistence ssl', { names: ['timeout'], why: 'lifetime of persistence records' }],
  ['ltm profile tcp', { names: ['cmetrics-cache-timeout'], why: 'TCP congestion metrics cache' }],
]);

/** What a file leaves for later ones: references are looked up when all names are known. */
export interface Pending {
  readonly profiles: { readonly profile: Profile; readonly parent: string; readonly folder: string; at: Location }[];
  readonly virtuals: { readonly virtual: Virtual; readonly folder: string }[];
}

/**
 * Adds the objects of one file to `device`; what a later file says of the same object replaces what an earlier one said,
 * property by property, as `load sys config merge` does.
 */
export function addObjects(device: Device, pending: Pending, tree: TmshFile): void {
  const owners: Owner[] = [];
  let folder = folderOfFile(tree.file.path);
  const { statements, tokens } = tree;
  for (let i = 0; i < statements.count; i = statements.next[i] ?? statements.count) {
    if (statements.open[i] === -1) continue;
    const words = wordsOf(tree, i);
    const owner: Owner = { start: tokens.starts[statements.first[i] ?? 0] ?? 0, end: endOf(tree, i), list: undefined };
    owners.push(owner);
    const [module, type, third] = words;
    const name = words.at(-1) ?? '';
    if (module === 'ltm' && type === 'profile' && words.length === 4) {
      if (third === 'client-ssl') owner.list = addProfile(device, pending, tree, i, name, folder).lookAlikes;
      else device.otherProfiles.add(fullPath(name, folder));
    } else if (module === 'ltm' && type === 'virtual' && words.length === 3) {
      addVirtual(device, pending, tree, i, name, folder);
    } else if (module === 'ltm' && type === 'traffic-matching-criteria') {
      device.criteria.set(fullPath(name, folder), criteriaAddress(tree, i));
    } else if (module === 'ltm' && type === 'rule') {
      const rule = ruleOf(tree, i, fullPath(name, folder));
      device.rules.set(rule.path, rule);
      owner.list = rule.lookAlikes;
    } else if (module === 'cli' && type === 'admin-partitions') {
      const update = propertiesOf(tree, i).find((property) => property.name === 'update-partition');
      if (update) folder = fullPath(valueText(tree, update), '');
    }
    const kind = lookAlikes.get(words.slice(0, -1).join(' '));
    if (kind) addOther(device, tree, i, fullPath(name, folder), kind);
  }
  addMentions(device, tree, owners);
}

/** The names of the virtual servers in a file, as its headers have them. */
export function virtualServersIn(tree: TmshFile): string[] {
  const { statements } = tree;
  const names: string[] = [];
  for (let i = 0; i < statements.count; i = statements.next[i] ?? statements.count) {
    const first = statements.first[i] ?? 0;
    if (statements.words[i] !== 3 || statements.open[i] === -1) continue;
    if (writtenToken(tree, first) === 'ltm' && writtenToken(tree, first + 1) === 'virtual')
      names.push(tokenValue(tree, first + 2));
  }
  return names;
}

/** An object, by its place in the text, and where what looks like settings in it is kept. */
interface Owner {
  readonly start: number;
  readonly end: number;
  list: IgnoredSetting[] | undefined;
}

function endOf({ tokens, statements, file }: TmshFile, statement: number): number {
  const close = statements.close[statement] ?? -1;
  return close === -1 ? file.text.length : (tokens.ends[close] ?? 0);
}

/** Saved files write full paths; the short names of pasted output belong to /Common unless the file lies in a partition's folder. */
function folderOfFile(path: string): string {
  return `/${/(?:^|\/)partitions\/([^/]+)\/[^/]+$/.exec(path)?.[1] ?? 'Common'}`;
}

/** Before version 11 objects had bare names and said which partition they are in. */
function ownFolder(tree: TmshFile, properties: readonly Property[], folder: string): string {
  const partition = properties.find(({ name }) => name === 'partition');
  const value = partition && valueText(tree, partition);
  return value ? fullPath(value, '') : folder;
}

function addProfile(
  device: Device,
  pending: Pending,
  tree: TmshFile,
  statement: number,
  name: string,
  folder: string,
): Profile {
  const properties = propertiesOf(tree, statement, profileNames);
  const path = fullPath(name, ownFolder(tree, properties, folder));
  let profile = device.profiles.get(path);
  if (!profile) {
    const parent: Parent = path === '/Common/clientssl' ? { kind: 'none' } : { kind: 'implied' };
    profile = {
      path,
      at: headerLocation(tree, statement),
      place: { form: 'tmsh', tree, statement },
      settings: new Map(),
      parent,
      lookAlikes: [],
    };
    device.profiles.set(path, profile);
  }
  for (const property of properties) {
    const value = valueText(tree, property);
    const at = propertyLocation(tree, property);
    if (property.name === 'defaults-from') {
      if (value === 'none') profile.parent = { kind: 'none' };
      else pending.profiles.push({ profile, parent: value, folder: partitionFolder(path), at });
    } else if (property.name === 'app-service') {
      if (value !== 'none' && value !== '') profile.appService = value;
    } else if (wanted.has(property.name)) {
      const known = property.name as PropertyName;
      const earlier = profile.settings.get(known);
      if (earlier && isLifetime(known))
        profile.lookAlikes.push({
          at: earlier.at,
          why: `${known} is stated again later, and the last statement counts`,
        });
      const { valueToken } = property;
      profile.settings.set(known, {
        value,
        at,
        ...(valueToken === -1 ? {} : { valueSpan: tokenSpan(tree, valueToken) }),
      });
    }
  }
  return profile;
}

function isLifetime(name: PropertyName): boolean {
  return name === 'cache-timeout' || name === 'session-ticket-timeout';
}

/** The folder that short names in an object's body are looked up in. */
function partitionFolder(path: string): string {
  return partitionOf(path);
}

function addVirtual(
  device: Device,
  pending: Pending,
  tree: TmshFile,
  statement: number,
  name: string,
  folder: string,
): void {
  const properties = propertiesOf(tree, statement, virtualNames);
  const path = fullPath(name, ownFolder(tree, properties, folder));
  const earlier = device.virtuals.get(path);
  const own = partitionOf(path);
  let { addresses, criteria, attachments, uses, rules, isDisabled, appService } = earlier ?? {
    addresses: [null] as readonly (string | null)[],
    attachments: [] as readonly Attachment[],
    uses: [] as readonly string[],
    rules: [] as readonly string[],
    isDisabled: false,
  };
  for (const property of properties) {
    switch (property.name) {
      case 'destination':
        addresses = [readDestination(valueText(tree, property))];
        criteria = undefined;
        break;
      case 'traffic-matching-criteria':
        criteria = fullPath(valueText(tree, property), own);
        break;
      case 'disabled':
        isDisabled = true;
        break;
      case 'enabled':
        isDisabled = false;
        break;
      case 'app-service':
        appService = valueText(tree, property) === 'none' ? undefined : valueText(tree, property);
        break;
      case 'profiles':
        attachments = property.block === -1 ? [] : elementsOf(tree, property.block).map((one) => attachment(tree, one));
        break;
      case 'rules':
        rules = property.block === -1 ? [] : elementsOf(tree, property.block).map((one) => fullPath(one.name, own));
        break;
      case 'persist':
        uses = property.block === -1 ? [] : elementsOf(tree, property.block).map((one) => fullPath(one.name, own));
        break;
    }
  }
  const virtual: Virtual = {
    path,
    at: headerLocation(tree, statement),
    addresses,
    ...(criteria === undefined ? {} : { criteria }),
    attachments,
    uses,
    rules,
    isDisabled,
    ...(appService === undefined ? {} : { appService }),
    notes: [],
  };
  device.virtuals.set(path, virtual);
  pending.virtuals.push({ virtual, folder: own });
}

function attachment(tree: TmshFile, element: Property): Attachment {
  const at = tokenLocation(tree, element.nameToken);
  if (element.block === -1) return { path: element.name, at };
  const context = propertiesOf(tree, element.block).find(({ name }) => name === 'context');
  return context ? { path: element.name, at, context: valueText(tree, context) } : { path: element.name, at };
}

function criteriaAddress(tree: TmshFile, statement: number): string | null {
  const values = new Map(propertiesOf(tree, statement).map((one) => [one.name, valueText(tree, one)]));
  const address = values.get('destination-address-inline');
  const port = readPort(values.get('destination-port-inline') ?? '');
  const isList = isSet(values.get('destination-address-list')) || isSet(values.get('destination-port-list'));
  return isList || address === undefined || port === undefined ? null : joinAddress(address, port);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== 'none';
}

function ruleOf(tree: TmshFile, statement: number, path: string): Rule {
  const body = (tree.statements.open[statement] ?? 0) + 1;
  const isBody = tree.tokens.kinds[body] === TokenKind.opaque;
  const text = isBody ? tree.file.text.slice(tree.tokens.starts[body], tree.tokens.ends[body]) : '';
  return { path, at: headerLocation(tree, statement), lookAlikes: [], ...profilesInRule(text) };
}

function addOther(
  device: Device,
  tree: TmshFile,
  statement: number,
  path: string,
  { names, why }: { readonly names: readonly string[]; readonly why: string },
): void {
  const found = propertiesOf(tree, statement)
    .filter((property) => names.includes(property.name))
    .map((property): IgnoredSetting => ({ at: propertyLocation(tree, property), why, isRemark: true }));
  if (found.length === 0) return;
  const other: OtherObject = { path, at: headerLocation(tree, statement), lookAlikes: found };
  device.others.set(path, other);
}

/** Sorts text that looks like settings to the objects that hold it. */
function addMentions(device: Device, tree: TmshFile, owners: readonly Owner[]): void {
  let index = 0;
  for (const mention of mentionsIn(tree)) {
    const { start } = mention.at.span;
    while (index < owners.length && (owners[index]?.end ?? 0) <= start) index++;
    const owner = owners[index];
    (owner && owner.start <= start && owner.list ? owner.list : device.loose).push(mention);
  }
}

/** Looks up short names, now that all files are read. */
export function settleReferences(device: Device, { profiles, virtuals }: Pending): void {
  const exists = (path: string): boolean => device.profiles.has(path) || factoryProfiles.has(path);
  for (const { profile, parent, folder, at } of profiles)
    profile.parent = { kind: 'named', path: referred(parent, folder, exists), at };
  const isProfile = (path: string): boolean => exists(path) || device.otherProfiles.has(path);
  for (const { virtual, folder } of virtuals)
    virtual.attachments = virtual.attachments.map((one) => ({ ...one, path: referred(one.path, folder, isProfile) }));
}
