import { XMLValidator } from 'fast-xml-parser';

/** Why a text is no XML that is read, and where. Nothing of the text is in it but names of elements: secrets stand there. */
export interface Fault {
  readonly at: number;
  readonly message: string;
}

/** The first fault of a text, as far as the library and a look for declarations tell. References are for {@link referencesOf}. */
export function faultOf(text: string): Fault | undefined {
  return documentType(text) ?? notWellFormed(text);
}

/** A declaration, unless a comment or CDATA holds it. */
function documentType(text: string): Fault | undefined {
  for (let at = text.indexOf('<!'); at !== -1; at = text.indexOf('<!', at)) {
    const start = text.slice(at, at + 9).toUpperCase();
    if (start.startsWith('<!DOCTYPE') || start.startsWith('<!ENTITY'))
      return { at, message: 'a document type declaration, which no configuration of PAN-OS has: it is not read' };
    const end = start.startsWith('<!--') ? text.indexOf('-->', at + 4) : text.indexOf(']]>', at);
    if (end === -1) return undefined;
    at = end;
  }
  return undefined;
}

function notWellFormed(text: string): Fault | undefined {
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) {
    const { msg, line, col } = verdict.err;
    const tags = /^Expected closing tag '([^']*)' \(opened in line (\d+).*\) instead of closing tag '([^']*)'/.exec(
      msg,
    );
    const at = offsetOf(text, line, col);
    if (tags) {
      const [, expected = '', opened = '', found = ''] = tags;
      return {
        at,
        message: `not well-formed: </${shown(found)}> closes <${shown(expected)}>, which was opened in line ${opened}`,
      };
    }
    if (/^Unclosed tag|^Invalid '\[|^Start tag/.test(msg))
      return { at: text.trimEnd().length, message: 'not well-formed: unexpected end of file' };
    if (/^Extra text/.test(msg)) return { at, message: 'not well-formed: text after the root element' };
    return { at, message: 'not well-formed' };
  }
  const end = text.trimEnd();
  return end.endsWith('>')
    ? undefined
    : { at: end.length - 1, message: 'not well-formed: text after the root element' };
}

/** The name of an element, unless it cannot be one of a configuration and is perhaps something that nobody should read. */
export function shown(name: string): string {
  return /^[a-z][a-z0-9-]{0,39}$/.test(name) ? name : '…';
}

/** The offset of a line and column, both from 1; line 1 where the library has no place. */
function offsetOf(text: string, line = 1, column = 1): number {
  let start = 0;
  for (let i = 1; i < line; i++) {
    const end = text.indexOf('\n', start);
    if (end === -1) break;
    start = end + 1;
  }
  return Math.min(start + Math.max(0, column - 1), text.length);
}

/**
 * Looks at the references of a text, whatever is read of it: one that XML does not know makes the whole not well-formed. The
 * library lets them pass, because a declaration might make them known.
 */
export function referencesOf(text: string): { check(from: number, to: number): void } {
  const known = /&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});/y;
  let next = text.indexOf('&');
  return {
    /** @throws UnknownReference. Ranges have to come in the order of the text; what lies between them is not looked at. */
    check(from, to) {
      while (next !== -1 && next < to) {
        known.lastIndex = next;
        if (next >= from && !known.test(text)) throw new UnknownReference(next);
        next = text.indexOf('&', next + 1);
      }
    },
  };
}

export class UnknownReference extends Error {
  readonly at: number;
  constructor(at: number) {
    super('unknown reference');
    this.at = at;
  }
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Replaces the references of XML in the text that starts at `at`. @throws UnknownReference for any other */
export function decoded(raw: string, at: number): string {
  if (!raw.includes('&')) return raw;
  return raw.replace(
    /&(?:([a-z]+);|#(\d{1,7});|#x([0-9a-f]{1,6});)?/gi,
    (whole, name?: string, decimal?: string, hex?: string, ...rest) => {
      if (name !== undefined && Object.hasOwn(entities, name)) return entities[name] ?? whole;
      const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : undefined;
      if (code === undefined || code > 0x10ffff) throw new UnknownReference(at + Number(rest[0]));
      return String.fromCodePoint(code);
    },
  );
}
