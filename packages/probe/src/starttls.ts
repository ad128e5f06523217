import type { Socket } from 'node:net';

/**
 * How a plain connection of a protocol becomes a TLS connection. RFC 3207 (SMTP), RFC 3501 6.2.1 (IMAP), RFC 2595 4 (POP3),
 * RFC 4511 4.14 (LDAP), and PostgreSQL's manual, "SSL Session Encryption".
 */
export const starttlsProtocols = ['smtp', 'imap', 'pop3', 'ldap', 'postgres'] as const;
export type StarttlsProtocol = (typeof starttlsProtocols)[number];

export const starttlsPorts: Readonly<Record<StarttlsProtocol, number>> = {
  smtp: 25,
  imap: 143,
  pop3: 110,
  ldap: 389,
  postgres: 5432,
};

/** What the server's words so far come to. `refused` says why, in the server's words where it has some. */
type Heard = { readonly kind: 'more' | 'done' } | { readonly kind: 'refused'; readonly why: string };

interface Step {
  /** Nothing where the server speaks first. */
  readonly say?: string | Uint8Array;
  /** Given everything since this step was begun, one character a byte. */
  readonly hear: (heard: string) => Heard;
}

const more: Heard = { kind: 'more' };
const done: Heard = { kind: 'done' };
const refused = (why: string): Heard => ({ kind: 'refused', why: why.slice(0, longestReason) });

/** More of a server's words than this is no reason. */
const longestReason = 240;

/** An SMTP answer ends with the line that has a blank, not a hyphen, behind its number. */
function smtp(code: string, needs?: RegExp): Step['hear'] {
  return (heard) => {
    const lines = wholeLines(heard);
    const end = lines.findIndex((line) => /^\d{3}( |$)/.test(line));
    const line = lines[end];
    if (line === undefined) return unfinished(heard, /^\d{0,3}$|^\d{3}[ -]/);
    if (!line.startsWith(code)) return refused(`the server answers: ${line}`);
    if (needs && !lines.slice(0, end + 1).some((each) => needs.test(each)))
      return refused('the server does not offer STARTTLS');
    return done;
  };
}

/** A line that begins with `tag` and a word, after any number of other lines. */
function imap(tag: string, word: string): Step['hear'] {
  return (heard) => {
    const line = wholeLines(heard).find((each) => each.startsWith(tag));
    if (line === undefined) return unfinished(heard, /^[*a]?$|^[*a] /);
    return line.slice(tag.length).toUpperCase().startsWith(word) ? done : refused(`the server answers: ${line}`);
  };
}

function pop3(heard: string): Heard {
  const [line] = wholeLines(heard);
  if (line === undefined) return unfinished(heard, /^[+-]?[A-Z]*( |$)/i);
  return line.startsWith('+OK') ? done : refused(`the server answers: ${line}`);
}

function wholeLines(heard: string): string[] {
  return heard.split(/\r?\n/).slice(0, -1);
}

/** The longest answer that is listened to. */
const longestAnswer = 16_384;

/** There is more to come, unless what came cannot be the start of an answer. */
function unfinished(heard: string, start: RegExp): Heard {
  const [line = ''] = heard.split(/\r?\n/, 1);
  if (!start.test(line)) return refused(`the server answers: ${line}`);
  return heard.length > longestAnswer ? refused('the server talks without end') : more;
}

/** StartTLS as an ExtendedRequest with message ID 1. */
const ldapOid = '1.3.6.1.4.1.1466.20037';
const ldapRequest = Uint8Array.from([
  ...[0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, ldapOid.length],
  ...Buffer.from(ldapOid),
]);

/** An ExtendedResponse: sequence, message ID, [APPLICATION 24], and in it the result code as an enumeration. */
function ldap(heard: string): Heard {
  const bytes = Buffer.from(heard, 'latin1');
  if (bytes.length > 0 && bytes[0] !== 0x30) return refused('the answer is not LDAP');
  const size = bytes[1];
  if (size === undefined) return more;
  const lengthBytes = size >= 0x80 ? size & 0x7f : 0;
  if (lengthBytes > 3) return refused('the answer is not LDAP');
  let length = lengthBytes === 0 ? size : 0;
  for (let i = 0; i < lengthBytes; i++) length = length * 256 + (bytes[2 + i] ?? 0);
  const start = 2 + lengthBytes;
  if (length > longestAnswer) return refused('the answer is not LDAP');
  if (bytes.length < start + length) return more;
  const match = /^\x02[\x01-\x04].{1,4}?\x78(?:[\x00-\x7f]|\x81.|\x82..)\x0a\x01(.)/s.exec(heard.slice(start));
  if (!match) return refused('the answer is not LDAP');
  const code = match[1]?.charCodeAt(0) ?? -1;
  return code === 0 ? done : refused(`the server answers with LDAP result code ${code}`);
}

function postgres(heard: string): Heard {
  if (heard === '') return more;
  if (heard[0] === 'S') return done;
  return refused(heard[0] === 'N' ? 'the server does not offer TLS' : 'the answer is not PostgreSQL');
}

const dialogues: Readonly<Record<StarttlsProtocol, readonly Step[]>> = {
  smtp: [
    { hear: smtp('220') },
    { say: 'EHLO shortfuse.invalid\r\n', hear: smtp('250', /^250[ -]STARTTLS\s*$/i) },
    { say: 'STARTTLS\r\n', hear: smtp('220') },
  ],
  imap: [{ hear: imap('* ', 'OK') }, { say: 'a STARTTLS\r\n', hear: imap('a ', 'OK') }],
  pop3: [{ hear: pop3 }, { say: 'STLS\r\n', hear: pop3 }],
  ldap: [{ say: ldapRequest, hear: ldap }],
  postgres: [{ say: Uint8Array.of(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f), hear: postgres }],
};

/** What makes a server say something once the connection is encrypted; TLS 1.3 tickets come with or before its answer. */
export const requestsAfterTls: Readonly<Record<StarttlsProtocol, string>> = {
  smtp: 'EHLO shortfuse.invalid\r\n',
  imap: 'b CAPABILITY\r\n',
  pop3: 'CAPA\r\n',
  // Binary protocols: their tickets come without being asked for.
  ldap: '',
  postgres: '',
};

/**
 * Leads the plain part of a connection up to where TLS begins. Resolves with undefined, or with why the server does not go
 * that far. Does not watch the time or the connection's end: whoever closes the socket is done with the answer, too.
 */
export function startTls(socket: Socket, protocol: StarttlsProtocol): Promise<string | undefined> {
  const steps = dialogues[protocol];
  return new Promise((resolve) => {
    let at = 0;
    let heard = '';
    const say = (): void => {
      const { say: words } = steps[at] ?? {};
      if (words !== undefined) socket.write(words);
    };
    const end = (why: string | undefined): void => {
      socket.off('data', take);
      resolve(why);
    };
    const take = (piece: Buffer): void => {
      heard += piece.toString('latin1');
      const verdict = steps[at]?.hear(heard) ?? done;
      if (verdict.kind === 'more') return;
      if (verdict.kind === 'refused') end(verdict.why);
      else if (++at === steps.length) end(undefined);
      else {
        heard = '';
        say();
      }
    };
    socket.on('data', take);
    say();
  });
}
