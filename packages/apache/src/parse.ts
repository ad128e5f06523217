import type { SourceFile } from '@shortfuse/core';
import { isTemplate, templateSteps } from './template.js';
import { type ApacheFile, LineKind, type Lines } from './tree.js';

const tab = 9;
const newline = 10;
const carriageReturn = 13;
const space = 32;
const hash = 35;
const slash = 47;
const lessThan = 60;
const greaterThan = 62;
const backslash = 92;

/** What C's isspace() takes for blank: TAB, LF, VT, FF, CR and SP. */
export function isBlank(unit: number): boolean {
  return unit === space || (unit >= tab && unit <= carriageReturn);
}

/**
 * Splits a file into logical lines. Never throws: whatever httpd would refuse is refused when the lines are read in order.
 * Source: ap_cfg_getline in httpd's server/util.c.
 */
export function parse(file: SourceFile): ApacheFile {
  return { file, lines: readLines(file.text), problems: [] };
}

function readLines(text: string): Lines {
  const { length } = text;
  let capacity = (length >> 4) + 16;
  let kinds = new Uint8Array(capacity);
  let starts = new Int32Array(capacity + 1);
  let nameStarts = new Int32Array(capacity);
  let nameEnds = new Int32Array(capacity);
  let count = 0;
  const hasTemplate = isTemplate(text);
  for (let i = 0; i < length; ) {
    if (count === capacity) {
      capacity *= 2;
      kinds = grown(kinds, new Uint8Array(capacity));
      starts = grown(starts, new Int32Array(capacity + 1));
      nameStarts = grown(nameStarts, new Int32Array(capacity));
      nameEnds = grown(nameEnds, new Int32Array(capacity));
    }
    const end = logicalEnd(text, i);
    let at = skipBlanks(text, i, end);
    starts[count] = i;
    let kind: LineKind = LineKind.blank;
    let nameEnd = at;
    if (at < end) {
      const unit = text.charCodeAt(at);
      if (unit === hash) kind = LineKind.comment;
      else {
        kind =
          unit !== lessThan ? LineKind.directive : text.charCodeAt(at + 1) === slash ? LineKind.close : LineKind.open;
        if (hasTemplate && templateSteps(text, at, end)) kind = LineKind.template;
        nameEnd = wordEnd(text, at, end);
        if (kind === LineKind.open && text.charCodeAt(nameEnd - 1) === greaterThan) nameEnd--;
      }
    } else at = end;
    kinds[count] = kind;
    nameStarts[count] = at;
    nameEnds[count] = Math.max(at, nameEnd);
    count++;
    i = end;
  }
  starts[count] = length;
  const lines: Lines = { count, kinds, starts, nameStarts, nameEnds };
  return hasTemplate ? { ...lines, templateDepths: depthsOf(text, lines) } : lines;
}

/** The offset after the line end that is not joined to the next line by a `\`. A `\` that ends the file joins nothing. */
function logicalEnd(text: string, start: number): number {
  for (let from = start; ; ) {
    const lineEnd = text.indexOf('\n', from);
    if (lineEnd === -1) return text.length;
    if (!isContinued(text, from, lineEnd) || lineEnd + 1 >= text.length) return lineEnd + 1;
    from = lineEnd + 1;
  }
}

/** Does the physical line from `start` to the LF at `lineEnd` go on? */
export function isContinued(text: string, start: number, lineEnd: number): boolean {
  const last = text.charCodeAt(lineEnd - 1) === carriageReturn ? lineEnd - 2 : lineEnd - 1;
  return last >= start && text.charCodeAt(last) === backslash;
}

/** Blanks at the start of a logical line; a `\` that joins a line of blanks to the next is passed over, too. */
function skipBlanks(text: string, start: number, end: number): number {
  let at = start;
  for (; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (isBlank(unit)) continue;
    if (unit !== backslash) break;
    const next = text.charCodeAt(at + 1);
    if (next !== newline && !(next === carriageReturn && text.charCodeAt(at + 2) === newline)) break;
    // At the end of the file it joins nothing and is a word.
    if (at + (next === newline ? 2 : 3) >= text.length) continue;
  }
  return at;
}

function wordEnd(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && !isBlank(text.charCodeAt(at))) at++;
  return at;
}

function depthsOf(text: string, { count, kinds, starts, nameStarts }: Lines): Uint16Array {
  const depths = new Uint16Array(count);
  let depth = 0;
  for (let i = 0; i < count; i++) {
    if (kinds[i] === LineKind.template) {
      const { opens, closes } = templateSteps(text, nameStarts[i] ?? 0, starts[i + 1] ?? 0) ?? { opens: 0, closes: 0 };
      depth = Math.min(0xffff, Math.max(0, depth - closes) + opens);
    }
    depths[i] = depth;
  }
  return depths;
}

function grown<T extends Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
