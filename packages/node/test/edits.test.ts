import { applyEdits, invertEdits } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { node } from '../src/index.js';
import { fileOf, patchTexts } from './in-memory.js';

const head = "import https from 'node:https';\n";

function patched(text: string): string {
  const { plan, after } = patchTexts({ 'server.ts': head + text });
  expect(plan.refused.map(({ why }) => why)).toEqual([]);
  return after['server.ts']?.slice(head.length) ?? '';
}

function refusals(texts: Readonly<Record<string, string>>): readonly string[] {
  const { plan } = patchTexts(texts);
  expect(plan.files).toEqual([]);
  return plan.refused.map(({ why }) => why);
}

describe('a property is put in, in the style of the literal', () => {
  test.each([
    ['one line', 'https.createServer({ key, cert });', 'https.createServer({ key, cert, sessionTimeout: 60 });'],
    ['one line, tight', 'https.createServer({key});', 'https.createServer({key, sessionTimeout: 60});'],
    [
      'one line with a trailing comma',
      'https.createServer({ key, cert, });',
      'https.createServer({ key, cert, sessionTimeout: 60, });',
    ],
    ['empty', 'https.createServer({});', 'https.createServer({ sessionTimeout: 60 });'],
    [
      'a line for each',
      'https.createServer({\n  key,\n  cert,\n});',
      'https.createServer({\n  key,\n  cert,\n  sessionTimeout: 60,\n});',
    ],
    [
      'a line for each, no trailing comma',
      'https.createServer({\n  key,\n  cert\n});',
      'https.createServer({\n  key,\n  cert,\n  sessionTimeout: 60\n});',
    ],
    ['one property', 'https.createServer({\n\tkey\n});', 'https.createServer({\n\tkey,\n\tsessionTimeout: 60\n});'],
    [
      'a comment behind the last, with a comma',
      'https.createServer({\n  key, // of 2024\n});',
      'https.createServer({\n  key, // of 2024\n  sessionTimeout: 60,\n});',
    ],
    [
      'a comment behind the last, without a comma',
      'https.createServer({\n  key, cert2,\n  cert // of 2024\n});',
      'https.createServer({\n  key, cert2,\n  cert, sessionTimeout: 60 // of 2024\n});',
    ],
    [
      'a comment behind the only one',
      'https.createServer({\n  cert // of 2024\n});',
      'https.createServer({\n  sessionTimeout: 60,\n  cert // of 2024\n});',
    ],
    [
      'several properties a line',
      'https.createServer({\n  key, cert,\n  ca\n});',
      'https.createServer({\n  key, cert,\n  ca, sessionTimeout: 60\n});',
    ],
    [
      'quoted keys',
      'https.createServer({ "key": k, "cert": c });',
      'https.createServer({ "key": k, "cert": c, "sessionTimeout": 60 });',
    ],
    [
      'a last property of many lines',
      'https.createServer({\n  key,\n  SNICallback(a, b) {\n    b();\n  },\n});',
      'https.createServer({\n  key,\n  SNICallback(a, b) {\n    b();\n  },\n  sessionTimeout: 60,\n});',
    ],
    [
      'CRLF',
      'https.createServer({\r\n  key,\r\n  cert\r\n});',
      'https.createServer({\r\n  key,\r\n  cert,\r\n  sessionTimeout: 60\r\n});',
    ],
    [
      'a spread at the end',
      'const a = { key };\nhttps.createServer({ ...a });',
      'const a = { key };\nhttps.createServer({ ...a, sessionTimeout: 60 });',
    ],
    ['no options', 'https.createServer(app => {});', 'https.createServer({ sessionTimeout: 60 }, app => {});'],
    ['nothing at all', 'https.createServer();', 'https.createServer({ sessionTimeout: 60 });'],
  ])('%s', (_, text, want) => expect(patched(text)).toBe(want));
});

describe('a number is changed where it is written', () => {
  test.each([
    ['a literal', 'https.createServer({ sessionTimeout: 900 });', 'https.createServer({ sessionTimeout: 60 });'],
    [
      'a type assertion stays',
      'https.createServer({ sessionTimeout: 900 as number });',
      'https.createServer({ sessionTimeout: 60 as number });',
    ],
    [
      'brackets stay',
      'https.createServer({ sessionTimeout: (15 * 60) });',
      'https.createServer({ sessionTimeout: (60) });',
    ],
    [
      'arithmetic with a name, which stays',
      'const MINUTE = 60;\nsetTimeout(f, MINUTE);\nhttps.createServer({ sessionTimeout: 5 * MINUTE });',
      'const MINUTE = 60;\nsetTimeout(f, MINUTE);\nhttps.createServer({ sessionTimeout: 60 });',
    ],
    [
      'a const of two servers',
      'const T = 900;\nhttps.createServer({ sessionTimeout: T });\nhttps.createServer({ sessionTimeout: T });',
      'const T = 60;\nhttps.createServer({ sessionTimeout: T });\nhttps.createServer({ sessionTimeout: T });',
    ],
    [
      'an enum that counts on',
      'enum T { A = 899, B }\nhttps.createServer({ sessionTimeout: T.B });',
      'enum T { A = 899, B = 60 }\nhttps.createServer({ sessionTimeout: T.B });',
    ],
    [
      'a default of a module',
      'const t = undefined;\nhttps.createServer({ sessionTimeout: t });',
      'const t = 60;\nhttps.createServer({ sessionTimeout: t });',
    ],
    [
      'an assignment',
      'const o = {};\no.sessionTimeout = 900;\nhttps.createServer(o);',
      'const o = {};\no.sessionTimeout = 60;\nhttps.createServer(o);',
    ],
    [
      'other members stay',
      'const l = { tls: 900, http: 5 };\nf(l.http);\nhttps.createServer({ sessionTimeout: l.tls });',
      'const l = { tls: 60, http: 5 };\nf(l.http);\nhttps.createServer({ sessionTimeout: l.tls });',
    ],
    [
      'a static member',
      'class T { static readonly S = 900; }\nhttps.createServer({ sessionTimeout: T.S });',
      'class T { static readonly S = 60; }\nhttps.createServer({ sessionTimeout: T.S });',
    ],
    [
      'while it runs, both',
      'const s = https.createServer({ sessionTimeout: 300 });\nf(() => s.setSecureContext({ sessionTimeout: 900 }));',
      'const s = https.createServer({ sessionTimeout: 60 });\nf(() => s.setSecureContext({ sessionTimeout: 60 }));',
    ],
    ['a short one stays', 'https.createServer({ sessionTimeout: 30 });', 'https.createServer({ sessionTimeout: 30 });'],
  ])('%s', (_, text, want) => expect(patched(text)).toBe(want));

  test('in another file, by way of a third', () => {
    const { plan, after } = patchTexts({
      'server.ts': `${head}import { T } from './index';\nhttps.createServer({ sessionTimeout: T });`,
      'index.ts': "export * from './limits';",
      'limits.ts': 'export const T = 900;\n',
    });
    expect(plan.refused).toEqual([]);
    expect(after['limits.ts']).toBe('export const T = 60;\n');
  });
});

describe('what something else uses is left alone', () => {
  const also = (name: string, ...places: readonly string[]) => [
    `${name} is also used in ${places.join(', ')}; shortening it would change more than the TLS session`,
  ];
  const serverOf = (text: string) => ({ 'server.ts': head + text });
  test.each([
    [
      'in the same file',
      serverOf('const T = 900;\nf(T);\nhttps.createServer({ sessionTimeout: T });'),
      also('T', 'server.ts:3'),
    ],
    [
      'as a shorthand',
      serverOf('const T = 900;\nconst o = { T };\nf(o);\nhttps.createServer({ sessionTimeout: T });'),
      also('T', 'server.ts:4'),
    ],
    [
      'on the way',
      serverOf('const T = 900;\nconst U = T;\nf(U);\nhttps.createServer({ sessionTimeout: U });'),
      also('U', 'server.ts:4'),
    ],
    [
      'the object as a whole',
      serverOf('const l = { tls: 900 };\nf(l);\nhttps.createServer({ sessionTimeout: l.tls });'),
      also('l', 'server.ts:3'),
    ],
    [
      'the object, by a computed name',
      serverOf('const l = { tls: 900 };\nf(l[x]);\nhttps.createServer({ sessionTimeout: l.tls });'),
      also('l', 'server.ts:3'),
    ],
    [
      'the member',
      serverOf('const l = { tls: 900 };\nf(l.tls);\nhttps.createServer({ sessionTimeout: l.tls });'),
      also('l', 'server.ts:3'),
    ],
    [
      'the options, by a client',
      serverOf('const o = { sessionTimeout: 900 };\nhttps.request(o);\nhttps.createServer(o);'),
      also('o', 'server.ts:3'),
    ],
    [
      'options without a number, by a client',
      serverOf('const o = { key };\nhttps.request(o);\nhttps.createServer(o);'),
      also('o', 'server.ts:3'),
    ],
    [
      'an enum member',
      serverOf('enum T { A = 900 }\nf(T.A);\nhttps.createServer({ sessionTimeout: T.A });'),
      also('T', 'server.ts:3'),
    ],
    [
      'in four places',
      serverOf('const T = 900;\nf(T);\nf(T);\nf(T);\nf(T);\nhttps.createServer({ sessionTimeout: T });'),
      also('T', 'server.ts:3', 'server.ts:4', 'server.ts:5 and 1 more places'),
    ],
    [
      'in a file without servers',
      {
        ...serverOf("import { T } from './t';\nhttps.createServer({ sessionTimeout: T });"),
        't.ts': 'export const T = 900;',
        'cookie.ts': "import { T } from './t';\nsetCookie(T);",
      },
      also('T', 'cookie.ts:2'),
    ],
    [
      'under another name',
      {
        ...serverOf("import { T } from './t';\nhttps.createServer({ sessionTimeout: T });"),
        't.ts': 'export const T = 900;',
        'cookie.ts': "import { T as age } from './t.js';\nsetCookie(age);",
      },
      also('T', 'cookie.ts:2'),
    ],
    [
      'by its module',
      {
        ...serverOf("import { T } from './t';\nhttps.createServer({ sessionTimeout: T });"),
        't.ts': 'export const T = 900;',
        'cookie.ts': "import * as t from './t';\nsetCookie(t.T);",
      },
      also('T', 'cookie.ts:2'),
    ],
    [
      'by way of a third file',
      {
        ...serverOf("import { T } from './t';\nhttps.createServer({ sessionTimeout: T });"),
        't.ts': 'export const T = 900;',
        'index.ts': "export { T as AGE } from './t';",
        'cookie.ts': "import { AGE } from './index';\nsetCookie(AGE);",
      },
      also('T', 'cookie.ts:2'),
    ],
    [
      'CommonJS',
      {
        'server.js':
          "const https = require('https');\nconst { T } = require('./t');\nhttps.createServer({ sessionTimeout: T });",
        't.js': 'const T = 900;\nmodule.exports = { T };',
        'cookie.js': "const t = require('./t');\nsetCookie(t.T);",
      },
      also('T', 'cookie.js:2'),
    ],
    [
      'CommonJS, without a name',
      {
        'server.js': "const https = require('https');\nhttps.createServer({ sessionTimeout: require('./t').T });",
        't.js': 'exports.T = 900;',
        'cookie.js': "const { T } = require('./t');\nsetCookie(T);",
      },
      also('T', 'cookie.js:2'),
    ],
  ])('%s', (_, texts, want) => expect(refusals(texts)).toEqual(want));

  test.each([
    ['other members', 'const o = { key, port: 1, sessionTimeout: 900 };\nf(o.port);\nhttps.createServer(o);'],
    ['exports that nobody imports', 'export const o = { key, sessionTimeout: 900 };\nhttps.createServer(o);'],
    ['types', 'const o = { sessionTimeout: 900 };\ntype O = typeof o;\nhttps.createServer(o);'],
    [
      'other contexts',
      "import tls from 'tls';\nconst o = { key };\nconst s = https.createServer(o);\ns.addContext('a', o);\ntls.createSecureContext({ ...o, sessionTimeout: 5 });",
    ],
  ])('%s are no other use', (_, text) => expect(patched(text)).toContain('sessionTimeout: 60'));

  test.each([
    ['an enum that others count on from', 'enum T { A, B, C }\nhttps.createServer({ sessionTimeout: T.B });', 0],
    ['options that are put together', 'https.createServer(Object.assign({}, { key }));', 1],
  ])('%s', (_, text, count) => expect(refusals(serverOf(text))).toHaveLength(count));
});

test('a file that was not given is left alone: what else uses it is not seen', () => {
  const texts = {
    'server.ts': `${head}import { T } from './t';\nhttps.createServer({ sessionTimeout: T });`,
    't.ts': 'export const T = 900;',
  };
  const { plan } = patchTexts(texts, ['server.ts']);
  expect(plan.files).toEqual([]);
  expect(plan.refused.map(({ why }) => why)).toEqual([
    't.ts is not among the files that were given, and neither may others be that use the same number',
  ]);
});

describe('comments and places', () => {
  const tree = (text: string, path = 'a.tsx') => node.parse(fileOf(path, text));
  const texts = (text: string, path?: string) =>
    node.comments(tree(text, path)).map(({ start, end }) => text.slice(start, end));
  test.each([
    ['a // one\n/* two */ b', ['// one', '/* two */']],
    ["const s = '// no'; const t = `/* no ${/* yes */ x} // no`;", ['/* yes */']],
    ['f(/* one */);\nf(a /* two */, b);', ['/* one */', '/* two */']],
    ['const o = {\n  // one\n  a, // two\n  // three\n};', ['// one', '// two', '// three']],
    ['function f() {\n  // one\n}\n// two', ['// one', '// two']],
    ['const x = <a>// no {/* yes */} /* no */</a>;', ['/* yes */']],
    ['const r = /\\/\\/ no/; // yes', ['// yes']],
    ['#!/usr/bin/env node\n// yes', ['// yes']],
    ['if (a) {\n  b();\n  // one\n} else {\n  // two\n}', ['// one', '// two']],
    ['switch (a) {\n  // one\n  case 1:\n    // two\n    break;\n  // three\n}', ['// one', '// two', '// three']],
    ['class A {\n  // one\n  b = 1; // two\n  // three\n}', ['// one', '// two', '// three']],
  ])('%j', (text, want) => expect(texts(text)).toEqual(want));

  test.each([
    ['const a = {\n  b: 1,\n};', 'b', 'const a = {\n  // note\n  b: 1,\n};'],
    ['a();\r\n\tb();', 'b', 'a();\r\n\t// note\r\n\tb();'],
    ['a();', 'a', '// note\na();'],
    ['`\n${a}`', 'a', undefined], // the line begins in a text
    ['/*\n*/ a();', 'a', undefined], // the line begins in a comment
    ['<a>\n{b}</a>', 'b', undefined], // the line begins between tags
  ])('above %j', (text, at, want) => {
    const edit = node.annotate(tree(text), text.indexOf(at), 'note');
    const result = edit && applyEdits(text, [edit]);
    expect(result && (result.ok ? result.text : result)).toBe(want);
  });

  test('statements are known by the names around them', () => {
    const text =
      "const o = { a: { sessionTimeout: x } };\nhttps.createServer({ sessionTimeout });\nenum T { A = 5 }\nclass C { static readonly S = 5; }\no.sessionTimeout = 5;\nfunction f() { const d = 60 * 60; }\nnew f5.ltm.ProfileClientSsl('shop', { cacheTimeout: 5 });\nexport default 5;";
    expect(node.anchors(tree(text)).map(({ path }) => path.join(' > '))).toEqual([
      'o > a > sessionTimeout',
      'https.createServer > sessionTimeout',
      'T > A',
      'C > S',
      'o.sessionTimeout',
      'f() > d',
      'f5.ltm.ProfileClientSsl shop > cacheTimeout',
      'export default',
    ]);
  });
});

test('what is taken back is what was there', () => {
  const text = `\u{feff}${head}https.createServer({\r\n\tkey\r\n});`;
  const { plan } = patchTexts({ 'server.ts': text });
  for (const { before, after, edits } of plan.files)
    expect(applyEdits(after.text, invertEdits(edits))).toEqual({ ok: true, text: before.text });
  expect(plan.files).toHaveLength(1);
});
