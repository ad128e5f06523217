import { resolveAll, type SourceFile } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { apache } from '../src/index.js';

const file = (text: string, path = 'httpd.conf'): SourceFile => ({ path, text, encoding: 'utf-8' });

function read(text: string, further: Readonly<Record<string, string>> = {}) {
  const trees = new Map(Object.entries(further).map(([path, content]) => [path, apache.parse(file(content, path))]));
  const main = apache.parse(file(text));
  return resolveAll(apache, [main], { entries: ['httpd.conf'], defines: new Map() }, ({ pattern }) => {
    const found = pattern === 'httpd.conf' ? main : trees.get(pattern);
    return found ? { kind: 'files', files: [found] } : { kind: 'missing' };
  });
}

const head = 'LoadModule ssl_module mod_ssl.so\nLoadModule socache_shmcb_module mod_socache_shmcb.so\nListen 443\n';
const many = 20_000;
const lines = (line: (i: number) => string, count = many): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');
const host = (content: string): string => `<VirtualHost *:443>\nSSLEngine on\n${content}\n</VirtualHost>`;

/** Shapes that cost more than their length where something is done for each pair of lines, or for each level. */
const hostile: Readonly<Record<string, string>> = {
  'sections in sections': lines(() => '<Location />'),
  'true conditions in each other': lines(() => '<IfModule ssl_module>'),
  'false conditions in each other': lines(() => '<IfModule nosuch>'),
  'ends without a start': lines(() => '</IfModule>'),
  'a backslash at the end of every line': lines(() => 'SSLSessionCacheTimeout 60 \\'),
  'comments that take every line along': lines(() => '# SSLSessionCacheTimeout 60 \\'),
  'one long line': `SSLSessionCacheTimeout ${'x '.repeat(many * 10)}`,
  'one long word in quotes': `SSLSessionCacheTimeout "${'\\"'.repeat(many * 10)}`,
  'many references in one line': `SSLSessionCacheTimeout ${'${X}'.repeat(many)}`,
  'many open references': `SSLSessionCacheTimeout ${'${'.repeat(many * 5)}`,
  'hosts at one address': lines((i) => host(`ServerName h${i}.test\nSSLSessionCacheTimeout ${i}`)),
  'hosts of one name': lines(() => host('ServerName a.test')),
  'hosts with wildcards': lines((i) => host(`ServerName h${i}.test\nServerAlias *.a${i}.test *.b*.c*.test`)),
  'hosts at addresses of their own': lines(
    (i) => `<VirtualHost 10.0.${i >> 8}.${i & 255}:443>\nSSLEngine on\n</VirtualHost>`,
  ),
  'timeouts in the main server above many hosts': `${lines((i) => `SSLSessionCacheTimeout ${i}`)}\n${lines(() => host(''))}`,
  'caches in the main server above many hosts': `${lines(() => 'SSLSessionCache none')}\n${lines(() => host(''), 2000)}`,
  'commands in the main server above many hosts': `${lines(() => 'SSLOpenSSLConfCmd Options x')}\n${lines(() => host(''), 5000)}`,
  'many Listens and one host': `${lines((i) => `Listen ${i}`)}\n${host('')}`,
  'many defines': lines((i) => `Define N${i} ${i}\nSSLSessionCacheTimeout \${N${i}}`),
  'many macros': lines((i) => `<Macro m${i} $a $b>\nSSLSessionCacheTimeout $a\n</Macro>\nUse m${i} 1 2`),
  'macros with many parameters': `<Macro m ${lines((i) => `$p${i}`, 500).replaceAll('\n', ' ')}>\n${lines(() => 'SSLSessionCacheTimeout $p1', 500)}\n</Macro>\nUse m ${'1 '.repeat(500)}`,
  'template tags that nothing closes': `<% if x %>\n${lines(() => '<% if x')}`,
};

describe('takes time in proportion to its input', () => {
  test.each(Object.entries(hostile))('%s', (_, text) => {
    const before = performance.now();
    const [configuration] = read(head + text);
    expect(configuration?.files).toHaveLength(1);
    // Some 100 ms here; a minute and more where the cost is not linear.
    expect(performance.now() - before).toBeLessThan(8000);
  });
});

describe('ends', () => {
  test('variables that double in every line', () => {
    const doubling = lines((i) => `Define A${i + 1} \${A${i}}\${A${i}}`, 200);
    expect(read(`${head}Define A0 x\n${doubling}\nSSLSessionCacheTimeout \${A200}`)).toHaveLength(1);
  });

  test('macros that use each other twice', () => {
    const doubling = lines((i) => `<Macro m${i + 1}>\nUse m${i}\nUse m${i}\n</Macro>`, 60);
    const [configuration] = read(`${head}<Macro m0>\nSSLSessionTickets on\n</Macro>\n${doubling}\nUse m60`);
    expect(configuration?.problems.map(({ message }) => message)).toContain('more than 1000000 lines are read again');
  });

  test('files that include the next one twice', () => {
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`f${i}.conf`, `Include f${i + 1}.conf\nInclude f${i + 1}.conf`]),
    );
    const [configuration] = read(`${head}Include f0.conf`, { ...files, 'f40.conf': 'SSLSessionTickets on' });
    expect(configuration?.problems.map(({ message }) => message)).toContain('more than 100000 files are included');
  });

  test('a file that includes itself', () => {
    const [configuration] = read(`${head}Include httpd.conf`);
    expect(configuration?.problems.map(({ message }) => message)).toEqual([
      'Exceeded maximum include depth of 128, There appears to be a recursion.',
    ]);
  });
});
