import { printable, type Seconds, type Styler, spellDuration, type Tone, wrap } from '@shortfuse/core';
import type { CoverageRow } from '../coverage.js';

/** What the lines of the report are set on. */
export interface Page {
  readonly style: Styler;
  readonly columns: number;
  readonly target: Seconds;
}

/** More rules, listeners or destinations than this of one kind are counted. */
export const most = { rules: 60, covered: 100, left: 20, heldBack: 8, destinations: 12 };

export type Verdict = 'above' | 'unknown' | 'within';
export const tones: Readonly<Record<Verdict, Tone>> = { above: 'bad', unknown: 'warn', within: 'good' };
export const markers: Readonly<Record<Verdict, string>> = { above: '!', unknown: '?', within: ' ' };

export function isAbove(target: Seconds): (row: CoverageRow) => boolean {
  return ({ host }) => (host.lifetimeSeconds ?? 0) > target;
}

/** Beyond a century the number says nothing more, and some servers accept 19 digits. */
const century: Seconds = 100 * 365 * 86_400;

export function spell(seconds: Seconds | null): string {
  if (seconds === null) return 'unknown';
  if (seconds > century) return 'over 100 years';
  return seconds === 0 ? 'none' : spellDuration(seconds);
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function more(count: number, what: string, { style }: Page): string[] {
  return [style('quiet', `  … and ${count} more ${what}; --format json lists each`)];
}

export function paragraph(text: string, margin: number, { columns }: Page): string[] {
  return wrap(printable(text), columns - margin).map((line) => ' '.repeat(margin) + line);
}
