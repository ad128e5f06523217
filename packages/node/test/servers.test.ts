import { describe, expect, test } from 'vitest';
import { listenersIn, resolveTexts, summaryOf } from './in-memory.js';

const found = (text: string | Readonly<Record<string, string>>) =>
  listenersIn(text).map(({ name, address }) => [name.replace(/^.*:\d+ /, ''), address]);

describe('who makes a server', () => {
  test.each([
    [
      'a compiled default import',
      'const https_1 = __importDefault(require("https"));\nhttps_1.default.createServer({}).listen(1);',
      'https_1.default.createServer',
    ],
    [
      'a compiled call',
      'const https_1 = require("https");\n(0, https_1.createServer)({}).listen(1);',
      '(0, https_1.createServer)',
    ],
    [
      'an interop of a bundler',
      'var _h = /* @__PURE__ */ _interop_require_default(require("https"));\n_h.default.createServer({}).listen(1);',
      '_h.default.createServer',
    ],
    [
      'require made by hand',
      "import { createRequire } from 'module';\nconst require = createRequire(import.meta.url);\nconst https = require('https');\nhttps.createServer({}).listen(1);",
      'https.createServer',
    ],
    [
      'a built-in module',
      "process.getBuiltinModule('node:tls').createServer({}).listen(1);",
      "process.getBuiltinModule('node:tls').createServer",
    ],
    [
      'a namespace with default',
      "import * as h from 'https';\nh.default.createServer({}).listen(1);",
      'h.default.createServer',
    ],
    ['TypeScript import', "import https = require('https');\nhttps.createServer({}).listen(1);", 'https.createServer'],
    ['without new', "import { Server } from 'tls';\nServer({}).listen(1);", 'Server'],
    [
      'a copy of the function',
      "import https from 'https';\nconst make = https.createServer;\nmake({}).listen(1);",
      'make',
    ],
    [
      'a copy of the module',
      "import https from 'https';\nconst lib = https;\nlib.createServer({}).listen(1);",
      'lib.createServer',
    ],
    [
      'one of two modules',
      "import https from 'https';\nimport http from 'http';\n(secure ? https : http).createServer({}).listen(1);",
      '(secure ? https : http).createServer',
    ],
    [
      'a variable that is one of two',
      "const lib = secure ? require('https') : require('http');\nlib.createServer({}).listen(1);",
      'lib.createServer',
    ],
    [
      'a module that is loaded late',
      "let https;\ntry { https = require('https'); } catch {}\nhttps.createServer({}).listen(1);",
      'https.createServer',
    ],
    ['an optional call', "import https from 'https';\nhttps?.createServer({}).listen(1);", 'https?.createServer'],
  ])('%s', (_, text, callee) => expect(found(text)).toEqual([[callee, '*:1']]));

  test('by way of another file', () => {
    expect(
      found({
        'tls.ts': "export { createServer as listen } from 'node:https';",
        'a.ts': "import { listen } from './tls';\nexport const createServer = listen({}).listen(1);",
      }),
    ).toEqual([['listen', '*:1']]);
  });

  test.each([
    ['HTTP', "import http from 'http';\nhttp.createServer({ sessionTimeout: 5 });"],
    ['HTTP/2 without TLS', "import http2 from 'http2';\nhttp2.createServer({});"],
    [
      'a function of one’s own',
      "import https from 'https';\nfunction createServer(o) {}\ncreateServer({ sessionTimeout: 5 });",
    ],
    [
      'a method of one’s own',
      "import https from 'https';\nconst games = { createServer(o) {} };\ngames.createServer({ sessionTimeout: 5 });",
    ],
    [
      'a name that hides the import',
      "import https from 'https';\nfunction f(https) { return https.createServer({}); }",
    ],
    [
      'a require of one’s own',
      "function require(x) { return { createServer() {} }; }\nrequire('https').createServer({});",
    ],
    [
      'a type',
      "import type https from 'https';\ndeclare const s: https.Server;\nnew Foo<https.Server>({ Server: 1 });",
    ],
    ['a client', "import tls from 'tls';\ntls.connect({ sessionTimeout: 5 });\nnew tls.TLSSocket(s);"],
    [
      'text',
      "import https from 'https';\nconst s = 'https.createServer({ sessionTimeout: 5 })'; // https.createServer({})",
    ],
    [
      'Fastify without TLS',
      "import Fastify from 'fastify';\nFastify({ logger: true, https: null });\nFastify();\nFastify({ https: undefined });",
    ],
    [
      'NestJS without TLS',
      "import { NestFactory } from '@nestjs/core';\nNestFactory.create(App, { cors: true, httpsOptions: undefined });",
    ],
  ])('%s is none', (_, text) => expect(found(text)).toEqual([]));
});

describe('frameworks', () => {
  const lifetimes = (text: string) => listenersIn(text).map((listener) => summaryOf(listener).lifetime);
  test.each([
    ['Fastify', "import Fastify from 'fastify';\nFastify({ https: { sessionTimeout: 900 } });", [900]],
    [
      'Fastify by name',
      "import { fastify } from 'fastify';\nfastify({ http2: true, https: { sessionTimeout: 900 } });",
      [900],
    ],
    ['Fastify, CommonJS', "const app = require('fastify')({ https: { sessionTimeout: 900 } });", [900]],
    [
      'Fastify, options apart',
      "import Fastify from 'fastify';\nconst https = { sessionTimeout: 900 };\nconst o = { logger: true, https };\nFastify(o);",
      [900],
    ],
    [
      'Fastify, in one of two ways',
      "import Fastify from 'fastify';\nFastify({ https: prod ? { sessionTimeout: 900 } : null });",
      [900],
    ],
    [
      'NestJS',
      "import { NestFactory } from '@nestjs/core';\nawait NestFactory.create(App, { httpsOptions: { sessionTimeout: 900 } });",
      [900],
    ],
    [
      'NestJS with an adapter',
      "import { NestFactory } from '@nestjs/core';\nimport { ExpressAdapter } from '@nestjs/platform-express';\nNestFactory.create(App, new ExpressAdapter(), { httpsOptions: { sessionTimeout: 900 } });",
      [900],
    ],
    [
      'NestJS with Fastify',
      "import { NestFactory } from '@nestjs/core';\nimport { FastifyAdapter } from '@nestjs/platform-fastify';\nNestFactory.create<App>(App, new FastifyAdapter({ https: { sessionTimeout: 900 } }));",
      [900],
    ],
    ['hapi', "import Hapi from '@hapi/hapi';\nHapi.server({ port: 443, tls: { sessionTimeout: 900 } });", [900]],
    [
      'express',
      "import express from 'express';\nimport https from 'https';\nconst app = express();\nhttps.createServer({ sessionTimeout: 900 }, app);",
      [900],
    ],
    [
      'koa',
      "import Koa from 'koa';\nimport https from 'https';\nconst app = new Koa();\nhttps.createServer({ sessionTimeout: 900 }, app.callback());",
      [900],
    ],
  ])('%s', (_, text, want) => expect(lifetimes(text)).toEqual(want));
});

describe('addresses', () => {
  const address = (after: string, before = '') =>
    listenersIn(`import https from 'https';\n${before}\nhttps.createServer({})${after};`).map((one) => one.address);
  test.each([
    ['.listen(8443)', '', '*:8443'],
    [".listen(8443, '10.0.0.1')", '', '10.0.0.1:8443'],
    [".listen('8443')", '', '*:8443'],
    ['.listen(8443, () => {})', '', '*:8443'],
    [".listen(8443, '::1', 511, ready)", '', '[::1]:8443'],
    [".listen({ port: 8443, host: '10.0.0.1' })", '', '10.0.0.1:8443'],
    ['.listen({ port: 8443 })', '', '*:8443'],
    [".listen('/run/app.sock')", '', 'unix:/run/app.sock'],
    [".listen({ path: '/run/app.sock' })", '', 'unix:/run/app.sock'],
    ['.listen(PORT)', 'const PORT = 8443;', '*:8443'],
    ['.listen(process.env.PORT)', '', null],
    ['.listen(process.env.PORT || 8443)', '', null],
    ['.listen(8443, process.env.HOST)', '', null],
    ['.listen()', '', null],
    ['', '', null],
    [".on('error', log).listen(8443)", '', '*:8443'],
  ])('%s %s', (after, before, want) => expect(address(after, before)).toEqual([want]));

  test.each([
    ['a variable', 'const s = https.createServer({});\ns.listen(8443);'],
    ['a variable that gets it later', 'let s;\ns = https.createServer({});\ns.listen(8443);'],
    ['a field', 'class A { constructor() { this.s = https.createServer({}); }\n run() { this.s.listen(8443); } }'],
    ['a field with a value', 'class A { s = https.createServer({});\n run() { this.s.listen(8443); } }'],
    ['a promise', 'async function f() { const s = await https.createServer({}); s.listen(8443); }'],
    ['a copy', 'const s = https.createServer({});\nconst t = s;\nt.listen(8443);'],
    ['twice the same', 'const s = https.createServer({});\nif (x) s.listen(8443); else s.listen(8443);'],
  ])('%s', (_, text) =>
    expect(listenersIn(`import https from 'https';\n${text}`).map((one) => one.address)).toEqual(['*:8443']),
  );

  test('two addresses are none', () =>
    expect(
      listenersIn(
        "import https from 'https';\nconst s = https.createServer({});\nif (x) s.listen(1); else s.listen(2);",
      ),
    ).toMatchObject([{ address: null }]));

  test('in another file', () => {
    const texts = {
      'server.ts': "import https from 'https';\nexport const server = https.createServer({});",
      'main.ts': "import { server as s } from './server';\ns.listen(8443);",
    };
    expect(listenersIn(texts)).toMatchObject([{ address: '*:8443' }]);
  });
});

describe('contexts', () => {
  const one = (text: string) => {
    const [first, ...others] = listenersIn(
      `import https from 'https';\nimport tls from 'tls';\nimport crypto from 'crypto';\n${text}`,
    );
    expect(others).toEqual([]);
    if (!first) throw new Error('no listener');
    return { ...first, ...summaryOf(first) };
  };
  test.each([
    ['plain', '{}', [false, true, true]],
    ['1.3 only', "{ minVersion: 'TLSv1.3' }", [false, false, true]],
    ['1.2 at most', "{ maxVersion: 'TLSv1.2' }", [false, true, false]],
    ['by a method', "{ secureProtocol: 'TLSv1_2_method' }", [false, true, false]],
    ['by the method for all', "{ secureProtocol: 'TLS_method' }", [false, true, true]],
    ['no tickets', '{ secureOptions: crypto.constants.SSL_OP_NO_TICKET }', [false, false, false]],
    ['no tickets, by number', '{ secureOptions: 0x4000 }', [false, false, false]],
    [
      'no 1.3 among others',
      '{ secureOptions: crypto.constants.SSL_OP_NO_TLSv1_3 | crypto.constants.SSL_OP_ALL }',
      [false, true, false],
    ],
    ['flags in a variable', '{ secureOptions: flags }', [false, false, false]],
    ['not known', '{ secureOptions: f() }', [false, undefined, undefined]],
    ['not known, but for the version', "{ secureOptions: f(), maxVersion: 'TLSv1.2' }", [false, undefined, false]],
    ['a spread that is not read', '{ ...f(), sessionTimeout: 900 }', [false, undefined, undefined]],
  ])('%s', (_, options, want) => {
    const flags = 'const flags = crypto.constants.SSL_OP_NO_TICKET | 0;';
    expect(one(`${flags}\nhttps.createServer(${options});`).on).toEqual(want);
  });

  test('what is not known to be off counts as on, and a note says so', () => {
    const listener = one('https.createServer({ ...f(), sessionTimeout: 900 });');
    expect(listener).toMatchObject({ lifetime: 900, presumed: { ticketTls12: true, ticketTls13: true } });
    expect(listener.notes.map(({ code }) => code)).toContain('options-not-read');
  });

  test.each([
    ['none', '{}', '', 'dropped'],
    ['from a file', "{ ticketKeys: fs.readFileSync('k') }", '', 'kept'],
    ['from a file, by name', "{ ticketKeys: readFileSync('k') }", '', 'kept'],
    ['written out', "{ ticketKeys: Buffer.from('0123', 'hex') }", '', 'kept'],
    ['random', '{ ticketKeys: crypto.randomBytes(48) }', '', 'dropped'],
    ['from the environment', "{ ticketKeys: Buffer.from(process.env.KEYS, 'hex') }", '', 'unknown'],
    ['from somewhere', '{ ticketKeys: keys() }', '', 'unknown'],
    ['none after all', '{ ticketKeys: undefined }', '', 'dropped'],
    ['set later', '{}', "s.setTicketKeys(readFileSync('k'));", 'kept'],
    ['set under a condition', '{}', "if (x) s.setTicketKeys(readFileSync('k'));", 'unknown'],
    ['not read', '{ ...f(), sessionTimeout: 900 }', '', 'unknown'],
  ])('ticket keys %s', (_, options, after, want) => {
    const text = `import fs, { readFileSync } from 'fs';\nconst s = https.createServer(${options});\n${after}`;
    const { oldSessions, ...listener } = one(text);
    expect(listener).toMatchObject({ oldSessionsAfterReload: want, oldSessionsAfterRestart: want });
    expect(oldSessions?.withNewKeys?.afterRestart).toBe(want === 'dropped' ? undefined : 'dropped');
  });

  test('new ticket keys leave what is in a store outside', () => {
    const withStore = (keys: string) =>
      `const store = createClient();\nconst s = https.createServer({ ${keys} });\ns.on('newSession', (id, d, n) => store.set(id, d));\ns.on('resumeSession', (id, n) => n(null, store.get(id)));`;
    expect(one(withStore("ticketKeys: readFileSync('k')")).oldSessions?.withNewKeys).toEqual({
      afterReload: 'unknown',
      afterRestart: 'unknown',
    });
    expect(one(withStore('')).oldSessions).toEqual({
      isRenewed: false,
      end: expect.stringMatching(/^empty the store/),
    });
  });

  test('a number that comes while the server runs counts beside the first one', () => {
    const listener = one(
      'const s = https.createServer({ sessionTimeout: 300 });\nsetInterval(() => s.setSecureContext({ sessionTimeout: 900 }), 1000);',
    );
    expect(listener.mechanisms.ticketTls12.lifetimes.map(({ seconds }) => seconds)).toEqual([300, 900]);
    expect(listener.lifetime).toBe(900);
  });

  test.each([
    ['both listeners', "s.on('newSession', f);\ns.on('resumeSession', f);", true],
    ['one listener', "s.on('newSession', f);", false],
    ['none', '', false],
    ['both, elsewhere', "function g() { s.once('newSession', f); s.addListener('resumeSession', f); }", true],
  ])('%s', (_, after, want) => expect(one(`const s = https.createServer({});\n${after}`).on[0]).toBe(want));

  test('without tickets, listeners that may be attached elsewhere are not known', () => {
    const listener = one('export const make = () => https.createServer({ secureOptions: 0x4000 });');
    expect(listener).toMatchObject({ on: [undefined, false, false], source: 'default' });
    expect(summaryOf(listener).lifetime).toBe('unknown');
  });

  test('sessions in a store outside may survive', () => {
    const store = (made: string) =>
      `const store = ${made};\nconst s = https.createServer({ secureOptions: 0x4000 });\ns.on('newSession', (id, d, n) => store.set(id, d));\ns.on('resumeSession', (id, n) => n(null, store.get(id)));`;
    expect(one(store('new Map()')).oldSessionsAfterRestart).toBe('dropped');
    expect(one(store('createClient()')).oldSessionsAfterRestart).toBe('unknown');
  });

  test.each([
    [
      'a context for a name',
      "s.addContext('a', tls.createSecureContext({ sessionTimeout: 60 }));",
      '{ sessionTimeout: 900 }',
    ],
    ['SNICallback', '', '{ SNICallback, sessionTimeout: 900 }'],
    ['secureContext', '', '{ secureContext: tls.createSecureContext({ sessionTimeout: 60 }), sessionTimeout: 900 }'],
  ])('the number in %s does not count', (_, after, options) => {
    const callback =
      'function SNICallback(name, done) { done(null, tls.createSecureContext({ sessionTimeout: 60 })); }';
    const listener = one(`${callback}\nconst s = https.createServer(${options});\n${after}`);
    expect(listener.lifetime).toBe(900);
    expect(listener.ignored).toHaveLength(1);
  });
});

describe('notes', () => {
  const codes = (text: string) =>
    listenersIn(`import https from 'https';\n${text}`).flatMap(({ notes }) => notes.map(({ code }) => code));
  test.each([
    ['https.createServer({});', ['documented-default']],
    ['https.createServer({ sessionTimeout: 60 * 1000 });', ['milliseconds']],
    ['https.createServer({ sessionTimeout: 1000 });', []],
    ['https.createServer({ sessionTimeout: Number(process.env.T) });', ['environment']],
    ["import cluster from 'cluster';\nhttps.createServer({ sessionTimeout: 60 });", ['cluster']],
    ['https.createServer({ sessionTimeout: 60, secureOptions: 0x4000 });', ['useless-tickets']],
  ])('%s', (text, want) => expect(codes(text)).toEqual(want));
});

test('a source without servers is told as such, a source that cannot have any is not', () => {
  const configurations = resolveTexts({
    'client.ts': "import tls from 'tls';\nimport { createServer } from 'http';",
    'other.ts': 'export const a = 1;',
    'named.ts': "import { x } from './other';\nfunction createServer() {}",
  });
  expect(configurations.map(({ label }) => label)).toEqual(['client.ts']);
});
