import type { IgnoredSetting, Location, SourceFile } from '@shortfuse/core';
import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import { joinAddress, readPort } from './destination.js';
import type { Attachment, Device, Parent, PropertyName, Setting } from './device.js';
import { factoryProfiles } from './factory.js';
import { fullPath, referred } from './names.js';

export const profileModule = /(?:^|\.)(?:bigip_profile_client_ssl|f5bigip_ltm_profile_client_ssl)$/;
const virtualModule = /(?:^|\.)bigip_virtual_server$/;
const upstreamModule = /(?:^|\.)(?:bigip_profile_server_ssl|f5bigip_ltm_profile_server_ssl)$/;

/** Arguments of f5_modules' bigip_profile_client_ssl and of erjac77's f5bigip_ltm_profile_client_ssl, which also has tickets. */
const argumentNames: readonly (readonly [PropertyName, readonly string[]])[] = [
  ['cache-timeout', ['cache_timeout']],
  ['cache-size', ['cache_size']],
  ['session-ticket', ['session_ticket']],
  ['session-ticket-timeout', ['session_ticket_timeout']],
  ['authenticate', ['client_auth_frequency', 'authenticate']],
  ['mode', ['mode']],
  ['options', ['options', 'tm_options']],
  ['session-mirroring', ['session_mirroring']],
];

/** What the arguments that set a property are called. */
export function argumentsOf(property: PropertyName): readonly string[] {
  return argumentNames.find(([name]) => name === property)?.[1] ?? [];
}

interface Task {
  readonly key: string;
  readonly file: SourceFile;
  readonly args: YAMLMap;
}

/** Adds what the tasks of some files make: profiles first, because a virtual server may be set up in an earlier file. */
export function addAnsibleTasks(
  device: Device,
  files: readonly { readonly file: SourceFile; readonly documents: readonly Document[] }[],
): void {
  const virtuals: Task[] = [];
  for (const { file, documents } of files)
    for (const { key, args } of documents.flatMap((document) => tasksIn(document.contents))) {
      if (textOf(args, 'state') === 'absent') continue;
      if (profileModule.test(key)) addProfile(device, { key, file, args });
      else if (upstreamModule.test(key)) addServerSsl(device, { key, file, args });
      else virtuals.push({ key, file, args });
    }
  for (const task of virtuals) addVirtual(device, task);
}

/** Modules of interest with their arguments, at any depth: plays, blocks, task files. Aliases are not followed. */
export function tasksIn(root: unknown): { readonly key: string; readonly args: YAMLMap }[] {
  const found: { key: string; args: YAMLMap }[] = [];
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (isPair(node)) {
      const key = isScalar(node.key) ? String(node.key.value) : '';
      if (isMap(node.value) && (profileModule.test(key) || virtualModule.test(key) || upstreamModule.test(key)))
        found.push({ key, args: node.value });
      else waiting.push(node.value);
    } else if (isMap(node) || isSeq(node)) for (const item of node.items.toReversed()) waiting.push(item);
  }
  return found;
}

function pathOf(args: YAMLMap): string {
  const name = textOf(args, 'name') ?? '';
  return fullPath(name, folderOf(args));
}

function folderOf(args: YAMLMap): string {
  return `/${textOf(args, 'partition') ?? 'Common'}`;
}

function addProfile(device: Device, { key, file, args }: Task): void {
  const path = pathOf(args);
  const settings = new Map<PropertyName, Setting>();
  for (const [property, names] of argumentNames)
    for (const name of names) {
      const pair = pairOf(args, name);
      if (!pair) continue;
      const value = property === 'options' ? wordsOf(pair) : textOf(args, name);
      const isKnown = value !== undefined && !isTemplate(value);
      settings.set(property, {
        value: isKnown ? value : undefined,
        at: pairLocation(file, pair),
        ...(isKnown ? {} : { why: `${name} is filled in when Ansible runs` }),
        ...valuePlace(file, name, pair),
      });
    }
  device.profiles.set(path, {
    path,
    at: startOf(file, args),
    place: { form: 'ansible', file, args, module: key },
    settings,
    parent: parentOf(file, args),
    lookAlikes: [],
  });
}

/** The text of a value, and why it is not to be changed: what an anchor names has other readers. */
function valuePlace(file: SourceFile, name: string, { value }: Pair): Pick<Setting, 'valueSpan' | 'locked'> {
  if (isAlias(value)) return { locked: `${name} is *${value.source}, whose value stands elsewhere` };
  const range = rangeOf(value);
  if (!isScalar(value) || !range) return {};
  return {
    valueSpan: inside(file, range[0], range[1]).span,
    ...(value.anchor === undefined
      ? {}
      : { locked: `the anchor &${value.anchor} hands this value on to other places` }),
  };
}

function parentOf(file: SourceFile, args: YAMLMap): Parent {
  const pair = pairOf(args, 'parent') ?? pairOf(args, 'defaults_from');
  const name = textOf(args, 'parent') ?? textOf(args, 'defaults_from');
  if (!pair || name === undefined) return { kind: 'implied' };
  const at = pairLocation(file, pair);
  if (isTemplate(name)) return { kind: 'unknown', at, why: 'the parent profile is filled in when Ansible runs' };
  return { kind: 'named', path: referred(name, folderOf(args), (path) => factoryProfiles.has(path)), at };
}

function addServerSsl(device: Device, { file, args }: Task): void {
  const path = pathOf(args);
  device.otherProfiles.add(path);
  const why = 'server-ssl profile: towards the pool members, not the clients';
  const lookAlikes = ['cache_timeout', 'session_ticket'].flatMap((name): IgnoredSetting[] => {
    const pair = pairOf(args, name);
    return pair ? [{ at: pairLocation(file, pair), why }] : [];
  });
  if (lookAlikes.length > 0) device.others.set(path, { path, at: startOf(file, args), lookAlikes });
}

function addVirtual(device: Device, { file, args }: Task): void {
  const path = pathOf(args);
  const destination = textOf(args, 'destination');
  const port = readPort(textOf(args, 'port') ?? '');
  const profiles = pairOf(args, 'profiles') ?? pairOf(args, 'all_profiles');
  const exists = (candidate: string): boolean =>
    device.profiles.has(candidate) || device.otherProfiles.has(candidate) || factoryProfiles.has(candidate);
  const attachments = (isSeq(profiles?.value) ? profiles.value.items : []).flatMap((item): Attachment[] => {
    const at = profiles ? pairLocation(file, profiles) : startOf(file, args);
    const name = isMap(item) ? textOf(item, 'name') : isScalar(item) ? String(item.value) : undefined;
    if (name === undefined || isTemplate(name)) return [];
    const context = isMap(item) ? textOf(item, 'context') : undefined;
    return [{ path: referred(name, folderOf(args), exists), at, ...(context === undefined ? {} : { context }) }];
  });
  const hasAddress = destination !== undefined && port !== undefined && !isTemplate(destination);
  device.virtuals.set(path, {
    path,
    at: startOf(file, args),
    addresses: [hasAddress ? joinAddress(destination, port) : null],
    attachments,
    uses: [],
    rules: [],
    isDisabled: textOf(args, 'state') === 'disabled',
    notes: [],
  });
}

export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** A scalar as it is written, so that 0600 and 1_800 stay what a person sees. */
export function textOf(map: YAMLMap, key: string): string | undefined {
  const value = pairOf(map, key)?.value;
  if (!isScalar(value)) return undefined;
  return typeof value.value === 'string' ? value.value : (value.source ?? String(value.value));
}

function wordsOf({ value }: Pair): string | undefined {
  if (isScalar(value)) return String(value.value);
  return isSeq(value) ? value.items.map((item) => (isScalar(item) ? String(item.value) : '')).join(' ') : undefined;
}

function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}

/** From a key to the end of its value. */
function pairLocation(file: SourceFile, { key, value }: Pair): Location {
  const [start = 0, keyEnd = 0] = rangeOf(key) ?? [];
  const [, end = keyEnd] = rangeOf(value) ?? [];
  return inside(file, start, Math.max(keyEnd, end));
}

/** The first argument of a task. */
function startOf(file: SourceFile, args: YAMLMap): Location {
  const [start = 0] = args.range ?? [];
  const lineEnd = file.text.indexOf('\n', start);
  const end = lineEnd === -1 ? file.text.length : lineEnd;
  return inside(file, start, file.text.charAt(end - 1) === '\r' ? end - 1 : end);
}

function inside(file: SourceFile, start: number, end: number): Location {
  const from = Math.min(start, file.text.length);
  return { file, span: { start: from, end: Math.max(from, Math.min(end, file.text.length)) } };
}

function rangeOf(node: unknown): readonly [number, number, number] | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? (node.range ?? undefined) : undefined;
}
