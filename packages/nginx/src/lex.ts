import { byteLength, type SourceFile, type Span } from '@shortfuse/core';
import { bufferBytes, ConfigurationBuffer } from './buffer.js';
import { type LuaFault, namesLuaBlock, readLua } from './lua.js';
import { type Fault, FaultList } from './syntax-problems.js';
import { mayHaveTags, type Tag, type TagReader, type TagStep } from './template.js';
import { TokenKind, type Tokens } from './tree.js';

/** A file as tokens, and what was seen on the way. */
export interface Lexed {
  readonly tokens: Tokens;
  readonly faults: FaultList;
  /** How many directives the tokens make up. */
  readonly directiveCount: number;
  /** In order, the words after which a directive is over although nothing ends it, because their quote was never closed. */
  readonly cuts: readonly number[];
  /** Template tags that change the nesting, in order, and the token that each is or is in. */
  readonly steps: readonly { readonly token: number; readonly step: TagStep }[];
  /** In order, the stretches where whatever looks wrong follows from a fault that is reported elsewhere. */
  readonly quiet: readonly Span[];
}

const tab = 9;
const newline = 10;
const carriageReturn = 13;
const space = 32;
const doubleQuote = 34;
const hash = 35;
const dollar = 36;
const singleQuote = 39;
const closeParenthesis = 41;
const semicolon = 59;
const lessThan = 60;
const backslash = 92;
const openBrace = 123;
const closeBrace = 125;

/** Units that an unquoted word cannot just run over. */
const stopsWord = marks(tab, newline, carriageReturn, space, dollar, semicolon, backslash, openBrace);
const stopsTemplateWord = marks(
  ...[tab, newline, carriageReturn, space, dollar, semicolon, backslash, openBrace, lessThan],
);

function marks(...units: number[]): Uint8Array {
  const marked = new Uint8Array(128);
  for (const unit of units) marked[unit] = 1;
  return marked;
}

/**
 * Splits `file` into the tokens that nginx sees, and where nginx would stop, into what a person may have meant. With `tags`,
 * template tags are part of words, or tokens of their own where nginx would see nothing after rendering.
 * Source: ngx_conf_read_token in nginx's src/core/ngx_conf_file.c.
 */
export function lex(file: SourceFile, tags?: TagReader): Lexed {
  return new Lexer(file, tags).run();
}

class Lexer {
  readonly #file: SourceFile;
  readonly #text: string;
  readonly #tags: TagReader | undefined;
  readonly #faults = new FaultList();
  readonly #cuts: number[] = [];
  readonly #steps: { token: number; step: TagStep }[] = [];
  #kinds: Uint8Array;
  #starts: Int32Array;
  #count = 0;
  #directiveCount = 0;
  /** The token that names the directive being read, or -1. */
  #name = -1;
  readonly #quiet: { readonly start: number; end: number }[] = [];
  #quietBefore = 0;
  /** The quote that nothing closes, or -1. */
  #openQuote = -1;
  #buffer: ConfigurationBuffer | undefined;
  /** From the last offset that a line end was looked for from, to that. */
  #line: Span = { start: 0, end: -1 };
  /** Up to where output tags are known to be alone on their line, and up to where they are known not to be. */
  #aloneBefore = 0;
  #notAloneBefore = 0;

  constructor(file: SourceFile, tags: TagReader | undefined) {
    this.#file = file;
    this.#text = file.text;
    this.#tags = tags;
    const capacity = (file.text.length >> 2) + 16;
    this.#kinds = new Uint8Array(capacity);
    this.#starts = new Int32Array(capacity + 1);
  }

  run(): Lexed {
    const text = this.#text;
    const tags = this.#tags;
    for (let i = 0; i < text.length; ) {
      const start = i;
      const unit = text.charCodeAt(i);
      switch (unit) {
        case space:
        case newline:
        case tab:
        case carriageReturn:
          i = blankEnd(text, i + 1);
          this.#push(TokenKind.blank, start);
          break;
        case semicolon:
          i++;
          this.#endDirective();
          this.#push(TokenKind.semicolon, start);
          break;
        case closeBrace:
          i++;
          this.#endDirective();
          this.#push(TokenKind.close, start);
          break;
        case hash:
          i = this.#comment(i);
          this.#push(TokenKind.comment, start);
          break;
        case openBrace:
        case lessThan: {
          const tag = tags?.at(i);
          if (tag && this.#isTrivia(tag, i)) {
            this.#stepThrough(tag);
            i = tag.end;
            this.#push(TokenKind.template, start);
          } else if (tag || unit === lessThan) i = this.#word(i);
          else i = this.#open(i);
          break;
        }
        case doubleQuote:
        case singleQuote:
          i = this.#quoted(i, unit);
          break;
        default:
          i = this.#word(i);
      }
    }
    this.#endDirective();
    this.#starts[this.#count] = text.length;
    if (this.#openQuote !== -1)
      this.#faults.add({ kind: 'end in quotes', start: text.length, end: text.length, from: this.#openQuote });
    return {
      tokens: {
        count: this.#count,
        kinds: trimmed(this.#kinds, this.#count),
        starts: trimmed(this.#starts, this.#count + 1),
      },
      faults: this.#faults,
      directiveCount: this.#directiveCount,
      cuts: this.#cuts,
      steps: this.#steps,
      quiet: this.#quiet,
    };
  }

  #push(kind: TokenKind, start: number): void {
    if (this.#count === this.#kinds.length) this.#grow(start);
    this.#kinds[this.#count] = kind;
    this.#starts[this.#count++] = start;
  }

  /** Makes room for as many tokens as the text will have if it goes on as it did up to `offset`. */
  #grow(offset: number): void {
    const { length } = this.#text;
    const expected = Math.ceil((this.#count * length * 1.05) / offset) + 16;
    const capacity = Math.min(length, Math.max(expected, Math.ceil(this.#count * 1.25)));
    const kinds = new Uint8Array(capacity);
    kinds.set(this.#kinds);
    this.#kinds = kinds;
    const starts = new Int32Array(capacity + 1);
    starts.set(this.#starts);
    this.#starts = starts;
  }

  #beginWord(): void {
    if (this.#name === -1) this.#name = this.#count;
  }

  #endDirective(): void {
    if (this.#name !== -1) this.#directiveCount++;
    this.#name = -1;
  }

  #report(fault: Fault): void {
    if (fault.start >= this.#quietBefore) this.#faults.add(fault);
  }

  /** Whatever looks wrong in `[start, end)` is not worth telling. */
  #hush(start: number, end: number): void {
    const last = this.#quiet.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else this.#quiet.push({ start, end });
    this.#quietBefore = Math.max(this.#quietBefore, end);
  }

  #stepThrough({ steps }: Tag): void {
    for (const step of steps) this.#steps.push({ token: this.#count, step });
  }

  #open(start: number): number {
    const isLua =
      this.#name !== -1 && namesLuaBlock(this.#text, this.#starts[this.#name] ?? 0, this.#endOf(this.#name, start));
    // A block without a name counts, too.
    this.#directiveCount++;
    this.#name = -1;
    this.#push(TokenKind.open, start);
    if (!isLua) return start + 1;
    const { end = this.#text.length, fault } = readLua(this.#text, start + 1, (offset) => this.#bufferAt(offset));
    if (fault) this.#report(luaFault(fault, start));
    // What the end of the file would complain about follows from this.
    if (fault && end === this.#text.length) this.#hush(end, end + 1);
    if (end > start + 1) this.#push(TokenKind.lua, start + 1);
    return end;
  }

  /** Where token `index` ends, when the text is read up to `offset`. */
  #endOf(index: number, offset: number): number {
    return index + 1 < this.#count ? (this.#starts[index + 1] ?? offset) : offset;
  }

  /** nginx's buffer when it has read up to `offset`. */
  #bufferAt(offset: number): ConfigurationBuffer {
    this.#buffer ??= new ConfigurationBuffer(this.#file);
    this.#buffer.readTo(offset, { count: this.#count, kinds: this.#kinds, starts: this.#starts });
    return this.#buffer;
  }

  #comment(start: number): number {
    const text = this.#text;
    const lineEnd = text.indexOf('\n', start);
    const end = lineEnd === -1 ? text.length : lineEnd;
    if (this.#fills(start, end)) this.#report({ kind: 'long', start, end, quote: '' });
    if (this.#tags)
      for (let i = start; i < end; i++) {
        const tag = this.#tagAt(i, end);
        if (!tag) continue;
        this.#stepThrough(tag);
        i = tag.end - 1;
      }
    return end;
  }

  #word(start: number): number {
    const text = this.#text;
    this.#beginWord();
    const end = this.#tags ? this.#templateWordEnd(start) : wordEnd(text, start);
    // A blank after the word is in the buffer with it when nginx asks for more; `;` and `{` end the word at once.
    const read = isBlank(text.charCodeAt(end)) ? end + 1 : end;
    if (this.#fills(start, read)) this.#report({ kind: 'long', start, end, quote: '' });
    this.#push(TokenKind.word, start);
    return end;
  }

  #quoted(start: number, quote: number): number {
    const text = this.#text;
    this.#beginWord();
    const content = start + 1;
    const close = this.#tags ? this.#templateQuoteEnd(content, quote) : quoteEnd(text, content, quote);
    const isClosed = close < text.length;
    const end = isClosed ? close + 1 : close;
    const next = text.charCodeAt(end);
    let isOpen = !isClosed;
    if (this.#fills(content, close)) {
      this.#report({ kind: 'long', start: content, end, quote: text.charAt(start) });
      isOpen = true;
    } else if (isOpen) {
      // Nothing after the quote can be said to be wrong: it is all in the quotes.
      this.#hush(start, text.length + 1);
      this.#openQuote = start;
    } else if (this.#fills(content, isBlank(next) ? end + 1 : end))
      this.#report({ kind: 'long', start: content, end, quote: '' });
    else if (end < text.length && !mayFollowQuote(next) && !this.#tagAt(end)) {
      this.#report({ kind: 'glued', start: end, end: end + 1, from: start });
      // Over several lines it is more likely that the closing quote was forgotten than that something follows it.
      isOpen = text.slice(start, end).includes('\n');
      if (isOpen) this.#hush(start, end + 1);
    }
    this.#push(TokenKind.quoted, start);
    if (!isOpen) return end;
    const lineLength = text.slice(start, end).indexOf('\n');
    if (lineLength === -1) return end;
    this.#cuts.push(this.#count - 1);
    this.#endDirective();
    return start + lineLength;
  }

  /** Do the bytes from `start` fill nginx's buffer before offset `end`, with more of the file after them? */
  #fills(start: number, end: number): boolean {
    // No unit takes more than three bytes.
    if ((end - start) * 3 < bufferBytes) return false;
    // How long a tag is when it is rendered, nobody knows.
    if (this.#tags && mayHaveTags(this.#text.slice(start, end))) return false;
    const bytes = byteLength(this.#file, { start, end });
    return bytes > bufferBytes || (bytes === bufferBytes && end < this.#text.length);
  }

  #tagAt(offset: number, limit?: number): Tag | undefined {
    const unit = this.#text.charCodeAt(offset);
    return unit === openBrace || unit === lessThan ? this.#tags?.at(offset, limit) : undefined;
  }

  /** The offset of the next line end, or the text's length. Remembered, because a line may hold any number of tags. */
  #lineEndFrom(offset: number): number {
    if (offset < this.#line.start || offset > this.#line.end) {
      const end = this.#text.indexOf('\n', offset);
      this.#line = { start: offset, end: end === -1 ? this.#text.length : end };
    }
    return this.#line.end;
  }

  #templateWordEnd(start: number): number {
    const text = this.#text;
    let i = start;
    for (; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127 || stopsTemplateWord[unit] === 0) continue;
      const tag = this.#tagAt(i);
      if (tag) {
        this.#stepThrough(tag);
        i = tag.end - 1;
      } else if (unit === backslash) i++;
      else if (unit === dollar) {
        while (text.charCodeAt(i + 1) === openBrace && !this.#tagAt(i + 1)) i++;
      } else if (unit !== lessThan) break;
    }
    return Math.min(i, text.length);
  }

  #templateQuoteEnd(start: number, quote: number): number {
    const text = this.#text;
    let i = start;
    for (; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit === quote) break;
      if (unit === backslash) i++;
      else if (unit === openBrace || unit === lessThan) {
        // A tag over several lines is more likely to be none.
        const tag = this.#tagAt(i, this.#lineEndFrom(i));
        if (!tag) continue;
        this.#stepThrough(tag);
        i = tag.end - 1;
      }
    }
    return Math.min(i, text.length);
  }

  /** Does the tag at `start` stand where nginx sees nothing after rendering, or whole directives? */
  #isTrivia({ role }: Tag, start: number): boolean {
    if (role === 'comment') return true;
    if (this.#name !== -1) return false;
    if (role === 'statement') return true;
    if (start >= this.#aloneBefore && start >= this.#notAloneBefore) this.#lookAlong(start);
    return start < this.#aloneBefore;
  }

  /** Is there anything but tags on the line from `start`? Says so for all tags up to that. */
  #lookAlong(start: number): void {
    const text = this.#text;
    let i = start;
    for (let tag = this.#tagAt(i); tag; tag = this.#tagAt(i)) {
      i = tag.end;
      while (text.charCodeAt(i) === space || text.charCodeAt(i) === tab) i++;
    }
    const unit = text.charCodeAt(i);
    const isAlone =
      i >= text.length || unit === newline || unit === carriageReturn || unit === hash || unit === closeBrace;
    if (isAlone) this.#aloneBefore = i;
    else this.#notAloneBefore = i;
  }
}

/** A fault of the Lua block that opens at `block`. */
function luaFault(fault: LuaFault, block: number): Fault {
  switch (fault.kind) {
    case 'unclosed':
      return { kind: 'unclosed lua', start: fault.from, end: fault.from + 1, from: block };
    case 'long':
      return { kind: 'long lua', start: fault.from, end: fault.from + 1, from: block };
    case 'open bracket':
      return {
        kind: 'open lua bracket',
        start: fault.from,
        end: fault.from + fault.closer.length,
        closer: fault.closer,
      };
  }
}

function trimmed<T extends Uint8Array | Int32Array>(column: T, length: number): T {
  // A view keeps the whole buffer, a copy needs both for a moment: copy where much would be kept for nothing.
  return (column.length - length > length >> 2 ? column.slice(0, length) : column.subarray(0, length)) as T;
}

function isBlank(unit: number): boolean {
  return unit === space || unit === newline || unit === tab || unit === carriageReturn;
}

function mayFollowQuote(unit: number): boolean {
  return isBlank(unit) || unit === semicolon || unit === openBrace || unit === closeParenthesis;
}

function blankEnd(text: string, start: number): number {
  let i = start;
  while (i < text.length && isBlank(text.charCodeAt(i))) i++;
  return i;
}

function wordEnd(text: string, start: number): number {
  let i = start;
  for (; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127 || stopsWord[unit] === 0) continue;
    if (unit === backslash) i++;
    // `${` and any further brace right after it belong to the word.
    else if (unit === dollar) while (text.charCodeAt(i + 1) === openBrace) i++;
    else break;
  }
  return Math.min(i, text.length);
}

/** The offset of the closing quote, or the text's length. */
function quoteEnd(text: string, start: number, quote: number): number {
  let i = start;
  for (; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === quote) break;
    if (unit === backslash) i++;
  }
  return Math.min(i, text.length);
}
