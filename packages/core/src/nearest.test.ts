import { expect, test } from 'vitest';
import { nearest, suggestion } from './nearest.js';

const known = ['target', 'include', 'exclude', 'rules', 'roots', 'servers'];

test.each([
  { typed: 'targt', want: 'target' },
  { typed: 'tagret', want: 'target' }, // two letters swapped count one
  { typed: 'Target', want: 'target' },
  { typed: 'includes', want: 'include' },
  { typed: 'root', want: 'roots' },
  { typed: 'zzz', want: undefined },
  { typed: '', want: undefined },
  { typed: 'x'.repeat(100_000), want: undefined },
])('$typed.length letters: $want', ({ typed, want }) => expect(nearest(typed, known)).toBe(want));

test('a suggestion is a remark or nothing', () => {
  expect(suggestion('rule', known)).toBe(' (did you mean rules?)');
  expect(suggestion('zzz', known)).toBe('');
});
