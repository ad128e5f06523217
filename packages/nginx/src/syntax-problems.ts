import { byteLength, type Problem, positionOf, type SourceFile, type Span } from '@shortfuse/core';

/** What nginx cannot read. `start` is where it stops, `end` the end of what it stops at, `from` where the trouble began. */
export type Fault =
  /** A byte order mark before the first word, which is `[start, end)`. */
  | { readonly kind: 'byte order mark' | 'utf-16'; readonly start: number; readonly end: number }
  /** A word or comment that fills nginx's buffer, in `quote`s or without. */
  | { readonly kind: 'long'; readonly start: number; readonly end: number; readonly quote: string }
  | { readonly kind: 'open lua bracket'; readonly start: number; readonly end: number; readonly closer: string }
  | {
      readonly kind: 'no words before ;' | 'no words before {' | 'nothing to close';
      readonly start: number;
      readonly end: number;
    }
  | {
      readonly kind: /** Something right after the closing quote of the word at `from`. */
        | 'glued'
        /** `}` before the `;` of the directive at `from`. */
        | 'unfinished'
        /** The file ends in the directive at `from`. */
        | 'end in directive'
        /** The file ends in the quoted word at `from`. */
        | 'end in quotes'
        /** The file ends in the block at `from`. */
        | 'end in block'
        /** The file ends in the Lua block at `from`, after the `{` at `start`. */
        | 'unclosed lua'
        /** Too much at once in the Lua block at `from`. */
        | 'long lua'
        /** A block in the block at `from`, which holds data and no blocks. */
        | 'block in data';
      readonly start: number;
      readonly end: number;
      readonly from: number;
    };

/** More problems than this in one file help nobody: most follow from the first. */
const mostProblems = 50;

/** Faults in text order. Those that nobody will be told of are only counted. */
export class FaultList {
  readonly first: Fault[] = [];
  count = 0;

  add(fault: Fault): void {
    this.count++;
    if (this.first.length <= mostProblems) this.first.push(fault);
  }
}

/**
 * The problems that the faults make in `file`, in text order; where two are at one offset, the earlier list's comes first.
 * In a template they are warnings, because what is rendered may be fine.
 */
export function syntaxProblems(file: SourceFile, lists: readonly FaultList[], isTemplate: boolean): Problem[] {
  const faults = lists.flatMap(({ first }) => first).sort((a, b) => a.start - b.start);
  const count = lists.reduce((sum, list) => sum + list.count, 0);
  const problems = faults.slice(0, mostProblems).map((fault): Problem => {
    const { message, help } = describe(file, fault);
    const decided = fault.kind === 'byte order mark' || fault.kind === 'utf-16' || !isTemplate;
    return {
      severity: decided ? 'error' : 'warning',
      at: {
        file,
        span:
          fault.kind === 'byte order mark'
            ? firstDirectiveEnd(file.text, fault)
            : { start: fault.start, end: fault.end },
      },
      message,
      help: decided
        ? help
        : 'the structure of a template cannot be decided before it is rendered: audit what it renders to',
    };
  });
  // A byte order mark is told where the first directive ends, and that may be behind other things.
  if (faults[0]?.kind === 'byte order mark') problems.sort((a, b) => a.at.span.start - b.at.span.start);
  const next = faults[mostProblems];
  if (next)
    problems.push({
      severity: isTemplate ? 'warning' : 'error',
      at: { file, span: { start: next.start, end: next.end } },
      message: `${count - mostProblems} more syntax errors from here on`,
      help: 'repair the first ones: many of these follow from them',
    });
  return problems;
}

/** nginx looks a directive up when it has read all of it, and names that line. */
function firstDirectiveEnd(text: string, word: Span): Span {
  const stop = text.slice(word.end).search(/[;{]/);
  const end = word.end + stop;
  return stop !== -1 && text.slice(0, end).includes('\n') ? { start: end, end: end + 1 } : word;
}

function describe(file: SourceFile, fault: Fault): { readonly message: string; readonly help: string } {
  const { text } = file;
  const found = text.slice(fault.start, fault.end);
  const lineOf = (offset: number): number => positionOf(file, offset).line;
  const wordAt = (offset: number): string => brief(/^[^\s;{}]*/.exec(text.slice(offset, offset + 60))?.[0] ?? '');
  switch (fault.kind) {
    case 'byte order mark':
      return {
        message: `unknown directive "\u{feff}${found}"`,
        help: 'save the file as UTF-8 without byte order mark: nginx takes the mark for a part of the first word',
      };
    case 'utf-16':
      return {
        message: 'the file is UTF-16, which nginx cannot read',
        help: 'save the file as UTF-8 without byte order mark',
      };
    case 'long':
      if (fault.quote !== '')
        return {
          message: `too long parameter, probably missing terminating "${fault.quote}" character`,
          help: `close the quote that begins here, or split the text: a word must be shorter than 4096 bytes`,
        };
      return {
        message: `too long parameter "${firstBytes(file, fault.start, fault.end, 10)}..." started`,
        help: found.startsWith('#')
          ? 'break the comment into several lines: each must be shorter than 4096 bytes'
          : 'shorten the word, or put a part of it into a variable: it must be shorter than 4096 bytes',
      };
    case 'glued':
      return {
        message: `unexpected "${found}"`,
        help:
          lineOf(fault.from) === lineOf(fault.start)
            ? 'put a blank or ";" after the closing quote, or a backslash before a quote that is meant as such'
            : `close the quote that begins on line ${lineOf(fault.from)}: it ends only just before this`,
      };
    case 'no words before ;':
      return { message: 'unexpected ";"', help: 'remove it: there is no directive for it to end' };
    case 'no words before {':
      return { message: 'unexpected "{"', help: 'put the name of the block before it, or remove it' };
    case 'nothing to close':
      return {
        message: 'unexpected "}"',
        help: 'remove it, or add the "{" that it should close: every block before it is closed already',
      };
    case 'unfinished':
      return {
        message: 'unexpected "}"',
        help: `end the directive "${wordAt(fault.from)}" on line ${lineOf(fault.from)} with ";"`,
      };
    case 'end in directive':
      return {
        message: 'unexpected end of file, expecting ";" or "}"',
        help: `end the directive "${wordAt(fault.from)}" on line ${lineOf(fault.from)} with ";"`,
      };
    case 'end in quotes':
      return {
        message: 'unexpected end of file, expecting ";" or "}"',
        help: `close the quote that begins on line ${lineOf(fault.from)}`,
      };
    case 'end in block':
      return {
        message: 'unexpected end of file, expecting "}"',
        help: `close the block "${wordAt(fault.from)}" that begins on line ${lineOf(fault.from)} with "}"`,
      };
    case 'unclosed lua':
      return {
        message: 'unexpected end of file, expecting terminating characters for lua code block',
        help: `close the Lua block that begins on line ${lineOf(fault.from)} with "}": some brace in it is not closed`,
      };
    case 'long lua':
      return {
        message: 'too long lua code block, probably missing terminating characters',
        help: 'move the code to a file, or put a comment into it: the module reads 4096 bytes at a time and looks for a brace, quote or comment',
      };
    case 'block in data':
      return {
        message: 'unexpected "{"',
        help: `close the block "${wordAt(fault.from)}" that begins on line ${lineOf(fault.from)} before this: it holds no blocks`,
      };
    case 'open lua bracket':
      return {
        message: `Lua code block missing the closing long bracket "${fault.closer}", the inlined Lua code may be too long`,
        help: `add "${fault.closer}" where the Lua string or comment ends, or move the code to a file`,
      };
  }
}

function brief(word: string): string {
  return word.length > 40 ? `${word.slice(0, 40)}…` : word;
}

/** As many whole characters from `start` as fit into `most` bytes. */
function firstBytes(file: SourceFile, start: number, end: number, most: number): string {
  let last = start;
  for (let next = start; next < end; ) {
    next += (file.text.codePointAt(next) ?? 0) > 0xffff ? 2 : 1;
    if (byteLength(file, { start, end: next }) > most) break;
    last = next;
  }
  return file.text.slice(start, last);
}
