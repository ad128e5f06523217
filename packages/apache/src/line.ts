import type { Location, SourceFile } from '@shortfuse/core';
import type { Macro } from './macros.js';
import { isBlank, isContinued } from './parse.js';
import type { ApacheFile } from './tree.js';

/**
 * Where a part of a line comes from. `exact`: unit by unit from `start`; otherwise the part as a whole stands for what is in
 * `[start, sourceEnd)`, such as a variable's reference.
 */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly file: SourceFile;
  readonly start: number;
  readonly sourceEnd: number;
  readonly exact: boolean;
  /** The macro parameters that it stands for, the outermost macro's first. */
  readonly parameters?: readonly Parameter[];
  /** What it comes from is more than what it stands for: replacing that would change something else. */
  readonly isPart?: true;
}

/** A macro parameter where it stands in the macro's own lines. */
export interface Parameter {
  readonly macro: Macro;
  readonly name: string;
  /** The line as the macro has it; the parameter begins at `from`. */
  readonly line: LogicalLine;
  readonly from: number;
}

/** A line as httpd sees it: joined, without blanks around it, variables and macro parameters replaced or not yet. */
export interface LogicalLine {
  readonly text: string;
  readonly pieces: readonly Piece[];
  /** The last physical line of it: the one whose number httpd prints. */
  readonly last: Location;
  /** The outermost `Use` that it comes from. */
  readonly use?: Location;
}

/** Variables that double in each line would grow without end: of a line that replacements make longer than this, the rest is lost. */
export const longestLine = 1 << 16;

export function readLine({ file, lines }: ApacheFile, index: number): LogicalLine {
  const { text } = file;
  const end = lines.starts[index + 1] ?? text.length;
  let from = lines.starts[index] ?? 0;
  const parts: { start: number; end: number }[] = [];
  let lastStart = from;
  while (from < end) {
    const lineEnd = text.indexOf('\n', from);
    lastStart = from;
    if (lineEnd === -1) {
      parts.push({ start: from, end });
      break;
    }
    let partEnd = text.charCodeAt(lineEnd - 1) === 13 && lineEnd > from ? lineEnd - 1 : lineEnd;
    const goesOn = isContinued(text, from, lineEnd);
    if (goesOn) partEnd--;
    parts.push({ start: from, end: partEnd });
    from = lineEnd + 1;
    // httpd counts the line that it looked for, too.
    if (goesOn && from >= end) lastStart = from;
  }
  trim(text, parts);
  let joined = '';
  const pieces = parts.map(({ start, end: partEnd }): Piece => {
    const at = joined.length;
    joined += text.slice(start, partEnd);
    return { from: at, to: joined.length, file, start, sourceEnd: partEnd, exact: true };
  });
  const lastPart = parts.at(-1);
  const lineStart = lastPart && lastPart.start >= lastStart ? lastPart.start : lastStart;
  return {
    text: joined,
    pieces,
    last: { file, span: { start: lineStart, end: Math.max(lineStart, lastPart?.end ?? 0) } },
  };
}

function trim(text: string, parts: { start: number; end: number }[]): void {
  for (let first = parts[0]; first; first = parts[0]) {
    while (first.start < first.end && isBlank(text.charCodeAt(first.start))) first.start++;
    if (first.start < first.end || parts.length === 1) break;
    parts.shift();
  }
  for (let last = parts.at(-1); last; last = parts.at(-1)) {
    while (last.end > last.start && isBlank(text.charCodeAt(last.end - 1))) last.end--;
    if (last.end > last.start || parts.length === 1) break;
    parts.pop();
  }
}

/** Where the part of a line between `from` and `to` is written; what is spread over physical lines, by its start. */
export function locate({ pieces, last, text }: LogicalLine, from: number, to: number): Location {
  const first = pieces.find((piece) => from < piece.to) ?? pieces.at(-1);
  if (!first) return last;
  if (!first.exact) return { file: first.file, span: { start: first.start, end: first.sourceEnd } };
  const end = Math.min(Math.max(from, to), first.to, text.length);
  const start = Math.max(0, Math.min(from, first.to) - first.from);
  return {
    file: first.file,
    span: { start: first.start + start, end: first.start + Math.max(start, end - first.from) },
  };
}

/** Text that a part of a line comes from as a whole, and the parameters that it came through. */
export interface Source {
  readonly at: Location;
  readonly parameters: readonly Parameter[];
  readonly isPart?: true;
}

/**
 * All of the text that the part of a line between `from` and `to` comes from: what has to be replaced to replace the part.
 * Undefined where no one piece of text is that part and nothing else, such as half of a variable's value.
 */
export function sourceOf({ pieces }: LogicalLine, from: number, to: number): Source | undefined {
  let file: SourceFile | undefined;
  let start = 0;
  let end = 0;
  const parameters: Parameter[] = [];
  for (const piece of pieces) {
    if (piece.to <= from || piece.from >= to) continue;
    if (piece.isPart || (!piece.exact && (piece.from < from || piece.to > to))) return undefined;
    const pieceStart = piece.exact ? piece.start + Math.max(0, from - piece.from) : piece.start;
    const pieceEnd = piece.exact ? piece.start + Math.min(to, piece.to) - piece.from : piece.sourceEnd;
    if (!file) start = pieceStart;
    else if (piece.file !== file || !isJoint(file.text, end, pieceStart)) return undefined;
    file = piece.file;
    end = pieceEnd;
    if (piece.parameters) parameters.push(...piece.parameters);
  }
  return file && { at: { file, span: { start, end } }, parameters };
}

/** Nothing, or only ends of lines that a `\` joins to the next. */
function isJoint(text: string, from: number, to: number): boolean {
  return from === to || (from < to && /^(?:\\\r?\n)+$/.test(text.slice(from, to)));
}

export interface Expanded {
  readonly line: LogicalLine;
  /** The names in `${…}` that nothing defines; they stay as they are. */
  readonly undefinedNames: readonly string[];
  /** The others. */
  readonly definedNames: readonly string[];
}

/** Replaces `${NAME}` once, as ap_resolve_env in httpd's server/core.c does; what it is replaced by is not looked at again. */
export function expandVariables(line: LogicalLine, lookUp: (name: string) => string | undefined): Expanded {
  const undefinedNames: string[] = [];
  const definedNames: string[] = [];
  if (!line.text.includes('${')) return { line, undefinedNames, definedNames };
  const builder = new LineBuilder(line);
  let at = 0;
  for (let open = line.text.indexOf('${'); open !== -1; open = line.text.indexOf('${', at)) {
    const close = line.text.indexOf('}', open + 2);
    if (close === -1) break;
    const name = line.text.slice(open + 2, close);
    const value = lookUp(name);
    builder.copy(at, open);
    if (value === undefined) {
      undefinedNames.push(name);
      builder.copy(open, close + 1);
    } else {
      definedNames.push(name);
      builder.replace(open, close + 1, value);
    }
    at = close + 1;
  }
  builder.copy(at, line.text.length);
  return { line: builder.result(), undefinedNames, definedNames };
}

/** Puts a line together from parts of another and from what replaces the rest, and keeps where everything comes from. */
export class LineBuilder {
  #text = '';
  #next = 0;
  readonly #pieces: Piece[] = [];

  constructor(readonly line: LogicalLine) {}

  /** Parts are copied in rising order. */
  copy(from: number, to: number): void {
    const { pieces, text } = this.line;
    while ((pieces[this.#next]?.to ?? Number.POSITIVE_INFINITY) <= from) this.#next++;
    for (let i = this.#next; i < pieces.length; i++) {
      const piece = pieces[i];
      if (!piece || piece.from >= to) break;
      const start = Math.max(from, piece.from);
      const end = Math.min(to, piece.to);
      const at = this.#text.length;
      const shift = piece.exact ? start - piece.from : 0;
      this.#pieces.push({
        ...piece,
        from: at,
        to: at + end - start,
        start: piece.start + shift,
        sourceEnd: piece.exact ? piece.start + shift + end - start : piece.sourceEnd,
      });
      this.#text += text.slice(start, end);
    }
  }

  /** `value` stands for the line's text from `from` to `to`; `source` is where it is written, if not there. */
  replace(from: number, to: number, value: string, source?: Source): void {
    const { file, span } = source?.at ?? locate(this.line, from, to);
    const parameters = source?.parameters ?? this.#parametersAt(from, to);
    const at = this.#text.length;
    const kept = value.slice(0, Math.max(0, longestLine - at));
    this.#text += kept;
    if (kept !== '')
      this.#pieces.push({
        from: at,
        to: this.#text.length,
        file,
        start: span.start,
        sourceEnd: span.end,
        exact: false,
        ...(parameters.length > 0 ? { parameters } : {}),
        ...(source?.isPart ? { isPart: true } : {}),
      });
  }

  /** A reference to a variable can be a macro's argument itself. */
  #parametersAt(from: number, to: number): readonly Parameter[] {
    return this.line.pieces.flatMap(({ from: start, to: end, parameters }) =>
      parameters && start < to && end > from ? parameters : [],
    );
  }

  result(): LogicalLine {
    return { ...this.line, text: this.#text, pieces: this.#pieces };
  }
}
