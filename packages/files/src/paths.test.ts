import { expect, test } from 'vitest';
import { isWithin, shownPath } from './paths.js';

test.each([
  ['/work', '/work/a/b', 'a/b'],
  ['/work', '/work', '.'],
  ['/work', '/work/..a', '..a'],
  ['/work', '/other/a', '/other/a'],
  ['/work', '/workshop/a', '/workshop/a'],
  ['/', '/etc/nginx', 'etc/nginx'],
])('from %s, %s is shown as %s', (cwd, path, want) => expect(shownPath(cwd, path)).toBe(want));

test.each([
  ['/a/b', '/a', true],
  ['/a', '/a', true],
  ['/a', '/a/', false],
  ['/a/b', '/a/', true],
  ['/ab', '/a', false],
  ['/a', '/', true],
  ['/a', '/a/b', false],
])('%s is within %s: %s', (path, folder, want) => expect(isWithin(path, folder)).toBe(want));
