import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyEdits, decode, type SourceFile } from '@shortfuse/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { f5 } from '../src/index.js';
import { patch, planFiles } from './patching.js';

const folder = fileURLToPath(new URL('conformance', import.meta.url));
const samples: readonly SourceFile[] = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(?:conf|json|tf|ya?ml)$/.test(path) && !path.endsWith('expected.json'))
  .map((path) => decode(path, readFileSync(join(folder, path))));

/** What meets what: quotes, comments, braces and line ends in places where nobody has them. */
const pieces = [
  '"',
  "'",
  '#',
  '{',
  '}',
  '\n',
  '\r\n',
  ' ',
  '\t',
  '\\',
  '/*',
  '//',
  '<<E\n',
  ': ',
  '- ',
  ',',
  '{}',
  '0',
  '!',
];

const runs = Number(process.env['SHORTFUSE_FUZZ'] ?? 300);

test(`${samples.length} files with something put in and cut out: plans are read back and undone, comments change nothing`, () => {
  expect(samples.length).toBeGreaterThan(25);
  fc.assert(
    fc.property(
      fc.nat(samples.length - 1),
      fc.array(fc.record({ at: fc.nat(5000), cut: fc.nat(30), put: fc.constantFrom('', ...pieces) }), { maxLength: 3 }),
      (index, changes) => {
        const sample = samples[index];
        if (!sample) return;
        let { text } = sample;
        for (const { at, cut, put } of changes) {
          const start = at % (text.length + 1);
          text = text.slice(0, start) + put + text.slice(start + cut);
        }
        const plan = planFiles([{ ...sample, text }]);
        for (const { before, edits } of plan.files) {
          const tree = f5.parse(before);
          const notes = edits.flatMap(({ span }) => f5.annotate(tree, span.start, 'a note') ?? []);
          const unique = [...new Map(notes.map((note) => [note.span.start, note])).values()];
          const result = applyEdits(before.text, unique);
          if (!result.ok) throw new Error('two comments overlap');
          const annotated = f5.parse({ ...before, text: result.text });
          const found = f5.comments(annotated);
          const isNote = ({ start, end }: { start: number; end: number }) =>
            result.text.slice(start, end) === '# a note';
          expect(found.filter(isNote)).toHaveLength(unique.length);
          // The comments are in nobody's way: the same edits are planned.
          expect(
            planFiles([annotated.file]).files.flatMap((file) => file.edits.map(({ after }) => after.trim())),
          ).toEqual(edits.map(({ after }) => after.trim()));
        }
        const tree = f5.parse({ ...sample, text });
        const anchors = f5.anchors(tree);
        for (const [i, { statement, value }] of anchors.entries()) {
          expect(statement.start).toBeLessThanOrEqual(value.start);
          expect(value.end).toBeLessThanOrEqual(statement.end);
          expect(statement.start).toBeGreaterThanOrEqual(anchors[i - 1]?.statement.end ?? 0);
        }
      },
    ),
    { numRuns: runs },
  );
});

test('a patch of a large device takes time in proportion to its size', () => {
  const device = (count: number): string =>
    Array.from(
      { length: count },
      (_, i) =>
        `ltm profile client-ssl /Common/p${i} {\n    defaults-from /Common/${i % 2 ? `p${i - 1}` : 'clientssl'}\n${i % 2 ? '' : '    session-ticket enabled\n'}}\nltm virtual /Common/v${i} { destination /Common/10.0.0.1:443 profiles { /Common/p${i} { } } }\nltm virtual /Common/w${i} { destination /Common/10.0.0.1:8443 profiles { /Common/clientssl { } } }\n`,
    ).join('');
  const timed = (count: number): number => {
    const before = process.cpuUsage();
    const { companions } = patch({ 'bigip.conf': device(count) });
    expect(companions).toHaveLength(4);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  timed(500);
  const small = Math.min(timed(500), timed(500));
  // A square law would take sixteen times as long.
  expect(timed(2000)).toBeLessThan(Math.max(small, 30) * 11);
});
