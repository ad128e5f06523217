import { expect, test } from 'vitest';
import type { Anchor } from './change.js';
import { isSameListener, type LeaseFile, leaseFor, patchedText, unpatchedText } from './lease.js';
import type { PlannedEdit } from './plan.js';
import type { SourceFile } from './source.js';

const before: SourceFile = { path: 'f', text: 'a 1;\nb {\n  a 1;\n}\n', encoding: 'utf-8' };
const after: SourceFile = { ...before, text: 'a 6;\nb {\n  a 1;\n  a 6;\n}\n' };

/** Every `a` and its value. */
const anchors = ({ text }: SourceFile): Anchor[] =>
  [...text.matchAll(/( *)a (\d);/g)].map(({ 0: all, 1: indent = '', index }) => ({
    path: indent === '' ? ['a'] : ['b', 'a'],
    statement: { start: index + indent.length, end: index + all.length },
    value: { start: index + all.length - 2, end: index + all.length - 1 },
  }));

function leaseOf(edits: readonly PlannedEdit[]) {
  return leaseFor(
    { files: [{ before, after, edits }], configurations: [], refused: [], outcome: [] },
    {
      id: 'x',
      createdAt: '2026-01-01T00:00:00Z',
      until: '2026-01-08T00:00:00Z',
      targetSeconds: 60,
      reading: { paths: ['.'], servers: [], roots: {}, defines: {} },
      companions: [],
      nameOf: ({ path }) => `conf/${path}`,
      serverOf: () => 'toy',
      digestOf: ({ text }) => `digest of ${text.length}`,
      anchorsOf: anchors,
    },
  );
}

const changed: PlannedEdit = { span: { start: 2, end: 3 }, before: '1', after: '6', listeners: [] };
const added: PlannedEdit = { span: { start: 16, end: 16 }, before: '', after: '  a 6;\n', listeners: [] };

test('an edit is recorded with its place in the patched text', () => {
  const [file] = leaseOf([changed, added]).files;
  expect(file).toMatchObject({
    file: 'conf/f',
    server: 'toy',
    digestBefore: 'digest of 18',
    digestAfter: 'digest of 25',
  });
  expect(file?.edits).toEqual([
    {
      ...{ line: 1, column: 3, start: 2, before: '1', after: '6', listeners: [] },
      anchor: {
        ...{ path: ['a'], from: 'value', offset: 0, tail: 0, around: ['', 'b {'] },
        atPath: { index: 0, count: 1, twins: 1, same: 1 },
        // The added one says the same.
        named: { index: 0, count: 3, twins: 1, same: 2 },
      },
    },
    {
      ...{ line: 4, column: 3, start: 16, before: '', after: '  a 6;\n', listeners: [] },
      anchor: {
        ...{ path: ['b', 'a'], from: 'statement', offset: -2, tail: 0, around: ['a 1;', '}'] },
        atPath: { index: 1, count: 2, twins: 1, same: 1 },
        named: { index: 2, count: 3, twins: 1, same: 2 },
      },
    },
  ]);
});

test('an edit in no statement is a mistake of an adapter, not of a person', () => {
  expect(() => leaseOf([{ ...changed, span: { start: 7, end: 8 }, before: '{', after: '{' }])).toThrow(
    'an edit at f:2 is in no statement',
  );
});

test('a comment has no place: it is found by its text', () => {
  const [file] = leaseOf([{ ...added, isComment: true }]).files;
  expect(file?.edits[0]).not.toHaveProperty('anchor');
});

test('the edits of a lease lead both ways, and nowhere from another text', () => {
  const [file] = leaseOf([changed, added]).files;
  const leased = file as LeaseFile;
  expect(patchedText(leased, before.text)).toBe(after.text);
  expect(unpatchedText(leased, after.text)).toBe(before.text);
  for (const text of [after.text, '', 'b 2;'])
    expect(patchedText({ ...leased, edits: leased.edits.slice(0, 1) }, text)).toBeUndefined();
  for (const text of [before.text, '', `x${after.text}`]) expect(unpatchedText(leased, text)).toBeUndefined();
});

const known = { server: 'nginx', address: '10.0.0.1:443', name: 'a' };

test.each([
  { other: { ...known }, same: true },
  { other: { ...known, name: 'b' }, same: false },
  { other: { ...known, address: null }, same: false },
  { other: { ...known, server: 'apache' }, same: false },
  { other: { ...known, profile: '/Common/p' }, same: false },
])('$other is the same listener: $same', ({ other, same }) => {
  expect(isSameListener(known, other)).toBe(same);
  expect(isSameListener(other, known)).toBe(same);
});
