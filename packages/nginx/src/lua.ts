/**
 * The Lua code between the braces of a `*_by_lua_block`, as the lua module finds its end.
 * Source: ngx_http_lua_conf_read_lua_token in lua-nginx-module's src/ngx_http_lua_directive.c, and the patterns of its
 * lexer in util/gen-lexer-c.
 */

/** Where Lua code ends, or why it does not. Offsets count in the text. */
export type LuaBody =
  /** `end` is the offset of the `}` that closes the block. */
  | { readonly kind: 'closed'; readonly end: number }
  /** The file ends first; `from` is the last `{` of the code, or the block's own. */
  | { readonly kind: 'unclosed'; readonly from: number }
  /** A long bracket at `from` that nothing closes, and what would close it. */
  | { readonly kind: 'open bracket'; readonly from: number; readonly closer: string };

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

/** Reads Lua code from `start`, the offset after the block's `{`. */
export function readLua(text: string, start: number): LuaBody {
  let depth = 1;
  let lastOpen = start - 1;
  for (let i = start; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case openBrace:
        depth++;
        lastOpen = i;
        break;
      case closeBrace:
        if (--depth === 0) return { kind: 'closed', end: i };
        break;
      case doubleQuote:
      case singleQuote:
        i = stringEnd(text, i);
        break;
      case openBracket: {
        const end = longBracketEnd(text, i);
        if (typeof end === 'string') return { kind: 'open bracket', from: i, closer: end };
        i = end;
        break;
      }
      case dash: {
        if (text.charCodeAt(i + 1) !== dash) break;
        const isLong = text.charCodeAt(i + 2) === openBracket;
        const end = isLong ? longBracketEnd(text, i + 2) : i + 2;
        if (typeof end === 'string') return { kind: 'open bracket', from: i, closer: end };
        if (isLong && end > i + 2) i = end;
        else {
          const lineEnd = text.indexOf('\n', i);
          i = lineEnd === -1 ? text.length : lineEnd;
        }
        break;
      }
    }
  }
  return { kind: 'unclosed', from: lastOpen };
}

/** The offset of the quote that ends the string at `start`; `start` where its line ends first, for then it is no string. */
function stringEnd(text: string, start: number): number {
  const quote = text.charCodeAt(start);
  for (let i = start + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === quote) return i;
    if (unit === newline) return start;
    if (unit === backslash && text.charCodeAt(++i) === newline) return start;
  }
  return start;
}

/** The offset of the last unit of the long bracket at `start`; `start` where none begins; its closer where that is missing. */
function longBracketEnd(text: string, start: number): number | string {
  let i = start + 1;
  while (text.charCodeAt(i) === equals) i++;
  if (text.charCodeAt(i) !== openBracket) return start;
  const closer = `]${'='.repeat(i - start - 1)}]`;
  const end = text.indexOf(closer, i + 1);
  return end === -1 ? closer : end + closer.length - 1;
}
