import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from '@shortfuse/core';
import {
  type Certificate,
  createCertificate,
  findNginx,
  handshake,
  listenersIn,
  measureReload,
  offer,
  openIn,
  planFor,
  type RunningNginx,
  stage,
  startNginx,
} from '@shortfuse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nginx as adapter } from '../src/index.js';

/*
 * What is said about sessions from before a patch, done with a running nginx: whether a client that keeps coming back extends
 * them, and whether what is said to end them does.
 */
const installed = findNginx();
const folder = mkdtempSync(join(tmpdir(), 'shortfuse-old-sessions-'));
let certificate: Certificate;
beforeAll(() => {
  if (installed) certificate = createCertificate(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
if (!installed) process.stderr.write('skipped: nginx is not installed, so no old session is offered to it\n');

const firstPort = 21_980;
const rows = [
  { name: 'a key file', lines: 'ssl_session_ticket_key k;' },
  { name: 'a zone', lines: 'ssl_session_cache shared:S:1m;' },
  { name: 'a zone instead of tickets', lines: 'ssl_session_cache shared:S:1m; ssl_session_tickets off;' },
  { name: 'a key file and a zone', lines: 'ssl_session_ticket_key k; ssl_session_cache shared:S:1m;' },
  {
    name: 'a key file and a zone for TLS 1.3 alone, which does not use it',
    lines: 'ssl_protocols TLSv1.3; ssl_session_ticket_key k; ssl_session_cache shared:S:1m;',
  },
  {
    name: 'a key file, and a cache of both kinds',
    lines: 'ssl_session_ticket_key k; ssl_session_cache builtin shared:S:1m;',
  },
];

describe.concurrent('sessions from before a patch', () => {
  for (const [i, { name, lines }] of rows.entries())
    test.skipIf(!installed)(name, async () => {
      if (!installed) return;
      const source = join(folder, String(i));
      const text = [
        'events { }',
        'http {',
        '    ssl_certificate server.crt;',
        '    ssl_certificate_key server.key;',
        '    ssl_protocols TLSv1.2 TLSv1.3;',
        '    access_log off;',
        `    server { listen 127.0.0.1:${firstPort + i} ssl; ssl_session_timeout 5m; ${lines} return 200; }`,
        '}',
        '',
      ].join('\n');
      mkdirSync(source);
      writeFileSync(join(source, 'nginx.conf'), text);
      writeFileSync(join(source, 'k'), randomBytes(80));
      const project = openIn(adapter, source, { version: installed.version });
      const listeners = listenersIn(project);
      const [listener] = listeners;
      if (!listener?.oldSessions) return expect.fail('nothing is said to be kept');
      const { isRenewed, end } = listener.oldSessions;
      const staged = stage(source, certificate);
      let server: RunningNginx | undefined;
      const restart = async (): Promise<void> => {
        await server?.stop();
        server = await startNginx(installed, staged.path);
      };
      try {
        await restart();
        const client = { host: '127.0.0.1', port: firstPort + i, mechanism: 'ticketTls13' } as const;
        const { session } = await handshake(client);
        for (const { after } of planFor(project).files) writeFileSync(join(staged.path, after.path), encode(after));
        await server?.reload();
        const answer = session && (await offer(client, session));
        // A ticket for 300 s again, though 60 s are in effect.
        expect((answer?.renewed?.lifetimeHintSeconds ?? 0) > 60 && answer?.accepted).toBe(isRenewed);

        expect(await measureReload(listeners, async () => server?.reload())).toEqual(['kept']);
        const { withNewKeys } = listener.oldSessions;
        expect(withNewKeys !== undefined).toBe(lines.includes('ssl_session_ticket_key'));
        if (withNewKeys) {
          const newKey = (): void => writeFileSync(join(staged.path, 'k'), randomBytes(80));
          const reloaded = await measureReload(listeners, async () => {
            newKey();
            await server?.reload();
          });
          expect(reloaded).toEqual([withNewKeys.afterReload]);
          const restarted = await measureReload(listeners, async () => {
            newKey();
            await restart();
          });
          expect(restarted).toEqual([withNewKeys.afterRestart]);
        }
        const dropped = await measureReload(listeners, async () => {
          if (end.includes('put a new random key')) writeFileSync(join(staged.path, 'k'), randomBytes(80));
          await (end.includes('restart nginx') ? restart() : server?.reload());
        });
        expect(dropped).toEqual(['dropped']);

        if (!end.includes('another name or size')) return;
        for (const renamed of ['shared:T:1m', 'shared:T:2m']) {
          const changed = text.replace(/shared:S:1m/, renamed);
          const otherwise = await measureReload(listeners, async () => {
            writeFileSync(join(staged.path, 'nginx.conf'), changed);
            await server?.reload();
          });
          expect(otherwise).toEqual(['dropped']);
        }
      } finally {
        await server?.stop();
        staged.remove();
      }
    });
});
