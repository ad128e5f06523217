import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tokenValue } from '../src/tree.js';
import { complaints, expectTiled, objectsIn, read, settingsIn } from './reading.js';

/** All properties as `name=value`. */
function spelled(text: string): string[] {
  const tree = read(text);
  expectTiled(tree);
  return settingsIn(tree).map(({ property: { name, valueToken } }) =>
    valueToken === -1 ? name : `${name}=${tokenValue(tree, valueToken)}`,
  );
}

describe('properties', () => {
  test.each([
    ['a value each', 'ltm x y {\n    a 1\n    b 2\n}\n', ['a=1', 'b=2']],
    ['flags', 'ltm x y {\n    disabled\n    a 1\n}\n', ['disabled', 'a=1']],
    ['on one line', 'ltm x y { a 1 disabled b 2 list { c d } e 3 }', ['a=1', 'disabled', 'b=2', 'list', 'e=3', 'c=d']],
    ['braces without blanks', 'ltm x y {a 1}', ['a=1']],
    [
      'blocks without names',
      'ltm x y {\n    rows {\n        {\n            row { "a b" c }\n        }\n    }\n}',
      ['rows', 'row', 'a b=c'],
    ],
    ['quoted', 'ltm x y {\n    a "x \\"y\\" {z} # \\\\"\n}', ['a=x "y" {z} # \\']],
    ['quoted over lines', 'ltm x y {\n    a "1\n}\nltm z {\n2"\n    b 1\n}', ['a=1\n}\nltm z {\n2', 'b=1']],
    ['in single quotes', "ltm x y {\n    a 'b c'\n    d it's\n}", ['a=b c', "d=it's"]],
    ['a quotation mark inside a word', 'ltm x y {\n    a b"c\n    d e"\n}', ['a=b"c', 'd=e"']],
    ['escapes in words', 'ltm x y {\n    a b\\ c\\{\n}', ['a=b c{']],
    ['comments', 'ltm x y {\n    # a 1\n    b 2 # two\n    c #3\n}', ['b=2', 'c=#3']],
    ['empty', 'ltm x y { }\nltm x z {}\n', []],
    ['CRLF', 'ltm x y {\r\n    a 1\r\n}\r\n', ['a=1']],
  ] as [string, string, string[]][])('%s', (_, text, want) => {
    expect(spelled(text)).toEqual(want);
    expect(complaints(read(text))).toEqual([]);
  });
});

describe('bodies of scripts', () => {
  const after = 'ltm virtual v { }\n';
  test.each([
    ['balanced', 'ltm rule r {\nwhen X { if {1} { } }\n}\n'],
    ['empty', 'ltm rule r { }\n'],
    ['escaped braces', 'ltm rule r {\n  set a "\\{"\n}\n'],
    ['a lone closing brace in a comment', 'ltm rule r {\nwhen X {\n  # }\n}\n}\n'],
    ['a lone opening brace in a string', 'ltm rule r {\nwhen X {\n  set a "{"\n}\n}\n'],
    ['text like an object', 'ltm rule r {\nwhen X {\n  set a "\nltm virtual ghost \\{\n\\}\n"\n}\n}\n'],
    ['a template', 'sys application template t {\n    actions { x {\n ltm virtual $name \\{ } }\n}\n'],
    ['an icall script', 'sys icall script s {\n    definition { foreach x { } }\n}\n'],
    ['a GTM rule', 'gtm rule r {\n when DNS_REQUEST { }\n}\n'],
  ])('%s', (_, text) => {
    const tree = read(text + after);
    expectTiled(tree);
    expect(objectsIn(tree)).toEqual([text.slice(0, text.indexOf(' {')), 'ltm virtual v']);
    expect(complaints(tree)).toEqual([]);
  });

  test('settings in them count for nothing', () =>
    expect(spelled('ltm rule r {\nltm profile client-ssl x { cache-timeout 5 }\n}\nltm virtual v { }\n')).toEqual([]));
});

describe('what is wrong', () => {
  test.each([
    ['a block that nothing closes', 'ltm x y {\n  a 1\n', ['1: block is not closed before the end of the file']],
    [
      'one that an object interrupts',
      'ltm x y {\n  b {\n}\nltm x z {\n}\n',
      ['1: block is not closed before the end of the file'],
    ],
    ['a brace too many', 'ltm x y {\n}\n}\n', ['3: closing brace without an open block']],
    ['a string that nothing closes', 'ltm x y {\n  a "b\n}\n', ['2: string is not closed before the end of the file']],
    ['a rule that nothing closes', 'ltm rule r {\nwhen X {\n', ['1: block is not closed before the end of the file']],
    [
      'a session that was pasted',
      'admin@(lb1)(Active)(/Common)(tmos)# list ltm\nltm x y {\n  a 1\n---(less 23%)---\n  b 2\n}\nadmin@(lb1)(Active)(/Common)(tmos)# quit\n',
      [
        '1: this is no object of a BIG-IP configuration and was skipped',
        '4: the mark of a pager was skipped',
        '7: this is no object of a BIG-IP configuration and was skipped',
      ],
    ],
    [
      'lines of something else, told once',
      'one\ntwo\nthree\n',
      ['1: this is no object of a BIG-IP configuration and was skipped'],
    ],
  ])('%s', (_, text, want) => {
    const tree = read(text);
    expectTiled(tree);
    expect(complaints(tree)).toEqual(want);
  });

  test('the help names the block that is open', () => {
    const [problem] = read('ltm x y {\n    a 1\n    inner {\n        b 2\n    c 3\n}\n').problems;
    expect(problem?.help).toBe(
      'add the closing brace of "inner" on line 3; nothing of this file is reported until its braces match',
    );
  });
});

test('a routing configuration at the end is one token', () => {
  const tree = read('ltm x y { }\n!\nrouter bgp 65010\n neighbor { \n!\n');
  expectTiled(tree);
  expect(objectsIn(tree)).toEqual(['ltm x y']);
  expect(complaints(tree)).toEqual([]);
});

test('any mixture of what matters is read without loss', () => {
  const pieces = [
    'ltm rule r',
    'ltm virtual v',
    'cache-timeout 5',
    '{',
    '}',
    '"',
    "'",
    '\\',
    '#',
    '!',
    ' ',
    '\n',
    '\r\n',
    '\t',
    '---(less ',
    '\0',
    '\u{feff}',
    'é',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), (parts) => expectTiled(read(parts.join('')))),
    { seed: 4, numRuns: 5000 },
  );
});
