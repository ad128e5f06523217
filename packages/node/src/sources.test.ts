import { expect, test } from 'vitest';
import { candidatePaths } from './sources.js';

test.each([
  ['src/main.ts', './limits', ['src/limits.ts', 'src/limits.js', 'src/limits/index.ts']],
  ['src/main.ts', './limits.js', ['src/limits.ts', 'src/limits.tsx', 'src/limits.js']],
  ['src/main.ts', './limits.mjs', ['src/limits.mts', 'src/limits.mjs']],
  ['src/main.ts', './limits.ts', ['src/limits.ts']],
  ['src/a/main.ts', '../limits', ['src/limits.ts']],
  ['main.ts', '../limits', ['../limits.ts']],
  ['/srv/main.ts', './limits', ['/srv/limits.ts']],
  ['src/main.ts', '.', ['src/index.ts']],
  ['src/main.ts', './', ['src/index.ts']],
  ['src/a/main.ts', '..', ['src/index.ts']],
  ['main.ts', '.', ['index.ts']],
  ['main.ts', './a.b', ['a.b.ts', 'a.b/index.ts']], // no ending that is known
])('from %s, %s may be %j', (from, specifier, want) => {
  const paths = candidatePaths(from, specifier);
  expect(paths[0]).toBe(want[0]);
  for (const path of want) expect(paths).toContain(path);
  expect(new Set(paths).size).toBe(paths.length);
});
