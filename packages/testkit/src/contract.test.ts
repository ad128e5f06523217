import {
  type Adapter,
  type Configuration,
  defineAdapter,
  type IncludeAnswer,
  type Location,
  type ParsedFile,
} from '@shortfuse/core';
import { expect, test } from 'vitest';
import { adapterContract, checkProject, type Sample } from './contract.js';

const sample = (path: string, text: string): Sample => ({ path, bytes: new TextEncoder().encode(text) });
const samples = [sample('main', 'lifetime 60\ninclude other\n'), sample('other', 'lifetime 300\n')];

/** A server whose files say `lifetime N` and `include NAME`. `change` breaks it on purpose. */
function toy(change: { place?: (at: Location) => Location; readOnce?: () => void } = {}): Adapter {
  const { place = (at) => at, readOnce = () => undefined } = change;
  return defineAdapter<ParsedFile>({
    id: 'toy',
    title: 'Toy',
    homes: ['/etc/toy'],
    explanation: '',
    looksFor: 'files that say lifetime',
    claims: ({ text }) => text.includes('lifetime'),
    parse: (file) => ({ file, problems: [] }),
    anchors: () => [],
    comments: () => [],
    annotate: () => undefined,
    operations: { test: undefined, reload: 'reload', restart: 'restart', restartCost: 'nothing' },
    *resolve(files) {
      readOnce();
      const read: Configuration[] = [];
      for (const { file } of files) {
        const [, pattern] = /^include (\S+)$/m.exec(file.text) ?? [];
        const request = { absolute: false, wildcards: false, folders: 'refuse', entry: file, from: file } as const;
        const answer: IncludeAnswer<ParsedFile> | undefined =
          pattern === undefined ? undefined : yield { ...request, pattern };
        const all = [file, ...(answer?.kind === 'files' ? answer.files.map((tree) => tree.file) : [])];
        read.push({
          server: 'toy',
          label: file.path,
          extent: 'complete',
          assumptions: [answer?.kind ?? 'alone'],
          files: all,
          listeners: [],
          problems: [],
          unattached: all.flatMap((each) =>
            [...each.text.matchAll(/^lifetime (\d+)$/gm)].map(({ 0: line, 1: written = '', index }) => ({
              at: place({ file: each, span: { start: index, end: index + line.length } }),
              name: 'lifetime',
              written,
              seconds: Number(written),
            })),
          ),
        });
      }
      return read;
    },
  });
}

adapterContract(toy(), samples);

test('a place beyond the end of its file breaks the contract', () => {
  const place = ({ file, span }: Location): Location => ({
    file,
    span: { start: span.start, end: file.text.length + 1 },
  });
  expect(() => checkProject(toy({ place }), samples)).toThrow('an unattached setting lies at 0 to 27 of main');
});

test('a place in a file that nobody gave breaks the contract', () => {
  const place = ({ file, span }: Location): Location => ({ file: { ...file }, span });
  expect(() => checkProject(toy({ place }), samples)).toThrow('lies in main, which nobody gave');
});

test('a second run that gives something else breaks the contract', () => {
  let runs = 0;
  const place = (at: Location): Location => (runs > 1 ? { ...at, span: { start: 0, end: 0 } } : at);
  const adapter = toy({
    place,
    readOnce: () => {
      runs++;
    },
  });
  expect(() => checkProject(adapter, samples)).toThrow();
});

test('what throws breaks the contract', () => {
  const readOnce = (): void => {
    throw new Error('lost');
  };
  expect(() => checkProject(toy({ readOnce }), samples)).toThrow('lost');
});
