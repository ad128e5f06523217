import { expect, test } from 'vitest';
import { patchTexts } from '../test/in-memory.js';

const http = (body: string): string => `events { }\nhttp {\n    ssl_certificate a;\n${body}}\n`;
const server = (body: string): string => http(`    server {\n${body}    }\n`);

interface Row {
  readonly name: string;
  readonly text: string;
  readonly want: string;
}

test.each<Row>([
  {
    name: 'quotes stay',
    text: server('        listen 443 ssl;\n        ssl_session_timeout "45m";\n'),
    want: server('        listen 443 ssl;\n        ssl_session_timeout "60s";\n'),
  },
  {
    name: 'quotes that hold a blank go with it',
    text: server("        listen 443 ssl;\n        ssl_session_timeout  '1h 30m' ;\n"),
    want: server('        listen 443 ssl;\n        ssl_session_timeout  60s ;\n'),
  },
  {
    name: 'what stands around a value stays: comments, lines, a quoted name',
    text: server(
      '        listen 443 ssl;\n        "ssl_session_timeout" # why\n\t\t1d # a day\n          ; # 1d\n        # ssl_session_timeout 1d;\n',
    ),
    want: server(
      '        listen 443 ssl;\n        "ssl_session_timeout" # why\n\t\t60s # a day\n          ; # 1d\n        # ssl_session_timeout 1d;\n',
    ),
  },
  {
    name: 'a new line is below the last listen or ssl_ line and is indented as that',
    text: server(
      '\tlisten 443 ssl;\n\tserver_name a;\n\t  ssl_protocols\n\t\tTLSv1.2;  # old\n\n\troot /a;\n\tlocation / { ssl_verify_client on; }\n',
    ),
    want: server(
      '\tlisten 443 ssl;\n\tserver_name a;\n\t  ssl_protocols\n\t\tTLSv1.2;  # old\n\t  ssl_session_timeout 60s;\n\n\troot /a;\n\tlocation / { ssl_verify_client on; }\n',
    ),
  },
  {
    name: 'a server on one line stays one',
    text: http('    server { listen 443 ssl; root /a; }\n'),
    want: http('    server { listen 443 ssl; ssl_session_timeout 60s; root /a; }\n'),
  },
  {
    name: 'a comment does not swallow a line',
    text: http('    server { listen 443 ssl; # the shop; }\n        root /a; }\n'),
    want: http('    server { listen 443 ssl; # the shop; }\n        ssl_session_timeout 60s;\n        root /a; }\n'),
  },
  {
    name: 'everything on one line, without a final newline',
    text: 'events{}http{ssl_certificate a;server{listen 443 ssl;}}',
    want: 'events{}http{ssl_certificate a;server{listen 443 ssl; ssl_session_timeout 60s;}}',
  },
  {
    name: 'CRLF, also behind a comment; no final newline',
    text: 'events { }\r\nhttp {\r\n  ssl_certificate a;\r\n  server {\r\n    listen 443 ssl; # x\r\n  }\r\n}',
    want: 'events { }\r\nhttp {\r\n  ssl_certificate a;\r\n  server {\r\n    listen 443 ssl; # x\r\n    ssl_session_timeout 60s;\r\n  }\r\n}',
  },
  {
    name: 'line ends are those of the place where both occur',
    text: 'events { }\nhttp {\n  ssl_certificate a;\n  server {\r\n    listen 443 ssl;\r\n  }\n}\n',
    want: 'events { }\nhttp {\n  ssl_certificate a;\n  server {\r\n    listen 443 ssl;\r\n    ssl_session_timeout 60s;\r\n  }\n}\n',
  },
  {
    name: 'lines that CR alone ends are one line to nginx',
    text: 'events { }\rhttp {\r  ssl_certificate a;\r  server {\r    listen 443 ssl;\r  }\r}\r',
    want: 'events { }\rhttp {\r  ssl_certificate a;\r  server {\r    listen 443 ssl; ssl_session_timeout 60s;\r  }\r}\r',
  },
  {
    name: 'the listen behind the brace',
    text: http('    server { listen 443 ssl;\n        root /a;\n    }\n'),
    want: http('    server { listen 443 ssl;\n        ssl_session_timeout 60s;\n        root /a;\n    }\n'),
  },
  {
    name: 'several servers that set nothing: one line in http',
    text: http('\n    server { listen 443 ssl; }\n    server { listen 444 ssl; }\n'),
    want: http('    ssl_session_timeout 60s;\n\n    server { listen 443 ssl; }\n    server { listen 444 ssl; }\n'),
  },
  {
    name: 'in http without ssl_ lines: below what stands before the servers',
    text: 'events { }\nhttp {\n  gzip on;\n\n  # the shop\n  server { listen 443 ssl; ssl_certificate a; }\n  server { listen 444 ssl; ssl_certificate a; }\n  access_log off;\n}\n',
    want: 'events { }\nhttp {\n  gzip on;\n  ssl_session_timeout 60s;\n\n  # the shop\n  server { listen 443 ssl; ssl_certificate a; }\n  server { listen 444 ssl; ssl_certificate a; }\n  access_log off;\n}\n',
  },
  {
    name: 'in http with nothing before the servers: at its top',
    text: 'events { }\nhttp { # all\n  server { listen 443 ssl; ssl_certificate a; }\n  server { listen 444 ssl; ssl_certificate a; }\n}\n',
    want: 'events { }\nhttp { # all\n  ssl_session_timeout 60s;\n  server { listen 443 ssl; ssl_certificate a; }\n  server { listen 444 ssl; ssl_certificate a; }\n}\n',
  },
  {
    name: 'http, stream and mail are changed one by one',
    text: 'events { }\nstream { ssl_certificate a;\n ssl_session_timeout 1h;\n server { listen 1 ssl; } }\nhttp { ssl_certificate a; server { listen 2 ssl; } }\nmail { ssl_certificate a; ssl_session_timeout 0; server { listen 3 ssl; protocol imap; } }\n',
    want: 'events { }\nstream { ssl_certificate a;\n ssl_session_timeout 60s;\n server { listen 1 ssl; } }\nhttp { ssl_certificate a; server { listen 2 ssl; ssl_session_timeout 60s; } }\nmail { ssl_certificate a; ssl_session_timeout 60s; server { listen 3 ssl; protocol imap; } }\n',
  },
  {
    name: 'short values, values without effect and servers that cannot resume stay',
    text: http(
      '    ssl_session_timeout 1d;\n    server { listen 1 ssl; ssl_session_timeout 1m; }\n    server { listen 1 ssl; ssl_session_timeout 2d; }\n    server { listen 2 ssl; ssl_session_timeout 3d; ssl_session_tickets off; }\n    server { listen 80; }\n',
    ),
    want: '',
  },
  {
    name: 'in a template: literal values, and lines outside of conditions',
    text: http(
      '{% for site in sites %}\n    server {\n        listen {{ site.port }};\n{% if site.tls %}\n        listen 443 ssl;\n{% endif %}\n    }\n    server { listen 444 ssl; ssl_session_timeout 1d; }\n{% endfor %}\n',
    ),
    want: http(
      '{% for site in sites %}\n    server {\n        listen {{ site.port }};\n        ssl_session_timeout 60s;\n{% if site.tls %}\n        listen 443 ssl;\n{% endif %}\n    }\n    server { listen 444 ssl; ssl_session_timeout 60s; }\n{% endfor %}\n',
    ),
  },
])('$name', ({ text, want }) => {
  const { texts, refused } = patchTexts({ 'nginx.conf': text });
  expect(refused).toEqual([]);
  expect(texts['nginx.conf'] ?? '').toBe(want);
  if (want !== '') expect(patchTexts({ 'nginx.conf': want }).texts).toEqual({});
});

const main = (body: string): string => `events { }\nhttp {\n    ssl_certificate a;\n${body}}\n`;

test.each<{
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly only?: string;
  readonly want: Readonly<Record<string, string>>;
}>([
  {
    name: 'a snippet of several servers is changed where it stands',
    files: {
      'nginx.conf': main('    server { listen 1 ssl; include tls; }\n    server { listen 2 ssl; include tls; }\n'),
      tls: 'ssl_session_timeout 1d;',
    },
    want: { tls: 'ssl_session_timeout 60s;' },
  },
  {
    name: 'a file of http',
    files: {
      'nginx.conf': main('    include conf.d/*.conf;\n    server { listen 1 ssl; }\n'),
      'conf.d/tls.conf': 'ssl_session_timeout 1d;\n',
    },
    want: { 'conf.d/tls.conf': 'ssl_session_timeout 60s;\n' },
  },
  {
    name: 'a line in the file where the braces of the server are, though it includes its listen',
    files: {
      'nginx.conf': main('    include sites/*;\n'),
      'sites/a': 'server {\n  include listen;\n  ssl_protocols TLSv1.2;\n  root /a;\n}',
      listen: 'listen 443 ssl;\n',
    },
    want: {
      'sites/a': 'server {\n  include listen;\n  ssl_protocols TLSv1.2;\n  ssl_session_timeout 60s;\n  root /a;\n}',
    },
  },
  {
    name: 'a server that includes everything: at its top',
    files: {
      'nginx.conf': main('    server { # all of it\n        include site;\n    }\n'),
      site: 'listen 443 ssl;\n',
    },
    want: {
      'nginx.conf': main('    server { # all of it\n        ssl_session_timeout 60s;\n        include site;\n    }\n'),
    },
  },
  {
    name: 'the include of the servers is what a line of http stands before',
    files: {
      'nginx.conf': 'events { }\nhttp {\n  include mime.types;\n\n  include sites/*;\n  gzip on;\n}\n',
      'sites/a': 'server { listen 1 ssl; ssl_certificate a; }\n',
      'sites/b': 'server { listen 2 ssl; ssl_certificate a; }\n',
    },
    want: {
      'nginx.conf':
        'events { }\nhttp {\n  include mime.types;\n  ssl_session_timeout 60s;\n\n  include sites/*;\n  gzip on;\n}\n',
    },
  },
  {
    name: 'a listener that is not to change: a line of its own instead of the value in http',
    files: {
      'nginx.conf': main(
        '    ssl_session_timeout 1d;\n    server { listen 1 ssl; server_name a; }\n    server { listen 2 ssl; server_name b; }\n',
      ),
    },
    only: 'b',
    want: {
      'nginx.conf': main(
        '    ssl_session_timeout 1d;\n    server { listen 1 ssl; server_name a; }\n    server { listen 2 ssl; ssl_session_timeout 60s; server_name b; }\n',
      ),
    },
  },
  {
    name: 'a listener that is not to change: no line in http',
    files: {
      'nginx.conf': main(
        '    server { listen 1 ssl; server_name a; }\n    server { listen 2 ssl; server_name b; }\n    server { listen 3 ssl; server_name b; }\n',
      ),
    },
    only: 'b',
    want: {
      'nginx.conf': main(
        '    server { listen 1 ssl; server_name a; }\n    server { listen 2 ssl; ssl_session_timeout 60s; server_name b; }\n    server { listen 3 ssl; ssl_session_timeout 60s; server_name b; }\n',
      ),
    },
  },
  {
    name: 'what a fragment says itself',
    files: { 'conf.d/a.conf': 'server { listen 443 ssl; ssl_session_timeout 1d; }\n' },
    want: { 'conf.d/a.conf': 'server { listen 443 ssl; ssl_session_timeout 60s; }\n' },
  },
])('$name', ({ files, only, want }) => {
  const isWanted = only === undefined ? undefined : ({ name }: { readonly name: string }): boolean => name === only;
  const { texts, refused } = patchTexts(files, isWanted ? { isWanted } : {});
  expect(refused).toEqual([]);
  expect(texts).toEqual(want);
});

test('a snippet that would change another listener too is refused for the one', () => {
  const files = {
    'nginx.conf': main(
      '    server { listen 1 ssl; server_name a; include tls; }\n    server { listen 2 ssl; server_name b; include tls; }\n',
    ),
    tls: 'ssl_session_timeout 1d;',
  };
  const { texts, refused } = patchTexts(files, { isWanted: ({ name }) => name === 'b' });
  expect(texts).toEqual({});
  expect(refused).toEqual([
    'every way would also change 0.0.0.0:1 a, which is not to be changed; let them change together with --include-shared, or edit by hand',
  ]);
});

test.each<{
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly want: string;
  readonly texts?: Readonly<Record<string, string>>;
}>([
  {
    name: 'a fragment that sets nothing: its main file may',
    files: { 'conf.d/a.conf': 'server { listen 443 ssl; }\n' },
    want: 'the server block sets no ssl_session_timeout and the http block that includes this file is not among the files and may set it; name the main file as well, or add "ssl_session_timeout 60s;" by hand to the default server of the address (among these files, that at conf.d/a.conf:1)',
  },
  {
    name: 'an include that is not at hand',
    files: {
      'nginx.conf': server('        listen 443 ssl;\n        include /etc/letsencrypt/options-ssl-nginx.conf;\n'),
    },
    want: '"/etc/letsencrypt/options-ssl-nginx.conf" is not among the files and may set it (certbot writes 1440m, 1 d, there); give that file with --root /etc/letsencrypt=DIR, or by hand: change ssl_session_timeout in it, and if it has none, add "ssl_session_timeout 60s;" to the server at nginx.conf:4',
  },
  {
    name: 'an include whose main file is not at hand',
    files: { 'a/b.conf': 'server { listen 443 ssl; include tls.conf; }\n' },
    want: '"tls.conf" is not among the files and may set it; name the main file as well, or by hand: change ssl_session_timeout in it, and if it has none, add "ssl_session_timeout 60s;" to the server at a/b.conf:1',
  },
  {
    name: 'an include that a template names',
    files: { 'nginx.conf': server('        listen 443 ssl;\n        include {{ tls }};\n') },
    want: 'a template fills in which file is included: {{ tls }}; by hand: change ssl_session_timeout in it, and if it has none, add "ssl_session_timeout 60s;" to the server at nginx.conf:4',
  },
  {
    name: 'a placeholder',
    files: { 'nginx.conf': server('        listen 443 ssl;\n        ssl_session_timeout {{ timeout }};\n') },
    want: '"ssl_session_timeout {{ timeout }}" is part of a template: a template or build step fills in the value; let what renders the template write "ssl_session_timeout 60s;" there',
  },
  {
    name: 'a condition around the statement',
    files: {
      'nginx.conf': server('        listen 443 ssl;\n{% if a %}\n        ssl_session_timeout 1d;\n{% endif %}\n'),
    },
    want: '"ssl_session_timeout 1d" is part of a template: a condition of the template decides whether it is there; let what renders the template write "ssl_session_timeout 60s;" there',
  },
  {
    name: 'statements that a template puts into a server',
    files: { 'nginx.conf': server('        listen 443 ssl;\n        {{ extra }}\n') },
    want: 'a template puts statements where "{{ extra }}" stands, and ssl_session_timeout may be one of them; add "ssl_session_timeout 60s;" to what it puts there; or, if it sets none, to the server block by hand',
  },
  {
    name: 'statements that an included template has',
    files: {
      'nginx.conf': server('        listen 443 ssl;\n        include tls.conf;\n'),
      'tls.conf': 'ssl_protocols TLSv1.2;\n{% include "more" %}\n',
    },
    want: 'a template puts statements where "{% include "more" %}" stands, and ssl_session_timeout may be one of them; add "ssl_session_timeout 60s;" to what it puts there; or, if it sets none, to the server block by hand',
  },
  {
    name: 'directives whose name a template makes',
    files: { 'nginx.conf': server('        listen 443 ssl;\n{% for k in all %}\n        {{ k }} on;\n{% endfor %}\n') },
    want: 'a template puts statements where "{{ k }}" stands, and ssl_session_timeout may be one of them; add "ssl_session_timeout 60s;" to what it puts there; or, if it sets none, to the server block by hand',
  },
  {
    name: 'one server that a template fills keeps the line out of http, and the others get theirs',
    files: {
      'nginx.conf': http(
        '    server { listen 1 ssl;\n{{ extra }}\n}\n    server { listen 2 ssl; }\n    server { listen 3 ssl; }\n',
      ),
    },
    want: 'a template puts statements where "{{ extra }}" stands, and ssl_session_timeout may be one of them; add "ssl_session_timeout 60s;" to what it puts there; or, if it sets none, to the server block by hand',
    texts: {
      'nginx.conf': http(
        '    server { listen 1 ssl;\n{{ extra }}\n}\n    server { listen 2 ssl; ssl_session_timeout 60s; }\n    server { listen 3 ssl; ssl_session_timeout 60s; }\n',
      ),
    },
  },
  {
    name: 'Lua code that keeps the sessions, in a block',
    files: {
      'nginx.conf': http(
        '    ssl_session_store_by_lua_block { local s = require "s" }\n    server { listen 1 ssl; ssl_session_timeout 1d; }\n',
      ),
    },
    want: 'ssl_session_store_by_lua_block keeps the sessions in Lua code, so the expiry of that store decides and ssl_session_timeout does not; let the store that the Lua code writes to forget sessions after 60 s',
  },
])('refused: $name', ({ files, want, texts = {} }) => {
  const patched = patchTexts(files);
  expect(patched.refused).toEqual([want]);
  expect(patched.texts).toEqual(texts);
});

test('no target below a second: 0 is two hours', () =>
  expect(patchTexts({ 'nginx.conf': server('        listen 443 ssl;\n') }, { target: 0 }).refused).toEqual([
    'ssl_session_timeout 0 is no short lifetime: OpenSSL puts 7200 s in its place; use a target of 1 s or more',
  ]));

test('a Latin-1 file stays one', () => {
  const text = server('        listen 443 ssl; # K\u00e4se\n');
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  const { plan } = patchTexts({ 'nginx.conf': bytes });
  expect(plan.files.map(({ after }) => [after.encoding, after.text])).toEqual([
    ['latin1', server('        listen 443 ssl; # K\u00e4se\n        ssl_session_timeout 60s;\n')],
  ]);
});

test('a file that two main files include is changed once, for both', () => {
  const { texts, refused } = patchTexts({
    'a.conf': main('    include tls;\n    server { listen 1 ssl; }\n'),
    'b.conf': main('    include tls;\n    server { listen 1 ssl; }\n'),
    tls: 'ssl_session_timeout 1d;\n',
  });
  expect(refused).toEqual([]);
  expect(texts).toEqual({ tls: 'ssl_session_timeout 60s;\n' });
});

test('a file that a main file and a part of another include: the part is at the target, too', () => {
  const { texts, refused } = patchTexts({
    'nginx.conf': main('    include site;\n'),
    'part.conf': 'include site;\nserver { listen 80; }\n',
    site: 'server { listen 1 ssl; server_name a; }\n',
  });
  expect(texts).toEqual({ site: 'server { listen 1 ssl; ssl_session_timeout 60s; server_name a; }\n' });
  expect(refused).toEqual([]);
});

test('a name that withholds what a timeout of 0 has switched off keeps nobody from the target', () => {
  const zero = (seconds: string): string =>
    main(
      `    ssl_session_cache shared:S:1m;\n    server { listen 1 ssl; server_name a; ssl_session_timeout ${seconds}; }\n    server { listen 1 ssl; server_name b; ssl_certificate b; ssl_session_tickets off; }\n`,
    );
  const { texts, refused } = patchTexts({ 'nginx.conf': zero('0') });
  expect(refused).toEqual([]);
  expect(texts).toEqual({ 'nginx.conf': zero('60s') });
});
