import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encode, type Listener, type Plan } from '@shortfuse/core';
import {
  type Certificate,
  type ConformanceCase,
  createCertificate,
  expectedBehaviour,
  findHttpd,
  listenersIn,
  measureBehaviour,
  measureReload,
  openIn,
  planFor,
  type RunningHttpd,
  readCases,
  stage,
  startHttpd,
  testHttpd,
} from '@shortfuse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apache as adapter } from '../src/index.js';

/*
 * A running httpd is patched, reloaded, taken back and reloaded again, and a client looks at every lifetime each time. The ports
 * are not those of the cases, because the other live tests use them at the same time.
 */
const cases = readCases(fileURLToPath(new URL('conformance', import.meta.url)));
const installed = findHttpd();
const folder = mkdtempSync(join(tmpdir(), 'shortfuse-httpd-patch-'));
let certificate: Certificate;
beforeAll(() => {
  if (installed) certificate = createCertificate(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const clock = installed?.clockLibrary;
if (clock === undefined)
  process.stderr.write('skipped: apache2 or libfaketime is not installed, so no running httpd is patched\n');

interface CaseFile {
  readonly args?: readonly string[];
  readonly generatedFiles?: readonly { readonly path: string; readonly randomBytes: number }[];
  readonly patchedTo60?: readonly unknown[];
}

function caseFile({ folder: source }: ConformanceCase): CaseFile {
  return JSON.parse(readFileSync(join(source, 'expected.json'), 'utf8')) as CaseFile;
}

function staged(each: ConformanceCase): { path: string; remove: () => void } {
  const copy = stage(each.folder, certificate);
  for (const { path, randomBytes: length } of caseFile(each).generatedFiles ?? []) {
    mkdirSync(dirname(join(copy.path, path)), { recursive: true });
    writeFileSync(join(copy.path, path), randomBytes(length));
  }
  for (const name of readdirSync(copy.path, { recursive: true, encoding: 'utf8' })) {
    const path = join(copy.path, name);
    // Byte by byte, because some cases are not UTF-8.
    if (/\.conf$/.test(name) && lstatSync(path).isFile())
      writeFileSync(path, readFileSync(path, 'latin1').replace(/\b211(\d\d)\b/g, '220$1'), 'latin1');
  }
  return copy;
}

function write(root: string, { files }: Plan, side: 'before' | 'after'): void {
  for (const file of files) writeFileSync(join(root, file[side].path), encode(file[side]));
}

const traits = { announcesOtherLifetimeWhenStateful: true };
const usesKeyFile = ({ oldSessions }: Listener): boolean => oldSessions?.end.startsWith('put 48 new') ?? false;

const patchable = cases.filter((each) => each.isValid && (caseFile(each).patchedTo60 ?? []).length > 0);

test('enough cases are patched on a running httpd', () => expect(patchable.length).toBeGreaterThan(20));

describe.concurrent('a running httpd, patched and taken back', () => {
  for (const each of patchable)
    test.skipIf(clock === undefined)(each.name, async () => {
      if (!installed) return;
      const { path, remove } = staged(each);
      const { args } = caseFile(each);
      const open = () => openIn(adapter, path, { defines: each.defines });
      const project = open();
      const before = listenersIn(project);
      const plan = planFor(project);
      expect(plan.files.length).toBeGreaterThan(0);
      let server: RunningHttpd = await startHttpd(installed, path, args);
      const check = (): void => {
        const { ok, output } = testHttpd(installed, path, args);
        expect(ok, output).toBe(true);
      };
      // With a key file, httpd takes its own tickets after a reload at times and at times not, so it is started anew there.
      const apply = before.some(usesKeyFile)
        ? async () => {
            await server.stop();
            server = await startHttpd(installed, path, args);
          }
        : async () => {
            server.setClockOffset(0);
            await server.reload();
          };
      /** Old sessions are accepted or refused as was said of the state they are from. */
      const expectFates = (fates: readonly string[], listeners: readonly Listener[]): void =>
        expect(fates).toEqual(listeners.map(({ oldSessionsAfterReload }) => oldSessionsAfterReload));
      try {
        const fates = await measureReload(before, async () => {
          write(path, plan, 'after');
          check();
          await apply();
        });
        expectFates(fates, before);
        const patched = listenersIn(open());
        const shortened = expectedBehaviour(patched);
        // Nothing that lives longer than the target is left to expect.
        for (const { mechanisms } of patched)
          for (const { lifetimes } of Object.values(mechanisms))
            for (const { seconds } of lifetimes) expect(seconds).toBeLessThanOrEqual(60);
        expect(await measureBehaviour(patched, server.setClockOffset, traits)).toEqual(shortened);

        write(path, plan, 'before');
        check();
        await apply();
        expect(listenersIn(open()).map(withoutPlaces)).toEqual(before.map(withoutPlaces));
        expect(await measureBehaviour(before, server.setClockOffset, traits)).toEqual(expectedBehaviour(before));
      } finally {
        await server.stop();
        remove();
      }
    });
});

function withoutPlaces({ address, name, mechanisms }: Listener) {
  const lifetimes = Object.values(mechanisms).map((one) => [one.enabled, one.lifetimes.map(({ seconds }) => seconds)]);
  return { address, name, lifetimes };
}

test.skipIf(clock === undefined)('a new key file ends what a reload and a restart keep', async () => {
  if (!installed) return;
  const each = cases.find(({ name }) => name === '23-ticket-key-file');
  if (!each) throw new Error('the case with a key file is gone');
  const { path, remove } = staged(each);
  try {
    const listeners = listenersIn(openIn(adapter, path));
    expect(listeners.map(({ oldSessionsAfterReload }) => oldSessionsAfterReload)).toEqual(['kept']);
    let server = await startHttpd(installed, path);
    try {
      for (const { path: key, randomBytes: length } of caseFile(each).generatedFiles ?? []) {
        expect(listeners[0]?.oldSessions?.end).toContain(key);
        expect(listeners[0]?.oldSessions?.withNewKeys).toEqual({ afterReload: 'dropped', afterRestart: 'dropped' });
        const fates = await measureReload(listeners, async () => {
          writeFileSync(join(path, key), randomBytes(length));
          await server.reload();
        });
        expect(fates).toEqual(['dropped']);
        const restarted = await measureReload(listeners, async () => {
          writeFileSync(join(path, key), randomBytes(length));
          await server.stop();
          server = await startHttpd(installed, path);
        });
        expect(restarted).toEqual(['dropped']);
      }
    } finally {
      await server.stop();
    }
  } finally {
    remove();
  }
});
