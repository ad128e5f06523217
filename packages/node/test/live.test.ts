import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { effectiveLifetime, encode, type Listener } from '@shortfuse/core';
import {
  type Certificate,
  type ConformanceCase,
  createCertificate,
  errorsIn,
  expectedBehaviour,
  findClockLibrary,
  listenersIn,
  measureBehaviour,
  measureReload,
  openIn,
  planFor,
  readCases,
} from '@shortfuse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { node } from '../src/index.js';
import { stageProgram, startProgram } from './programs.js';

/*
 * Runs the cases with the Node.js that runs the tests, as they are and patched: a client sees what is said of each listener, 3 s
 * before the end of its lifetime and 3 s after it, and what becomes of old sessions in a restart.
 */
const target = 60;
/** Servers that answer no request are listened to for a while, one connection after the other. */
const limitMs = 240_000;
const folder = mkdtempSync(join(tmpdir(), 'shortfuse-node-live-'));
const clock = findClockLibrary();
let certificate: Certificate;
beforeAll(() => {
  if (clock !== undefined) certificate = createCertificate(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
if (clock === undefined)
  process.stderr.write('skipped: libfaketime is not installed, so no session of a running program can be aged\n');

/** The case on ports of its own, because others may run the same cases. */
function copyOf({ name, folder: from }: ConformanceCase): string {
  const copy = join(folder, name);
  cpSync(from, copy, { recursive: true });
  for (const path of readdirSync(copy, { recursive: true, encoding: 'utf8' })) {
    const file = join(copy, path);
    if (statSync(file).isFile())
      writeFileSync(file, readFileSync(file, 'latin1').replace(/\b236(\d\d)\b/g, '250$1'), 'latin1');
  }
  return copy;
}

/** A client that asks for a name: what is said of a server holds whatever its clients ask for. */
function asked(listeners: readonly Listener[]): readonly Listener[] {
  return listeners.map((listener) => ({ ...listener, name: 'shop.example' }));
}

/** Packages that are not installed for a test. */
const needsPackage = /from '(?:express|express-session|fastify|koa|@nestjs\/[\w-]+|@pulumi\/[\w-]+)'/;

const runnable = readCases(fileURLToPath(new URL('conformance', import.meta.url))).flatMap((each) => {
  if (clock === undefined || !each.isValid) return [];
  const source = copyOf(each);
  const project = openIn(node, source);
  const known = (listener: Listener): boolean =>
    listener.address !== null && effectiveLifetime(listener).seconds !== undefined;
  const files = project.configurations.flatMap((configuration) => configuration.files);
  return errorsIn(project).length === 0 &&
    listenersIn(project).some(known) &&
    !files.some(({ text }) => needsPackage.test(text))
    ? [{ name: each.name, source, plan: planFor(project), listeners: asked(listenersIn(project).filter(known)), known }]
    : [];
});

describe('a running program does what is said of it, and what its patch says', () => {
  test.skipIf(clock === undefined)('there are enough cases', () => expect(runnable.length).toBeGreaterThanOrEqual(15));

  for (const { name, source, plan, listeners, known } of runnable)
    test(
      name,
      async () => {
        const staged = stageProgram(source, certificate);
        const program = await startProgram(staged, listeners);
        try {
          expect(await measureReload(listeners, program.restart)).toEqual(
            listeners.map(({ oldSessionsAfterRestart }) => oldSessionsAfterRestart),
          );
          expect(await measureBehaviour(listeners, program.setClockOffset)).toEqual(expectedBehaviour(listeners));

          const patched = asked(plan.outcome.flatMap((configuration) => configuration.listeners).filter(known));
          expect(patched).toHaveLength(listeners.length);
          for (const listener of patched) expect(effectiveLifetime(listener).seconds).toBeLessThanOrEqual(target);
          for (const { after } of plan.files) staged.write(after.path, encode(after));
          program.setClockOffset(0);
          await program.restart();
          expect(await measureBehaviour(patched, program.setClockOffset)).toEqual(expectedBehaviour(patched));
        } finally {
          await program.stop();
          staged.remove();
        }
      },
      limitMs,
    );
});
