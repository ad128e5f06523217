// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is httpd's own notation
import { expect, test } from 'vitest';
import { anchorsIn } from './anchors.js';
import { parse } from './parse.js';

/** Each anchor as its path, its value, and its statement where that is more than the value. */
function anchors(text: string): string[] {
  return anchorsIn(parse({ path: 'httpd.conf', text, encoding: 'utf-8' })).map(({ path, statement, value }) =>
    [
      path.join(' > '),
      text.slice(value.start, value.end),
      ...(statement.start === value.start ? [] : [text.slice(statement.start, statement.end)]),
    ].join(' | '),
  );
}

const set = 'SSLSessionCacheTimeout';

test.each([
  ['the main server', `${set}  300 \n`, [`${set} | 300 | ${set}  300`]],
  [
    'no line end, other letters, a quoted value',
    `\t${set.toLowerCase()}\t"300"`,
    [`${set} | "300" | ${set.toLowerCase()}\t"300"`],
  ],
  [
    'a host is known by its addresses and name, wherever the name stands in it',
    `<VirtualHost *:443  [::]:443>\n${set} 1\n<IfModule ssl_module>\nServerName a.test:443\n</IfModule>\n${set} 2\n</VirtualHost>\n`,
    [
      `<VirtualHost *:443 [::]:443> a.test:443 > ${set} | 1 | ${set} 1`,
      `<VirtualHost *:443 [::]:443> a.test:443 > ${set} | 2 | ${set} 2`,
    ],
  ],
  [
    'false conditions and macros count, comments do not',
    `<IfModule !ssl_module>\n${set} 1\n</IfModule>\n#${set} 2\n<Macro H $t>\n${set} $t\n</Macro>\n`,
    [`<IfModule !ssl_module> > ${set} | 1 | ${set} 1`, `<Macro H $t> > ${set} | $t | ${set} $t`],
  ],
  [
    'of a Use, each argument that could be a timeout',
    'Use H 443 a.test "600" ${T} off\n',
    ['Use H … a.test 600 ${T} off | 443', 'Use H 443 a.test … ${T} off | "600"', 'Use H 443 a.test 600 … off | ${T}'],
  ],
  ['a value on the next line', `${set} \\\n  300\n`, [`${set} | 300 | ${set} \\\n  300`]],
  ['a name over two lines', `SSLSession\\\nCacheTimeout 300\n`, [`${set} | 300 | SSLSession\\\nCacheTimeout 300`]],
  ['a name in a variable could be it', '${D} 300\n', ['${D} | 300 | ${D} 300']],
  ['but not with two values', '${D} 300 400\n', []],
  ['nothing to set', `${set}\nUse\nUse H\nServerName a\n`, []],
  [
    'sections that nobody closed or opened',
    `</VirtualHost>\n<VirtualHost *:1>\n${set} 1`,
    [`<VirtualHost *:1> > ${set} | 1 | ${set} 1`],
  ],
])('anchors: %s', (_, text, wanted) => expect(anchors(text)).toEqual(wanted));

test('a patch does not move its own anchor', () => {
  const text = (value: string): string =>
    `<VirtualHost *:443>\nServerName a\n${set} ${value}\n</VirtualHost>\nUse H a ${value}\n`;
  const paths = (value: string): readonly (readonly string[])[] =>
    anchorsIn(parse({ path: 'httpd.conf', text: text(value), encoding: 'utf-8' })).map(({ path }) => path);
  expect(paths('60')).toEqual(paths('86400'));
  expect(paths('60')).toHaveLength(2);
});

test('sections without end take no time without end', () => {
  const depth = 20_000;
  expect(anchors(`${'<Directory />\n'.repeat(depth)}${`${set} 1\n`.repeat(depth)}`)).toHaveLength(depth);
});
