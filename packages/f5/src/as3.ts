import type { IgnoredSetting, SourceFile } from '@shortfuse/core';
import type { Node } from 'jsonc-parser';
import { joinAddress, readPort } from './destination.js';
import type { Attachment, Device, PropertyName, Setting } from './device.js';
import type { FileOf } from './files.js';
import { locationOf, type Member, memberIndex, memberOf, membersOf, scalarOf } from './json.js';

/**
 * Adds what an AS3 declaration makes: a virtual server for each service with `serverTLS`, and a client-ssl profile for each
 * certificate of a TLS_Server. AS3 writes all values to the device, so nothing is inherited. Source: f5-appsvcs-extension,
 * schema 3.20.0 to latest, src/lib/properties.json and map_as3.js.
 */
export function addDeclaration(device: Device, { file, root }: FileOf<'as3'>): void {
  for (const declaration of declarationsIn(root)) {
    const find = finderIn(declaration);
    for (const { folder, value } of applicationsIn(declaration)) addApplication(device, file, find, folder, value);
  }
}

/** The TLS_Server objects of every declaration in a file, with their folder `/Tenant/Application`. */
export function tlsServersIn(
  root: Node | undefined,
): { readonly folder: string; readonly key: string; readonly value: Node }[] {
  return declarationsIn(root).flatMap((declaration) =>
    [...applicationsIn(declaration)].flatMap(({ folder, value: application }) =>
      [...membersOf(application)]
        .filter(({ value }) => scalarOf(value, 'class') === 'TLS_Server')
        .map(({ key, value }) => ({ folder, key, value })),
    ),
  );
}

function* applicationsIn(declaration: Node): Generator<{ readonly folder: string; readonly value: Node }> {
  for (const tenant of membersOf(declaration))
    if (scalarOf(tenant.value, 'class') === 'Tenant')
      for (const application of membersOf(tenant.value))
        if (scalarOf(application.value, 'class') === 'Application')
          yield { folder: `/${tenant.key}/${application.key}`, value: application.value };
}

/** Objects of class ADC; they may be wrapped in a request, and a file may hold several. */
function declarationsIn(root: Node | undefined): Node[] {
  const found: Node[] = [];
  const waiting = root ? [root] : [];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.type === 'object' && scalarOf(node, 'class') === 'ADC') found.push(node);
    else if (node.type !== 'string') for (const child of (node.children ?? []).toReversed()) waiting.push(child);
  }
  return found;
}

/** Finds the object that a name means which is written in the application `folder`; a path has tenant and application. */
type Find = (folder: string, name: string) => { readonly path: string; readonly member: Member } | undefined;

function finderIn(declaration: Node): Find {
  const member = memberIndex();
  return (folder, name) => {
    const path = name.startsWith('/') ? name : `${folder}/${name.replace(/^\.\//, '')}`;
    const [, tenant = '', application = '', last = ''] = /^\/([^/]+)\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const found = member(member(member(declaration, tenant)?.value, application)?.value, last);
    return found && { path: `/${tenant}/${application}/${last}`, member: found };
  };
}

function addApplication(device: Device, file: SourceFile, find: Find, folder: string, application: Node): void {
  for (const service of membersOf(application)) {
    const serviceClass = scalarOf(service.value, 'class') ?? '';
    if (serviceClass === 'TLS_Server') addProfiles(device, file, `${folder}/${service.key}`, service);
    if (!serviceClass.startsWith('Service_')) continue;
    const tls = memberOf(service.value, 'serverTLS');
    if (!tls) continue;
    const path = `${folder}/${service.key}`;
    const upstream = upstreamOf(file, find, folder, service.value);
    const attachments = attachmentsOf(device, file, find, folder, tls);
    if (upstream.length > 0) {
      const usePath = `${path} clientTLS`;
      device.others.set(usePath, { path: usePath, at: locationOf(file, service.keyNode), lookAlikes: upstream });
    }
    device.virtuals.set(path, {
      path,
      at: locationOf(file, service.keyNode),
      addresses: addressesOf(service.value, serviceClass),
      attachments,
      uses: upstream.length > 0 ? [`${path} clientTLS`] : [],
      rules: [],
      isDisabled: scalarOf(service.value, 'enable') === 'false',
      notes: [
        {
          code: 'declared',
          text: 'made by an AS3 declaration: change it there, because posting it undoes a change by hand',
        },
      ],
    });
  }
}

/** One profile for each certificate: `name`, `name-1-`, `name-2-`. */
function addProfiles(device: Device, file: SourceFile, path: string, { value, keyNode }: Member): void {
  const settings = new Map<PropertyName, Setting>();
  const set = (name: PropertyName, key: string, read: (text: string) => string): void => {
    const member = memberOf(value, key);
    const text = scalarOf(value, key);
    if (member && text !== undefined)
      settings.set(name, {
        value: read(text),
        at: locationOf(file, member.node),
        valueSpan: locationOf(file, member.value).span,
      });
  };
  set('cache-timeout', 'cacheTimeout', (text) => text);
  set('authenticate', 'authenticationFrequency', (text) => (text === 'every-time' ? 'always' : 'once'));
  set('mode', 'enable', (text) => (text === 'false' ? 'disabled' : 'enabled'));
  set('options', 'tls1_3Enabled', (text) => (text === 'true' ? '' : 'no-tlsv1.3'));
  const count = profileCount(value);
  const certificates = memberOf(value, 'certificates');
  if (certificates && (certificates.value.children?.length ?? 0) > mostCertificates)
    device.problems.push({
      severity: 'warning',
      at: locationOf(file, certificates.keyNode),
      message: `more than ${mostCertificates} certificates: a listener is shown for each of the first ${mostCertificates}`,
      help: 'nothing needs to be done: all of them have the same lifetime',
    });
  for (let i = 0; i < count; i++)
    device.profiles.set(profileName(path, i), {
      path: profileName(path, i),
      at: locationOf(file, keyNode),
      place: { form: 'as3', file, object: value },
      settings,
      parent: { kind: 'none' },
      lookAlikes: [],
    });
}

/** Each service with the TLS_Server gets a listener for each: a made-up declaration must not make them explode. */
const mostCertificates = 100;

function profileCount(tlsServer: Node): number {
  const certificates = memberOf(tlsServer, 'certificates')?.value;
  const count = certificates?.type === 'array' ? (certificates.children?.length ?? 1) : 1;
  return Math.max(1, Math.min(count, mostCertificates));
}

function profileName(path: string, index: number): string {
  return index === 0 ? path : `${path}-${index}-`;
}

function attachmentsOf(
  device: Device,
  file: SourceFile,
  find: Find,
  folder: string,
  { node, value }: Member,
): Attachment[] {
  const at = locationOf(file, node);
  const entries = value.type === 'array' ? (value.children ?? []) : [value];
  return entries.flatMap((entry): Attachment[] => {
    const onDevice = scalarOf(entry, 'bigip');
    if (onDevice !== undefined)
      return [
        {
          path: onDevice,
          at,
          isTls: true,
          why: `${onDevice} is a profile on the device: the declaration does not say what it holds`,
        },
      ];
    const name: unknown = typeof entry.value === 'string' ? entry.value : scalarOf(entry, 'use');
    if (typeof name !== 'string') return [];
    const found = find(folder, name);
    if (!found || scalarOf(found.member.value, 'class') !== 'TLS_Server') {
      device.problems.push({
        severity: 'error',
        at: locationOf(file, entry),
        message: `serverTLS names ${name}, which is no TLS_Server of this declaration`,
        help: 'correct the name, or write { "bigip": "/Common/..." } for a profile that is on the device',
      });
      return [];
    }
    return Array.from({ length: profileCount(found.member.value) }, (_, i) => ({
      path: profileName(found.path, i),
      at,
      isTls: true,
    }));
  });
}

/** TLS_Client settings of the service: named alike, and for the other side. */
function upstreamOf(file: SourceFile, find: Find, folder: string, service: Node): IgnoredSetting[] {
  const value = memberOf(service, 'clientTLS')?.value;
  const name: unknown = typeof value?.value === 'string' ? value.value : scalarOf(value, 'use');
  const found = typeof name === 'string' ? find(folder, name) : undefined;
  const timeout = found && memberOf(found.member.value, 'cacheTimeout');
  return timeout
    ? [
        {
          at: locationOf(file, timeout.node),
          why: 'TLS_Client: towards the pool members, not the clients',
          isRemark: true,
        },
      ]
    : [];
}

const defaultPorts: ReadonlyMap<string, number> = new Map([
  ['Service_HTTPS', 443],
  ['Service_HTTP', 80],
]);

function addressesOf(service: Node, serviceClass: string): (string | null)[] {
  const written = scalarOf(service, 'virtualPort');
  const port = written === undefined ? defaultPorts.get(serviceClass) : readPort(written);
  const addresses = memberOf(service, 'virtualAddresses')?.value;
  const found = (addresses?.type === 'array' ? (addresses.children ?? []) : []).map((entry) => {
    // An address with the sources it serves is a pair.
    const address: unknown = entry.type === 'array' ? entry.children?.[0]?.value : entry.value;
    return typeof address === 'string' && port !== undefined ? joinAddress(address, port) : null;
  });
  return found.length > 0 ? found : [null];
}
