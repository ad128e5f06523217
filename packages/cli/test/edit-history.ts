import { isDeepStrictEqual } from 'node:util';
import { applyEdits, type PlannedEdit, type SourceFile } from '@shortfuse/core';

/** A text with the places that are ours, so that what others do to it can be done to the text before the patch as well. */
export type Line = readonly Piece[];

/**
 * `edit` is ours: `before` stood there and `after` does. Without it the text is somebody else's and says `after`; as a `copy` of
 * an edit of ours it also knows what that was before.
 */
interface Piece {
  readonly edit?: number;
  readonly copy?: number;
  /** Written anew. What of ours is deleted and then written anew just there was never deleted, for all that can be seen. */
  readonly isRetyped?: true;
  readonly before: string;
  readonly after: string;
}

/** How the format of a file wants what others write. */
export interface Manner {
  /** A comment on a line of its own; absent where the format has none. */
  readonly note?: (words: string) => string;
  /** Blanks at the beginning of a line, numbers and comments behind a statement mean nothing to the structure. */
  readonly isLoose: boolean;
}

const foreign = (text: string): Piece => ({ before: text, after: text });

export function mannerOf({ path, text }: SourceFile): Manner {
  if (/\.conf$/.test(path)) return { note: (words) => `# ${words}`, isLoose: true };
  if (/\.json$/.test(path) || text.startsWith('{')) return { isLoose: false };
  if (/\.(?:xml|config|admx)$/i.test(path) || text.startsWith('<'))
    return { note: (words) => `<!-- ${words} -->`, isLoose: false };
  if (/\.(?:reg|inf)$/i.test(path)) return { note: (words) => `; ${words}`, isLoose: false };
  return { note: (words) => `# ${words}`, isLoose: false };
}

/** The lines of a patched text, line ends included. An edit that begins with a line end belongs to the line before. */
export function linesOf(text: string, edits: readonly PlannedEdit[]): readonly Line[] {
  const lines: Piece[][] = [[]];
  const add = (piece: Piece, endsLine: boolean): void => {
    if (piece.before !== '' || piece.after !== '') lines.at(-1)?.push(piece);
    if (endsLine) lines.push([]);
  };
  const addForeign = (part: string): void => {
    for (const line of part.split(/(?<=\n)/)) add(foreign(line), line.endsWith('\n'));
  };
  let copied = 0;
  for (const [edit, { span, before, after }] of edits.entries()) {
    addForeign(text.slice(copied, span.start));
    add({ edit, before, after }, after.endsWith('\n'));
    copied = span.end;
  }
  addForeign(text.slice(copied));
  return lines.filter((line) => line.length > 0);
}

/** The text with the old words of some edits and the new ones of the others. */
export function textOf(lines: readonly Line[], isTakenBack: (edit: number) => boolean): string {
  return lines
    .flat()
    .map(({ edit, before, after }) => (edit !== undefined && isTakenBack(edit) ? before : after))
    .join('');
}

/** What somebody else does. The numbers choose where and with what. */
export interface Deed {
  readonly kind: (typeof deeds)[number];
  readonly at: number;
  readonly to: number;
  readonly what: number;
}

/** `gentle` ones leave our lines and the structure around them alone: after these nothing may be drifted. */
export const gentle = ['comment', 'append', 'reindent', 'crlf', 'lf', 'value', 'blank', 'trailing comment'] as const;
export const deeds = [
  ...gentle,
  'insert',
  'delete line',
  'delete block',
  'duplicate line',
  'duplicate block',
  'copy under another name',
  'move line',
  'move block',
  'rename',
  'swap neighbours',
  'our value',
  'old value',
  'beside ours',
  'delete ours',
  'write like ours',
] as const;

const spoiling: ReadonlySet<Deed['kind']> = new Set([
  'delete block',
  'our value',
  'old value',
  'beside ours',
  'delete ours',
]);

const isOurs = (line: Line): boolean => line.some(({ edit }) => edit !== undefined);
const shown = (line: Line | undefined): string => (line ?? []).map(({ after }) => after).join('');
/** A copy is somebody else's text, whatever it says. */
const copied = (line: Line): Line =>
  line.map(({ edit, copy = edit, before, after }) => ({ ...(copy === undefined ? {} : { copy }), before, after }));

function mapText(lines: readonly Line[], change: (text: string) => string): readonly Line[] {
  return lines.map((line) =>
    line.map((piece) => ({ ...piece, before: change(piece.before), after: change(piece.after) })),
  );
}

/** The first and the last line of a block around or after a line: by brackets, by sections or by indentation. */
function blockAt(lines: readonly Line[], from: number): readonly [first: number, end: number] {
  let first = from;
  while (first > 0 && !/\{\s*$|^\s*<[^/!?]|^\s*server\b.*\{/.test(shown(lines[first]))) first--;
  const indent = /^\s*/.exec(shown(lines[first]))?.[0].length ?? 0;
  let end = first + 1;
  while (end < lines.length) {
    const text = shown(lines[end]);
    end++;
    if (/^\s*(?:\}|<\/)/.test(text) && (/^\s*/.exec(text)?.[0].length ?? 0) <= indent) break;
  }
  return [first, Math.min(end, first + 40)];
}

/** Does one deed. What it finds no place for it leaves undone. */
export function done(lines: readonly Line[], { kind, at, to, what }: Deed, manner: Manner): readonly Line[] {
  if (lines.length === 0 || (spoiling.has(kind) && lines.flat().some(({ isRetyped }) => isRetyped))) return lines;
  const { note, isLoose } = manner;
  const from = at % lines.length;
  const target = to % (lines.length + 1);
  const line = lines[from] ?? [];
  const end = /\r\n/.test(shown(lines[0])) ? '\r\n' : '\n';
  const indent = /^[ \t]*/.exec(shown(line))?.[0] ?? '';
  const inserted = (index: number, ...more: readonly Line[]): readonly Line[] => [
    ...lines.slice(0, index),
    ...more,
    ...lines.slice(index),
  ];
  const without = (first: number, last: number): readonly Line[] => [...lines.slice(0, first), ...lines.slice(last)];
  switch (kind) {
    case 'comment':
      // The first line of some formats says what the file is.
      if (/[\\`]\s*$/.test(shown(lines[Math.max(1, from) - 1]))) return lines;
      return note ? inserted(Math.max(1, from), [foreign(`${indent}${note(`note ${what % 5}`)}${end}`)]) : lines;
    case 'blank':
      return /[\\`]\s*$/.test(shown(lines[Math.max(1, from) - 1]))
        ? lines
        : inserted(Math.max(1, from), [foreign(end)]);
    case 'trailing comment':
      return isOurs(line) || !isLoose
        ? lines
        : replacedLine(lines, from, (text) => text.replace(/([;}])(\s*)$/, '$1 # x$2'));
    case 'append':
      return note ? [...ended(lines, end), [foreign(`${note('appended')}${end}`)]] : lines;
    case 'insert':
      return inserted(target, [foreign(`${indent}${['}', 'listen 443 ssl;', 'server {', 'x y;'][what % 4]}${end}`)]);
    case 'reindent':
      return isLoose ? mapIndentation(lines, what % 2 === 0) : lines;
    case 'crlf':
      return mapText(lines, (text) => text.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n'));
    case 'lf':
      return mapText(lines, (text) => text.replaceAll('\r\n', '\n'));
    case 'value':
      return isOurs(line) || !isLoose || /time|cache|server_?name|listen|VirtualHost|ltm/i.test(shown(line))
        ? lines
        : replacedLine(lines, from, (text) => text.replace(/\b\d{2,}\b/, String(1000 + (what % 9))));
    case 'delete line':
      return isOurs(line) ? lines : without(from, from + 1);
    case 'delete block':
      return without(...blockAt(lines, from));
    case 'delete ours': {
      const ours = lines.findIndex((each, i) => i >= from && isOurs(each));
      return ours === -1 ? lines : without(ours, ours + 1);
    }
    case 'duplicate line':
      return inserted(target, copied(line));
    case 'duplicate block': {
      const [first, last] = blockAt(lines, from);
      const copy = lines.slice(first, last).map(copied);
      return inserted(what % 2 === 0 ? last : first, ...copy);
    }
    case 'copy under another name': {
      const [first, last] = blockAt(lines, from);
      const copy = mapText(lines.slice(first, last).map(copied), (text) => renamed(text, what));
      return inserted(what % 2 === 0 ? last : first, ...copy);
    }
    case 'move line':
      return isOurs(line) ? lines : moved(lines, from, from + 1, target);
    case 'move block':
      return moved(lines, ...blockAt(lines, from), target);
    case 'rename':
      return isOurs(line) ? lines : replacedLine(lines, from, (text) => renamed(text, what));
    case 'swap neighbours': {
      const other = lines[from + 1];
      if (!other || isOurs(line) || isOurs(other)) return lines;
      return [...lines.slice(0, from), other, line, ...lines.slice(from + 2)];
    }
    case 'our value':
      return changedOurs(lines, from, ({ after }) => after.replace(/\d+/, String(70 + (what % 900))));
    case 'old value':
      return changedOurs(lines, from, ({ before, after }) => (before === '' ? after : before));
    case 'beside ours': {
      const ours = lines.findIndex((each, i) => i >= from && isOurs(each));
      return ours === -1
        ? lines
        : [...lines.slice(0, ours), [...(lines[ours] ?? []), foreign('#more')], ...lines.slice(ours + 1)];
    }
    case 'write like ours': {
      const ours = lines.flat().filter(({ edit }) => edit !== undefined);
      const copy = ours[what % Math.max(1, ours.length)];
      return copy ? inserted(target, [foreignLike(copy)]) : lines;
    }
  }
}

function foreignLike({ edit, before, after }: Piece): Piece {
  return { ...(edit === undefined ? {} : { copy: edit }), isRetyped: true, before, after };
}

/** With a line end behind the last line. */
function ended(lines: readonly Line[], end: string): readonly Line[] {
  const last = lines.at(-1) ?? [];
  return shown(last).endsWith('\n') ? lines : [...lines.slice(0, -1), [...last, foreign(end)]];
}

/** Names that are new each time: which block had a name before is then never in doubt. */
function renamed(text: string, what: number): string {
  return text.replace(
    /((?:server_name|ServerName|ltm profile client-ssl|<VirtualHost|listen|"name":|name:|resource "\w+")\s+["/]?)([\w.*:-]+)/,
    (_, head: string, name: string) => `${head}${name}x${what}`,
  );
}

function replacedLine(lines: readonly Line[], index: number, change: (text: string) => string): readonly Line[] {
  return [...lines.slice(0, index), ...mapText(lines.slice(index, index + 1), change), ...lines.slice(index + 1)];
}

function moved(lines: readonly Line[], first: number, last: number, target: number): readonly Line[] {
  const rest = [...lines.slice(0, first), ...lines.slice(last)];
  // Of two that say the same, nobody could see which one was moved.
  const text = lines.slice(first, last).map(shown).join('').trim();
  if (rest.map(shown).join('').includes(text)) return lines;
  const place = target % (rest.length + 1);
  return [...rest.slice(0, place), ...lines.slice(first, last), ...rest.slice(place)];
}

/** Two blanks become a tab, or the other way round, at the beginning of every line. */
function mapIndentation(lines: readonly Line[], toTabs: boolean): readonly Line[] {
  const change = (text: string): string =>
    text.replaceAll(/^[ \t]+/gm, (blanks) => (toTabs ? blanks.replaceAll('  ', '\t') : blanks.replaceAll('\t', '  ')));
  return lines.map((line) =>
    line.map((piece, i) => {
      const isInside = i > 0 && !piece.after.startsWith('\n') && !piece.after.startsWith('\r\n');
      if (isInside) return piece;
      // Text before the changed words of a line is somebody else's, and a line of ours begins with our blanks.
      return piece.edit !== undefined && piece.before !== ''
        ? piece
        : { ...piece, before: change(piece.before), after: change(piece.after) };
    }),
  );
}

function changedOurs(lines: readonly Line[], from: number, wording: (piece: Piece) => string): readonly Line[] {
  const index = lines.findIndex((each, i) => i >= from && isOurs(each));
  return lines.map((line, i) =>
    i === index
      ? line.map((piece) => {
          if (piece.edit === undefined) return piece;
          const text = wording(piece);
          return text === piece.after ? piece : foreign(text);
        })
      : line,
  );
}

/** The patched text of some edits. */
export function patchedBy(text: string, edits: readonly PlannedEdit[]): string {
  const result = applyEdits(text, edits);
  if (!result.ok) throw new Error('the edits overlap');
  return result.text;
}

/**
 * Is this the text with as many of our edits taken back as were told, and with everything else as it was? Edits that say the
 * same may stand for each other, and so may a copy that somebody made: which of the two was first cannot be seen.
 */
export function isPossible(
  text: string,
  lines: readonly Line[],
  edits: readonly Pick<PlannedEdit, 'before' | 'after'>[],
  takenBack: ReadonlySet<number>,
): boolean {
  const key = (edit: number): string => JSON.stringify([edits[edit]?.before, edits[edit]?.after]);
  const told = tallied([...takenBack].map(key));
  const pieces = lines.flat();
  const open: { readonly index: number; readonly at: number; readonly done: readonly number[] }[] = [
    { index: 0, at: 0, done: [] },
  ];
  for (let state = open.pop(); state; state = open.pop()) {
    const { index, at, done: some } = state;
    const piece = pieces[index];
    if (!piece) {
      if (at === text.length && isDeepStrictEqual(tallied(some.map(key)), told)) return true;
      continue;
    }
    const { edit, copy = edit, before, after } = piece;
    if (text.startsWith(after, at)) open.push({ index: index + 1, at: at + after.length, done: some });
    if (copy !== undefined && some.length < takenBack.size && text.startsWith(before, at))
      open.push({ index: index + 1, at: at + before.length, done: [...some, copy] });
  }
  return false;
}

function tallied(keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
