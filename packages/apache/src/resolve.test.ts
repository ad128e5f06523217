// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is httpd's own notation
import { effectiveLifetime, type IncludeAnswer, positionOf, type ResolveOptions, resolveAll } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { apache } from './index.js';
import type { ApacheFile } from './tree.js';

/** Files by path. Includes are answered from among them; what is at an absolute path is outside. */
function read(files: Readonly<Record<string, string>>, options: Partial<ResolveOptions> = {}) {
  const trees = new Map(
    Object.entries(files).map(([path, text]) => [path, apache.parse({ path, text, encoding: 'utf-8' })]),
  );
  return resolveAll<ApacheFile>(
    apache,
    [...trees.values()],
    { entries: [], defines: new Map(), ...options },
    ({ pattern, absolute, wildcards }): IncludeAnswer<ApacheFile> => {
      if (absolute) return { kind: 'outside' };
      const matches = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
      const found = [...trees].filter(([path]) => (wildcards ? matches.test(path) : path === pattern));
      if (found.length === 0 && !wildcards) return { kind: 'missing' };
      return { kind: 'files', files: found.map(([, tree]) => tree) };
    },
  );
}

/** One line a listener: address, name, lifetime, where it is set. */
function listeners(configurations: ReturnType<typeof read>): string[] {
  return configurations
    .flatMap((configuration) => configuration.listeners)
    .map((listener) => {
      const { seconds, decidedBy } = effectiveLifetime(listener);
      const { origin } = decidedBy;
      const at =
        'at' in origin && origin.at
          ? `${origin.at.file.path}:${positionOf(origin.at.file, origin.at.span.start).line}`
          : '-';
      return `${listener.address} ${listener.name} ${seconds ?? 'unknown'} ${origin.kind} ${at}`;
    });
}

const notes = (configurations: ReturnType<typeof read>): string[] =>
  configurations
    .flatMap((configuration) => configuration.listeners)
    .flatMap((listener) => listener.notes.map(({ text }) => text));

const messages = (configurations: ReturnType<typeof read>): string[] =>
  configurations.flatMap(({ problems }) => problems).map(({ message }) => message);

const load = 'LoadModule ssl_module mod_ssl.so\nLoadModule socache_shmcb_module mod_socache_shmcb.so\n';
const host = (address: string, content: string): string =>
  `<VirtualHost ${address}>\nSSLEngine on\nSSLCertificateFile c\n${content}\n</VirtualHost>\n`;

describe('what the files do not tell', () => {
  test('a file that is not at hand may set the timeout', () => {
    const found = read({
      'httpd.conf': `${load}Listen 443\n${host('*:443', 'ServerName a\nInclude /etc/letsencrypt/tls.conf')}`,
    });
    expect(listeners(found)).toEqual(['*:443 a unknown unknown httpd.conf:8']);
    expect(notes(found)[0]).toContain('"/etc/letsencrypt/tls.conf" is not among the files');
  });

  test('a value in the host counts whatever is elsewhere', () =>
    expect(listeners(read({ 'sites/a.conf': host('*:443', 'ServerName a\nSSLSessionCacheTimeout 90') }))).toEqual([
      '*:443 a 90 explicit sites/a.conf:5',
    ]));

  test('without the main file, a value may come from there', () =>
    expect(listeners(read({ 'sites/a.conf': host('*:443', 'ServerName a') }))).toEqual(['*:443 a unknown unknown -']));

  test('without LoadModule lines, only mod_ssl and its caches count as loaded', () => {
    const found = read({
      'httpd.conf': `Listen 443\n<IfModule mod_ssl.c>\n${host('*:443', '<IfModule mod_foo.c>\nSSLSessionCacheTimeout 9\n</IfModule>')}</IfModule>`,
    });
    expect(listeners(found)).toEqual(['*:443  unknown unknown httpd.conf:7']);
    expect(notes(found)[0]).toContain('<IfModule mod_foo.c>: no LoadModule line is among the files');
  });

  test('a variable of the environment decides', () => {
    const found = read({ 'httpd.conf': `${load}Listen 443\n${host('*:443', 'SSLSessionTickets ${TICKETS}')}` });
    expect(listeners(found)).toEqual(['*:443  unknown default -']);
  });

  test('--define tells the value of a variable', () => {
    const files = { 'sites/a.conf': host('*:443', 'SSLSessionCacheTimeout ${SECONDS}') };
    expect(listeners(read(files))).toEqual(['*:443  unknown unknown sites/a.conf:4']);
    const defines = new Map([['seconds', '75']]);
    expect(listeners(read(files, { defines }))).toEqual(['*:443  75 explicit sites/a.conf:4']);
  });

  test('<IfVersion> that holds for every 2.4 is known, and one that does not depends on the version', () => {
    const files = (condition: string) => ({
      'httpd.conf': `${load}Listen 443\n${host('*:443', `<IfVersion ${condition}>\nSSLSessionCacheTimeout 9\n</IfVersion>`)}`,
    });
    expect(listeners(read(files('>= 2.4')))).toEqual(['*:443  9 explicit httpd.conf:8']);
    expect(listeners(read(files('>= 2.4.60')))).toEqual(['*:443  unknown unknown httpd.conf:8']);
    expect(listeners(read(files('>= 2.4.60'), { version: '2.4.58' }))).toEqual(['*:443  300 default -']);
  });
});

describe('addresses', () => {
  test('a Listen for all addresses opens those that hosts name', () =>
    expect(
      listeners(
        read({
          'httpd.conf': `${load}Listen 443\n${host('10.0.0.1:443', 'ServerName a')}${host('*:443', 'ServerName b')}`,
        }),
      ),
    ).toEqual(['10.0.0.1:443 a 300 default -', '*:443 b 300 default -']));

  test('a host without a Listen is not there', () =>
    expect(listeners(read({ 'httpd.conf': `${load}Listen 80\n${host('*:443', 'ServerName a')}` }))).toEqual([]));

  test('a name as an address is known to the resolver only', () =>
    expect(listeners(read({ 'httpd.conf': `${load}Listen 443\n${host('www.a.test:443', 'ServerName a')}` }))).toEqual([
      'null a 300 default -',
    ]));

  test('without SSLEngine, the very address of a Listen for https does it for a host with a name', () => {
    const tls = (listen: string, address: string, name: string) =>
      listeners(
        read({
          'httpd.conf': `${load}Listen ${listen}\n<VirtualHost ${address}>\nSSLCertificateFile c\n${name}\n</VirtualHost>`,
        }),
      ).length;
    expect(tls('127.0.0.1:8443 https', '127.0.0.1:8443', 'ServerName a')).toBe(1);
    expect(tls('443', '*:443', 'ServerName a')).toBe(1);
    expect(tls('127.0.0.1:8443 https', '*:8443', 'ServerName a')).toBe(0);
    expect(tls('127.0.0.1:8443 https', '127.0.0.1:8443', '')).toBe(0);
    expect(tls('127.0.0.1:8443', '127.0.0.1:8443', 'ServerName a\nProtocol https')).toBe(1);
  });

  test('a host whose names an earlier one has is said to be out of reach', () => {
    const found = read({
      'httpd.conf': `${load}Listen 443\n${host('*:443', 'ServerName a')}${host('*:443', 'ServerName A')}`,
    });
    expect(listeners(found)).toEqual(['*:443 a 300 default -']);
    expect(messages(found)).toEqual([
      'no client can reach this virtual host (a) at *:443: an earlier one has every name of it',
    ]);
  });
});

describe('trees', () => {
  test('Debian without the main file: what mods-available says goes for the sites', () =>
    expect(
      listeners(
        read({
          'apache2/mods-available/ssl.conf':
            'SSLSessionCache shmcb:${APACHE_RUN_DIR}/x(512000)\nSSLSessionCacheTimeout 500\n',
          'apache2/sites-available/a.conf': host('*:443', 'ServerName a'),
        }),
      ),
    ).toEqual(['*:443 a 500 inherited apache2/mods-available/ssl.conf:2']));

  test('Debian with the main file: what is not enabled is not in use', () =>
    expect(
      listeners(
        read({
          'apache2/apache2.conf': `${load}Listen 443\nIncludeOptional sites-enabled/*.conf\n`,
          'apache2/sites-enabled/a.conf': host('*:443', 'ServerName a'),
          'apache2/sites-available/b.conf': host('*:443', 'ServerName b'),
        }),
      ),
    ).toEqual(['*:443 a 300 default -']));

  test('Red Hat: ServerRoot is above the folder of the main file', () =>
    expect(
      listeners(
        read({
          'etc/httpd/conf/httpd.conf':
            'ServerRoot "/etc/httpd"\nInclude conf.modules.d/*.conf\nListen 443\nIncludeOptional conf.d/*.conf\n',
          'etc/httpd/conf.modules.d/00-ssl.conf': load,
          'etc/httpd/conf.d/ssl.conf': `SSLSessionCacheTimeout 400\n${host('_default_:443', '')}`,
        }),
      ),
    ).toEqual(['*:443  400 inherited etc/httpd/conf.d/ssl.conf:1']));

  test('a line behind a Use that nothing ends is lost', () => {
    const found = read({
      'httpd.conf': `${load}Listen 443\n<Macro M $n>\n${host('*:443', 'ServerName $n')}</Macro>\nUse M a\nUse M b`,
    });
    expect(listeners(found)).toEqual(['*:443 a 300 default -']);
    expect(messages(found)[0]).toContain('httpd does not read this line');
  });

  test('a comment takes the next line along', () => {
    const found = read({
      'httpd.conf': `${load}Listen 443\n# the old value \\\nSSLSessionCacheTimeout 60\n${host('*:443', '')}`,
    });
    expect(listeners(found)).toEqual(['*:443  300 default -']);
    expect(found[0]?.listeners[0]?.ignored.map(({ why }) => why)).toEqual([
      'it is a part of the comment above, which ends in a backslash',
    ]);
  });
});
