import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { folderUri, pathInRepository, reportRoot, uriOf } from './context.js';

const top = realpathSync(mkdtempSync(join(tmpdir(), 'shortfuse-root-')));
afterAll(() => rmSync(top, { recursive: true }));

describe('the top of the repository', () => {
  mkdirSync(join(top, 'clone/.git'), { recursive: true });
  mkdirSync(join(top, 'clone/a/b'), { recursive: true });
  mkdirSync(join(top, 'worktree/a'), { recursive: true });
  writeFileSync(join(top, 'worktree/.git'), 'gitdir: elsewhere\n');

  test.each([
    { cwd: 'clone', want: 'clone' },
    { cwd: 'clone/a/b', want: 'clone' },
    { cwd: 'worktree/a', want: 'worktree' }, // .git is a file there, and in submodules
    { cwd: '.', want: '.' }, // none
  ])('of $cwd is $want', ({ cwd, want }) => expect(reportRoot(join(top, cwd))).toBe(join(top, want)));
});

const context = { cwd: '/site/deploy', root: '/site' };

test.each([
  { path: 'nginx.conf', path2: 'deploy/nginx.conf', uri: 'deploy/nginx.conf', relative: true },
  { path: '/site/nginx.conf', path2: 'nginx.conf', uri: 'nginx.conf', relative: true }, // above the working directory
  { path: '/etc/nginx.conf', path2: '/etc/nginx.conf', uri: 'file:///etc/nginx.conf', relative: false },
  { path: '/sites/x', path2: '/sites/x', uri: 'file:///sites/x', relative: false }, // no folder of ours
  { path: 'a b/ä#?%.conf', path2: 'deploy/a b/ä#?%.conf', uri: 'deploy/a%20b/%C3%A4%23%3F%25.conf', relative: true },
  { path: 'c:x', path2: 'deploy/c:x', uri: 'deploy/c%3Ax', relative: true }, // no scheme
  { path: '🛒', path2: 'deploy/🛒', uri: 'deploy/%F0%9F%9B%92', relative: true },
  { path: '\ud800', path2: 'deploy/\ud800', uri: 'deploy/%EF%BF%BD', relative: true },
])('$path is $path2 and $uri', ({ path, path2, uri, relative }) => {
  expect(pathInRepository(path, context)).toBe(path2);
  expect(uriOf(path, context)).toEqual({ uri, isRelative: relative });
});

test('relative URIs resolve against the URI of the top', () => {
  const { uri } = uriOf('ä b.conf', { cwd: '/a b/c', root: '/a b' });
  expect(new URL(uri, folderUri('/a b')).href).toBe('file:///a%20b/c/%C3%A4%20b.conf');
  expect(new URL('x', folderUri('/')).href).toBe('file:///x');
});
