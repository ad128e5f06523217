import { type IncludeAnswer, type Listener, resolveAll } from '@shortfuse/core';
import { expect, test } from 'vitest';
import { apache } from './index.js';
import type { ApacheFile } from './tree.js';

/** The listeners of a configuration whose main server has `main` and whose two hosts have `first` and `second`. */
function listeners(main: string, first = '', second = ''): readonly Listener[] {
  const host = (name: string, content: string): string =>
    `<VirtualHost *:443>\nServerName ${name}\nSSLEngine on\nSSLCertificateFile c\n${content}\n</VirtualHost>\n`;
  const modules = ['ssl', 'socache_shmcb', 'socache_dbm', 'socache_memcache', 'socache_redis', 'socache_dc']
    .map((name) => `LoadModule ${name}_module mod_${name}.so\n`)
    .join('');
  const text = `${modules}Listen 443\n${main}\n${host('a', first)}${host('b', second)}`;
  const tree = apache.parse({ path: 'httpd.conf', text, encoding: 'utf-8' });
  const options = { entries: [], defines: new Map() };
  const configurations = resolveAll<ApacheFile>(
    apache,
    [tree],
    options,
    (): IncludeAnswer<ApacheFile> => ({ kind: 'outside' }),
  );
  return configurations.flatMap((configuration) => configuration.listeners);
}

const shown = ({ oldSessionsAfterReload, oldSessionsAfterRestart, oldSessions }: Listener): string => {
  // A restart leaves what a reload leaves.
  expect(oldSessionsAfterRestart).toBe(oldSessionsAfterReload);
  return [oldSessionsAfterReload, ...(oldSessions ? [String(oldSessions.isRenewed), oldSessions.end] : [])].join(' | ');
};

const key = (path: string): string => `put 48 new random bytes into ${path} (openssl rand -out ${path} 48)`;

test.each([
  ['keys and caches of its own', 'SSLSessionCache shmcb:c(512000)', 'dropped'],
  ['a cache in a file', 'SSLSessionCache dbm:c', 'dropped'],
  ['a key file', 'SSLSessionTicketKeyFile conf/t.key', `kept | false | ${key('conf/t.key')} and reload httpd`],
  ['a key file that nothing uses', 'SSLSessionTicketKeyFile t.key\nSSLSessionTickets off', 'dropped'],
  [
    'memcached: session IDs, which nobody renews, but no tickets',
    'SSLSessionCache memcache:10.0.0.9:11211',
    'kept | false | reload httpd and empty memcached at 10.0.0.9:11211 (flush_all)',
  ],
  [
    'memcached without tickets: TLS 1.3 goes on without end',
    'SSLSessionCache memcache:10.0.0.9:11211\nSSLSessionTickets off',
    'kept | true | reload httpd and empty memcached at 10.0.0.9:11211 (flush_all)',
  ],
  [
    'redis without tickets, without TLS 1.3',
    'SSLSessionCache redis:r:6379\nSSLSessionTickets off\nSSLProtocol TLSv1.2',
    'kept | false | reload httpd and empty redis at r:6379 (FLUSHDB, where nothing else is in it)',
  ],
  ['memcached that nothing uses', 'SSLSessionCache memcache:m:1\nSSLProtocol TLSv1.3', 'dropped'],
  [
    'both',
    'SSLSessionCache memcache:m:1\nSSLSessionTicketKeyFile t.key',
    `kept | false | ${key('t.key')}, reload httpd and empty memcached at m:1 (flush_all)`,
  ],
  [
    'a provider that nobody has measured',
    'SSLSessionCache dc:x',
    'unknown | undefined | reload httpd and empty the session cache dc',
  ],
  [
    'what is not at hand',
    'Include /etc/x.conf',
    'unknown | undefined | put 48 new random bytes into the ticket key file, if there is one, reload httpd and empty the session cache, if there is one outside of httpd',
  ],
])('%s', (_, main, wanted) => expect([...new Set(listeners(main).map(shown))]).toEqual([wanted]));

test('of two hosts with a key file each, every one uses its own', () =>
  expect(
    listeners('', 'SSLSessionTicketKeyFile a.key', 'SSLSessionTicketKeyFile b.key').map(
      ({ name, oldSessions }) => `${name}: ${oldSessions?.end}`,
    ),
  ).toEqual([`a: ${key('a.key')} and reload httpd`, `b: ${key('b.key')} and reload httpd`]));

test('a key file of a host that is not first is not used', () =>
  expect(listeners('', '', 'SSLSessionTicketKeyFile b.key').map(shown)).toEqual(['dropped', 'dropped']));

/** What new keys in the file end: tickets, and nothing of what is on another server. */
test.each([
  ['a key file', 'SSLSessionTicketKeyFile t.key', 'dropped'],
  ['a key file and a cache of its own', 'SSLSessionTicketKeyFile t.key\nSSLSessionCache shmcb:c(512000)', 'dropped'],
  ['a key file and memcached', 'SSLSessionTicketKeyFile t.key\nSSLSessionCache memcache:m:1', 'kept'],
  ['a key file and redis', 'SSLSessionTicketKeyFile t.key\nSSLSessionCache redis:r:6379', 'kept'],
  [
    'a key file and memcached that nothing uses',
    'SSLSessionTicketKeyFile t.key\nSSLSessionCache memcache:m:1\nSSLProtocol TLSv1.3',
    'dropped',
  ],
  [
    'a key file and a provider that nobody has measured',
    'SSLSessionTicketKeyFile t.key\nSSLSessionCache dc:x',
    'unknown',
  ],
  ['what is not at hand', 'Include /etc/x.conf', 'unknown'],
  ['no key file', 'SSLSessionCache memcache:m:1', undefined],
])('new keys, %s', (_, main, wanted) => {
  for (const { oldSessions } of listeners(main)) {
    if (!oldSessions) return expect.fail('nothing is said of old sessions');
    const { withNewKeys } = oldSessions;
    expect(withNewKeys).toEqual(wanted && { afterReload: wanted, afterRestart: wanted });
  }
});
