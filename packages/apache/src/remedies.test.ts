// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is httpd's own notation
import {
  type Configuration,
  decode,
  encode,
  type IncludeAnswer,
  type Listener,
  type PatchRequest,
  type Plan,
  planPatch,
  type ResolveOptions,
  resolveAll,
  type SourceFile,
} from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { apache } from './index.js';
import type { ApacheFile } from './tree.js';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Plans the patch of files by path. Includes are answered from among them; what is at an absolute path is outside. */
function plan(
  files: Files,
  {
    target = 60,
    allowDisable = false,
    isWanted,
    ...options
  }: Partial<ResolveOptions> & Partial<Omit<PatchRequest, 'resolveWith'>> = {},
): Plan {
  const sources = Object.entries(files).map(
    ([path, text]): SourceFile => (typeof text === 'string' ? { path, text, encoding: 'utf-8' } : decode(path, text)),
  );
  const resolveWith = (changed: ReadonlyMap<SourceFile, SourceFile>): readonly Configuration[] => {
    const trees = sources.map((file) => apache.parse(changed.get(file) ?? file));
    return resolveAll<ApacheFile>(
      apache,
      trees,
      { entries: [], defines: new Map(), ...options },
      ({ pattern, absolute, wildcards }): IncludeAnswer<ApacheFile> => {
        if (absolute) return { kind: 'outside' };
        const matches = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
        const found = trees.filter(({ file: { path } }) => (wildcards ? matches.test(path) : path === pattern));
        return found.length === 0 && !wildcards ? { kind: 'missing' } : { kind: 'files', files: found };
      },
    );
  };
  return planPatch(resolveWith(new Map()), {
    target,
    allowDisable,
    resolveWith,
    ...(isWanted ? { isWanted } : {}),
  });
}

/** The changed lines of a plan: what is gone with `-`, what is new with `+`, in the notation of JSON where it is not plain. */
function changes({ files, refused }: Plan): string[] {
  const lines = files.flatMap(({ before, after }) => {
    const old = before.text.split('\n');
    const fresh = after.text.split('\n');
    let head = 0;
    while (head < old.length && old[head] === fresh[head]) head++;
    let tail = 0;
    while (tail < old.length - head && tail < fresh.length - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail++;
    const shown = (sign: string, some: readonly string[]): string[] =>
      some.slice(head, some.length - tail).map((line) => `${before.path} ${sign}${JSON.stringify(line).slice(1, -1)}`);
    return [...shown('-', old), ...shown('+', fresh)];
  });
  return [...lines, ...refused.map(({ listener, why }) => `refused ${listener.name}: ${why}`)];
}

const load = 'LoadModule ssl_module mod_ssl.so\nLoadModule socache_shmcb_module mod_socache_shmcb.so\nListen 443\n';
const macros = 'LoadModule macro_module mod_macro.so\n';
const host = (name: string, content = '', address = '*:443'): string =>
  `<VirtualHost ${address}>\n  ServerName ${name}\n  SSLEngine on\n  SSLCertificateFile c\n${content}</VirtualHost>\n`;
const timeout = (value: string): string => `  SSLSessionCacheTimeout ${value}\n`;

describe('a value is replaced where it decides, and nothing around it', () => {
  test.each([
    ['600', '60'],
    ['"600"', '"60"'],
    ["'600'", "'60'"],
    ['" 600 "', '" 60 "'],
    ['"600', '"60'], // httpd takes the rest of the line where a quote is not closed
    ['600"', '60'],
    ['+600', '60'],
    ['0600', '60'],
    ['600s', '60'],
    ['1200m', '60'], // reads as 1200; 60m would look like an hour
    ['600#c', '60'],
    ['0', '60'], // 7200 s
    ['off', '60'], // the same
    ['${NOBODY_DEFINES_THIS}', '60'],
  ])('%s becomes %s', (before, after) => {
    const text = (value: string): string => load + host('a.test', `\tsslsessioncachetimeout \t${value}  \n`);
    const { files, refused } = plan({ 'httpd.conf': text(before) });
    expect(refused).toEqual([]);
    expect(files.map((file) => file.after.text)).toEqual([text(after)]);
  });

  test.each([
    ['the value on the next line', `  SSLSessionCacheTimeout \\\n    600\n`, `  SSLSessionCacheTimeout \\\n    60\n`],
    ['a value over two lines', `  SSLSessionCacheTimeout 6\\\n00\n`, `  SSLSessionCacheTimeout 60\n`],
    ['the name over two lines', `  SSLSessionCache\\\nTimeout 600\n`, `  SSLSessionCache\\\nTimeout 60\n`],
    [
      'the last of two',
      timeout('900') + timeout('600'),
      timeout('900') + timeout('60'), // the first has no effect
    ],
    ['a quoted name', `  "SSLSessionCacheTimeout" 600\n`, `  "SSLSessionCacheTimeout" 60\n`],
    [
      'a name in a variable',
      'Define D SSLSessionCacheTimeout\n${D} 600\n',
      'Define D SSLSessionCacheTimeout\n${D} 60\n',
    ],
    [
      'two variables',
      'Define A 6\nDefine B 00\nSSLSessionCacheTimeout ${A}${B}\n',
      'Define A 6\nDefine B 00\nSSLSessionCacheTimeout 60\n',
    ],
    [
      'a line in a variable stays, and is followed by one that decides',
      'Define L "SSLSessionCacheTimeout 600"\n  ${L}\n  DocumentRoot /x\n',
      'Define L "SSLSessionCacheTimeout 600"\n  ${L}\n  SSLSessionCacheTimeout 60\n  DocumentRoot /x\n',
    ],
    [
      'half of a value in a variable stays, too',
      'Define H "Timeout 600"\n  SSLSessionCache${H}\n',
      'Define H "Timeout 600"\n  SSLSessionCache${H}\n  SSLSessionCacheTimeout 60\n',
    ],
  ])('%s', (_, before, after) => {
    const { files, refused } = plan({ 'httpd.conf': load + host('a.test', before) });
    expect(refused).toEqual([]);
    expect(files.map((file) => file.after.text)).toEqual([load + host('a.test', after)]);
  });

  test.each(['60', '59', '1', '060', '"60"'])('%s stays', (value) =>
    expect(changes(plan({ 'httpd.conf': load + host('a.test', timeout(value)) }))).toEqual([]),
  );

  test('CRLF, Latin-1, and no line end at the end', () => {
    const bytes = Buffer.from(
      `${load}# caf\xe9\nSSLSessionCacheTimeout 900\n${host('a.test')}<VirtualHost *:443>\nServerName b.test\nSSLSessionCacheTimeout\t600\n</VirtualHost>`.replaceAll(
        '\n',
        '\r\n',
      ),
      'latin1',
    );
    const { files } = plan({ 'httpd.conf': bytes });
    const [file] = files;
    expect(file && Buffer.from(encode(file.after)).toString('latin1')).toBe(
      bytes.toString('latin1').replace('900', '60'), // without a cache, only the first host's counts
    );
  });
});

describe('where nothing is written, one line goes into the main server', () => {
  const hosts = host('a.test') + host('b.test');
  test.each([
    ['before the first host', load + hosts, `${load}SSLSessionCacheTimeout 60\n${hosts}`],
    [
      'behind the cache',
      `${load}SSLSessionCache shmcb:c(512000)\nKeepAlive on\n${hosts}`,
      `${load}SSLSessionCache shmcb:c(512000)\nSSLSessionCacheTimeout 60\nKeepAlive on\n${hosts}`,
    ],
    [
      'behind a timeout that is commented out',
      `${load}SSLSessionCache shmcb:c(512000)\n# in seconds\n#SSLSessionCacheTimeout 300\n${hosts}`,
      `${load}SSLSessionCache shmcb:c(512000)\n# in seconds\n#SSLSessionCacheTimeout 300\nSSLSessionCacheTimeout 60\n${hosts}`,
    ],
    [
      'a comment that goes on is none to follow',
      `${load}#SSLSessionCacheTimeout 300 \\\nfoo\n${hosts}`,
      `${load}SSLSessionCacheTimeout 60\n#SSLSessionCacheTimeout 300 \\\nfoo\n${hosts}`,
    ],
    [
      'within a condition on mod_ssl, indented as its neighbour',
      `${load}<IfModule mod_ssl.c>\n\tSSLSessionCache shmcb:c(512000)\n</IfModule>\n${hosts}`,
      `${load}<IfModule mod_ssl.c>\n\tSSLSessionCache shmcb:c(512000)\n\tSSLSessionCacheTimeout 60\n</IfModule>\n${hosts}`,
    ],
    [
      'above the comments of the host',
      `${load}\n# the shop\n${hosts}`,
      `${load}\nSSLSessionCacheTimeout 60\n# the shop\n${hosts}`,
    ],
    [
      'not in a condition that is false, nor in a section, nor in a host',
      `<IfModule ssl_module>\n#SSLSessionCacheTimeout 1\n</IfModule>\n${load}<Directory />\n#SSLSessionCacheTimeout 1\n</Directory>\n<IfDefine !X>\n#SSLSessionCacheTimeout 1\n</IfDefine>\n<VirtualHost *:80>\n#SSLSessionCacheTimeout 1\n</VirtualHost>\n${hosts}`,
      `<IfModule ssl_module>\n#SSLSessionCacheTimeout 1\n</IfModule>\n${load}<Directory />\n#SSLSessionCacheTimeout 1\n</Directory>\n<IfDefine !X>\n#SSLSessionCacheTimeout 1\n</IfDefine>\n<VirtualHost *:80>\n#SSLSessionCacheTimeout 1\n</VirtualHost>\nSSLSessionCacheTimeout 60\n${hosts}`,
    ],
    [
      'a line that a backslash continues is not torn',
      `${load}SSLSessionCache \\\n  shmcb:c(512000)\n${hosts}`,
      `${load}SSLSessionCache \\\n  shmcb:c(512000)\nSSLSessionCacheTimeout 60\n${hosts}`,
    ],
    [
      'the end of a file without a line end',
      `${load}${hosts}SSLSessionCache shmcb:c(512000)`,
      `${load}${hosts}SSLSessionCache shmcb:c(512000)\nSSLSessionCacheTimeout 60`,
    ],
    [
      'the main server as the only host',
      `${load}SSLEngine on\nSSLCertificateFile c\nServerName a.test\n`,
      `${load}SSLEngine on\nSSLCertificateFile c\nSSLSessionCacheTimeout 60\nServerName a.test\n`,
    ],
    [
      'before the Use that makes the hosts',
      `${macros}${load}<Macro H $n>\n${host('$n')}</Macro>\nUse H a.test\nUse H b.test\n`,
      `${macros}${load}<Macro H $n>\n${host('$n')}</Macro>\nSSLSessionCacheTimeout 60\nUse H a.test\nUse H b.test\n`,
    ],
    [
      'CRLF as around it',
      (load + hosts).replaceAll('\n', '\r\n'),
      `${load}SSLSessionCacheTimeout 60\n${hosts}`.replaceAll('\n', '\r\n'),
    ],
  ])('%s', (_, before, after) => {
    const { files, refused } = plan({ 'httpd.conf': before });
    expect(refused).toEqual([]);
    expect(files.map((file) => file.after.text)).toEqual([after]);
  });

  test('a file that a host includes is no place for it', () =>
    expect(
      changes(
        plan({
          'httpd.conf': `${load}${host('a.test', '  Include tls.inc\n')}`,
          'tls.inc': 'SSLProtocol all\n#SSLSessionCacheTimeout 300\n',
        }),
      ),
    ).toEqual(['httpd.conf +SSLSessionCacheTimeout 60']));

  test('nor is a file that may be read without mod_ssl', () =>
    expect(
      changes(
        plan({
          'httpd.conf': `Include ssl.load\nListen 443\n#SSLSessionCacheTimeout 300\nInclude site.conf\n`,
          'ssl.load': 'LoadModule ssl_module mod_ssl.so\n',
          'site.conf': `<IfModule mod_ssl.c>\n${host('a.test')}</IfModule>\n`,
        }),
      ),
    ).toEqual(['site.conf +SSLSessionCacheTimeout 60']));

  test('a host whose lines are all in a condition has the line in there', () =>
    expect(
      changes(
        plan({
          'httpd.conf': `Include ssl.load\nListen 443\nInclude site.conf\n`,
          'ssl.load': 'LoadModule ssl_module mod_ssl.so\n',
          'site.conf': `<VirtualHost *:443>\n  <IfModule mod_ssl.c>\n    SSLEngine on\n    SSLCertificateFile c\n  </IfModule>\n</VirtualHost>\n`,
        }),
      ),
    ).toEqual(['site.conf +    SSLSessionCacheTimeout 60']));
});

describe('listeners that are not to change', () => {
  const isWanted = ({ name }: Listener): boolean => name === 'b.test';
  const cache = `${load}Listen 444\nSSLSessionCache shmcb:c(512000)\n`;
  test('one line of the host instead of the one that both inherit', () =>
    expect(
      changes(
        plan(
          { 'httpd.conf': `${cache}SSLSessionCacheTimeout 900\n${host('a.test')}${host('b.test', '', '*:444')}` },
          { isWanted },
        ),
      ),
    ).toEqual(['httpd.conf +  SSLSessionCacheTimeout 60']));

  test('the same where nobody set anything', () =>
    expect(changes(plan({ 'httpd.conf': cache + host('a.test') + host('b.test', '', '*:444') }, { isWanted }))).toEqual(
      ['httpd.conf +  SSLSessionCacheTimeout 60'],
    ));

  test('and where both include the line, behind the include', () => {
    const text = host('a.test', '  Include t.inc\n') + host('b.test', '  Include t.inc\n  Header set X y\n', '*:444');
    const { files } = plan({ 'httpd.conf': cache + text, 't.inc': 'SSLSessionCacheTimeout 600' }, { isWanted });
    expect(files.map(({ after }) => after.text)).toEqual([
      cache + text.replace('  Header', '  SSLSessionCacheTimeout 60\n  Header'),
    ]);
  });

  test('tickets of an address live as long as its first host says: refused, and the rest is shortened', () =>
    expect(
      changes(plan({ 'httpd.conf': cache + host('a.test', timeout('600')) + host('b.test') }, { isWanted })),
    ).toEqual([
      'httpd.conf +SSLSessionCacheTimeout 60',
      'refused b.test: every way would also change *:443 a.test, which is not to be changed',
    ]));

  test('a host that the 0 of the main server keeps from resuming does not start to', () =>
    expect(
      changes(
        plan({
          'httpd.conf': `${cache}SSLSessionCacheTimeout 0\n${host('a.test', '', '*:444')}${host('b.test', timeout('30'))}${host('c.test')}`,
        }),
      ),
    ).toEqual(['httpd.conf +  SSLSessionCacheTimeout 60']));

  test('one Use of two', () =>
    expect(
      changes(
        plan(
          {
            'httpd.conf': `${macros}${cache}<Macro H $n $p $t>\n${host('$n', timeout('$t'), '*:$p')}</Macro>\nUse H a.test 443 600\nUse H b.test 444 "600"\n`,
          },
          { isWanted },
        ),
      ),
    ).toEqual(['httpd.conf -Use H b.test 444 \\"600\\"', 'httpd.conf +Use H b.test 444 \\"60\\"']));

  test('a variable that two includes of one line give different values', () =>
    expect(
      changes(
        plan({
          'httpd.conf': `${cache}Define T 30\n${host('a.test', '  Include t.inc\n')}Define T 600\n${host('b.test', '  Include t.inc\n', '*:444')}`,
          't.inc': 'SSLSessionCacheTimeout ${T}\n',
        }),
      ),
    ).toEqual(['httpd.conf +  SSLSessionCacheTimeout 60']));
});

describe('macros', () => {
  const use = (macro: string, rest: string): Files => ({
    'httpd.conf': `${macros}${load}<Macro H $t>\n${macro}</Macro>\n${rest}`,
  });
  test.each([
    [
      'a value in the macro itself',
      use(host('a.test', timeout('600')), 'Use H x\n'),
      ['-  SSLSessionCacheTimeout 600', '+  SSLSessionCacheTimeout 60'],
    ],
    [
      'a variable as argument',
      use(host('a.test', timeout('$t')), 'Define T 600\nUse H ${T}\n'),
      ['-Use H ${T}', '+Use H 60'],
    ],
    [
      'and in quotes',
      use(host('a.test', timeout('$t')), 'Define T 600\nUse H "${T}"\n'),
      ['-Use H \\"${T}\\"', '+Use H \\"60\\"'],
    ],
    [
      'an argument that another directive needs as it is stays, and the line in the macro changes',
      use(host('a.test', `${timeout('$t')}KeepAliveTimeout $t\n`), 'Use H 600\n'),
      ['-  SSLSessionCacheTimeout $t', '+  SSLSessionCacheTimeout 60'],
    ],
    [
      'through two macros',
      use(host('a.test', timeout('$t')), '<Macro G $a>\nUse H $a\n</Macro>\nUse G 600\n'),
      ['-Use G 600', '+Use G 60'],
    ],
    [
      'a value in the outer of two macros',
      use(host('a.test', timeout('$t')), '<Macro G>\nUse H 600\n</Macro>\nUse G\n'),
      ['-Use H 600', '+Use H 60'],
    ],
  ])('%s', (_, files, wanted) => expect(changes(plan(files))).toEqual(wanted.map((line) => `httpd.conf ${line}`)));

  test('an argument that is a part of the value, by a line of its own in the host', () =>
    expect(changes(plan(use(host('a.test', timeout('$t0')), 'Use H 60\n')))).toEqual([
      'refused a.test: 600 is put together from parts that other lines may depend on',
    ]));
});

describe('what must not be guessed', () => {
  test.each([
    [
      'a placeholder',
      host('a.test', timeout('{{ timeout }}')),
      /a template or build step fills in the value/,
      /where the template takes it from/,
    ],
    [
      'an include that is not at hand',
      host('a.test', '  Include /etc/x.conf\n'),
      /"\/etc\/x\.conf" is not among the files/,
      /at the end of the virtual host at httpd\.conf:4 by hand/,
    ],
    [
      'a condition nobody can decide',
      host('a.test', `<IfVersion >= 2.4.60>\n${timeout('600')}</IfVersion>\n`),
      /depends on httpd's version/,
      /there it decides, whatever is read before/,
    ],
  ])('%s', (_, content, why, help) => {
    const { files, refused } = plan({ 'httpd.conf': load + content });
    expect(files).toEqual([]);
    expect(refused.map(({ listener: { name } }) => name)).toEqual(['a.test']);
    expect(refused[0]?.why).toMatch(why);
    expect(refused[0]?.help).toMatch(help);
    expect(refused[0]?.at).toBeDefined();
  });

  test('fragments: what is written is changed, what a main file may say is refused', () => {
    const made = plan({
      'sites/a.conf': host('a.test', timeout('600')),
      'sites/b.conf': host('b.test', '', '*:444'),
    });
    expect(changes(made)).toEqual([
      'sites/a.conf -  SSLSessionCacheTimeout 600',
      'sites/a.conf +  SSLSessionCacheTimeout 60',
      'refused b.test: the main server is not among the files and may set it; give the file that httpd starts with, too',
    ]);
  });

  test('the first host of an address is changed though another one there is not known', () =>
    expect(changes(plan({ 'sites/a.conf': host('a.test', timeout('600')) + host('b.test') }))).toEqual([
      'sites/a.conf -  SSLSessionCacheTimeout 600',
      'sites/a.conf +  SSLSessionCacheTimeout 60',
      'refused b.test: the main server is not among the files and may set it; give the file that httpd starts with, too',
    ]));

  test('and though the second ticket there lives for as long as nobody knows', () =>
    expect(
      changes(
        plan({
          'httpd.conf': `${load}SSLSessionCache shmcb:c(512000)\n${host('a.test', timeout('600'))}${host('b.test', '  Include /etc/x.conf\n')}`,
        }),
      ),
    ).toEqual([
      'httpd.conf -  SSLSessionCacheTimeout 600',
      'httpd.conf +  SSLSessionCacheTimeout 60',
      'refused b.test: "/etc/x.conf" is not among the files and may set it; give it with --root',
    ]));

  test('a target of 0 would make 7200 of it, and nothing is switched off even where that is allowed', () =>
    expect(
      changes(plan({ 'httpd.conf': load + host('a.test', timeout('600')) }, { target: 0, allowDisable: true })),
    ).toEqual(['refused a.test: a timeout of 0 does not end resumption: OpenSSL puts its own 7200 s in its place']));

  test('a cache nobody knows of: whether it is there does not matter once nothing is above the target', () =>
    expect(
      changes(
        plan({
          'httpd.conf': `${load}Include /etc/cache.conf\n${host('a.test', timeout('20'))}${host('b.test', timeout('900'))}`,
        }),
      ),
    ).toEqual(['httpd.conf -  SSLSessionCacheTimeout 900', 'httpd.conf +  SSLSessionCacheTimeout 60']));

  test('a cache nobody knows of, TLS 1.3 alone: the shorter timeout would count once the longer one is gone', () => {
    const text = (first: string, second: string): string =>
      `${load}Include /etc/cache.conf\nSSLProtocol TLSv1.3\n${host('a.test', timeout(first))}${host('b.test', timeout(second))}`;
    const { files, refused } = plan({ 'httpd.conf': text('900', '300') });
    expect(refused).toEqual([]);
    expect(files.map(({ after }) => after.text)).toEqual([text('60', '60')]);
  });

  test('a cache nobody knows of: both timeouts that would count with one', () =>
    expect(
      changes(
        plan({
          'httpd.conf': `${load}Include /etc/cache.conf\n${host('a.test', timeout('60'))}${host('b.test', timeout('900'))}`,
        }),
      ),
    ).toEqual(['httpd.conf -  SSLSessionCacheTimeout 900', 'httpd.conf +  SSLSessionCacheTimeout 60']));
});
