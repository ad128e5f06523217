import { type LogKind, missingColumns } from './columns.js';
import type { Firewall } from './firewalls.js';
import { spellTime } from './moment.js';
import type { LogFacts } from './read-log.js';

/** Exports of the web interface and spreadsheets end here, whatever cap a person gave. Rows besides the header. */
const knownLimits: ReadonlyMap<number, string> = new Map([
  [65_535, 'an export holds unless the firewall is set otherwise'],
  [1_048_575, 'a spreadsheet holds'],
  [1_048_576, 'an export can hold'],
]);

/** Clocks that are further apart stand in different time zones, or one is wrong. Seconds. */
const apart = 900;

/** What follows from a column that a header lacks. */
const consequences: Readonly<Record<string, string>> = {
  'Serial #': 'rows of different firewalls are not told apart',
  'NAT Destination IP': 'destinations are those before NAT',
  'NAT Destination Port': 'ports are those before NAT',
  'Session ID': 'rows of different sessions with one sequence number count as one',
  'Start Time': 'sessions from before the switch that ended after it count as after',
  seqno: 'a row that was exported twice counts twice',
};

/** What a reader has to know about one file, besides its warnings. */
export function fileNotes(facts: LogFacts, kind: LogKind, needsStart: boolean): string[] {
  const { name, rows, ofKind, passed, otherTypes, header } = facts;
  const notes: string[] = [];
  const limit = knownLimits.get(rows);
  if (limit !== undefined) notes.push(`${name} has exactly as many rows as ${limit}: it is probably cut off.`);
  if (rows > 0 && ofKind === 0 && otherTypes.size > 0) notes.push(otherKind(facts, kind));
  if (passed === ofKind && ofKind > 0)
    notes.push(
      kind === 'traffic'
        ? `None of the ${ofKind} rows of ${name} is of a TCP session that ended; rules log those with "Log at Session End".`
        : `None of the ${ofKind} rows of ${name} is of Proxy Type Inbound.`,
    );
  if (header) {
    const missing = missingColumns(header, kind);
    const fatal = missing.required.filter((title) => title !== 'Session End Reason' && title !== 'Error Index');
    if (fatal.length > 0) notes.push(`${name} has no column ${fatal.join(', ')}: none of its rows can be counted.`);
    for (const title of missing.wanted)
      if (title !== 'Start Time' || needsStart)
        notes.push(`${name} has no column ${title}: ${consequences[title] ?? 'figures are not exact'}.`);
  }
  return notes;
}

function otherKind({ name, otherTypes }: LogFacts, kind: LogKind): string {
  const types = [...otherTypes].map(([type, count]) => `${count} of type ${type}`).join(', ');
  const other = kind === 'traffic' ? 'DECRYPTION' : 'TRAFFIC';
  const hint = otherTypes.has(other)
    ? kind === 'traffic'
      ? '; give it with --decryption-log'
      : '; give it without --decryption-log'
    : '';
  return `${name} has no row of type ${kind.toUpperCase()}, but ${types}${hint}.`;
}

/** What was seen over all files. Times are in UTC where `inUtc`. */
export interface SpanFacts {
  readonly firewalls: readonly Firewall[];
  readonly inUtc: boolean;
  readonly switchedOn: number | undefined;
  /** Rows that were left out because they are outside of the span that was asked for. */
  readonly outside: number;
  readonly before: number;
  readonly after: number;
  /** First and last Generate Time of rows that count. */
  readonly first: number;
  readonly last: number;
  /** More rows than can be kept apart. */
  readonly isFull: boolean;
  /** Destinations that were asked for and have no row that counts. */
  readonly unseen: readonly string[];
}

/** Clocks that may not agree, and times that do not fit the logs. */
export function spanNotes(facts: SpanFacts): string[] {
  const { firewalls, inUtc, switchedOn, outside, before, after, first, last, isFull, unseen } = facts;
  const notes: string[] = [];
  if (firewalls.length > 1 && !inUtc) notes.push(mixedClocks(firewalls));
  if (switchedOn !== undefined && before + after > 0) {
    const span = `${spellTime(first)} to ${spellTime(last)}${inUtc ? ' UTC' : ''}`;
    if (after === 0) notes.push(`No session is from after the switch; the rows are of ${span}.`);
    if (before === 0) notes.push(`No session is from before the switch; the rows are of ${span}.`);
  }
  if (outside > 0)
    notes.push(`${outside} ${outside === 1 ? 'row is' : 'rows are'} outside of --from and --until and left out.`);
  for (const name of unseen)
    notes.push(`No row that counts is of ${name}; destinations are named as they are after NAT.`);
  if (isFull) notes.push('There are too many rows to look for duplicates in all of them.');
  return notes;
}

function mixedClocks(firewalls: readonly Firewall[]): string {
  const delays = firewalls.filter(({ shortestDelay }) => Number.isFinite(shortestDelay));
  const sorted = [...delays].sort((a, b) => a.shortestDelay - b.shortestDelay);
  const fast = sorted[0];
  const slow = sorted.at(-1);
  const names = firewalls.length > 5 ? '' : ` (${firewalls.map(({ serial }) => serial).join(', ')})`;
  const help = 'give --enabled-at with an offset, and --clock SERIAL=OFFSET for each';
  if (fast && slow && slow.shortestDelay - fast.shortestDelay >= apart) {
    const minutes = Math.round((slow.shortestDelay - fast.shortestDelay) / 60);
    return `Clocks differ: that of ${fast.serial} is about ${minutes} minutes ahead of that of ${slow.serial}, as their Receive Times tell; ${help}.`;
  }
  return `Rows are of ${firewalls.length} firewalls${names} and are compared by the clock of each; where these differ, ${help}.`;
}
