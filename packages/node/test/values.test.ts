import { describe, expect, test } from 'vitest';
import { listenersIn, resolveTexts, summaryOf } from './in-memory.js';

/** A server whose options are `options`, after the statements `before`. */
function server(options: string, before = ''): string {
  return `import https from 'node:https';\n${before}\nhttps.createServer(${options}).listen(443);\n`;
}

function lifetime(text: string | Readonly<Record<string, string>>) {
  const [first, ...others] = listenersIn(text);
  expect(others).toEqual([]);
  return first && summaryOf(first).lifetime;
}

describe('numbers', () => {
  test.each([
    ['900', 900],
    ['1_800', 1800],
    ['0x3c', 60],
    ['1e3', 1000],
    ['0b111100', 60],
    ['60 * 60 * 24', 86_400],
    ['(1 + 2) * 100 - 5 % 3', 298],
    ['3600 / 2', 1800],
    ['+600', 600],
    ['600 as number', 600],
    ['<number>600', 600],
    ['600 satisfies number', 600],
    ['600!', 600],
    ['undefined ?? 600', 600],
    ['0 || 600', 600],
    ['700 ?? 600', 700],
    ['0', 7200],
    ['-0', 7200],
    ['null', 7200],
    ['undefined', 7200],
    ['false', 7200],
    ["''", 7200],
    ['NaN', 7200],
    ['0 / 0', 7200],
    ['void 0', 7200],
  ])('sessionTimeout: %s lasts %s', (written, want) =>
    expect(lifetime(server(`{ sessionTimeout: ${written} }`))).toBe(want),
  );

  test.each([
    ['-1', 'ERR_OUT_OF_RANGE'],
    ['1.5', 'ERR_OUT_OF_RANGE: must be an integer'],
    ['Infinity', 'ERR_OUT_OF_RANGE'],
    ['2 ** 31', undefined], // powers are not read
    ['2147483648', 'ERR_OUT_OF_RANGE'],
    ["'60'", 'ERR_INVALID_ARG_TYPE'],
    ['true', 'ERR_INVALID_ARG_TYPE'],
    ['60n', 'ERR_INVALID_ARG_TYPE'],
    ['[60]', 'ERR_INVALID_ARG_TYPE'],
    ['{}', 'ERR_INVALID_ARG_TYPE'],
    ['() => 60', 'ERR_INVALID_ARG_TYPE'],
    ['86400 * 1000 * 30', 'written in milliseconds'],
  ])('sessionTimeout: %s stops the server: %s', (written, want) => {
    const [configuration] = resolveTexts({ 'a.ts': server(`{ sessionTimeout: ${written} }`) });
    if (want === undefined) expect(configuration?.problems).toEqual([]);
    else {
      expect(configuration?.problems.map(({ message }) => message)).toEqual([expect.stringContaining(want)]);
      expect(configuration?.listeners).toEqual([]);
    }
  });
});

describe('names', () => {
  test.each([
    ['a const', 'const T = 900;', '{ sessionTimeout: T }', 900],
    ['a let that nobody writes', 'let T = 900;', '{ sessionTimeout: T }', 900],
    ['a let that is written', 'let T = 900; T = 800;', '{ sessionTimeout: T }', 'T is assigned again in server.ts:2'],
    ['a counter', 'let T = 900; T++;', '{ sessionTimeout: T }', 'T is assigned again in server.ts:2'],
    [
      'a destructuring that writes',
      'let T = 900; [T] = f();',
      '{ sessionTimeout: T }',
      'T is assigned again in server.ts:2',
    ],
    ['var twice', 'var T = 900; var T = 5;', '{ sessionTimeout: T }', 'T is declared more than once'],
    ['a chain of names', 'const A = 900; const B = A; const C = B;', '{ sessionTimeout: C }', 900],
    ['arithmetic with names', 'const MINUTE = 60;', '{ sessionTimeout: 5 * MINUTE }', 300],
    ['a name that refers to itself', 'const A = B; const B = A;', '{ sessionTimeout: A }', 'it refers to itself'],
    ['shorthand', 'const sessionTimeout = 900;', '{ sessionTimeout }', 900],
    ['a member', 'const limits = { tls: { session: 900 } };', '{ sessionTimeout: limits.tls.session }', 900],
    [
      'a member in brackets',
      "const limits = { 'tls-session': 900 };",
      "{ sessionTimeout: limits['tls-session'] }",
      900,
    ],
    ['a frozen object', 'const limits = Object.freeze({ tls: 900 });', '{ sessionTimeout: limits.tls }', 900],
    [
      'a member that is written',
      'const l = { tls: 900 }; if (x) l.tls = 5;',
      '{ sessionTimeout: l.tls }',
      'the property is only there under a condition',
    ],
    ['destructuring', 'const { tls: { session } } = { tls: { session: 900 } };', '{ sessionTimeout: session }', 900],
    [
      'destructuring with a default',
      'const { session = 5 } = f();',
      '{ sessionTimeout: session }',
      'it is taken out of an object in a way that is not read',
    ],
    ['an enum', 'enum T { A = 5, B = A * 100 }', '{ sessionTimeout: T.B }', 500],
    ['an enum that counts on', 'enum T { A = 900, B }', '{ sessionTimeout: T.B }', 901],
    ['an enum from 0', 'enum T { A, B }', '{ sessionTimeout: T.B }', 1],
    ['a static member', 'class T { static readonly S = 900; }', '{ sessionTimeout: T.S }', 900],
    [
      'a static member that is written',
      'class T { static S = 900; } T.S = 5;',
      '{ sessionTimeout: T.S }',
      'S may be assigned again',
    ],
    ['a namespace', 'namespace T { export const S = 900; }', '{ sessionTimeout: T.S }', 900],
    ['an inner name that hides the outer', 'const T = 5; { const T = 900; }', '{ sessionTimeout: T }', 5],
    ['the environment', '', '{ sessionTimeout: process.env.T }', 'the value comes from the environment'],
    [
      'the environment, destructured',
      'const { T } = process.env;',
      '{ sessionTimeout: Number(T) }',
      'the value is the result of Number()',
    ],
    [
      'the environment, as a number',
      '',
      '{ sessionTimeout: parseInt(process.env.T ?? "", 10) }',
      'the value comes from the environment',
    ],
    ['a call', '', '{ sessionTimeout: config.get("tls") }', 'the value is the result of config.get()'],
    ['a global', '', '{ sessionTimeout: SECONDS }', 'the value depends on a global'],
    ['a loop', 'for (const T of [1, 2])', '{ sessionTimeout: T }', 'T takes the values of a loop'],
  ])('%s', (_, before, options, want) => expect(lifetime(server(options, before))).toBe(want));

  test('a parameter with a default is what the caller gives', () => {
    expect(
      lifetime("import https from 'https';\nexport const f = (t = 900) => https.createServer({ sessionTimeout: t });"),
    ).toBe('the value is a parameter of f()');
  });
});

describe('other files', () => {
  const use = (from: string) => server('{ sessionTimeout: T }', from);
  test.each([
    ['a named import', "import { T } from './limits';", { 'limits.ts': 'export const T = 900;' }, 900],
    [
      'a renamed import',
      "import { SECONDS as T } from './limits';",
      { 'limits.ts': 'export const SECONDS = 900;' },
      900,
    ],
    ['a default import', "import T from './limits';", { 'limits.ts': 'export default 900;' }, 900],
    [
      'a default that is a name',
      "import T from './limits';",
      { 'limits.ts': 'const S = 900;\nexport default S;' },
      900,
    ],
    ['with an ending', "import { T } from './limits.js';", { 'limits.ts': 'export const T = 900;' }, 900],
    ['a folder', "import { T } from './limits';", { 'limits/index.ts': 'export const T = 900;' }, 900],
    ['a folder above', "import { T } from '../limits';", { '../limits.ts': 'export const T = 900;' }, 900],
    [
      're-exported',
      "import { T } from './a';",
      { 'a.ts': "export { S as T } from './b';", 'b.ts': 'export const S = 900;' },
      900,
    ],
    [
      're-exported all',
      "import { T } from './a';",
      { 'a.ts': "export * from './b';", 'b.ts': 'export const T = 900;' },
      900,
    ],
    [
      're-exported as an object',
      "import { b } from './a';\nconst T = b.S;",
      { 'a.ts': "export * as b from './b';", 'b.ts': 'export const S = 900;' },
      900,
    ],
    [
      'a namespace import',
      "import * as l from './limits';\nconst T = l.S;",
      { 'limits.ts': 'export const S = 900;' },
      900,
    ],
    ['an enum', "import { E } from './limits';\nconst T = E.S;", { 'limits.ts': 'export enum E { S = 900 }' }, 900],
    ['CommonJS, by name', "const { T } = require('./limits');", { 'limits.js': 'exports.T = 900;' }, 900],
    [
      'CommonJS, as an object',
      "const T = require('./limits').S;",
      { 'limits.js': 'module.exports = { S: 900 };' },
      900,
    ],
    [
      'TypeScript import of CommonJS',
      "import l = require('./limits');\nconst T = l.S;",
      { 'limits.js': 'module.exports = { S: 900 };' },
      900,
    ],
    ['not there', "import { T } from './limits';", {}, 'the file behind ./limits is not among those that are read'],
    [
      'of that name, but not exported',
      "import { T } from './limits';",
      { 'limits.ts': 'const T = 900;' },
      'T is not found in limits.ts',
    ],
    ['broken', "import { T } from './limits';", { 'limits.ts': 'export const T = ;;)' }, 'limits.ts cannot be read'],
    ['a package', "import { T } from 'limits';", {}, 'the value comes from the package limits, which is not read'],
    [
      'in a circle',
      "import { T } from './a';",
      { 'a.ts': "export { T } from './b';", 'b.ts': "export { T } from './a';" },
      'it is too many steps away',
    ],
  ])('%s', (_, statement, others, want) => expect(lifetime({ 'server.ts': use(statement), ...others })).toBe(want));

  test('files that are not part of what was given are asked for', () => {
    const texts = {
      'src/server.ts': server('{ sessionTimeout: T }', "import { T } from './a/limits.js';"),
      'src/a/limits.ts': "export { T } from '../b';",
      'src/b/index.ts': 'export const T = 900;',
    };
    const [configuration] = resolveTexts(texts, ['src/server.ts']);
    expect(configuration?.listeners.map((listener) => summaryOf(listener).lifetime)).toEqual([900]);
    expect(configuration?.files.map(({ path }) => path)).toEqual(Object.keys(texts));
  });
});

describe('objects', () => {
  test.each([
    ['the last property wins', '', '{ sessionTimeout: 5, sessionTimeout: 900 }', 900],
    ['a spread after it wins', 'const a = { sessionTimeout: 900 };', '{ sessionTimeout: 5, ...a }', 900],
    ['a spread before it loses', 'const a = { sessionTimeout: 5 };', '{ ...a, sessionTimeout: 900 }', 900],
    ['spreads of spreads', 'const a = { sessionTimeout: 900 }; const b = { ...a };', '{ ...b }', 900],
    ['Object.assign', 'const a = { sessionTimeout: 5 };', 'Object.assign({}, a, { sessionTimeout: 900 })', 900],
    ['a spread of something unknown before', '', '{ ...f(), sessionTimeout: 900 }', 900],
    ['a spread of something unknown after', '', '{ sessionTimeout: 900, ...f() }', 'the value is the result of f()'],
    ['a conditional spread of other properties', '', '{ sessionTimeout: 900, ...(x ? { ca } : {}) }', 900],
    [
      'a conditional spread that has it',
      '',
      '{ ...(x && { sessionTimeout: 900 }) }',
      'the property is only there under a condition',
    ],
    ['a spread of nothing', '', '{ sessionTimeout: 900, ...undefined, ...null }', 900],
    ['assigned beside', 'const o = { key }; o.sessionTimeout = 900;', 'o', 900],
    ['assigned in brackets', "const o = { key }; o['sessionTimeout'] = 900;", 'o', 900],
    ['assigned by Object.assign', 'const o = { key }; Object.assign(o, { sessionTimeout: 900 });', 'o', 900],
    [
      'assigned under a condition',
      'const o = { sessionTimeout: 5 }; if (x) o.sessionTimeout = 900;',
      'o',
      'the property is only there under a condition',
    ],
    [
      'assigned to a computed name',
      'const o = { sessionTimeout: 5 }; o[x] = 900;',
      'o',
      'the object is changed in server.ts:2',
    ],
    ['a computed name that is known', "const k = 'sessionTimeout';", '{ [k]: 900 }', 900],
    ['a getter', '', '{ get sessionTimeout() { return 900; } }', 'the value is computed where it is read'],
    ['as const', 'const o = { sessionTimeout: 900 } as const;', 'o', 900],
    ['a type that is checked', '', '{ sessionTimeout: 900 } satisfies object', 900],
    [
      'one of two objects',
      'const o = x ? { sessionTimeout: 5 } : { sessionTimeout: 6 };',
      'o',
      'the property is only there under a condition',
    ],
  ])('%s', (_, before, options, want) => expect(lifetime(server(options, before))).toBe(want));

  test('what is assigned after the server is made comes too late', () => {
    const text = `${server('o', 'const o = { sessionTimeout: 900 };')}o.sessionTimeout = 5;\n`;
    expect(lifetime(text)).toBe(900);
  });
});
