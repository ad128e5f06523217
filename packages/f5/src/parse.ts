import type { Problem, SourceFile } from '@shortfuse/core';
import { bodyEndFinder, hasForeignBody, moduleWords, startsObject } from './bodies.js';
import { type Statements, type TmshFile, TokenKind, type Tokens } from './tree.js';

/** A file that is wrong everywhere is told about this often. */
const mostProblems = 50;

/**
 * Reads the syntax of bigip.conf, single configuration files, merge files and pasted `tmsh list` output. One pass, in time
 * proportional to the length; depth costs nothing. Gives what could be read; what could not is in `problems`.
 *
 * Sources for the syntax: the lexer and builder of f5-bigip-journeys-app, Batfish's f5_bigip_structured grammar, the files
 * of f5-corkscrew and f5-as3-config-converter.
 */
export function parseTmsh(file: SourceFile): TmshFile {
  const { text } = file;
  const length = text.length;
  const problems: Problem[] = [];
  const bodyEnd = bodyEndFinder(text);

  let kinds = new Uint8Array((length >> 3) + 16);
  let starts = new Int32Array((length >> 3) + 16);
  let ends = new Int32Array((length >> 3) + 16);
  let tokenCount = 0;

  let first = new Int32Array((length >> 4) + 16);
  let words = new Int32Array(first.length);
  let open = new Int32Array(first.length);
  let close = new Int32Array(first.length);
  let parent = new Int32Array(first.length);
  let next = new Int32Array(first.length);
  let statementCount = 0;

  /** The innermost open block, -1 at the top; blocks around it by `parent`. */
  let block = -1;
  /** The statement that the words of this line belong to; -1 where none has begun. */
  let current = -1;
  /** Where the first brace of the object closed a block at another indentation than it was opened with. */
  let suspect = -1;
  let hasUnclosedQuote = false;

  const report = (severity: Problem['severity'], start: number, end: number, message: string, help: string): void => {
    if (problems.length < mostProblems) problems.push({ severity, at: { file, span: { start, end } }, message, help });
  };

  const addToken = (kind: number, start: number, end: number): number => {
    if (tokenCount === kinds.length) {
      kinds = grownBytes(kinds);
      starts = grown(starts);
      ends = grown(ends);
    }
    kinds[tokenCount] = kind;
    starts[tokenCount] = start;
    ends[tokenCount] = end;
    return tokenCount++;
  };

  const addStatement = (token: number): number => {
    if (statementCount === first.length) {
      first = grown(first);
      words = grown(words);
      open = grown(open);
      close = grown(close);
      parent = grown(parent);
      next = grown(next);
    }
    first[statementCount] = token;
    words[statementCount] = 0;
    open[statementCount] = -1;
    close[statementCount] = -1;
    parent[statementCount] = block;
    next[statementCount] = statementCount + 1;
    return statementCount++;
  };

  const addWord = (kind: number, start: number, end: number): void => {
    const token = addToken(kind, start, end);
    if (current === -1) current = addStatement(token);
    words[current] = (words[current] ?? 0) + 1;
  };

  const endStatement = (): void => {
    if (current !== -1 && block === -1 && open[current] === -1) strayText(current);
    current = -1;
  };

  /** At the top only objects make sense: prompts, pager marks and other lines get in when a session is pasted. */
  let lastStrayLine = -2;
  let line = 0;
  const strayText = (statement: number): void => {
    const start = starts[first[statement] ?? 0] ?? 0;
    if (line !== lastStrayLine + 1)
      report(
        'warning',
        start,
        ends[tokenCount - 1] ?? start,
        'this is no object of a BIG-IP configuration and was skipped',
        'delete the line if it came along when a tmsh session was copied; an object begins like "ltm virtual NAME {"',
      );
    lastStrayLine = line;
  };

  const unclosed = (): void => {
    let outermost = block;
    for (let up = parent[outermost] ?? -1; up !== -1; up = parent[outermost] ?? -1) {
      next[outermost] = statementCount;
      outermost = up;
    }
    next[outermost] = statementCount;
    // Finding a line's number takes a look at the text before it: only where the problem is kept.
    if (problems.length < mostProblems) {
      const token = first[outermost] ?? 0;
      const culprit = first[suspect === -1 ? block : suspect] ?? 0;
      const where = `of "${text.slice(starts[culprit], ends[culprit])}" on line ${lineOf(text, starts[culprit] ?? 0)}`;
      report(
        'error',
        starts[token] ?? 0,
        ends[token + Math.max(0, (words[outermost] ?? 1) - 1)] ?? 0,
        'block is not closed before the end of the file',
        `add the closing brace${culprit === token ? '' : ` ${where}`}; nothing of this file is reported until its braces match`,
      );
    }
    block = -1;
    current = -1;
    suspect = -1;
  };

  let lineStart = 0;
  /** The end of some line, found once for all apostrophes on it. */
  let lineEnd = -1;
  let at = 0;
  while (at < length) {
    const unit = text.charCodeAt(at);
    if (unit === 0x0a) {
      endStatement();
      at++;
      line++;
      lineStart = at;
      continue;
    }
    if (unit === 0x20 || (unit >= 0x09 && unit <= 0x0d)) {
      at++;
      continue;
    }

    if (unit === 0x23 && (current === -1 || endsWord(text, at + 1))) {
      let end = text.indexOf('\n', at);
      if (end === -1) end = length;
      if (text.charCodeAt(end - 1) === 0x0d) end--;
      endStatement();
      addToken(TokenKind.comment, at, end);
      at = end;
    } else if (unit === 0x21 && at === lineStart && block === -1) {
      addToken(TokenKind.tail, at, length);
      at = length;
    } else if (unit === 0x7b) {
      const token = addToken(TokenKind.open, at, at + 1);
      at++;
      if (current === -1) current = addStatement(token);
      open[current] = token;
      const header = block === -1 ? headerWords(text, starts, ends, first[current] ?? 0, words[current] ?? 0) : [];
      if (block === -1 && hasForeignBody(header)) {
        const end = bodyEnd(at);
        const stop = end === -1 ? length : end;
        if (stop > at) addToken(TokenKind.opaque, at, stop);
        // Lines are only counted to tell runs of stray text apart; a body interrupts a run.
        lastStrayLine = -2;
        if (end === -1) {
          block = current;
          unclosed();
        } else {
          close[current] = addToken(TokenKind.close, end, end + 1);
          next[current] = statementCount;
        }
        current = -1;
        at = end === -1 ? length : end + 1;
        lineStart = -1;
      } else {
        block = current;
        current = -1;
      }
    } else if (unit === 0x7d) {
      if (current !== -1) endStatement();
      const token = addToken(TokenKind.close, at, at + 1);
      if (block === -1) {
        report(
          'error',
          at,
          at + 1,
          'closing brace without an open block',
          'delete it, or add the header of the object that it closes; nothing of this file is reported until its braces match',
        );
      } else {
        if (suspect === -1 && at === lineStart && parent[block] !== -1) suspect = block;
        close[block] = token;
        next[block] = statementCount;
        block = parent[block] ?? -1;
        if (block === -1) suspect = -1;
      }
      at++;
    } else if (block !== -1 && at === lineStart && startsHeaderLine(text, at)) {
      unclosed();
    } else if (unit === 0x2d && text.startsWith('---(less ', at)) {
      const end = pagerMarkEnd(text, at);
      report(
        'warning',
        at,
        end,
        'the mark of a pager was skipped',
        'delete it: it came along when a tmsh session was copied',
      );
      addToken(TokenKind.comment, at, end);
      at = end;
    } else if (unit === 0x22 && !hasUnclosedQuote) {
      const end = quoteEnd(text, at, 0x22, length);
      if (end === -1) {
        hasUnclosedQuote = true;
        report(
          'error',
          at,
          at + 1,
          'string is not closed before the end of the file',
          'add the closing quotation mark; one inside a string is written \\"',
        );
      } else {
        addWord(TokenKind.quoted, at, end);
        at = end;
      }
    } else {
      if (unit === 0x27) {
        if (lineEnd < at) lineEnd = text.indexOf('\n', at);
        if (lineEnd === -1) lineEnd = length;
        const end = current === -1 ? -1 : quoteEnd(text, at, 0x27, lineEnd);
        // Only where a word ends with it: a lone apostrophe is text.
        if (end !== -1 && endsWord(text, end)) {
          addWord(TokenKind.quoted, at, end);
          at = end;
          continue;
        }
      }
      const end = wordEnd(text, at);
      addWord(TokenKind.word, at, end);
      at = end;
    }
  }
  endStatement();
  if (block !== -1) unclosed();

  const tokens: Tokens = { count: tokenCount, kinds, starts, ends };
  const statements: Statements = { count: statementCount, first, words, open, close, parent, next };
  return { file, problems, tokens, statements };
}

function headerWords(text: string, starts: Int32Array, ends: Int32Array, first: number, count: number): string[] {
  return Array.from({ length: Math.min(count, 3) }, (_, i) => text.slice(starts[first + i], ends[first + i]));
}

/** An object's header at the start of a line: an indented property looks different, whoever wrote it. */
function startsHeaderLine(text: string, at: number): boolean {
  if (!startsObject(text, at)) return false;
  const end = text.indexOf('\n', at);
  const line = text.slice(at, end === -1 ? text.length : end);
  const space = line.search(/[ \t]/);
  return moduleWords.has(line.slice(0, space)) && line.includes('{');
}

/** After `---(less 23%)---`, or after its first word where it goes on differently. */
function pagerMarkEnd(text: string, start: number): number {
  const [mark] = /^---\(less [^)\n]{1,20}\)---/.exec(text.slice(start, start + 40)) ?? [];
  return start + (mark?.length ?? 8);
}

function wordEnd(text: string, start: number): number {
  let at = start;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit <= 0x20) {
      if (unit === 0x20 || (unit >= 0x09 && unit <= 0x0d)) break;
    } else if (unit === 0x5c) {
      // A line ends its statement, whatever stands before.
      const following = text.charCodeAt(at + 1);
      if (at + 1 < text.length && following !== 0x0a && following !== 0x0d) at++;
    } else if (unit === 0x7b || unit === 0x7d) break;
  }
  // A character that is no word's may still stand here alone: the reader must get on.
  return Math.max(at, start + 1);
}

/** After the closing quotation mark; -1 where there is none before `limit`. */
function quoteEnd(text: string, start: number, mark: number, limit: number): number {
  for (let at = start + 1; at < limit; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x5c) at++;
    else if (unit === mark) return at + 1;
  }
  return -1;
}

/** Blank space or the end of the text at `offset`. */
function endsWord(text: string, offset: number): boolean {
  if (offset >= text.length) return true;
  const unit = text.charCodeAt(offset);
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

function grown(column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(column.length * 2);
  larger.set(column);
  return larger;
}

function grownBytes(column: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(column.length * 2);
  larger.set(column);
  return larger;
}
