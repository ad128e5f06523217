import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findHaproxy, findHttpd, findNginx, startHaproxy, startHttpd, startNginx } from '@shortfuse/testkit';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type Acceptance, measureAcceptance, type Progress, readAges } from '../src/index.js';
import { listenTls, makePlace, type Place, together } from './place.js';

const nginx = findNginx();
const httpd = findHttpd();
const haproxy = findHaproxy();
if (!nginx || !httpd || !haproxy)
  process.stderr.write('skipped: nginx, httpd or HAProxy is not installed, so not every wait is tried\n');

let place: Place;
const mechanisms = [{ mechanism: 'sessionId' }, { mechanism: 'ticketTls12' }, { mechanism: 'ticketTls13' }] as const;
const ages = readAges('0-5') ?? [];

/** The greatest age that was accepted and the smallest that was refused, of each mechanism. */
const spans = (all: readonly Acceptance[]) =>
  all.map(({ acceptedForSeconds, refusedAtSeconds }) => [acceptedForSeconds, refusedAtSeconds]);

beforeAll(() => {
  place = makePlace();
});
afterAll(() => place.remove());

// A lifetime of T is accepted at T and refused at T + 1 wherever OpenSSL decides; nginx's shared cache refuses at T.
describe('lifetimes are found to the second', () => {
  together([
    {
      name: 'HAProxy, 3 s',
      skip: !haproxy,
      run: async () => {
        if (!haproxy) return;
        const text = `global
  tune.ssl.lifetime 3
defaults
  mode http
  timeout client 5s
frontend f
  bind 127.0.0.1:24201 ssl crt ${place.both}
  http-request return status 200
`;
        const folder = join(place.folder, 'haproxy');
        mkdirSync(folder);
        const server = await startHaproxy(haproxy, folder, text);
        try {
          const told: Progress[] = [];
          const endpoint = { host: '127.0.0.1', port: 24_201 };
          const found = await measureAcceptance(endpoint, mechanisms, {
            ages,
            perSecond: 20,
            onProgress: (each) => told.push(each),
          });
          expect(spans(found)).toEqual([
            [3, 4],
            [3, 4],
            [3, 4],
          ]);
          expect(found.map(({ isIrregular, answers }) => [isIrregular, answers.length])).toEqual(
            Array(3).fill([false, 6]),
          );
          expect(found.map(({ renewal }) => renewal)).toEqual([undefined, undefined, 'unbounded']);
          expect(told.at(-1)).toMatchObject({ done: 18, total: 18, next: undefined });
        } finally {
          await server.stop();
        }
      },
    },

    {
      name: 'nginx, 3 s, a shared cache and tickets',
      skip: !nginx,
      run: async () => {
        if (!nginx) return;
        const folder = join(place.folder, 'nginx');
        mkdirSync(folder);
        for (const file of ['server.crt', 'server.key']) copyFileSync(join(place.folder, file), join(folder, file));
        writeFileSync(
          join(folder, 'nginx.conf'),
          `worker_processes 2;
events { }
http {
  access_log off; ssl_certificate server.crt; ssl_certificate_key server.key; ssl_protocols TLSv1.2 TLSv1.3;
  server { listen 127.0.0.1:24202 ssl; ssl_session_cache shared:A:1m; ssl_session_timeout 3s; return 200; }
}
`,
        );
        const server = await startNginx({ ...nginx, clockLibrary: undefined }, folder);
        try {
          const found = await measureAcceptance({ host: '127.0.0.1', port: 24_202 }, mechanisms, {
            ages,
            perSecond: 20,
          });
          expect(spans(found)).toEqual([
            [2, 3],
            [3, 4],
            [3, 4],
          ]);
        } finally {
          await server.stop();
        }
      },
    },

    {
      name: 'httpd, 3 s, and two lifetimes of TLS 1.3 tickets',
      skip: !httpd,
      run: async () => {
        if (!httpd) return;
        const folder = join(place.folder, 'httpd');
        mkdirSync(folder);
        for (const file of ['server.crt', 'server.key']) copyFileSync(join(place.folder, file), join(folder, file));
        writeFileSync(
          join(folder, 'httpd.conf'),
          `ServerName localhost
DefaultRuntimeDir .
PidFile httpd.pid
ErrorLog error.log
LoadModule mpm_event_module \${MODULES_DIR}/mod_mpm_event.so
LoadModule authz_core_module \${MODULES_DIR}/mod_authz_core.so
LoadModule socache_shmcb_module \${MODULES_DIR}/mod_socache_shmcb.so
LoadModule ssl_module \${MODULES_DIR}/mod_ssl.so
SSLSessionCache "shmcb:ssl_scache(512000)"
SSLSessionCacheTimeout 3
Listen 127.0.0.1:24203
<VirtualHost *:24203>
SSLEngine on
SSLCertificateFile server.crt
SSLCertificateKeyFile server.key
</VirtualHost>
`,
        );
        const server = await startHttpd({ ...httpd, clockLibrary: undefined }, folder);
        try {
          const found = await measureAcceptance({ host: '127.0.0.1', port: 24_203 }, mechanisms, {
            ages,
            perSecond: 20,
          });
          for (const { acceptedForSeconds, refusedAtSeconds } of found) {
            // Its cache may be a second stricter than OpenSSL.
            expect([2, 3]).toContain(acceptedForSeconds);
            expect(refusedAtSeconds).toBe((acceptedForSeconds ?? 0) + 1);
          }
        } finally {
          await server.stop();
        }
      },
    },

    {
      name: 'Node.js, 3 s; a ladder ends with the first confirmed refusal',
      run: async () => {
        await listenTls(place, 24_204, { sessionTimeout: 3 }, { keepsIds: true });
        const started = Date.now();
        const found = await measureAcceptance({ host: '127.0.0.1', port: 24_204 }, mechanisms, {
          ages: [0, 2, 4, 5, 120],
          perSecond: 20,
          stopAtRefusal: true,
        });
        expect(spans(found)).toEqual([
          [2, 4],
          [2, 4],
          [2, 4],
        ]);
        // The sessions for 120 s were not waited for.
        expect(Date.now() - started).toBeLessThan(20_000);
        expect(found.map(({ renewal }) => renewal)).toEqual([undefined, undefined, 'bounded']);
      },
    },

    {
      name: 'what is known counts where the measurement is interrupted',
      run: async () => {
        await listenTls(place, 24_205, { sessionTimeout: 60 }, { keepsIds: true });
        const interrupted = new AbortController();
        const started = Date.now();
        setTimeout(() => interrupted.abort(), 4500);
        const found = await measureAcceptance({ host: '127.0.0.1', port: 24_205 }, mechanisms, {
          ages: [0, 1, 30],
          perSecond: 20,
          signal: interrupted.signal,
        });
        expect(Date.now() - started).toBeLessThan(6000);
        expect(spans(found)).toEqual(Array(3).fill([1, undefined]));
      },
    },

    {
      name: 'a server that goes away in between leaves an answer without a verdict',
      run: async () => {
        const own = makePlace();
        await listenTls(own, 24_206, { sessionTimeout: 60 });
        setTimeout(() => void own.remove(), 3000);
        const endpoint = { host: '127.0.0.1', port: 24_206 };
        const [found] = await measureAcceptance(endpoint, [{ mechanism: 'ticketTls12' }], {
          ages: [0, 4],
          perSecond: 20,
        });
        expect(found?.answers).toMatchObject([
          { ageSeconds: 0, accepted: true },
          { ageSeconds: 4, accepted: undefined, why: 'nothing listens at 127.0.0.1:24206: the connection is refused' },
        ]);
        expect(found).toMatchObject({ acceptedForSeconds: 0, refusedAtSeconds: undefined, isIrregular: false });
      },
    },
  ]);
});
