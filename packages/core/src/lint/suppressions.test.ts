import { describe, expect, test } from 'vitest';
import { writeInstant } from '../instant.js';
import type { SourceFile } from '../source.js';
import { suppressionsIn } from './suppressions.js';

/** Reads `text` as one comment from its first character to its last. */
function read(text: string) {
  const file: SourceFile = { path: 'a.conf', text, encoding: 'utf-8' };
  return suppressionsIn(file, [{ start: 0, end: text.length }]);
}

describe('a comment silences', () => {
  test.each([
    { text: '# shortfuse-ignore a-rule -- it moves', rules: ['a-rule'], reason: 'it moves' },
    { text: '#shortfuse-ignore a-rule, b-rule,c -- it moves', rules: ['a-rule', 'b-rule', 'c'], reason: 'it moves' },
    { text: '// shortfuse-ignore a-rule --it moves ', rules: ['a-rule'], reason: 'it moves' },
    // What closes a comment is no part of the reason.
    { text: '<!-- shortfuse-ignore a-rule -- it moves -->', rules: ['a-rule'], reason: 'it moves' },
    { text: '/* shortfuse-ignore a-rule -- it moves */', rules: ['a-rule'], reason: 'it moves' },
    { text: '<# shortfuse-ignore a-rule -- it moves #>', rules: ['a-rule'], reason: 'it moves' },
    { text: '# shortfuse-ignore a-rule -- it moves\r', rules: ['a-rule'], reason: 'it moves' },
    { text: '; noqa; shortfuse-ignore a-rule -- two -- dashes', rules: ['a-rule'], reason: 'two -- dashes' },
    // Void, and said to be so.
    { text: '# shortfuse-ignore a-rule', rules: ['a-rule'], reason: '' },
    { text: '# shortfuse-ignore a-rule --', rules: ['a-rule'], reason: '' },
    { text: '# shortfuse-ignore a-rule -- until 2026-12-31:', rules: ['a-rule'], reason: '' },
  ])('$text', ({ text, rules, reason }) => {
    const found = read(text);
    expect(found.map((each) => [each.rules, each.reason])).toEqual([[rules, reason]]);
  });

  test.each([
    '# shortfuse-ignore',
    '# shortfuse-ignore -- no rule',
    '# shortfuse-ignore: a-rule -- a colon',
    '# shortfuse-ignored a-rule -- another word',
    '# see shortfuse-ignore in the manual',
  ])('but not %s', (text) => expect(read(text)).toEqual([]));

  test('each line of a long comment is one of its own', () => {
    const text = '/*\n * shortfuse-ignore a-rule -- one\n * shortfuse-ignore b-rule -- two\n */';
    const found = read(text);
    expect(found.map(({ rules, reason }) => [rules[0], reason])).toEqual([
      ['a-rule', 'one'],
      ['b-rule', 'two'],
    ]);
    expect(found.map(({ span }) => text.slice(span.start, span.end))).toEqual([
      'shortfuse-ignore a-rule -- one',
      'shortfuse-ignore b-rule -- two',
    ]);
  });

  test('and nothing outside of comments does', () => {
    const text = 'x "shortfuse-ignore a-rule -- no" # y';
    const file: SourceFile = { path: 'a.conf', text, encoding: 'utf-8' };
    expect(suppressionsIn(file, [{ start: text.indexOf('#'), end: text.length }])).toEqual([]);
  });
});

test.each([
  { until: '2026-12-31', want: '2027-01-01T00:00:00Z' },
  { until: '2028-02-29', want: '2028-03-01T00:00:00Z' },
  // No such day, and no day at all.
  { until: '2026-02-30', want: undefined },
  { until: '31.12.2026', want: undefined },
  { until: '2026-12-31T10:00Z', want: undefined },
])('until $until', ({ until, want }) => {
  const [found] = read(`# shortfuse-ignore a-rule -- until ${until}: it moves`);
  expect(found?.until === undefined ? undefined : writeInstant(found.until)).toBe(want);
  expect(found?.isUntilBroken ?? false).toBe(want === undefined);
});
