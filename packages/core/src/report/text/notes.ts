import { effectiveLifetime, type Listener, type Note } from '../../listener.js';
import { padStart, printable, wrap } from '../layout.js';
import type { Page } from './page.js';
import { differingLifetimes } from './words.js';

/** A sentence about some of a table's listeners, with the number by which their rows name it. */
interface NumberedNote {
  readonly number: number;
  readonly text: string;
  readonly listeners: number;
  /** How many sentences of the same kind it stands for, itself included. */
  readonly alike: number;
}

/** By sentence. */
export type Notes = ReadonlyMap<string, NumberedNote>;

/** More sentences of one kind than this, which differ in what they name only, are one note: the first stands for all. */
const mostAlike = 4;

export function numberNotes(listeners: readonly Listener[]): Notes {
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

export function noteNumbers(listeners: readonly Listener[], notes: Notes): number[] {
  const numbers = listeners.flatMap((listener) =>
    sentencesOf(listener).map(({ text }) => notes.get(text)?.number ?? 0),
  );
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
  const differing = differingLifetimes(listener);
  if (differing !== undefined) add('lifetimes-differ', `not all sessions last as long: ${differing}`);
  const result = [...said.values()];
  sentenceCache.set(listener, result);
  return result;
}

export function noteLines(notes: Notes, page: Page): string[] {
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
