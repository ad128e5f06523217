import { applyEdits, decode, encode } from '@shortfuse/core';
import { expect, test } from 'vitest';
import { nginx } from './index.js';

const read = (text: string | Uint8Array) =>
  nginx.parse(decode('nginx.conf', typeof text === 'string' ? new TextEncoder().encode(text) : text));

/** `text` with a comment above the statement at the `|` in it; undefined where none can be there. */
function annotated(text: string, comment = 'note'): string | undefined {
  const offset = text.indexOf('|');
  const plain = text.replace('|', '');
  const tree = read(plain);
  const edit = nginx.annotate(tree, offset, comment);
  if (!edit) return undefined;
  const result = applyEdits(plain, [edit]);
  if (!result.ok) return expect.fail('the comment does not fit');
  // One comment more, and every directive as it was.
  const after = read(result.text);
  expect(nginx.comments(after).length).toBe((nginx.comments(tree).length ?? 0) + 1);
  expect(after.directives.count).toBe(tree.directives.count);
  expect(after.problems.length).toBe(tree.problems.length);
  return result.text;
}

test.each([
  { text: 'http {\n    a |1d;\n}\n', want: 'http {\n    # note\n    a 1d;\n}\n' },
  { text: 'http {\n\t|a 1d;\n}\n', want: 'http {\n\t# note\n\ta 1d;\n}\n' },
  { text: '|a 1d;', want: '# note\na 1d;' },
  { text: 'http {\r\n  a |1d;\r\n}', want: 'http {\r\n  # note\r\n  a 1d;\r\n}' },
  { text: 'a 1;\r\nb |1d;', want: 'a 1;\r\n# note\r\nb 1d;' },
  // A value on another line than its name.
  { text: 'http {\n  a # x\n    |1d;\n}\n', want: 'http {\n  # note\n  a # x\n    1d;\n}\n' },
  // Several statements on a line: above the line.
  { text: '  http { server { a |1d; } }\n', want: '  # note\n  http { server { a 1d; } }\n' },
  { text: 'x 1; http { a 1;| }', want: '# note\nx 1; http { a 1; }' },
  // A place for a new line: indented as what is above it, or inside the block that it opens.
  { text: 'http {\n    a 1;\n|}\n', want: 'http {\n    a 1;\n    # note\n}\n' },
  { text: 'http {\n|    a 1;\n}\n', want: 'http {\n    # note\n    a 1;\n}\n' },
  { text: 'http {\n|}\n', want: 'http {\n    # note\n}\n' },
  // Not in quotes, Lua code, or a word with a hidden line end: above them.
  { text: 'x "a\nb"; a |1d;\n', want: '# note\nx "a\nb"; a 1d;\n' },
  { text: ' x_by_lua_block {\n c()\n} a |1d;\n', want: ' # note\n x_by_lua_block {\n c()\n} a 1d;\n' },
  { text: 'x a\\\n; a |1d;\n', want: '# note\nx a\\\n; a 1d;\n' },
  { text: 'x a\\\nb; a |1d;\n', want: '# note\nx a\\\nb; a 1d;\n' },
  // Lines that CR alone ends are one line, and a comment there would hide all of it.
  { text: 'x 1;\ra |1d;\r', want: '# note\nx 1;\ra 1d;\r' },
  // A tag may take the line end before it away.
  { text: 'a {{ b }};\n{{- if x }}a |1d;{{ end }}\n', want: undefined },
  { text: 'a {{ b }};\n  a |1d;\n', want: 'a {{ b }};\n  # note\n  a 1d;\n' },
])('$text', ({ text, want }) => expect(annotated(text)).toBe(want));

test('a template does not render what a comment says', () =>
  expect(annotated('a {{ b }};\na |1d;\n', 'ticket {{ 7 }}')).toBeUndefined());

test('no comment of 4096 bytes, which nginx would refuse', () => {
  const result = annotated('a |1d;\n', '\u00e4\ud83d\ude00'.repeat(2000)) ?? '';
  expect(new TextEncoder().encode(result.split('\n')[0]).length).toBeLessThan(4096);
  expect(result).toMatch(/^# \u00e4.*\.\.\.\na 1d;\n$/u);
});

test('not in front of everything behind a byte order mark', () => {
  const tree = read(Uint8Array.from([0xef, 0xbb, 0xbf, ...new TextEncoder().encode('a 1d;\n')]));
  expect(nginx.annotate(tree, 2, 'note')).toBeUndefined();
});

test('a Latin-1 file takes what it can hold', () => {
  const tree = read(Uint8Array.of(0x23, 0xe4, 0x0a, 0x61, 0x20, 0x31, 0x3b));
  const edit = nginx.annotate(tree, 5, 'f\u00fcr \u4e2d\ud83d\ude00');
  expect(edit?.after).toBe('# f\u00fcr ??\n');
  const result = applyEdits(tree.file.text, edit ? [edit] : []);
  expect(() => encode({ ...tree.file, text: result.ok ? result.text : '' })).not.toThrow();
});

test.each([
  { text: '# a\nb 1; # c\n"# d" x#e;# f', want: ['# a', '# c', '# f'] },
  { text: '{# a #}\n{% if b %}{# c #}\nd 1;\n{% endif %}\n# e', want: ['{# a #}', '{# c #}', '# e'] },
  { text: '{{/* a */}}\n{{ if b }}\nd 1;\n{{ end }}\n', want: ['{{/* a */}}'] },
  { text: 'x_by_lua_block { -- a\n }', want: [] }, // Lua's
])('the comments of $text', ({ text, want }) =>
  expect(nginx.comments(read(text)).map(({ start, end }) => text.slice(start, end))).toEqual(want),
);
