import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { UsageError } from '../src/exit.js';
import { type ChangedLines, changedLines } from '../src/lint/changes.js';
import { readDiff } from '../src/lint/git-diff.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-changes-'));
  folders.push(folder);
  return folder;
}

/** A repository with one commit on `main`, and what tests do in it. */
class Repository {
  constructor(
    files: Readonly<Record<string, string | Buffer>>,
    readonly root = newFolder(),
  ) {
    this.git('init', '--quiet', '--initial-branch=main');
    this.write(files);
    this.commit('first');
  }

  git(...args: string[]): string {
    const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'protocol.file.allow=always'];
    return execFileSync('git', [...identity, ...args], { cwd: this.root, encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  write(files: Readonly<Record<string, string | Buffer>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(this.at(path)), { recursive: true });
      writeFileSync(this.at(path), content);
    }
  }

  commit(message: string): void {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', message);
  }

  at(path: string): string {
    return join(this.root, path);
  }

  /** The lines of a file that count as changed, of the first 30. */
  async lines(path: string, rev = 'main'): Promise<readonly number[]> {
    return linesIn(await changedLines(this.root, rev), this.at(path));
  }
}

function linesIn(changes: ChangedLines, file: string): readonly number[] {
  return Array.from({ length: 30 }, (_, i) => i + 1).filter((line) => changes.has(file, line));
}

const all = Array.from({ length: 30 }, (_, i) => i + 1);
const numbered = (count: number, end = '\n'): string =>
  Array.from({ length: count }, (_, i) => `line ${i + 1}${end}`).join('');

async function refusal(cwd: string, rev: string): Promise<string> {
  try {
    await changedLines(cwd, rev);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'none';
}

test.each([
  { what: 'a line that is other', edit: (text: string) => text.replace('line 4\n', 'other\n'), want: [4] },
  { what: 'new lines', edit: (text: string) => text.replace('line 4\n', 'line 4\nnew\nnew\n'), want: [5, 6] },
  {
    what: 'a line that is gone: those around the gap',
    edit: (text: string) => text.replace('line 4\n', ''),
    want: [3, 4],
  },
  { what: 'the first line gone', edit: (text: string) => text.replace('line 1\n', ''), want: [1] },
  { what: 'the last line gone', edit: (text: string) => text.replace('line 9\n', ''), want: [8, 9] },
  {
    what: 'three lines made one',
    edit: (text: string) => text.replace('line 4\nline 5\nline 6\n', 'one\n'),
    want: [4],
  },
  {
    what: 'two places',
    edit: (text: string) => text.replace('line 2\n', '2\n').replace('line 7\n', '7\n'),
    want: [2, 7],
  },
  { what: 'no line end after the last line any more', edit: (text: string) => text.slice(0, -1), want: [9] },
  // Both look like heads of a diff to one that does not count lines.
  { what: 'a line "++ b/x"', edit: (text: string) => `++ b/other\n${text}`, want: [1] },
  { what: 'a line "@@ -1 +9 @@"', edit: (text: string) => `@@ -1 +9 @@\n${text}`, want: [1] },
  { what: 'every line end', edit: (text: string) => text.replaceAll('\n', '\r\n'), want: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
  { what: 'nothing', edit: (text: string) => text, want: [] },
])('changed: $what', async ({ edit, want }) => {
  const repository = new Repository({ 'a.conf': numbered(9), 'b.conf': numbered(9) });
  repository.write({ 'a.conf': edit(numbered(9)) });
  expect(await repository.lines('a.conf')).toEqual(want);
  expect(await repository.lines('b.conf')).toEqual([]);
});

test('committed, staged and unstaged changes of a branch count, later ones on the other branch do not', async () => {
  const repository = new Repository({ 'a.conf': numbered(9), 'b.conf': numbered(9) });
  repository.git('switch', '--quiet', '--create', 'branch');
  repository.write({ 'a.conf': numbered(9).replace('line 1\n', '1\n') });
  repository.commit('on the branch');
  repository.git('switch', '--quiet', 'main');
  repository.write({ 'b.conf': numbered(9).replace('line 8\n', '8\n') });
  repository.commit('meanwhile');
  repository.git('switch', '--quiet', 'branch');
  repository.write({ 'a.conf': numbered(9).replace('line 1\n', '1\n').replace('line 4\n', '4\n') });
  repository.git('add', '--all');
  repository.write({
    'a.conf': numbered(9).replace('line 1\n', '1\n').replace('line 4\n', '4\n').replace('line 9', '9'),
  });
  expect(await repository.lines('a.conf')).toEqual([1, 4, 9]);
  expect(await repository.lines('b.conf')).toEqual([]);
});

test('a file that git does not track is new; one that it ignores is none of ours', async () => {
  const repository = new Repository({ 'a.conf': numbered(2), '.gitignore': 'ignored.conf\n' });
  repository.write({ 'site é.conf': numbered(2), 'ignored.conf': numbered(2), 'sub/deep.conf': numbered(2) });
  expect(await repository.lines('site é.conf')).toEqual(all);
  expect(await repository.lines('sub/deep.conf')).toEqual(all);
  const changes = await changedLines(repository.root, 'main');
  expect(changes.hasFile(repository.at('ignored.conf'))).toBe(false);
});

test('a renamed file is compared with what it was, and its old name is gone', async () => {
  const repository = new Repository({ 'old.conf': numbered(20), 'same.conf': `x\n${numbered(20)}` });
  repository.git('mv', 'old.conf', 'new.conf');
  repository.git('mv', 'same.conf', 'moved.conf');
  repository.write({ 'new.conf': numbered(20).replace('line 5\n', '5\n') });
  repository.git('config', 'diff.renames', 'false');
  const changes = await changedLines(repository.root, 'main');
  expect(linesIn(changes, repository.at('new.conf'))).toEqual([5]);
  expect(linesIn(changes, repository.at('moved.conf'))).toEqual([]);
  for (const name of ['new.conf', 'moved.conf', 'old.conf']) expect(changes.hasFile(repository.at(name))).toBe(true);
});

test.each([
  'with blank.conf',
  'q"uote.conf',
  "apo'strophe.conf",
  'back\\slash.conf',
  'tab\there.conf',
  'line\nend.conf',
])('the name %j', async (name) => {
  const repository = new Repository({ [name]: numbered(9), 'é/ü 漢.conf': numbered(9), ' -lead': numbered(9) });
  for (const each of [name, 'é/ü 漢.conf', ' -lead'])
    repository.write({ [each]: numbered(9).replace('line 3\n', '3\n') });
  for (const each of [name, 'é/ü 漢.conf', ' -lead']) expect(await repository.lines(each)).toEqual([3]);
});

test('a file in UTF-16 counts as a whole, CRLF by its lines', async () => {
  const utf16 = (text: string): Buffer => Buffer.from(`\u{feff}${text}`, 'utf16le');
  const repository = new Repository({ 'tls.reg': utf16(numbered(9, '\r\n')), 'crlf.conf': numbered(9, '\r\n') });
  repository.write({ 'tls.reg': utf16(`${numbered(9, '\r\n')}more\r\n`) });
  repository.write({ 'crlf.conf': numbered(9, '\r\n').replace('line 3\r\n', '3\r\n') });
  expect(await repository.lines('tls.reg')).toEqual(all);
  expect(await repository.lines('crlf.conf')).toEqual([3]);
});

test('what a new link leads to counts: so is a site switched on', async () => {
  const repository = new Repository({
    'available/a.conf': numbered(3),
    'available/b.conf': numbered(3),
    'set/c.conf': 'c\n',
  });
  mkdirSync(repository.at('enabled'));
  symlinkSync('../available/a.conf', repository.at('enabled/a.conf'));
  repository.commit('committed');
  symlinkSync('../available/b.conf', repository.at('enabled/b.conf'));
  symlinkSync('set', repository.at('also'));
  symlinkSync('nowhere', repository.at('dangling'));
  const changes = await changedLines(repository.root, 'HEAD~1');
  for (const path of [
    'available/a.conf',
    'enabled/a.conf',
    'available/b.conf',
    'set/c.conf',
    'also/c.conf',
    'dangling',
  ])
    expect(linesIn(changes, repository.at(path)), path).toEqual(all);
});

test('changes of mode and kind, and files that are gone', async () => {
  const repository = new Repository({ 'mode.conf': numbered(3), 'kind.conf': numbered(3), 'gone.conf': numbered(3) });
  chmodSync(repository.at('mode.conf'), 0o755);
  unlinkSync(repository.at('kind.conf'));
  symlinkSync('mode.conf', repository.at('kind.conf'));
  unlinkSync(repository.at('gone.conf'));
  const changes = await changedLines(repository.root, 'main');
  expect(changes.hasFile(repository.at('mode.conf'))).toBe(true);
  expect(linesIn(changes, repository.at('kind.conf'))).toEqual(all);
  expect(linesIn(changes, repository.at('gone.conf'))).toEqual(all);
});

test('a file that is taken out of the index but left in place, counts as a whole; one in conflict by its lines', async () => {
  const repository = new Repository({ 'kept.conf': numbered(3), 'conflict.conf': numbered(3) });
  repository.git('switch', '--quiet', '--create', 'other');
  repository.write({ 'conflict.conf': 'theirs\n' });
  repository.commit('theirs');
  repository.git('switch', '--quiet', 'main');
  repository.write({ 'conflict.conf': 'ours\n' });
  repository.commit('ours');
  repository.git('rm', '--quiet', '--cached', 'kept.conf');
  expect(await repository.lines('kept.conf', 'HEAD')).toEqual(all);
  repository.git('add', '--all');
  expect(() => repository.git('merge', 'other')).toThrow();
  expect(await repository.lines('conflict.conf', 'HEAD')).toEqual([1, 3, 4, 5]);
});

test('a submodule that moved on, and a repository within, count with all their files', async () => {
  const inner = new Repository({ 'tls.conf': numbered(3) });
  const repository = new Repository({ 'a.conf': numbered(3) });
  repository.git('submodule', '--quiet', 'add', inner.root, 'shared');
  repository.commit('with a submodule');
  expect(await repository.lines('shared/tls.conf', 'HEAD')).toEqual([]);
  repository.git('-C', 'shared', 'commit', '--quiet', '--allow-empty', '--message', 'on');
  mkdirSync(repository.at('nested'));
  new Repository({ 'x.conf': 'x\n' }, repository.at('nested'));
  expect(await repository.lines('shared/tls.conf', 'HEAD')).toEqual(all);
  expect(await repository.lines('nested/x.conf', 'HEAD')).toEqual(all);
  expect(await repository.lines('a.conf', 'HEAD')).toEqual([]);
});

test('from a folder below the top, through a link to the repository, and for files outside', async () => {
  const repository = new Repository({ 'sub/a.conf': numbered(9), 'b.conf': numbered(9) });
  repository.write({ 'sub/a.conf': `new\n${numbered(9)}`, 'b.conf': `new\n${numbered(9)}`, 'c.conf': 'c\n' });
  const link = join(newFolder(), 'link');
  symlinkSync(repository.root, link);
  for (const changes of [await changedLines(repository.at('sub'), 'main'), await changedLines(link, 'main')])
    for (const root of [repository.root, link]) {
      expect(linesIn(changes, join(root, 'sub/a.conf'))).toEqual([1]);
      expect(linesIn(changes, join(root, 'b.conf'))).toEqual([1]);
      expect(linesIn(changes, join(root, 'c.conf'))).toEqual(all);
      expect(changes.hasFile('/etc/nginx/nginx.conf')).toBe(false);
    }
});

test('nothing that a person has configured for git changes the answer', async () => {
  const repository = new Repository({
    'a.conf': numbered(20),
    'é.conf': numbered(20),
    '.gitattributes': '*.conf diff=x\n',
  });
  const settings = {
    'diff.noprefix': 'true',
    'diff.mnemonicPrefix': 'true',
    'diff.context': '5',
    'diff.interHunkContext': '9',
    'diff.external': 'false',
    'diff.x.textconv': 'false',
    'diff.relative': 'true',
    'diff.submodule': 'log',
    'color.ui': 'always',
    'core.quotePath': 'false',
    'status.showUntrackedFiles': 'no',
  };
  for (const [key, value] of Object.entries(settings)) repository.git('config', key, value);
  const text = numbered(20).replace('line 3\n', '3\n').replace('line 6\n', '6\n');
  repository.write({ 'a.conf': text, 'é.conf': text, 'sub/new.conf': 'new\n' });
  process.env['GIT_DIFF_OPTS'] = '--unified=4';
  try {
    for (const cwd of [repository.root, repository.at('sub')]) {
      const changes = await changedLines(cwd, 'main');
      expect(linesIn(changes, repository.at('a.conf'))).toEqual([3, 6]);
      expect(linesIn(changes, repository.at('é.conf'))).toEqual([3, 6]);
      expect(linesIn(changes, repository.at('sub/new.conf'))).toEqual(all);
    }
  } finally {
    delete process.env['GIT_DIFF_OPTS'];
  }
});

test('hasBetween asks for a range, ends included', async () => {
  const repository = new Repository({ 'a.conf': numbered(20) });
  repository.write({ 'a.conf': numbered(20).replace('line 5\n', '5\n').replace('line 12\nline 13\n', '12\n13\n') });
  const changes = await changedLines(repository.root, 'main');
  const asked = [1, 4, 4, 5, 5, 5, 6, 11, 6, 12, 13, 20, 14, 20];
  const answers = asked.flatMap((first, i) =>
    i % 2 === 0 ? [changes.hasBetween(repository.at('a.conf'), first, asked[i + 1] ?? 0)] : [],
  );
  expect(answers).toEqual([false, true, true, false, true, true, false]);
});

test('a shallow clone whose history does not reach back says what to do, and fetches nothing', async () => {
  const origin = new Repository({ 'a.conf': numbered(9) });
  origin.git('switch', '--quiet', '--create', 'branch');
  origin.write({ 'a.conf': `new\n${numbered(9)}` });
  origin.commit('on the branch');
  origin.git('switch', '--quiet', 'main');
  origin.commit('on main');
  const clone = newFolder();
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: clone, encoding: 'utf8', stdio: 'pipe' });
  git('clone', '--quiet', '--depth=1', '--branch=branch', `file://${origin.root}`, '.');
  expect(await refusal(clone, 'origin/main')).toMatch(
    /knows no such commit\n.*shallow: run git fetch --unshallow.*fetch-depth: 0/,
  );
  git('fetch', '--quiet', '--depth=1', 'origin', 'main:refs/remotes/origin/main');
  expect(await refusal(clone, 'origin/main')).toMatch(
    /come from, because this clone is shallow\n {2}help: .*fetch-depth: 0/,
  );
  expect(git('rev-parse', '--is-shallow-repository').trim()).toBe('true');
  git('fetch', '--quiet', '--unshallow');
  expect(linesIn(await changedLines(clone, 'origin/main'), join(clone, 'a.conf'))).toEqual([1]);
});

test('revisions that there are not', async () => {
  const repository = new Repository({ 'a.conf': numbered(3) });
  const clone = newFolder();
  execFileSync('git', ['clone', '--quiet', repository.root, '.'], { cwd: clone, stdio: 'pipe' });
  execFileSync('git', ['checkout', '--quiet', '--detach'], { cwd: clone, stdio: 'pipe' });
  execFileSync('git', ['branch', '--quiet', '-D', 'main'], { cwd: clone, stdio: 'pipe' });
  expect(await refusal(clone, 'mian')).toBe(
    'error: --changed-since mian: git knows no such commit\n  help: git branch --all lists the branches; git fetch gets new ones',
  );
  expect(await refusal(clone, 'main')).toContain('did you mean origin/main?');
  expect(await refusal(clone, '0'.repeat(40))).toContain('zeros stand for a branch that is new');
  for (const rev of ['', '--output=x', '-', 'HEAD..main', 'HEAD:a.conf', 'HEAD^{tree}', 'a b', '$(touch x)', '--all'])
    expect(await refusal(clone, rev), rev).toContain('git knows no such commit');
  repository.git('checkout', '--quiet', '--orphan', 'unrelated');
  repository.commit('unrelated');
  expect(await refusal(repository.root, 'main')).toContain('their histories are unrelated');
});

test('no repository, no checkout, no commit, no git', async () => {
  const folder = newFolder();
  expect(await refusal(folder, 'main')).toContain('is in no checkout of a git repository');
  execFileSync('git', ['init', '--quiet', '--bare', 'bare.git'], { cwd: folder });
  expect(await refusal(join(folder, 'bare.git'), 'main')).toContain('is in no checkout of a git repository');
  execFileSync('git', ['init', '--quiet', 'empty'], { cwd: folder });
  expect(await refusal(join(folder, 'empty'), 'HEAD')).toContain('git knows no such commit');
  const path = process.env['PATH'];
  process.env['PATH'] = folder;
  try {
    expect(await refusal(folder, 'main')).toContain('needs git, which is not installed');
  } finally {
    process.env['PATH'] = path;
  }
});

test('the checkout of another user', async () => {
  const repository = new Repository({ 'a.conf': numbered(3) });
  process.env['GIT_TEST_ASSUME_DIFFERENT_OWNER'] = '1';
  try {
    expect(await refusal(repository.root, 'main')).toBe(
      'error: --changed-since main: the repository belongs to another user, so git does not trust it\n' +
        `  help: git config --global --add safe.directory ${repository.root}`,
    );
  } finally {
    delete process.env['GIT_TEST_ASSUME_DIFFERENT_OWNER'];
  }
});

test('readDiff reads any bytes', () => {
  const pieces = fc.constantFrom(
    ...[
      ':100644 100644 a b M\0x\0',
      ':100644 100644 a b R090\0x\0y\0',
      '1\t1\tx\0',
      '-\t-\t\0x\0y\0',
      '\0',
      '"',
      '\\30',
    ],
    ...[
      'diff --git a/x b/x\n',
      '+++ b/x\n',
      '+++ "b/\\303\\251"\n',
      '@@ -1 +1 @@\n',
      '@@ -0,0 +1,9999999 @@\n',
      '-a\n',
      '+b\n',
    ],
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 20 }), (parts) => {
      for (const { kind } of readDiff(Buffer.from(parts.join(''), 'latin1')).values())
        expect(['whole', 'lines']).toContain(kind);
    }),
    { numRuns: 300 },
  );
});

test('every line that a random edit adds or changes is found', async () => {
  const repository = new Repository({ 'a.conf': numbered(30) });
  const lines = numbered(30).split('\n').slice(0, -1);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: 29 }), { maxLength: 8 }), async (picked) => {
      // Texts that are found nowhere else: git has no other way to align them.
      const edited = lines.map((line, i) => (picked.includes(i) ? `edited ${i}` : line));
      repository.write({ 'a.conf': `${edited.join('\n')}\n` });
      expect(await repository.lines('a.conf')).toEqual([...picked].sort((a, b) => a - b).map((i) => i + 1));
    }),
    { numRuns: 15 },
  );
});

test('a file renamed by hand, without telling git, is new', async () => {
  const repository = new Repository({ 'a.conf': numbered(20) });
  renameSync(repository.at('a.conf'), repository.at('b.conf'));
  appendFileSync(repository.at('b.conf'), 'more\n');
  expect(await repository.lines('b.conf')).toEqual(all);
});
