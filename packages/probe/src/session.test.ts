import { expect, test } from 'vitest';
import { clientSession, secretBytes } from './session.js';

/** TLS 1.2 with a session ID of three bytes and a secret of 48. */
const der = Uint8Array.from([
  ...[0x30, 66, 0x02, 1, 1, 0x02, 2, 3, 3, 0x04, 2, 0xc0, 0x2b, 0x04, 3, 7, 8, 9, 0x04, 48],
  ...Array(48).fill(0xee),
]);
const wrapped = (name: string, length = name.length): Uint8Array =>
  Buffer.concat([Buffer.from('\0nodejs:tls:session:1\0'), Buffer.from([0, length]), Buffer.from(name), der]);

test.each([
  { what: 'as older releases of Node give it', bytes: der },
  { what: 'behind the name of the server', bytes: wrapped('shop.example') },
  { what: 'behind an empty name', bytes: wrapped('') },
])('a session $what', ({ bytes }) => {
  const session = clientSession(bytes, 5);
  expect(session).toMatchObject({ protocolVersion: 0x0303, sessionIdLength: 3, ticketLength: 0, receivedAtMs: 5 });
  // What is offered is the session alone.
  expect(session && Uint8Array.from(secretBytes(session))).toEqual(der);
});

test.each([
  { what: 'an envelope that is longer than it says', bytes: wrapped('shop.example', 3) },
  { what: 'an envelope that is shorter than it says', bytes: wrapped('shop.example', 200) },
  { what: 'an envelope and nothing', bytes: Buffer.from('\0nodejs:tls:session:1\0') },
  { what: 'a later kind of envelope', bytes: Buffer.concat([Buffer.from('\0nodejs:tls:session:2\0'), der]) },
])('$what is no session', ({ bytes }) => expect(clientSession(bytes)).toBeUndefined());
