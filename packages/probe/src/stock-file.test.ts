import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientSession, secretBytes } from './session.js';
import type { Stock } from './stock.js';
import { readStocks, writeStocks } from './stock-file.js';

/** TLS 1.2 with a session ID of three bytes and a secret of 48. */
const der = Uint8Array.from([
  ...[0x30, 66, 0x02, 1, 1, 0x02, 2, 3, 3, 0x04, 2, 0xc0, 0x2b, 0x04, 3, 7, 8, 9, 0x04, 48],
  ...Array(48).fill(0xee),
]);

function stockOf(more: Partial<Stock['endpoint']> = {}): Stock {
  const session = clientSession(der, 1_700_000_000_000);
  return {
    endpoint: { host: 'shop.example', port: 443, servername: 'shop.example', ...more },
    takenAtMs: 1_700_000_000_123,
    mechanisms: {
      sessionId: {
        announcedSeconds: undefined,
        keyName: undefined,
        isUncertain: true,
        legacy: false,
        sessions: session ? [session] : [],
      },
    },
  };
}

test('what was written is read', () => {
  const stock = stockOf({ connectTo: { host: '::1', port: 8443 }, starttls: 'smtp', limitMs: 900 });
  const [read] = readStocks(writeStocks([stock])) ?? [];
  expect(read).toEqual({ ...stock, mechanisms: { sessionId: { ...stock.mechanisms.sessionId } } });
  const session = read?.mechanisms.sessionId?.sessions[0];
  expect(session && secretBytes(session)).toEqual(der);
});

test('a client key stays out of it', () => {
  const text = writeStocks([stockOf({ clientCertificate: { cert: 'CERT', key: 'KEY' } })]);
  expect(text).not.toMatch(/CERT|KEY|clientCertificate/);
});

describe('what is no such file', () => {
  const good = writeStocks([stockOf()]);
  test.each([
    { what: 'nothing', text: '' },
    { what: 'another JSON', text: '{"a":1}' },
    { what: 'a later version', text: good.replace('"version": 1', '"version": 2') },
    { what: 'a session that is none', text: good.replace(/"secret": "[^"]+"/, '"secret": "AAAA"') },
    { what: 'a port that is none', text: good.replace('443', '70000') },
    { what: 'a host that is none', text: good.replace('"host": "shop.example"', '"host": "x\\r\\ny"') },
    { what: 'an unknown protocol', text: good.replace('"port": 443', '"port": 443, "starttls": "ftp"') },
    { what: 'a cut', text: good.slice(0, -20) },
  ])('$what', ({ text }) => expect(readStocks(text)).toBeUndefined());

  test('any changed text is read or refused', () => {
    const edits = fc.array(fc.tuple(fc.nat({ max: good.length - 1 }), fc.string({ maxLength: 3 })), { maxLength: 4 });
    fc.assert(
      fc.property(edits, (all) => {
        let text = good;
        for (const [at, piece] of all) text = text.slice(0, at) + piece + text.slice(at + 1);
        const read = readStocks(text);
        expect(read === undefined || Array.isArray(read)).toBe(true);
      }),
      { seed: 7, numRuns: 3000 },
    );
  });
});
