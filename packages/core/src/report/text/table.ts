import type { Seconds } from '../../duration.js';
import { effectiveLifetime, type Listener } from '../../listener.js';
import { type Verdict, verdictOf } from '../audit.js';
import { fitColumns, padEnd, padStart, printable, shorten, widthOf } from '../layout.js';
import { type Notes, noteNumbers } from './notes.js';
import { type Cell, fitCell, markers, type Page, placeCell, tones } from './page.js';
import { resumedBy, spellLifetime } from './words.js';

interface Row {
  readonly verdict: Verdict;
  readonly lifetime: string;
  /** How many listeners it stands for. */
  readonly count: number;
  readonly address: Cell;
  readonly name: Cell;
  readonly setAt: Cell;
  readonly resumedBy: Cell;
  readonly notes: string;
}

/** A row that many notes are about names the first and last. */
const mostNoteColumns = 10;

export const titles = {
  lifetime: 'LIFETIME',
  count: 'COUNT',
  address: 'ADDRESS',
  name: 'NAME',
  setAt: 'SET AT',
  resumedBy: 'RESUMED BY',
  notes: 'NOTES',
};

/** Columns that are shortened where the page is too narrow, and how far: at first down to `soft`, if need be to `hard`. */
const flexible = ['address', 'name', 'setAt', 'resumedBy'] as const;

const leastWidths = [
  { soft: 18, hard: 6 },
  { soft: 24, hard: 6 },
  { soft: 32, hard: 10 },
  { soft: 24, hard: 6 },
];

export function tableLines(
  listeners: readonly Listener[],
  notes: Notes,
  { style, columns, longestTable, target }: Page,
) {
  const rows = groupListeners(listeners, notes, target, longestTable).map((group) => rowOf(group, notes, target));
  const isGrouped = rows.length < listeners.length;
  const hasNotes = rows.some((row) => row.notes !== '');
  const widest = (title: string, texts: readonly string[]): number =>
    texts.reduce((width, text) => Math.max(width, widthOf(text)), title.length);
  const lifetimeWidth = widest(
    titles.lifetime,
    rows.map(({ lifetime }) => lifetime),
  );
  const countWidth = isGrouped ? titles.count.length + 2 : 0;
  const notesWidth = hasNotes
    ? 2 +
      widest(
        titles.notes,
        rows.map((row) => row.notes),
      )
    : 0;
  const widths = fitColumns(
    flexible.map((key) =>
      widest(
        titles[key],
        rows.map((row) => row[key].text + row[key].tail),
      ),
    ),
    leastWidths,
    columns - 2 - lifetimeWidth - countWidth - notesWidth - 2 * flexible.length,
  );
  const line = (
    marker: string,
    cells: { lifetime: string; count: string; notes: string; flexible: readonly string[] },
    paint: (lifetime: string) => string,
  ): string =>
    paint(`${marker} ${padEnd(cells.lifetime, lifetimeWidth)}`) +
    (isGrouped ? `  ${padStart(cells.count, countWidth - 2)}` : '') +
    cells.flexible.map((cell, i) => `  ${padEnd(cell, widths[i] ?? 0)}`).join('') +
    (hasNotes ? `  ${cells.notes}` : '');
  const head = line(' ', { ...titles, flexible: flexible.map((key) => titles[key]) }, (text) => text).trimEnd();
  return [
    style('quiet', head),
    ...rows.map((row) =>
      line(
        markers[row.verdict],
        {
          lifetime: row.lifetime,
          count: String(row.count),
          notes: row.notes,
          flexible: flexible.map((key, i) => fitCell(row[key], widths[i] ?? 0)),
        },
        (text) => style(tones[row.verdict], text),
      ).trimEnd(),
    ),
    ...(isGrouped
      ? [
          style(
            'quiet',
            `  ${listeners.length} listeners in ${rows.length} rows by what governs them; --format json lists each`,
          ),
        ]
      : []),
  ];
}

/** Listeners that one row of the table stands for. */
type Group = readonly Listener[];

/**
 * Every listener a row of its own where that makes no long table. Else those with the same address, lifetime, place,
 * mechanisms and notes become one row; then those that differ in notes, then in address, too; and last those within the
 * target that have the same lifetime wherever it is set: for these nobody has to do anything.
 */
function groupListeners(listeners: readonly Listener[], notes: Notes, target: Seconds, longest: number): Group[] {
  const governed = (listener: Listener): string =>
    JSON.stringify([effectiveLifetime(listener).seconds, setAtKey(listener), resumedBy(listener)]);
  const keys: readonly ((listener: Listener) => string)[] = [
    (listener) => JSON.stringify([listener.address, governed(listener), noteNumbers([listener], notes)]),
    (listener) => JSON.stringify([listener.address, governed(listener)]),
    governed,
    (listener) =>
      verdictOf(listener, target) === 'within'
        ? JSON.stringify([effectiveLifetime(listener).seconds, resumedBy(listener)])
        : governed(listener),
  ];
  let groups: Group[] = listeners.map((listener) => [listener]);
  for (const key of keys) {
    if (groups.length <= longest) break;
    groups = groupBy(listeners, key);
  }
  return groups;
}

function groupBy(listeners: readonly Listener[], keyOf: (listener: Listener) => string): Group[] {
  const groups = new Map<string, Listener[]>();
  for (const listener of listeners) {
    const key = keyOf(listener);
    const group = groups.get(key);
    if (group) group.push(listener);
    else groups.set(key, [listener]);
  }
  return [...groups.values()];
}

function rowOf(group: Group, notes: Notes, target: Seconds): Row {
  const [first] = group;
  if (!first) throw new RangeError('a group has a listener');
  const { seconds } = effectiveLifetime(first);
  const places = distinct(group, setAtKey);
  return {
    verdict: verdictOf(first, target),
    lifetime: seconds === undefined ? 'unknown' : spellLifetime(seconds),
    count: group.length,
    address: { text: printable(first.address ?? '?'), tail: more(distinct(group, ({ address }) => address ?? '')) },
    name: { text: nameOf(first), tail: more(distinct(group, nameOf)) },
    setAt: places > 1 ? { text: `${places} places`, tail: '' } : setAtCell(first),
    resumedBy: { text: resumedBy(first), tail: '' },
    notes: shorten(noteNumbers(group, notes).join(' '), mostNoteColumns),
  };
}

function nameOf({ name, profile }: Listener): string {
  return printable([name, profile ?? ''].filter((part) => part !== '').join(' ')) || '-';
}

function distinct(group: Group, keyOf: (listener: Listener) => string): number {
  return new Set(group.map(keyOf)).size;
}

export function more(count: number): string {
  return count > 1 ? ` +${count - 1}` : '';
}

function setAtKey(listener: Listener): string {
  const { text, tail } = setAtCell(listener);
  return text + tail;
}

function setAtCell(listener: Listener): Cell {
  const { origin } = effectiveLifetime(listener).decidedBy;
  switch (origin.kind) {
    case 'explicit':
      return placeCell(origin.at, '');
    case 'inherited':
      return placeCell(origin.at, ' (inherited)');
    case 'default':
      return { text: 'default', tail: '' };
    case 'builtin':
      return { text: 'built in', tail: '' };
    case 'unknown':
      return origin.at ? placeCell(origin.at, '') : { text: 'not in these files', tail: '' };
  }
}
