import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findHaproxy, findNginx, startHaproxy, startNginx } from '@shortfuse/testkit';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import {
  type Endpoint,
  type OldSessions,
  offerStock,
  oldSessionsAre,
  probe,
  probeReport,
  readStocks,
  type Stock,
  takeStock,
  writeStocks,
} from '../src/index.js';
import { listenTls, makePlace, type Place, together } from './place.js';

const nginx = findNginx();
const haproxy = findHaproxy();
if (!nginx || !haproxy)
  process.stderr.write('skipped: nginx or HAProxy is not installed, so no reload of it is tried\n');

let place: Place;
beforeAll(() => {
  place = makePlace();
});
afterAll(() => place.remove());

const at = (port: number): Endpoint => ({ host: '127.0.0.1', port, limitMs: 10_000 });

/** Takes sessions, by way of the file that the command line keeps them in. */
async function stockOf(endpoint: Endpoint): Promise<Stock> {
  const result = await probe(endpoint);
  if (result.kind === 'unanswered') throw new Error(result.failure.message);
  const [stock] = readStocks(writeStocks([await takeStock(result)])) ?? [];
  if (!stock) throw new Error('the file was not read');
  return stock;
}

const outcomes = (all: readonly OldSessions[]): Record<string, string> =>
  Object.fromEntries(all.map(({ mechanism, outcome }) => [mechanism, outcome]));

async function announced(endpoint: Endpoint): Promise<(number | null)[]> {
  const result = await probe(endpoint);
  const { ticketTls12, ticketTls13 } = probeReport({ targetSeconds: 60, result, acceptances: [] }).mechanisms;
  return [ticketTls12.lifetimeHintSeconds, ticketTls13.lifetimeHintSeconds];
}

describe('a reload', () => {
  together([
    {
      name: 'HAProxy drops all; with ticket keys it keeps the tickets',
      skip: !haproxy,
      run: async () => {
        if (!haproxy) return;
        const keys = join(place.folder, 'haproxy.keys');
        writeFileSync(keys, Array.from({ length: 3 }, () => `${randomBytes(48).toString('base64')}\n`).join(''));
        const text = (seconds: number): string => `global
  tune.ssl.lifetime ${seconds}
defaults
  mode http
  timeout client 5s
frontend a
  bind 127.0.0.1:24301 ssl crt ${place.both}
  http-request return status 200
frontend b
  bind 127.0.0.1:24302 ssl crt ${place.both} tls-ticket-keys ${keys}
  http-request return status 200
`;
        const folder = join(place.folder, 'haproxy');
        mkdirSync(folder);
        const server = await startHaproxy(haproxy, folder, text(7200));
        try {
          const [plain, keyed] = await Promise.all([stockOf(at(24_301)), stockOf(at(24_302))]);
          // Before the reload everything is accepted.
          expect(oldSessionsAre(await offerStock(await stockOf(at(24_301))))).toBe('accepted');
          writeFileSync(join(folder, 'haproxy.cfg'), text(60));
          await server.reload();
          const [afterPlain, afterKeyed] = await Promise.all([offerStock(plain), offerStock(keyed)]);
          expect(outcomes(afterPlain)).toEqual({
            sessionId: 'refused',
            ticketTls12: 'refused',
            ticketTls13: 'refused',
          });
          expect(oldSessionsAre(afterPlain)).toBe('refused');
          expect(outcomes(afterKeyed)).toEqual({
            sessionId: 'refused',
            ticketTls12: 'accepted',
            ticketTls13: 'accepted',
          });
          expect(oldSessionsAre(afterKeyed)).toBe('accepted');
          expect(afterKeyed.map(({ announcedSeconds }) => announcedSeconds)).toEqual([undefined, 7200, 7200]);
          expect(await announced(at(24_301))).toEqual([60, 60]);
        } finally {
          await server.stop();
        }
      },
    },

    {
      name: 'nginx keeps a shared cache, and with a key file the tickets',
      skip: !nginx,
      run: async () => {
        if (!nginx) return;
        const folder = join(place.folder, 'nginx');
        mkdirSync(folder);
        for (const file of ['server.crt', 'server.key']) copyFileSync(join(place.folder, file), join(folder, file));
        writeFileSync(join(folder, 'ticket.key'), randomBytes(80));
        const text = (timeout: string): string => `events { }
http {
  access_log off; ssl_certificate server.crt; ssl_certificate_key server.key; ssl_protocols TLSv1.2 TLSv1.3;
  ssl_session_timeout ${timeout};
  server { listen 127.0.0.1:24303 ssl; return 200; }
  server { listen 127.0.0.1:24304 ssl; ssl_session_cache shared:A:1m; return 200; }
  server { listen 127.0.0.1:24305 ssl; ssl_session_ticket_key ticket.key; return 200; }
}
`;
        writeFileSync(join(folder, 'nginx.conf'), text('1d'));
        const server = await startNginx({ ...nginx, clockLibrary: undefined }, folder);
        try {
          const stocks = await Promise.all([24_303, 24_304, 24_305].map((port) => stockOf(at(port))));
          writeFileSync(join(folder, 'nginx.conf'), text('60s'));
          await server.reload();
          const after = await Promise.all(stocks.map((stock) => offerStock(stock)));
          expect(after.map(outcomes)).toEqual([
            // Session IDs are not kept there, so none were taken.
            { ticketTls12: 'refused', ticketTls13: 'refused' },
            { sessionId: 'accepted', ticketTls12: 'refused', ticketTls13: 'refused' },
            { ticketTls12: 'accepted', ticketTls13: 'accepted' },
          ]);
          expect(after.map(oldSessionsAre)).toEqual(['refused', 'accepted', 'accepted']);
          // An old TLS 1.3 ticket gets a new one for the old lifetime.
          expect(after[2]?.find(({ mechanism }) => mechanism === 'ticketTls13')?.renewedSeconds).toBe(86_400);
          expect(await announced(at(24_303))).toEqual([60, 60]);
        } finally {
          await server.stop();
        }
      },
    },

    {
      name: 'sessions that are over anyway prove nothing',
      run: async () => {
        await listenTls(place, 24_306, { sessionTimeout: 2 });
        const stock = await stockOf(at(24_306));
        await new Promise((resolve) => setTimeout(resolve, 3500));
        const after = await offerStock(stock);
        expect(outcomes(after)).toEqual({ ticketTls12: 'expired', ticketTls13: 'expired' });
        expect(oldSessionsAre(after)).toBe('unproven');
      },
    },

    {
      name: 'a server that is gone proves nothing',
      run: async () => {
        const own = makePlace();
        await listenTls(own, 24_307);
        const stock = await stockOf(at(24_307));
        await own.remove();
        const after = await offerStock(stock);
        expect(after.map(({ outcome, failure }) => [outcome, failure?.kind])).toEqual([
          ['unanswered', 'refused'],
          ['unanswered', 'refused'],
        ]);
        expect(oldSessionsAre(after)).toBe('unproven');
      },
    },

    {
      name: 'another process with the same ticket keys keeps the tickets',
      run: async () => {
        const ticketKeys = randomBytes(48);
        const own = makePlace();
        await listenTls(own, 24_308, { ticketKeys, sessionTimeout: 300 });
        const stock = await stockOf(at(24_308));
        await own.remove();
        await listenTls(place, 24_308, { ticketKeys, sessionTimeout: 60 });
        const after = await offerStock(stock);
        expect(outcomes(after)).toEqual({ ticketTls12: 'accepted', ticketTls13: 'accepted' });
        expect(await announced(at(24_308))).toEqual([60, 60]);
      },
    },
  ]);
});
