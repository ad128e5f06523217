import type { Configuration, UnattachedSetting } from '../adapter.js';
import { type Seconds, spellDuration } from '../duration.js';
import { compareBytes } from '../glob.js';
import {
  effectiveLifetime,
  type Listener,
  type Mechanism,
  type MechanismName,
  mechanismNames,
  mechanismSeconds,
  type Note,
} from '../listener.js';
import type { Location } from '../source.js';
import { type Audit, countErrors, placeOf, summarize, type Verdict, verdictFor, verdictOf } from './audit.js';
import { fitColumns, padEnd, padStart, printable, shorten, widthOf, wrap } from './layout.js';
import { plain, type Styler, type Tone } from './style.js';

export interface TextOptions {
  readonly style?: Styler;
  /** The report is no wider than this; below 80 it is 80, because a table needs some room. */
  readonly columns?: number;
  /** A table with more listeners than this puts those together that have everything but their name in common. */
  readonly longestTable?: number;
}

interface Page {
  readonly style: Styler;
  readonly columns: number;
  readonly longestTable: number;
  readonly target: Seconds;
}

/**
 * The report of `audit` that people read. Ends with a newline. Problems are not part of it: they belong on standard
 * error, see `problemText`.
 */
export function auditText(audit: Audit, options: TextOptions = {}): string {
  const { style = plain, columns = 100, longestTable = 40 } = options;
  const page: Page = { style, columns: Math.max(80, columns), longestTable, target: audit.targetSeconds };
  const sections = audit.configurations
    .filter(({ listeners }) => listeners.length > 0)
    .map((configuration) => configurationLines(configuration, page));
  const rest = audit.configurations.filter(({ listeners }) => listeners.length === 0);
  return [...sections, unattachedLines(rest, page), idleLines(rest, page), closingLines(audit, page)]
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function configurationLines(configuration: Configuration, page: Page): string[] {
  const { listeners, assumptions } = configuration;
  const lines = [headingLine(configuration, page)];
  for (const assumption of assumptions)
    lines.push(...indented(assumption, 2, page).map((line) => page.style('quiet', line)));
  const notes = numberNotes(listeners);
  lines.push('', ...tableLines(listeners, notes, page));
  for (const section of [noteLines(notes, page), ignoredLines(listeners, page), unattachedLines([configuration], page)])
    if (section.length > 0) lines.push('', ...section);
  return lines;
}

/** Lifetimes that govern nothing: of one configuration below its table, of all that have no listener in one list. */
function unattachedLines(configurations: readonly Configuration[], page: Page): string[] {
  const isElsewhere = configurations.some(({ extent }) => extent === 'fragments');
  const entries = new Map<string, UnattachedSetting>();
  for (const { unattached } of configurations)
    for (const setting of unattached) {
      const { file, line, column } = placeOf(setting.at);
      entries.set(`${file}:${line}:${column}`, setting);
    }
  if (entries.size === 0) return [];
  return [
    `  ${page.style('heading', 'lifetimes that govern no listener here')}${isElsewhere ? '; another file may include them' : ''}`,
    ...settingLines([...entries.values()], page),
  ];
}

function settingLines(settings: readonly UnattachedSetting[], { style, columns, target }: Page): string[] {
  const rows = settings.map(({ at, name, written, seconds }) => ({
    verdict: verdictFor(seconds, target),
    lifetime: seconds === undefined ? 'unknown' : spellLifetime(seconds),
    place: placeCell(at, ''),
    text: { text: printable(`${name} ${written}`), tail: '' },
  }));
  const widest = (texts: readonly string[]): number => texts.reduce((width, text) => Math.max(width, widthOf(text)), 0);
  const lifetimeWidth = Math.max(titles.lifetime.length, widest(rows.map(({ lifetime }) => lifetime)));
  const [placeWidth = 0, textWidth = 0] = fitColumns(
    [widest(rows.map(({ place }) => place.text + place.tail)), widest(rows.map(({ text }) => text.text))],
    [
      { soft: 50, hard: 20 },
      { soft: 24, hard: 20 },
    ],
    columns - lifetimeWidth - 6,
  );
  return rows.map(
    ({ verdict, lifetime, place, text }) =>
      `${style(tones[verdict], `${markers[verdict]} ${padEnd(lifetime, lifetimeWidth)}`)}` +
      `  ${padEnd(fitCell(place, placeWidth), placeWidth)}  ${fitCell(text, textWidth)}`,
  );
}

/** Configurations that were read and have nothing to say. */
function idleLines(configurations: readonly Configuration[], page: Page): string[] {
  const idle = configurations.filter(({ unattached }) => unattached.length === 0);
  if (idle.length === 0) return [];
  const listed = idle.slice(0, mostPlaces).map(({ label }) => shorten(printable(label), page.columns - 5));
  const rest = idle.length > listed.length ? ` and ${idle.length - listed.length} more` : '';
  return [
    `  ${page.style('heading', 'read, no TLS listener')}`,
    ...wrap(listed.join(', ') + rest, page.columns - 4).map((line) => `    ${line}`),
  ];
}

function headingLine({ server, label, files, extent }: Configuration, page: Page): string {
  const tail = `  ${counted(files.length, 'file')}${extent === 'fragments' ? ', without the main file' : ''}`;
  const room = page.columns - widthOf(tail) - widthOf(server) - 2;
  return `${page.style('heading', `${server}  ${shorten(printable(label), room)}`)}${page.style('quiet', tail)}`;
}

/** A place that may be shortened, and what must stay readable behind it. */
interface Cell {
  readonly text: string;
  readonly tail: string;
  /** See {@link shorten}. */
  readonly headShare?: number;
}

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

const titles = {
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

const tones: Readonly<Record<Verdict, Tone>> = { above: 'bad', unknown: 'warn', within: 'good' };
const markers: Readonly<Record<Verdict, string>> = { above: '!', unknown: '?', within: ' ' };

function tableLines(listeners: readonly Listener[], notes: Notes, { style, columns, longestTable, target }: Page) {
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

function fitCell({ text, tail, headShare }: Cell, width: number): string {
  const room = width - widthOf(tail);
  // A tail that leaves no room for the text is shortened with it: columns must stay columns.
  return room >= 4 || widthOf(text) <= room ? shorten(text, room, headShare) + tail : shorten(text + tail, width);
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

function more(count: number): string {
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

function placeCell(at: Location, tail: string): Cell {
  const { file, line } = placeOf(at);
  return { text: printable(file), tail: `:${line}${tail}`, headShare: 0.2 };
}

const mechanismWords: Readonly<Record<MechanismName, string>> = {
  sessionId: 'ID',
  ticketTls12: '1.2 ticket',
  ticketTls13: '1.3 ticket',
};

/** `ID, tickets`; with lifetimes where they differ: `ID 10 h, 1.2 ticket 5 min, 1.3 ticket 5 min / 1 d`. */
function resumedBy({ mechanisms }: Listener): string {
  const used = mechanismNames.filter((name) => mechanisms[name].enabled !== false);
  if (used.length === 0) return 'nothing';
  const spelled = new Map(used.map((name) => [name, spellMechanism(mechanisms[name])]));
  const differ = new Set(used.map((name) => spelled.get(name))).size > 1;
  const { ticketTls12, ticketTls13 } = mechanisms;
  // Both kinds of ticket alike: one word says it.
  const alike =
    ticketTls12.enabled !== false &&
    ticketTls12.enabled === ticketTls13.enabled &&
    spelled.get('ticketTls12') === spelled.get('ticketTls13');
  return used
    .filter((name) => !(alike && name === 'ticketTls13'))
    .map((name) => {
      const word = alike && name === 'ticketTls12' ? 'tickets' : mechanismWords[name];
      const doubt = mechanisms[name].enabled === undefined ? '?' : '';
      return word + doubt + (differ ? ` ${spelled.get(name)}` : '');
    })
    .join(', ');
}

function spellMechanism(mechanism: Mechanism): string {
  const all = mechanism.lifetimes.map(({ seconds }) => (seconds === undefined ? 'unknown' : spell(seconds)));
  const different = [...new Set(all)];
  if (different.length > 0) return different.join(' / ');
  const seconds = mechanismSeconds(mechanism);
  return seconds === undefined || mechanism.enabled === undefined ? 'unknown' : spell(seconds);
}

/** A sentence about some of a table's listeners, with the number by which their rows name it. */
interface NumberedNote {
  readonly number: number;
  readonly text: string;
  readonly listeners: number;
  /** How many sentences of the same kind it stands for, itself included. */
  readonly alike: number;
}

/** By sentence. */
type Notes = ReadonlyMap<string, NumberedNote>;

/** More sentences of one kind than this, which differ in what they name only, are one note: the first stands for all. */
const mostAlike = 4;

function numberNotes(listeners: readonly Listener[]): Notes {
  const kinds = new Map<string, Map<string, number>>();
  for (const listener of listeners)
    for (const { code, text } of sentencesOf(listener)) {
      const counts = kinds.get(code) ?? new Map<string, number>();
      kinds.set(code, counts.set(text, (counts.get(text) ?? 0) + 1));
    }
  const notes = new Map<string, NumberedNote>();
  let number = 0;
  for (const counts of kinds.values()) {
    if (counts.size > mostAlike) {
      const [first = ''] = counts.keys();
      const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
      const note = { number: ++number, text: first, listeners: all, alike: counts.size };
      for (const text of counts.keys()) notes.set(text, note);
    } else for (const [text, count] of counts) notes.set(text, { number: ++number, text, listeners: count, alike: 1 });
  }
  return notes;
}

function noteNumbers(group: Group, notes: Notes): number[] {
  const numbers = group.flatMap((listener) => sentencesOf(listener).map(({ text }) => notes.get(text)?.number ?? 0));
  return [...new Set(numbers)].sort((a, b) => a - b);
}

const sentenceCache = new WeakMap<Listener, readonly Note[]>();

/** What there is to say about a listener, each sentence once. */
function sentencesOf(listener: Listener): readonly Note[] {
  const known = sentenceCache.get(listener);
  if (known) return known;
  const { seconds, decidedBy } = effectiveLifetime(listener);
  const said = new Map(listener.notes.map((note) => [note.text, note]));
  // What an adapter says itself under these codes is more exact than what holds for every server.
  const add = (code: string, text: string): void => {
    if (!listener.notes.some((note) => note.code === code)) said.set(text, { code, text });
  };
  if (seconds === undefined && decidedBy.origin.kind === 'unknown')
    add('lifetime-unknown', `lifetime unknown: ${decidedBy.origin.why}`);
  if (seconds !== 0 && listener.oldSessionsAfterReload === 'kept')
    add(
      'sessions-survive-reload',
      'old sessions survive a reload: those issued before a change keep the lifetime they were born with',
    );
  if (listener.mechanisms.ticketTls13.renewal === 'unbounded')
    add(
      'renewal-unbounded',
      'TLS 1.3 renewal is unbounded: a client that keeps coming back gets the full lifetime anew each time',
    );
  const result = [...said.values()];
  sentenceCache.set(listener, result);
  return result;
}

function noteLines(notes: Notes, page: Page): string[] {
  if (notes.size === 0) return [];
  const lines = [`  ${page.style('heading', 'notes')}`];
  const numbered = [...new Set(notes.values())];
  const numberWidth = String(numbered.length).length;
  for (const { number, text, listeners, alike } of numbered) {
    const margin = `    ${padStart(String(number), numberWidth)}  `;
    const count = listeners > 1 ? ` (${listeners} listeners)` : '';
    const others = alike > 1 ? `, and ${alike - 1} more like it` : '';
    for (const [n, line] of wrap(printable(text) + others + count, page.columns - margin.length).entries())
      lines.push((n === 0 ? page.style('strong', margin) : ' '.repeat(margin.length)) + line);
  }
  return lines;
}

/** More places than this with one reason are counted, not listed. */
const mostPlaces = 6;

function ignoredLines(listeners: readonly Listener[], page: Page): string[] {
  const places = new Map<string, Map<string, Location>>();
  for (const { ignored } of listeners)
    for (const { at, why } of ignored) {
      const sameReason = places.get(why) ?? new Map<string, Location>();
      const { file, line } = placeOf(at);
      places.set(why, sameReason.set(`${file}:${line}`, at));
    }
  if (places.size === 0) return [];
  const lines = [`  ${page.style('heading', 'settings without effect')}`];
  for (const [why, sameReason] of places) {
    const all = [...sameReason.values()].sort((a, b) =>
      a.file === b.file ? a.span.start - b.span.start : compareBytes(a.file.path, b.file.path),
    );
    if (all.length === 1 && all[0]) {
      lines.push(...entryLines(all[0], why, page));
      continue;
    }
    const rest = all.length > mostPlaces ? ` and ${all.length - mostPlaces} more` : '';
    lines.push(
      ...wrap(listPlaces(all.slice(0, mostPlaces), page) + rest, page.columns - 4).map((line) => `    ${line}`),
      ...indented(why, 6, page),
    );
  }
  return lines;
}

/** `a.conf:3, 9, b.conf:4` */
function listPlaces(places: readonly Location[], page: Page): string {
  return places
    .map((at, i) => {
      const before = places[i - 1];
      return before?.file === at.file ? String(placeOf(at).line) : fitPlace(at, page.columns - 5);
    })
    .join(', ');
}

/** `file:line  text`, the text below its place where both do not fit on one line. */
function entryLines(at: Location, text: string, page: Page): string[] {
  const place = fitPlace(at, page.columns - 4);
  const whole = `    ${place}  ${printable(text)}`;
  return widthOf(whole) <= page.columns ? [whole] : [`    ${place}`, ...indented(text, 6, page)];
}

function fitPlace(at: Location, width: number): string {
  return fitCell(placeCell(at, ''), width);
}

function indented(text: string, margin: number, page: Page): string[] {
  return wrap(printable(text), page.columns - margin).map((line) => ' '.repeat(margin) + line);
}

function closingLines(audit: Audit, { style, columns, target }: Page): string[] {
  const { files, listeners, aboveTarget, unknown, longestSeconds } = summarize(audit);
  const errors = countErrors(audit);
  const warning = errors > 0 ? [style('bad', `${counted(errors, 'error')}: what they hide is not in this report`)] : [];
  if (listeners === 0) return [`${style('heading', 'no TLS listener')} in ${counted(files, 'file')}`, ...warning];
  const parts: readonly (readonly [tone: Tone | undefined, text: string])[] = [
    ['heading', `${counted(listeners, 'listener')} in ${counted(files, 'file')}`],
    [aboveTarget > 0 ? 'bad' : 'good', `${aboveTarget} above the target of ${spellDuration(target)}`],
    [unknown > 0 ? 'warn' : undefined, `${unknown} unknown`],
    [undefined, longestSeconds === null ? 'no lifetime is known' : `longest ${spellLifetime(longestSeconds)}`],
  ];
  const isShort = widthOf(parts.map(([, text]) => text).join(', ')) <= columns;
  const painted = parts.map(([tone, text]) => (tone === undefined ? text : style(tone, text)));
  return [...(isShort ? [painted.join(', ')] : painted), ...warning];
}

/** Beyond a century the number says nothing more, and some servers accept 19 digits. */
const century: Seconds = 100 * 365 * 86_400;

function spellLifetime(seconds: Seconds): string {
  return seconds === 0 ? 'none' : spell(seconds);
}

function spell(seconds: Seconds): string {
  return seconds > century ? 'over 100 years' : spellDuration(seconds);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
