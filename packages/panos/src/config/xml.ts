import type { Reading } from './set-format.js';
import { configurationShape, type Shape } from './shape.js';
import type { GrowingNode } from './tree.js';
import { decoded, type Fault, faultOf, referencesOf, shown, UnknownReference } from './well-formed.js';

/** A reading with the versions that stand at the root element. */
export interface XmlReading {
  readonly reading: Reading;
  readonly version: string | undefined;
  readonly detailVersion: string | undefined;
}

/** XML starts with `<`, whatever else it is. */
export function isXml(text: string): boolean {
  return /^\s*</.test(text);
}

/**
 * Reads a configuration as XML: an export, or the answer of the XML interface around one.
 *
 * fast-xml-parser judges whether the text is well-formed; the nodes are then made in one pass over its tags, of what is read and
 * nothing else. The library's own objects of an export of 97 MB with a million addresses took 1.85 GB and 21 s, this takes
 * 0.6 GB and 6 s.
 *
 * A document type declaration is refused: no device writes one, and it is what entity bombs and external entities are made of.
 * What is said about a fault holds nothing of the text but names of elements, because hashes and keys stand there.
 * Never throws; takes time in proportion to the size.
 */
export function readXml(text: string): XmlReading {
  try {
    const fault = faultOf(text);
    return fault ? refused(fault) : configurationIn(text);
  } catch (error) {
    if (error instanceof UnknownReference)
      return refused({ at: error.at, message: 'not well-formed: a bare & or a reference that XML does not know' });
    // The validator gives up on some texts, such as one that ends inside a tag.
    return refused({ at: 0, message: 'not well-formed' });
  }
}

const help = 'export the configuration again: nothing is said about a part of it';

function refused({ at, message }: Fault): XmlReading {
  return { reading: { ok: false, at, message, help }, version: undefined, detailVersion: undefined };
}

/** Elements that stand around a configuration in answers of the XML interface. */
const wrappers = new Set(['response', 'result']);

/** What `show config pushed-shared-policy` prints, the part that Panorama pushed, stands in `policy`. */
const roots = new Set(['config', 'policy']);

/** An element that is open. */
interface Frame {
  readonly node: GrowingNode;
  readonly shape: Shape;
  /** The text of a leaf so far; undefined where none is wanted. */
  text: string | undefined;
}

/** Reads well-formed text. @throws UnknownReference */
function configurationIn(text: string): XmlReading {
  const root: GrowingNode = { name: 'config', at: 0, children: [] };
  const frames: Frame[] = [];
  let versions: ReadonlyMap<string, string> | undefined;
  // Elements that are open inside one that is passed over, itself included.
  let unread = 0;
  const references = referencesOf(text);
  for (let at = text.indexOf('<'); at !== -1; ) {
    const frame = frames.at(-1);
    const isMarkup = text.startsWith('<!', at) || text.startsWith('<?', at);
    let end: number;
    if (text.startsWith('<!--', at)) end = endOf(text, '-->', at);
    else if (text.startsWith('<?', at)) end = endOf(text, '?>', at);
    else if (text.startsWith('<![CDATA[', at)) {
      end = endOf(text, ']]>', at);
      if (frame?.text !== undefined && unread === 0) frame.text += text.slice(at + 9, end - 3);
    } else if (text.startsWith('</', at)) {
      end = endOf(text, '>', at);
      if (unread > 0) unread--;
      else if (frame) {
        frames.pop();
        closeLeaf(frame);
      }
    } else {
      const tag = startTag(text, at);
      end = tag.end;
      if (unread > 0) unread += tag.isEmpty ? 0 : 1;
      else if (frame) {
        const inner = frameFor(frame, tag, text, at);
        if (inner && !tag.isEmpty) frames.push(inner);
        else if (!inner && !tag.isEmpty) unread = 1;
      } else if (versions || !(wrappers.has(tag.name) || roots.has(tag.name))) {
        return refused(
          versions
            ? { at, message: 'not well-formed: a second root element' }
            : { at, message: `no configuration: its root element is ${shown(tag.name)}, not config` },
        );
      } else if (roots.has(tag.name)) {
        versions = attributesOf(text, at, tag);
        if (!tag.isEmpty) frames.push({ node: root, shape: configurationShape, text: undefined });
      }
    }
    const next = text.indexOf('<', end);
    references.check(isMarkup ? end : at, next === -1 ? text.length : next);
    const open = frames.at(-1);
    if (open?.text !== undefined && unread === 0 && next > end) open.text += decoded(text.slice(end, next), end);
    at = next;
  }
  if (!versions) return refused({ at: 0, message: 'no configuration: there is no element config in it' });
  return {
    reading: { ok: true, root },
    version: versions.get('version'),
    detailVersion: versions.get('detail-version'),
  };
}

/** The end of what `closing` ends; the end of the text where it is not there, which well-formed text does not know. */
function endOf(text: string, closing: string, from: number): number {
  const at = text.indexOf(closing, from);
  return at === -1 ? text.length : at + closing.length;
}

interface Tag {
  readonly name: string;
  /** Behind the `>`. */
  readonly end: number;
  readonly isEmpty: boolean;
}

function startTag(text: string, at: number): Tag {
  let end = at + 1;
  let nameEnd = -1;
  for (; end < text.length; end++) {
    const char = text.charCodeAt(end);
    if (char === 0x3e) break;
    if (char === 0x22 || char === 0x27) {
      const closing = text.indexOf(text[end] ?? '', end + 1);
      end = closing === -1 ? text.length : closing;
    } else if (nameEnd === -1 && (char <= 0x20 || char === 0x2f)) nameEnd = end;
  }
  const name = text.slice(at + 1, nameEnd === -1 ? end : nameEnd);
  return { name, end: end + 1, isEmpty: text.charCodeAt(end - 1) === 0x2f };
}

function attributesOf(text: string, at: number, { name, end }: Tag): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, key = '', double, single = ''] of text
    .slice(at + 1 + name.length, end)
    .matchAll(/([^\s=/>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g))
    attributes.set(key, decoded((double ?? single).replace(/[\t\r\n]/g, ' '), at).trim());
  return attributes;
}

/** The frame of an element inside `frame`; undefined where nothing of it is read. */
function frameFor({ node, shape }: Frame, tag: Tag, text: string, at: number): Frame | undefined {
  switch (shape.kind) {
    case 'entries': {
      const name = tag.name === 'entry' ? attributesOf(text, at, tag).get('name') : undefined;
      return name === undefined ? undefined : opened(name, shape.of);
    }
    case 'keys': {
      const inner = shape.keys.get(tag.name);
      return inner && inner.kind !== 'unread' ? opened(tag.name, inner) : undefined;
    }
    case 'list':
      // A member's text becomes a child of the list when it closes.
      return tag.name === 'member' ? { node, shape: member, text: '' } : undefined;
    default:
      return undefined;
  }

  function opened(name: string, inner: Shape): Frame {
    const child: GrowingNode = { name, at, children: [] };
    node.children.push(child);
    const isLeaf = inner.kind === 'value' || inner.kind === 'list' || (inner.kind === 'keys' && inner.orValue);
    return { node: child, shape: inner, text: isLeaf ? '' : undefined };
  }
}

const member: Shape = { kind: 'value' };

/** The text of a leaf, without the blanks around it, is its child: unless it has members or parts, between which only blanks stand. */
function closeLeaf({ node, shape, text }: Frame): void {
  const value = text?.trim() ?? '';
  if (value === '' || (shape !== member && node.children.length > 0)) return;
  node.children.push({ name: value, at: node.at, children: none });
}

/** Shared by all leaves: there may be millions, and nothing is ever added to them. */
const none: GrowingNode[] = [];
