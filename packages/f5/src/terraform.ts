import type { IgnoredSetting, Problem, SourceFile } from '@shortfuse/core';
import { joinAddress, readPort } from './destination.js';
import type { Attachment, Device, Parent, PropertyName, Setting } from './device.js';
import { type HclAttribute, type HclBlock, readHcl } from './hcl.js';
import { fullPath } from './names.js';

export function readTerraform(file: SourceFile): {
  readonly file: SourceFile;
  readonly problems: readonly Problem[];
  readonly blocks: readonly HclBlock[];
} {
  return { file, ...readHcl(file) };
}

/** Arguments of the provider's resource. It has none for the lifetime of tickets. Source: terraform-provider-bigip 1.28. */
const argumentNames: readonly (readonly [PropertyName, string])[] = [
  ['cache-timeout', 'cache_timeout'],
  ['cache-size', 'cache_size'],
  ['session-ticket', 'session_ticket'],
  ['authenticate', 'authenticate'],
  ['mode', 'mode'],
  ['options', 'tm_options'],
  ['session-mirroring', 'session_mirroring'],
];

/** Adds the resources of one module: all its files, because they refer to each other's resources. */
export function addTerraformResources(
  device: Device,
  files: readonly { readonly blocks: readonly HclBlock[] }[],
): void {
  const resources = files
    .flatMap(({ blocks }) => blocks)
    .filter(({ type, labels }) => type === 'resource' && labels.length === 2);
  const names = new Map<string, string>();
  for (const { labels, attributes } of resources) {
    const name = literal(attributes.get('name'));
    if (name !== undefined) names.set(labels.join('.'), fullPath(name, '/Common'));
  }
  for (const resource of resources) {
    switch (resource.labels[0]) {
      case 'bigip_ltm_profile_client_ssl':
        addProfile(device, names, resource);
        break;
      case 'bigip_ltm_profile_server_ssl':
        addServerSsl(device, names, resource);
        break;
      case 'bigip_ltm_virtual_server':
        addVirtual(device, names, resource);
        break;
    }
  }
}

/** A resource without a literal name is known by its address in the code. */
function pathOf(names: ReadonlyMap<string, string>, { labels }: HclBlock): string {
  return names.get(labels.join('.')) ?? `/Common/\${${labels.join('.')}.name}`;
}

function addProfile(device: Device, names: ReadonlyMap<string, string>, block: HclBlock): void {
  const path = pathOf(names, block);
  const settings = new Map<PropertyName, Setting>();
  for (const [property, argument] of argumentNames) {
    const attribute = block.attributes.get(argument);
    if (!attribute) continue;
    const value = property === 'options' ? literals(attribute)?.join(' ') : literal(attribute);
    settings.set(property, {
      value,
      at: attribute.at,
      valueSpan: { start: attribute.at.span.end - attribute.text.length, end: attribute.at.span.end },
      ...(value === undefined ? { why: `${argument} is computed when Terraform runs` } : {}),
    });
  }
  const from = block.attributes.get('defaults_from');
  device.profiles.set(path, {
    path,
    at: block.at,
    place: { form: 'terraform', block },
    settings,
    parent: parentOf(names, from),
    lookAlikes: [],
  });
}

function parentOf(names: ReadonlyMap<string, string>, from: HclAttribute | undefined): Parent {
  if (!from) return { kind: 'implied' };
  const path = target(names, from.text);
  return path === undefined
    ? { kind: 'unknown', at: from.at, why: 'defaults_from is computed when Terraform runs' }
    : { kind: 'named', path, at: from.at };
}

function addServerSsl(device: Device, names: ReadonlyMap<string, string>, block: HclBlock): void {
  const path = pathOf(names, block);
  device.otherProfiles.add(path);
  const why = 'server-ssl profile: towards the pool members, not the clients';
  const lookAlikes = ['cache_timeout', 'session_ticket'].flatMap((name): IgnoredSetting[] => {
    const at = block.attributes.get(name)?.at;
    return at ? [{ at, why }] : [];
  });
  if (lookAlikes.length > 0) device.others.set(path, { path, at: block.at, lookAlikes });
}

function addVirtual(device: Device, names: ReadonlyMap<string, string>, block: HclBlock): void {
  const { attributes } = block;
  const path = pathOf(names, block);
  const destination = literal(attributes.get('destination'));
  const port = readPort(literal(attributes.get('port')) ?? '');
  const attachments: Attachment[] = [];
  let isComputed = false;
  for (const [argument, context] of [
    ['client_profiles', 'clientside'],
    ['server_profiles', 'serverside'],
    ['profiles', undefined],
  ] as const) {
    const attribute = attributes.get(argument);
    for (const item of attribute ? listItems(attribute.text) : []) {
      const reference = target(names, item);
      if (reference === undefined) isComputed ||= argument !== 'server_profiles';
      else attachments.push({ path: reference, at: attribute?.at ?? block.at, ...(context ? { context } : {}) });
    }
  }
  device.virtuals.set(path, {
    path,
    at: block.at,
    addresses: [destination === undefined || port === undefined ? null : joinAddress(destination, port)],
    attachments,
    uses: [],
    rules: [],
    isDisabled: literal(attributes.get('state')) === 'disabled',
    notes: isComputed
      ? [{ code: 'computed-profiles', text: 'some of its profiles are computed when Terraform runs and are not shown' }]
      : [],
  });
}

/** The path that a string or a reference to another resource's name means; undefined for other expressions. */
function target(names: ReadonlyMap<string, string>, text: string): string | undefined {
  const [, string] = /^"([^"\\$]*)"$/.exec(text) ?? [];
  if (string !== undefined) return fullPath(string, '/Common');
  const [, resource] = /^(?:"\$\{\s*)?(bigip_\w+\.[\w-]+)\.(?:name|id)(?:\s*\}")?$/.exec(text) ?? [];
  return resource === undefined ? undefined : names.get(resource);
}

/** A string, number or truth value that is written out. */
function literal(attribute: HclAttribute | undefined): string | undefined {
  const [, string, word] = /^(?:"([^"\\$]*)"|(-?\d+(?:\.\d+)?|true|false))$/.exec(attribute?.text ?? '') ?? [];
  return string ?? word;
}

function literals({ text, at }: HclAttribute): string[] | undefined {
  const items = listItems(text).map((item) => literal({ text: item, at }));
  return items.every((item) => item !== undefined) ? items : undefined;
}

/** The elements of a list of strings and references, or the expression itself where it is no list. */
function listItems(text: string): string[] {
  const [, inner] = /^\[(.*)\]$/s.exec(text) ?? [];
  if (inner === undefined) return text === '' ? [] : [text];
  // A string in a string's interpolation, or an escape: too much for this reader, so the whole counts as computed.
  if (/\$\{[^}]*"|\\/.test(inner)) return [text];
  return (inner.match(/"[^"]*"|[^,\s"]+/g) ?? []).filter((item) => !item.startsWith('#'));
}
