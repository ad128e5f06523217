import type { Span } from '@shortfuse/core';

/**
 * What a script does to a certificate binding of HTTP.sys (`netsh http add sslcert`). Two of its switches concern resumption;
 * undefined where it says nothing of one, which means off for a new binding and unchanged for an update.
 */
export interface SslBinding {
  readonly action: 'add' | 'update' | 'delete';
  readonly key: 'hostnameport' | 'ipport' | 'ccs';
  /** In lower case; undefined where a variable stands for it. */
  readonly target: string | undefined;
  readonly disablesSessionId: boolean | 'unknown' | undefined;
  readonly enablesTickets: boolean | 'unknown' | undefined;
  /** Where the value of enablesessionticket stands, if it can be replaced there. */
  readonly ticketsSwitch: Span | undefined;
  readonly span: Span;
  readonly condition?: string;
}

/** What decides which binding HTTP.sys uses for an https binding of a site. */
export interface HttpsTarget {
  /** `*`, an IPv4 address or an IPv6 address in brackets. */
  readonly ip: string;
  readonly port: string;
  readonly host: string;
  readonly sslFlags: number;
}

const sni = 1;
const centralStore = 2;

/** Is this the binding that IIS itself makes for the https binding of a site: by host, in the central store, or by address? */
export function isBindingOf({ key, target }: SslBinding, { ip, port, host, sslFlags }: HttpsTarget): boolean {
  if (target === undefined) return false;
  if ((sslFlags & centralStore) !== 0) return key === 'ccs' && target === port;
  if ((sslFlags & sni) !== 0) return key === 'hostnameport' && target === `${host.toLowerCase()}:${port}`;
  const addresses = ip === '*' ? ['0.0.0.0', '[::]'] : [ip.toLowerCase()];
  return key === 'ipport' && addresses.some((address) => target === `${address}:${port}`);
}
