import { createHash } from 'node:crypto';

/** The readable name of a finding as 64 hexadecimal digits: the same for the same finding in every run. */
export function fingerprintDigest(name: string): string {
  return createHash('sha256').update(name, 'utf8').digest('hex');
}
