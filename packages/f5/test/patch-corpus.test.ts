import { decode, encode } from '@shortfuse/core';
import { expect, test } from 'vitest';
import { corpus, corpusBytes, describeWithCorpus } from './corpus.js';
import { planFiles } from './patching.js';

describeWithCorpus('patches of the corpus', () => {
  const files = corpus.map((entry) => ({ entry, file: decode(entry.file, corpusBytes(entry)) }));

  test.each(files.map(({ entry, file }) => [entry.file, file] as const))('%s by itself', (_, file) => {
    // planFiles plans the result again, which has to find nothing, and takes every edit back.
    for (const { edits, before, after } of planFiles([file]).files) {
      expect(edits.length).toBeGreaterThan(0);
      expect(encode(after)).not.toEqual(encode(before));
    }
  });

  test('all at once, as the devices they are of', () => {
    const plan = planFiles(files.map(({ file }) => file));
    expect(plan.files.map(({ before }) => before.path)).not.toContainEqual(
      expect.stringMatching(/profile_base\.conf$/),
    );
    const changed = plan.files.reduce((sum, { edits }) => sum + edits.length, 0);
    const swapped = plan.configurations.flatMap(({ remedies }) => remedies.filter(({ edits }) => edits.length === 0));
    expect(plan.refused.map(({ why }) => why)).toEqual([]);
    // Real profiles mostly inherit from the factory's, or are these themselves.
    expect({ changed, swapped: swapped.length }).toEqual({ changed: 4, swapped: 16 });
  });
});
