import { byteLength, type SourceFile } from '@shortfuse/core';
import type { ReadBuffer } from './lua.js';
import { TokenKind, type Tokens } from './tree.js';

/**
 * nginx reads through a buffer of this many bytes, and a word or a comment must not fill it.
 * Source: NGX_CONF_BUFFER in nginx's src/core/ngx_conf_file.c.
 */
export const bufferBytes = 4096;

/** nginx's buffer as it moves through a file, for the few cases where it matters what is in it at one time. */
export class ConfigurationBuffer implements ReadBuffer {
  readonly size = bufferBytes;
  readonly #file: SourceFile;
  #start = 0;
  end: number;
  /** The token that the last call of {@link readTo} came to. */
  #token = 0;

  constructor(file: SourceFile) {
    this.#file = file;
    this.end = this.#filledFrom(0);
  }

  moveTo(start: number): void {
    this.#start = start;
    this.end = this.#filledFrom(start);
  }

  bytesFrom(start: number): number {
    // A character that is only partly in the buffer fills it, too.
    if (start === this.#start && this.end < this.#file.text.length) return bufferBytes;
    return byteLength(this.#file, { start, end: this.end });
  }

  /**
   * Moves on as nginx does while it reads `tokens` up to `offset`, further than in the last call: whenever all is read, the word or comment being read goes to
   * the front. Source: ngx_conf_read_token in nginx's src/core/ngx_conf_file.c.
   */
  readTo(offset: number, tokens: Pick<Tokens, 'kinds' | 'starts' | 'count'>): void {
    while (this.end < offset) {
      const { end } = this;
      while (this.#token + 1 < tokens.count && (tokens.starts[this.#token + 1] ?? end) < end) this.#token++;
      const kept = keptFrom(tokens, this.#token, end);
      // A word that fills the buffer is an error of its own.
      this.moveTo(kept > this.#start ? kept : end);
    }
  }

  #filledFrom(start: number): number {
    const { text } = this.#file;
    let end = Math.min(start + Math.floor(bufferBytes / 3), text.length);
    let bytes = byteLength(this.#file, { start, end });
    for (; end < text.length; end++) {
      bytes += byteLength(this.#file, { start: end, end: end + 1 });
      if (bytes > bufferBytes) break;
    }
    return end;
  }
}

/** Where the text begins that nginx keeps when `token` holds the last unit before `end`, which is all that was read. */
function keptFrom({ kinds, starts }: Pick<Tokens, 'kinds' | 'starts'>, token: number, end: number): number {
  const start = starts[token] ?? end;
  switch (kinds[token]) {
    case TokenKind.word:
    case TokenKind.comment:
      return start;
    case TokenKind.quoted:
      return start + 1;
    case TokenKind.blank: {
      // The first blank after a word is read together with it.
      const before = kinds[token - 1];
      if (end - 1 > start || (before !== TokenKind.word && before !== TokenKind.quoted)) return end - 1;
      return (starts[token - 1] ?? end) + (before === TokenKind.quoted ? 1 : 0);
    }
    default:
      return end;
  }
}
