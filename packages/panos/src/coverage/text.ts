import {
  padEnd,
  placeOf,
  plain,
  printable,
  type Seconds,
  type Styler,
  shorten,
  spellDuration,
  type Tone,
  widthOf,
  wrap,
} from '@shortfuse/core';
import { certificateRemarks } from './certificates.js';
import { type Coverage, type CoverageRow, isCovered, mayBeCovered } from './coverage.js';
import type { ResolvedRule } from './match.js';
import { isHoldingBack, labelOf, longestOf, rowsBehind, summaryOf, targetDevices } from './report.js';
import { riskOf } from './risk.js';
import { waitFor } from './wait.js';
import { listUnresolved, whyOf } from './why.js';

export interface CoverageTextOptions {
  readonly targetSeconds: Seconds;
  readonly style?: Styler;
  /** The report is no wider than this; below 60 it is 60. */
  readonly columns?: number;
  /** From when a rule may be switched on, in the words of the reader's clock. Without it nothing is said of it. */
  readonly switchOn?: (rows: readonly CoverageRow[]) => string;
}

/** More rules, listeners or destinations than this of one kind are counted. */
const most = { rules: 60, covered: 100, left: 20, heldBack: 8, destinations: 12 };

interface Page {
  readonly style: Styler;
  readonly columns: number;
  readonly target: Seconds;
}

/**
 * The report of `coverage` that people read: the firewall and its risk, its inbound rules with what holds them back, the
 * listeners, and what is covered without one. Ends with a newline; empty where the configuration could not be read.
 */
export function coverageText(found: Coverage, options: CoverageTextOptions): string {
  if (!found.configuration.isValid) return '';
  const { style = plain, columns = 100, targetSeconds: target } = options;
  const page: Page = { style, columns: Math.max(60, columns), target };
  return [
    headLines(found, page),
    ruleLines(found, page, options.switchOn),
    listenerLines(found, page),
    unusedLines(found, page),
    closingLines(found, page),
  ]
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function headLines({ configuration, rules }: Coverage, page: Page): string[] {
  const { file, version, detailVersion } = configuration;
  const risk = riskOf(configuration);
  // `version` is that of the form, always x.y.0; which x.y.z it is only the detailed one tells.
  const release = detailVersion ?? version?.replace(/\.0$/, '') ?? null;
  const head = `${printable(file.path)}: ${release === null ? 'PAN-OS of unknown release' : `PAN-OS ${printable(release)}`}`;
  const lines = [
    `${page.style('heading', head)}, risk class ${page.style(risk.class === 'A' ? 'bad' : 'warn', risk.class)}`,
  ];
  lines.push(...paragraph(risk.why, 2, page));
  // Advice about switching on helps nobody who has nothing to switch on.
  if (rules.length > 0)
    for (const advice of risk.advice) {
      const [first = '', ...rest] = wrap(printable(advice), page.columns - 4);
      lines.push(`  - ${first}`, ...rest.map((line) => `    ${line}`));
    }
  return lines;
}

function ruleLines(found: Coverage, page: Page, switchOn: CoverageTextOptions['switchOn']): string[] {
  const { rules } = found;
  if (rules.length === 0) return [page.style('heading', 'no rule decrypts inbound TLS')];
  const behind = rowsBehind(found);
  const lines = [page.style('heading', 'inbound rules')];
  // Rules that nothing is wrong with and nothing is behind come last where not all can be shown.
  const weight = (rule: ResolvedRule): number =>
    (behind.get(rule) ?? []).some((row) => isHoldingBack(row, page.target)) ? 0 : behind.has(rule) ? 1 : 2;
  const shown =
    rules.length <= most.rules ? rules : rules.toSorted((a, b) => weight(a) - weight(b)).slice(0, most.rules);
  for (const rule of shown) lines.push(...oneRuleLines(rule, behind.get(rule) ?? [], page, switchOn));
  if (shown.length < rules.length) lines.push(...more(rules.length - shown.length, 'rules', page));
  return lines;
}

function oneRuleLines(
  resolved: ResolvedRule,
  behind: readonly CoverageRow[],
  page: Page,
  switchOn: CoverageTextOptions['switchOn'],
): string[] {
  const { rule, services, unresolved } = resolved;
  const { style, target } = page;
  const heldBack = behind.filter((row) => isHoldingBack(row, target));
  const verdict = heldBack.length === 0 ? 'within' : heldBack.some(isAbove(target)) ? 'above' : 'unknown';
  const { file, line } = placeOf(rule.at);
  const head = `${printable(rule.name)}${rule.isEnabled ? '' : ' (disabled)'}`;
  const where = `${printable(rule.location)}, ${printable(file)}:${line}`;
  const lines = [`${style(tones[verdict], `${markers[verdict]} ${head}`)}  ${style('quiet', where)}`];
  const entry = (label: string, text: string, tone?: Tone): void => {
    for (const [i, part] of wrap(printable(text), page.columns - 19).entries())
      lines.push(`    ${style('quiet', padEnd(i === 0 ? label : '', 13))}  ${tone ? style(tone, part) : part}`);
  };
  if (rule.target) entry('devices', `${rule.target.negate ? 'all but ' : ''}${targetDevices(rule.target).join(', ')}`);
  if (behind.length === 0) entry('listeners', 'none that is known');
  else
    entry('longest', longestText(behind, heldBack.length, target), verdict === 'within' ? undefined : tones[verdict]);
  for (const [i, row] of heldBack.slice(0, most.heldBack).entries())
    entry(i === 0 ? 'held back by' : '', `${labelOf(row)} (${spell(row.host.lifetimeSeconds)})`);
  if (heldBack.length > most.heldBack)
    entry('', `and ${heldBack.length - most.heldBack} more; --format json lists each`);
  if (behind.length > 0 && heldBack.length > 0) entry('wait', waitText(behind, target));
  if (switchOn) entry('switch on', switchOn(behind));
  for (const remark of certificateRemarks(rule, behind)) entry('certificates', remark, 'warn');
  if (unresolved.length > 0) entry('not resolved', listUnresolved(unresolved), 'warn');
  if (services.ports !== 'any' && services.ports.length === 0) entry('ports', 'no TCP port: it covers nothing', 'warn');
  return lines;
}

function longestText(behind: readonly CoverageRow[], held: number, target: Seconds): string {
  const known = behind.flatMap(({ host }) => host.lifetimeSeconds ?? []);
  const longest = spell(known.length < behind.length ? null : longestOf(known));
  const listeners = counted(behind.length, 'listener');
  return held === 0
    ? `${longest}; ${listeners} at the target of ${spellDuration(target)}`
    : `${longest}; ${held} of ${listeners} not at the target of ${spellDuration(target)}`;
}

/** Counted from the last server that was changed. */
function waitText(behind: readonly CoverageRow[], target: Seconds): string {
  const { afterDropSeconds, otherwiseSeconds, keepShortSeconds } = waitFor(behind, target);
  const otherwise =
    otherwiseSeconds === null
      ? 'where they live on no wait is known to be enough: drop them'
      : `${spellDuration(otherwiseSeconds)} where they live on`;
  const kept = keepShortSeconds === null ? '' : `; stay short for ${spellDuration(keepShortSeconds)} after`;
  return `once servers are at the target: ${spellDuration(afterDropSeconds)} where old sessions are dropped, ${otherwise}${kept}`;
}

/** A row of the table of listeners. */
interface Cells {
  readonly verdict: Verdict;
  readonly lifetime: string;
  readonly listener: string;
  readonly outcome: string;
}

type Verdict = 'above' | 'unknown' | 'within';
const tones: Readonly<Record<Verdict, Tone>> = { above: 'bad', unknown: 'warn', within: 'good' };
const markers: Readonly<Record<Verdict, string>> = { above: '!', unknown: '?', within: ' ' };

function listenerLines({ rows }: Coverage, page: Page): string[] {
  if (rows.length === 0) return [page.style('heading', 'no listener to compare with')];
  const isConcerned = (row: CoverageRow): boolean => isCovered(row) || mayBeCovered(row);
  const covered = rows.filter(isConcerned);
  const left = rows.filter((row) => !isConcerned(row));
  const shown = new Set([...covered.slice(0, most.covered), ...left.slice(0, most.left)]);
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

function unusedLines({ coveredWithoutListener: texts }: Coverage, page: Page): string[] {
  if (texts.length === 0) return [];
  const lines = [page.style('heading', 'destinations of inbound rules where no listener is known')];
  const shown = texts.slice(0, most.destinations);
  for (const text of shown) lines.push(`  ${printable(text)}`);
  if (shown.length < texts.length) lines.push(...more(texts.length - shown.length, 'destinations', page));
  return lines;
}

function closingLines(found: Coverage, { target }: Page): string[] {
  const { listeners, covered, notCovered, undecided, aboveTarget, unknown, longestSeconds, enabledRules } = summaryOf(
    found,
    target,
  );
  const perhaps = undecided === 0 ? '' : `, ${undecided} perhaps`;
  const longest = longestSeconds === null ? '' : `, longest ${spell(longestSeconds)}`;
  const ofThese =
    covered === 0
      ? ''
      : `\nof the covered ${aboveTarget} above the target of ${spellDuration(target)}, ${unknown} unknown${longest}`;
  return `${counted(enabledRules, 'enabled inbound rule')}; ${counted(listeners, 'listener')}: ${covered} covered${perhaps}, ${notCovered} not${ofThese}`.split(
    '\n',
  );
}

function isAbove(target: Seconds): (row: CoverageRow) => boolean {
  return ({ host }) => (host.lifetimeSeconds ?? 0) > target;
}

/** Beyond a century the number says nothing more, and some servers accept 19 digits. */
const century: Seconds = 100 * 365 * 86_400;

function spell(seconds: Seconds | null): string {
  if (seconds === null) return 'unknown';
  if (seconds > century) return 'over 100 years';
  return seconds === 0 ? 'none' : spellDuration(seconds);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function more(count: number, what: string, { style }: Page): string[] {
  return [style('quiet', `  … and ${count} more ${what}; --format json lists each`)];
}

function paragraph(text: string, margin: number, { columns }: Page): string[] {
  return wrap(printable(text), columns - margin).map((line) => ' '.repeat(margin) + line);
}
