// @ts-check
// Makes a tree of 2,000 files, about 20 MB, that nginx itself accepts: server blocks of the conformance cases, with other
// addresses and names, between sites as people write them. The same tree for everybody.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/run.mjs';
import { createRandom } from './random.mjs';

const seed = 60;
const fileCount = 2000;
const fileBytes = 10_000;
/** Changes when the tree would: an old one is made again. */
const stamp = `seed ${seed}, ${fileCount} files of ${fileBytes} bytes, form 2\n`;

/**
 * @returns {{ folder: string, files: string[] }} where the tree is and its site files
 */
export function generateTree() {
  const folder = join(root, 'bench/tree');
  const stampFile = join(folder, 'stamp');
  if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
    rmSync(folder, { recursive: true, force: true });
    write(folder);
    writeFileSync(stampFile, stamp);
  }
  const files = readdirSync(join(folder, 'sites')).flatMap((group) =>
    readdirSync(join(folder, 'sites', group)).map((name) => join(folder, 'sites', group, name)),
  );
  return { folder, files: [join(folder, 'nginx.conf'), ...files] };
}

/** @param {string} folder */
function write(folder) {
  mkdirSync(join(folder, 'tls'), { recursive: true });
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '3650',
      '-subj',
      '/CN=bench',
      '-keyout',
      join(folder, 'tls/key.pem'),
      '-out',
      join(folder, 'tls/cert.pem'),
    ],
    { stdio: 'ignore' },
  );
  writeFileSync(
    join(folder, 'nginx.conf'),
    [
      `# Made by bench/generate.mjs`,
      'pid nginx.pid;',
      'error_log stderr;',
      'events { worker_connections 1024; }',
      'http {',
      '    access_log off;',
      '    server_names_hash_max_size 2048;',
      '    server_names_hash_bucket_size 512;',
      '    variables_hash_max_size 65536;',
      '    map_hash_max_size 65536;',
      '    ssl_certificate tls/cert.pem;',
      '    ssl_certificate_key tls/key.pem;',
      '    ssl_session_cache shared:bench:10m;',
      '    ssl_session_timeout 1d;',
      '    include sites/*/*.conf;',
      '}',
      '',
    ].join('\n'),
  );
  const random = createRandom(seed);
  const cases = caseBlocks();
  for (let index = 0; index < fileCount; index++) {
    const group = join(folder, 'sites', String(Math.floor(index / 100)).padStart(2, '0'));
    mkdirSync(group, { recursive: true });
    let text = `# Site ${index}\nupstream backend_${index} {\n    server 10.${random(250)}.${random(250)}.1:8080;\n}\n\n`;
    // One site a file, as most people have it, and every fourth file a case besides.
    const caseBlock = index % 4 === 0 ? cases[(index / 4) % cases.length] : undefined;
    if (caseBlock !== undefined) text += `${placed(caseBlock, index)}\n`;
    text += redirect(index);
    text += site(random, index, fileBytes - text.length);
    writeFileSync(join(group, `${String(index).padStart(4, '0')}.conf`), text);
  }
}

/**
 * The server blocks of the valid HTTP cases that need nothing beside themselves, as text.
 * @returns {string[]}
 */
function caseBlocks() {
  const folder = join(root, 'packages/nginx/test/conformance');
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .flatMap((name) => {
      const { valid, modules = [] } = JSON.parse(readFileSync(join(folder, name, 'expected.json'), 'utf8'));
      if (!valid || modules.length > 0) return [];
      const text = readFileSync(join(folder, name, 'nginx.conf'), 'utf8');
      // Blocks as the cases lay them out: `server {` to the brace in the same column. Whatever is laid out otherwise, or
      // depends on other files, is left out.
      return [...text.matchAll(/^( *)server \{\r?\n(?:\1 .*\r?\n|\r?\n)*\1\}/gm)]
        .map(([block]) => block)
        .filter(
          (block) => !/include|ticket_key|ssl_conf_command|lua|starttls|default_server|ssl on|shared:/.test(block),
        );
    });
}

/**
 * A case's block with an address and a name of its own.
 * @param {string} block
 * @param {number} index
 */
function placed(block, index) {
  let listens = 0;
  return block
    .replace(/^\s*ssl_certificate(_key)? .*\r?\n/gm, '')
    .replace(/^(\s*)server_name .*$/gm, `$1server_name case${index}.example;`)
    .replace(/^(\s*)listen [^;]*;/gm, (_, indent) =>
      listens++ === 0 ? `${indent}listen 127.0.0.1:${20_000 + (index % 40)} ssl;` : indent,
    );
}

/** @param {number} index */
function redirect(index) {
  return [
    'server {',
    `    listen 127.0.0.1:${20_100 + (index % 40)};`,
    `    server_name s${index}.example www.s${index}.example;`,
    '    return 301 https://$host$request_uri;',
    '}',
    '',
    '',
  ].join('\n');
}

/**
 * One server block of about `bytes` bytes.
 * @param {(below: number) => number} random
 * @param {number} index
 * @param {number} bytes
 */
function site(random, index, bytes) {
  const lines = [
    'server {',
    `    listen 127.0.0.1:${20_000 + random(40)} ssl;`,
    `    server_name s${index}.example www.s${index}.example;  # team ${random(99)}`,
    `    root "/srv/www/site ${index}";`,
  ];
  if (random(3) === 0) lines.push(`    ssl_session_timeout ${['5m', '1h', "'1d'", '60s', '"1h 30m"'][random(5)]};`);
  if (random(9) === 0) lines.push('    ssl_session_tickets off;');
  lines.push('');
  let length = lines.join('\n').length;
  for (let count = 0; length < bytes - 60; count++) {
    const before = lines.length;
    lines.push(...(patterns[random(patterns.length)]?.(index, count, random) ?? []));
    length += lines.slice(before).join('\n').length + 1;
  }
  return `${lines.join('\n')}\n}\n\n`;
}

/** @type {readonly ((index: number, count: number, random: (below: number) => number) => string[])[]} */
const patterns = [
  (index, count) => [
    `    location /api/v${count}/ {`,
    `        proxy_pass http://backend_${index};`,
    '        proxy_set_header Host $host;',
    '        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
    '        proxy_read_timeout 90s;',
    '    }',
    '',
  ],
  (_, count) => [
    `    location ~* "^/assets/${count}/[0-9a-f]{8}\\.(css|js|png)$" {`,
    '        expires 30d;',
    '        add_header Cache-Control "public, max-age=2592000, immutable";',
    '    }',
  ],
  (_, count, random) => [
    `    # Moved on request of the shop team, ticket ${random(90_000)}; "quotes" and { braces } mean nothing here.`,
    `    rewrite ^/old-${count}/(.*)$ /new/$1 permanent;`,
  ],
  (_, count) => [
    `    location = /health-${count} {`,
    '        if ($request_method !~ ^(GET|HEAD)$) { return 405; }',
    `        return 200 '{"status": "it\\'s up", "host": "\${hostname}"}';`,
    '    }',
  ],
  (_, count) => [
    `    location /static-${count}/ {`,
    "        add_header Content-Security-Policy \"default-src 'self'; img-src 'self' data: https:;",
    "            script-src 'self'\" always;",
    '\ttry_files $uri $uri/ =404;',
    '    }',
  ],
];
