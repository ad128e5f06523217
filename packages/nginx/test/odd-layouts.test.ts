import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyEdits, type Configuration, isAtTarget, planPatch, type SourceFile } from '@shortfuse/core';
import { createCertificate, findNginx, testConfiguration } from '@shortfuse/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nginx } from '../src/index.js';
import { openTexts, type Patched, patchTexts } from './in-memory.js';

/** How many inputs of each kind; the full run is `SHORTFUSE_FUZZ=20000 npx vitest run packages/nginx/test/odd-layouts.test.ts`. */
const runs = Number(process.env['SHORTFUSE_FUZZ'] ?? 500);
const settings = { numRuns: runs, seed: 60 };
const timeout = 30_000 + runs * 50;
const installed = findNginx();

/** Between two words; the first is the usual one. */
const blank = fc.constantFrom(' ', ' ', ' ', '\t', '\n', '\r\n    ', ' # why; }\n', '\n\n');
/** Around `;`, `{` and `}`. */
const gap = fc.constantFrom(
  '',
  '\n',
  '\n',
  ' ',
  '\r\n\t',
  ' # } or not\n',
  '\n    # ssl_session_timeout 1d;\n',
  '\r',
  '\n  ',
);
const value = fc.constantFrom('5m', '"5m"', "'1h 30m'", '0', '60', '1d', '44', '"60 5"');

const statement = (...words: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.tuple(...words), fc.array(blank, { minLength: words.length, maxLength: words.length }), gap, gap)
    .map(([written, blanks, before, after]) =>
      [
        before,
        ...written.map((word, i) => (i === 0 ? word : `${blanks[i]}${word}`)),
        before === '\r' ? ' ' : '',
        ';',
        after,
      ].join(''),
    );
const word = (text: string) => fc.constant(text);
const maybe = (text: fc.Arbitrary<string>, weight = 1) =>
  fc.oneof({ weight, arbitrary: text }, { weight: 1, arbitrary: fc.constant('') });
const shuffled = (texts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...texts).chain((made) => fc.shuffledSubarray(made, { minLength: made.length }).map((all) => all.join('')));

const timeoutLine = statement(fc.constantFrom('ssl_session_timeout', '"ssl_session_timeout"'), value);
const cacheLine = statement(word('ssl_session_cache'), fc.constantFrom('off', 'shared:S:1m', 'builtin'));

const serverBlock = fc
  .tuple(
    gap,
    fc.integer({ min: 1, max: 4 }),
    shuffled([
      maybe(timeoutLine),
      maybe(cacheLine),
      maybe(statement(word('root'), fc.constantFrom('/a', '"/b c"', '"d\ne"'))),
      maybe(fc.constant('location / { ssl_verify_depth 1; }')),
      maybe(fc.constant('include one;'), 1),
    ]),
    blank,
    gap,
  )
  .map(([before, port, body, between, after]) => {
    const listen = `listen${between}${port}${between}ssl;`;
    return `server${before === '\r' ? '' : before}{${after}${listen}${body}${after}}${before}`;
  });

const configuration = fc
  .tuple(
    gap,
    shuffled([fc.constant('ssl_certificate a; ssl_certificate_key a;'), maybe(timeoutLine), maybe(cacheLine)]),
    fc.array(serverBlock, { minLength: 1, maxLength: 4 }),
    gap,
    fc.constantFrom('', '\n'),
    maybe(timeoutLine, 0),
  )
  .map(([before, body, servers, after, end, one]) => ({
    'nginx.conf': `events { }${before}http${before}{${after}${body}${servers.join('')}${after}}${end}`,
    one,
  }));

function errorsIn(configurations: readonly Configuration[]): string[] {
  return configurations.flatMap(({ problems }) =>
    problems.filter(({ severity }) => severity === 'error').map(({ message }) => message),
  );
}

/** What holds for every patch: what it says it did it did, and a comment above each edit is only that. */
function expectSound(texts: Readonly<Record<string, string | Uint8Array>>): Patched {
  const patched = patchTexts(texts);
  const { plan } = patched;
  expect(planPatch(plan.outcome, { target: 60, allowDisable: false, resolveWith: () => plan.outcome }).files).toEqual(
    [],
  );
  for (const { before, after, edits } of plan.files) {
    const anchors = nginx.anchors(nginx.parse(after));
    const before60 = nginx.anchors(nginx.parse(before));
    const inserted = edits.filter((edit) => edit.before === '').length;
    expect(anchors).toHaveLength(before60.length + inserted);
    expectAnnotated(
      before,
      edits.map(({ span }) => span.start),
      edits,
    );
  }
  return patched;
}

function expectAnnotated(file: SourceFile, offsets: readonly number[], edits: Parameters<typeof applyEdits>[1]): void {
  const tree = nginx.parse(file);
  const notes = offsets.flatMap((offset) => nginx.annotate(tree, offset, 'note') ?? []);
  const unique = [...new Map(notes.map((note) => [note.span.start, note])).values()];
  const read = (all: Parameters<typeof applyEdits>[1]) => {
    const result = applyEdits(file.text, all);
    return nginx.parse({ ...file, text: result.ok ? result.text : expect.fail('the edits overlap') });
  };
  const without = read(edits);
  const withNotes = read([...unique, ...edits]);
  expect(withNotes.directives.count).toBe(without.directives.count);
  expect(nginx.comments(withNotes).length).toBe((nginx.comments(without).length ?? 0) + unique.length);
}

describe(`patches of odd layouts (${runs} of each kind)`, () => {
  test('what nginx takes is brought to the target', { timeout }, () =>
    fc.assert(
      fc.property(configuration, (texts) => {
        fc.pre(errorsIn(openTexts(texts).configurations).length === 0);
        const { plan, refused } = expectSound(texts);
        expect(refused).toEqual([]);
        expect(errorsIn(plan.outcome)).toEqual([]);
        for (const { listeners } of plan.outcome)
          for (const listener of listeners) expect(isAtTarget(listener, { target: 60 })).toBe(true);
      }),
      settings,
    ),
  );

  test.skipIf(!installed)('nginx says so, too', () => {
    const folder = mkdtempSync(join(tmpdir(), 'shortfuse-odd-'));
    try {
      const { certificate, key } = createCertificate(folder);
      writeFileSync(join(folder, 'a'), Buffer.concat([readFileSync(certificate), readFileSync(key)]));
      const judge = (texts: Readonly<Record<string, string>>) => {
        for (const [path, text] of Object.entries(texts))
          writeFileSync(join(folder, path), text.replace(/(listen\s+(?:#.*\n)?)(\d)/g, '$12199$2'));
        return testConfiguration(folder);
      };
      let patches = 0;
      for (const texts of fc.sample(configuration, { numRuns: 40, seed: 60 })) {
        if (!judge(texts).ok) continue;
        const { texts: changed } = patchTexts(texts);
        if (Object.keys(changed).length > 0) patches++;
        expect(judge({ ...texts, ...changed }), changed['nginx.conf']).toEqual({ ok: true, firstError: undefined });
      }
      expect(patches).toBeGreaterThanOrEqual(10);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('damaged files: nothing throws, and no wrong edit is offered', { timeout }, () => {
    const folder = fileURLToPath(new URL('conformance', import.meta.url));
    const originals = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('nginx.conf'))
      .map((name) => new Uint8Array(readFileSync(join(folder, name))));
    const piece = fc.constantFrom(
      '{',
      '}',
      ';',
      '"',
      "'",
      '#',
      '\\',
      '{{ x }}',
      '{% if x %}',
      '{% endif %}',
      '<% end %>',
    );
    const damage = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(100)),
      insert: fc.oneof(fc.constant(''), piece),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...originals),
        fc.array(damage, { minLength: 1, maxLength: 4 }),
        (original, changes) => {
          let bytes = Buffer.from(original);
          for (const { at, remove, insert } of changes) {
            const start = Math.floor(at * bytes.length);
            bytes = Buffer.concat([bytes.subarray(0, start), Buffer.from(insert), bytes.subarray(start + remove)]);
          }
          const texts = { 'nginx.conf': new Uint8Array(bytes) };
          const { refused } = expectSound(texts);
          // Where nginx would stop, what belongs to which block is a guess, and nothing is written anyway.
          if (errorsIn(openTexts(texts).configurations).length > 0) return;
          expect(refused.filter((why) => why.startsWith('the edit was tried'))).toEqual([]);
        },
      ),
      settings,
    );
  });
});
