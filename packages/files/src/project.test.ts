import { join } from 'node:path';
import {
  type Adapter,
  type Configuration,
  defineAdapter,
  hasWildcards,
  type IncludeAnswer,
  type ParsedFile,
  type SourceFile,
} from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { type Content, makeTree } from '../test/tree.js';
import { noOptions, type OpenOptions, openProject, type Project } from './project.js';

interface LineFile extends ParsedFile {
  readonly lines: readonly string[];
}

/**
 * A server whose files begin with `#! ID`. Lines `include PATTERN` are asked for; what is answered goes to the assumptions.
 * `@@ NAME` lines make a file a dump of the parts between them.
 */
const lines = (id: string): Adapter<LineFile> =>
  defineAdapter<LineFile>({
    id,
    title: id.toUpperCase(),
    homes: ['/etc/lines'],
    explanation: '',
    looksFor: 'files with a line',
    claims: ({ text }, named) => text.startsWith(`#! ${id}`) || (named && text.startsWith('#? any')),
    unpack: ({ text }) => {
      if (!text.includes('@@ ')) return undefined;
      return text
        .split('@@ ')
        .slice(1)
        .map((part): SourceFile => {
          const end = part.indexOf('\n');
          return { path: part.slice(0, end), text: part.slice(end + 1), encoding: 'utf-8' };
        });
    },
    parse: (file) => ({ file, problems: [], lines: file.text.split('\n') }),
    anchors: () => [],
    comments: () => [],
    annotate: () => undefined,
    operations: { test: undefined, reload: 'reload', restart: 'restart', restartCost: 'nothing' },
    *resolve(files, { entries }) {
      const configurations: Configuration[] = [];
      for (const entry of files) {
        if (entries.length > 0 && !entries.includes(entry.file.path)) continue;
        const answers: string[] = [];
        for (const line of entry.lines) {
          const pattern = /^include (.*)$/.exec(line)?.[1];
          if (pattern === undefined) continue;
          const absolute = pattern.startsWith('/');
          const answer: IncludeAnswer<LineFile> = yield {
            pattern: absolute ? pattern : join(entry.file.path, '..', pattern),
            absolute,
            wildcards: hasWildcards(pattern),
            folders: 'refuse',
            entry: entry.file,
            from: entry.file,
          };
          answers.push(
            answer.kind === 'files'
              ? answer.files.map(({ file }) => `${file.path}=${file.text}`).join(' ')
              : answer.kind === 'unreadable'
                ? `${answer.path}: ${answer.why} (${answer.errno})`
                : answer.kind,
          );
        }
        configurations.push({
          server: id,
          label: entry.file.path,
          extent: 'complete',
          assumptions: answers,
          files: [entry.file],
          listeners: [],
          problems: [],
          unattached: [],
        });
      }
      return configurations;
    },
  });

function open(files: Readonly<Record<string, Content>>, options: Partial<OpenOptions> = {}): Project {
  const cwd = makeTree(files);
  return openProject({
    cwd,
    paths: ['.'],
    roots: [],
    adapters: [lines('one')],
    options: new Map(),
    exclude: [],
    ...options,
  });
}

const labels = ({ configurations }: Project): string[] => configurations.map(({ label }) => label);
const answers = ({ configurations }: Project): readonly string[] =>
  configurations.flatMap(({ assumptions }) => assumptions);
const problems = ({ pathProblems }: Project): string[] =>
  pathProblems.map(({ path, message }) => `${path}: ${message}`);

describe('what is opened', () => {
  const files = {
    'a.conf': '#! one',
    'b/c.conf': '#! one',
    'b/d.txt': 'a text',
    'b/key.pem': '#! one',
    'b/nul': '#! one\0',
    'b/wide.conf': new Uint8Array(Buffer.from('\u{feff}#! one', 'utf16le')),
  };
  test.each<{ name: string; paths: string[]; exclude?: string[]; want: string[]; wrong?: string[] }>([
    { name: 'a folder', paths: ['.'], want: ['a.conf', 'b/c.conf', 'b/wide.conf'] },
    { name: 'a file', paths: ['a.conf'], want: ['a.conf'] },
    { name: 'a file twice', paths: ['a.conf', '.'], want: ['a.conf', 'b/c.conf', 'b/wide.conf'] },
    { name: 'a named file whose name is of none', paths: ['b/key.pem'], want: ['b/key.pem'] },
    { name: 'a glob', paths: ['b/*.conf'], want: ['b/c.conf', 'b/wide.conf'] },
    { name: 'a glob of any depth', paths: ['**/c.conf'], want: ['b/c.conf'] },
    { name: 'a glob with braces', paths: ['{a,x}.conf'], want: ['a.conf'] },
    { name: 'a glob of folders', paths: ['[b]'], want: ['b/c.conf', 'b/wide.conf'] },
    { name: 'a glob of nothing', paths: ['*.none'], want: [], wrong: ['*.none: matches no file'] },
    { name: 'a path of nothing', paths: ['none'], want: [], wrong: ['none: No such file or directory'] },
    { name: 'a named file that is none', paths: ['b/d.txt'], want: [], wrong: ['b/d.txt: is no configuration of ONE'] },
    {
      name: 'one path wrong, the others right',
      paths: ['none', 'a.conf'],
      want: ['a.conf'],
      wrong: ['none: No such file or directory'],
    },
    { name: 'without what is excluded', paths: ['.'], exclude: ['b'], want: ['a.conf'] },
    { name: 'a named file that is excluded', paths: ['b/c.conf'], exclude: ['b'], want: ['b/c.conf'] },
  ])('$name', ({ paths, exclude = [], want, wrong = [] }) => {
    const project = open(files, { paths, exclude });
    expect(labels(project)).toEqual(want);
    expect(problems(project)).toEqual(wrong);
  });

  test('a file that two servers know is settled by a person', () => {
    const adapters = [lines('one'), lines('two')];
    expect(problems(open({ x: '#? any' }, { adapters, paths: ['x'] }))).toEqual(['x: could be a file of ONE or TWO']);
    expect(labels(open({ x: '#? any' }, { adapters }))).toEqual([]);
  });

  test('a server that a person names is not doubted', () => {
    const project = open({ x: 'anything' }, { paths: ['x'], serverNamed: true });
    expect(labels(project)).toEqual(['x']);
    expect(problems(project)).toEqual([]);
  });

  test('entries are read wherever they lie and by whatever link', () => {
    const options = new Map([['one', { ...noOptions, entries: ['linked.conf', 'none.conf'] }]]);
    const project = open(
      { 'sub/x': '#! one', 'main.conf': 'no sign', 'linked.conf': { link: 'main.conf' } },
      { paths: ['sub'], options },
    );
    expect(labels(project)).toEqual(['main.conf']);
    expect(problems(project)).toEqual(['none.conf: No such file or directory']);
  });
});

describe('standard input', () => {
  const stdin = { name: 'sub/x.conf', bytes: new TextEncoder().encode('#! one\ninclude y.conf\ninclude x.conf') };
  test('has a name, from which its includes are found, and stands for the file of that name', () => {
    const project = open({ 'sub/y.conf': 'y', 'sub/x.conf': 'what was saved' }, { paths: [], stdin });
    expect(labels(project)).toEqual(['sub/x.conf']);
    expect(answers(project)).toEqual(['sub/y.conf=y', 'sub/x.conf=#! one\ninclude y.conf\ninclude x.conf']);
  });
});

describe('includes', () => {
  test('are answered from the disk', () => {
    const project = open(
      {
        'main.conf': [
          '#! one',
          'include c/*.conf',
          'include none.conf',
          'include none/*.conf',
          'include c',
          'include d/*',
          'include /etc/lines/c/a.conf',
          'include /opt/x.conf',
          'include a\0b',
        ].join('\n'),
        'c/b.conf': 'b',
        'c/a.conf': 'a',
        'd/gone': { link: 'nowhere' },
      },
      { paths: ['main.conf'] },
    );
    expect(answers(project)).toEqual([
      'c/a.conf=a c/b.conf=b',
      'missing',
      '',
      'c: Is a directory (21)',
      'd/gone: No such file or directory (2)',
      'c/a.conf=a',
      'outside',
      'missing',
      '/etc/lines on the server is . here',
    ]);
  });

  test('within a dump are answered from the dump alone', () => {
    const dump = [
      '@@ /etc/lines/main',
      'include /etc/lines/d/*',
      'include /etc/lines/none',
      'include /etc/lines/none*',
      '@@ /etc/lines/d/b',
      'B',
      '@@ /etc/lines/d/a',
      'A',
      '',
    ].join('\n');
    const project = open({ dump: `#! one\n${dump}`, 'etc/lines/none': 'on the disk' }, { paths: ['dump'] });
    expect(labels(project)).toEqual(['dump: /etc/lines/main']);
    expect(answers(project)).toEqual(['/etc/lines/d/a=A\n /etc/lines/d/b=B\n', 'missing', '']);
  });

  test('a dump of 20,000 files takes time in proportion', () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `/etc/lines/${i % 200}/${i}`);
    const includes = names.map((name) => `include ${name}`).join('\n');
    const parts = names.map((name) => `@@ ${name}\nx\n`).join('');
    const project = open({ dump: `#! one\n@@ /etc/lines/main\n${includes}\n${parts}` }, { paths: ['dump'] });
    expect(answers(project)).toHaveLength(20_000);
  }, 20_000);
});

test('files of machines that a person names are resolved by themselves, shared ones with each', () => {
  const cwd = makeTree({ 'a/x.conf': '#! one', 'b/y.conf': '#! one', 'shared.conf': '#! one', 'z.conf': '#! one' });
  const machines = new Map([
    ['left', [join(cwd, 'a'), join(cwd, 'shared.conf')]],
    ['right', [join(cwd, 'b'), join(cwd, 'shared.conf')]],
    ['gone', [join(cwd, 'none')]],
  ]);
  const common = { cwd, paths: ['.'], roots: [], options: new Map(), exclude: [] };
  const project = openProject({ ...common, adapters: [lines('one')], machines: new Map([['one', machines]]) });
  const of = (machine: string) =>
    project.configurations.filter(({ assumptions }) => assumptions.join().endsWith(machine)).map(({ label }) => label);
  expect(of('machine left').sort()).toEqual(['a/x.conf', 'shared.conf']);
  expect(of('machine right').sort()).toEqual(['b/y.conf', 'shared.conf']);
  expect(project.configurations.map(({ label }) => label).at(-1)).toBe('z.conf');
  expect(project.configurations).toHaveLength(5);
});
