import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asOrdinaryUser, makeTree } from '../test/tree.js';
import { Disk, type ReadResult } from './disk.js';

const pathOf = (result: ReadResult): string => ('file' in result ? result.file.path : result.failure.why);
const textOf = (result: ReadResult): string => ('file' in result ? result.file.text : result.failure.why);

describe('Disk.read', () => {
  test('a link is known by its target, and both names give one file', () => {
    const folder = makeTree({
      'sites-available/shop': 'server {}',
      'sites-enabled/shop': { link: '../sites-available/shop' },
      'sites-enabled/again': { link: 'shop' },
    });
    const disk = new Disk(folder);
    const shop = disk.read(join(folder, 'sites-enabled/shop'));
    expect(pathOf(shop)).toBe('sites-available/shop');
    expect(disk.read(join(folder, 'sites-available/shop'))).toEqual(shop);
    expect(pathOf(disk.read(join(folder, 'sites-enabled/again')))).toBe('sites-available/shop');
  });

  test('what lies in a linked folder is one file by either way, named as first met', () => {
    const folder = makeTree({ 'real/deep/a.conf': 'a', linked: { link: 'real' } });
    const disk = new Disk(folder);
    const first = disk.read(join(folder, 'real/deep/a.conf'));
    const second = disk.read(join(folder, 'linked/deep/a.conf'));
    expect('file' in first && 'file' in second && first.file === second.file).toBe(true);
    expect(pathOf(second)).toBe('real/deep/a.conf');
  });

  test('dots in a link count from where the link really lies', () => {
    const folder = makeTree({
      'x/y/sub/a': { link: '../../target' },
      'x/target': 'the right one',
      linked: { link: 'x/y' },
      target: 'the wrong one',
    });
    expect(textOf(new Disk(folder).read(join(folder, 'linked/sub/a')))).toBe('the right one');
  });

  test.each([
    { name: 'a path in a folder', text: '../available/shop', want: 'server {}' },
    { name: 'a line end: git writes none', text: '../available/shop\n', want: '../available/shop\n' },
    { name: 'a path to nothing', text: '../available/none', want: '../available/none' },
    { name: 'a path to a folder', text: '../available', want: '../available' },
    { name: 'a directive', text: 'include ../available/shop;', want: 'include ../available/shop;' },
  ])('the text of a link instead of one: $name', ({ text, want }) => {
    const folder = makeTree({ 'available/shop': 'server {}', 'enabled/shop': text });
    expect(textOf(new Disk(folder).read(join(folder, 'enabled/shop')))).toBe(want);
  });

  test('links in circles, real ones and text, end', () => {
    const folder = makeTree({ a: { link: 'b' }, b: { link: 'a' }, 'x/c': '../x/d', 'x/d': '../x/c', 'x/e': '../x/e' });
    const disk = new Disk(folder);
    for (const name of ['a', 'x/c', 'x/e'])
      expect(disk.read(join(folder, name))).toEqual({
        failure: { code: 'ELOOP', errno: 40, why: 'Too many levels of symbolic links' },
      });
  });

  test.each([
    { name: 'nothing', path: 'none', code: 'ENOENT', errno: 2, why: 'No such file or directory' },
    { name: 'a folder', path: 'folder', code: 'EISDIR', errno: 21, why: 'Is a directory' },
    { name: 'below a file', path: 'folder/file/x', code: 'ENOTDIR', errno: 20, why: 'Not a directory' },
    { name: 'a link to nothing', path: 'dangling', code: 'ENOENT', errno: 2, why: 'No such file or directory' },
    { name: 'a NUL', path: 'a\0b', code: 'ERR_INVALID_ARG_VALUE', errno: 2, why: 'No such file or directory' },
    { name: 'a long name', path: 'x'.repeat(300), code: 'ENAMETOOLONG', errno: 36, why: 'File name too long' },
  ])('failure: $name', ({ path, code, errno, why }) => {
    const folder = makeTree({ 'folder/file': '', dangling: { link: 'none' } });
    const disk = new Disk(folder);
    expect(disk.read(join(folder, path))).toEqual({ failure: { code, errno, why } });
    expect(disk.exists(join(folder, path))).toBe(code === 'EISDIR');
  });

  test.skipIf(process.platform === 'win32')('a pipe is waited for only when a person named it', () => {
    const folder = makeTree({});
    const pipe = join(folder, 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const disk = new Disk(folder);
    expect(disk.read(pipe)).toMatchObject({ failure: { code: 'ENXIO' } });
    expect(disk.target(pipe)).toBeUndefined();
  });

  test.skipIf(process.platform === 'win32')('what may not be read says so', () => {
    const folder = makeTree({ 'closed/a': 'a', secret: 'a' });
    chmodSync(join(folder, 'secret'), 0);
    chmodSync(join(folder, 'closed'), 0);
    asOrdinaryUser(() => {
      const disk = new Disk(folder);
      expect(textOf(disk.read(join(folder, 'secret')))).toBe('Permission denied');
      expect(textOf(disk.read(join(folder, 'closed/a')))).toBe('Permission denied');
      expect(disk.exists(join(folder, 'closed/a'))).toBe(true);
      expect(disk.list(join(folder, 'closed'))).toBeUndefined();
      expect(disk.listFailure(join(folder, 'closed'))?.why).toBe('Permission denied');
    });
  });

  test('put stands for what lies there', () => {
    const folder = makeTree({ a: 'saved' });
    const disk = new Disk(folder);
    disk.put(join(folder, 'a'), { path: 'a', text: 'not saved yet', encoding: 'utf-8' });
    expect(textOf(disk.read(join(folder, 'a')))).toBe('not saved yet');
  });
});

test('list is in byte order and tells what is there', () => {
  const folder = makeTree({ a: '', 'B/x': '', 'a-b': '', é: '', '10': '', '9': '', link: { link: 'a' } });
  expect(new Disk(folder).list(folder)).toEqual([
    { name: '10', kind: 'file' },
    { name: '9', kind: 'file' },
    { name: 'B', kind: 'folder' },
    { name: 'a', kind: 'file' },
    { name: 'a-b', kind: 'file' },
    { name: 'link', kind: 'link' },
    { name: 'é', kind: 'file' },
  ]);
});
