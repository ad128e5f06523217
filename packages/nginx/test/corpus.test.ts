import { positionOf } from '@shortfuse/core';
import { expect, test } from 'vitest';
import { argumentsOf, nameOf } from '../src/tree.js';
import { corpus, corpusBytes, describeWithCorpus } from './corpus.js';
import { contextOf, expectLossless, indices } from './reading.js';

describeWithCorpus('the corpus', () => {
  test('is whole', () => expect(corpus).toHaveLength(211));

  test.each(corpus.map((entry) => [entry.file, entry] as const))('%s', (_, entry) => {
    const tree = expectLossless(corpusBytes(entry));
    const { file, tokens, directives, problems } = tree;
    const written = (index: number): string =>
      argumentsOf(tree, index)
        .map(({ span }) => file.text.slice(span.start, span.end).replace(/^(["'])(.*)\1$/, '$2'))
        .join(' ');
    const found = indices(tree)
      .filter((index) => /^(proxy_)?ssl_session_(timeout|cache|tickets|ticket_key|reuse)$/.test(nameOf(tree, index)))
      .map((index) => ({
        line: positionOf(file, tokens.starts[directives.name[index] ?? 0] ?? 0).line,
        context: contextOf(tree, index).split('/').at(-1),
        name: nameOf(tree, index),
        value: written(index),
      }));
    // The manifest cuts one value of a Go template at the placeholder, and leaves out contexts that rendering decides.
    const cutShort = 'shared:SSL:';
    expect(
      found.map((one, i) => {
        const wanted = entry.session_directives[i];
        const value = wanted?.value === cutShort && one.value.startsWith(`${cutShort}{{`) ? cutShort : one.value;
        return { ...one, value, context: entry.valid === 'template' ? wanted?.context : one.context };
      }),
    ).toEqual(entry.session_directives);
    const isInvalid = entry.valid.startsWith('invalid');
    const severities = new Set(problems.map(({ severity }) => severity));
    if (isInvalid) expect(severities).toContain('error');
    else if (entry.valid === 'template') expect(severities).not.toContain('error');
    // Shows how nginx and others treat quotes; nginx refuses it, too.
    else if (!file.path.includes('quote-behavior') && !entry.file.includes('quote-behavior'))
      expect(problems).toEqual([]);
  });
});
