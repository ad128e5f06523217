import { describe, expect, test } from 'vitest';
import { configurationOf, explicit, fileOf, listenerOf, placeIn, tickets } from '../../../test/audit-sample.js';
import { found, inputOf, problemAt, summary } from '../../../test/lint-sample.js';
import type { RemedyFinder, SourceFile } from '../../index.js';
import { settingInvalid } from './rule.js';

const shop = fileOf('conf.d/shop.conf');

test.each([
  { kind: 'value', count: 1 },
  { kind: 'include', count: 0 },
  { kind: undefined, count: 0 },
] as const)('a problem of kind $kind: $count', ({ kind, count }) => {
  const problem = problemAt(placeIn(shop, 3), { message: 'invalid value', ...(kind ? { kind } : {}) });
  const findings = found(settingInvalid, inputOf([configurationOf([], { problems: [problem], files: [shop] })]));
  expect(summary(findings)).toEqual(Array(count).fill('conf.d/shop.conf:3 invalid value'));
});

test('a file that two configurations include has its mistake once', () => {
  const problems = [problemAt(placeIn(shop, 3), { kind: 'value' })];
  const configuration = configurationOf([], { problems, files: [shop] });
  expect(found(settingInvalid, inputOf([configuration, configuration]))).toHaveLength(1);
});

describe('values that are read as something else than they look like', () => {
  const file: SourceFile = { path: 'a.conf', text: 'timeout 0;\ntimeout 1m;\ntimeout 60;\n', encoding: 'utf-8' };
  const at = (text: string) => ({
    file,
    span: { start: file.text.indexOf(text), end: file.text.indexOf(text) + text.length },
  });

  test.each([
    {
      code: 'zero-is-not-off',
      text: 'a timeout of 0 is 2 h',
      place: 'timeout 0;',
      want: ['a.conf:1 a timeout of 0 is 2 h'],
    },
    {
      code: 'zero-timeout',
      text: 'a timeout of 0 is 2 h',
      place: 'timeout 0;',
      want: ['a.conf:1 a timeout of 0 is 2 h'],
    },
    { code: 'value-misread', text: 'it reads "1m" as 1', place: 'timeout 1m;', want: ['a.conf:2 it reads "1m" as 1'] },
    { code: 'milliseconds', text: 'these are seconds', place: 'timeout 60;', want: ['a.conf:3 these are seconds'] },
    // The note is about the value of another place, which the listener does not name.
    { code: 'value-misread', text: 'it reads "1m" as 1', place: 'timeout 60;', want: [] },
    { code: 'renewal-unbounded', text: 'it has no end', place: 'timeout 60;', want: [] },
  ])('$code at $place', ({ code, text, place, want }) => {
    const listener = listenerOf('a', explicit(7200, at(place)), at('timeout 0;'), { notes: [{ code, text }] });
    const findings = found(settingInvalid, inputOf([configurationOf([listener, listener])]));
    expect(summary(findings)).toEqual(want);
  });

  test.each([
    { seconds: 7200, want: 'write "60s" instead of "1m", or run shortfuse patch' },
    // It is short enough, and nothing says which number is meant.
    { seconds: 1, want: 'write the number of seconds that is meant, such as 60' },
  ])('help for a value that makes $seconds s', ({ seconds, want }) => {
    const place = at('timeout 1m;');
    const remedies: RemedyFinder = () => ({
      kind: 'remedies',
      remedies: [{ edits: [{ file, edit: { span: place.span, before: '1m', after: '60s' } }] }],
    });
    // What governs the listener stands elsewhere.
    const own = { ...explicit(seconds, place), remedies };
    const listener = listenerOf('a', explicit(300, at('timeout 60;')), at('timeout 0;'), {
      notes: [{ code: 'value-misread', text: 'it reads "1m" as 1' }],
      mechanisms: tickets(own),
    });
    expect(found(settingInvalid, inputOf([configurationOf([listener])])).map(({ help }) => help)).toEqual([want]);
  });

  test('what a problem says already is not said again', () => {
    const listener = listenerOf('a', explicit(7200, at('timeout 0;')), at('timeout 60;'), {
      notes: [{ code: 'zero-timeout', text: 'a timeout of 0 is 2 h' }],
    });
    const problems = [problemAt(at('timeout 0;'), { kind: 'value' })];
    expect(summary(found(settingInvalid, inputOf([configurationOf([listener], { problems })])))).toEqual([
      'a.conf:1 it is wrong',
    ]);
  });
});
