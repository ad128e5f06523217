import { describe, expect, test } from 'vitest';
import { explicit, fileOf, listenerOf, placeIn } from '../../test/audit-sample.js';
import { applyBaseline, type Baseline, baselineOf, readBaseline, writeBaseline } from './baseline.js';
import type { Finding } from './finding.js';

const conf = fileOf('conf.d/shop.conf');

function finding(line: number, names: readonly string[], more: Partial<Finding> = {}): Finding {
  const at = placeIn(conf, line);
  return {
    rule: 'lifetime-above-target',
    severity: 'error',
    at,
    message: 'too long',
    why: '',
    help: '',
    related: [],
    listeners: names.map((name) => listenerOf(name, explicit(300, at), at)),
    ...more,
  };
}

const nameOf = ({ path }: { readonly path: string }): string => path;
const files = new Set([conf.path]);
const accepted = (...findings: Finding[]): Baseline => baselineOf(findings, undefined, nameOf, files);
const left = (findings: readonly Finding[], baseline: Baseline) =>
  applyBaseline(findings, baseline, nameOf, files).kept.map(({ message }) => message);

describe('a finding is known', () => {
  test.each([
    { name: 'on another line of the same text', now: [finding(9, ['a', 'b'])], want: [] },
    { name: 'with a listener less', now: [finding(3, ['b'])], want: [] },
    {
      name: 'but not with one more',
      now: [finding(3, ['a', 'b', 'c'])],
      want: ['too long (the baseline does not accept it for *:443 c)'],
    },
    { name: 'but not another rule', now: [finding(3, ['a'], { rule: 'lifetime-unknown' })], want: ['too long'] },
    { name: 'but not two of them', now: [finding(3, ['a']), finding(4, ['b'])], want: ['too long'] },
    { name: 'but not for others', now: [finding(3, ['x'])], want: ['too long'] },
  ])('$name', ({ now, want }) => expect(left(now, accepted(finding(3, ['a', 'b'])))).toEqual(want));
});

test('of several equal lines each entry accepts its own, in any order', () => {
  const baseline = accepted(finding(3, ['a']), finding(4, ['b']), finding(5, ['c']));
  expect(left([finding(1, ['c']), finding(2, ['a']), finding(3, ['b'])], baseline)).toEqual([]);
});

test('a changed line is another finding', () => {
  const other = { ...conf, text: conf.text.replace('1d', '2d') };
  const changed = finding(1, ['a'], { at: { file: other, span: placeIn(conf, 1).span } });
  expect(left([changed], accepted(finding(1, ['a'])))).toEqual(['too long']);
});

test('entries that nothing matches are told, as far as their file was read', () => {
  const baseline = accepted(finding(3, ['a']), finding(4, ['b']));
  const { unused } = applyBaseline([finding(3, ['a'])], baseline, nameOf, files);
  expect(unused.map(({ listeners }) => listeners)).toEqual([['*:443 b']]);
  expect(applyBaseline([], baseline, nameOf, new Set()).unused).toEqual([]);
});

test('an update keeps what it says of files that were not read', () => {
  const baseline = accepted(finding(3, ['a']));
  expect(baselineOf([], baseline, nameOf, new Set(['other.conf']))).toEqual(baseline);
  expect(baselineOf([], baseline, nameOf, files).entries).toEqual([]);
});

test('what is written is read back, sorted whatever the order was', () => {
  const [a, b] = [finding(3, ['a']), finding(4, ['b'])];
  const text = writeBaseline(accepted(b, a));
  expect(text).toBe(writeBaseline(accepted(a, b)));
  expect(text.endsWith('\n')).toBe(true);
  expect(readBaseline(text)).toEqual(accepted(a, b));
});

test.each([
  { text: '', want: 'is no JSON' },
  { text: 'null', want: 'is no baseline' },
  { text: '{ "schemaVersion": 2, "findings": [] }', want: 'is no baseline' },
  { text: '{ "schemaVersion": 1, "findings": [null] }', want: 'findings.0 has to have' },
  {
    text: '{ "schemaVersion": 1, "findings": [{ "rule": "r", "file": "f", "line": "l", "listeners": [1] }] }',
    want: 'findings.0 has to have',
  },
])('damage is told: $text', ({ text, want }) => {
  const result = readBaseline(text);
  expect('message' in result ? result.message : 'read').toContain(want);
});
