// biome-ignore-all lint/suspicious/noTemplateCurlyInString: nginx writes variables like this.
import { describe, expect, test } from 'vitest';
import { complaints, read, settings } from './reading.js';

/** Inputs that parsers of nginx configurations are known to get wrong, and what nginx 1.22.1 makes of them. */
interface HardInput {
  readonly name: string;
  readonly text: string | Uint8Array;
  /** Where ssl_session_timeout is set, as `context=value`. */
  readonly want: readonly string[];
  /** nginx's error, with its line. */
  readonly error?: string;
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

const inputs: readonly HardInput[] = [
  {
    name: '01 braces and a setting in a quoted word',
    text: 'http {\n  add_header X "}{ ssl_session_timeout 99s;";\n  ssl_session_timeout 1m;\n}\n',
    want: ['http=1m'],
  },
  {
    name: '02 escaped quotes',
    text: 'http {\n  add_header X "a\\"; ssl_session_timeout 99s; \\"b";\n  ssl_session_timeout 2m;\n}\n',
    want: ['http=2m'],
  },
  {
    name: '03 an escaped apostrophe',
    text: "http {\n  add_header X 'it\\'s {';\n  ssl_session_timeout 3m;\n}\n",
    want: ['http=3m'],
  },
  {
    name: '04 Lua with braces in comments, strings and long brackets',
    text:
      'http {\n server {\n  location / {\n   content_by_lua_block {\n    -- it\'s } a comment\n    local a = "}{"\n' +
      '    local b = [[ } ]]\n   }\n  }\n  ssl_session_timeout 4m;\n }\n}\n',
    want: ['http/server=4m'],
  },
  { name: '05 CRLF', text: 'http {\r\n  ssl_session_timeout 5m;\r\n}\r\n', want: ['http=5m'] },
  {
    name: '06 a byte order mark',
    text: '\ufeffhttp {\n  ssl_session_timeout 6m;\n}\n',
    want: ['http=6m'],
    error: '1: unknown directive "\ufeffhttp"',
  },
  {
    name: '07 a comment between name and value',
    text: 'http {\n  ssl_session_timeout # 99s;\n  42s;\n}\n',
    want: ['http=42s'],
  },
  {
    name: '08 a brace in an unquoted regular expression',
    text: 'http {\n server {\n  location ~ ^/a}b$ {\n  }\n  ssl_session_timeout 8m;\n }\n}\n',
    want: ['http/server=8m'],
  },
  {
    name: '09 braces in a quoted regular expression',
    text: 'http {\n server {\n  location ~ "^/a{2,3}$" {\n  }\n  ssl_session_timeout 9m;\n }\n}\n',
    want: ['http/server=9m'],
  },
  {
    name: '10 a variable in braces',
    text: 'http {\n server {\n  set $x ${host}_y;\n  ssl_session_timeout 10m;\n }\n}\n',
    want: ['http/server=10m'],
  },
  {
    name: '11 a block that nothing closes',
    text: 'http {\n server {\n  ssl_session_timeout 11m;\n}\n',
    want: ['http/server=11m'],
    error: '5: unexpected end of file, expecting "}"',
  },
  {
    name: '12 a quote that nothing closes',
    text: 'http {\n  ssl_session_timeout 12m;\n  add_header X "a;\n}\n',
    want: ['http=12m'],
    error: '5: unexpected end of file, expecting ";" or "}"',
  },
  {
    name: '13 a closing brace too many',
    text: 'http {\n  ssl_session_timeout 13m;\n}\n}\n',
    want: ['http=13m'],
    error: '4: unexpected "}"',
  },
  {
    name: '14 a word of 4,097 bytes',
    text: `http {\n  add_header X ${'y'.repeat(4097)};\n  ssl_session_timeout 14m;\n}\n`,
    want: ['http=14m'],
    error: '2: too long parameter "yyyyyyyyyy..." started',
  },
  {
    name: '15 a hash inside a word',
    text: 'http {\n server {\n  location /a#b { return 200; } ssl_session_timeout 15m;\n }\n}\n',
    want: ['http/server=15m'],
  },
  {
    name: '16 an escaped semicolon',
    text: 'http {\n server {\n  set $x a\\;b; ssl_session_timeout 16m;\n }\n}\n',
    want: ['http/server=16m'],
  },
  {
    name: '17 a directive over several lines',
    text: 'http\n{\nssl_session_timeout\n\n  17m\n;\n}\n',
    want: ['http=17m'],
  },
  {
    name: '18 name and value in quotes',
    text: `http {\n  "ssl_session_timeout" '18m';\n}\n`,
    want: ['http=18m'],
  },
  {
    name: '19 a brace that a condition compares with',
    text: 'http {\n server {\n  if ($uri = "{") { return 403; }\n  ssl_session_timeout 19m;\n }\n}\n',
    want: ['http/server=19m'],
  },
  {
    name: '20 odd keys of a map',
    text:
      'http {\n map $uri $x {\n  "" 0;\n  "~*fo{2}" 1;\n  \'~^/a;b\' 2;\n  ssl_session_timeout 99s;\n }\n' +
      '  ssl_session_timeout 20m;\n}\n',
    // The one in the map is data; that is for the reader of contexts to know.
    want: ['http/map=99s', 'http=20m'],
  },
  {
    name: '21 bytes that are not UTF-8, and NUL, in a comment',
    text: latin1('http {\n  # caf\xe9 \0 }\n  ssl_session_timeout 21m;\n}\n'),
    want: ['http=21m'],
  },
  { name: '22 everything on one line', text: 'http{server{ssl_session_timeout 22m;}}', want: ['http/server=22m'] },
  {
    name: '23 commented out',
    text: 'http {\n  #ssl_session_timeout 99s;\n  # server { ssl_session_timeout 98s; }\n}\n',
    want: [],
  },
  {
    name: '24 two contexts',
    text: 'http {\n  ssl_session_timeout 24m;\n}\nstream {\n  server {\n    ssl_session_timeout 25m;\n  }\n}\n',
    want: ['http=24m', 'stream/server=25m'],
  },
  {
    name: '25 a comment that ends the file',
    text: 'http {\n  ssl_session_timeout 25m;\n}\n# ssl_session_timeout 99s; {',
    want: ['http=25m'],
  },
  {
    name: '26 100,000 nested blocks',
    text: `${'a {'.repeat(100_000)} ssl_session_timeout 26m; ${'}'.repeat(100_000)}`,
    want: [`${'a/'.repeat(99_999)}a=26m`],
  },
  {
    name: '27 one line of 50 MB',
    text: `http { ${'server { } '.repeat(4_700_000)} ssl_session_timeout 27m; }`,
    want: ['http=27m'],
  },
];

describe('inputs that are hard to read', () => {
  test.each(inputs)('$name', ({ text, want, error }) => {
    const tree = read(text);
    expect(settings(tree, 'ssl_session_timeout')).toEqual(want);
    expect(complaints(tree)[0]).toBe(error);
  });
});
