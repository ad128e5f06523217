import type { Seconds } from '../../duration.js';
import type { Location } from '../../source.js';
import { placeOf, type Verdict } from '../audit.js';
import { printable, shorten, widthOf, wrap } from '../layout.js';
import type { Styler, Tone } from '../style.js';

/** What the lines of a text report are set on. */
export interface Page {
  readonly style: Styler;
  readonly columns: number;
  readonly longestTable: number;
  readonly target: Seconds;
}

export const tones: Readonly<Record<Verdict, Tone>> = { above: 'bad', unknown: 'warn', within: 'good' };

export const markers: Readonly<Record<Verdict, string>> = { above: '!', unknown: '?', within: ' ' };

/** A place that may be shortened, and what must stay readable behind it. */
export interface Cell {
  readonly text: string;
  readonly tail: string;
  /** See {@link shorten}. */
  readonly headShare?: number;
}

export function fitCell({ text, tail, headShare }: Cell, width: number): string {
  const room = width - widthOf(tail);
  // A tail that leaves no room for the text is shortened with it: columns must stay columns.
  return room >= 4 || widthOf(text) <= room ? shorten(text, room, headShare) + tail : shorten(text + tail, width);
}

export function placeCell(at: Location, tail: string): Cell {
  const { file, line } = placeOf(at);
  return { text: printable(file), tail: `:${line}${tail}`, headShare: 0.2 };
}

export function fitPlace(at: Location, width: number): string {
  return fitCell(placeCell(at, ''), width);
}

/** `file:line  text`, the text below its place where both do not fit on one line. */
export function entryLines(at: Location, text: string, page: Page): string[] {
  const place = fitPlace(at, page.columns - 4);
  const whole = `    ${place}  ${printable(text)}`;
  return widthOf(whole) <= page.columns ? [whole] : [`    ${place}`, ...indented(text, 6, page)];
}

export function indented(text: string, margin: number, page: Page): string[] {
  return wrap(printable(text), page.columns - margin).map((line) => ' '.repeat(margin) + line);
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** More places than this with one reason are counted, not listed. */
export const mostPlaces = 6;
