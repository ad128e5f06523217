import { insert, type SourceFile, type Span, type TextEdit } from '@shortfuse/core';
import { indentationOf, lineAt, lineEndIn } from './insertion.js';
import { type ApacheFile, LineKind } from './tree.js';

/** The comments of a file, without the line end; one that ends in a `\` has the next line in it, as httpd reads it. */
export function commentsIn({ file: { text }, lines }: ApacheFile): readonly Span[] {
  const comments: Span[] = [];
  for (let i = 0; i < lines.count; i++) {
    if (lines.kinds[i] !== LineKind.comment) continue;
    let end = lines.starts[i + 1] ?? text.length;
    if (text[end - 1] === '\n') end--;
    if (text[end - 1] === '\r') end--;
    comments.push({ start: lines.nameStarts[i] ?? 0, end });
  }
  return comments;
}

/**
 * The insertion of a comment of its own above the line that holds `offset`, or above what is inserted there; undefined where
 * the line before goes on. httpd knows comments only as whole lines, and one that ends in a `\` would take the next line along.
 */
export function annotationAt(tree: ApacheFile, offset: number, text: string): TextEdit | undefined {
  const { file, lines } = tree;
  const { length } = file.text;
  const comment = `# ${inEncoding(file, text)}${text.endsWith('\\') ? '.' : ''}`;
  if (lines.count === 0) return insert(0, `${comment}\n`);
  if (offset >= length) {
    const last = lines.count - 1;
    if (file.text.endsWith('\\') || isLastJoined(file.text)) return undefined;
    const indentation = indentationOf(tree, last);
    const lineEnd = lineEndIn(file, length);
    const isEnded = file.text.endsWith('\n');
    return insert(length, isEnded ? `${indentation}${comment}${lineEnd}` : `${lineEnd}${indentation}${comment}`);
  }
  const index = lineAt(tree, offset);
  const start = lines.starts[index] ?? 0;
  const indentation = indentationOf(tree, offset === start ? likeInserted(tree, index) : index);
  return insert(start, `${indentation}${comment}${lineEndIn(file, lines.starts[index + 1] ?? length)}`);
}

/** An insertion in front of the end of a section, or of a blank line, is indented like what is before. */
function likeInserted({ lines }: ApacheFile, index: number): number {
  const kind = lines.kinds[index];
  if (kind !== LineKind.close && kind !== LineKind.blank) return index;
  for (let i = index - 1; i >= 0; i--) if (lines.kinds[i] !== LineKind.blank) return i;
  return index;
}

/** A `\` before the last line end joins nothing as long as nothing follows. */
function isLastJoined(text: string): boolean {
  return /\\\r?\n$/.test(text.slice(-3));
}

/** Characters that have no byte in the file become `?`. */
function inEncoding({ encoding }: SourceFile, text: string): string {
  return encoding === 'latin1' ? text.replace(/[^\0-\u00ff]/gu, '?') : text;
}
