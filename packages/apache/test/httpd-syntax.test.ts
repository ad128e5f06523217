// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is httpd's own notation
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Certificate, createCertificate, errorsIn, findHttpd, openIn, testHttpd } from '@shortfuse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apache } from '../src/index.js';

const httpd = findHttpd();
const folder = mkdtempSync(join(tmpdir(), 'shortfuse-httpd-syntax-'));
let certificate: Certificate;
beforeAll(() => {
  if (httpd) certificate = createCertificate(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const modules = ['mpm_event', 'authz_core', 'socache_shmcb', 'ssl', 'macro'];
const head = `ServerName localhost\nDefaultRuntimeDir .\nPidFile httpd.pid\nErrorLog error.log\n${modules
  .map((name) => `LoadModule ${name}_module \${MODULES_DIR}/mod_${name}.so\n`)
  .join('')}Listen 127.0.0.1:21190\n`;
const tls = 'SSLEngine on\nSSLCertificateFile server.crt\nSSLCertificateKeyFile server.key\n';
const host = (content: string): string => `<VirtualHost *:21190>\n${tls}${content}\n</VirtualHost>\n`;

/** What follows a head of ten lines, or whole files; `SELF` keeps the head out. */
interface Sample {
  readonly text: string;
  readonly files?: Readonly<Record<string, string>>;
}

const timeouts = [
  ...[
    '60',
    '"60"',
    "'60'",
    '+60',
    '060',
    '" 60"',
    '60s',
    '60;',
    '60,',
    '60#c',
    '"60',
    '60"',
    '"60 70"',
    '5m',
    '1e3',
    '6"0"',
  ],
  ...['0', '-0', 'abc', '0x3c', '4294967296', '4294967356', '-1', '-5', '2147483648', '99999999999999999999', '', '""'],
  ...['-99999999999999999999', '60 70', '60 # c', '\\', '"60"70', '60\\', "'6\\'0'", '2147483647', '-4294967236'],
];

const samples: readonly Sample[] = [
  ...timeouts.map((value) => ({ text: host(`SSLSessionCacheTimeout ${value}`) })),
  ...[
    ...[
      'none',
      'NONE',
      'nonenotnull',
      'shmcb',
      'default',
      'SHMCB:x',
      'foo:x',
      'shmcb:x(100)',
      'shmcb:x(100',
      'shmcb:x)',
      'shmcb:x(8k)',
    ],
    ...['shmcb:x(8192)', 'shmcb:x()', '"shmcb:x(512000)"', '', 'shmcb:x(512000) y', 'shmcb:a(b)c(512000)'],
  ].map((value) => ({ text: `SSLSessionCache ${value}\n${host('')}` })),
  ...['on', 'OFF', 'yes', '', 'on off', '"on"'].map((value) => ({ text: host(`SSLSessionTickets ${value}`) })),
  ...['all -SSLv3', 'TLSv1.2', '-all +tlsv1.3', 'TLSv1.4', '+foo'].map((value) => ({
    text: host(`SSLProtocol ${value}`),
  })),
  ...[
    'Location />',
    'Directory />',
    'Files x>',
    'FilesMatch x>',
    'LocationMatch x>',
    'If "true">',
    'DirectoryMatch />',
  ].flatMap((name) => [
    { text: host(`<${name}\nSSLSessionCacheTimeout 60\n</${/^\w+/.exec(name)?.[0]}>`) },
    { text: `<${name}\nSSLSessionCache none\n</${/^\w+/.exec(name)?.[0]}>` },
    { text: host(`<${name}\n<IfModule ssl_module>\nSSLSessionTickets on\n</IfModule>\n</${/^\w+/.exec(name)?.[0]}>`) },
  ]),
  ...[
    host('Listen 7'),
    host('SSLSessionCache none'),
    host(host('').trimEnd()),
    '<VirtualHost *:21190>\nSSLEngine off',
    '<VirtualHost>\n</VirtualHost>',
    '<VirtualHost *:21190\n</VirtualHost>',
    '<IfModule nosuch>\nSSLEngine on',
    '<IfModule ssl_module>\nSSLSessionCacheTimeout 9',
    '<IfModule ssl_module\n</IfModule>',
    '<IfModule ssl_module>\n<VirtualHost *:21190>\n</IfModule>',
    '<IfModule nosuch>\n<VirtualHost *:21190>\n</IfModule>',
    '<IfModule nosuch>\n<VirtualHost *:21190>\n</VirtualHost> # c\n</IfModule>',
    '<IfModule ssl_module>\n</ifmodule>\n<ifmodule ssl_module>\n</IFMODULE>',
    '<IfModule ssl_module>\n</IfModule> # c',
    '</VirtualHost>',
    '</IfModule>',
    '<VirtualHost *:21190>\n</VirtualHost> </IfModule>',
    '<VirtualHost *:21190>\n</VirtualHos>',
    '<IfModule ssl_module>\n<VirtualHost *:21190>\n</VirtualHost> </IfModule>',
    '<Location />\n</location>',
    'SSLSessionCacheTimout 4',
    'Use nope a',
    '<Macro m $a>\nSSLSessionCacheTimeout $a\n</Macro>\nUse m',
    '<Macro m $a>\nSSLSessionCacheTimeout $a\n</Macro>\nUse M 60',
    '<Macro m $a>\nSSLSessionCacheTimeout $a\n</Macro>\nUse m -60',
    '<Macro m $a>\nSSLSessionCacheTimeout $a\n</Macro>\nUse m "60 70"',
    '<Macro m>\nUse m\n</Macro>\nUse m',
    '<Macro m>\nSSLEngine on\n</Macro>\nUse n',
    '<Macro m>\n</Macro>\n<Macro open>\n<VirtualHost *:21190>\n</Macro>\n<Macro shut>\n</VirtualHost>\n</Macro>\nUse open\nUse shut',
    '<Macro m>\nSSLEngine on',
    'Error "boo hoo"',
    '<IfModule nosuch>\nError "boo"\n</IfModule>',
    'Define a b c',
    'Define',
    'Define A 60\nSSLSessionCacheTimeout ${a}',
    'Define A "60 70"\nSSLSessionCacheTimeout ${a}',
    'Define L "SSLSessionCacheTimeout -3"\n${L}',
    'Define A -3\nUnDefine A\nSSLSessionCacheTimeout ${A}',
    'SSLSessionCacheTimeout \\\n-3',
    'SSLSession\\\nCacheTimeout -3',
    'SSLSessionCacheTimeout 3\\\n0 \\\n  4',
    '# c \\\nSSLSessionCacheTimeout -3',
    'SSLSessionCacheTimeout -3\\',
    'SSLSessionCacheTimeout -3\\\n',
    'SSLSessionCacheTimeout \\\n',
    '\\\n',
    'SSLSessionCacheTimeout -3 \\\n\n',
    '\\\n\\\n SSLSessionCacheTimeout -3',
    '  \\\nSSLSessionCacheTimeout -3',
    '\fSSLSessionCacheTimeout\f-3\f',
    'SSLSessionCacheTimeout -3\r\n',
    'SSLSessionCacheTimeout \\\r\n-3\r\n',
    '"SSLSessionCacheTimeout" -3',
    'SSLSessionCacheTimeout\t-3',
    'Include nope.conf',
    'IncludeOptional nope.conf',
    'Include nope/*.conf',
    'IncludeOptional nope/*.conf',
    'Include *.nope',
    'Include',
    'Include a b',
    'Listen',
    'Listen 1 2 3',
    'SSLEngine',
    'SSLEngine maybe',
    '<IfVersion >= 2.4>\nSSLSessionCacheTimeout -1\n</IfVersion>',
    '<IfVersion < 2.4>\nSSLSessionCacheTimeout -1\n</IfVersion>',
    '<IfVersion ~ ^2\\.4>\nSSLSessionCacheTimeout -1\n</IfVersion>',
    '<IfVersion !>= 2.5>\nSSLSessionCacheTimeout -1\n</IfVersion>',
    '<IfFile server.crt>\nSSLSessionCacheTimeout -1\n</IfFile>',
    '<IfFile "!nope">\nSSLSessionCacheTimeout -1\n</IfFile>',
    '<IfFile nope>\nSSLSessionCacheTimeout -1\n</IfFile>',
    '<IfDirective SSLSessionCache>\nSSLSessionCacheTimeout -1\n</IfDirective>',
    '<IfDirective !SSLSessionCache>\nSSLSessionCacheTimeout -1\n</IfDirective>',
    '<IfModule "ssl_module">\nSSLSessionCacheTimeout -1\n</IfModule>',
    '<IfModule core.c>\nSSLSessionCacheTimeout -1\n</IfModule>',
    '<IfModule event.c>\nSSLSessionCacheTimeout -1\n</IfModule>',
    '<IfModule mod_so.c>\nSSLSessionCacheTimeout -1\n</IfModule>',
    '<IfModule !mod_ssl.c>\nSSLSessionCacheTimeout -1\n</IfModule>',
    '<IfModule ! mod_ssl.c>\nSSLSessionCacheTimeout -1\n</IfModule>',
    '<IfDefine X>\nSSLSessionCacheTimeout -1\n</IfDefine>',
    'Define X\n<IfDefine X>\nSSLSessionCacheTimeout -1\n</IfDefine>',
    'Define X\n<IfDefine x>\nSSLSessionCacheTimeout -1\n</IfDefine>',
    '<VirtualHost *:21190>\nDefine X -5\n</VirtualHost>\nSSLSessionCacheTimeout ${X}',
    'SSLOpenSSLConfCmd Options',
  ].map((text) => ({ text })),
  { text: 'Include a.conf', files: { 'a.conf': 'SSLSessionCacheTimeout -1' } },
  { text: host('Include a.conf'), files: { 'a.conf': '# c\nSSLSessionCache none' } },
  { text: 'Include a.conf\n</VirtualHost>', files: { 'a.conf': '<VirtualHost *:21190>' } },
  { text: '<VirtualHost *:21190>\nInclude a.conf', files: { 'a.conf': '</VirtualHost>' } },
  { text: 'Include d', files: { 'd/.x': 'SSLSessionCacheTimeout -1' } },
  { text: 'Include d/*', files: { 'd/.x': 'SSLSessionCacheTimeout -1', 'd/y~': '' } },
  { text: 'Include d/*', files: { 'd/e/.x': 'SSLSessionCacheTimeout -1' } },
  { text: 'Include d*/a?.[cd]onf', files: { 'd1/ab.conf': 'SSLSessionCacheTimeout -1' } },
  { text: 'Include d/*.conf', files: { 'd/9-x.conf': 'SSLSessionCacheTimeout -1', 'd/10-x.conf': 'Error first' } },
  { text: 'Include a.conf', files: { 'a.conf': '<IfModule ssl_module>\n', 'b.conf': '' } },
  { text: 'Include a.conf', files: { 'a.conf': '\u{feff}SSLEngine off\n' } },
  {
    text: 'Include a.conf',
    files: {
      'a.conf':
        '<Macro m $a>\n<VirtualHost *:21190>\nSSLSessionCacheTimeout $a\n</VirtualHost>\n</Macro>\nUse m x\nUse m -4',
    },
  },
];

/** What httpd says first: `AH00526: Syntax error on line N of FILE:` and the message, or all in one line, nested for includes. */
function refusal(output: string): { line: number; file: string; message: string } | undefined {
  const [, first = ''] = /^(?:AH00526: |apache2: )(Syntax error[\s\S]*)$/m.exec(output) ?? [];
  if (first === '') return undefined;
  let rest = first;
  let place = { line: 0, file: '' };
  for (let match = next(rest); match; match = next(rest)) {
    place = { line: Number(match[1]), file: match[2] ?? '' };
    rest = rest.slice(match[0].length);
  }
  // "FILE:17: <VirtualHost> was not closed.", where the file may be a macro.
  rest = rest.replace(/^macro .* used on line \d+ of "[^"]*":\d+: /, '');
  const own = /^(\S+?):(\d+): (?=<)/.exec(rest);
  if (own) return { line: Number(own[2]), file: own[1] ?? '', message: rest.slice(own[0].length).split('\n')[0] ?? '' };
  return { ...place, message: rest.split('\n')[0] ?? '' };
}

/** httpd lists its caches in the order of a hash table, and escapes line ends. */
function alike<T extends { message: string } | undefined>(error: T): T {
  if (!error) return error;
  const message = error.message
    .replace('\\n\\t', ' ')
    .replace(/known names: [\w,]*/, (names) => [...names].sort().join(''));
  return { ...error, message };
}

/** Errors in macros are shown at the `Use`. */
function next(text: string): RegExpExecArray | null {
  return (
    /^(?:AH00526: )?Syntax error on line \d+ of macro .*? used on line (\d+) of "?([^\s:"]+)"?:\s*/.exec(text) ??
    /^(?:AH00526: )?Syntax error on line (\d+) of ([^\s:]+):\s*/.exec(text)
  );
}

const describeWithHttpd = httpd ? describe : describe.skip;
if (!httpd) process.stderr.write('skipped: apache2 is not installed, so no message is compared with its own\n');

describeWithHttpd('apache2 -t', () => {
  test.each(samples)('%j', ({ text, files = {} }) => {
    if (!httpd) return;
    const root = mkdtempSync(join(folder, 'case-'));
    copyFileSync(certificate.certificate, join(root, 'server.crt'));
    copyFileSync(certificate.key, join(root, 'server.key'));
    for (const [path, content] of Object.entries({ ...files, 'httpd.conf': head + text })) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    const { output, ok } = testHttpd(httpd, root);
    const errors = errorsIn(openIn(apache, root, { paths: ['httpd.conf'] }));
    if (ok) expect(errors).toEqual([]);
    else expect(errors.map(alike)[0], output).toEqual(alike(refusal(output.replaceAll(root, '.'))));
  });
});
