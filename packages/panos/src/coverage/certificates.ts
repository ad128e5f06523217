import type { DecryptionRule, Scope } from '../config/model.js';
import { lookUp } from '../config/scopes.js';
import type { CoverageRow } from './coverage.js';

/**
 * What is wrong with the certificates of an inbound rule, in sentences: none, one that the file does not have, or none that is for
 * the name of a listener behind the rule. Silent where the file does not show certificates, as Panorama's keeps them in templates.
 */
export function certificateRemarks(rule: DecryptionRule, behind: readonly CoverageRow[]): string[] {
  const { certificates, scope } = rule;
  if (certificates.length === 0) return ['names no certificate: nothing can be decrypted'];
  if (!showsCertificates(scope)) return [];
  const found = certificates.map((name) => ({ name, certificate: lookUp('certificates', name, scope)?.object }));
  const missing = found
    .filter(({ certificate }) => !certificate)
    .map(({ name }) => `certificate ${name} is not in this file`);
  const names = found.map(({ certificate }) => certificate?.names);
  // One that cannot be looked into may be for any name.
  if (!names.every((list) => list !== undefined)) return missing;
  const known = names.flat().map((name) => name.toLowerCase());
  const hosts = new Set(behind.map(({ host }) => host.name.toLowerCase()).filter(isHostName));
  return [
    ...missing,
    ...[...hosts]
      .filter((host) => !known.some((name) => isFor(name, host)))
      .map((host) => `none of its certificates is for ${host}: name the certificate that the server sends`),
  ];
}

function showsCertificates(scope: Scope): boolean {
  for (let at: Scope | undefined = scope; at; at = at.parent) if (at.certificates.size > 0) return true;
  return false;
}

function isHostName(name: string): boolean {
  return /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/.test(name) && !/^[\d.]+$/.test(name);
}

/** RFC 6125 6.4.3: an asterisk stands for one label, the leftmost. */
function isFor(pattern: string, host: string): boolean {
  if (pattern === host) return true;
  return pattern.startsWith('*.') && host.slice(host.indexOf('.')) === pattern.slice(1);
}
