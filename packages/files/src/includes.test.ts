import { chmodSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asOrdinaryUser, makeTree } from '../test/tree.js';
import { Disk } from './disk.js';
import { indexNames, matches, placeOf } from './includes.js';

const adapter = { homes: ['/etc/nginx', '/usr/local/nginx/conf'] };

describe('placeOf', () => {
  const files = {
    'deploy/nginx.conf': '',
    'deploy/conf.d/a.conf': '',
    'rootfs/etc/nginx/nginx.conf': '',
    'rootfs/etc/nginx/conf.d/a.conf': '',
    'rootfs/etc/letsencrypt/ssl.conf': '',
    'custom/tls/a.conf': '',
  };
  const outside = { kind: 'outside' };
  test.each([
    {
      name: 'a root that a person gave',
      pattern: '/etc/nginx/conf.d/*.conf',
      entry: 'deploy/nginx.conf',
      roots: [['/etc/nginx', 'custom']],
      want: { kind: 'at', path: '@/custom/conf.d/*.conf' },
    },
    {
      name: 'the longest of several roots',
      pattern: '/etc/nginx/tls/a.conf',
      entry: 'deploy/nginx.conf',
      roots: [
        ['/etc/nginx', 'deploy'],
        ['/etc/nginx/tls', 'custom/tls'],
        ['/', 'rootfs'],
      ],
      want: { kind: 'at', path: '@/custom/tls/a.conf' },
    },
    {
      name: 'a root with a slash at the end',
      pattern: '/etc/nginx/tls/a.conf',
      entry: 'deploy/nginx.conf',
      roots: [['/etc/nginx/', 'custom']],
      want: { kind: 'at', path: '@/custom/tls/a.conf' },
    },
    {
      name: 'the root of the server',
      pattern: '/etc/x.conf',
      entry: 'deploy/nginx.conf',
      roots: [['/', 'rootfs']],
      want: { kind: 'at', path: '@/rootfs/etc/x.conf' },
    },
    {
      name: 'a root that only begins alike',
      pattern: '/etc/nginx-old/a.conf',
      entry: 'deploy/nginx.conf',
      roots: [['/etc/nginx', 'custom']],
      want: outside,
    },
    {
      name: 'a copy of the home folder',
      pattern: '/etc/nginx/conf.d/*.conf',
      entry: 'deploy/nginx.conf',
      roots: [],
      want: { kind: 'at', path: '@/deploy/conf.d/*.conf', assumption: '/etc/nginx on the server is deploy here' },
    },
    {
      name: 'a copy that lacks the folder',
      pattern: '/etc/nginx/streams/*.conf',
      entry: 'deploy/nginx.conf',
      roots: [],
      want: outside,
    },
    {
      name: 'a copy of the whole file system',
      pattern: '/etc/letsencrypt/ssl.conf',
      entry: 'rootfs/etc/nginx/nginx.conf',
      roots: [],
      want: { kind: 'at', path: '@/rootfs/etc/letsencrypt/ssl.conf', assumption: '/ on the server is rootfs here' },
    },
    {
      name: 'elsewhere on the server, though this machine has such a folder',
      pattern: '/tmp/*.conf',
      entry: 'deploy/nginx.conf',
      roots: [],
      want: outside,
    },
    { name: 'the root folder', pattern: '/*.conf', entry: 'deploy/nginx.conf', roots: [], want: outside },
    {
      name: 'below the main file',
      pattern: '@/deploy/conf.d/*.conf',
      entry: 'deploy/nginx.conf',
      roots: [],
      want: { kind: 'at', path: '@/deploy/conf.d/*.conf' },
    },
    {
      name: 'an installed server',
      pattern: '/opt/tls.conf',
      entry: '/etc/nginx/nginx.conf',
      roots: [],
      want: { kind: 'at', path: '/opt/tls.conf' },
    },
  ])('$name', ({ pattern, entry, roots, want }) => {
    const folder = makeTree(files);
    const here = (text: string): string => text.replaceAll('@', folder);
    const given = roots.map(([serverPath = '', to = '']) => ({ serverPath, folder: join(folder, to) }));
    const main = entry.startsWith('/') ? entry : join(folder, entry);
    expect(placeOf(here(pattern), main, adapter, given, new Disk(folder))).toEqual(
      JSON.parse(here(JSON.stringify(want))),
    );
  });
});

describe('matches', () => {
  const files = {
    'conf.d/-x': '',
    'conf.d/10': '',
    'conf.d/9': '',
    'conf.d/A': '',
    'conf.d/a': '',
    'conf.d/a~': '',
    'conf.d/é': '',
    'conf.d/.hidden': '',
    'conf.d/folder/x': '',
    'sites/a/x.conf': '',
    'sites/a-b/x.conf': '',
    'sites/a.b/x.conf': '',
    'sites/a/link': { link: '..' },
    'links/gone.conf': { link: 'nowhere' },
    'odd/x*y': '',
  };
  const find = (pattern: string, folders: 'refuse' | 'recurse', wildcards = true): string[] => {
    const folder = makeTree(files);
    return matches(new Disk(folder), folder, pattern, { wildcards, folders }).map(
      ({ path, kind }) => relative(folder, path) + (kind === 'folder' ? '/' : ''),
    );
  };
  test.each<{ name: string; pattern: string; want: string[] }>([
    {
      name: 'in byte order, without dot files, folders too',
      pattern: 'conf.d/*',
      want: ['-x', '10', '9', 'A', 'a', 'a~', 'folder/', 'é'].map((name) => `conf.d/${name}`),
    },
    {
      name: 'a wildcard in a folder: whole names are sorted',
      pattern: 'sites/*/x.conf',
      want: ['sites/a-b/x.conf', 'sites/a.b/x.conf', 'sites/a/x.conf'],
    },
    { name: 'dots in the way', pattern: './conf.d/../sites//a/*.conf', want: ['sites/a/x.conf'] },
    { name: 'a link to nothing: reading it fails', pattern: 'links/*.conf', want: ['links/gone.conf'] },
    { name: 'nothing', pattern: 'conf.d/*.conf', want: [] },
    { name: 'a folder that is not there', pattern: 'none/*.conf', want: [] },
    { name: 'a file in place of a folder', pattern: 'conf.d/a/*', want: [] },
    { name: 'brackets find no name with brackets', pattern: 'conf[.]d/a', want: ['conf.d/a'] },
    { name: 'a backslash beside a wildcard', pattern: 'od\\d/x\\*?', want: ['odd/x*y'] },
    { name: 'a literal name', pattern: 'conf.d/a', want: ['conf.d/a'] },
    { name: 'a literal name that is not there', pattern: 'conf.d/b', want: [] },
    { name: 'a literal folder', pattern: 'conf.d/', want: ['conf.d/'] },
    { name: 'a NUL', pattern: 'conf.d/a\0', want: [] },
  ])('$name', ({ pattern, want }) => expect(find(pattern, 'refuse')).toEqual(want));

  test('wildcards are letters where the server has none', () => {
    expect(find('odd/x*y', 'refuse', false)).toEqual(['odd/x*y']);
    expect(find('conf.d/*', 'refuse', false)).toEqual([]);
  });

  test('folders as every file below them, each folder once', () => {
    expect(find('sites', 'recurse')).toEqual(['sites/a/x.conf', 'sites/a-b/x.conf', 'sites/a.b/x.conf']);
  });

  test.skipIf(process.platform === 'win32')('a folder that may not be listed is no empty folder', () => {
    const folder = makeTree({ 'closed/a.conf': '' });
    chmodSync(join(folder, 'closed'), 0);
    const found = asOrdinaryUser(() =>
      matches(new Disk(folder), folder, 'closed/*.conf', { wildcards: true, folders: 'refuse' }),
    );
    expect(found).toEqual([{ path: join(folder, 'closed'), kind: 'unreadable folder' }]);
  });
});

describe('indexNames', () => {
  const names = indexNames([
    '/etc/nginx/nginx.conf',
    '/etc/nginx/./conf.d/b.conf',
    '/etc/nginx/conf.d//a.conf',
    '/etc/nginx/conf.d/.hidden.conf',
    '/etc/nginx/conf.d/deep/c.conf',
    '/etc/nginx/sites/a/x',
    '/etc/nginx/sites/b/x',
  ]);
  test.each<{ pattern: string; wildcards: boolean; want: string[] }>([
    { pattern: '/etc/nginx/nginx.conf', wildcards: true, want: ['/etc/nginx/nginx.conf'] },
    { pattern: '/etc/nginx/none', wildcards: true, want: [] },
    {
      pattern: '/etc/nginx/conf.d/*.conf',
      wildcards: true,
      want: ['/etc/nginx/conf.d//a.conf', '/etc/nginx/./conf.d/b.conf'],
    },
    { pattern: '/etc/nginx/conf.d/*.conf', wildcards: false, want: [] },
    { pattern: '/etc/nginx/conf.d/../conf.d/b.conf', wildcards: true, want: ['/etc/nginx/./conf.d/b.conf'] },
    { pattern: '/etc/nginx/sites/*/x', wildcards: true, want: ['/etc/nginx/sites/a/x', '/etc/nginx/sites/b/x'] },
    { pattern: '/etc/*/nginx.conf', wildcards: true, want: ['/etc/nginx/nginx.conf'] },
    { pattern: '/etc/*.conf', wildcards: true, want: [] },
  ])('$pattern (wildcards: $wildcards)', ({ pattern, wildcards, want }) =>
    expect(names.find(pattern, wildcards)).toEqual(want),
  );
});
