import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Certificate,
  type ConformanceCase,
  createCertificate,
  errorsIn,
  expectedBehaviour,
  findHttpd,
  listenersIn,
  measureBehaviour,
  measureReload,
  openIn,
  readCases,
  stage,
  startHttpd,
  testHttpd,
} from '@shortfuse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apache as adapter } from '../src/index.js';

const cases = readCases(fileURLToPath(new URL('conformance', import.meta.url)));
const installed = findHttpd();
const folder = mkdtempSync(join(tmpdir(), 'shortfuse-httpd-'));
let certificate: Certificate;
beforeAll(() => {
  if (installed) certificate = createCertificate(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

if (!installed)
  process.stderr.write('skipped: apache2 is not installed, so nothing is compared with a running httpd\n');
const clock = installed?.clockLibrary;
if (installed && clock === undefined)
  process.stderr.write('skipped: libfaketime is not installed, so no session can be aged\n');

/** What a case asks of the machine, beyond what every server's cases have. */
interface Needs {
  readonly args?: readonly string[];
  readonly generatedFiles?: readonly { readonly path: string; readonly randomBytes: number }[];
  readonly listeners: readonly { readonly handshakeFailures?: readonly string[] }[];
}

function needsOf({ folder: source }: ConformanceCase): Needs {
  return JSON.parse(readFileSync(join(source, 'expected.json'), 'utf8')) as Needs;
}

function staged(each: ConformanceCase): { path: string; remove: () => void } {
  const copy = stage(each.folder, certificate);
  for (const { path, randomBytes: length } of needsOf(each).generatedFiles ?? []) {
    mkdirSync(dirname(join(copy.path, path)), { recursive: true });
    writeFileSync(join(copy.path, path), randomBytes(length));
  }
  return copy;
}

describe('apache2 -t', () => {
  for (const each of cases)
    test.skipIf(!installed)(`${each.name}: the same verdict, the same message`, () => {
      if (!installed) return;
      const { path, remove } = staged(each);
      try {
        const { ok, output } = testHttpd(installed, path, needsOf(each).args);
        const [first] = errorsIn(openIn(adapter, each.folder, { defines: each.defines }));
        expect(first === undefined, output).toBe(ok);
        if (first) expect(output).toContain(first.message);
        if (first) expect(output).toMatch(new RegExp(`line ${first.line} of |:${first.line}: `));
      } finally {
        remove();
      }
    });
});

describe.concurrent('a running httpd does what audit says', () => {
  // Where some handshakes fail, there is no session to measure; the notes say so.
  const runnable = cases.filter((each) => each.isValid && each.listeners.length > 0);
  for (const each of runnable)
    test.skipIf(!installed || clock === undefined)(each.name, async () => {
      if (!installed) return;
      const listeners = listenersIn(openIn(adapter, each.folder, { defines: each.defines }));
      expect(listeners.length).toBe(each.listeners.length);
      const { path, remove } = staged(each);
      try {
        const server = await startHttpd(installed, path, needsOf(each).args);
        try {
          const traits = { announcesOtherLifetimeWhenStateful: true };
          expect(await measureBehaviour(listeners, server.setClockOffset, traits)).toEqual(
            expectedBehaviour(listeners),
          );
          // After the rest: with a key file, httpd takes its own tickets after a reload at times and at times not.
          const kept = await measureReload(listeners, server.reload);
          for (const [i, listener] of listeners.entries())
            if (listener.oldSessionsAfterReload === 'dropped') expect(kept[i], listener.name).toBe('dropped');
        } finally {
          await server.stop();
        }
      } finally {
        remove();
      }
    });
});
