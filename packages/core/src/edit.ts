import type { Span } from './source.js';

/**
 * One replacement in a text. `span` counts in the text as it is before any edit of the same set; `before` repeats what
 * stands there, so that an edit can be checked and taken back.
 */
export interface TextEdit {
  readonly span: Span;
  readonly before: string;
  readonly after: string;
}

/** Why a set of edits does not fit a text. `index` counts in the set as it was given. */
export interface EditConflict {
  readonly kind: 'overlap' | 'mismatch';
  readonly index: number;
  readonly found: string;
}

export type EditResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly conflict: EditConflict };

/** An edit that puts `after` in place of what `text` has at `span`. */
export function replace(text: string, span: Span, after: string): TextEdit {
  return { span, before: text.slice(span.start, span.end), after };
}

/** An edit that puts `after` before the unit at `offset`; at the end of the text where `offset` is its length. */
export function insert(offset: number, after: string): TextEdit {
  return { span: { start: offset, end: offset }, before: '', after };
}

/**
 * Applies all of `edits`, in any order, or none. Several insertions at one offset keep the order of the set.
 * Not ok where two edits touch the same unit or where `before` is not what stands there.
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): EditResult {
  let result = '';
  let copied = 0;
  for (const { edit, index } of inTextOrder(edits)) {
    const { start, end } = edit.span;
    const found = text.slice(start, end);
    if (start < copied || end < start) return { ok: false, conflict: { kind: 'overlap', index, found } };
    if (end > text.length || found !== edit.before) return { ok: false, conflict: { kind: 'mismatch', index, found } };
    result += text.slice(copied, start) + edit.after;
    copied = end;
  }
  return { ok: true, text: result + text.slice(copied) };
}

/** The edits that turn the result of `edits` back into the text they were applied to. They count in that result. */
export function invertEdits(edits: readonly TextEdit[]): TextEdit[] {
  let shift = 0;
  return inTextOrder(edits).map(({ edit: { span, before, after } }) => {
    const start = span.start + shift;
    shift += after.length - before.length;
    return { span: { start, end: start + after.length }, before: after, after: before };
  });
}

function inTextOrder(edits: readonly TextEdit[]): { edit: TextEdit; index: number }[] {
  return edits
    .map((edit, index) => ({ edit, index }))
    .sort((a, b) => a.edit.span.start - b.edit.span.start || a.edit.span.end - b.edit.span.end || a.index - b.index);
}
