import { decode, encode, positionOf, resolveAll } from '@shortfuse/core';
import { expect, test } from 'vitest';
import { f5, parseTmsh } from '../src/index.js';
import { tokenValue, wordsOf } from '../src/tree.js';
import { corpus, corpusBytes, describeWithCorpus } from './corpus.js';
import { expectTiled, noOptions, settingsIn } from './reading.js';

const names = new Set(['cache-timeout', 'cache-size', 'session-ticket', 'session-ticket-timeout']);

describeWithCorpus('the corpus', () => {
  test('is whole', () => expect(corpus).toHaveLength(48));

  test.each(corpus.map((entry) => [entry.file, entry] as const))('%s', (_, entry) => {
    const bytes = corpusBytes(entry);
    const file = decode(entry.file, bytes);
    expect(Buffer.compare(encode(file), bytes)).toBe(0);
    const tree = parseTmsh(file);
    expectTiled(tree);
    const found = settingsIn(tree)
      .filter(({ property }) => names.has(property.name))
      .map(({ top, property }) => ({
        line: positionOf(file, tree.tokens.starts[property.nameToken] ?? 0).line,
        context: wordsOf(tree, top).join(' '),
        name: property.name,
        value: property.valueToken === -1 ? '' : tokenValue(tree, property.valueToken),
      }));
    expect(found).toEqual(entry.session_directives);
    // Lists of rules kept by themselves are no saved configuration, and one file is broken on purpose.
    if (!entry.file.endsWith('.irule'))
      expect(tree.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const [configuration] = resolveAll(f5, [f5.parse(file)], noOptions, () => ({ kind: 'outside' }));
    expect(configuration?.files).toEqual([file]);
  });

  test('profile_base.conf says what the table of factory profiles says', () => {
    const entry = corpus.find(({ file }) => file.endsWith('/profile_base.conf'));
    expect(entry).toBeDefined();
    if (!entry) return;
    const base = decode('config/profile_base.conf', corpusBytes(entry));
    const virtuals = [
      'clientssl',
      'clientssl-insecure-compatible',
      'clientssl-secure',
      'wom-default-clientssl',
      'splitsession-default-clientssl',
      'crypto-server-default-clientssl',
      'clientssl-quic',
    ].map(
      (name, i) =>
        `ltm virtual /Common/v${i} {\n destination /Common/192.0.2.${i}:443\n profiles { /Common/${name} { context clientside } }\n}\n`,
    );
    const device = decode('config/bigip.conf', new TextEncoder().encode(virtuals.join('')));
    const listenersFrom = (files: readonly (typeof device)[]) =>
      resolveAll(f5, files.map(f5.parse), { ...noOptions, version: '15.1.8' }, () => ({ kind: 'outside' }))
        .flatMap(({ listeners }) => listeners)
        .map(({ profile, mechanisms }) => ({
          profile,
          mechanisms: Object.values(mechanisms).map(({ enabled, lifetimes }) => [
            enabled,
            lifetimes.map(({ seconds }) => seconds),
          ]),
        }));
    const fromTable = listenersFrom([device]);
    expect(fromTable).toHaveLength(7);
    expect(listenersFrom([base, device])).toEqual(fromTable);
  });
});
