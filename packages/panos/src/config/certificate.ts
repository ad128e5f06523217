/** The names that a certificate is for, as far as a configuration shows them. Only public parts are looked at. */
export function namesOfCertificate(
  commonName: string | undefined,
  publicKey: string | undefined,
): readonly string[] | undefined {
  const bytes = publicKey === undefined ? undefined : bytesOfPem(publicKey);
  const alternative = bytes && alternativeNames(bytes);
  // RFC 6125 6.4.4: where there are alternative names, the common name does not count.
  if (alternative && alternative.length > 0) return alternative;
  // Without the certificate itself it may be for more names than this one.
  return bytes && commonName ? [commonName] : undefined;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The bytes of the first certificate of a PEM text; undefined where there is none. */
function bytesOfPem(text: string): Uint8Array | undefined {
  const body = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1];
  if (body === undefined) return undefined;
  const digits = body.replace(/[\s=]/g, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let buffer = 0;
  let bits = 0;
  let length = 0;
  for (const digit of digits) {
    buffer = ((buffer << 6) | alphabet.indexOf(digit)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[length++] = (buffer >> bits) & 0xff;
  }
  return bytes;
}

/** A value of DER: where its content starts and ends. */
interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** subjectAltName, 2.5.29.17 (RFC 5280 4.2.1.6). */
const subjectAltName = [0x55, 0x1d, 0x11];

/** The DNS names of the subject's alternative names; undefined where this is no certificate that can be read. */
function alternativeNames(bytes: Uint8Array): readonly string[] | undefined {
  const certificate = elementAt(bytes, 0, bytes.length);
  const signed = certificate && elementAt(bytes, certificate.start, certificate.end);
  if (!signed) return undefined;
  const extensions = elementsIn(bytes, signed).find(({ tag }) => tag === 0xa3);
  const list = extensions && elementAt(bytes, extensions.start, extensions.end);
  if (!list) return [];
  for (const extension of elementsIn(bytes, list)) {
    const parts = elementsIn(bytes, extension);
    const [id] = parts;
    const value = parts.at(-1);
    if (!id || !value || !subjectAltName.every((byte, i) => bytes[id.start + i] === byte)) continue;
    const names = elementAt(bytes, value.start, value.end);
    return names ? elementsIn(bytes, names).flatMap((name) => (name.tag === 0x82 ? asciiIn(bytes, name) : [])) : [];
  }
  return [];
}

function elementAt(bytes: Uint8Array, at: number, limit: number): Element | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || at + 2 > limit) return undefined;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 3) return undefined;
    length = 0;
    for (let i = 0; i < count; i++) length = (length << 8) | (bytes[start++] ?? 0);
  }
  return start + length <= limit ? { tag, start, end: start + length } : undefined;
}

function elementsIn(bytes: Uint8Array, { start, end }: Element): Element[] {
  const elements: Element[] = [];
  for (let element = elementAt(bytes, start, end); element; element = elementAt(bytes, element.end, end))
    elements.push(element);
  return elements;
}

function asciiIn(bytes: Uint8Array, { start, end }: Element): string {
  return String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 255)));
}
