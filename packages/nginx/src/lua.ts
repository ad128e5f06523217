/**
 * The Lua code between the braces of a `*_by_lua_block`, as the lua module finds its end.
 * Source: ngx_http_lua_conf_read_lua_token in lua-nginx-module's src/ngx_http_lua_directive.c, and the patterns of its
 * lexer in util/gen-lexer-c.
 */

/** Where Lua code ends, and the first thing in it that the lua module refuses. Offsets count in the text. */
export interface LuaBody {
  /** The offset of the `}` that closes the block; undefined where nothing does. */
  readonly end: number | undefined;
  readonly fault?: LuaFault;
}

export type LuaFault =
  /** The file ends first; `from` is the last `{` of the code, or the block's own. */
  | { readonly kind: 'unclosed'; readonly from: number }
  /** A long bracket at `from` that nothing closes near enough, and what would close it. */
  | { readonly kind: 'open bracket'; readonly from: number; readonly closer: string }
  /** A stretch from `from` on that fills the buffer and has no brace, quote, bracket or comment. */
  | { readonly kind: 'long'; readonly from: number };

/** The buffer that nginx reads through, as a stretch of the text. */
export interface ReadBuffer {
  /** The offset before which it is filled. */
  readonly end: number;
  /** Throws away what is before `start` and fills up. */
  moveTo(start: number): void;
  /** How many bytes there are from `start` to the end of the buffer. */
  bytesFrom(start: number): number;
  readonly size: number;
}

const newline = 10;
const doubleQuote = 34;
const singleQuote = 39;
const dash = 45;
const equals = 61;
const openBracket = 91;
const backslash = 92;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;

/** Is the text in `[start, end)` the name of a directive whose block is Lua? Quotes around it do not matter. */
export function namesLuaBlock(text: string, start: number, end: number): boolean {
  const last = text.charCodeAt(end - 1);
  const nameEnd = last === doubleQuote || last === singleQuote ? end - 1 : end;
  return text.charCodeAt(nameEnd - 1) === 107 && nameEnd - start > 13 && text.endsWith('_by_lua_block', nameEnd);
}

/**
 * Reads Lua code from `start`, the offset after the block's `{`. The module sees no further than its buffer, which matters only
 * for code with long strings, comments or stretches of nothing that it looks for: only then `bufferAt` is asked for it.
 */
export function readLua(text: string, start: number, bufferAt: (offset: number) => ReadBuffer): LuaBody {
  const whole = readThrough(text, start, undefined);
  if (!whole.isLong) return whole.body;
  const { body } = readThrough(text, start, bufferAt(start));
  // Where the module gives up, go on as if it did not.
  return body.end === undefined && whole.body.end !== undefined ? { ...body, end: whole.body.end } : body;
}

/** Reads with an eye on the buffer, or as if there were none. `isLong`: then the buffer may matter. */
function readThrough(
  text: string,
  from: number,
  buffer: ReadBuffer | undefined,
): { readonly body: LuaBody; readonly isLong: boolean } {
  const scanner = new LuaScanner(text);
  let isLong = false;
  let depth = 1;
  let lastOpen = from - 1;
  let start = from;
  let position = from;
  const fail = (fault: LuaFault) => ({ body: { end: undefined, fault }, isLong });
  for (;;) {
    const end = buffer?.end ?? text.length;
    if (buffer && end < text.length && (position >= end || buffer.bytesFrom(position) < buffer.size / 2)) {
      if (buffer.bytesFrom(start) >= buffer.size) return fail({ kind: 'long', from: start });
      buffer.moveTo(start);
    }
    const limit = buffer?.end ?? text.length;
    if (!scanner.find(position, limit)) {
      // No unit takes more than three bytes, and half of the buffer is always there.
      isLong ||= (text.length - start) * 3 >= halfBufferBytes;
      if (!buffer || limit >= text.length) return fail({ kind: 'unclosed', from: lastOpen });
      if (buffer.bytesFrom(position) >= buffer.size) return fail({ kind: 'long', from: position });
      buffer.moveTo(position);
      start = position;
      position = limit;
      continue;
    }
    const { at, kind, closer } = scanner;
    let after = scanner.end;
    if (closer !== undefined) {
      const close = text.indexOf(closer, after);
      if (close === -1 || close + closer.length > limit) {
        isLong ||= buffer === undefined && close === -1 && (text.length - start) * 3 >= halfBufferBytes;
        return fail({ kind: 'open bracket', from: at, closer });
      }
      after = close + closer.length;
    }
    isLong ||= (after - start) * 3 >= halfBufferBytes;
    if (kind === openBrace) {
      depth++;
      lastOpen = at;
    } else if (kind === closeBrace && --depth === 0) return { body: { end: at }, isLong };
    start = after;
    position = after;
  }
}

const halfBufferBytes = 2048;

/** Looks for what the module's lexer looks for. */
class LuaScanner {
  readonly #text: string;
  /** Up to where each quote is known to close nothing, because its line ends first, or the limit with which it was looked at. */
  #noDoubleBefore = 0;
  #noSingleBefore = 0;
  #knownLimit = 0;
  at = 0;
  end = 0;
  /** The first unit of what was found. */
  kind = 0;
  /** What closes the long bracket that was found. */
  closer: string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Finds the first brace, string, comment or long bracket in `[from, limit)`. */
  find(from: number, limit: number): boolean {
    const text = this.#text;
    if (limit > this.#knownLimit) {
      this.#knownLimit = limit;
      this.#noDoubleBefore = 0;
      this.#noSingleBefore = 0;
    }
    this.closer = undefined;
    for (let i = from; i < limit; i++) {
      const unit = text.charCodeAt(i);
      let end = 0;
      switch (unit) {
        case openBrace:
        case closeBrace:
          end = i + 1;
          break;
        case doubleQuote:
          if (i < this.#noDoubleBefore) continue;
          end = stringEnd(text, i, limit);
          if (end < 0) this.#noDoubleBefore = -end;
          break;
        case singleQuote:
          if (i < this.#noSingleBefore) continue;
          end = stringEnd(text, i, limit);
          if (end < 0) this.#noSingleBefore = -end;
          break;
        case openBracket:
          end = this.#longBracket(i, limit);
          break;
        case closeBracket:
          end = bracketEnd(text, i, closeBracket);
          break;
        case dash:
          if (text.charCodeAt(i + 1) !== dash || i + 1 >= limit) continue;
          end = this.#longBracket(i + 2, limit);
          if (end <= 0) {
            const lineEnd = text.indexOf('\n', i);
            end = lineEnd === -1 || lineEnd > limit ? limit : lineEnd;
          }
          break;
      }
      if (end <= 0 || end > limit) continue;
      this.at = i;
      this.end = end;
      this.kind = unit;
      return true;
    }
    return false;
  }

  #longBracket(start: number, limit: number): number {
    const end = bracketEnd(this.#text, start, openBracket);
    if (end === 0 || end > limit) return 0;
    this.closer = `]${'='.repeat(end - start - 2)}]`;
    return end;
  }
}

/** The offset after the string at `start`; minus the offset of the line end or limit that comes before its end. */
function stringEnd(text: string, start: number, limit: number): number {
  const quote = text.charCodeAt(start);
  for (let i = start + 1; i < limit; i++) {
    const unit = text.charCodeAt(i);
    if (unit === quote) return i + 1;
    if (unit === newline) return -i;
    if (unit === backslash && text.charCodeAt(i + 1) !== newline) i++;
  }
  return -limit;
}

/** The offset after two `bracket`s with any number of `=` between them, 0 where there are none at `start`. */
function bracketEnd(text: string, start: number, bracket: number): number {
  if (text.charCodeAt(start) !== bracket) return 0;
  let i = start + 1;
  while (text.charCodeAt(i) === equals) i++;
  return text.charCodeAt(i) === bracket ? i + 1 : 0;
}
