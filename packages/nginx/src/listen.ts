import type { Word } from './tree.js';

/** The address of a `listen` directive, as nginx binds it. */
export interface ListenAddress {
  /** `0.0.0.0:443`, `[::]:443`, `unix:/run/x.sock`; null for a host name, which nginx resolves when it starts. */
  readonly shown: string | null;
  /** Listens with the same key share one address. */
  readonly key: string;
}

export interface Listen {
  /** One for each port of a range. */
  readonly addresses: readonly ListenAddress[];
  readonly ssl: boolean;
  readonly quic: boolean;
  readonly isDefault: boolean;
  /** Sets an option of the socket, which only one `listen` of an address may. */
  readonly setsOptions: boolean;
}

export type ListenResult =
  | { readonly ok: true; readonly listen: Listen }
  /** In nginx's words. */
  | { readonly ok: false; readonly message: string };

/** Ports of a range beyond this many are reported as one address: 65,535 equal rows help nobody. */
const mostPorts = 256;

const flags = new Set([
  ...['bind', 'http2', 'spdy', 'proxy_protocol', 'deferred', 'reuseport', 'multipath', 'udp'],
  // Tengine's own.
  ...['https_allow_http', 'xquic', 'http3'],
]);
const socketFlags = new Set(['bind', 'deferred', 'reuseport', 'multipath']);
const valued = /^(?:setfib|fastopen|backlog|rcvbuf|sndbuf|accept_filter|ipv6only|so_keepalive|protocol)=/;

/**
 * Reads the words of a `listen` directive. Source: ngx_http_core_listen and ngx_parse_url in nginx 1.22.1; `quic` from 1.25.0.
 * @param takesDefault `default_server` is known here: in http, and from 1.25.5 in stream
 */
export function readListen(words: readonly Word[], takesDefault: boolean): ListenResult {
  const [address, ...parameters] = words;
  const value = address?.value ?? '';
  const addresses = readAddress(value);
  if (typeof addresses === 'string')
    return { ok: false, message: `${addresses} in "${value}" of the "listen" directive` };
  let ssl = false;
  let quic = false;
  let isDefault = false;
  let setsOptions = false;
  for (const { value: parameter, placeholder } of parameters) {
    if (parameter === 'ssl') ssl = true;
    else if (parameter === 'quic') quic = true;
    else if (takesDefault && (parameter === 'default_server' || parameter === 'default')) isDefault = true;
    else if (socketFlags.has(parameter) || valued.test(parameter)) setsOptions = true;
    else if (!flags.has(parameter) && !placeholder)
      return {
        ok: false,
        message: takesDefault ? `invalid parameter "${parameter}"` : `the invalid "${parameter}" parameter`,
      };
  }
  const key = quic ? ' quic' : '';
  return {
    ok: true,
    listen: {
      addresses: addresses.map((a) => ({ ...a, key: a.key + key })),
      ssl: ssl || quic,
      quic,
      isDefault,
      setsOptions,
    },
  };
}

function readAddress(value: string): ListenAddress[] | string {
  if (value.toLowerCase().startsWith('unix:')) {
    if (value.length === 5) return 'no path in the unix domain socket';
    return [{ shown: `unix:${value.slice(5)}`, key: `unix:${value.slice(5)}` }];
  }
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(value);
  if (value.startsWith('[')) {
    const host = bracketed ? canonicalIpv6(bracketed[1] ?? '') : undefined;
    if (host === undefined) return 'invalid IPv6 address';
    return withPorts(`[${host}]`, bracketed?.[2] ?? '80');
  }
  const colon = value.indexOf(':');
  if (colon === -1) {
    if (/^\d+(?:-\d+)?$/.test(value)) return withPorts('0.0.0.0', value);
    return value === '' ? 'no host' : withHost(value, '80');
  }
  return colon === 0 ? 'no host' : withHost(value.slice(0, colon), value.slice(colon + 1));
}

function withHost(host: string, port: string): ListenAddress[] | string {
  if (host === '*') return withPorts('0.0.0.0', port);
  if (/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/.test(host))
    return withPorts(host.split('.').map(Number).join('.'), port);
  return [{ shown: null, key: `${host.toLowerCase()}:${port}` }];
}

function withPorts(host: string, ports: string): ListenAddress[] | string {
  const [, first = '', last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(ports) ?? [];
  const from = Number(first);
  const to = Number(last);
  // A port that a template or a build step fills in: the address is there, its port is not known.
  if (first === '' && /[$@{%_<]/.test(ports)) return [{ shown: null, key: `${host}:${ports}` }];
  if (first === '' || from < 1 || from > 65_535) return 'invalid port';
  if (to < from || to > 65_535) return 'invalid port range';
  if (to - from >= mostPorts) return [{ shown: `${host}:${from}-${to}`, key: `${host}:${from}-${to}` }];
  return Array.from({ length: to - from + 1 }, (_, i) => {
    const shown = `${host}:${from + i}`;
    return { shown, key: shown };
  });
}

/** Lower case, no leading zeros, the longest run of zeros as `::`; undefined for what is no IPv6 address. */
function canonicalIpv6(text: string): string | undefined {
  const [address = ''] = text.split('%');
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const bytes = dotted?.slice(2).map(Number) ?? [];
  if (bytes.some((byte) => byte > 255)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const plain = dotted ? `${dotted[1]}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}` : address;
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array.from({ length: halves.length === 1 ? 0 : missing }, () => '0'), ...right];
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const words = groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
  const zeros = [...words.matchAll(/(?:^|(?<=:))0(?::0)+(?=:|$)/g)].sort((x, y) => y[0].length - x[0].length)[0];
  if (!zeros) return words;
  const before = words.slice(0, zeros.index).replace(/:$/, '');
  const after = words.slice(zeros.index + zeros[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}
