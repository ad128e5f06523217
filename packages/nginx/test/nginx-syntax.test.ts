import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { complaints, read } from './reading.js';

/** The text and line that `nginx -t` stops at, against ours, for files that are broken or look so. */

const luaModules = ['ndk_http_module.so', 'ngx_http_lua_module.so'];
const modules = luaModules.map((name) => `load_module /usr/lib/nginx/modules/${name};`).join('');

const http = (body: string): string => `events {}\nhttp {\n${body}\n}\n`;
const x = (count: number, piece = 'x'): string => piece.repeat(count);

const structure: readonly string[] = [
  'events {}\n}',
  'events {',
  'events {} x',
  'events {}\nhttp {\n server {\n',
  ';',
  'events {};',
  '{',
  'events {} {}',
  'events {}\n\nhttp { ; }',
  'events {}\nuser www }',
  'events {}\nuser www',
  'events {}\nuser www\\',
  'events {} # comment',
  'events {} \\',
  'events {}\r\nuser a }\r\n',
  'events {}\ruser a }\r',
  '}}',
  '',
  '\n\n}',
  'events {}\nuser a b }\n}\n',
  `a ${x(3000, 'b ')}}`,
  http('ssl_session_timeout 44}'),
  http('ssl_session_timeout 44 }'),
  http('server {\n listen 80\n}'),
  http('map $a $b { c { } }'),
  http('map $a $b { a b;\n server { listen 80; }'),
  http('types { a { b; } }'),
  http('geo $a { a { b; } }'),
  http('split_clients $a $b { a { b; } }'),
  http('server { if ($a = "b") { } '),
];

const quotes: readonly string[] = [
  'events {}\nuser "www"x;',
  "events {}\nuser 'www'#c;",
  'events {}\nuser "www"};',
  'events {}\nuser "a""b";',
  'events {}\nuser "a\nb\nc"d;',
  'events {}\nuser "www',
  "events {}\nuser 'www\n\n",
  "'a'}",
  '"a"\t}',
  '"a")b }',
  '"a"))b }',
  'a"b }',
  "it's }",
  'a#b }',
  http('log_format a "b\nc;\n"d;'),
  http('log_format a "b;\nlog_format c "d";'),
  http('log_format a "\\"xxxx'),
  http('log_format a "b\\'),
  http('log_format "a" b\\;c }'),
  http(`log_format a $\{{b} }`),
  http('if ($a = "b"]'),
];

const lengths: readonly string[] = [
  ...[4094, 4095, 4096].map((count) => http(`#${x(count)}`)),
  ...[4095, 4096].map((count) => `events {}\n#${x(count)}`),
  ...[4093, 4094, 4095, 4096, 4097].flatMap((count) => [
    http(`log_format a ${x(count)};`),
    http(`log_format a ${x(count)} ;`),
    http(`log_format a "${x(count)}";`),
    http(`log_format a "${x(count)}" ;`),
    http(`log_format a '${x(count)}'\n;`),
  ]),
  http(`log_format a bb${x(1364, '€')};`),
  http(`log_format a bbbb${x(1364, '€')};`),
  http(`log_format a "${x(5000, 'ab\n')}";`),
  http(`log_format a "${x(4093)}`),
  http(`log_format a "${x(4096)}`),
  http(`log_format a '${x(5096)}`),
  `events {}\n${x(5000)}`,
  `events {}\n${x(5000, 'x\\ ')}`,
  `a # ${x(4000)}\n${x(100)} }`,
  `"a" #${x(4096)}\n}`,
  `"a"${x(5000, ' ')}}`,
];

const lua: readonly string[] = [
  http('init_by_lua_block {'),
  http('init_by_lua_block { { }'),
  http('init_by_lua_block {\n\n local a = {\n'),
  http('init_by_lua_block { [[ x }\n}\n'),
  http('init_by_lua_block {\n --[==[ x }\n}\n'),
  http('init_by_lua_block { " } }\n'),
  http('init_by_lua_block { } }'),
  http('init_by_lua_block\n{ -- }\n'),
  http('init_by_lua_block { "a\\" }" } '),
  http('init_by_lua_block { "a\\\n }" } '),
  http('init_by_lua_block { "a }" } ;'),
  http('init_by_lua_block { ]] } ]==] "a'),
  http("init_by_lua_block { ' } ' } }"),
  http('init_by_lua_block { a[b[1]] } }'),
  http('"init_by_lua_block" { -- it\'s }\n } ; '),
  http('init_by_lua_block { --[ [ }\n } ;'),
  http('init_by_lua_block { --[=a }\n } ;'),
  http('init_by_lua_block { [=a } ;'),
  http(`init_by_lua_block { ${x(5000)}} ;`),
  http(`init_by_lua_block { [[${x(1900)}]] } ;`),
  http(`init_by_lua_block { [[${x(4900)}]] } ;`),
  // Whether these are too long depends on where nginx's buffer begins when it comes to them.
  ...[100, 1000, 2000, 3000, 3900].flatMap((before) => [
    `#${x(before)}\n${http(`init_by_lua_block { ${x(2100)}\n${x(1990)}} ;`)}`,
    `#${x(before)}\n${http(`init_by_lua_block { [[${x(2500)}]] } ;`)}`,
    `#${x(before)}\n${http(`init_by_lua_block { -- ${x(2500)} } [[ \n } ;`)}`,
    `#${x(before)}\n${http(`init_by_lua_block { ${x(2500)} "}" } ;`)}`,
    `${http(`#${x(before)}\nlog_format a "${x(before)}";\ninit_by_lua_block { [[${x(2500)}]] } ;`)}`,
  ]),
];

const folder = mkdtempSync(join(tmpdir(), 'shortfuse-syntax-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The error of `nginx -t` as `line: text`, `ok`, or undefined where there is no nginx with these modules. */
function nginxSays(text: string, globals: string): string | undefined {
  const path = join(folder, 'nginx.conf');
  writeFileSync(path, text);
  const { status, stderr } = spawnSync('nginx', ['-t', '-p', folder, '-c', path, '-g', globals]);
  if (status === 0) return 'ok';
  const [, message, line] =
    /\[emerg\] (?:\d+#\d+: )?([\s\S]*?) in \S*nginx\.conf:(\d+)/.exec(stderr?.toString() ?? '') ?? [];
  return message && `${line}: ${message}`;
}

/** `describe` for what needs an nginx that takes `globals`. */
function describeWith(what: string, globals: string, texts: readonly string[]): void {
  const isHere = nginxSays(http(''), globals) === 'ok';
  describe.skipIf(!isHere)(isHere ? what : `${what}: needs nginx as Debian packages it, with its Lua module`, () => {
    test.each(texts.map((text) => [spelled(text), text] as const))('%s', (_, text) => {
      const verdict = nginxSays(text, globals) ?? '';
      // What nginx says of a directive that it could read is not for the parser to find.
      const isSyntax = /: (?:unexpected|too long|Lua code block)/.test(verdict);
      expect(complaints(read(text))[0] ?? 'ok').toBe(isSyntax ? verdict : 'ok');
    });
  });
}

function spelled(text: string): string {
  return JSON.stringify(text.length > 90 ? `${text.slice(0, 60)}… (${text.length})` : text);
}

describe('the same syntax error as nginx -t, on the same line', () => {
  describeWith('structure', '', structure);
  describeWith('quotes', '', quotes);
  describeWith('lengths', '', lengths);
  describeWith('Lua blocks', modules, lua);
});
