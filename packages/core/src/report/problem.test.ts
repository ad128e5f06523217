import { expect, test } from 'vitest';
import type { Problem } from '../problem.js';
import { widthOf } from './layout.js';
import { pathProblemText, problemText } from './problem.js';
import { plain } from './style.js';

function problemAt(text: string, start: number, length: number, more: Partial<Problem> = {}): Problem {
  const file = { path: 'conf.d/a.conf', text, encoding: 'utf-8' as const };
  return {
    severity: 'error',
    at: { file, span: { start, end: start + length } },
    message: 'wrong',
    help: 'mend it',
    ...more,
  };
}

test('an error shows its line and marks the place', () => {
  const text = 'server {\n\tssl_session_timeout 5x;\r\n}\n';
  expect(problemText(problemAt(text, text.indexOf('5x'), 2), plain)).toBe(
    [
      'conf.d/a.conf:2:22: error: wrong',
      '  2 |   ssl_session_timeout 5x;',
      '    |                       ^^',
      '  help: mend it',
      '',
    ].join('\n'),
  );
});

test('a warning takes two lines', () => {
  expect(problemText(problemAt('a\nb', 2, 1, { severity: 'warning' }), plain)).toBe(
    'conf.d/a.conf:2:1: warning: wrong\n  help: mend it\n',
  );
});

test.each([
  { title: 'at the start of an empty file', text: '', start: 0 },
  { title: 'at the end', text: 'a {\n', start: 4 },
  { title: 'on an empty line', text: '\n\n', start: 1 },
])('a place $title has no line to show', ({ text, start }) => {
  expect(problemText(problemAt(text, start, 0), plain)).not.toContain('^');
});

test('a place that spans lines is marked on its first', () => {
  const shown = problemText(problemAt('"never\nclosed', 0, 13), plain);
  expect(shown).toContain('  1 | "never\n    | ^^^^^^\n');
});

test('of a long line the part around the place is shown, within 100 columns', () => {
  const text = `${'x '.repeat(500_000)}BAD;${' y'.repeat(500_000)}`;
  const lines = problemText(problemAt(text, 1_000_000, 3), plain).split('\n');
  const [, source = '', carets = ''] = lines;
  expect(source.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('BAD');
  for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(100);
});

test('what a file holds cannot drive the terminal', () => {
  const shown = problemText(problemAt('\x1b]0;title\x07 x', 10, 1, { message: 'bad \x1b[2J', help: '\x9b' }), plain);
  expect(shown).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
});

test('a path has no line', () => {
  expect(pathProblemText({ path: 'nowhere', message: 'No such file or directory', help: 'name one' }, plain)).toBe(
    'nowhere: error: No such file or directory\n  help: name one\n',
  );
});
