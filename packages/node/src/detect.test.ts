import { decode } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { claims, isTelling } from './detect.js';

describe('isTelling', () => {
  test.each([
    ["import https from 'node:https';\nhttps.createServer({});", true],
    ['const tls = require("tls"); new tls.Server({});', true],
    ["import { Server } from 'https'; new Server();", true],
    ["import { Server as S } from 'https';", true],
    ['const { createSecureServer } = require(`http2`);', true],
    ["import https from 'https';\nhttps.get('a');", false], // a client
    ["import https from 'https'; // Internal Server Error", false],
    ["import http from 'http';\nhttp.createServer();", false],
    ["import { createServer } from './net';", true], // a function that another file passes on
    ["import { createServer } from 'net';", false],
    ["import Fastify from 'fastify';\nFastify({ https });", true],
    ["import Fastify from 'fastify';\nFastify();", false],
    ["import { NestFactory } from '@nestjs/core';\nNestFactory.create(A, { httpsOptions });", true],
    ["import Hapi from '@hapi/hapi';\nHapi.server({ tls });", true],
    ["import * as f5 from '@pulumi/f5bigip';", true],
    ["import { ltm } from '@pulumi/f5bigip/ltm';", true],
    ['const s = "see https://example/"; createServer();', false],
    ['', false],
  ])('%j: %s', (text, want) => expect(isTelling(text)).toBe(want));
});

describe('claims', () => {
  const plain = 'export const a = 1;';
  const telling = "import https from 'https';\nhttps.createServer({});";
  test.each([
    ['a.ts', plain, false, true], // any source may hold a number that a server uses
    ['a.ts', plain, true, false],
    ['a.ts', telling, true, true],
    ['a.d.ts', telling, false, false],
    ['a.d.mts', telling, false, false],
    ['a.json', telling, false, false],
    ['a.TSX', telling, true, true],
    ['a.cjs', telling, true, true],
  ])('%s %j, named %s: %s', (path, text, named, want) =>
    expect(claims(decode(path, new TextEncoder().encode(text)), named)).toBe(want),
  );
});
