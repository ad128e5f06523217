import { connect } from 'node:net';
import { type Endpoint, spellAddress } from './endpoint.js';
import type { Failure } from './failure.js';
import type { StarttlsProtocol } from './starttls.js';

/** How long a server may take to speak first, and then to answer a request. */
const patienceMs = 1000;
const mostBytes = 512;

interface Speaker {
  readonly pattern: RegExp;
  readonly name: string;
  readonly starttls?: StarttlsProtocol;
}

/** By the first words; SMTP before FTP, which greets with the same number. */
const speakers: readonly Speaker[] = [
  { pattern: /^HTTP\/\d/, name: 'HTTP' },
  { pattern: /^<(!doctype|html)/i, name: 'HTTP' },
  { pattern: /^SSH-/, name: 'SSH' },
  { pattern: /^(220|421|554)[ -].*SMTP/i, name: 'SMTP', starttls: 'smtp' },
  { pattern: /^\* (OK|PREAUTH|BYE)/i, name: 'IMAP', starttls: 'imap' },
  { pattern: /^(\+OK|-ERR)/, name: 'POP3', starttls: 'pop3' },
  { pattern: /^220[ -]/, name: 'FTP or SMTP' },
  { pattern: /^.\0\0\0\x0a\d/s, name: 'MySQL' },
  { pattern: /^RFB /, name: 'VNC' },
];

/**
 * Connects without TLS to say what speaks at a port that turned out not to be TLS. The failure names it, or stays what it was
 * where the server says nothing that is known. Always ends.
 */
export async function identify(endpoint: Endpoint, failure: Failure): Promise<Failure> {
  const words = (await firstWords(endpoint, '')) || (await firstWords(endpoint, 'HEAD / HTTP/1.0\r\n\r\n'));
  const speaker = speakers.find(({ pattern }) => pattern.test(words));
  if (!speaker) return failure;
  const where = spellAddress(endpoint.connectTo ?? endpoint);
  return {
    ...failure,
    message: `${where} speaks ${speaker.name}, not TLS`,
    help: speaker.starttls
      ? `use --starttls ${speaker.starttls}, or the port where TLS comes first`
      : 'check the port: HTTPS is usually at 443',
  };
}

/** The first bytes that the server sends, after `request` where that is not empty; '' where it sends none. */
function firstWords(endpoint: Endpoint, request: string): Promise<string> {
  const { host, port } = endpoint.connectTo ?? endpoint;
  return new Promise((resolve) => {
    let heard = '';
    const end = (): void => {
      clearTimeout(limit);
      socket.destroy();
      resolve(heard.slice(0, mostBytes));
    };
    const limit = setTimeout(end, patienceMs);
    const socket = connect({ host, port }, () => {
      if (request !== '') socket.write(request);
    });
    socket.on('data', (piece: Buffer) => {
      heard += piece.toString('latin1');
      if (heard.length >= mostBytes || heard.includes('\n')) end();
    });
    socket.on('error', end);
    socket.on('close', end);
  });
}
