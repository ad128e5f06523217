import {
  type Configuration,
  decode,
  effectiveLifetime,
  type Listener,
  positionOf,
  type ResolveOptions,
  resolveAll,
} from '@shortfuse/core';
import { expect, test } from 'vitest';
import { nginx } from './index.js';

/** Resolves files given by path. Includes are answered from them; absolute paths are outside. */
function configurations(
  files: Readonly<Record<string, string>>,
  options: Partial<ResolveOptions> = {},
): readonly Configuration[] {
  const trees = new Map(
    Object.entries(files).map(
      ([path, text]) => [path, nginx.parse(decode(path, new TextEncoder().encode(text)))] as const,
    ),
  );
  return resolveAll(
    nginx,
    [...trees.values()],
    { entries: [], defines: new Map(), ...options },
    ({ pattern, absolute, wildcards }) => {
      if (absolute) return { kind: 'outside' };
      const star = pattern.indexOf('*');
      const found = [...trees]
        .filter(([path]) =>
          star === -1
            ? path === pattern
            : path.startsWith(pattern.slice(0, star)) && path.endsWith(pattern.slice(star + 1)),
        )
        .map(([, tree]) => tree);
      return found.length === 0 && !wildcards ? { kind: 'missing' } : { kind: 'files', files: found };
    },
  );
}

const shown = (listener: Listener): string => {
  const { seconds, decidedBy } = effectiveLifetime(listener);
  const { origin } = decidedBy;
  const at =
    'at' in origin && origin.at
      ? ` ${origin.at.file.path}:${positionOf(origin.at.file, origin.at.span.start).line}`
      : '';
  return `${listener.address} ${listener.name}: ${seconds ?? 'unknown'} ${origin.kind}${at}`;
};
const listeners = (files: Readonly<Record<string, string>>, options?: Partial<ResolveOptions>) =>
  configurations(files, options).flatMap((configuration) => configuration.listeners.map(shown));
const codes = (files: Readonly<Record<string, string>>, options?: Partial<ResolveOptions>) =>
  configurations(files, options).flatMap(({ listeners: all }) =>
    all.flatMap(({ notes }) => notes.map(({ code }) => code)),
  );
const errors = (files: Readonly<Record<string, string>>, options?: Partial<ResolveOptions>) =>
  configurations(files, options).flatMap(({ problems }) =>
    problems.map(
      ({ severity, at, message }) =>
        `${severity} ${at.file.path}:${positionOf(at.file, at.span.start).line} ${message}`,
    ),
  );

const main = (http: string): string =>
  `events { }\nhttp {\nssl_certificate a.crt; ssl_certificate_key a.key;\n${http}\n}\n`;
const tls = 'listen 443 ssl; server_name a;';

test('an absolute include that is not at hand hides what it may set', () => {
  const files = { 'nginx.conf': main(`server { ${tls} include /etc/letsencrypt/options-ssl-nginx.conf; }`) };
  expect(listeners(files)).toEqual(['0.0.0.0:443 a: unknown unknown nginx.conf:4']);
  expect(errors(files)).toEqual([
    'warning nginx.conf:4 include "/etc/letsencrypt/options-ssl-nginx.conf" is not among the files, and could set the session lifetime',
  ]);
});

test('a value beside such an include is known, because a second one would be refused', () =>
  expect(listeners({ 'nginx.conf': main(`server { ${tls} include /x.conf; ssl_session_timeout 9m; }`) })).toEqual([
    '0.0.0.0:443 a: 540 explicit nginx.conf:4',
  ]));

test('files that nginx’s packages bring need not be there', () => {
  const files = { 'nginx.conf': main(`include mime.types; include /etc/nginx/mime.types; server { ${tls} }`) };
  expect(listeners(files)).toEqual(['0.0.0.0:443 a: 300 default']);
  expect(errors(files)).toEqual([]);
});

test('fragments: what is written counts, what the main file may set is unknown', () =>
  expect(
    listeners({
      'conf.d/a.conf': `server { ${tls} ssl_session_timeout 1d; }`,
      'conf.d/b.conf': 'server { listen 8443 ssl; server_name b; }',
    }),
  ).toEqual(['0.0.0.0:443 a: 86400 explicit conf.d/a.conf:1', '0.0.0.0:8443 b: unknown unknown']));

test('fragments include from beside the folder that main files include from', () =>
  expect(
    listeners({
      'deploy/conf.d/a.conf': `server { ${tls} include snippets/tls.conf; }`,
      'deploy/snippets/tls.conf': 'ssl_session_timeout 20m;',
    }),
  ).toEqual(['0.0.0.0:443 a: 1200 explicit deploy/snippets/tls.conf:1']));

test('a snippet alone is no listener, but its lifetime is not passed over', () => {
  const [configuration] = configurations({ 'ssl.conf': 'ssl_session_timeout 1d;\n' });
  expect(configuration?.listeners).toEqual([]);
  expect(configuration?.unattached.map(({ written, seconds }) => [written, seconds])).toEqual([['1d', 86_400]]);
});

test.each([
  { template: 'ssl_session_timeout {{ timeout }};', what: 'a placeholder' },
  { template: 'ssl_session_timeout <%= @timeout %>;', what: 'an ERB placeholder' },
  { template: 'ssl_session_timeout ${TIMEOUT};', what: 'a variable of a build step' },
  { template: '{% if x %}\nssl_session_timeout 1d;\n{% endif %}', what: 'a condition' },
  {
    template: '{% if x %}\nssl_session_timeout 1d;\n{% else %}\nssl_session_timeout 5m;\n{% endif %}',
    what: 'a choice',
  },
])('$what of a template makes the lifetime unknown, and is no error', ({ template }) => {
  const files = { 'nginx.conf.j2': main(`server {\n${tls}\n${template}\n}`) };
  expect(listeners(files).map((line) => line.split(' ')[2])).toEqual(['unknown']);
  expect(errors(files)).toEqual([]);
});

test('a server block in a loop of a template has the value that stands in it', () =>
  expect(
    listeners({
      'nginx.conf.j2': main(`{% for x in y %}\nserver {\n${tls}\nssl_session_timeout 1d;\n}\n{% endfor %}`),
    }),
  ).toEqual(['0.0.0.0:443 a: 86400 explicit nginx.conf.j2:7']));

test('a file that includes itself ends with a problem', () => {
  expect(errors({ 'nginx.conf': main('include nginx.conf;') }).join()).toContain(
    'include cycle: nginx.conf leads back to nginx.conf',
  );
});

test('a snippet that two files include over and over is read to a limit', { timeout: 20_000 }, () => {
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`${i}.conf`, `include ${i + 1}.conf;\ninclude ${i + 1}.conf;\n`]),
  );
  expect(errors({ 'nginx.conf': main('include 0.conf;'), ...files, '40.conf': '' }).join()).toContain(
    'more than 100000 files',
  );
});

test.each([
  {
    http: 'server { listen 443 ssl default_server; } server { listen 443 default_server; }',
    want: 'a duplicate default server for 0.0.0.0:443',
  },
  { http: 'server { listen 443 ssl; listen *:443; }', want: 'a duplicate listen 0.0.0.0:443' },
  {
    http: 'server { listen 443 ssl backlog=1; } server { listen 443 backlog=2; }',
    want: 'duplicate listen options for 0.0.0.0:443',
  },
  { http: 'server { listen 443 SSL; }', want: 'invalid parameter "SSL"' },
  { http: 'server { listen 443 quic; }', version: '1.22.1', want: 'invalid parameter "quic"' },
  { http: 'ssl on;', version: '1.25.1', want: 'unknown directive "ssl"' },
  { http: 'http2 on;', version: '1.22.1', want: 'unknown directive "http2"' },
  {
    http: 'server { location / { ssl_session_timeout 1m; } }',
    want: '"ssl_session_timeout" directive is not allowed here',
  },
  { http: 'ssl_session_timeout 1m 2m;', want: 'invalid number of arguments in "ssl_session_timeout" directive' },
  { http: 'ssl_session_timeout;', want: 'invalid number of arguments in "ssl_session_timeout" directive' },
  { http: 'ssl_session_timeout 1m { }', want: 'directive "ssl_session_timeout" is not terminated by ";"' },
  {
    http: 'ssl_session_tickets no;',
    want: 'invalid value "no" in "ssl_session_tickets" directive, it must be "on" or "off"',
  },
  { http: 'SSL_session_timeout 1m;', want: 'unknown directive "SSL_session_timeout"' },
  { http: 'ssl_sesion_timeout 1m;', want: 'unknown directive "ssl_sesion_timeout"' },
  { http: 'server x { }', want: 'invalid number of arguments in "server" directive' },
  { http: 'server;', want: 'directive "server" has no opening "{"' },
  { http: '} http {', want: '"http" directive is duplicate' },
  {
    http: 'ssl_session_cache shared:Z:1m; server { ssl_session_cache shared:Z:2m; }',
    want: 'the size 2097152 of shared memory zone "Z" conflicts with already declared size 1048576',
  },
  {
    http: 'ssl_session_cache shared:Z:1m; } stream { ssl_session_cache shared:Z:1m;',
    want: 'the shared memory zone "Z" is already declared for a different use',
  },
  { http: '} stream { server { listen 443 ssl default_server; }', want: 'the invalid "default_server" parameter' },
  {
    http: '} stream { ssl_certificate a; ssl_certificate_key a; server { listen 127.0.0.1:443 ssl; } server { listen 127.0.0.1:443 ssl; }',
    want: 'duplicate "127.0.0.1:443" address and port pair',
  },
])('nginx refuses: $want', ({ http, version, want }) =>
  expect(errors({ 'nginx.conf': main(http) }, version === undefined ? {} : { version })).toEqual([
    expect.stringContaining(want),
  ]),
);

test('the default server needs a certificate', () =>
  expect(errors({ 'nginx.conf': 'events { }\nhttp {\n server {\n  listen 443 ssl;\n }\n}\n' })).toEqual([
    'error nginx.conf:3 no "ssl_certificate" is defined for the "listen ... ssl" directive',
  ]));

test('a main file without events is refused', () =>
  expect(errors({ 'nginx.conf': 'http { }\n' })).toEqual(['error nginx.conf:1 no "events" section in configuration']));

test('newer words speak for a newer nginx', () => {
  const files = { 'nginx.conf': main(`http2 on; ssl_protocols TLSv1.2 TLSv1.3; server { ${tls} }`) };
  expect(configurations(files)[0]?.assumptions[0]).toBe('nginx 1.25.1 assumed, the oldest that knows what is written');
  expect(codes(files)).not.toContain('renewal-unbounded');
  expect(codes(files, { version: '1.22.1' })).toContain('renewal-unbounded');
});

test.each([
  { http: '', version: '1.22.1', want: 'dropped' },
  { http: 'ssl_session_cache shared:S:1m;', version: '1.22.1', want: 'kept' },
  { http: 'ssl_session_cache builtin shared:S:1m;', version: '1.22.1', want: 'dropped' },
  { http: 'ssl_session_ticket_key k;', version: '1.22.1', want: 'kept' },
  { http: 'ssl_session_ticket_key k; ssl_session_tickets off;', version: '1.22.1', want: 'dropped' },
  { http: 'ssl_session_cache shared:S:1m; ssl_protocols TLSv1.3;', version: '1.22.1', want: 'dropped' }, // tickets with new keys
  { http: 'ssl_session_cache shared:S:1m; ssl_protocols TLSv1.3;', version: '1.23.2', want: 'kept' }, // keys live in the zone
  { http: 'ssl_session_fetch_by_lua_file x;', version: '1.22.1', want: 'unknown' },
])('old sessions after a reload with "$http" on $version: $want', ({ http, version, want }) => {
  const [configuration] = configurations({ 'nginx.conf': main(`${http} server { ${tls} }`) }, { version });
  expect(configuration?.listeners[0]?.oldSessionsAfterReload).toBe(want);
});

test('a server that shares a zone with a longer-lived one says so', () =>
  expect(
    codes({
      'nginx.conf': main(
        `ssl_session_cache shared:S:1m; server { ${tls} ssl_session_timeout 60; } server { listen 444 ssl; ssl_session_timeout 1d; }`,
      ),
    }).filter((code) => code === 'sessions-from-elsewhere'),
  ).toHaveLength(1));

test('mail speaks TLS with starttls too', () =>
  expect(
    listeners({
      'nginx.conf':
        'events { }\nmail {\nssl_certificate a;\nssl_session_timeout 11m;\nserver { listen 25; protocol smtp; starttls on; }\nserver { listen 110; protocol pop3; }\n}\n',
    }),
  ).toEqual(['0.0.0.0:25 : 660 inherited nginx.conf:4']));

test('a main file that another one includes is a part of that one', () =>
  expect(
    configurations({
      'nginx.conf': 'events { }\ninclude http.conf;\n',
      'http.conf': `http { ssl_certificate a; server { ${tls} } }`,
    }).map(({ label, listeners: all }) => [label, all.length]),
  ).toEqual([['nginx.conf', 1]]));
