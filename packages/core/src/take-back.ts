import type { Anchor } from './change.js';
import { applyEdits, type TextEdit } from './edit.js';
import type { LeaseEdit, LeaseFile } from './lease.js';
import { unpatchedText } from './lease.js';
import { type Place, placesOf } from './places.js';
import type { SourceFile, Span } from './source.js';
import { formsOf, standsIn, statementsOf, toCrlf, toLf } from './statements.js';

/** What becomes of one edit of a lease. `edit` counts in the lease's file. */
export type EditOutcome =
  | { readonly kind: 'taken-back' | 'already'; readonly edit: number }
  /** Left alone. `at` is where it should be, as far as that is known, in the text as it is. */
  | {
      readonly kind: 'drifted';
      readonly edit: number;
      readonly why: string;
      readonly found?: string;
      readonly at?: Span;
    };

/** What becomes of a file of a lease. `exact`: the very bytes from before the patch. */
export interface FileOutcome {
  readonly text: string;
  readonly exact: boolean;
  readonly edits: readonly EditOutcome[];
}

/**
 * Takes the edits of a lease back in one text, or as many of them as are still there. A text that nobody changed since gives
 * the text from before; in one that was changed elsewhere each edit is looked for by its place in the structure, and where it
 * is not certain that a text is ours, it is left alone. `skip` names edits not to touch. Never throws.
 * @param anchors asked only where the text was changed; undefined where it cannot be parsed, so that no place is certain
 */
export function takeBack(
  leased: LeaseFile,
  file: SourceFile,
  digest: string,
  anchors: (file: SourceFile) => readonly Anchor[] | undefined,
  skip: ReadonlySet<number> = new Set(),
): FileOutcome {
  const all = leased.edits.map((_, edit) => edit);
  if (digest === leased.digestBefore)
    return { text: file.text, exact: true, edits: all.map((edit) => ({ kind: 'already', edit })) };
  if (digest === leased.digestAfter && skip.size === 0) {
    const text = unpatchedText(leased, file.text);
    if (text !== undefined) return { text, exact: true, edits: all.map((edit) => ({ kind: 'taken-back', edit })) };
  }
  const found = anchors(file);
  if (found) return takeBackByPlace(leased, file, found, skip);
  const why = 'the file has an error now, so that no place in it is certain';
  return { text: file.text, exact: false, edits: all.map((edit) => ({ kind: 'drifted', edit, why })) };
}

/** What stands where an edit was. */
type Found =
  | { readonly kind: 'ours'; readonly undo: TextEdit }
  | { readonly kind: 'already' }
  | { readonly kind: 'drifted'; readonly why: string; readonly found?: string; readonly at?: Span };

function takeBackByPlace(
  { edits }: LeaseFile,
  { text, ...file }: SourceFile,
  anchors: readonly Anchor[],
  skip: ReadonlySet<number>,
): FileOutcome {
  const places = placesOf(edits, statementsOf({ ...file, text }, anchors));
  const found = edits.map((written, edit): Found => {
    if (skip.has(edit))
      return {
        kind: 'drifted',
        why: 'without it a listener would not last as long as before the patch: something else was changed, too',
      };
    const place = places.get(edit);
    return place ? statementAt(written, text, place) : commentIn(text, written.after);
  });
  const overlapping = overlaps(found);
  const undo = found.flatMap((each, i) => (each.kind === 'ours' && !overlapping.has(i) ? [each.undo] : []));
  const result = applyEdits(text, undo);
  return {
    text: result.ok ? result.text : text,
    exact: false,
    edits: found.map((each, edit): EditOutcome => {
      if (each.kind === 'drifted') return { ...each, edit };
      if (each.kind === 'already') return { kind: 'already', edit };
      if (result.ok && !overlapping.has(edit)) return { kind: 'taken-back', edit };
      return { kind: 'drifted', edit, why: 'it overlaps another edit of the same lease', at: each.undo.span };
    }),
  };
}

/** Edits that would touch the same text: of such, none is certain. */
function overlaps(found: readonly Found[]): ReadonlySet<number> {
  const spans = found
    .flatMap((each, i) => (each.kind === 'ours' ? [{ i, ...each.undo.span }] : []))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  const overlapping = new Set<number>();
  let last: (typeof spans)[number] | undefined;
  for (const span of spans) {
    if (last && span.start < last.end) overlapping.add(last.i).add(span.i);
    if (!last || span.end > last.end) last = span;
  }
  return overlapping;
}

/** Does the statement say what the lease wrote there? */
function statementAt(edit: LeaseEdit, text: string, place: Place): Found {
  if (place.kind === 'lost') return { ...place, kind: 'drifted' };
  const { before, after, anchor: within } = edit;
  const { statement, value } = place.anchor;
  const isLine = before === '' && /^\r?\n|\n$/.test(after) && !after.trim().includes('\n');
  const span = isLine ? insertedLine(text, statement, after) : within && standsIn(text, place.anchor, within, after);
  if (span && (before !== '' || isLine || isWholeLine(text, span, after))) {
    const now = text.slice(span.start, span.end);
    return { kind: 'ours', undo: { span, before: now, after: inLineEndsOf(before, after, now) } };
  }
  if (before !== '' && within && standsIn(text, place.anchor, within, before)) return { kind: 'already' };
  const line = lineAt(text, statement);
  const isMore = before === '' && line.includes(after.trim());
  return {
    kind: 'drifted',
    why: isMore ? 'something else was written on the line that was added' : 'it was changed since',
    found: within?.from === 'value' ? text.slice(value.start, value.end) : line,
    at: within?.from === 'value' ? value : statement,
  };
}

/** Line ends may have been converted since; what comes back gets those of the text as it is. */
function inLineEndsOf(before: string, after: string, now: string): string {
  if (now === after) return before;
  return now.includes('\r\n') ? toCrlf(before) : toLf(before);
}

/**
 * The line of a statement with one line end, where nothing else is on it than what was inserted; its indentation does not
 * matter. Which line end goes is that which came: the one before or the one behind.
 */
function insertedLine(text: string, { start, end }: Span, inserted: string): Span | undefined {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', end);
  const to = newline === -1 ? text.length : newline;
  if (text.slice(from, to).trim() !== inserted.trim()) return undefined;
  const isLast = newline === -1;
  if (from > 0 && (isLast || /^\r?\n/.test(inserted)))
    return {
      start: text[from - 2] === '\r' ? from - 2 : from - 1,
      end: !isLast && text[to - 1] === '\r' ? to - 1 : to,
    };
  return { start: from, end: isLast ? to : to + 1 };
}

/** Is nothing on the lines of an inserted text but that text, so that taking it out leaves its neighbours as they are? */
function isWholeLine(text: string, { start, end }: Span, inserted: string): boolean {
  if (/^\r?\n/.test(inserted)) return end >= text.length || /^\r?\n/.test(text.slice(end, end + 2));
  if (inserted.endsWith('\n')) return start === 0 || text[start - 1] === '\n';
  // Within a line: only a statement of its own among others, blanks included.
  return true;
}

/** A comment of ours holds the lease's id, so its text is found once or not at all. */
function commentIn(text: string, after: string): Found {
  const comment = after.trim();
  const start = text.indexOf(comment);
  // Somebody took it out; a comment changes nothing.
  if (start === -1) return { kind: 'already' };
  const at = { start, end: start + comment.length };
  if (text.indexOf(comment, start + 1) !== -1)
    return { kind: 'drifted', why: 'the comment is there more than once', found: lineAt(text, at), at };
  if (/^\r?\n|\n$/.test(after) && !comment.includes('\n')) {
    const span = insertedLine(text, at, after);
    if (span) return { kind: 'ours', undo: { span, before: text.slice(span.start, span.end), after: '' } };
  } else
    for (const [form] of formsOf(after)) {
      const from = text.indexOf(form);
      if (from !== -1)
        return { kind: 'ours', undo: { span: { start: from, end: from + form.length }, before: form, after: '' } };
    }
  return { kind: 'drifted', why: 'something else was written beside the comment', found: lineAt(text, at), at };
}

const longestShown = 200;

function lineAt(text: string, { start, end }: Span): string {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const to = text.indexOf('\n', end);
  return text
    .slice(from, to === -1 ? text.length : to)
    .trim()
    .slice(0, longestShown);
}
