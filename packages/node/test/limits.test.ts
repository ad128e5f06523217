import { resolveAll } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { node } from '../src/index.js';
import { fileOf, listenersIn, noOptions, resolveTexts, summaryOf } from './in-memory.js';

const head = "import https from 'node:https';\n";
const tail = '\nhttps.createServer({ key }).listen(443);\n';

/** Reads and resolves `text`, and says how much processor time it took: other processes do not count. */
function timed(text: string): number {
  const file = fileOf('server.ts', text);
  const before = process.cpuUsage();
  const tree = node.parse(file);
  for (const { listeners } of resolveAll(node, [tree], noOptions, () => ({ kind: 'missing' })))
    for (const { mechanisms } of listeners)
      for (const { remedies } of mechanisms.ticketTls12.lifetimes) remedies?.({ target: 60, allowDisable: false });
  node.anchors(tree);
  node.comments(tree);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Four times the text may take this many times as long: a square law takes sixteen. */
const mostGrowth = 11;

function expectProportional(make: (count: number) => string, count: number): void {
  timed(make(count / 4));
  const small = Math.min(...[1, 2, 3].map(() => timed(make(count / 4))));
  const large = Math.min(...[1, 2, 3].map(() => timed(make(count))));
  // Below some 15 ms it is the compiler and the collector that are measured.
  expect(large).toBeLessThan(Math.max(small, 15) * mostGrowth);
}

const many = (count: number, make: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => make(i)).join('');

describe('time in proportion to size', () => {
  test.each([
    [
      'servers',
      (count: number) => head + many(count, (i) => `https.createServer({ sessionTimeout: ${i} }).listen(${i});\n`),
      1000,
    ],
    [
      'servers in variables',
      (count: number) => head + many(count, (i) => `const s${i} = https.createServer({});\ns${i}.listen(1);\n`),
      1000,
    ],
    [
      'servers that share their options',
      (count: number) =>
        `${head}const o = { key };\nconst T = 900;\n${many(count, () => 'https.createServer({ ...o, sessionTimeout: T });\n')}`,
      1000,
    ],
    [
      'servers with one object',
      (count: number) => `${head}const o = { key };\n${many(count, () => 'https.createServer(o);\n')}`,
      1000,
    ],
    [
      'assignments to one object',
      (count: number) => `${head}const o = { key };\n${many(count, (i) => `o.a${i} = ${i};\n`)}https.createServer(o);`,
      1500,
    ],
    [
      'variables of one name',
      (count: number) => head + many(count, (i) => `{ const e = ${i}; f(e); e(); }\n`) + tail,
      3000,
    ],
    [
      'uses of one variable',
      (count: number) => `${head}const e = { key };\n${many(count, () => 'f(e);\n')}${tail}`,
      3000,
    ],
    ['properties', (count: number) => `${head}const o = {${many(count, (i) => `p${i}: ${i},\n`)}};${tail}`, 8000],
    ['calls of one chain', (count: number) => `${head}a${many(count, () => '.b()')}${tail}`, 4000],
    [
      'terms of one sum',
      (count: number) => `${head}https.createServer({ sessionTimeout: 1${many(count, () => ' + 1')} });`,
      2000,
    ],
    ['numbers with names', (count: number) => head + many(count, (i) => `const n${i} = ${i};\n`) + tail, 8000],
    ['comments', (count: number) => head + many(count, () => '// one\nf(/* two */);\n') + tail, 8000],
    [
      'methods of one server',
      (count: number) => `${head}const s = https.createServer({});\n${many(count, () => "s.on('a', f);\n")}`,
      2000,
    ],
    ['else', (count: number) => `${head}${many(count, () => 'if (a) {} else ')}{}${tail}`, 1000],
    [
      'functions in functions',
      (count: number) => `${head}${many(count, () => '(a) => {')}${many(count, () => '}')}${tail}`,
      200,
    ],
  ] as const)('%s', (_, make, count) => expectProportional(make, count));
});

describe('what nobody writes', () => {
  const deep = 200_000;
  test.each([
    ['round brackets', '('.repeat(deep)],
    ['square brackets', '['.repeat(deep)],
    ['braces', '{'.repeat(deep)],
    ['objects', '{a:'.repeat(deep)],
    ['templates', '`${'.repeat(deep)],
    ['comparisons', 'a<'.repeat(deep)],
    ['conditions', 'a?b:'.repeat(deep)],
    ['arrows', '(a=>'.repeat(deep)],
    ['async functions', 'async('.repeat(deep)],
    ['async functions, a few', `${'async(a=async(b=>'.repeat(20)}1`],
    ['negations', '!'.repeat(deep)],
    ['types', `let x: ${'A<'.repeat(deep)}`],
  ])('%s nested too deeply are a problem', (_, text) => {
    const { problems, root } = node.parse(fileOf('server.ts', `${head}x = ${text};${tail}`));
    expect(problems).toHaveLength(1);
    expect(root()).toBeUndefined();
    // What was read before does not stay in the parser.
    expect(node.parse(fileOf('b.ts', head + tail)).problems).toEqual([]);
  });

  test('objects that are spread into each other without end', () => {
    const doubled = many(40, (i) => `const o${i + 1} = { ...o${i}, ...o${i}, a${i}: 1 };\n`);
    const [listener] = listenersIn(`${head}const o0 = { sessionTimeout: 900 };\n${doubled}https.createServer(o40);`);
    expect(listener && summaryOf(listener).lifetime).toBe('the object is too large');
  });

  test('sums that are sums of each other', () => {
    const doubled = many(60, (i) => `const n${i + 1} = n${i} + n${i};\n`);
    const [listener] = listenersIn(`${head}const n0 = 1;\n${doubled}https.createServer({ sessionTimeout: n20 });`);
    expect(listener && summaryOf(listener).lifetime).toBe(2 ** 20);
  });

  test('a number behind two hundred names', () => {
    const names = many(200, (i) => `const n${i + 1} = n${i};\n`);
    const [listener] = listenersIn(`${head}const n0 = 900;\n${names}https.createServer({ sessionTimeout: n200 });`);
    expect(listener && summaryOf(listener).lifetime).toBe('it is too many steps away');
  });

  test('a thousand files that pass a number on', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 1000 }, (_, i) => [`f${i}.ts`, `export { T } from './f${i + 1}';`]),
    );
    const texts = {
      ...chain,
      'server.ts': `${head}import { T } from './f0';\nhttps.createServer({ sessionTimeout: T });`,
    };
    const [configuration] = resolveTexts(texts, ['server.ts']);
    expect(configuration?.listeners.map((listener) => summaryOf(listener).lifetime)).toEqual([
      expect.stringMatching(/too many steps away|not among those that are read/),
    ]);
  });

  test('an expression of a megabyte is not part of a message', () => {
    const text = `${head}https.createServer({ sessionTimeout: f('${'x'.repeat(1_000_000)}')() }).listen(1);`;
    const [listener] = listenersIn(text);
    expect(listener && String(summaryOf(listener).lifetime).length).toBeLessThan(200);
    const [named] = listenersIn(`const f = (${'x'.repeat(1_000_000)}, require('https').createServer)({});`);
    expect(named?.name.length).toBeLessThan(200);
  });

  test('many sources that cannot matter are not parsed', () => {
    const files = Array.from({ length: 5000 }, (_, i) =>
      node.parse(fileOf(`src/f${i}.ts`, `export const n${i} = 1; // https server\n${'x('.repeat(50)}`)),
    );
    // Broken, as parsing would tell.
    expect(files.flatMap(({ problems }) => problems)).toEqual([]);
    expect(resolveAll(node, files, noOptions, () => ({ kind: 'missing' }))).toEqual([]);
  });
});
