import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { decode, type Encoding, encode, type SourceFile } from '@shortfuse/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesOf, type DiffPair, quoted, unifiedDiff } from './diff.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shortfuse-diff-'));
  git('init', '-q');
});
afterAll(() => rmSync(folder, { recursive: true }));

function git(...args: readonly string[]): Buffer {
  return execFileSync('git', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
}

function pairOf(path: string, before: string, after: string, encoding: Encoding = 'utf-8'): DiffPair {
  const file: SourceFile = { path, text: before, encoding };
  return { before: file, after: { ...file, text: after }, pathInRepository: path };
}

/** The same numbers every time. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Writes what is before, applies the diff, takes it back, and looks at the bytes each time. */
function applyBothWays(pairs: readonly DiffPair[], tool: 'git' | 'patch'): void {
  writeFileSync(join(folder, 'x.diff'), unifiedDiff(pairs));
  for (const pair of pairs) {
    mkdirSync(dirname(join(folder, pair.before.path)), { recursive: true });
    writeFileSync(join(folder, pair.before.path), encode(pair.before));
  }
  const apply = (...reverse: readonly string[]): void => {
    if (tool === 'git') git('apply', '--whitespace=nowarn', ...reverse, 'x.diff');
    else execFileSync('patch', ['-p1', '--binary', '--silent', ...reverse, '-i', 'x.diff'], { cwd: folder });
  };
  apply();
  for (const pair of pairs)
    expect(readFileSync(join(folder, pair.before.path)), pair.before.path).toEqual(Buffer.from(encode(pair.after)));
  apply('-R');
  for (const pair of pairs)
    expect(readFileSync(join(folder, pair.before.path)), pair.before.path).toEqual(Buffer.from(encode(pair.before)));
}

describe.each(['git', 'patch'] as const)('%s applies and takes back', (tool) => {
  test.each<{ title: string; pair: DiffPair }>([
    { title: 'an empty file', pair: pairOf('empty.conf', '', 'a\n') },
    { title: 'a file that becomes empty', pair: pairOf('emptied.conf', 'a\n', '') },
    { title: 'one line', pair: pairOf('one.conf', 'a 1d;\n', 'a 60;\n') },
    { title: 'no line end at the end', pair: pairOf('end.conf', 'x\na 1d;', 'x\na 60;') },
    { title: 'a line end that comes', pair: pairOf('comes.conf', 'a', 'a\n') },
    { title: 'CRLF', pair: pairOf('crlf.conf', 'a\r\nb 1d;\r\nc\r\n', 'a\r\nb 60;\r\nc\r\n') },
    { title: 'CR alone', pair: pairOf('cr.conf', 'a\rb 1d;\rc', 'a\rb 60;\rc') },
    {
      title: 'both ends of a long file',
      pair: pairOf('long.conf', `a\n${'x\n'.repeat(500)}b\n`, `c\n${'x\n'.repeat(500)}d\n`),
    },
    {
      title: 'line separators of Unicode',
      pair: pairOf('sep.conf', 'a\u2028b\u0085\fc 1d\n', 'a\u2028b\u0085\fc 60\n'),
    },
    {
      title: 'lines that look like a diff',
      pair: pairOf('like.conf', '--- a/x\n+++ b/x\n@@ -1 +1 @@\n', '--- a/x\n+++ b/x\n@@ -2 +2 @@\n'),
    },
    { title: 'blanks at the ends of lines', pair: pairOf('blank.conf', ' a \t\n\n 1d \n', ' a \t\n\n 60 \n') },
    { title: 'Latin-1', pair: pairOf('latin.conf', '# \xfc\na 1d;\n', '# \xfc\na 60;\n', 'latin1') },
    { title: 'a byte order mark', pair: pairOf('mark.conf', 'a 1d;\n', 'a 60;\n', 'utf-8-bom') },
    { title: 'beyond the basic plane', pair: pairOf('emoji.conf', '# \u{1f512}\na 1d;\n', '# \u{1f512}\na 60;\n') },
  ])('$title', ({ pair }) => applyBothWays([pair], tool));

  test('files of every name at once', () => {
    const names = [
      'plain.conf',
      'with blank.conf',
      'sites/two  blanks',
      'quote"d.conf',
      "apostrophe's.conf",
      'back\\slash.conf',
      '\u00fcml\u00e4ut.conf',
      '\u65e5\u672c/\u{1f512}.conf',
      '-dash.conf',
      '$HOME.conf',
      ...(tool === 'git' ? ['tab\tbed.conf', 'line\nend.conf', 'delete\u007f.conf', 'quote" and blank.conf'] : []),
    ];
    applyBothWays(
      names.map((name) => pairOf(name, 'a 1d;\n', 'a 60;\n')),
      tool,
    );
  });

  test('random texts', () => {
    const random = randomFrom(7);
    const words = ['a', 'b', ' ', '\t', '\n', '\n', '\r\n', '\r', '-', '+', '@@', '\\', '\u00fc', '\u2028', '{'];
    const textOf = (length: number): string[] => Array.from({ length }, () => words[random(words.length)] ?? '');
    const pairs = Array.from({ length: 60 }, (_, i) => {
      const before = ['x', ...textOf(random(40))];
      const after = [...before];
      for (let edits = 1 + random(3); edits > 0; edits--)
        after.splice(random(after.length), random(3), ...textOf(1 + random(3)), 'y');
      return pairOf(`random/${i}.conf`, before.join(''), after.join(''));
    });
    applyBothWays(pairs, tool);
  });
});

describe('what git takes for binary', () => {
  test.each<{ title: string; before: Uint8Array; after: Uint8Array }>([
    {
      title: 'UTF-16',
      before: encode({ text: 'a 1d\r\n', encoding: 'utf-16le' }),
      after: encode({ text: 'a 60\r\n', encoding: 'utf-16le' }),
    },
    {
      title: 'UTF-16, big end first',
      before: encode({ text: 'a 1d\r\n', encoding: 'utf-16be' }),
      after: encode({ text: '', encoding: 'utf-16be' }),
    },
    {
      title: 'nothing but the mark before',
      before: encode({ text: '', encoding: 'utf-16le' }),
      after: encode({ text: '\u{1f512}', encoding: 'utf-16le' }),
    },
  ])('$title', ({ before, after }) => {
    const pair: DiffPair = {
      before: decode('binary.reg', before),
      after: decode('binary.reg', after),
      pathInRepository: 'binary.reg',
    };
    expect(pair.before.encoding).toMatch(/^utf-16/);
    expect(bytesOf(pair)).toEqual([before, after]);
    applyBothWays([pair], 'git');
  });

  test('random contents of every length around a line, in one diff with text between them, under odd names', () => {
    const random = randomFrom(11);
    const pairs = Array.from({ length: 60 }, (_, i): DiffPair => {
      const path = `binary/${['a b', '\u00fc', 'q"', 'plain'][i % 4]} ${i}.reg`;
      if (i % 5 === 4) return pairOf(path, 'a 1d;\n', 'a 60;\n');
      // Every length around the 52 bytes of a line, and some that take many lines; what is random does not shrink.
      const textOf = (length: number): string => String.fromCharCode(...Array.from({ length }, () => random(0xd7ff)));
      return pairOf(
        path,
        textOf(i),
        textOf(i % 2 === 0 ? i + 1 : 700 + random(700)),
        i % 3 === 0 ? 'utf-16be' : 'utf-16le',
      );
    });
    applyBothWays(pairs, 'git');
  });

  test('applies only to what it was made from', () => {
    const pair = pairOf('only.reg', 'a 1d', 'a 60', 'utf-16le');
    writeFileSync(join(folder, 'only.reg'), encode({ text: 'b 1d', encoding: 'utf-16le' }));
    writeFileSync(join(folder, 'x.diff'), unifiedDiff([pair]));
    expect(() => git('apply', 'x.diff')).toThrow();
    expect(readFileSync(join(folder, 'only.reg'))).toEqual(Buffer.from(encode({ text: 'b 1d', encoding: 'utf-16le' })));
  });

  test('reads as what git itself writes', () => {
    const pair = pairOf('own.reg', 'a 1d\r\n'.repeat(50), `a 60\r\n${'a 1d\r\n'.repeat(49)}`, 'utf-16le');
    writeFileSync(join(folder, 'own.reg'), encode(pair.before));
    git('add', '-f', 'own.reg');
    writeFileSync(join(folder, 'own.reg'), encode(pair.after));
    const theirs = git('diff', '--binary', '--full-index', 'own.reg').toString('latin1').split('\n');
    const ours = Buffer.from(unifiedDiff([pair]))
      .toString('latin1')
      .split('\n');
    // git may write a delta where we write the contents, and adds the file's mode to the names of the contents.
    expect(ours[0]).toBe(theirs[0]);
    expect(theirs[1]).toMatch(new RegExp(`^${ours[1]}( 100644)?$`));
    expect(ours[2]).toBe(theirs[2]);
  });
});

test.each([
  { path: 'a/plain.conf', want: 'a/plain.conf' },
  { path: 'a b', want: 'a b\t' },
  { path: '', want: '' },
  { path: 'q"', want: '"q\\""' },
  { path: 'q" b', want: '"q\\" b"' },
  { path: '\\', want: '"\\\\"' },
  { path: '\t\n\r\u007f\u0001', want: '"\\t\\n\\015\\177\\001"' },
  { path: '\u00fc', want: '"\\303\\274"' },
  { path: '\u{1f512}', want: '"\\360\\237\\224\\222"' },
  { path: '~', want: '~' },
])('$path is written $want', ({ path, want }) => expect(quoted(path)).toBe(want));

test('no file, no diff', () => expect(unifiedDiff([])).toHaveLength(0));
