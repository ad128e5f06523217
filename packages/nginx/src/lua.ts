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

/** Do the bytes of `[start, end)` fill the buffer that nginx reads through? */
type Fills = (start: number, end: number) => boolean;

const newline = 10;
const doubleQuote = 34;
const singleQuote = 39;
const dash = 45;
const equals = 61;
const openBracket = 91;
const backslash = 92;
const openBrace = 123;
const closeBrace = 125;

/** Is the text in `[start, end)` the name of a directive whose block is Lua? Quotes around it do not matter. */
export function namesLuaBlock(text: string, start: number, end: number): boolean {
  const last = text.charCodeAt(end - 1);
  const nameEnd = last === doubleQuote || last === singleQuote ? end - 1 : end;
  return text.charCodeAt(nameEnd - 1) === 107 && nameEnd - start > 13 && text.endsWith('_by_lua_block', nameEnd);
}

/**
 * Reads Lua code from `start`, the offset after the block's `{`. What fills half of the buffer or more and is not quite as long
 * as it is taken as read, though the module may refuse it, depending on where in the file it is.
 */
export function readLua(text: string, start: number, fills: Fills): LuaBody {
  let depth = 1;
  let lastOpen = start - 1;
  let fault: LuaFault | undefined;
  /** Up to where each quote is known to close nothing: its line ends first. */
  let noDoubleBefore = 0;
  let noSingleBefore = 0;
  /** Where the last thing that the module looks for ends. */
  let seenBefore = start;
  for (let i = start; i < text.length; i++) {
    const at = i;
    switch (text.charCodeAt(i)) {
      case openBrace:
        depth++;
        lastOpen = i;
        break;
      case closeBrace:
        depth--;
        break;
      case doubleQuote: {
        const end = i < noDoubleBefore ? -1 : stringEnd(text, i);
        if (end < 0) {
          noDoubleBefore = Math.max(noDoubleBefore, -end);
          continue;
        }
        i = end;
        break;
      }
      case singleQuote: {
        const end = i < noSingleBefore ? -1 : stringEnd(text, i);
        if (end < 0) {
          noSingleBefore = Math.max(noSingleBefore, -end);
          continue;
        }
        i = end;
        break;
      }
      case openBracket:
      case dash: {
        const isComment = text.charCodeAt(i) === dash;
        if (isComment && text.charCodeAt(i + 1) !== dash) continue;
        const bracket = isComment ? i + 2 : i;
        const closer = longBracketCloser(text, bracket);
        if (closer !== undefined) {
          const close = text.indexOf(closer, bracket + closer.length);
          if (close === -1 || fills(at, close + closer.length)) fault ??= { kind: 'open bracket', from: at, closer };
          if (close === -1) return { end: undefined, ...(fault && { fault }) };
          i = close + closer.length - 1;
        } else if (isComment) {
          const lineEnd = text.indexOf('\n', i);
          i = (lineEnd === -1 ? text.length : lineEnd) - 1;
        } else continue;
        break;
      }
      default:
        continue;
    }
    if (fills(seenBefore, at)) fault ??= { kind: 'long', from: seenBefore };
    seenBefore = i + 1;
    if (depth === 0) return { end: i, ...(fault && { fault }) };
  }
  if (fills(seenBefore, text.length)) fault ??= { kind: 'long', from: seenBefore };
  return { end: undefined, fault: fault ?? { kind: 'unclosed', from: lastOpen } };
}

/** The offset of the quote that ends the string at `start`; minus the offset of the line end that comes before it. */
function stringEnd(text: string, start: number): number {
  const quote = text.charCodeAt(start);
  for (let i = start + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === quote) return i;
    if (unit === newline) return -i;
    if (unit === backslash && text.charCodeAt(i + 1) !== newline) i++;
  }
  return -text.length;
}

/** What closes the long bracket that opens at `start`; undefined where none does. */
function longBracketCloser(text: string, start: number): string | undefined {
  if (text.charCodeAt(start) !== openBracket) return undefined;
  let i = start + 1;
  while (text.charCodeAt(i) === equals) i++;
  return text.charCodeAt(i) === openBracket ? `]${'='.repeat(i - start - 1)}]` : undefined;
}
