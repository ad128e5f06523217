import { constants } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MechanismName } from '@shortfuse/core';
import { isInstalled, run, start } from '@shortfuse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handshake, offer, probe, probeReport, readSession, secretBytes, type Target } from '../src/index.js';
import { listenTls, makePlace, type Place } from './place.js';

/*
 * The same questions put by OpenSSL's own client: a session is stored by -sess_out, read by sess_id and offered by -sess_in.
 */
const hasOpenssl = isInstalled('openssl', ['version']);
if (!hasOpenssl) process.stderr.write('skipped: openssl is not installed, so nothing is compared with it\n');

const flags: Readonly<Record<MechanismName, readonly string[]>> = {
  sessionId: ['-tls1_2', '-no_ticket'],
  ticketTls12: ['-tls1_2'],
  ticketTls13: ['-tls1_3'],
};

let place: Place;
beforeAll(() => {
  place = makePlace();
});
afterAll(() => place.remove());

/** Runs s_client with a request, which a TLS 1.3 server answers with its tickets before it. */
async function sClient(port: number, args: readonly string[]): Promise<string> {
  const words = ['openssl', 's_client', '-connect', `127.0.0.1:${port}`, '-ign_eof', ...args];
  const script = `printf 'HEAD / HTTP/1.0\\r\\n\\r\\n' | ${words.map((word) => `'${word}'`).join(' ')}`;
  const client = start('sh', ['-c', script], process.env);
  await client.ended;
  return client.output();
}

/** What OpenSSL says of a mechanism: is there anything to resume by, what is announced, and is it accepted? */
async function askOpenssl(
  port: number,
  mechanism: MechanismName,
): Promise<{ offered: boolean; hint: number | null; resumed: boolean; keyName: string | null }> {
  const file = join(place.folder, `${port}-${mechanism}.pem`);
  await sClient(port, [...flags[mechanism], '-sess_out', file]);
  const text = existsSync(file) ? run('openssl', ['sess_id', '-in', file, '-noout', '-text']).stdout : '';
  const hint = Number(/ticket lifetime hint: (\d+)/.exec(text)?.[1] ?? 0);
  const dump = /TLS session ticket:\n((?: {4}[0-9a-f]{4} - .*\n)+)/.exec(text)?.[1] ?? '';
  const ticketLength = dump.split('\n').length - 1;
  const hasId = /Session-ID: [0-9A-F]+/.test(text);
  const offered = mechanism === 'sessionId' ? dump === '' && hasId : dump !== '';
  const said = offered ? await sClient(port, [...flags[mechanism], '-sess_in', file]) : '';
  const first = /^ {4}0000 - (.{47})/.exec(dump)?.[1]?.replaceAll(/[ -]/g, '') ?? null;
  return {
    offered,
    hint: mechanism !== 'sessionId' && offered ? hint : null,
    resumed: /^Reused, /m.test(said),
    keyName: offered && ticketLength > 2 ? first : null,
  };
}

describe.skipIf(!hasOpenssl).concurrent('beside openssl s_client and sess_id', () => {
  const setups = [
    { name: 'the default of Node.js', port: 24_800, options: {}, keepsIds: false },
    { name: 'session IDs are kept', port: 24_801, options: { sessionTimeout: 60 }, keepsIds: true },
    {
      name: 'no tickets',
      port: 24_802,
      options: { sessionTimeout: 60, secureOptions: constants.SSL_OP_NO_TICKET },
      keepsIds: true,
    },
    { name: 'TLS 1.2 alone', port: 24_803, options: { maxVersion: 'TLSv1.2' as const }, keepsIds: true },
    { name: 'seven days and more', port: 24_804, options: { sessionTimeout: 2_592_000 }, keepsIds: true },
  ];
  beforeAll(async () => {
    for (const { port, options, keepsIds } of setups) await listenTls(place, port, options, { keepsIds });
  });

  test.each(setups)('the same answers: $name', async ({ port }) => {
    const result = await probe({ host: '127.0.0.1', port });
    const { mechanisms } = probeReport({ targetSeconds: 60, result, acceptances: [] });
    for (const mechanism of ['sessionId', 'ticketTls12', 'ticketTls13'] as const) {
      const { offered, resumed, lifetimeHintSeconds: hint, keyName } = mechanisms[mechanism];
      expect({ mechanism, offered, resumed, hint, keyName }).toEqual({
        mechanism,
        ...(await askOpenssl(port, mechanism)),
      });
    }
  });

  test.each(['sessionId', 'ticketTls12', 'ticketTls13'] as const)(
    '%s: each resumes with the session of the other',
    async (mechanism) => {
      const target: Target = { host: '127.0.0.1', port: 24_801, mechanism };
      // Ours, offered by s_client.
      const { session } = await handshake(target);
      if (!session) throw new Error('no session');
      const [der, pem] = [join(place.folder, `${mechanism}.der`), join(place.folder, `${mechanism}.pem`)];
      writeFileSync(der, secretBytes(session));
      run('openssl', ['sess_id', '-inform', 'DER', '-in', der, '-out', pem]);
      expect(await sClient(24_801, [...flags[mechanism], '-sess_in', pem])).toMatch(/^Reused, /m);
      // Its own, read by us.
      const stored = join(place.folder, `${mechanism}-stored.pem`);
      await sClient(24_801, [...flags[mechanism], '-sess_out', stored]);
      const bytes = Buffer.from(readFileSync(stored, 'utf8').replaceAll(/-----.*-----|\s/g, ''), 'base64');
      const facts = readSession(bytes);
      expect(facts?.protocolVersion).toBe(mechanism === 'ticketTls13' ? 0x0304 : 0x0303);
      expect(facts?.lifetimeHintSeconds).toBe(mechanism === 'sessionId' ? 0 : 60);
      expect(facts?.ticket === undefined).toBe(mechanism === 'sessionId');
      expect((await offer(target, session)).accepted).toBe(true);
    },
  );
});
