import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encode, isAtTarget, type SourceFile } from '@shortfuse/core';
import {
  type Certificate,
  type ConformanceCase,
  canReach,
  createCertificate,
  errorsIn,
  expectedBehaviour,
  findNginx,
  listenersIn,
  measureBehaviour,
  measureReload,
  modulePaths,
  openIn,
  planFor,
  type RunningNginx,
  readCases,
  stage,
  startNginx,
  testConfiguration,
} from '@shortfuse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nginx as adapter } from '../src/index.js';

/*
 * Patches real servers: nginx runs a case, its files are patched and it reloads, and a client sees 60 s everywhere; the patch is
 * taken back, and the client sees what was there before. What becomes of sessions from before is what the listener says.
 */
const target = 60;
const installed = findNginx();
const clock = installed?.clockLibrary;
const folder = mkdtempSync(join(tmpdir(), 'shortfuse-live-patch-'));
let certificate: Certificate;
beforeAll(() => {
  if (clock !== undefined) certificate = createCertificate(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

if (clock === undefined)
  process.stderr.write('skipped: nginx or libfaketime is not installed, so no running server is patched\n');

/** The case on ports of its own, because other tests run the same cases at the same time. */
function copyOf({ name, folder: from }: ConformanceCase): string {
  const copy = join(folder, name);
  cpSync(from, copy, { recursive: true, verbatimSymlinks: true });
  for (const path of readdirSync(copy, { recursive: true, encoding: 'utf8' })) {
    const file = join(copy, path);
    if (!statSync(file).isFile()) continue;
    writeFileSync(file, readFileSync(file, 'latin1').replace(/\b201(\d\d)\b/g, '219$1'), 'latin1');
  }
  return copy;
}

const runnable = readCases(fileURLToPath(new URL('conformance', import.meta.url))).flatMap((each) => {
  if (!installed || clock === undefined || !each.isValid || each.listeners.length === 0) return [];
  const modules = modulePaths(installed, each.modules);
  const source = copyOf(each);
  const project = openIn(adapter, source, { version: installed.version });
  const plan = planFor(project);
  return modules && canReach(each.listeners) && plan.files.length > 0 && errorsIn(project).length === 0
    ? [{ name: each.name, source, modules, project, plan }]
    : [];
});

describe.concurrent('a running nginx is patched, and the patch taken back', () => {
  test.skipIf(clock === undefined)('there are enough cases', () => expect(runnable.length).toBeGreaterThanOrEqual(20));

  for (const { name, source, modules, project, plan } of runnable)
    test(name, async () => {
      if (!installed) return;
      const before = listenersIn(project);
      const after = plan.outcome.flatMap(({ listeners }) => listeners);
      expect(plan.refused).toEqual([]);
      expect(after.filter((listener) => !isAtTarget(listener, { target }))).toEqual([]);
      const staged = stage(source, certificate);
      const write = (file: SourceFile): void => {
        writeFileSync(join(staged.path, file.path), encode(file));
      };
      const patch = (): void => {
        for (const file of plan.files) write(file.after);
        expect(testConfiguration(staged.path, modules)).toEqual({ ok: true, firstError: undefined });
      };
      const takeBack = (): void => {
        for (const file of plan.files) write(file.before);
      };
      let server: RunningNginx | undefined;
      try {
        server = await startNginx(installed, staged.path, modules);
        const restart = async (): Promise<void> => {
          await server?.stop();
          server = await startNginx(installed, staged.path, modules);
        };
        const afterRestart = await measureReload(before, async () => {
          patch();
          await restart();
        });
        expect(afterRestart).toEqual(before.map(({ oldSessionsAfterRestart }) => oldSessionsAfterRestart));

        takeBack();
        await server.reload();
        const afterReload = await measureReload(before, async () => {
          patch();
          await server?.reload();
        });
        expect(afterReload).toEqual(before.map(({ oldSessionsAfterReload }) => oldSessionsAfterReload));
        const measured = await measureBehaviour(after, server.setClockOffset);
        expect(measured).toEqual(expectedBehaviour(after));
        for (const { hintSeconds } of measured) expect(hintSeconds ?? 0).toBeLessThanOrEqual(target);

        takeBack();
        server.setClockOffset(0);
        await server.reload();
        expect(await measureBehaviour(before, server.setClockOffset)).toEqual(expectedBehaviour(before));
      } finally {
        await server?.stop();
        staged.remove();
      }
    });
});
