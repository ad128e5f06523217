import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode, isAtTarget } from '@shortfuse/core';
import {
  type Certificate,
  createCertificate,
  errorsIn,
  expectedBehaviour,
  findNginx,
  listenersIn,
  measureBehaviour,
  measureReload,
  openIn,
  planFor,
  stage,
  startNginx,
  testConfiguration,
} from '@shortfuse/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nginx as adapter } from '../src/index.js';

/*
 * Made-up configurations that combine what the conformance cases hold one by one: whatever nginx says about them and whatever a
 * client then sees must be what the adapter says, and after a patch it sees 60 s. `SHORTFUSE_RANDOM=300 npx vitest run random-live` tries more of them.
 */
const count = Number(process.env['SHORTFUSE_RANDOM'] ?? 12);
const seed = Number(process.env['SHORTFUSE_SEED'] ?? 20_261_125);
const firstPort = 20_300;

/** Directives that may stand in http and in a server; each may be missing. */
const settings = fc
  .record({
    timeout: maybe(fc.constantFrom('60', '5m', '1h', '"1h 30m"', '0', '8d', '7s 5'), 2),
    cache: maybe(fc.constantFrom('off', 'none', 'builtin', 'shared:A:1m', 'builtin shared:A:1m', 'shared:B:64k'), 2),
    tickets: maybe(fc.constantFrom('on', 'off', 'OFF'), 3),
    key: maybe(fc.constant('tickets.key'), 6),
    protocols: maybe(fc.constantFrom('TLSv1.2', 'TLSv1.3', 'TLSv1.2 TLSv1.3'), 3),
    command: maybe(
      fc.constantFrom(
        'Options -SessionTicket',
        'Options SessionTicket',
        'NumTickets 0',
        'MinProtocol TLSv1.3',
        'MaxProtocol TLSv1.2',
      ),
      8,
    ),
    certificate: maybe(fc.constant('server.crt'), 1),
  })
  .map(({ timeout, cache, tickets, key, protocols, command, certificate }) => [
    ...(timeout
      ? [`ssl_session_timeout ${/^\w+$/.test(timeout) ? timeout : `"${timeout.replaceAll('"', '')}"`};`]
      : []),
    ...(cache ? [`ssl_session_cache ${cache};`] : []),
    ...(tickets ? [`ssl_session_tickets ${tickets};`] : []),
    ...(key ? [`ssl_session_ticket_key ${key};`] : []),
    ...(protocols ? [`ssl_protocols ${protocols};`] : []),
    ...(command ? [`ssl_conf_command ${command};`] : []),
    ...(certificate ? [`ssl_certificate ${certificate};`, 'ssl_certificate_key server.key;'] : []),
  ]);

const server = fc.record({
  listens: fc.uniqueArray(fc.constantFrom('127.0.0.1:0', '127.0.0.1:1', '1', '0.0.0.0:0'), {
    minLength: 1,
    maxLength: 2,
  }),
  ssl: fc.integer({ min: 0, max: 9 }).map((n) => n > 1),
  isDefault: fc.integer({ min: 0, max: 6 }).map((n) => n === 0),
  rejects: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  sslOn: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  settings,
  file: fc.boolean(),
});

const configuration = fc.record({
  http: settings,
  servers: fc.array(server, { minLength: 1, maxLength: 5 }),
  late: fc.boolean(),
});

function maybe<T>(value: fc.Arbitrary<T>, weightOfNothing: number): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 2, arbitrary: value }, { weight: weightOfNothing, arbitrary: fc.constant(undefined) });
}

type Made = typeof configuration extends fc.Arbitrary<infer T> ? T : never;

/** The files of a made-up configuration whose ports begin at `port`. */
function files({ http, servers, late }: Made, port: number): Map<string, string> {
  const made = new Map<string, string>();
  const blocks = servers.map((each, i) => {
    const lines = [
      'server {',
      ...each.listens.map(
        (listen) =>
          `    listen ${listen.replace(/\d$/, (n) => String(port + Number(n)))}${each.ssl ? ' ssl' : ''}${each.isDefault ? ' default_server' : ''};`,
      ),
      `    server_name s${i}.example;`,
      ...(each.rejects ? ['    ssl_reject_handshake on;'] : []),
      ...(each.sslOn ? ['    ssl on;'] : []),
      ...each.settings.map((line) => `    ${line}`),
      '    return 200;',
      '}',
      '',
    ].join('\n');
    if (!each.file) return lines;
    made.set(`sites/${String(i).padStart(2, '0')}.conf`, lines);
    return `include sites/${String(i).padStart(2, '0')}.conf;`;
  });
  const settingLines = http.join('\n');
  const body = late ? [...blocks, settingLines] : [settingLines, ...blocks];
  made.set('nginx.conf', ['events { }', 'http {', 'access_log off;', ...body, '}', ''].join('\n'));
  return made;
}

const installed = findNginx();
const folder = mkdtempSync(join(tmpdir(), 'shortfuse-random-'));
let certificate: Certificate;
beforeAll(() => {
  if (installed) certificate = createCertificate(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const clock = installed?.clockLibrary;
if (clock === undefined)
  process.stderr.write('skipped: nginx or libfaketime is not installed, so no made-up configuration is run\n');

describe.concurrent('made-up configurations', () => {
  for (const [i, made] of fc.sample(configuration, { numRuns: count, seed }).entries())
    test.skipIf(clock === undefined)(`number ${i} of seed ${seed}`, async () => {
      if (!installed) return;
      const source = join(folder, String(i));
      const texts = files(made, firstPort + 2 * (i % 400));
      mkdirSync(join(source, 'sites'), { recursive: true });
      for (const [path, text] of texts) writeFileSync(join(source, path), text);
      writeFileSync(join(source, 'tickets.key'), new Uint8Array(80).fill(i));
      const project = openIn(adapter, source);
      const shown = [...texts].map(([path, text]) => `--- ${path}\n${text}`).join('\n');
      const staged = stage(source, certificate);
      try {
        const verdict = testConfiguration(staged.path);
        const [first] = errorsIn(project);
        expect(first && `${first.message} in ${first.file}:${first.line}`, shown).toBe(verdict.firstError);
        if (!verdict.ok) return;
        const listeners = listenersIn(project);
        if (listeners.length === 0) return;
        const running = await startNginx(installed, staged.path);
        try {
          const survival = listeners.map(({ oldSessionsAfterReload }) => oldSessionsAfterReload);
          expect(await measureReload(listeners, running.reload), shown).toEqual(survival);
          expect(await measureBehaviour(listeners, running.setClockOffset), shown).toEqual(
            expectedBehaviour(listeners),
          );
          const plan = planFor(project);
          expect(plan.refused, shown).toEqual([]);
          for (const { after } of plan.files) writeFileSync(join(staged.path, after.path), encode(after));
          const patch = plan.files.map(({ after }) => `--- ${after.path}\n${after.text}`).join('\n');
          expect(testConfiguration(staged.path), patch).toEqual({ ok: true, firstError: undefined });
          const patched = plan.outcome.flatMap((each) => each.listeners);
          expect(
            patched.filter((listener) => !isAtTarget(listener, { target: 60 })),
            patch,
          ).toEqual([]);
          running.setClockOffset(0);
          await running.reload();
          expect(await measureBehaviour(patched, running.setClockOffset), `${shown}\n${patch}`).toEqual(
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
