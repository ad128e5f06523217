/** What nginx's manual says about a directive, as far as TLS sessions, listeners and the structure of a file depend on it. */
export interface DirectiveSpec {
  /** Where it may stand. */
  readonly contexts: readonly Context[];
  /** It takes a `{ … }` and its content is read in this context. */
  readonly opens?: Context;
  /** Least and largest number of words after the name. */
  readonly words: readonly [least: number, most: number];
  /** A second one in the same block is refused. */
  readonly once?: true;
  /** It is on or off, nothing else. */
  readonly flag?: true;
}

/**
 * The kind of block that a directive stands in. `data`: the words below are entries, not directives (`map`, `types`).
 * `foreign`: a block of a module that has no say about TLS listeners.
 */
export type Context =
  | 'main'
  | 'events'
  | 'http'
  | 'server'
  | 'location'
  | 'upstream'
  | 'stream'
  | 'stream server'
  | 'mail'
  | 'mail server'
  | 'data'
  | 'foreign';

const many = Number.POSITIVE_INFINITY;
const everywhere: readonly Context[] = [
  ...(['main', 'events', 'http', 'server', 'location', 'upstream', 'stream', 'stream server'] as const),
  ...(['mail', 'mail server', 'data'] as const),
];
/** The blocks that TLS settings stand in: the three protocols and their servers. */
const tls: readonly Context[] = ['http', 'server', 'stream', 'stream server', 'mail', 'mail server'];
const servers: readonly Context[] = ['server', 'stream server', 'mail server'];

/**
 * Source: https://nginx.org/en/docs/http/ngx_http_ssl_module.html and its siblings for stream and mail; the number of words
 * from the command tables in nginx 1.22.1.
 */
const specs: Readonly<Record<string, DirectiveSpec>> = {
  ssl_session_timeout: { contexts: tls, words: [1, 1], once: true },
  ssl_session_cache: { contexts: tls, words: [1, 2] },
  ssl_session_tickets: { contexts: tls, words: [1, 1], once: true, flag: true },
  ssl_session_ticket_key: { contexts: tls, words: [1, 1] },
  ssl_protocols: { contexts: tls, words: [1, many] },
  ssl_conf_command: { contexts: tls, words: [2, 2] },
  ssl_certificate: { contexts: tls, words: [1, 1] },
  ssl_certificate_key: { contexts: tls, words: [1, 1] },
  ssl_reject_handshake: {
    contexts: ['http', 'server', 'stream', 'stream server'],
    words: [1, 1],
    once: true,
    flag: true,
  },
  ssl: { contexts: ['http', 'server', 'mail', 'mail server'], words: [1, 1], once: true, flag: true },
  starttls: { contexts: ['mail', 'mail server'], words: [1, 1], once: true },
  listen: { contexts: servers, words: [1, many] },
  server_name: { contexts: servers, words: [1, many] },
  http2: { contexts: ['http', 'server'], words: [1, 1], once: true, flag: true },
  ssl_session_fetch_by_lua_block: { contexts: ['http'], opens: 'foreign', words: [0, 0] },
  ssl_session_fetch_by_lua_file: { contexts: ['http'], words: [1, 1] },
  ssl_session_store_by_lua_block: { contexts: ['http'], opens: 'foreign', words: [0, 0] },
  ssl_session_store_by_lua_file: { contexts: ['http'], words: [1, 1] },
  include: { contexts: everywhere, words: [1, 1] },
  events: { contexts: ['main'], opens: 'events', words: [0, 0], once: true },
  http: { contexts: ['main'], opens: 'http', words: [0, 0], once: true },
  stream: { contexts: ['main'], opens: 'stream', words: [0, 0], once: true },
  mail: { contexts: ['main'], opens: 'mail', words: [0, 0], once: true },
  location: { contexts: ['server', 'location'], opens: 'location', words: [1, 2] },
  if: { contexts: ['server', 'location'], opens: 'location', words: [1, many] },
  limit_except: { contexts: ['location'], opens: 'location', words: [1, many] },
};

const specOf = new Map(Object.entries(specs));

/** Blocks whose content is not directives of nginx's core. `server` and `upstream` depend on where they stand. */
const dataBlocks = new Set(['map', 'types', 'geo', 'split_clients', 'charset_map', 'match']);

/** What is known about `name` in `context`, or undefined for directives that have no bearing on TLS listeners. */
export function specIn(name: string, context: Context): DirectiveSpec | undefined {
  if (name === 'server') {
    if (context === 'http') return { contexts: ['http'], opens: 'server', words: [0, 0] };
    if (context === 'stream') return { contexts: ['stream'], opens: 'stream server', words: [0, 0] };
    if (context === 'mail') return { contexts: ['mail'], opens: 'mail server', words: [0, 0] };
    // Inside `upstream` it is a plain directive, elsewhere it is not allowed.
    return context === 'upstream'
      ? undefined
      : { contexts: ['http', 'stream', 'mail'], opens: 'foreign', words: [0, 0] };
  }
  return specOf.get(name);
}

/** The context of the content of a block that {@link specIn} says nothing about. */
export function contextOfOtherBlock(name: string): Context {
  return name === 'upstream' ? 'upstream' : dataBlocks.has(name) ? 'data' : 'foreign';
}

/** The directives whose effect depends on which server decides; reported where they have none. */
export const sessionSettings = [
  'ssl_session_timeout',
  'ssl_session_cache',
  'ssl_session_tickets',
  'ssl_session_ticket_key',
] as const;

/** nginx's default for `ssl_session_timeout`, in seconds. Source: ngx_http_ssl_merge_srv_conf; the same in stream and mail. */
export const defaultTimeoutSeconds = 300;

/** What OpenSSL 3 puts in place of a timeout of 0, in seconds. Source: tls1_default_timeout in ssl/t1_lib.c. */
export const libraryTimeoutSeconds = 7200;

/** The longest lifetime that a TLS 1.3 ticket can announce, in seconds. Source: RFC 8446 4.6.1. */
export const longestTls13Seconds = 604_800;

/** Files that come with nginx or its packages and hold no TLS setting; a checkout need not have them. */
const shipped = new Set(
  (
    'mime.types fastcgi_params fastcgi.conf uwsgi_params scgi_params koi-utf koi-win win-utf proxy_params naxsi_core.rules ' +
    'snippets/fastcgi-php.conf snippets/snakeoil.conf'
  ).split(' '),
);

/** Is this include, as written, a file that nginx's packages bring and that has no say here? */
export function isShipped(path: string): boolean {
  const parts = path.split('/');
  return shipped.has(parts.at(-1) ?? '') || shipped.has(parts.slice(-2).join('/'));
}
