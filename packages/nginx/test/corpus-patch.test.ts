import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  applyEdits,
  type Configuration,
  encode,
  invertEdits,
  isAtTarget,
  type Plan,
  planPatch,
  type SourceFile,
} from '@shortfuse/core';
import { corpusRepositories, openIn, planFor } from '@shortfuse/testkit';
import { expect, test } from 'vitest';
import { nginx } from '../src/index.js';
import { corpus, describeWithCorpus } from './corpus.js';

const target = 60;

describeWithCorpus('patches of the corpus', () => {
  let edits = 0;

  test.each(corpusRepositories(corpus).map((path) => [basename(path), path] as const))('%s', (_, folder) => {
    const project = openIn(nginx, folder);
    const plan = planFor(project);
    edits += plan.files.flatMap((file) => file.edits).length;

    // What is not at the target was refused, and not because the edit was a wrong one.
    expect(plan.refused.filter(({ why }) => why.startsWith('the edit was tried'))).toEqual([]);
    expect(plan.refused.filter(({ why, help }) => why === '' || help === '')).toEqual([]);
    expect(aboveTarget(plan.outcome)).toBe(plan.refused.length);

    for (const { before, after, edits: made } of plan.files) {
      const undone = applyEdits(after.text, invertEdits(made));
      expect(undone).toEqual({ ok: true, text: before.text });
      const bytes = encode({ ...after, text: undone.ok ? undone.text : '' });
      expect(Buffer.from(bytes).equals(readFileSync(join(folder, before.path)))).toBe(true);
    }
    expect(secondPlan(plan)).toEqual([]);
    for (const file of new Set(project.configurations.flatMap(({ files }) => files))) expectAnnotations(file);
  });

  test('there was something to patch', () => expect(edits).toBeGreaterThanOrEqual(15));
});

function aboveTarget(configurations: readonly Configuration[]): number {
  return configurations.flatMap(({ listeners }) => listeners.filter((one) => !isAtTarget(one, { target }))).length;
}

function secondPlan({ outcome }: Plan): Plan['files'] {
  return planPatch(outcome, {
    target,
    allowDisable: false,
    resolveWith: () => expect.fail('there is something left to patch'),
  }).files;
}

/** A comment above any statement that sets a lifetime changes nothing that nginx reads. */
function expectAnnotations(file: SourceFile): void {
  const tree = nginx.parse(file);
  const comments = nginx.comments(tree);
  for (const { value } of nginx.anchors(tree)) {
    const note = nginx.annotate(tree, value.start, 'until 2026-12-02');
    if (!note) continue;
    const result = applyEdits(file.text, [note]);
    const after = nginx.parse({ ...file, text: result.ok ? result.text : '' });
    expect(nginx.comments(after)).toHaveLength(comments.length + 1);
    expect(after.directives.count).toBe(tree.directives.count);
    expect(after.problems.map(({ message }) => message)).toEqual(tree.problems.map(({ message }) => message));
  }
}
