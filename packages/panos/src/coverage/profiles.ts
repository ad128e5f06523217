import type { DecryptionRule } from '../config/model.js';
import { lookUp } from '../config/scopes.js';

/**
 * What a rule's decryption profile hides. A server that fails where unsupported modes may pass is left undecrypted for 12 hours, and no
 * log has an error. Silent about a profile that the file does not have, as the predefined `default`.
 * Sources: PAN-OS administrator's guide, Decryption Exclusions; element names as public configurations have them.
 */
export function profileRemarks({ profile, scope }: DecryptionRule): string[] {
  const found = profile === undefined ? undefined : lookUp('profiles', profile, scope)?.object;
  if (!found) return [];
  const { blocksVersions, blocksCiphers } = found;
  const passing = [...(blocksVersions ? [] : ['versions']), ...(blocksCiphers ? [] : ['ciphers'])];
  if (passing.length === 0) return [];
  return [
    `${profile} lets unsupported ${passing.join(' and ')} pass: a server that fails goes undecrypted for 12 hours, without an error in the log`,
  ];
}
