import type { PanosConfiguration } from '../config/model.js';

/**
 * How a release treats a session that a client resumes and that the firewall did not see begin.
 * `A`: it cannot be decrypted and breaks. `B`: the firewall is a proxy, its refusal leads to a full handshake.
 */
export interface Risk {
  readonly class: 'A' | 'B';
  /** How sure that is. */
  readonly confidence: 'high' | 'medium' | 'low';
  readonly why: string;
  /** What to do, in order. */
  readonly advice: readonly string[];
}

const adviceA: readonly string[] = [
  'bring every covered listener to the target before its rule is switched on, and end its old sessions',
  'wait until no old session is accepted any more, then enable the rule',
  'keep lifetimes short for as long as the old ones lasted, 10 minutes at least, and at 300 s for good: failover, reboot and rule changes forget sessions again',
];

const adviceB: readonly string[] = [
  'shorten lifetimes and end old sessions all the same: it is cheap, and connections that are open when the rule is switched on are not proxied',
  'name every certificate of a server in its rule: one that the rule does not have is not decrypted',
];

/** The risk class by the release. One that is not known, or that no document speaks of, counts as the worst. */
export function riskOf({ version, detailVersion }: Pick<PanosConfiguration, 'version' | 'detailVersion'>): Risk {
  const match = /^(\d{1,4})\.(\d{1,4})/.exec(detailVersion ?? version ?? '');
  if (!match)
    return {
      class: 'A',
      confidence: 'low',
      why: 'the configuration does not tell the release of PAN-OS, so the worst is assumed: sessions that the firewall did not see begin break (show system info tells sw-version)',
      advice: adviceA,
    };
  const [, major = '', minor = ''] = match;
  const release = `PAN-OS ${detailVersion ?? `${major}.${minor}`}`;
  const number = Number(major) * 10_000 + Number(minor);
  if (number >= 110_001)
    return {
      class: 'B',
      confidence: 'medium',
      why: `${release} decrypts inbound TLS as a proxy: a session that it did not see begin should lead to a full handshake`,
      advice: adviceB,
    };
  if (number >= 100_001)
    return {
      class: 'A',
      confidence: 'low',
      why: `the change from passive decryption to a proxy fell somewhere between PAN-OS 10.1 and 11.1, and no document says where: ${release} counts as the worst`,
      advice: adviceA,
    };
  return {
    class: 'A',
    confidence: 'high',
    why: `${release} decrypts RSA key exchange passively: a resumed session that it did not see begin cannot be decrypted and breaks`,
    advice: adviceA,
  };
}
