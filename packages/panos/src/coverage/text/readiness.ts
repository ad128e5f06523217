import {
  padEnd,
  placeOf,
  plain,
  printable,
  type Seconds,
  type Styler,
  switchOnText,
  type Tone,
  wrap,
} from '@shortfuse/core';
import type { Coverage, CoverageRow } from '../coverage.js';
import { type Readiness, readinessOf } from '../readiness.js';
import { labelOf } from '../report.js';
import { headLines, unusedLines } from './firewall.js';
import { more, most, type Page, spell } from './page.js';
import type { SpokenSwitching } from './switch-on.js';

export interface ReadinessTextOptions {
  readonly switching: SpokenSwitching;
  readonly targetSeconds: Seconds;
  readonly style?: Styler;
  /** Below 60 it is 60. */
  readonly columns?: number;
}

/**
 * The firewall's part of `status`: its release and risk, and of each inbound rule from when it may be switched on. Ends with a
 * newline; empty where the configuration could not be read.
 */
export function readinessText(found: Coverage, options: ReadinessTextOptions): string {
  if (!found.configuration.isValid) return '';
  const { style = plain, columns = 100, targetSeconds: target, switching } = options;
  const page: Page = { style, columns: Math.max(60, columns), target };
  return [headLines(found, page), ruleLines(found, switching, page), unusedLines(found, page)]
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

const tones: Readonly<Record<Readiness['switchOn']['kind'], Tone>> = {
  'any-time': 'good',
  from: 'warn',
  'not-deployed': 'warn',
  'no-time': 'bad',
  'held-back': 'bad',
  'no-listener': 'quiet',
};

function ruleLines(found: Coverage, switching: SpokenSwitching, page: Page): string[] {
  if (found.rules.length === 0) return [page.style('heading', 'no rule decrypts inbound TLS')];
  const all = readinessOf(found, switching);
  // Where not all can be shown, those that something is behind are.
  const urgent = all.length <= most.rules ? all : all.toSorted((a, b) => weight(a) - weight(b)).slice(0, most.rules);
  return [
    page.style('heading', 'inbound rules'),
    ...urgent.flatMap((one) => oneRuleLines(one, switching, page)),
    ...(urgent.length < all.length ? more(all.length - urgent.length, 'rules', page) : []),
  ];
}

function weight({ behind, perhaps, heldBackBy }: Readiness): number {
  return heldBackBy.length > 0 ? 0 : behind.length + perhaps.length > 0 ? 1 : 2;
}

function oneRuleLines(
  { rule: { rule }, behind, perhaps, switchOn, heldBackBy }: Readiness,
  { now, timeOf }: SpokenSwitching,
  page: Page,
): string[] {
  const { style } = page;
  const { file, line } = placeOf(rule.at);
  const where = `${printable(rule.location)}, ${printable(file)}:${line}`;
  const lines = [`  ${style('strong', printable(rule.name))}  ${style('quiet', where)}`];
  const entry = (label: string, text: string, tone?: Tone): void => {
    for (const [i, part] of wrap(printable(text), page.columns - 19).entries())
      lines.push(`    ${style('quiet', padEnd(i === 0 ? label : '', 13))}  ${tone ? style(tone, part) : part}`);
  };
  if (!rule.isEnabled) {
    entry('disabled', 'its listeners are not counted: give a configuration in which it is enabled');
    return lines;
  }
  const isPast = switchOn.kind === 'from' && switchOn.at <= now;
  const { sentence, more: others } = switchOnText(switchOn, now, timeOf);
  entry('inspection', sentence, isPast ? 'good' : tones[switchOn.kind]);
  for (const text of others) entry('', text);
  entries('held back by', heldBackBy, entry, ({ host }) => ` (${spell(host.lifetimeSeconds)})`);
  entries('listeners', behind, entry);
  entries('perhaps', perhaps, entry);
  return lines;
}

function entries(
  label: string,
  rows: readonly CoverageRow[],
  entry: (label: string, text: string) => void,
  behind: (row: CoverageRow) => string = () => '',
): void {
  for (const [i, row] of rows.slice(0, most.heldBack).entries())
    entry(i === 0 ? label : '', labelOf(row) + behind(row));
  if (rows.length > most.heldBack) entry('', `and ${rows.length - most.heldBack} more; --format json lists each`);
}
