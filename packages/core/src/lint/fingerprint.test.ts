import { expect, test } from 'vitest';
import { explicit, fileOf, listenerOf, placeIn } from '../../test/audit-sample.js';
import type { SourceFile } from '../source.js';
import type { Finding } from './finding.js';
import { fingerprintsOf, lineText } from './fingerprint.js';

const conf = fileOf('a.conf');

function finding(line: number, ...names: string[]): Finding {
  const at = placeIn(conf, line);
  const listeners = names.map((name) => listenerOf(name, explicit(300, at), at));
  return { rule: 'a-rule', severity: 'error', at, message: '', why: '', help: '', related: [], listeners };
}

test('a finding keeps its name when its line moves, and another one has another', () => {
  const [name = ''] = fingerprintsOf([finding(3, 'a')]);
  expect(name).toBe('a-rule|a.conf|ssl_session_timeout 1d;|*:443 a');
  expect(fingerprintsOf([finding(9, 'a')])).toEqual([name]);
  expect(fingerprintsOf([finding(3, 'b')])).not.toEqual([name]);
});

test('equal ones are numbered in their order', () =>
  expect(fingerprintsOf([finding(3, 'a'), finding(4, 'a'), finding(5, 'b')]).map((name) => name.slice(-5))).toEqual(
    ['443 a', 'a#2', '443 b'].map((end) => expect.stringMatching(new RegExp(`${end}$`))),
  ));

test('of many listeners the first few are enough', () =>
  expect(fingerprintsOf([finding(3, 'a', 'b', 'c', 'd')])).toEqual(fingerprintsOf([finding(3, 'a', 'b', 'c', 'e')])));

test('servers that a program makes are known without the number of their line', () =>
  expect(fingerprintsOf([finding(3, 'src/a.ts:10 https.createServer')])).toEqual(
    fingerprintsOf([finding(3, 'src/a.ts:11 https.createServer')]),
  ));

test.each([
  { text: '\tssl_session_timeout\t 1d;  \r\nnext', want: 'ssl_session_timeout 1d;' },
  { text: `${'x'.repeat(5000)}`, want: 'x'.repeat(200) },
])('the line as people compare it', ({ text, want }) => {
  const file: SourceFile = { path: 'a.conf', text, encoding: 'utf-8' };
  expect(lineText({ file, span: { start: 4, end: 5 } })).toBe(want);
});
