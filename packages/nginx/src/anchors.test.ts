import { decode } from '@shortfuse/core';
import { expect, test } from 'vitest';
import { nginx } from './index.js';

const read = (text: string) => nginx.parse(decode('nginx.conf', new TextEncoder().encode(text)));

/** Each anchor as its path, its statement and its value, as written. */
function anchors(text: string): string[] {
  const tree = read(text);
  return nginx
    .anchors(tree)
    .map(({ path, statement, value }) =>
      [path.join(' > '), text.slice(statement.start, statement.end), text.slice(value.start, value.end)].join(' | '),
    );
}

test.each([
  { text: 'ssl_session_timeout 1d;', want: ['ssl_session_timeout | ssl_session_timeout 1d; | 1d'] },
  {
    text: 'http { ssl_session_timeout 1d; server { server_name a b; listen 443 ssl; listen [::]:443 ssl; "ssl_session_timeout"\n # x\n "1 d" ; } }',
    want: [
      'http > ssl_session_timeout | ssl_session_timeout 1d; | 1d',
      'http > server a 443 [::]:443 > ssl_session_timeout | "ssl_session_timeout"\n # x\n "1 d" ; | "1 d"',
    ],
  },
  // Without effect, refused, in a condition, in a place that nginx refuses: all are statements that people may edit.
  {
    text: 'server { location / { ssl_session_timeout x y; } }',
    want: ['server > location / > ssl_session_timeout | ssl_session_timeout x y; | x y'],
  },
  {
    text: 'server {\n{% if a %}ssl_session_timeout {{ b }};{% endif %}\n}',
    want: ['server > ssl_session_timeout | ssl_session_timeout {{ b }}; | {{ b }}'],
  },
  // Cut off by a brace and by the end of the file.
  { text: 'http { ssl_session_timeout 1d }', want: ['http > ssl_session_timeout | ssl_session_timeout 1d | 1d'] },
  { text: 'ssl_session_timeout 1d # x', want: ['ssl_session_timeout | ssl_session_timeout 1d | 1d'] },
  // No statements, or none with a value.
  {
    text: 'map $a $b { ssl_session_timeout 1d; }\n# ssl_session_timeout 1d;\nset $a "ssl_session_timeout 1d;";',
    want: [],
  },
  { text: 'ssl_session_timeout;', want: [] },
  { text: 'ssl_session_timeout { a b; }', want: [] },
])('$text', ({ text, want }) => expect(anchors(text)).toEqual(want));

test('a path names the sixteen innermost blocks of a deep nest', () => {
  const depth = 5000;
  const text = 'a { '.repeat(depth) + 'ssl_session_timeout 1d; '.repeat(depth);
  const found = nginx.anchors(read(text));
  expect(found).toHaveLength(depth);
  expect(new Set(found.map(({ path }) => path.length))).toEqual(new Set([17]));
});
