import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from '@shortfuse/core';
import {
  type Certificate,
  createCertificate,
  errorsIn,
  expectedBehaviour,
  findHttpd,
  listenersIn,
  measureBehaviour,
  measureReload,
  openIn,
  planFor,
  stage,
  startHttpd,
  testHttpd,
} from '@shortfuse/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apache as adapter } from '../src/index.js';

/*
 * Made-up configurations that combine what the conformance cases hold one by one: whatever httpd says about them and whatever a
 * client then sees must be what the adapter says. `SHORTFUSE_RANDOM=300 npx vitest run apache/test/random-live` tries more.
 */
const count = Number(process.env['SHORTFUSE_RANDOM'] ?? 10);
const seed = Number(process.env['SHORTFUSE_SEED'] ?? 20_261_125);
const firstPort = 21_200;

/** Settings that may stand in the main server and in a virtual host; each may be missing. */
const settings = fc
  .record({
    timeout: maybe(fc.constantFrom('60', '300', '5m', '"1200"', '+90', '691200', '060'), 2),
    tickets: maybe(fc.constantFrom('on', 'off', 'OFF'), 3),
    protocol: maybe(fc.constantFrom('TLSv1.2', 'TLSv1.3', 'all -TLSv1.3'), 6),
    command: maybe(fc.constantFrom('Options -SessionTicket', 'Options SessionTicket', 'NumTickets 0'), 8),
    again: maybe(fc.constantFrom('120', '180'), 8),
  })
  .map(({ timeout, tickets, protocol, command, again }) => [
    ...(timeout ? [`SSLSessionCacheTimeout ${timeout}`] : []),
    ...(tickets ? [`SSLSessionTickets ${tickets}`] : []),
    ...(protocol ? [`SSLProtocol ${protocol}`] : []),
    ...(command ? [`SSLOpenSSLConfCmd ${command}`] : []),
    ...(again ? [`sslsessioncachetimeout\t${again}`] : []),
  ]);

const host = fc.record({
  address: fc.constantFrom('127.0.0.1:0', '*:0', '*:1', '_default_:1', '127.0.0.1:0 127.0.0.1:1', '127.0.0.1:*'),
  engine: fc.constantFrom('on', 'on', 'on', 'off', undefined),
  settings,
  condition: maybe(fc.constantFrom('ssl_module', '!ssl_module', 'mod_ssl.c', 'absent_module'), 6),
});

const configuration = fc.record({
  cache: maybe(
    fc.constantFrom('shmcb:cache(512000)', 'none', 'nonenotnull', 'shmcb:cache(512000)\nSSLSessionCache none'),
    1,
  ),
  key: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
  main: settings,
  hosts: fc.array(host, { minLength: 1, maxLength: 4 }),
  late: fc.boolean(),
});

function maybe<T>(value: fc.Arbitrary<T>, weightOfNothing: number): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 2, arbitrary: value }, { weight: weightOfNothing, arbitrary: fc.constant(undefined) });
}

type Made = typeof configuration extends fc.Arbitrary<infer T> ? T : never;

/** The main file of a made-up configuration whose ports begin at `port`. */
function text({ cache, key, main, hosts, late }: Made, port: number): string {
  const blocks = hosts.flatMap(({ address, engine, settings: own, condition }, i) => [
    `<VirtualHost ${address.replaceAll(/:(\d)/g, (_, n: string) => `:${port + Number(n)}`)}>`,
    `    ServerName h${i}.test`,
    ...(engine ? [`    SSLEngine ${engine}`] : []),
    '    SSLCertificateFile server.crt',
    '    SSLCertificateKeyFile server.key',
    ...(condition ? [`    <IfModule ${condition}>`] : []),
    ...own.map((line) => `    ${line}`),
    ...(condition ? ['    </IfModule>'] : []),
    '</VirtualHost>',
  ]);
  const general = [
    ...(cache ? [`SSLSessionCache ${cache}`] : []),
    ...(key ? ['SSLSessionTicketKeyFile tickets.key'] : []),
    ...main,
  ];
  const modules = ['mpm_event', 'authz_core', 'socache_shmcb', 'ssl'];
  return [
    'ServerName localhost',
    'DefaultRuntimeDir .',
    'PidFile httpd.pid',
    'ErrorLog error.log',
    ...modules.map((name) => `LoadModule ${name}_module \${MODULES_DIR}/mod_${name}.so`),
    `Listen 127.0.0.1:${port}`,
    `Listen 127.0.0.1:${port + 1}`,
    ...(late ? [...blocks, ...general] : [...general, ...blocks]),
    '',
  ].join('\n');
}

const installed = findHttpd();
const folder = mkdtempSync(join(tmpdir(), 'shortfuse-random-'));
let certificate: Certificate;
beforeAll(() => {
  if (installed) certificate = createCertificate(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const clock = installed?.clockLibrary;
if (clock === undefined)
  process.stderr.write('skipped: apache2 or libfaketime is not installed, so no made-up configuration is run\n');

describe.concurrent('made-up configurations', () => {
  for (const [i, made] of fc.sample(configuration, { numRuns: count, seed }).entries())
    test.skipIf(clock === undefined)(`number ${i} of seed ${seed}`, async () => {
      if (!installed) return;
      const source = join(folder, String(i));
      const shown = text(made, firstPort + 2 * (i % 400));
      mkdirSync(source);
      writeFileSync(join(source, 'httpd.conf'), shown);
      writeFileSync(join(source, 'tickets.key'), new Uint8Array(48).fill(i));
      const project = openIn(adapter, source);
      const staged = stage(source, certificate);
      try {
        const verdict = testHttpd(installed, staged.path);
        const [first] = errorsIn(project);
        expect(first === undefined, `${shown}${verdict.output}`).toBe(verdict.ok);
        if (first) expect(verdict.output).toContain(first.message);
        if (!verdict.ok) return;
        // The main server speaks for addresses without a host; it has no certificate here.
        const listeners = listenersIn(project);
        if (listeners.length === 0) return;
        let running = await startHttpd(installed, staged.path);
        try {
          const traits = { announcesOtherLifetimeWhenStateful: true };
          const measured = await measureBehaviour(listeners, running.setClockOffset, traits);
          expect(measured, shown).toEqual(expectedBehaviour(listeners));
          const kept = await measureReload(listeners, running.reload);
          for (const [n, listener] of listeners.entries())
            if (listener.oldSessionsAfterReload === 'dropped') expect(kept[n], shown).toBe('dropped');

          // And patched, every listener is at the target.
          const plan = planFor(project);
          expect(plan.refused, shown).toEqual([]);
          if (plan.files.length === 0) return;
          for (const { after } of plan.files) writeFileSync(join(staged.path, after.path), encode(after));
          const patchedText = plan.files.map(({ after }) => after.text).join('');
          expect(testHttpd(installed, staged.path).ok, patchedText).toBe(true);
          const patched = listenersIn(openIn(adapter, staged.path));
          for (const { mechanisms } of patched)
            for (const { lifetimes } of Object.values(mechanisms))
              for (const { seconds } of lifetimes) expect(seconds, patchedText).toBeLessThanOrEqual(60);
          if (made.key) {
            // With a key file, httpd takes its own tickets after a reload at times and at times not.
            await running.stop();
            running = await startHttpd(installed, staged.path);
          } else {
            running.setClockOffset(0);
            await running.reload();
          }
          expect(await measureBehaviour(patched, running.setClockOffset, traits), patchedText).toEqual(
            expectedBehaviour(patched),
          );
        } finally {
          await running.stop();
        }
      } finally {
        staged.remove();
      }
    });
});
