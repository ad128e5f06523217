import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { corpus, corpusBytes } from './corpus.js';
import { expectLossless } from './reading.js';

/** How many inputs of each kind; the full run is `SHORTFUSE_FUZZ=20000 npx vitest run packages/nginx/test/lossless.test.ts`. */
const runs = Number(process.env['SHORTFUSE_FUZZ'] ?? 1500);
const timeout = 30_000 + runs * 50;
const settings = { numRuns: runs, seed: 60, endOnFailure: runs > 5000 };

/** No input here is longer than some 100 kB, which takes a millisecond; this is for what would never end. */
const mostMs = 1000;

function expectSoon(bytes: Uint8Array): void {
  const before = performance.now();
  expectLossless(bytes);
  const ms = performance.now() - before;
  if (ms > mostMs) throw new Error(`${bytes.length} bytes took ${ms} ms`);
}

const fragments = [
  ...['server', 'http', 'listen', 'ssl_session_timeout', '5m', 'map', 'content_by_lua_block', '"init_by_lua_block"'],
  ...[
    '{',
    '}',
    ';',
    '#',
    '"',
    "'",
    '\\',
    '$',
    '${',
    '(',
    ')',
    ' ',
    '\t',
    '\r\n',
    '\n',
    '\r',
    '\0',
    '\f',
    '[[',
    ']]',
    '--',
    '[=[',
  ],
  ...[
    '{{',
    '}}',
    '{%',
    '%}',
    '<%',
    '%>',
    '{#',
    '#}',
    '{{ end }}',
    '{{ if x }}',
    '{% if x %}',
    '<%= x %>',
    '{{!--',
    '{{/*',
    '*/',
  ],
  ...[
    'é',
    '€',
    '\u{1f600}',
    '\ufeff',
    'x'.repeat(2000),
    "it's",
    '"a b"',
    "'c\nd'",
    '# comment\n',
    'a b;\n',
    'a { b c; }\n',
  ],
];

/** Files to be damaged: the conformance cases, and the corpus where it is at hand. */
function originals(): Uint8Array[] {
  const folder = fileURLToPath(new URL('conformance', import.meta.url));
  const ours = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(conf|inc)$|sites-/.test(name))
    .flatMap((name) => {
      try {
        return [new Uint8Array(readFileSync(join(folder, name)))];
      } catch {
        // A folder.
        return [];
      }
    });
  return [...ours, ...corpus.map(corpusBytes)];
}

const files = originals();

/** Cuts, doubles and inserts at places given as parts of the length. */
const damage = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(200)),
    insert: fc.oneof(
      fc.constantFrom('', ...fragments).map((text) => new TextEncoder().encode(text)),
      fc.uint8Array({ maxLength: 4 }),
    ),
  }),
  { minLength: 1, maxLength: 6 },
);

describe(`bytes in are bytes out (${runs} inputs of each kind)`, () => {
  test('random bytes', { timeout }, () =>
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), expectSoon), settings),
  );

  test('pieces of configurations in any order', { timeout }, () =>
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...fragments), { maxLength: 60 }), (pieces) =>
        expectSoon(new TextEncoder().encode(pieces.join(''))),
      ),
      settings,
    ),
  );

  test('damaged configurations', { timeout }, () =>
    fc.assert(
      fc.property(fc.constantFrom(...files), damage, (original, changes) => {
        let bytes = Buffer.from(original);
        for (const { at, remove, insert } of changes) {
          const start = Math.floor(at * bytes.length);
          bytes = Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)]);
        }
        expectSoon(new Uint8Array(bytes));
      }),
      settings,
    ),
  );
});
