import { padEnd, printable, shorten, widthOf, wrap } from '@shortfuse/core';
import { type Coverage, type CoverageRow, isCovered, mayBeCovered } from '../coverage.js';
import { isHoldingBack, labelOf } from '../report.js';
import { whyOf } from '../why.js';
import { isAbove, markers, more, most, type Page, spell, tones, type Verdict } from './page.js';

/** A row of the table of listeners. */
interface Cells {
  readonly verdict: Verdict;
  readonly lifetime: string;
  readonly listener: string;
  readonly outcome: string;
}

export function listenerLines({ rows }: Coverage, page: Page): string[] {
  if (rows.length === 0) return [page.style('heading', 'no listener to compare with')];
  const isConcerned = (row: CoverageRow): boolean => isCovered(row) || mayBeCovered(row);
  const covered = rows.filter(isConcerned);
  const left = rows.filter((row) => !isConcerned(row));
  // Where not all can be shown, those that hold a rule back are.
  const urgent = [
    ...covered.filter((row) => isHoldingBack(row, page.target)),
    ...covered.filter((row) => !isHoldingBack(row, page.target)),
  ];
  const shown = new Set([...urgent.slice(0, most.covered), ...left.slice(0, most.left)]);
  const table = rows.filter((row) => shown.has(row)).map((row) => cellsOf(row, page));
  const widest = (title: string, texts: readonly string[]): number =>
    texts.reduce((width, text) => Math.max(width, widthOf(text)), title.length);
  const lifetimeWidth = widest(
    'LIFETIME',
    table.map(({ lifetime }) => lifetime),
  );
  const natural = widest(
    'LISTENER',
    table.map(({ listener }) => listener),
  );
  const listenerWidth = Math.min(natural, Math.floor((page.columns - lifetimeWidth - 6) / 2));
  const indent = lifetimeWidth + listenerWidth + 6;
  const lines = [
    page.style('heading', 'listeners'),
    page.style('quiet', `  ${padEnd('LIFETIME', lifetimeWidth)}  ${padEnd('LISTENER', listenerWidth)}  INSPECTED BY`),
  ];
  for (const { verdict, lifetime, listener, outcome } of table) {
    const [first = '', ...rest] = wrap(outcome, page.columns - indent);
    lines.push(
      page.style(tones[verdict], `${markers[verdict]} ${padEnd(lifetime, lifetimeWidth)}`) +
        `  ${padEnd(shorten(listener, listenerWidth, 0.5), listenerWidth)}  ${first}`,
      ...rest.map((line) => ' '.repeat(indent) + line),
    );
  }
  if (covered.length > most.covered) lines.push(...more(covered.length - most.covered, 'covered listeners', page));
  if (left.length > most.left) lines.push(...more(left.length - most.left, 'listeners that no rule covers', page));
  return lines;
}

function cellsOf(row: CoverageRow, { target }: Page): Cells {
  const { host, decision, onlyOn } = row;
  const lifetime = spell(host.lifetimeSeconds);
  const listener = printable(labelOf(row)) || '-';
  if (decision.reason !== 'match')
    return {
      verdict: mayBeCovered(row) && isHoldingBack(row, target) ? 'unknown' : 'within',
      lifetime,
      listener,
      outcome: printable(`${mayBeCovered(row) ? 'perhaps' : 'none'}: ${whyOf(row)}`),
    };
  const { name, location } = decision.rule.rule;
  const on = onlyOn ? `, only on ${onlyOn.join(', ')}` : '';
  const via = row.via ? `, ${whyOf(row)}` : '';
  return {
    verdict: isAbove(target)(row) ? 'above' : host.lifetimeSeconds === null ? 'unknown' : 'within',
    lifetime,
    listener,
    outcome: printable(`${name} (${location})${on}${via}`),
  };
}
