import type { Location, Problem, SourceFile } from '@shortfuse/core';

/** A firewall's or Panorama's configuration, as far as it decides which TLS is decrypted. */
export interface PanosConfiguration {
  readonly file: SourceFile;
  /** False: it could not be read; `problems` says where, and everything else is empty. */
  readonly isValid: boolean;
  /** `version` of the configuration, always x.y.0; null where the form does not tell, as `set` lines do not. */
  readonly version: string | null;
  /** The exact release, where it is told. */
  readonly detailVersion: string | null;
  /** Every decryption rule once, in the order in which they are evaluated. */
  readonly rules: readonly DecryptionRule[];
  readonly natRules: readonly NatRule[];
  /** Where rules are evaluated: parents before children, in the order of the file. */
  readonly places: readonly Place[];
  readonly problems: readonly Problem[];
}

/**
 * One rulebase that traffic passes: a virtual system, a device group without devices, or those devices of a group that have the
 * very same rules.
 */
export interface Place {
  /** Name of the virtual system or device group. */
  readonly name: string;
  /** Serial numbers, with the virtual system where a device is in several groups by them; none where the file lists none. */
  readonly devices: readonly string[];
  /** Every device of the group, in the order of the file. */
  readonly groupDevices: readonly string[];
  /** In the order in which they are evaluated. */
  readonly rules: readonly DecryptionRule[];
  readonly natRules: readonly NatRule[];
}

/** What a name means where a rule stands: its own virtual system or device group first, then what encloses it. */
export interface Scope {
  readonly name: string;
  readonly parent: Scope | undefined;
  readonly addresses: ReadonlyMap<string, AddressObject>;
  readonly services: ReadonlyMap<string, ServiceObject>;
  readonly certificates: ReadonlyMap<string, Certificate>;
  readonly profiles: ReadonlyMap<string, DecryptionProfile>;
}

export type AddressObject =
  /** `ip-netmask` or `ip-range`, as written; `at` is its place in the text. */
  | { readonly kind: 'literal'; readonly text: string; readonly at: number }
  | { readonly kind: 'group'; readonly members: readonly string[] }
  | { readonly kind: 'fqdn' | 'wildcard' | 'dynamic' | 'region' | 'external-list' };

export type ServiceObject =
  /** TCP ports as written; `at` is their place in the text. */
  | { readonly kind: 'tcp'; readonly ports: string; readonly at: number }
  | { readonly kind: 'group'; readonly members: readonly string[] }
  /** UDP or SCTP: no TCP port. */
  | { readonly kind: 'other' };

export interface Certificate {
  /** The common name, and what its public part is for; undefined where the file does not tell. */
  readonly names: readonly string[] | undefined;
}

/** What a decryption profile does with inbound sessions whose version or cipher cannot be decrypted. Both are off unless set. */
export interface DecryptionProfile {
  readonly blocksVersions: boolean;
  readonly blocksCiphers: boolean;
}

/** Which devices of a group a rule is for. */
export interface Target {
  /** All but the named. */
  readonly negate: boolean;
  readonly devices: readonly { readonly serial: string; readonly systems: readonly string[] }[];
}

/** What decides to whom and from where a rule applies, apart from address and port. No members: any. */
export const conditionNames = [
  'from',
  'to',
  'source',
  'source-user',
  'category',
  'source-hip',
  'destination-hip',
] as const;
export type ConditionName = (typeof conditionNames)[number];

export interface DecryptionRule {
  readonly name: string;
  /** The `entry` element, or the first word that names the rule. */
  readonly at: Location;
  /** `vsys1`, `shared pre`, `device-group NAME post`; `vsys1 pushed pre` for what Panorama pushed. */
  readonly location: string;
  readonly scope: Scope;
  readonly isEnabled: boolean;
  /** `decrypt`: also `decrypt-and-forward`. Without an action a rule does not decrypt. */
  readonly action: 'decrypt' | 'no-decrypt';
  readonly type: 'inbound' | 'forward-proxy' | 'ssh-proxy' | 'unknown';
  /** Of an inbound rule, as named. */
  readonly certificates: readonly string[];
  readonly profile: string | undefined;
  readonly conditions: Readonly<Record<ConditionName, readonly string[]>>;
  readonly negateSource: boolean;
  readonly destination: readonly string[];
  readonly negateDestination: boolean;
  readonly service: readonly string[];
  readonly target: Target | undefined;
}

/**
 * A rule that translates destinations. Those that only translate sources are left out, unless they work both ways: then this is
 * the other way, traffic to the address that the source gets.
 */
export interface NatRule {
  readonly name: string;
  readonly at: Location;
  readonly scope: Scope;
  readonly isEnabled: boolean;
  readonly destination: readonly string[];
  readonly service: readonly string[];
  /** Names or literal addresses; several where the sources of a rule that works both ways are. */
  readonly translatedAddresses: readonly string[];
  /** As written; undefined where the port stays. */
  readonly translatedPort: string | undefined;
  /** Each session may go to any of the translated addresses. */
  readonly isDynamic: boolean;
  readonly target: Target | undefined;
}

/** Is this one that decrypts inbound TLS, disabled or not? */
export function isInbound({ type, action }: DecryptionRule): boolean {
  return type === 'inbound' && action === 'decrypt';
}
