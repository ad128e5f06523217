import { connect as tcpConnect } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { defaultLimitMs, type Endpoint, sniOf } from './endpoint.js';
import { startTls } from './starttls.js';

const handshakeRecord = 22;
const certificateRequest = 13;
const changeCipherRecord = 20;
/** The flight that may hold the request is much smaller, unless the certificate chain is absurd. */
const mostBytes = 262_144;

/**
 * Finds out whether a server asks for a client certificate in a TLS 1.2 handshake, where its refusal says only "handshake
 * failure". Until keys are agreed on handshake messages are not encrypted, so they can be read on their way to TLS.
 * False, too, where the handshake does not get that far. Always ends.
 */
export function asksForCertificate(endpoint: Endpoint): Promise<boolean> {
  const { limitMs = defaultLimitMs, starttls } = endpoint;
  const { host, port } = endpoint.connectTo ?? endpoint;
  return new Promise((resolve) => {
    const seen: Buffer[] = [];
    let bytes = 0;
    const end = (): void => {
      clearTimeout(limit);
      tcp.destroy();
      resolve(handshakeMessages(Buffer.concat(seen)).includes(certificateRequest));
    };
    const limit = setTimeout(end, limitMs);
    const tcp = tcpConnect({ host, port });
    tcp.on('error', end);
    tcp.on('close', end);
    tcp.on('connect', async () => {
      if (starttls && (await startTls(tcp, starttls)) !== undefined) return end();
      const between = new Duplex({
        read: () => undefined,
        write: (piece: Buffer, _, written) => tcp.write(piece, () => written()),
      });
      tcp.on('data', (piece: Buffer) => {
        if (bytes < mostBytes) seen.push(piece);
        bytes += piece.length;
        if (bytes < mostBytes) between.push(piece);
        else end();
      });
      const servername = sniOf(endpoint);
      const socket = tlsConnect({
        socket: between,
        rejectUnauthorized: false,
        minVersion: 'TLSv1.2',
        maxVersion: 'TLSv1.2',
        ...(servername === undefined ? {} : { servername }),
      });
      socket.on('secureConnect', end);
      socket.on('error', end);
    });
  });
}

/** The kinds of the handshake messages in plain TLS records, up to where encryption begins. */
export function handshakeMessages(stream: Uint8Array): number[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at + 5 <= stream.length; ) {
    const length = (stream[at + 3] ?? 0) * 256 + (stream[at + 4] ?? 0);
    if (stream[at] === changeCipherRecord) break;
    if (stream[at] === handshakeRecord) pieces.push(stream.subarray(at + 5, at + 5 + length));
    at += 5 + length;
  }
  const messages = Buffer.concat(pieces);
  const kinds: number[] = [];
  for (let at = 0; at + 4 <= messages.length; at += 4 + messages.readUIntBE(at + 1, 3)) kinds.push(messages[at] ?? 0);
  return kinds;
}
