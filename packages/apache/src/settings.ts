/** What httpd says about a directive that TLS sessions or listeners depend on. */
export interface DirectiveSpec {
  /** As httpd spells it in messages. */
  readonly name: string;
  /** `one`: one word; `flag`: one word, On or Off; `words`: any number; `two`: two words. */
  readonly takes: 'one' | 'flag' | 'words' | 'two';
  /** What httpd says in place of "takes one argument, …". */
  readonly help: string;
  /** Refused inside `<VirtualHost>`. */
  readonly mainOnly?: true;
  /** May stand in `<Location>` and its like, where it has no say about sessions. */
  readonly perDirectory?: true;
}

/** Source: the command tables of mod_ssl (ssl_config_directives) and of httpd's core, 2.4. */
const specs: readonly DirectiveSpec[] = [
  { name: 'SSLSessionCacheTimeout', takes: 'one', help: "SSL Session Cache object lifetime ('N' - number of seconds)" },
  {
    name: 'SSLSessionCache',
    takes: 'one',
    help: "SSL Session Cache storage ('none', 'nonenotnull', 'dbm:/path/to/file')",
    mainOnly: true,
  },
  { name: 'SSLSessionTickets', takes: 'flag', help: '' },
  {
    name: 'SSLSessionTicketKeyFile',
    takes: 'one',
    help: "TLS session ticket encryption/decryption key file (RFC 5077) ('/path/to/file' - file with 48 bytes of random data)",
  },
  { name: 'SSLEngine', takes: 'one', help: "SSL switch for the protocol engine ('on', 'off')" },
  { name: 'SSLProtocol', takes: 'words', help: '' },
  { name: 'SSLCipherSuite', takes: 'words', help: '', perDirectory: true },
  { name: 'SSLOpenSSLConfCmd', takes: 'two', help: 'OpenSSL configuration command' },
  {
    name: 'SSLCertificateFile',
    takes: 'one',
    help: "SSL Server Certificate file ('/path/to/file' - PEM or DER encoded)",
  },
  { name: 'ServerName', takes: 'one', help: 'The hostname and port of the server' },
  { name: 'ServerAlias', takes: 'words', help: '' },
  { name: 'Protocol', takes: 'one', help: 'Set protocol for this server; by default, it is set from Listen' },
  { name: 'Listen', takes: 'words', help: '', mainOnly: true },
];

const specOf = new Map(specs.map((spec) => [spec.name.toLowerCase(), spec]));

/** What is known about a directive; `name` in lower case. Undefined for those that have no bearing on TLS sessions. */
export function specFor(name: string): DirectiveSpec | undefined {
  return specOf.get(name);
}

/** The directives whose effect depends on which virtual host decides; reported where they have none. Lower case. */
export const sessionSettings = [
  'sslsessioncachetimeout',
  'sslsessioncache',
  'sslsessiontickets',
  'sslsessionticketkeyfile',
] as const;
export type SessionSetting = (typeof sessionSettings)[number];

const sessionSettingNames: ReadonlySet<string> = new Set(sessionSettings);

export function isSessionSetting(name: string): name is SessionSetting {
  return sessionSettingNames.has(name);
}

/** In seconds. Source: SSL_SESSION_CACHE_TIMEOUT in mod_ssl's ssl_private.h. */
export const defaultTimeoutSeconds = 300;

/** What OpenSSL 3 puts in place of a timeout of 0, in seconds. Source: tls1_default_timeout in ssl/t1_lib.c. */
export const libraryTimeoutSeconds = 7200;

/** Sections that are read as if their content stood in their place when the condition is true. Lower case. */
export const conditionNames: ReadonlySet<string> = new Set([
  'ifmodule',
  'ifdefine',
  'ifversion',
  'iffile',
  'ifdirective',
  'ifsection',
]);

/**
 * Modules that are part of every httpd that Debian and Red Hat ship, as identifier and as source file.
 * Source: `apache2 -l` and `-M` of Debian 12; core and so are part of every httpd.
 */
export const builtInModules: readonly string[] = [
  'core_module core.c http_module http_core.c so_module mod_so.c log_config_module mod_log_config.c',
  'logio_module mod_logio.c version_module mod_version.c unixd_module mod_unixd.c watchdog_module mod_watchdog.c',
].flatMap((names) => names.split(' '));

/** Variables that Debian's envvars file sets before it starts httpd. */
export function isFromEnvironment(variable: string): boolean {
  return /^(?:APACHE_(?:RUN_USER|RUN_GROUP|PID_FILE|RUN_DIR|LOCK_DIR|LOG_DIR|CONFDIR|ENVVARS|ARGUMENTS)|MODULES_DIR|SRVROOT)$/i.test(
    variable,
  );
}
