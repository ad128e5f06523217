import { expect, test } from 'vitest';
import { configurationOf, explicit, listenerOf } from '../../../test/audit-sample.js';
import { inputOf, summary } from '../../../test/lint-sample.js';
import { judge, type RuleChoice, rules, type SourceFile, suppressionsIn } from '../../index.js';

/** Lints a file of one line that is above the target, with `comment` above it. */
function linted(comment: string, off: readonly string[] = []) {
  const file: SourceFile = { path: 'a.conf', text: `${comment}\ntimeout 1d;\n`, encoding: 'utf-8' };
  const start = file.text.indexOf('timeout');
  const at = { file, span: { start, end: start + 11 } };
  const choices = rules.map(
    (rule): RuleChoice => ({ rule, severity: off.includes(rule.id) ? 'off' : rule.severity, options: {} }),
  );
  const listener = listenerOf('a', explicit(86_400, at), at);
  const comments = [{ start: 0, end: comment.length }];
  return judge(inputOf([configurationOf([listener])]), choices, suppressionsIn(file, comments));
}

const above = 'a.conf:2 sessions of a (*:443) last 1 d (86400 s), the target is 1 min (60 s)';

test.each([
  { comment: '# shortfuse-ignore lifetime-above-target -- it moves', want: [] },
  { comment: '# shortfuse-ignore lifetime-above-target -- until 2026-11-25: it moves', want: [] },
  {
    comment: '# shortfuse-ignore setting-invalid -- it moves',
    want: [
      'a.conf:1 this comment silences nothing: there is no finding of setting-invalid on its line or the next',
      above,
    ],
  },
  {
    comment: '# shortfuse-ignore lifetime-above-target, setting-invalid -- it moves',
    want: ['a.conf:1 this comment silences nothing: there is no finding of setting-invalid on its line or the next'],
  },
  {
    comment: '# shortfuse-ignore lifetime-above-target',
    want: ['a.conf:1 this comment does not count: it gives no reason: write -- and why behind the rules', above],
  },
  {
    comment: '# shortfuse-ignore lifetime-above-target -- until 2026-11-24: it moves',
    want: ['a.conf:1 this comment does not count: it was to count until 2026-11-24', above],
  },
  {
    comment: '# shortfuse-ignore lifetime-above-target -- until soon: it moves',
    want: ['a.conf:1 this comment does not count: "until soon" is no day: write it as 2026-12-31', above],
  },
  {
    comment: '# shortfuse-ignore lifetime-above-targt -- it moves',
    want: ['a.conf:1 no rule is called lifetime-above-targt', above],
  },
  // A rule that is off is not missed.
  { comment: '# shortfuse-ignore lifetime-implicit -- it moves', want: [above] },
  // Text that mentions the word and names no rule is a sentence.
  { comment: '# see shortfuse-ignore in the manual: "shortfuse-ignore"', want: [above] },
])('$comment', ({ comment, want }) => expect(summary(linted(comment).findings)).toEqual(want));

test('what is silenced is counted', () =>
  expect(linted('# shortfuse-ignore lifetime-above-target -- it moves').suppressed).toHaveLength(1));

test('it can be switched off', () =>
  expect(summary(linted('# shortfuse-ignore setting-invalid -- it moves', ['unused-suppression']).findings)).toEqual([
    above,
  ]));
