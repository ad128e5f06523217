import type { Anchor } from './change.js';
import type { SourceFile, Span } from './source.js';

/** A statement of a text with what tells it apart from others. */
export interface Statement {
  readonly anchor: Anchor;
  /** What the nearest lines before and after the statement's own say, without the blanks around them. */
  readonly around: readonly [before: string, after: string];
}

/** How a statement stands among others that are like it. All of the numbers include itself. */
export interface Standing {
  /** Which of them it is, from 0. */
  readonly index: number;
  readonly count: number;
  /** How many stand between the same lines. */
  readonly twins: number;
  /** How many say what was written, in the same place of them. */
  readonly same: number;
}

/** Statements that are like each other in some way, in the order of their text. */
export interface Likes {
  readonly list: readonly Statement[];
  readonly between: (around: Statement['around']) => readonly Statement[];
  readonly saying: (within: Within, written: string) => ReadonlySet<Statement>;
}

/** The statements of one text. */
export interface Statements {
  readonly at: (path: readonly string[]) => Likes;
  /** Those with the same last part of the path. */
  readonly named: (path: readonly string[]) => Likes;
}

/** Sorts the statements of `file`, so that asking for those that are like one of them costs nothing. */
export function statementsOf(file: SourceFile, anchors: readonly Anchor[]): Statements {
  const byPath = new Map<string, Statement[]>();
  const byName = new Map<string, Statement[]>();
  for (const anchor of anchors) {
    const statement: Statement = { anchor, around: linesAround(file.text, anchor.statement) };
    add(byPath, JSON.stringify(anchor.path), statement);
    add(byName, anchor.path.at(-1) ?? '', statement);
  }
  const paths = new Map([...byPath].map(([key, list]) => [key, likesOf(file.text, list)]));
  const names = new Map([...byName].map(([key, list]) => [key, likesOf(file.text, list)]));
  const none = likesOf(file.text, []);
  return {
    at: (path) => paths.get(JSON.stringify(path)) ?? none,
    named: (path) => names.get(path.at(-1) ?? '') ?? none,
  };
}

function likesOf(text: string, list: readonly Statement[]): Likes {
  const byLines = new Map<string, Statement[]>();
  for (const statement of list) add(byLines, JSON.stringify(statement.around), statement);
  const known = new Map<string, ReadonlySet<Statement>>();
  return {
    list,
    between: (around) => byLines.get(JSON.stringify(around)) ?? [],
    saying: (within, written) => {
      const key = JSON.stringify([within.from, within.offset, within.tail, written]);
      const before = known.get(key);
      if (before) return before;
      const found = new Set(list.filter(({ anchor }) => says(text, anchor, within, written)));
      known.set(key, found);
      return found;
    },
  };
}

function add(map: Map<string, Statement[]>, key: string, statement: Statement): void {
  const list = map.get(key);
  if (list) list.push(statement);
  else map.set(key, [statement]);
}

export function standingOf(likes: Likes, statement: Statement, within: Within, written: string): Standing {
  return {
    index: likes.list.indexOf(statement),
    count: likes.list.length,
    twins: likes.between(statement.around).length,
    same: likes.saying(within, written).size,
  };
}

/** Where in a statement an edit stands. */
export interface Within {
  /** Do the distances count from the statement's value, or from the whole of it? */
  readonly from: 'value' | 'statement';
  /** How far the edit starts behind (or, negative, before) the start of that. */
  readonly offset: number;
  /** How far the last unit of the edit that is no blank ends before (or, negative, behind) the end of that. */
  readonly tail: number;
}

/**
 * `wanted` where an edit put it, with whatever line ends the text has now; undefined where something else stands there, or
 * more than that: `600` does not say `60`.
 */
export function standsIn(
  text: string,
  anchor: Anchor,
  { from, offset, tail }: Within,
  wanted: string,
): Span | undefined {
  const place = from === 'value' ? anchor.value : anchor.statement;
  for (const [form, shift] of formsOf(wanted)) {
    const start = place.start + offset + shift;
    if (start >= 0 && start + form.trimEnd().length + tail === place.end && text.startsWith(form, start))
      return { start, end: start + form.length };
  }
  return undefined;
}

/** Does a statement say what was written, whatever blanks are around that now? */
function says(text: string, anchor: Anchor, within: Within, written: string): boolean {
  const leading = written.length - written.trimStart().length;
  return standsIn(text, anchor, { ...within, offset: within.offset + leading }, written.trim()) !== undefined;
}

/**
 * A text with its own line ends, with LF and with CRLF. The second number is how far the start moves because the line ends
 * that stand before the statement are shorter or longer.
 */
export function formsOf(text: string): readonly (readonly [form: string, shift: number])[] {
  if (!text.includes('\n')) return [[text, 0]];
  const lf = toLf(text);
  const crlf = toCrlf(text);
  const leading = (form: string): number => form.length - form.trimStart().length;
  return [text, lf, crlf].map((form) => [form, leading(text) - leading(form)]);
}

export function toLf(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

export function toCrlf(text: string): string {
  return toLf(text).replaceAll('\n', '\r\n');
}

/** At most this much of a neighbouring line is remembered: it only tells places apart. */
const longestNeighbour = 200;

/** Lines are looked for this far only, so that a text of few, long lines costs nothing. */
const farthest = 4000;

/** The nearest lines with something on them before and after those that `span` touches. */
function linesAround(text: string, span: Span): readonly [before: string, after: string] {
  const head = text.slice(Math.max(0, span.start - farthest), span.start);
  const tail = text.slice(span.end, span.end + farthest);
  // The statement's own lines end where the first line end stands on either side.
  const above = head.slice(0, head.lastIndexOf('\n') + 1).trimEnd();
  const newline = tail.indexOf('\n');
  const below = newline === -1 ? '' : tail.slice(newline).trimStart();
  const end = below.indexOf('\n');
  return [
    above
      .slice(above.lastIndexOf('\n') + 1)
      .trim()
      .slice(0, longestNeighbour),
    below.slice(0, end === -1 ? longestNeighbour : Math.min(end, longestNeighbour)).trim(),
  ];
}
