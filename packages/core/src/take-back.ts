import type { Anchor } from './change.js';
import { applyEdits, type TextEdit } from './edit.js';
import { isSamePath, type LeaseEdit, type LeaseFile, linesAround, unpatchedText } from './lease.js';
import type { SourceFile, Span } from './source.js';

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
 * @param anchors asked only where the text was changed
 */
export function takeBack(
  leased: LeaseFile,
  file: SourceFile,
  digest: string,
  anchors: (file: SourceFile) => readonly Anchor[],
  skip: ReadonlySet<number> = new Set(),
): FileOutcome {
  const all = leased.edits.map((_, edit) => edit);
  if (digest === leased.digestBefore)
    return { text: file.text, exact: true, edits: all.map((edit) => ({ kind: 'already', edit })) };
  if (digest === leased.digestAfter && skip.size === 0) {
    const text = unpatchedText(leased, file.text);
    if (text !== undefined) return { text, exact: true, edits: all.map((edit) => ({ kind: 'taken-back', edit })) };
  }
  return takeBackByPlace(leased, file, anchors(file), skip);
}

function takeBackByPlace(
  { edits }: LeaseFile,
  file: SourceFile,
  anchors: readonly Anchor[],
  skip: ReadonlySet<number>,
): FileOutcome {
  const outcomes: EditOutcome[] = [];
  const undo: TextEdit[] = [];
  for (const [edit, written] of edits.entries()) {
    if (skip.has(edit)) {
      outcomes.push({ kind: 'drifted', edit, why: 'without it another edit could not be taken back' });
      continue;
    }
    const found = written.anchor ? locate(written, file, anchors) : locateComment(written, file.text);
    if (found.kind === 'ours') {
      const before = file.text.slice(found.span.start, found.span.end);
      // Line ends may have been converted since; what comes back gets those of the text as it is.
      const after = before.includes('\r\n') || !written.after.includes('\r\n') ? written.before : toLf(written.before);
      undo.push({ span: found.span, before, after });
      outcomes.push({ kind: 'taken-back', edit });
    } else if (found.kind === 'already') outcomes.push({ kind: 'already', edit });
    else outcomes.push({ ...found, edit });
  }
  const result = applyEdits(file.text, undo);
  if (result.ok) return { text: result.text, exact: false, edits: outcomes };
  const why = 'it overlaps another edit of the same lease';
  return {
    text: file.text,
    exact: false,
    edits: outcomes.map(({ kind, edit }) =>
      kind === 'taken-back' ? { kind: 'drifted', edit, why } : { kind: 'already', edit },
    ),
  };
}

type Located =
  | { readonly kind: 'ours'; readonly span: Span }
  | { readonly kind: 'already' }
  | { readonly kind: 'drifted'; readonly why: string; readonly found?: string; readonly at?: Span };

function locate(edit: LeaseEdit, file: SourceFile, anchors: readonly Anchor[]): Located {
  const { anchor: place } = edit;
  if (!place) return { kind: 'drifted', why: 'the lease does not say where it stands' };
  const alike = anchors.filter(({ path }) => isSamePath(path, place.path));
  const checked = alike.map((anchor) => ({ anchor, result: check(edit, file.text, anchor) }));
  const isAround = ({ anchor }: { anchor: Anchor }): boolean => {
    const [before, after] = linesAround(file.text, anchor.statement);
    return before === place.around[0] && after === place.around[1];
  };
  // The place is the only one of its path, then as now: it is the one, whatever it says.
  if (place.count === 1 && checked.length === 1) return checked[0]?.result ?? gone(edit);
  if (checked.length > 0) {
    // Several look alike. The one that also has the same neighbours is ours, where there is exactly one such.
    const [first, second] = checked.filter(isAround);
    if (first && !second) return first.result;
    const mine = checked.filter(({ result }) => result.kind === 'ours');
    if (mine.length === 1 && checked.length === 1) return mine[0]?.result ?? gone(edit);
    return {
      kind: 'drifted',
      why: `${checked.length} statements stand at ${place.path.join(' > ')}, and which of them is meant is not certain`,
      ...(checked[0] ? { at: checked[0].anchor.statement } : {}),
    };
  }
  // The block around it goes by another name now. The same text between the same lines, once, is ours.
  const name = place.path.at(-1);
  const moved = anchors
    .filter(({ path }) => path.at(-1) === name)
    .map((anchor) => ({ anchor, result: check(edit, file.text, anchor) }))
    .filter(({ anchor, result }) => result.kind === 'ours' && isAround({ anchor }));
  const [only, another] = moved;
  return only && !another ? only.result : gone(edit);
}

function gone({ before, anchor }: LeaseEdit): Located {
  const where = anchor?.path.join(' > ') ?? 'its place';
  return {
    kind: 'drifted',
    why: before === '' ? `the line that was added at ${where} is gone` : `there is no statement at ${where} any more`,
  };
}

/** Does the statement say what the lease wrote there? */
function check(edit: LeaseEdit, text: string, { statement, value }: Anchor): Located {
  const { anchor, before, after } = edit;
  if (!anchor) return gone(edit);
  const start = (anchor.from === 'value' ? value : statement).start + anchor.offset;
  const written = standsAt(text, start, after);
  if (written) {
    if (before !== '' || isWholeLine(text, written, after)) return { kind: 'ours', span: written };
    return {
      kind: 'drifted',
      why: 'something else was written on the line that was added',
      found: lineAt(text, statement),
      at: statement,
    };
  }
  if (before !== '' && standsAt(text, start, before)) return { kind: 'already' };
  return {
    kind: 'drifted',
    why: 'it was changed since',
    found: anchor.from === 'value' ? text.slice(value.start, value.end) : lineAt(text, statement),
    at: anchor.from === 'value' ? value : statement,
  };
}

/** `wanted` at `start`, with whatever line ends the text has now. An edit that begins with a line end ends where it ended. */
function standsAt(text: string, start: number, wanted: string): Span | undefined {
  for (const [form, shift] of formsOf(wanted)) {
    const at = start + shift;
    if (at >= 0 && text.startsWith(form, at)) return { start: at, end: at + form.length };
  }
  return undefined;
}

/**
 * A text with its own line ends, with LF and with CRLF. The second number is how far the start moves because the line ends
 * that stand before the statement are shorter or longer.
 */
function formsOf(text: string): readonly (readonly [form: string, shift: number])[] {
  if (!text.includes('\n')) return [[text, 0]];
  const lf = toLf(text);
  const crlf = lf.replaceAll('\n', '\r\n');
  const leading = (form: string): number => /^\s*/.exec(form)?.[0].length ?? 0;
  return [text, lf, crlf].map((form) => [form, leading(text) - leading(form)]);
}

function toLf(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

/** Is nothing on the lines of an inserted text but that text, so that taking it out leaves its neighbours as they are? */
function isWholeLine(text: string, { start, end }: Span, inserted: string): boolean {
  const next = text.slice(end, end + 2);
  const endsLine = end >= text.length || next.startsWith('\n') || next === '\r\n';
  const startsLine = start === 0 || text[start - 1] === '\n';
  if (/^\r?\n/.test(inserted)) return endsLine;
  if (inserted.endsWith('\n')) return startsLine;
  // Within a line: only a statement of its own among others, blanks included.
  return true;
}

/** A comment of ours holds the lease's id, so its text is found once or not at all. */
function locateComment({ after }: LeaseEdit, text: string): Located {
  for (const [form] of formsOf(after)) {
    const at = text.indexOf(form);
    if (at === -1) continue;
    if (text.indexOf(form, at + 1) !== -1) return { kind: 'drifted', why: 'the comment is there more than once' };
    return { kind: 'ours', span: { start: at, end: at + form.length } };
  }
  // Somebody took it out or rewrote it; a comment changes nothing.
  return { kind: 'already' };
}

function lineAt(text: string, { start, end }: Span): string {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const to = text.indexOf('\n', end);
  return text
    .slice(from, to === -1 ? text.length : to)
    .trim()
    .slice(0, 200);
}
