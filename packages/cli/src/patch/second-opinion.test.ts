import type { PatchedFile, SourceFile } from '@shortfuse/core';
import { applyEdits, type Encoding, insert, replace } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { opinionOf, type SecondReader, secondReaders } from './second-opinion.js';

/** The reader that would be asked about a file of this name. */
function readerOf(server: string, path: string): SecondReader {
  const file: SourceFile = { path, text: '', encoding: 'utf-8' };
  const reader = secondReaders[server]?.find((one) => one.reads(file));
  if (!reader) throw new TypeError(`nobody reads ${path}`);
  return reader;
}

/** `before` with `old` replaced; where `old` is empty, `now` is added at the end. */
function patched(path: string, before: string, old: string, now: string, encoding: Encoding = 'utf-8'): PatchedFile {
  const start = old === '' ? before.length : before.indexOf(old);
  const edit = old === '' ? insert(start, now) : replace(before, { start, end: start + old.length }, now);
  const result = applyEdits(before, [edit]);
  if (!result.ok) throw new TypeError('the edit does not fit');
  const file: SourceFile = { path, text: before, encoding };
  return { before: file, after: { ...file, text: result.text }, edits: [{ ...edit, listeners: [] }] };
}

function opinion(server: string, file: PatchedFile): string {
  const said = opinionOf(readerOf(server, file.before.path), file);
  return said.kind === 'differs' ? `differs: ${said.what}` : said.kind;
}

describe('nginx-conf', () => {
  const text = 'http {\n  ssl_session_timeout 1d;\n  server { listen 443 ssl; ssl_session_tickets on; }\n}\n';

  test.each([
    { old: '1d', now: '60', want: 'agrees' },
    { old: '  server', now: '  ssl_session_timeout 60;\n  server', want: 'agrees' },
    // In a comment: nothing to it.
    { old: 'http', now: '# was 1d\nhttp', want: 'differs: nginx-conf sees no change at all' },
    { old: '1d;', now: '1d; ', want: 'differs: nginx-conf sees no change at all' },
    {
      old: 'listen 443',
      now: 'listen 444',
      want: 'differs: nginx-conf reads "http > server > listen 444 ssl" where it read "http > server > listen 443 ssl"',
    },
    {
      old: ' ssl_session_tickets on;',
      now: '',
      want: 'differs: nginx-conf reads nothing where it read "http > server > ssl_session_tickets on"',
    },
    {
      old: '',
      now: 'more on;\n',
      want: 'differs: nginx-conf reads "more on" where it read nothing',
    },
    // The line swallows the next one.
    { old: '1d;', now: '60', want: 'differs: nginx-conf reads ' },
    { old: '1d', now: '"60', want: 'differs: nginx-conf can no longer read it: ' },
  ])('$old -> $now: $want', ({ old, now, want }) => {
    const said = opinion('nginx', patched('nginx.conf', text, old, now));
    if (want.endsWith(' ')) expect(said.startsWith(want), said).toBe(true);
    else expect(said).toBe(want);
  });

  test('quotes around the name make no difference', () => {
    expect(opinion('nginx', patched('n', 'http { "ssl_session_timeout" 1d; }', '1d', '60'))).toBe('agrees');
    expect(opinion('nginx', patched('n', 'http { my_ssl_session_timeout 1d; }', '1d', '60'))).toMatch(/^differs/);
  });

  test('a comment of ours alone changes nothing, and is right to', () => {
    const file = patched('n', text, 'http', '# shortfuse: was 1d\nhttp');
    const edits = file.edits.map((edit) => ({ ...edit, isComment: true }));
    expect(opinion('nginx', { ...file, edits })).toBe('agrees');
  });

  test('what it cannot read as it was gets no opinion, with the reason in one line', () => {
    const said = opinionOf(readerOf('nginx', 'n'), patched('n', 'ssl_session_timeout 1d', '1d', '60'));
    expect(said.kind).toBe('no-opinion');
    expect(said.kind === 'no-opinion' && said.why).toMatch(/^[^\n]{5,160}$/);
  });
});

describe('ini', () => {
  const key = 'MACHINE\\System\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL';
  const text = `[Unicode]\r\nUnicode=yes\r\n[Registry Values]\r\n${key}\\ServerCacheTime=4,3600000\r\n${key}\\EventLogging=4,1\r\n`;

  test.each([
    { old: '4,3600000', now: '4,60000', want: 'agrees' },
    {
      old: `${key}\\EventLogging=4,1\r\n`,
      now: `${key}\\EventLogging=4,1\r\n${key}\\servercachetime=4,1\r\n`,
      want: 'agrees',
    },
    { old: '3600000', now: '3600000 ', want: 'differs: ini sees no change at all' },
    {
      old: 'EventLogging=4,1',
      now: 'EventLogging=4,7',
      want: `differs: ini reads "Registry Values.${key}\\EventLogging 4,7" where`,
    },
    { old: '[Registry Values]', now: '[Registry Value]', want: 'differs: ini reads "Registry Value.' },
    { old: 'Unicode=yes\r\n', now: '', want: 'differs: ini reads ' },
  ])('$old -> $now: $want', ({ old, now, want }) => {
    const said = opinion('iis', patched('GptTmpl.inf', text, old, now, 'utf-16le'));
    expect(said.startsWith(want.slice(0, 110)), said).toBe(true);
  });

  test('names of what every object has are names like others', () => {
    const odd = `[__proto__]\nconstructor=1\n[constructor]\n__proto__=2\n${key}\\ServerCacheTime=4,3600000\n`;
    expect(opinion('iis', patched('a.INF', odd, '3600000', '60000'))).toBe('agrees');
  });
});

describe('fast-xml-parser', () => {
  const text =
    '<?xml version="1.0"?>\n<RegistrySettings><Registry name="ServerCacheTime"><Properties action="U" name="ServerCacheTime" type="REG_DWORD" value="0036EE80"/></Registry>' +
    '<Registry name="x"><Properties action="U" name="x" type="REG_DWORD" value="00000001"/></Registry></RegistrySettings>\n';

  test.each([
    { old: '0036EE80', now: '0000EA60', want: 'agrees' },
    { old: 'action="U" name="S', now: 'action="C" name="S', want: 'agrees' },
    { old: '"?>\n', now: '"?>\n<!-- was 1 h -->\n', want: 'differs: fast-xml-parser sees no change at all' },
    {
      old: 'name="x"><',
      now: 'name="y"><',
      want: 'differs: fast-xml-parser reads "RegistrySettings.Registry.1.@name y" where it read "RegistrySettings.Registry.1.@name x"',
    },
    { old: '</RegistrySettings>', now: '', want: 'differs: fast-xml-parser can no longer read it: ' },
    {
      old: 'value="0036EE80"',
      now: 'value="0036EE80" value="1"',
      want: 'differs: fast-xml-parser can no longer read it: ',
    },
  ])('$old -> $now: $want', ({ old, now, want }) => {
    const said = opinion('iis', patched('Registry.xml', text, old, now));
    if (want.endsWith(' ')) expect(said.startsWith(want), said).toBe(true);
    else expect(said).toBe(want);
  });

  test('what is no XML gets no opinion', () => {
    for (const broken of ['<a><b 3600000></a>', '', '3600000'])
      expect(opinion('iis', patched('Registry.xml', `${broken}<`, '<', '<c')), broken).toBe('no-opinion');
  });
});

test.each([
  { server: 'iis', path: 'tls.reg' },
  { server: 'iis', path: 'applicationHost.config' },
  { server: 'iis', path: 'tls.info' },
])('nobody is asked about $path', ({ server, path }) => {
  expect(() => readerOf(server, path)).toThrow('nobody reads');
});

test('servers without another reader have none', () => {
  expect(Object.keys(secondReaders).sort()).toEqual(['iis', 'nginx']);
});

describe('large and deep files', () => {
  test('above 8 Mi units nobody is asked', () => {
    let asked = 0;
    const reader: SecondReader = {
      title: 'counter',
      reads: () => true,
      isIntended: () => true,
      read: ({ text }) => {
        asked++;
        return [{ name: 'all', value: text.slice(-2) }];
      },
    };
    const most = 8 * 1024 * 1024;
    const texts = ['x'.repeat(most - 2), 'x'.repeat(most - 1)];
    const [fits, tooLong] = texts.map((text) => opinionOf(reader, patched('n', `${text}1d`, '1d', '60')));
    expect(fits).toEqual({ kind: 'agrees' });
    expect(tooLong).toEqual({ kind: 'no-opinion', why: 'the file is too large for it' });
    expect(asked).toBe(2);
  });

  test('many statements are as good as few', () => {
    const many = `ssl_session_timeout 1d;\n${'worker_processes 1;\n'.repeat(150_000)}`;
    expect(opinion('nginx', patched('n', many, '1d', '60'))).toBe('agrees');
  });

  test.each([
    { server: 'nginx', path: 'n', text: (n: number) => `${'a { '.repeat(n)}ssl_session_timeout 1d;${' }'.repeat(n)}` },
    {
      server: 'iis',
      path: 'r.xml',
      text: (n: number) => `${'<a>'.repeat(n)}<Properties value="1d"/>${'</a>'.repeat(n)}`,
    },
    { server: 'iis', path: 'r.inf', text: (n: number) => `[${'a.'.repeat(n)}a]\nx\\ServerCacheTime=1d\n` },
  ])('nested deeper than calls can be: $path', ({ server, path, text }) => {
    expect(opinion(server, patched(path, text(20), '1d', '60'))).toBe('agrees');
    const start = performance.now();
    expect(opinion(server, patched(path, text(20_000), '1d', '60'))).toBe('no-opinion');
    // The names alone would be a gigabyte.
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
