import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { effectiveLifetime } from '@shortfuse/core';
import {
  type Certificate,
  type ConformanceCase,
  canReach,
  createCertificate,
  errorsIn,
  expectedBehaviour,
  findNginx,
  handshake,
  listenersIn,
  measureBehaviour,
  measureReload,
  modulePaths,
  offer,
  openIn,
  readCases,
  sleep,
  stage,
  startNginx,
  testConfiguration,
} from '@shortfuse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nginx as adapter } from '../src/index.js';

const cases = readCases(fileURLToPath(new URL('conformance', import.meta.url)));
const installed = findNginx();
const folder = mkdtempSync(join(tmpdir(), 'shortfuse-live-'));
let certificate: Certificate;

beforeAll(() => {
  if (installed) certificate = createCertificate(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = (path: string) => openIn(adapter, path, { version: installed?.version });
const skipped = (why: string): boolean => {
  process.stderr.write(`skipped: ${why}\n`);
  return true;
};
if (!installed) skipped('nginx is not installed, so nothing is compared with a running server');

/** The modules of a case; undefined, and said so, where it cannot be run here. */
function requirements({ name, modules, listeners }: ConformanceCase): readonly string[] | undefined {
  if (!installed) return undefined;
  const paths = modulePaths(installed, modules);
  if (!paths) skipped(`${name} needs an nginx with the modules ${modules.join(', ')}`);
  if (!canReach(listeners)) skipped(`${name} needs IPv6`);
  return canReach(listeners) ? paths : undefined;
}

const runnable = cases.map((each) => ({ each, name: each.name, modules: requirements(each) }));

describe('nginx -t', () => {
  for (const { each, modules } of runnable)
    test.skipIf(!modules)(`${each.name}: the same verdict, the same first error`, () => {
      const staged = stage(each.folder, certificate);
      try {
        const { ok, firstError } = testConfiguration(staged.path, modules);
        const [first] = errorsIn(open(each.folder));
        expect(first === undefined).toBe(ok);
        // How an endless include ends depends on how many files nginx may open: its message is not always the same.
        if (each.isValid || each.error)
          expect(first && `${first.message} in ${first.file}:${first.line}`).toBe(firstError);
      } finally {
        staged.remove();
      }
    });
});

describe.concurrent('a running nginx does what audit says', () => {
  const started = runnable.filter(({ each }) => each.listeners.length > 0 && errorsIn(open(each.folder)).length === 0);
  const clock = installed?.clockLibrary;
  if (installed && clock === undefined) skipped('libfaketime is not installed, so no session can be aged');

  test('there are enough configurations to start', () => expect(started.length).toBeGreaterThanOrEqual(10));
  for (const { each, modules } of started)
    test.skipIf(!modules || clock === undefined)(each.name, async () => {
      if (!installed) return;
      const listeners = listenersIn(open(each.folder));
      expect(listeners.length).toBe(each.listeners.length);
      const staged = stage(each.folder, certificate);
      try {
        const server = await startNginx(installed, staged.path, modules);
        try {
          const survival = listeners.map(({ oldSessionsAfterReload }) => oldSessionsAfterReload);
          expect(await measureReload(listeners, server.reload)).toEqual(survival);
          const measured = await measureBehaviour(listeners, server.setClockOffset);
          expect(measured).toEqual(expectedBehaviour(listeners));
        } finally {
          await server.stop();
        }
      } finally {
        staged.remove();
      }
    });

  test.skipIf(!installed)('without moving the clock: a lifetime of 4 s, waited for', async () => {
    if (!installed) return;
    const source = join(folder, 'short');
    mkdirSync(source);
    const text = `events { }
http {
    ssl_certificate server.crt;
    ssl_certificate_key server.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    access_log off;
    server {
        listen 127.0.0.1:20192 ssl;
        ssl_session_cache shared:SSL:1m;
        ssl_session_timeout 4s;
        return 200;
    }
}
`;
    writeFileSync(join(source, 'nginx.conf'), text);
    const [listener] = listenersIn(open(source));
    expect(listener && effectiveLifetime(listener).seconds).toBe(4);
    const staged = stage(source, certificate);
    const server = await startNginx({ ...installed, clockLibrary: undefined }, staged.path);
    try {
      const ages = [0, 2.5, 5.5];
      const results = ['sessionId', 'ticketTls12', 'ticketTls13'] as const;
      const accepted = await Promise.all(
        results.map(async (mechanism) => {
          const target = { host: '127.0.0.1', port: 20_192, mechanism };
          const taken = await Promise.all(ages.map(() => handshake(target)));
          const start = Date.now();
          const answers: boolean[] = [];
          for (const [i, age] of ages.entries()) {
            await sleep(start + age * 1000 - Date.now());
            const session = taken[i]?.session;
            answers.push(session !== undefined && (await offer(target, session)).accepted);
          }
          return [mechanism, ...answers];
        }),
      );
      expect(accepted).toEqual(results.map((mechanism) => [mechanism, true, true, false]));
    } finally {
      await server.stop();
      staged.remove();
    }
  });
});
