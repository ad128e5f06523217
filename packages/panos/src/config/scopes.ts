import { namesOfCertificate } from './certificate.js';
import type { AddressObject, Certificate, DecryptionProfile, Scope, ServiceObject } from './model.js';
import { childrenAt, type Node, namesAt, nodeAt, valueAt } from './tree.js';

/** Reads the objects of a virtual system, a device group or the shared part. Of two objects with one name the first counts. */
export function readScope(name: string, node: Node | undefined, parent: Scope | undefined): Scope {
  const addresses = new Map<string, AddressObject>();
  const add = <Value>(map: Map<string, Value>, key: string, value: Value): void => {
    if (!map.has(key)) map.set(key, value);
  };
  for (const entry of childrenAt(node, 'address')) add(addresses, entry.name, addressObject(entry));
  for (const entry of childrenAt(node, 'address-group'))
    add(
      addresses,
      entry.name,
      nodeAt(entry, 'dynamic') ? { kind: 'dynamic' } : { kind: 'group', members: namesAt(entry, 'static') },
    );
  for (const kind of ['external-list', 'region'] as const)
    for (const entry of childrenAt(node, kind)) add(addresses, entry.name, { kind });
  const services = new Map<string, ServiceObject>();
  for (const entry of childrenAt(node, 'service')) {
    const port = nodeAt(entry, 'protocol', 'tcp', 'port');
    const ports = valueAt(port);
    add(services, entry.name, port && ports !== undefined ? { kind: 'tcp', ports, at: port.at } : { kind: 'other' });
  }
  for (const entry of childrenAt(node, 'service-group'))
    add(services, entry.name, { kind: 'group', members: namesAt(entry, 'members') });
  const certificates = new Map<string, Certificate>();
  for (const entry of childrenAt(node, 'certificate'))
    add(certificates, entry.name, {
      names: namesOfCertificate(valueAt(entry, 'common-name'), valueAt(entry, 'public-key')),
    });
  const profiles = new Map<string, DecryptionProfile>();
  for (const entry of childrenAt(node, 'profiles', 'decryption')) {
    const blocks = (what: string): boolean =>
      valueAt(entry, 'ssl-inbound-proxy', `block-unsupported-${what}`) === 'yes';
    add(profiles, entry.name, { blocksVersions: blocks('version'), blocksCiphers: blocks('cipher') });
  }
  return { name, parent, addresses, services, certificates, profiles };
}

function addressObject(entry: Node): AddressObject {
  for (const key of ['ip-netmask', 'ip-range'] as const) {
    const value = nodeAt(entry, key);
    if (value) return { kind: 'literal', text: valueAt(value) ?? '', at: value.at };
  }
  return { kind: nodeAt(entry, 'ip-wildcard') ? 'wildcard' : 'fqdn' };
}

/** Looks a name up where a rule or group stands: there first, then outwards. */
export function lookUp<Kind extends 'addresses' | 'services' | 'certificates' | 'profiles'>(
  kind: Kind,
  name: string,
  scope: Scope,
): { readonly object: NonNullable<ReturnType<Scope[Kind]['get']>>; readonly scope: Scope } | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const object = at[kind].get(name);
    if (object) return { object: object as NonNullable<ReturnType<Scope[Kind]['get']>>, scope: at };
  }
  return undefined;
}
