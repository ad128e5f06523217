import type { Span } from '@shortfuse/core';
import type { Word } from './registry.js';

/** A word of a PowerShell statement; `isString` where quotes make it text whatever it looks like. */
export interface ShellWord extends Word {
  readonly isString: boolean;
}

/** One command, assignment or entry of a hash table. */
export interface Statement {
  readonly words: readonly ShellWord[];
  /** What stands between it and being run, in words. */
  readonly condition: string | undefined;
  /** The braces that it is in, innermost last. */
  readonly block: Block | undefined;
}

/** A pair of braces. `head` is the statement before it: `Registry Lifetime`, `if (…)`; empty for a hash table. */
export interface Block {
  readonly kind: 'script' | 'table';
  readonly head: readonly ShellWord[];
  /** What it and the blocks around it make of what is in it; undefined where it is run as a matter of course. */
  readonly condition: string | undefined;
  /** The braces around it. */
  readonly parent: Block | undefined;
}

export interface Script {
  readonly statements: readonly Statement[];
  readonly comments: readonly Span[];
}

interface Frame {
  readonly opener: '' | '(' | '{' | '@{';
  readonly start: number;
  readonly block: Block | undefined;
  words: ShellWord[];
}

const wordPiece = /[^\s;|(){}'"`,&]+/y;
const variableBeforeEquals = /\$(?:\w+:)?\w+(?=[ \t]*=(?!=))/y;

/**
 * Parts a PowerShell script into statements. Not the whole grammar: enough to know which words belong to one command, what
 * is quoted, what is a comment and what a block around it makes of it. Takes time in proportion to the size.
 */
export function readScript(text: string): Script {
  const statements: Statement[] = [];
  const comments: Span[] = [];
  const frames: Frame[] = [];
  let frame: Frame = { opener: '', start: 0, block: undefined, words: [] };
  let at = 0;

  const flush = (): void => {
    const { words, block } = frame;
    if (words.length > 0) statements.push({ words, condition: block?.condition, block });
    frame.words = [];
  };
  const add = (word: ShellWord): void => {
    const last = frame.words.at(-1);
    // Pieces that touch are one word: appid='{…}', "$key"\Sub.
    if (last && last.span.end === word.span.start && last.text !== '=' && word.text !== '=')
      frame.words[frame.words.length - 1] = {
        text: last.text + word.text,
        span: { start: last.span.start, end: word.span.end },
        isOpen: last.isOpen || word.isOpen,
        isString: last.isString || word.isString,
      };
    else frame.words.push(word);
  };
  const open = (opener: Frame['opener'], length: number): void => {
    const head = opener === '@{' ? [] : frame.words;
    const condition = conditionBehind(head) ?? frame.block?.condition;
    const block: Block | undefined =
      opener === '('
        ? frame.block
        : { kind: opener === '@{' ? 'table' : 'script', head, condition, parent: frame.block };
    frames.push(frame);
    frame = { opener, start: at, block, words: [] };
    at += length;
  };
  const close = (closer: ')' | '}'): void => {
    at++;
    const fits = closer === ')' ? frame.opener === '(' : frame.opener === '{' || frame.opener === '@{';
    if (!fits) return;
    const { opener, start } = frame;
    flush();
    frame = frames.pop() ?? { opener: '', start: 0, block: undefined, words: [] };
    if (opener === '{') frame.words = [];
    else add(groupWord(text, start, at));
  };

  while (at < text.length) {
    const char = text.charAt(at);
    const start = at;
    if (char === '\n' || char === '\r' || char === ';' || char === '|') {
      flush();
      at++;
    } else if (char === ' ' || char === '\t' || char === ',' || char === '&') at++;
    else if (char === '`') at += text.startsWith('\r\n', at + 1) ? 3 : 2;
    else if (char === '#') {
      at = endOfLine(text, at);
      comments.push({ start, end: at });
    } else if (text.startsWith('<#', at)) {
      at = after(text, '#>', at + 2);
      comments.push({ start, end: at });
    } else if (text.startsWith("@'", at) || text.startsWith('@"', at)) {
      at = after(text, `\n${text.charAt(at + 1)}@`, at + 2);
      add({ text: text.slice(start, at), span: { start, end: at }, isOpen: true, isString: true });
    } else if (char === "'" || char === '"') {
      at = endOfString(text, at);
      add(stringWord(text, start, at));
    } else if (text.startsWith('@{', at)) open('@{', 2);
    else if (char === '{') open('{', 1);
    else if (text.startsWith('@(', at) || text.startsWith('$(', at)) open('(', 2);
    else if (char === '(') open('(', 1);
    else if (char === ')' || char === '}') close(char);
    else if (char === '=') {
      at++;
      frame.words.push({ text: '=', span: { start, end: at }, isOpen: false, isString: false });
    } else {
      variableBeforeEquals.lastIndex = at;
      wordPiece.lastIndex = at;
      const match = variableBeforeEquals.exec(text) ?? wordPiece.exec(text);
      const raw = match?.[0] ?? char;
      at += raw.length;
      add({
        text: raw,
        span: { start, end: at },
        isOpen: /[$@]/.test(raw.charAt(0)) || raw.includes('$'),
        isString: false,
      });
    }
  }
  for (flush(); frames.length > 0; flush()) frame = frames.pop() ?? frame;
  return { statements, comments };
}

function endOfLine(text: string, at: number): number {
  for (let i = at; i < text.length; i++) if (text.charAt(i) === '\n' || text.charAt(i) === '\r') return i;
  return text.length;
}

function after(text: string, mark: string, at: number): number {
  const found = text.indexOf(mark, at);
  return found === -1 ? text.length : found + mark.length;
}

/** A quote is doubled to stand for itself; in double quotes a backtick takes the next character as it is. */
function endOfString(text: string, start: number): number {
  const quote = text.charAt(start);
  for (let i = start + 1; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '`' && quote === '"') i++;
    else if (char === quote) {
      if (text.charAt(i + 1) !== quote) return i + 1;
      i++;
    }
  }
  return text.length;
}

function stringWord(text: string, start: number, end: number): ShellWord {
  const quote = text.charAt(start);
  const raw = text.slice(start + 1, end > start + 1 && text.charAt(end - 1) === quote ? end - 1 : end);
  const value = raw.replaceAll(quote + quote, quote);
  return { text: value, span: { start, end }, isOpen: quote === '"' && /[$`]/.test(raw), isString: true };
}

/** What parentheses hold, as one word. A product of numbers is its result; everything else only running it would tell. */
function groupWord(text: string, start: number, end: number): ShellWord {
  const raw = text.slice(start, Math.min(end, start + 200));
  const factors = /^\((\s*\d{1,10}\s*(?:\*\s*\d{1,10}\s*){1,4})\)$/.exec(raw)?.[1]?.split('*').map(Number);
  const product = factors?.reduce((result, factor) => result * factor, 1);
  return product !== undefined && Number.isSafeInteger(product)
    ? { text: String(product), span: { start, end }, isOpen: false, isString: false }
    : { text: raw, span: { start, end }, isOpen: true, isString: false };
}

/** Is what stands before a block an `if` that looks whether the key or the value is there, or what the value is? */
export function isLook(head: readonly ShellWord[]): boolean {
  const keyword = head.find(({ isString }) => !isString)?.text ?? '';
  return /^(?:if|elseif)$/i.test(keyword) && head.some(({ text }) => /test-path|servercachetime/i.test(text));
}

/** What a block makes of its content. A look whether the key or the value is there is no condition that matters. */
function conditionBehind(head: readonly ShellWord[]): string | undefined {
  const keyword = head.find(({ isString }) => !isString)?.text.toLowerCase() ?? '';
  if (isLook(head)) return undefined;
  if (/^(?:if|elseif|else|switch|while|for|foreach|foreach-object|where-object|%|\?|do|catch|trap)$/.test(keyword))
    return `it is in a block behind "${keyword}"`;
  if (/^(?:function|filter)$/.test(keyword)) return 'it is in a function, and the files do not tell who calls it';
  return undefined;
}
