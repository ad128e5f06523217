import { describe, expect, test } from 'vitest';
import { complaints, read } from './reading.js';

/** Reads `text` once to warm up nothing but the file, and says how long it took. */
function timed(text: string): { ms: number; complaints: string[]; directives: number } {
  const bytes = new TextEncoder().encode(text);
  const before = performance.now();
  const tree = read(bytes);
  const ms = performance.now() - before;
  return { ms, complaints: complaints(tree), directives: tree.directives.count };
}

/** Ten times the text may take this many times as long: a square law takes a hundred. */
const mostGrowth = 40;

function expectProportional(make: (size: number) => string, size: number): void {
  timed(make(size / 10));
  const small = Math.min(...[1, 2, 3].map(() => timed(make(size / 10)).ms));
  const large = timed(make(size)).ms;
  expect(large).toBeLessThan(Math.max(small, 2) * mostGrowth);
}

describe('time in proportion to size', () => {
  test.each([
    ['one line of directives', (size: number) => 'listen 443 ssl; '.repeat(size / 16)],
    ['one line in quotes', (size: number) => `a "${'x'.repeat(size)}";`],
    ['one word', (size: number) => `${'x'.repeat(size)};`],
    ['nested blocks', (size: number) => 'a {'.repeat(size / 6) + '}'.repeat(size / 6)],
    ['nested blocks that nothing closes', (size: number) => 'a {'.repeat(size / 3)],
    ['closing braces', (size: number) => '}'.repeat(size)],
    ['quotes on every line', (size: number) => 'a "\n'.repeat(size / 4)],
    ['quoted words on one line', (size: number) => `"a" 'b'; `.repeat(size / 9)],
    ['quoted words too long', (size: number) => `"${'x'.repeat(5000)}" `.repeat(size / 5003)],
    ['quoted words of a template on one line', (size: number) => `{{ x }};${`"{" '<' `.repeat(size / 8)}`],
    ['escaped quotes', (size: number) => '"\\"'.repeat(size / 3)],
    ['quotes of both kinds', (size: number) => '"\n\'\n\\"'.repeat(size / 6)],
    ['opening tags', (size: number) => `{{ x }} {{ "{{'`.repeat(size / 14)],
    ['nested tags in quotes', (size: number) => `{{ x }}; a "${'{{ '.repeat(size / 6)}${'}}'.repeat(size / 6)}\n";`],
    ['tags that a later line closes', (size: number) => `{{ x }}; a "${'{{ '.repeat(size / 3)}\n }}";`],
    ['tags alone on one line', (size: number) => '{{ x }}'.repeat(size / 7)],
    ['Jinja tags that nothing closes', (size: number) => `{% x %} ${'{% '.repeat(size / 3)}`],
    ['quotes in Lua', (size: number) => `a_by_lua_block { ${'"\\"'.repeat(size / 3)}`],
    ['long code in Lua blocks', (size: number) => `a_by_lua_block { ${'x'.repeat(2500)}}`.repeat(size / 2518)],
    ['a long Lua block', (size: number) => `a_by_lua_block { ${`[[${'x'.repeat(1500)}]]\n"`.repeat(size / 1506)} }`],
    ['long brackets in Lua', (size: number) => `a_by_lua_block { ${'[[ ]==] [=[ ]] ]=] '.repeat(size / 19)}`],
  ])('%s', (_, make) => expectProportional(make, 3_000_000));
});

describe('what nobody writes', () => {
  test('50 MB in a single line', () => {
    const { ms, complaints, directives } = timed(`http { ${'listen 443 ssl; '.repeat(3_276_800)}`);
    expect(directives).toBe(3_276_801);
    expect(complaints).toEqual(['1: unexpected end of file, expecting "}"']);
    expect(ms).toBeLessThan(20_000);
  });

  test('100,000 nested blocks', () => {
    const { ms, complaints, directives } = timed('a {\n'.repeat(100_000));
    expect(directives).toBe(100_000);
    expect(complaints).toEqual(['100001: unexpected end of file, expecting "}"']);
    expect(ms).toBeLessThan(2_000);
  });

  test('a token of 4,097 bytes', () => {
    expect(timed(`\nuser ${'x'.repeat(4097)};`).complaints).toEqual(['2: too long parameter "xxxxxxxxxx..." started']);
  });

  test('a million faults', () => {
    const { complaints } = timed(';'.repeat(1_000_000));
    expect(complaints).toHaveLength(51);
    expect(complaints.at(-1)).toBe('1: 999950 more syntax errors from here on');
  });
});
