import { positionOf } from '@shortfuse/core';
import { noOptions, openProject } from '@shortfuse/files';
import { expect, test } from 'vitest';
import { writtenIn } from '../src/directives.js';
import { apache } from '../src/index.js';
import { corpus, corpusBytes, corpusFolder, describeWithCorpus } from './corpus.js';
import { expectLossless } from './reading.js';

const open = (cwd: string, paths: readonly string[]) =>
  openProject({
    cwd,
    paths,
    roots: [],
    adapters: [apache],
    options: new Map([[apache.id, noOptions]]),
    exclude: [],
    serverNamed: true,
  });

describeWithCorpus('the corpus', () => {
  test('is whole', () => expect(corpus).toHaveLength(145));

  test.each(corpus.map((entry) => [entry.file, entry] as const))('%s', (path, entry) => {
    const tree = expectLossless(corpusBytes(entry), path);
    const names = [...new Set(entry.session_directives.map(({ name }) => name))];
    const found = names.flatMap((name) =>
      writtenIn(tree, name).map(({ words, at }) => ({
        line: positionOf(at.file, at.span.start).line,
        name,
        value: words.join(' '),
      })),
    );
    const wanted = entry.session_directives.map(({ line, name, value }) => ({
      line,
      name,
      value: value.replace(/^(["'])(.*)\1$/, '$2'),
    }));
    const byLine = (a: { line: number }, b: { line: number }): number => a.line - b.line;
    expect(found.sort(byLine)).toEqual(wanted.sort(byLine));
  });

  // No file on its own, and no tree, makes the reading stop; what is refused in a file that httpd accepts is our mistake.
  test.each(corpus.map((entry) => [entry.file, entry] as const))('%s, read as a configuration', (path, entry) => {
    const { configurations, pathProblems } = open(corpusFolder, [path]);
    expect(pathProblems).toEqual([]);
    const errors = configurations.flatMap(({ problems }) => problems).filter(({ severity }) => severity === 'error');
    const isWhole = !entry.valid.startsWith('invalid');
    // A main file may name files that its repository does not have.
    // And httpd's own tests end in an Error directive that says "ok!".
    const others = errors.filter(({ message }) => !/^Could not open|No matches|^no macro defined|^ok!$/.test(message));
    if (isWhole) expect(others.map(({ message }) => message)).toEqual([]);
  });

  test('every timeout is seen in the trees', () => {
    const repositories = [...new Set(corpus.map(({ file }) => file.split('/').slice(0, 2).join('/')))];
    expect(repositories.length).toBeGreaterThan(20);
    for (const repository of repositories) expect(open(corpusFolder, [repository]).pathProblems).toEqual([]);
  });
});
