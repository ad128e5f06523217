import { spawnSync } from 'node:child_process';
import { chmodSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asOrdinaryUser, makeTree } from '../test/tree.js';
import { Disk } from './disk.js';
import { walk } from './walk.js';

const walked = (folder: string, below = '.', unreadable: string[] = []): string[] => {
  const report = (path: string): unknown => unreadable.push(relative(folder, path));
  return [...walk(new Disk(folder), join(folder, below), report)].map((path) => relative(folder, path));
};

const ignoring = {
  '.git/HEAD': '',
  '.git/info/exclude': 'excluded\n',
  '.gitignore': '\u{feff}# made by the build\n/build/\n*.bak\n!keep.bak\nlogs/*\n!logs/keep\nCaps\n',
  'a.conf': '',
  'a.bak': '',
  'keep.bak': '',
  caps: '',
  excluded: '',
  'build/out.conf': '',
  'deep/build/kept.conf': '',
  'deep/.gitignore': '*.conf\n!build/\n!build/*.conf\n!*.bak\n',
  'deep/b.conf': '',
  'deep/b.bak': '',
  'logs/a': '',
  'logs/keep': '',
  'node_modules/x/nginx.conf': '',
};

describe('walk', () => {
  test('leaves out what git leaves out', () => {
    const folder = makeTree(ignoring);
    expect(walked(folder)).toEqual([
      '.gitignore',
      'a.conf',
      'caps',
      'keep.bak',
      'deep/.gitignore',
      'deep/b.bak',
      'deep/build/kept.conf',
      'logs/keep',
    ]);
  });

  const git = spawnSync('git', ['--version']).status === 0;
  test.skipIf(!git)('finds the files that git itself finds', () => {
    const { '.git/HEAD': _, ...files } = ignoring;
    const folder = makeTree(files);
    expect(spawnSync('git', ['init', '-q'], { cwd: folder }).status).toBe(0);
    const listed = spawnSync(
      'git',
      ['ls-files', '--others', '--exclude-per-directory=.gitignore', '--exclude-from=.git/info/exclude'],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    const theirs = listed.stdout.split('\n').filter((path) => path !== '' && !path.startsWith('node_modules/'));
    expect(walked(folder).sort()).toEqual(theirs.sort());
  });

  test('in a folder of a repository, what lies above has its say', () => {
    const folder = makeTree(ignoring);
    expect(walked(folder, 'deep')).toEqual(['deep/.gitignore', 'deep/b.bak', 'deep/build/kept.conf']);
  });

  test('a folder that is ignored is read where a person names it', () => {
    expect(walked(makeTree(ignoring), 'build')).toEqual(['build/out.conf']);
  });

  test('without a repository above, only what is below counts', () => {
    const folder = makeTree({ '.gitignore': '*', 'sub/a.conf': '', 'sub/.gitignore': 'b.conf', 'sub/b.conf': '' });
    expect(walked(folder, 'sub')).toEqual(['sub/.gitignore', 'sub/a.conf']);
  });

  test('links to files within the tree are found, others and folders are not entered', () => {
    const outside = makeTree({ 'secret.conf': '' });
    const folder = makeTree({
      'available/shop': '',
      'enabled/shop': { link: '../available/shop' },
      'enabled/gone': { link: 'nowhere' },
      'enabled/out': { link: join(outside, 'secret.conf') },
      'enabled/folder': { link: '../available' },
      'enabled/up': { link: '..' },
    });
    expect(walked(folder)).toEqual(['available/shop', 'enabled/shop']);
  });

  test('a root that is a link itself is a tree like any other', () => {
    const folder = makeTree({ 'real/a': '', 'real/b': { link: 'a' } });
    symlinkSync('real', join(folder, 'linked'));
    expect(walked(folder, 'linked')).toEqual(['linked/a', 'linked/b']);
  });

  test('folders deeper than calls can be', () => {
    const deep = Array.from({ length: 1500 }, () => 'd').join('/');
    expect(walked(makeTree({ [`${deep}/a`]: '' }))).toEqual([`${deep}/a`]);
  });

  test.skipIf(process.platform === 'win32')('a folder that may not be listed is reported', () => {
    const folder = makeTree({ 'closed/a': '', open: '' });
    chmodSync(join(folder, 'closed'), 0);
    const unreadable: string[] = [];
    expect(asOrdinaryUser(() => walked(folder, '.', unreadable))).toEqual(['open']);
    expect(unreadable).toEqual(['closed']);
  });
});
