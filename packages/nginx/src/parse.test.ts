// biome-ignore-all lint/suspicious/noTemplateCurlyInString: nginx writes variables like this.
import { decode } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { complaints, indices, outline, read } from '../test/reading.js';
import { argumentsOf, type NginxFile, nameOf, TokenKind } from './tree.js';

/** Tokens as `kind:text`, blanks left out. */
function tokensOf({ file, tokens }: NginxFile): string[] {
  const names = Object.entries(TokenKind);
  return Array.from(tokens.kinds).flatMap((kind, token) =>
    kind === TokenKind.blank
      ? []
      : [
          `${names.find(([, value]) => value === kind)?.[0]}:${file.text.slice(tokens.starts[token], tokens.starts[token + 1])}`,
        ],
  );
}

/** Values of the first directive's words, its name first. */
function wordsOf(text: string): string[] {
  const tree = read(text);
  return [nameOf(tree, 0), ...argumentsOf(tree, 0).map(({ value }) => value)];
}

describe('words', () => {
  test.each([
    { text: 'a b c;', want: ['a', 'b', 'c'] },
    { text: 'a\tb\r\nc ;', want: ['a', 'b', 'c'] },
    { text: 'a\fb\vc\u00a0d;', want: ['a\fb\vc\u00a0d'] }, // no blanks to nginx
    { text: 'a"b"c d;', want: ['a"b"c', 'd'] },
    { text: "it's;", want: ["it's"] },
    { text: 'a#b 44};', want: ['a#b', '44}'] },
    { text: 'a #b;\nc;', want: ['a', 'c'] },
    { text: '"a b" \'c;{}#\';', want: ['a b', 'c;{}#'] },
    { text: '"a\nb";', want: ['a\nb'] },
    { text: '"" b;', want: ['', 'b'] },
    { text: 'a"" b;', want: ['a""', 'b'] },
    { text: 'a\\ b;', want: ['a\\ b'] },
    { text: 'a\\;b;', want: ['a\\;b'] },
    { text: 'a\\{b;', want: ['a\\{b'] },
    { text: '\\"a b;', want: ['"a', 'b'] },
    { text: '"a\\"b\\\\c\\\'d\\te";', want: ['a"b\\c\'d\te'] },
    { text: '"a\\sb";', want: ['a\\sb'] },
    { text: 'a${b}c;', want: ['a${b}c'] },
    { text: '${a};', want: ['${a}'] },
    { text: 'a${{b};', want: ['a${{b}'] }, // the brace after `$` does not forget the `$`
    { text: '"a")b;', want: ['a', ')b'] },
    { text: 'if ($a = "b") {}', want: ['if', '($a', '=', 'b', ')'] },
    { text: 'a{b;}', want: ['a'] },
    { text: 'a\\${b;}', want: ['a\\$'] },
    { text: '"a"{b;}', want: ['a'] },
    { text: '<% x;', want: ['<%', 'x'] },
  ])('$text', ({ text, want }) => {
    expect(wordsOf(text)).toEqual(want);
  });
});

describe('tokens', () => {
  test.each([
    { text: '# a\r\nb;', want: ['comment:# a\r', 'word:b', 'semicolon:;'] },
    { text: 'a {}', want: ['word:a', 'open:{', 'close:}'] },
    { text: 'x_by_lua_block { a } }', want: ['word:x_by_lua_block', 'open:{', 'lua: a ', 'close:}', 'close:}'] },
    { text: 'x_by_lua_block {}', want: ['word:x_by_lua_block', 'open:{', 'close:}'] },
    { text: "'x_by_lua_block' $a {'}'}", want: ["quoted:'x_by_lua_block'", 'word:$a', 'open:{', "lua:'}'", 'close:}'] },
    { text: 'x_by_lua "{" ;', want: ['word:x_by_lua', 'quoted:"{"', 'semicolon:;'] },
    { text: '', want: [] },
  ])('$text', ({ text, want }) => {
    expect(tokensOf(read(text))).toEqual(want);
  });
});

describe('what is read of a broken file', () => {
  test.each([
    { text: 'a {\n b\n}\nc;', want: ['top: a {', 'a: b', 'top: c'], says: ['3: unexpected "}"'] },
    { text: '}\na;', want: ['top: a'], says: ['1: unexpected "}"'] },
    { text: 'a { b; ', want: ['top: a {', 'a: b'], says: ['1: unexpected end of file, expecting "}"'] },
    { text: 'a { b ', want: ['top: a {', 'a: b'], says: ['1: unexpected end of file, expecting ";" or "}"'] },
    { text: ';a;;b;', want: ['top: a', 'top: b'], says: ['1: unexpected ";"', '1: unexpected ";"'] },
    { text: '{ a; }', want: ['top:  {', 'top: a'], says: ['1: unexpected "{"'] },
    { text: 'a "b"c;', want: ['top: a b c'], says: ['1: unexpected "c"'] },
    // The quote is taken to end with its line, and its directive with it.
    { text: 'a "b;\nc "d";\ne f;', want: ['top: a b;', 'top: c d', 'top: e f'], says: ['2: unexpected "d"'] },
    {
      text: 'a "b;\nc d;\n',
      want: ['top: a b;', 'top: c d'],
      says: ['3: unexpected end of file, expecting ";" or "}"'],
    },
    { text: 'map a b { c d { } }', want: ['top: map a b {', 'map: c d {'], says: ['1: unexpected "{"'] },
    {
      text: 'x_by_lua_block {\n{',
      want: ['top: x_by_lua_block {'],
      says: ['2: unexpected end of file, expecting terminating characters for lua code block'],
    },
  ])('$text', ({ text, want, says }) => {
    const tree = read(text);
    expect(outline(tree)).toEqual(want);
    expect(complaints(tree)).toEqual(says);
    expect(tree.problems.every(({ severity }) => severity === 'error')).toBe(true);
  });
});

test.each([
  { text: 'a {\n b 5m\n}', want: 'end the directive "b" on line 2 with ";"' },
  { text: 'a b', want: 'end the directive "a" on line 1 with ";"' },
  { text: 'a {\n b {\n', want: 'close the block "b" that begins on line 2 with "}"' },
  { text: 'a;\n\nb "c', want: 'close the quote that begins on line 3' },
  { text: 'a "b;\nc "d";', want: 'close the quote that begins on line 1: it ends only just before this' },
  {
    text: `# ${'x'.repeat(4096)}\n`,
    want: 'break the comment into several lines: each must be shorter than 4096 bytes',
  },
])('what to do about $text', ({ text, want }) => {
  expect(read(text).problems[0]?.help).toBe(want);
});

describe('encodings', () => {
  test('a byte order mark belongs to the first word of nginx', () => {
    expect(complaints(read('\ufeff# a\nb;'))).toEqual(['2: unknown directive "\ufeff#"']);
  });

  test.each(['utf-16le', 'utf-16be'] as const)('%s is refused and read', (encoding) => {
    const bytes = Buffer.from('\ufeffa b;', 'utf16le');
    const tree = read(new Uint8Array(encoding === 'utf-16le' ? bytes : bytes.swap16()));
    expect(complaints(tree)).toEqual(['1: the file is UTF-16, which nginx cannot read']);
    expect(outline(tree)).toEqual(['top: a b']);
  });

  test('lengths are counted in bytes', () => {
    // 1365 times three bytes are 4095, which nginx takes; as Latin-1 the same bytes are 4095 characters.
    const long = `${'€'.repeat(1365)};`;
    expect(complaints(read(long))).toEqual([]);
    expect(complaints(read(`a${long}`))).toEqual(['1: too long parameter "a€€€..." started']);
    const latin1 = Uint8Array.from(`${'é'.repeat(4095)};`, (char) => char.charCodeAt(0));
    expect(decode('a', latin1).encoding).toBe('latin1');
    expect(complaints(read(latin1))).toEqual([]);
  });
});

describe('templates', () => {
  test.each([
    { name: 'a value', text: 'a {{ x }};', want: ['0 top: a {{ x }}'] },
    { name: 'a part of a value', text: 'a b:{{ x }}c;', want: ['0 top: a b:{{ x }}c'] },
    {
      name: 'quotes and braces in a tag',
      more: '{{ y }}\n',
      text: 'a {{ f "b;}" {"c": 1} }};',
      want: ['0 top: a {{ f "b;}" {"c": 1} }}'],
    },
    {
      name: 'quotes in a tag in quotes',
      text: 'a "<%= @h["b"] %>"; c;',
      want: ['0 top: a <%= @h["b"] %>', '0 top: c'],
    },
    { name: 'a variable in three braces', text: 'a {{{ x }}};', want: ['0 top: a {{{ x }}}'] },
    { name: 'a tag in a variable', text: 'a ${{ x }};', want: ['0 top: a ${{ x }}'] },
    { name: 'a block', text: 'upstream {{ x }} {\na;}', want: ['0 top: upstream {{ x }} {', '0 upstream: a'] },
    { name: 'a name', text: '{{ x }} {{ y }};', want: ['0 top: {{ x }} {{ y }}'] },
    { name: 'directives of a Jinja tag', text: '{{ x }}\na;', want: ['0 top: a'] },
    { name: 'directives of an ERB tag', text: "<%= render 'x' -%> # why\na;", want: ['0 top: a'] },
    { name: 'tags beside each other', text: '{{ x }} {{ y }}\na;', want: ['0 top: a'] },
    {
      name: 'Jinja conditions',
      text: 'a;{% if x %}b;{% else %}c;{% endif %}d;',
      want: ['0 top: a', '1 top: b', '1 top: c', '0 top: d'],
    },
    {
      name: 'Go conditions',
      text: '{{- range $x := .Y }}\na { {{ if $x }}\nb;{{ end }}\n}{{ end -}}\nc;',
      want: ['1 top: a {', '2 a: b', '0 top: c'],
    },
    {
      name: 'ERB conditions',
      text: '<% if @x -%>\na;\n<%- @y.each do |z| -%>\nb;\n<% end %>\n<% else %>\nc;<% end %>\nd;',
      want: ['1 top: a', '2 top: b', '1 top: c', '0 top: d'],
    },
    {
      name: 'EPP conditions',
      text: '<% if $x { -%>\na;\n<% } else { -%>\nb;\n<% } -%>\nc;',
      want: ['1 top: a', '1 top: b', '0 top: c'],
    },
    { name: 'Mustache sections', text: '{{#x}}\na;{{/x}}{{^x}}b;{{/x}}c;', want: ['1 top: a', '1 top: b', '0 top: c'] },
    {
      name: 'Jinja blocks, which are always there',
      text: '{% block x %}a;{% if y %}b;{% endif %}{% endblock %}c;',
      want: ['0 top: a', '1 top: b', '0 top: c'],
    },
    {
      name: 'a condition in a directive',
      text: 'a {% if x %}b{% else %}c{% endif %}; d;',
      want: ['0 top: a {% if x %}b{% else %}c{% endif %}', '0 top: d'],
    },
    {
      name: 'a condition that begins in a directive',
      text: 'a {% if x %}b; c;{% endif %}d;',
      want: ['0 top: a {% if x %}b', '1 top: c', '0 top: d'],
    },
    { name: 'an end too many', text: '{% endif %}a;', want: ['0 top: a'] },
    {
      name: 'a condition in a comment',
      text: 'a;\n# {{ if x }}\nb;\n# {{ end }}\nc;',
      want: ['0 top: a', '1 top: b', '0 top: c'],
      more: '{{ y }}\n',
    },
    { name: 'Go comments', text: "{{/* it's ; */}}\na;{{- /* b */ -}}\nc;{{ x }}\n", want: ['0 top: a', '0 top: c'] },
    {
      name: 'comments between words',
      text: 'a {# b; #} {% if x %}c{% endif %};',
      want: ['0 top: a {% if x %}c{% endif %}'],
    },
    {
      name: 'Handlebars comments',
      text: "{{!-- it's }} ; --}}a;{{! don't }}\nb {{ c }};",
      want: ['0 top: a', '0 top: b {{ c }}'],
    },
    { name: 'ERB comments', text: "<%# it's ; -%>\na <%= b %>;", want: ['0 top: a <%= b %>'] },
    { name: 'Go assignments', text: '{{ $x := "a;b" }}c {{ $x }};', want: ['0 top: c {{ $x }}'] },
  ])('$name', ({ text, more = '', want }) => {
    const tree = read(more + text);
    const depths = tree.directives.templateDepth ?? [];
    expect(outline(tree).map((line, index) => `${depths[index]} ${line}`)).toEqual(want);
    expect(tree.problems).toEqual([]);
  });

  test.each([
    { name: 'tags in quotes only', text: 'a "{{ x }}";' },
    { name: 'tags in comments only', text: '# {{ if x }}\na; # {% y %}\n' },
    { name: 'envsubst', text: 'a ${X};' },
    { name: 'Lua tables', text: 'x_by_lua_block { a = {{ 1 }} }' },
    { name: 'a brace before a comment', text: 'a {# b\n}' },
  ])('no template: $name', ({ text }) => {
    const tree = read(text);
    expect(tree.directives.templateDepth).toBeUndefined();
    expect(tree.problems).toEqual([]);
    expect(indices(tree)).toHaveLength(1);
  });

  test('braces that rendering decides are a warning', () => {
    const { problems } = read('{% if x %}\nserver {\n{% else %}\nserver {\n{% endif %}\n}');
    expect(problems).toMatchObject([{ severity: 'warning', message: 'unexpected end of file, expecting "}"' }]);
    expect(problems[0]?.help).toBe(
      'the structure of a template cannot be decided before it is rendered: audit what it renders to',
    );
  });

  test('double braces by mistake are an error', () => {
    expect(complaints(read('server {{\n listen 80;\n}}'))).toEqual(['1: unexpected "{"']);
  });
});
