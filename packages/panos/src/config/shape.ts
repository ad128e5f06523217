/**
 * What is read of a configuration, as a table: everything else, secrets included, is passed over and never becomes a node.
 * - `value`: one word
 * - `list`: any number of words
 * - `mark`: it is there, whatever is in it
 * - `unread`: one word or a list that is passed over, named so that its words are not taken for keys
 * - `entries`: things with names of their own, all of one shape
 * - `keys`: parts with known names; `orValue`: in their place there may be one word (the certificate of an older rule)
 */
export type Shape =
  | { readonly kind: 'value' | 'list' | 'mark' | 'unread' }
  | { readonly kind: 'entries'; readonly of: Shape }
  | KeyShape;

export interface KeyShape {
  readonly kind: 'keys';
  readonly keys: ReadonlyMap<string, Shape>;
  readonly orValue: boolean;
  /** In `set` lines several parts of it may stand on one line. */
  readonly isObject: boolean;
}

const value: Shape = { kind: 'value' };
const list: Shape = { kind: 'list' };
const mark: Shape = { kind: 'mark' };
const unread: Shape = { kind: 'unread' };

function keys(named: Readonly<Record<string, Shape>>, options: { orValue?: true; isObject?: true } = {}): KeyShape {
  const { orValue = false, isObject = false } = options;
  return { kind: 'keys', keys: new Map(Object.entries(named)), orValue, isObject };
}

function entries(named: Readonly<Record<string, Shape>>): Shape {
  return { kind: 'entries', of: keys(named, { isObject: true }) };
}

const names: Shape = { kind: 'entries', of: mark };

/** A device may be named with some of its virtual systems. */
const devices = entries({ vsys: names });
const target = keys({ negate: value, devices });

const decryptionRule = {
  from: list,
  to: list,
  source: list,
  'negate-source': value,
  'source-user': list,
  'source-hip': list,
  'destination-hip': list,
  destination: list,
  'negate-destination': value,
  service: list,
  category: list,
  action: value,
  profile: value,
  type: keys({
    'ssl-inbound-inspection': keys({ certificates: list }, { orValue: true }),
    'ssl-forward-proxy': mark,
    'ssh-proxy': mark,
  }),
  disabled: value,
  target,
  description: unread,
  tag: unread,
  'group-tag': unread,
};

const translation = keys({ 'translated-address': value, 'translated-port': value, distribution: unread });

const natRule = {
  source: list,
  destination: list,
  service: list,
  'source-translation': keys({ 'static-ip': keys({ 'translated-address': value, 'bi-directional': value }) }),
  'destination-translation': translation,
  'dynamic-destination-translation': translation,
  disabled: value,
  target,
  from: unread,
  to: unread,
  'to-interface': unread,
  description: unread,
  tag: unread,
  'group-tag': unread,
};

const rulebase = keys({
  decryption: keys({ rules: entries(decryptionRule) }),
  nat: keys({ rules: entries(natRule) }),
});

const port = keys({ port: value });

const objects = {
  address: entries({
    'ip-netmask': value,
    'ip-range': value,
    fqdn: value,
    'ip-wildcard': value,
    description: unread,
    tag: unread,
  }),
  'address-group': entries({ static: list, dynamic: keys({ filter: unread }), description: unread, tag: unread }),
  service: entries({ protocol: keys({ tcp: port, udp: port }), description: unread, tag: unread }),
  'service-group': entries({ members: list, tag: unread }),
  'external-list': names,
  region: names,
  certificate: entries({ 'common-name': value, 'public-key': value }),
  profiles: keys({
    decryption: entries({
      'ssl-inbound-proxy': keys({ 'block-unsupported-version': value, 'block-unsupported-cipher': value }),
    }),
  }),
};

const virtualSystem = {
  ...objects,
  rulebase,
  // What Panorama pushed, in the merged configuration of a firewall.
  'pre-rulebase': rulebase,
  'post-rulebase': rulebase,
};

const deviceGroup = {
  ...objects,
  devices,
  'pre-rulebase': rulebase,
  'post-rulebase': rulebase,
  'parent-dg': value,
};

/** One firewall or Panorama: `/config/devices/entry`. */
const device = {
  vsys: { kind: 'entries', of: keys(virtualSystem) },
  'device-group': { kind: 'entries', of: keys(deviceGroup) },
  // Folders of Strata Cloud Manager, of which only is known that they are there.
  container: mark,
  deviceconfig: keys({
    system: keys({
      'panorama-server': value,
      panorama: keys({ 'local-panorama': keys({ 'panorama-server': value }) }),
    }),
  }),
} satisfies Readonly<Record<string, Shape>>;

const shared = keys({ ...objects, 'pre-rulebase': rulebase, 'post-rulebase': rulebase });

/** A whole configuration: `/config`. */
export const configurationShape: KeyShape = keys({
  shared,
  devices: { kind: 'entries', of: keys(device) },
  readonly: keys({
    devices: { kind: 'entries', of: keys({ 'device-group': entries({ 'parent-dg': value }) }) },
  }),
  // What Panorama pushed to a firewall: `/config/panorama/vsys/entry`, and shared objects beside it.
  panorama: keys({ ...virtualSystem, vsys: { kind: 'entries', of: keys(virtualSystem) } }),
});

/**
 * Where a `set` line starts that names no place: `set rulebase …` on a firewall with one virtual system, `set device-group …` on
 * Panorama. `undefined` for a word that nothing here is called.
 */
export function pathOfFirstWord(word: string): readonly string[] | undefined {
  if (configurationShape.keys.has(word)) return [];
  if (Object.hasOwn(device, word)) return ['devices', localDevice];
  if (Object.hasOwn(virtualSystem, word)) return ['devices', localDevice, 'vsys', 'vsys1'];
  return undefined;
}

/** The name that every device has in its own configuration. */
export const localDevice = 'localhost.localdomain';
