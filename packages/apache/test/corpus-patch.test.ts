import {
  applyEdits,
  type Configuration,
  encode,
  invertEdits,
  type Plan,
  planPatch,
  type SourceFile,
} from '@shortfuse/core';
import { noOptions, openProject, type Project } from '@shortfuse/files';
import { expect, test } from 'vitest';
import { apache } from '../src/index.js';
import { corpus, corpusFolder, describeWithCorpus } from './corpus.js';

const open = (repository: string): Project =>
  openProject({
    cwd: corpusFolder,
    paths: [repository],
    roots: [],
    adapters: [apache],
    options: new Map([[apache.id, noOptions]]),
    exclude: [],
    serverNamed: true,
  });

type Resolve = (changed: ReadonlyMap<SourceFile, SourceFile>) => readonly Configuration[];

function planFor(configurations: readonly Configuration[], resolveWith: Resolve): Plan {
  return planPatch(configurations, { target: 60, allowDisable: false, resolveWith });
}

const repositories = [...new Set(corpus.map(({ file }) => file.split('/').slice(0, 2).join('/')))];

describeWithCorpus('patches of the corpus', () => {
  let patched = 0;
  test.each(repositories)('%s: patched, nothing is left to do; taken back, not a byte differs', (repository) => {
    const { configurations, resolveWith } = open(repository);
    const plan = planFor(configurations, resolveWith);
    patched += plan.files.length;
    expect(plan.refused.filter(({ why }) => why.includes('tried in memory'))).toEqual([]);
    for (const { before, after, edits } of plan.files) {
      const undone = applyEdits(after.text, invertEdits(edits));
      expect(undone).toEqual({ ok: true, text: before.text });
      expect(encode({ ...after, text: undone.ok ? undone.text : '' })).toEqual(encode(before));
      // Each edit is a number in a line or a line: never a line more than that.
      for (const edit of edits) expect(edit.after).toMatch(/^(?:60|\s*SSLSessionCacheTimeout 60\s*)$/);
    }
    // The patched texts stand in for the files; a second plan edits the patched ones.
    const texts = new Map(plan.files.map(({ before, after }) => [before, after]));
    const again = planFor(plan.outcome, (changed) =>
      resolveWith(new Map([...texts].map(([before, after]) => [before, changed.get(after) ?? after]))),
    );
    expect(again.files).toEqual([]);
    expect(again.refused.map(({ why }) => why)).toEqual(plan.refused.map(({ why }) => why));
  });

  test('and there was something to patch', () => expect(patched).toBeGreaterThan(20));
});
