import type { PropertyName } from './device.js';

/** A profile that every BIG-IP has and that saved files leave out. */
export interface FactoryProfile {
  /** Undefined for the root. */
  readonly parent: string | undefined;
  /** The first version that has it, where that is known. */
  readonly since?: string;
  /** What it states; the rest comes from its parent. */
  readonly states: Readonly<Partial<Record<PropertyName, string>>>;
}

/**
 * The factory client-ssl profiles of TMOS 15.1.8. Source: profile_base.conf of that version (f5-corkscrew, tests/
 * archive_generator/archive1/config), which also states no-tlsv1.3 for clientssl; session-ticket, session-ticket-timeout
 * and their defaults: `list all-properties` templates of 11.5 to 16.1 and F5's description of the API object.
 */
export const factoryProfiles: ReadonlyMap<string, FactoryProfile> = new Map<string, FactoryProfile>([
  [
    '/Common/clientssl',
    {
      parent: undefined,
      states: {
        'cache-timeout': '3600',
        'cache-size': '262144',
        'session-ticket': 'disabled',
        'session-ticket-timeout': '0',
        authenticate: 'once',
        mode: 'enabled',
        options: 'dont-insert-empty-fragments no-tlsv1.3',
        'session-mirroring': 'disabled',
      },
    },
  ],
  ['/Common/clientssl-insecure-compatible', { parent: '/Common/clientssl', states: {} }],
  ['/Common/clientssl-secure', { parent: '/Common/clientssl', states: {} }],
  ['/Common/wom-default-clientssl', { parent: '/Common/clientssl', states: {} }],
  ['/Common/splitsession-default-clientssl', { parent: '/Common/clientssl', states: {} }],
  ['/Common/crypto-server-default-clientssl', { parent: '/Common/clientssl', states: { 'cache-size': '0' } }],
  [
    '/Common/clientssl-quic',
    {
      parent: '/Common/clientssl',
      since: '15.1',
      states: {
        'session-ticket': 'enabled',
        options: 'dont-insert-empty-fragments no-ssl no-dtls no-tlsv1.1 no-tlsv1.2 no-tlsv1',
      },
    },
  ],
]);

/** What counts where no profile states a property: the values of the root profile. */
export const rootValues: Readonly<Record<PropertyName, string>> = {
  'cache-timeout': '3600',
  'cache-size': '262144',
  'session-ticket': 'disabled',
  'session-ticket-timeout': '0',
  authenticate: 'once',
  mode: 'enabled',
  options: 'dont-insert-empty-fragments no-tlsv1.3',
  'session-mirroring': 'disabled',
};

/** Does this version lack the profile? */
export function isMissingIn({ since }: FactoryProfile, version: string | undefined): boolean {
  if (since === undefined || version === undefined) return false;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [sinceMajor = 0, sinceMinor = 0] = since.split('.').map(Number);
  return major < sinceMajor || (major === sinceMajor && minor < sinceMinor);
}
