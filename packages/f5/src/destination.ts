/** Service names that tmsh writes for ports. Source: /etc/services of BIG-IP 15.1, as seen in `tmsh list` output of f5-as3-config-converter's tests. */
const servicePorts: ReadonlyMap<string, number> = new Map(
  Object.entries({
    http: 80,
    https: 443,
    'pcsync-https': 8443,
    webcache: 8080,
    'http-alt': 8080,
    ldaps: 636,
    imaps: 993,
    pop3s: 995,
    smtps: 465,
    urd: 465,
    submission: 587,
    smtp: 25,
    imap: 143,
    pop3: 110,
    ldap: 389,
    ftps: 990,
    ftp: 21,
    'ftps-data': 989,
    nntps: 563,
    telnets: 992,
    ircs: 994,
    sips: 5061,
    'sip-tls': 5061,
    domain: 53,
    'domain-s': 853,
    mqtt: 1883,
    'secure-mqtt': 8883,
    amqps: 5671,
    'ms-wbt-server': 3389,
    'f5-iquery': 4353,
    'https-alt': 8443,
    'msft-gc-ssl': 3269,
    radsec: 2083,
    any: 0,
  }),
);

/** A port by number or service name; undefined for what is neither. 0 stands for all ports. */
export function readPort(text: string): number | undefined {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  return servicePorts.get(text);
}

/**
 * The address of a destination in normal form: `192.0.2.7:443`, `[2001:db8::9]:443`, with the route domain where there is
 * one (`192.0.2.7%47:443`). Accepts a folder before it, `.` before the port of IPv6 addresses, `any` and service names. Null
 * for what cannot be read.
 */
export function readDestination(text: string): string | null {
  const bare = text.slice(text.lastIndexOf('/') + 1);
  const colon = bare.lastIndexOf(':');
  const isVersion6 = colon !== -1 && bare.indexOf(':') !== colon;
  const separator = isVersion6 ? bare.lastIndexOf('.') : colon === -1 ? bare.lastIndexOf('.') : colon;
  if (separator <= 0) return null;
  const port = readPort(bare.slice(separator + 1));
  return port === undefined ? null : joinAddress(bare.slice(0, separator), port);
}

/** The normal form of an address (perhaps with a folder before it and a prefix length after it) and a port. */
export function joinAddress(address: string, port: number): string | null {
  const bare = address.replace(/\/\d{1,3}$/, '');
  const host = bare.slice(bare.lastIndexOf('/') + 1);
  if (host === '' || /[\s{}"]/.test(host)) return null;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
