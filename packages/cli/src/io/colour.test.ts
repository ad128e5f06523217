import { expect, test } from 'vitest';
import { stylerFor, wantsColour } from './colour.js';

test.each([
  { title: 'a terminal', wish: { isTerminal: true }, want: true },
  { title: 'a pipe', wish: { isTerminal: false }, want: false },
  { title: 'a terminal that cannot', wish: { isTerminal: true, env: { TERM: 'dumb' } }, want: false },
  { title: 'NO_COLOR', wish: { isTerminal: true, env: { NO_COLOR: '1' } }, want: false },
  { title: 'an empty NO_COLOR', wish: { isTerminal: true, env: { NO_COLOR: '' } }, want: true },
  { title: 'FORCE_COLOR', wish: { isTerminal: false, env: { FORCE_COLOR: '1' } }, want: true },
  { title: 'FORCE_COLOR=0', wish: { isTerminal: true, env: { FORCE_COLOR: '0' } }, want: false },
  { title: 'both', wish: { isTerminal: false, env: { FORCE_COLOR: '1', NO_COLOR: '1' } }, want: true }, // as Node has it
  { title: '--color', wish: { option: true, isTerminal: false, env: { NO_COLOR: '1' } }, want: true },
  { title: '--no-color', wish: { option: false, isTerminal: true, env: { FORCE_COLOR: '1' } }, want: false },
])('$title: $want', ({ wish, want }) => expect(wantsColour({ option: undefined, env: {}, ...wish })).toBe(want));

test('a style is one escape on each side, or none', () => {
  expect(stylerFor({ option: true, env: {}, isTerminal: false })('bad', 'x')).toBe('\x1b[31mx\x1b[39m');
  expect(stylerFor({ option: false, env: {}, isTerminal: true })('bad', 'x')).toBe('x');
});
