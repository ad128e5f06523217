/**
 * What a client's stored TLS session says, without its secrets. A session is what Node's `session` event and
 * `getSession()` give: OpenSSL's SSL_SESSION in DER.
 */
export interface SessionFacts {
  /** As on the wire: 0x0303 is TLS 1.2, 0x0304 is TLS 1.3. */
  readonly protocolVersion: number;
  /** 0 to 32 bytes. With a ticket OpenSSL puts the ticket's SHA-256 here, so it says nothing about the server's cache then. */
  readonly sessionId: Uint8Array;
  /** Undefined: the session can only be resumed by its session ID. */
  readonly ticket: Uint8Array | undefined;
  /** The server's `ticket_lifetime` in seconds. OpenSSL leaves it out where it is 0, so 0 also means that there was none. */
  readonly lifetimeHintSeconds: number;
  /**
   * Names the key that encrypted the ticket, as 32 hexadecimal digits: the first 16 bytes of the ticket on servers that use
   * OpenSSL's layout. Undefined for the 32 random bytes by which OpenSSL and JSSE point into a server-side cache.
   */
  readonly keyName: string | undefined;
}

/** The largest hint that the field holds: about 136 years, so no client finds its session too old to be offered. */
export const longestHintSeconds = 0xffff_ffff;

const integerTag = 0x02;
const octetsTag = 0x04;
const sequenceTag = 0x30;
/** Context tags of OpenSSL's ssl/ssl_asn1.c. */
const hintTag = 0xa9;
const ticketTag = 0xaa;

/** Version, protocol, cipher, session ID and secret, in this order. */
const requiredFields = 5;

const statefulTicketLength = 32;
const keyNameLength = 16;

interface Element {
  readonly tag: number;
  /** Offset of the tag, of the content, and behind the content. */
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

/** Reads a session. `undefined` for bytes that are no session; fields that later versions add are passed over. Never throws. */
export function readSession(der: Uint8Array): SessionFacts | undefined {
  const fields = fieldsOf(der);
  if (!fields) return undefined;
  const [, protocol, , id] = fields;
  const protocolVersion = protocol && readInteger(der, protocol);
  if (protocolVersion === undefined || id?.tag !== octetsTag || id.end - id.content > 32) return undefined;
  const hint = explicit(der, fields, hintTag);
  const ticketField = explicit(der, fields, ticketTag);
  const lifetimeHintSeconds = hint === 'absent' ? 0 : hint && readInteger(der, hint);
  if (lifetimeHintSeconds === undefined || ticketField === undefined) return undefined;
  if (ticketField !== 'absent' && ticketField.tag !== octetsTag) return undefined;
  const ticket = ticketField === 'absent' ? undefined : der.slice(ticketField.content, ticketField.end);
  return {
    protocolVersion,
    sessionId: der.slice(id.content, id.end),
    ticket,
    lifetimeHintSeconds,
    keyName:
      ticket && ticket.length > statefulTicketLength
        ? Array.from(ticket.subarray(0, keyNameLength), (byte) => byte.toString(16).padStart(2, '0')).join('')
        : undefined,
  };
}

/**
 * The session with another lifetime hint. OpenSSL does not offer a TLS 1.3 ticket that is older than its hint, so whoever
 * wants to know what the server does with such a ticket sets {@link longestHintSeconds} first.
 * `undefined` for bytes that are no session.
 * @param seconds a whole number from 0 to {@link longestHintSeconds}
 */
export function withLifetimeHint(der: Uint8Array, seconds: number): Uint8Array | undefined {
  const fields = fieldsOf(der);
  if (!fields || !readSession(der)) return undefined;
  const optional = fields.slice(requiredFields);
  const replaced = optional.find(({ tag }) => tag === hintTag);
  // Fields stand in the order of their tags.
  const following = optional.find(({ tag }) => tag > hintTag);
  const start = replaced?.start ?? following?.start ?? der.length;
  const integer = element(integerTag, integerBytes(seconds));
  const first = fields[0]?.start ?? 0;
  return element(sequenceTag, [
    ...der.subarray(first, start),
    ...element(hintTag, integer),
    ...der.subarray(replaced?.end ?? start),
  ]);
}

/** The fields of the outer sequence, which must fill `der`. */
function fieldsOf(der: Uint8Array): Element[] | undefined {
  const outer = elementAt(der, 0, der.length);
  if (outer?.tag !== sequenceTag || outer.end !== der.length) return undefined;
  const fields: Element[] = [];
  for (let at = outer.content; at < outer.end; ) {
    const field = elementAt(der, at, outer.end);
    if (!field) return undefined;
    fields.push(field);
    at = field.end;
  }
  return fields.length >= requiredFields && fields[0] && readInteger(der, fields[0]) === 1 ? fields : undefined;
}

/** The element inside an explicitly tagged field; `absent` where there is no such field, undefined where it is malformed. */
function explicit(der: Uint8Array, fields: readonly Element[], tag: number): Element | 'absent' | undefined {
  const field = fields.slice(requiredFields).find((candidate) => candidate.tag === tag);
  if (!field) return 'absent';
  const inner = elementAt(der, field.content, field.end);
  return inner?.end === field.end ? inner : undefined;
}

function elementAt(der: Uint8Array, start: number, limit: number): Element | undefined {
  const tag = der[start];
  const first = der[start + 1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
  let content = start + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) return undefined;
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (der[content + i] ?? Number.POSITIVE_INFINITY);
    content += count;
  }
  const end = content + length;
  return end <= limit ? { tag, start, content, end } : undefined;
}

/** A number from 0 to 2^48 - 1. */
function readInteger(der: Uint8Array, { tag, content, end }: Element): number | undefined {
  const bytes = der.subarray(content, end);
  const isNegative = ((bytes[0] ?? 0) & 0x80) !== 0;
  if (tag !== integerTag || bytes.length === 0 || bytes.length > 6 || isNegative) return undefined;
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function integerBytes(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  // A leading 1 bit would make it negative.
  return bytes.length === 0 || (bytes[0] ?? 0) >= 0x80 ? [0, ...bytes] : bytes;
}

function element(tag: number, content: ArrayLike<number>): Uint8Array {
  const { length } = content;
  const size = length < 0x80 ? [length] : [];
  if (size.length === 0) {
    for (let rest = length; rest > 0; rest >>>= 8) size.unshift(rest & 0xff);
    size.unshift(0x80 | size.length);
  }
  const bytes = new Uint8Array(1 + size.length + length);
  bytes.set([tag, ...size]);
  bytes.set(content, 1 + size.length);
  return bytes;
}
