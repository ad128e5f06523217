import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceFile } from '@shortfuse/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unifiedDiff } from '../src/patch/diff.js';

/** The number of random pairs, from the environment; a full run is `SHORTFUSE_FUZZ=5000`. */
const runs = Math.max(1, Number.parseInt(process.env['SHORTFUSE_FUZZ'] ?? '', 10) || 60);

const text = fc
  .tuple(fc.array(fc.constantFrom('a', 'b', 'c', '{', '}', '', 'x\r'), { maxLength: 40 }), fc.boolean())
  .map(([lines, isEnded]) => lines.join('\n') + (isEnded && lines.length > 0 ? '\n' : ''));

test('git applies the diff of any two texts and takes it back', { timeout: 60_000 + runs * 100 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-diff-'));
  const path = join(folder, 'f');
  const file = (content: string): SourceFile => ({ path: 'f', text: content, encoding: 'utf-8' });
  const apply = (...options: string[]): void =>
    void execFileSync('git', ['apply', '--whitespace=nowarn', ...options, 'x'], { cwd: folder });
  try {
    fc.assert(
      fc.property(text, text, (before, after) => {
        fc.pre(before !== after);
        writeFileSync(path, before);
        const pair = { before: file(before), after: file(after), pathInRepository: 'f' };
        writeFileSync(join(folder, 'x'), unifiedDiff([pair]));
        apply();
        expect(readFileSync(path, 'utf8')).toBe(after);
        apply('-R');
        expect(readFileSync(path, 'utf8')).toBe(before);
      }),
      { numRuns: runs, seed: 11 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
