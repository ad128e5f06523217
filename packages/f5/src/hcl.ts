import type { Location, Problem, SourceFile, Span } from '@shortfuse/core';

/** A block at the top of an HCL file, such as `resource "type" "name" { ... }`, with the attributes directly in it. */
export interface HclBlock {
  readonly file: SourceFile;
  readonly type: string;
  readonly labels: readonly string[];
  readonly at: Location;
  /** Between its braces. */
  readonly body: Span;
  readonly attributes: ReadonlyMap<string, HclAttribute>;
}

export interface HclAttribute {
  /** The expression as written. */
  readonly text: string;
  /** From the name to the end of the expression. */
  readonly at: Location;
}

/**
 * Reads the top-level blocks of HCL (Terraform) and their own attributes; nested blocks are passed over. Expressions stay text:
 * only brackets, strings with their `${ }`, heredocs and comments in them are understood, as far as finding their end needs.
 * No package for Node gives places in HCL. One pass, no recursion; never throws. Source: HCL native syntax specification.
 */
export function readHcl(file: SourceFile): {
  readonly blocks: readonly HclBlock[];
  readonly problems: readonly Problem[];
} {
  const { text } = file;
  const blocks: HclBlock[] = [];
  const problems: Problem[] = [];
  let at = 0;
  while (at < text.length) {
    at = skipBlank(text, at);
    if (at >= text.length) break;
    const header = blockHeader(text, at);
    if (!header) {
      at = expressionEnd(text, at) + 1;
      continue;
    }
    const attributes = new Map<string, HclAttribute>();
    const end = readBody(file, header.bodyStart, attributes, problems);
    const span = { start: at, end: header.headerEnd };
    blocks.push({
      file,
      type: header.type,
      labels: header.labels,
      at: { file, span },
      body: { start: header.bodyStart, end: end === -1 ? text.length : end - 1 },
      attributes,
    });
    if (end === -1) {
      problems.push({
        severity: 'error',
        at: { file, span },
        message: 'block is not closed before the end of the file',
        help: 'add the closing brace or bracket; nothing of this file is reported until they match',
      });
      break;
    }
    at = end;
  }
  return { blocks, problems };
}

/** `type "label" "label" {`, on one line. No alternatives within a loop: the engine's stack would limit the length. */
const header = /([A-Za-z_][\w-]*)((?:[ \t]+(?:"[^"\n]*"|[A-Za-z_][\w-]*)){0,8})[ \t]*\{/y;

function blockHeader(text: string, at: number) {
  header.lastIndex = at;
  const [whole, type, labels] = header.exec(text) ?? [];
  if (whole === undefined || type === undefined) return undefined;
  return {
    type,
    labels: (labels?.match(/"[^"\n]*"|[\w-]+/g) ?? []).map((label) => label.replace(/^"|"$/g, '')),
    headerEnd: at + whole.length - 1,
    bodyStart: at + whole.length,
  };
}

const assignment = /([A-Za-z_][\w-]*)[ \t]*=(?!=)[ \t]*/y;

/**
 * Reads a block's body; the offset after its closing brace, -1 where that is missing. Nested blocks only move the depth. An
 * attribute that is set twice is what Terraform stops at; the last one is kept.
 */
function readBody(file: SourceFile, start: number, attributes: Map<string, HclAttribute>, problems: Problem[]): number {
  const { text } = file;
  let depth = 1;
  let at = start;
  while (at < text.length) {
    at = skipBlank(text, at);
    const unit = text.charCodeAt(at);
    if (unit === 0x7d) {
      at++;
      if (--depth === 0) return at;
      continue;
    }
    assignment.lastIndex = at;
    const [whole, name] = assignment.exec(text) ?? [];
    if (whole !== undefined && name !== undefined) {
      const from = at + whole.length;
      const to = expressionEnd(text, from);
      const written = text.slice(from, to).trimEnd();
      const span = { start: at, end: from + written.length };
      if (depth === 1 && attributes.has(name))
        problems.push({
          severity: 'error',
          at: { file, span },
          message: `attribute ${name} is set twice in this block`,
          help: 'remove one of the two lines; Terraform refuses both',
        });
      if (depth === 1) attributes.set(name, { text: written, at: { file, span } });
      at = to;
      continue;
    }
    if (unit === 0x7b) depth++;
    at = unit === 0x22 ? stringEnd(text, at) : afterWord(text, at);
  }
  return -1;
}

const word = /[\w-]*/y;

/** A whole word at once: looking for an assignment at each of its letters would take the square of its length. */
function afterWord(text: string, at: number): number {
  word.lastIndex = at;
  word.test(text);
  return Math.max(word.lastIndex, at + 1);
}

/** Blank space and comments. */
function skipBlank(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit <= 0x20) at++;
    else if (unit === 0x23 || (unit === 0x2f && text.charCodeAt(at + 1) === 0x2f)) at = lineEnd(text, at);
    else if (unit === 0x2f && text.charCodeAt(at + 1) === 0x2a) at = afterComment(text, at);
    else break;
  }
  return at;
}

/** An expression ends with its line unless a bracket is open, or before a comment or the brace that closes its block. */
function expressionEnd(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit === 0x0a && depth === 0) return at;
    if (unit === 0x22) at = stringEnd(text, at);
    else if (unit === 0x23 || (unit === 0x2f && text.charCodeAt(at + 1) === 0x2f)) {
      if (depth === 0) return at;
      at = lineEnd(text, at);
    } else if (unit === 0x2f && text.charCodeAt(at + 1) === 0x2a) {
      if (depth === 0) return at;
      at = afterComment(text, at);
    } else if (unit === 0x3c && text.charCodeAt(at + 1) === 0x3c) at = heredocEnd(text, at);
    else {
      if (unit === 0x28 || unit === 0x5b || unit === 0x7b) depth++;
      else if (unit === 0x29 || unit === 0x5d || unit === 0x7d) {
        if (depth === 0) return at;
        depth--;
      }
      at++;
    }
  }
  return text.length;
}

/** After a string's closing quotation mark, or its line's end where it has none. `${ }` may hold strings in turn. */
export function stringEnd(text: string, start: number): number {
  /** Of each string that is open, how deep in braces its interpolation is; 0: in the text of the string. */
  const depths = [0];
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const last = depths.length - 1;
    if (unit === 0x0a && (depths[last] ?? 0) === 0) return at;
    if ((depths[last] ?? 0) === 0) {
      if (unit === 0x5c) at++;
      else if (unit === 0x22) {
        depths.pop();
        if (depths.length === 0) return at + 1;
      } else if ((unit === 0x24 || unit === 0x25) && text.charCodeAt(at + 1) === 0x7b) {
        depths[last] = 1;
        at++;
      }
    } else if (unit === 0x22) depths.push(0);
    else if (unit === 0x7b) depths[last] = (depths[last] ?? 0) + 1;
    else if (unit === 0x7d) depths[last] = (depths[last] ?? 0) - 1;
  }
  return text.length;
}

const heredoc = /<<-?([A-Za-z_]\w*)[ \t]*\r?\n/y;

export function heredocEnd(text: string, start: number): number {
  heredoc.lastIndex = start;
  const [whole, word] = heredoc.exec(text) ?? [];
  if (whole === undefined || word === undefined) return start + 2;
  let at = start + whole.length;
  while (at < text.length) {
    const end = lineEnd(text, at);
    if (text.slice(at, end).trim() === word) return end;
    at = end + 1;
  }
  return text.length;
}

export function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end;
}

export function afterComment(text: string, start: number): number {
  const end = text.indexOf('*/', start + 2);
  return end === -1 ? text.length : end + 2;
}
