import { isBlank } from './parse.js';

/** A word of a line as httpd reads it. `start` and `end` count in the line, quotes included. */
export interface Word {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** Splits a line into words. Source: ap_getword_conf in httpd's server/util.c: a quote counts only at a word's start. */
export function wordsOf(text: string, from = 0): Word[] {
  const words: Word[] = [];
  for (let at = skip(text, from); at < text.length; ) {
    const word = wordAt(text, at);
    words.push(word);
    at = skip(text, word.end);
  }
  return words;
}

function wordAt(text: string, start: number): Word {
  const quote = text.charAt(start);
  if (quote !== '"' && quote !== "'") {
    let end = start;
    while (end < text.length && !isBlank(text.charCodeAt(end))) end++;
    return { value: text.slice(start, end).replaceAll('\\\\', '\\'), start, end };
  }
  let close = start + 1;
  while (close < text.length && text[close] !== quote)
    close += text[close] === '\\' && (text[close + 1] === quote || text[close + 1] === '\\') ? 2 : 1;
  const inner = text.slice(start + 1, Math.min(close, text.length));
  const value = inner.includes('\\') ? inner.replace(quote === '"' ? /\\(["\\])/g : /\\(['\\])/g, '$1') : inner;
  // A missing closing quote takes the rest of the line.
  return { value, start, end: Math.min(close + 1, text.length) };
}

function skip(text: string, from: number): number {
  let at = from;
  while (at < text.length && isBlank(text.charCodeAt(at))) at++;
  return at;
}
