import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { createCertificate, isInstalled } from '@shortfuse/testkit';
import { expect, test } from 'vitest';
import { handshake } from './connection.js';
import { secretBytes } from './session.js';
import { longestHintSeconds, readSession, withLifetimeHint } from './session-der.js';

const mutations = 100_000;

/** Numbers that only look random, the same in every run: xorshift32. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Changes, takes out, repeats or inserts bytes, once to eight times. */
function mutate(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  let changed = [...bytes];
  for (let edits = 1 + random(8); edits > 0; edits--) {
    const at = random(changed.length + 1);
    const length = random(6);
    const kind = random(6);
    if (kind === 0) changed[at] = random(256);
    else if (kind === 1) changed[at] = [0, 0x30, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xa9, 0xaa, 0xff][random(10)] ?? 0;
    else if (kind === 2) changed.splice(at, length);
    else if (kind === 3) changed.splice(at, 0, ...changed.slice(at, at + length));
    else if (kind === 4) changed.splice(at, 0, ...Array.from({ length }, () => random(256)));
    else changed = changed.slice(0, at);
  }
  return Uint8Array.from(changed);
}

test.skipIf(!isInstalled('openssl', ['version']))(`${mutations} changed sessions of a real server`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-fuzz-'));
  const { certificate, key } = createCertificate(folder);
  const server = createServer(
    { cert: readFileSync(certificate), key: readFileSync(key), sessionTimeout: 77 },
    (socket) => socket.on('error', () => undefined).end('x'),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const sessions: Uint8Array[] = [];
  for (const mechanism of ['sessionId', 'ticketTls12', 'ticketTls13'] as const) {
    const { session } = await handshake({ host: '127.0.0.1', port, servername: 'shop.example', mechanism });
    if (session) sessions.push(secretBytes(session));
  }
  server.close();
  rmSync(folder, { recursive: true });
  expect(sessions).toHaveLength(3);

  const random = randomFrom(20_250_807);
  const counts = { read: 0, refused: 0 };
  const faults: string[] = [];
  for (let i = 0; i < mutations; i++) {
    const bytes = mutate(sessions[i % 3] ?? new Uint8Array(), random);
    const facts = readSession(bytes);
    const edited = withLifetimeHint(bytes, longestHintSeconds);
    counts[facts ? 'read' : 'refused']++;
    const isSound = facts
      ? facts.sessionId.length <= 32 &&
        facts.lifetimeHintSeconds >= 0 &&
        edited !== undefined &&
        readSession(edited)?.lifetimeHintSeconds === longestHintSeconds &&
        Buffer.from(readSession(edited)?.ticket ?? []).equals(facts.ticket ?? new Uint8Array())
      : edited === undefined;
    if (!isSound) faults.push(Buffer.from(bytes).toString('hex'));
  }
  expect(faults).toEqual([]);
  // Else one side of the reader would go untested.
  expect(counts.read).toBeGreaterThan(mutations / 100);
  expect(counts.refused).toBeGreaterThan(mutations / 100);
});
