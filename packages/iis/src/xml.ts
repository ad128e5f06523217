import type { Problem, SourceFile, Span } from '@shortfuse/core';
import { XMLValidator } from 'fast-xml-parser';

/** An element of an XML document, with places in the text as it is in the file. */
export interface XmlElement {
  /** As written, case included: IIS compares names with regard to it. */
  readonly name: string;
  readonly parent: XmlElement | undefined;
  readonly children: readonly XmlElement[];
  /** The start tag, from `<` to `>`. */
  readonly tag: Span;
  readonly attributes: ReadonlyMap<string, XmlAttribute>;
}

export interface XmlAttribute {
  /** With the references of XML replaced. */
  readonly value: string;
  /** What stands between the quotes. */
  readonly span: Span;
}

export type XmlResult =
  | { readonly ok: true; readonly root: XmlElement }
  | { readonly ok: false; readonly problem: Problem };

/** Deeper than any schema of IIS or Group Policy goes. */
const deepest = 500;

/**
 * Reads a document, or says the first place where it is not well-formed. Never throws; takes time in proportion to the size.
 *
 * fast-xml-parser's validator says whether it is well-formed. The elements are read here: its parser has no places of
 * attributes, and building its objects takes longer than everything else.
 */
export function readXml(file: SourceFile): XmlResult {
  const { text } = file;
  const refused = (start: number, what: string, help = refusedHelp): XmlResult => ({
    ok: false,
    problem: {
      severity: 'error',
      at: { file, span: { start: Math.min(start, text.length), end: Math.min(start + 1, text.length) } },
      message: `not well-formed: ${what}`,
      help,
    },
  });
  try {
    const verdict = XMLValidator.validate(text);
    if (verdict !== true) {
      const { code, msg, line, col } = verdict.err;
      // The validator has no place for what is missing at the end.
      if (/^Invalid '\[/.test(msg)) return refused(text.length, 'unexpected end of file', unclosedHelp(msg));
      if (code === 'InvalidTag' && /^Unclosed tag/.test(msg)) return refused(text.length, 'unexpected end of file');
      return refused(offsetOf(text, line, col), spelled(msg));
    }
    if (!text.trimEnd().endsWith('>')) return refused(text.trimEnd().length - 1, 'text after the root element');
    return elementsOf(text, refused);
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    return refused(0, why === '' ? 'it cannot be read' : firstSentence(why));
  }
}

const refusedHelp = 'correct the XML: IIS refuses the whole file (500.19), so nothing in it counts';

function unclosedHelp(message: string): string {
  const innermost = /"([^"]*)"\s*\]'/.exec(message)?.[1];
  return innermost === undefined
    ? refusedHelp
    : `close the element ${innermost} and those around it, or restore the part that is cut off: IIS refuses the whole file`;
}

/** The validator's wording, where a plainer one says the same. */
function spelled(message: string): string {
  if (/attribute '<!--/.test(message)) return 'comment inside a start tag';
  return message.replace(/\.$/, '').replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

function firstSentence(text: string): string {
  return (text.split(/\n|\. /)[0] ?? '').slice(0, 200);
}

/** The offset of a line and column, both from 1. */
function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let i = 1; i < line; i++) {
    const end = text.indexOf('\n', start);
    if (end === -1) break;
    start = end + 1;
  }
  return Math.min(start + Math.max(0, (column || 1) - 1), text.length);
}

/** An element whose attributes are read when somebody asks for them; of most nobody does. */
class LazyElement implements XmlElement {
  readonly children: LazyElement[] = [];
  #attributes: ReadonlyMap<string, XmlAttribute> | undefined;

  constructor(
    readonly name: string,
    readonly parent: LazyElement | undefined,
    readonly tag: Span,
    private readonly text: string,
  ) {}

  get attributes(): ReadonlyMap<string, XmlAttribute> {
    this.#attributes ??= attributesIn(this.text, this.tag, this.name, new Map());
    return this.#attributes;
  }
}

const nameOfTag = /[^\s/>]+/y;

/** The elements of a text that the validator has seen to be well-formed, but for what it does not look at. */
function elementsOf(text: string, refused: (start: number, what: string) => XmlResult): XmlResult {
  let root: LazyElement | undefined;
  let parent: LazyElement | undefined;
  let depth = 0;
  let at = 0;
  for (let open = text.indexOf('<'); open !== -1; open = text.indexOf('<', at)) {
    if (root && !parent && text.slice(at, open).trim() !== '')
      return refused(text.trimEnd().length - 1, 'text after the root element');
    const mark = text.charAt(open + 1);
    if (mark === '!' || mark === '?') {
      at = endOfMarkup(text, open);
      continue;
    }
    if (mark === '/') {
      at = after(text, '>', open);
      parent = parent?.parent;
      depth--;
      continue;
    }
    nameOfTag.lastIndex = open + 1;
    const name = nameOfTag.exec(text)?.[0] ?? '';
    const close = endOfTag(text, open + 1 + name.length);
    if (close === undefined) return refused(open, `the start tag of ${name} is not closed`);
    const tag: Span = { start: open, end: close + 1 };
    const fault = faultIn(text, tag, name);
    if (fault) return refused(fault.at, fault.what);
    const element = new LazyElement(name, parent, tag, text);
    if (parent) parent.children.push(element);
    else if (root) return refused(open, `a second root element, ${name}`);
    else root = element;
    at = tag.end;
    if (text.charAt(close - 1) === '/') continue;
    parent = element;
    if (++depth > deepest) return refused(0, `elements are nested more than ${deepest} deep`);
  }
  return root ? { ok: true, root } : refused(0, 'no root element');
}

function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  return at === -1 ? text.length : at + end.length;
}

/** The end of a comment, a CDATA section, an instruction or a document type, which may have declarations in it. */
function endOfMarkup(text: string, start: number): number {
  if (text.startsWith('<!--', start)) return after(text, '-->', start + 4);
  if (text.startsWith('<![CDATA[', start)) return after(text, ']]>', start);
  if (text.startsWith('<?', start)) return after(text, '?>', start);
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '<') depth++;
    else if (char === '>' && --depth === 0) return i + 1;
  }
  return text.length;
}

/** The `>` of a start tag, which may stand in the value of an attribute, too. */
function endOfTag(text: string, from: number): number | undefined {
  for (let i = from; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === 0x3e) return i;
    if (char !== 0x22 && char !== 0x27) continue;
    i = text.indexOf(text.charAt(i), i + 1);
    if (i === -1) return undefined;
  }
  return undefined;
}

/** A value that the validator lets pass and XML does not. Tags without a reference are not read for it. */
function faultIn(text: string, tag: Span, name: string): { readonly at: number; readonly what: string } | undefined {
  const written = text.slice(tag.start + 1, tag.end);
  if (!written.includes('&') && !written.includes('<')) return undefined;
  const faults: Fault[] = [];
  attributesIn(text, tag, name, new Map(), faults);
  const [first] = faults;
  if (!first) return undefined;
  const what = first.kind === 'reference' ? 'a bare & or an entity that XML does not know' : 'a bare <';
  return { at: first.at, what: `the value of ${first.attribute} holds ${what}` };
}

interface Fault {
  readonly kind: 'reference' | 'bracket';
  readonly attribute: string;
  readonly at: number;
}

/** Reads the attributes of a start tag into `attributes`, and what is wrong with their values into `faults`. */
function attributesIn(
  text: string,
  { start, end }: Span,
  name: string,
  attributes: Map<string, XmlAttribute>,
  faults: Fault[] = [],
): ReadonlyMap<string, XmlAttribute> {
  const piece = /([^\s=/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')|[^\s=/]+|\S/y;
  const blanks = /\s*/y;
  for (let at = start + 1 + name.length; at < end - 1; at = piece.lastIndex) {
    blanks.lastIndex = at;
    blanks.exec(text);
    piece.lastIndex = blanks.lastIndex;
    if (piece.lastIndex >= end - 1) break;
    const match = piece.exec(text);
    if (!match) break;
    const [, attribute, double, single] = match;
    const raw = double ?? single;
    if (attribute === undefined || raw === undefined) continue;
    const last = piece.lastIndex - 1;
    const span = { start: last - raw.length, end: last };
    const value = unescaped(raw);
    if (value === undefined) faults.push({ kind: 'reference', attribute, at: span.start });
    else if (raw.includes('<')) faults.push({ kind: 'bracket', attribute, at: span.start });
    attributes.set(attribute, { value: value ?? raw, span });
  }
  return attributes;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Replaces the references of XML; undefined where one is unknown. */
function unescaped(raw: string): string | undefined {
  if (!raw.includes('&')) return raw;
  let isKnown = true;
  const value = raw.replace(
    /&(?:(\w+);|#(\d{1,7});|#x([0-9a-f]{1,6});)?/gi,
    (_, name?: string, decimal?: string, hex?: string) => {
      const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : undefined;
      const char =
        code === undefined
          ? name === undefined
            ? undefined
            : entities[name]
          : code <= 0x10ffff
            ? String.fromCodePoint(code)
            : undefined;
      if (char === undefined) isKnown = false;
      return char ?? '';
    },
  );
  return isKnown ? value : undefined;
}

/** Every element of a document, in the order of their start tags. */
export function* elementsIn(root: XmlElement): Generator<XmlElement> {
  const waiting = [root];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    yield next;
    for (let i = next.children.length - 1; i >= 0; i--) {
      const child = next.children[i];
      if (child) waiting.push(child);
    }
  }
}

/** The children of that name, or the grandchildren and so on of a longer path. */
export function childrenAt(element: XmlElement, ...path: readonly string[]): readonly XmlElement[] {
  let found: readonly XmlElement[] = [element];
  for (const name of path) found = found.flatMap(({ children }) => children.filter((child) => child.name === name));
  return found;
}
