import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes, componentMatcher, hasWildcards, literalName } from './glob.js';

/** Pattern, names it matches, names it does not: as glob(3) of glibc 2.36 answers in the C locale. */
const facts: readonly [pattern: string, yes: readonly string[], no: readonly string[]][] = [
  ['*', ['a', 'site~', 'x.dpkg-old', '-x', 'é'], ['.hidden']],
  ['*.conf', ['a.conf', 'x.conf'], ['.conf', 'a.conf~', 'a.CONF']],
  ['.*', ['.hidden'], ['a']],
  ['?', ['a', ']'], ['', 'ab', 'é', '.']],
  ['??', ['é', 'ab'], ['a', '€']],
  ['[ab]', ['a', 'b'], ['c', 'ab']],
  ['[!ab]', ['c', ']'], ['a', 'é']],
  ['[^ab]', ['c'], ['a', 'b']],
  ['[a-c]x', ['ax', 'cx'], ['dx', '-x']],
  ['[c-a]', [], ['a', 'b', 'c']],
  ['[a-]', ['a', '-'], ['b']],
  ['[]]', [']'], ['[']],
  ['[]a]', [']', 'a'], ['b']],
  ['[!]]', ['a'], [']']],
  ['[.]x', [], ['.x', 'x']],
  ['[!a]x', ['bx'], ['.x', 'ax']],
  ['[a', ['[a'], ['a']],
  ['x[', ['x['], ['x']],
  ['[\\]x]', [']', 'x'], ['\\']],
  ['[a-\\c]', ['b', 'c'], ['\\', '-']],
  ['[[:digit:]]*', ['9', '10'], ['a', ':']],
  ['[![:digit:]]', ['a'], ['9']],
  ['[[:upper:]_]x', ['Ax', '_x'], ['ax']],
  ['\\*', ['*'], ['a', '\\*']],
  ['a\\b*', ['ab', 'abc'], ['a\\b']],
  ['a\\', [], ['a\\', 'a']],
  ['{a,b}', ['{a,b}'], ['a', 'b']],
  ['a**b', ['ab', 'axb'], ['a']],
  ['*a*b*', ['ab', 'xaxbx'], ['ba']],
  ['', [''], ['a']],
];

describe.each(facts)('%s', (pattern, yes, no) => {
  const isMatch = componentMatcher(pattern);
  test.each(yes)('matches %s', (name) => expect(isMatch(name)).toBe(true));
  test.each(no)('does not match %s', (name) => expect(isMatch(name)).toBe(false));
});

test('a pattern that many ways could match ends at once', () => {
  const isMatch = componentMatcher(`${'a*'.repeat(500)}b`);
  expect(isMatch('a'.repeat(2000))).toBe(false);
  expect(componentMatcher('['.repeat(100_000))('[')).toBe(false);
});

test.each([
  ['conf.d/*.conf', true],
  ['a?', true],
  ['d[1]/a.conf', true],
  ['a[', true], // nginx asks glob(3) for it
  ['{a,b}.conf', false],
  ['a.conf', false],
])('hasWildcards(%s) is %s', (pattern, want) => expect(hasWildcards(pattern)).toBe(want));

test.each([
  ['a', 'a'],
  ['a\\b', 'ab'],
  ['\\\\', '\\'],
  ['\\😀', '😀'],
])('literalName(%s) is %s', (component, want) => expect(literalName(component)).toBe(want));

test('compareBytes sorts as strcmp does', () => {
  const sorted = ['', '-x', '10', '9', 'A', '_x', 'a', 'a-b', 'a.b', 'é', '\u{e000}', '\u{ffff}', '\u{10000}', '😀'];
  expect([...sorted].reverse().sort(compareBytes)).toEqual(sorted);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { seed: 6, numRuns: 5000 },
  );
});

/** Makes a file of each name in a temporary folder and prints which of them glob(3) finds for each pattern. */
const askGlob = `
import ctypes, json, os, sys, tempfile
libc = ctypes.CDLL(None)
class Found(ctypes.Structure):
    _fields_ = [('count', ctypes.c_size_t), ('paths', ctypes.POINTER(ctypes.c_char_p)), ('rest', ctypes.c_void_p * 16)]
asked = json.load(sys.stdin)
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for name in asked['names']: open(os.fsencode(name), 'w').close()
    answers = []
    for pattern in asked['patterns']:
        found = Found()
        failed = libc.glob(os.fsencode(pattern), 0, None, ctypes.byref(found))
        answers.append([] if failed else [os.fsdecode(found.paths[i]) for i in range(found.count)])
    os.chdir('/')
print(json.dumps(answers))
`;
const python = spawnSync('python3', ['-c', 'import ctypes; ctypes.CDLL(None).glob'], { encoding: 'utf8' });

describe('beside glob(3) itself (asked through python3)', () => {
  const ask = (patterns: readonly string[], names: readonly string[]): string[][] => {
    const { stdout, stderr, status } = spawnSync('python3', ['-X', 'utf8', '-c', askGlob], {
      input: JSON.stringify({ patterns, names }),
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return JSON.parse(stdout);
  };
  const answers = (patterns: readonly string[], names: readonly string[]): string[][] =>
    patterns.map((pattern) => names.filter(componentMatcher(pattern)).sort(compareBytes));

  test.skipIf(python.status !== 0)('the facts above and 2,000 random patterns', () => {
    const unit = fc.constantFrom(
      ...'ab-]'.split(''),
      '[',
      '!',
      '^',
      '*',
      '?',
      '\\',
      ':',
      '.',
      'é',
      '[a',
      '[[:alpha:]]',
    );
    // A name of dots alone is a folder, and glob(3) finds those for a pattern with a leading dot.
    const patterns = [
      ...facts.map(([pattern]) => pattern),
      ...fc.sample(fc.string({ unit, minLength: 1, maxLength: 8 }), { seed: 7, numRuns: 2000 }),
    ].filter((pattern) => hasWildcards(pattern) && !/^\\?\.|\[\./.test(pattern));
    const names = [
      ...new Set([
        ...facts.flatMap(([, yes, no]) => [...yes, ...no]),
        ...fc.sample(fc.string({ unit: fc.constantFrom(...'ab-]![^.:é\\'), maxLength: 3 }), { seed: 8, numRuns: 400 }),
      ]),
    ].filter((name) => !/^\.{0,2}$/.test(name));
    expect(patterns.length).toBeGreaterThan(1000);
    const theirs = ask(patterns, names);
    const ours = answers(patterns, names);
    const differing = patterns.flatMap((pattern, i) =>
      JSON.stringify(ours[i]) === JSON.stringify(theirs[i]) ? [] : [{ pattern, ours: ours[i], theirs: theirs[i] }],
    );
    expect(differing.slice(0, 5)).toEqual([]);
  });
});
