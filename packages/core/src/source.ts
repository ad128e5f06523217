/** How the bytes of a file became text. The first match of {@link decode} decides; {@link encode} reverses it exactly. */
export type Encoding = 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be' | 'latin1';

/**
 * One file as text. The byte order mark, where there is one, is not part of `text`: `encoding` remembers it.
 * `path` is what people are shown: relative to the working directory, with `/`.
 */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly encoding: Encoding;
}

/** A half-open range of UTF-16 units in a file's `text`, counted from 0. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A range in a file. */
export interface Location {
  readonly file: SourceFile;
  readonly span: Span;
}

/** A place as people and editors count: lines and columns from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Reads bytes as text so that {@link encode} gives the very same bytes back, whatever they are.
 * A byte order mark decides (UTF-8, UTF-16 in either order); else strict UTF-8; else every byte is the character of the
 * same number (Latin-1, which unlike windows-1252 has no holes). UTF-16 that would not survive the way back, such as an odd
 * number of bytes or a lone surrogate, is read as Latin-1 too. Never throws.
 */
export function decode(path: string, bytes: Uint8Array): SourceFile {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    const text = strictText('utf-8', bytes.subarray(3));
    if (text !== undefined) return { path, text, encoding: 'utf-8-bom' };
  } else if (first === 0xff && second === 0xfe) {
    const text = strictText('utf-16le', bytes.subarray(2));
    if (text !== undefined) return { path, text, encoding: 'utf-16le' };
  } else if (first === 0xfe && second === 0xff && bytes.length % 2 === 0) {
    const text = strictText('utf-16le', swapped(bytes.subarray(2)));
    if (text !== undefined) return { path, text, encoding: 'utf-16be' };
  } else {
    const text = strictText('utf-8', bytes);
    if (text !== undefined) return { path, text, encoding: 'utf-8' };
  }
  return { path, text: latin1Text(bytes), encoding: 'latin1' };
}

/**
 * The bytes of `file`, the inverse of {@link decode}. For text that was edited since: characters above U+00FF in a
 * Latin-1 file have no byte there and are a broken promise of the caller.
 * @throws RangeError for such a character
 */
export function encode(file: Pick<SourceFile, 'text' | 'encoding'>): Uint8Array {
  const { text, encoding } = file;
  switch (encoding) {
    case 'utf-8':
      return new TextEncoder().encode(text);
    case 'utf-8-bom':
      return new TextEncoder().encode(`\u{feff}${text}`);
    case 'utf-16le':
      return utf16Bytes(`\u{feff}${text}`);
    case 'utf-16be':
      return swapped(utf16Bytes(`\u{feff}${text}`));
    case 'latin1':
      return latin1Bytes(text);
  }
}

/** Line starts of a file, found once per file and only when somebody asks for a position in it. */
const lineStarts = new WeakMap<SourceFile, readonly number[]>();

/** Line and column of `offset`. An offset beyond the end counts as the end. Lines end with LF (so CRLF counts once). */
export function positionOf(file: SourceFile, offset: number): Position {
  let starts = lineStarts.get(file);
  if (!starts) {
    starts = findLineStarts(file.text);
    lineStarts.set(file, starts);
  }
  const at = Math.max(0, Math.min(offset, file.text.length));
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
}

/** The number of bytes that `text` takes in `file`'s encoding, without a byte order mark. */
export function byteLength(file: SourceFile, span: Span): number {
  const { text, encoding } = file;
  if (encoding === 'latin1') return span.end - span.start;
  if (encoding === 'utf-16le' || encoding === 'utf-16be') return 2 * (span.end - span.start);
  let bytes = 0;
  for (let i = span.start; i < span.end; i++) {
    const unit = text.charCodeAt(i);
    // A surrogate pair is four bytes: two for each half.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  return bytes;
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function strictText(label: 'utf-8' | 'utf-16le', bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function latin1Text(bytes: Uint8Array): string {
  // In pieces, because every byte is one argument of the call and engines limit those.
  const pieceLength = 8192;
  let text = '';
  for (let i = 0; i < bytes.length; i += pieceLength)
    text += String.fromCharCode(...bytes.subarray(i, i + pieceLength));
  return text;
}

function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0xff) throw new RangeError(`U+${unit.toString(16).padStart(4, '0')} at ${i} has no Latin-1 byte`);
    bytes[i] = unit;
  }
  return bytes;
}

function utf16Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[2 * i] = unit & 0xff;
    bytes[2 * i + 1] = unit >> 8;
  }
  return bytes;
}

function swapped(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length);
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    result[i] = bytes[i + 1] ?? 0;
    result[i + 1] = bytes[i] ?? 0;
  }
  return result;
}
