import { padEnd, padStart, printable, type Styler, type Tone, widthOf, wrap } from '@shortfuse/core';
import type { DestinationReport, FailureReport, SideTally, Verdict } from '@shortfuse/panos';
import { adviceFor } from './advice.js';
import { chartLines } from './chart.js';
import { courseOf } from './course.js';

export interface TextOptions {
  readonly style: Styler;
  /** The report is about so wide, and at least 60. */
  readonly columns: number;
}

/** Charts of so many destinations, those with the most failures. */
const mostCharts = 5;
/** A longer table leaves out destinations without failures. */
const longestTable = 40;

const tones: Readonly<Record<Verdict, Tone>> = {
  none: 'good',
  decaying: 'warn',
  flat: 'bad',
  'too-little-data': 'warn',
};

/** The report of `decrypt-errors` that people read; empty where nothing was computed. Ends with a newline. */
export function failuresText(report: FailureReport, { style, columns }: TextOptions): string {
  const { verdict, destinations } = report;
  if (verdict === null) return '';
  const width = Math.max(60, columns);
  const failing = destinations
    .filter(({ tally }) => tally.after.failed > 0)
    .sort((a, b) => b.tally.after.failed - a.tally.after.failed);
  const drawn = failing.slice(0, mostCharts);
  const sections = [
    tableLines(report, style),
    ...drawn.map((destination) => destinationLines(destination, report, width, style)),
    failing.length > drawn.length
      ? [style('quiet', `${failing.length - drawn.length} more with failures; --destination ADDRESS draws one`)]
      : [],
    verdictLines(report, width, style),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function tableLines({ destinations, kind }: FailureReport, style: Styler): string[] {
  if (destinations.length === 0) return [];
  const hasFailed = ({ tally, verdict }: DestinationReport): boolean =>
    tally.before.failed + tally.after.failed > 0 || verdict === 'flat' || verdict === 'decaying';
  const shown =
    destinations.length > longestTable ? destinations.filter(hasFailed).slice(0, longestTable) : destinations;
  const head = ['destination', 'failed before', 'failed after', 'verdict'];
  const rows = shown.map(({ tally, verdict }) => [
    printable(tally.name),
    spellSide(tally.before, kind),
    spellSide(tally.after, kind),
    verdict,
  ]);
  const widths = head.map((title, i) => Math.max(widthOf(title), ...rows.map((row) => widthOf(row[i] ?? ''))));
  const line = (cells: readonly string[]): string[] =>
    cells.map((cell, i) => (i === 0 || i === 3 ? padEnd(cell, widths[i] ?? 0) : padStart(cell, widths[i] ?? 0)));
  const lines = [style('heading', line(head).join('  ').trimEnd())];
  for (const [i, row] of rows.entries()) {
    const cells = line(row);
    const verdict = shown[i]?.verdict ?? 'none';
    lines.push(`${cells.slice(0, 3).join('  ')}  ${style(tones[verdict], verdict)}`);
  }
  const rest = destinations.filter((destination) => !shown.includes(destination));
  if (rest.length > 0) lines.push(style('quiet', restLine(rest)));
  return lines;
}

function restLine(rest: readonly DestinationReport[]): string {
  const counts = (['flat', 'decaying', 'too-little-data', 'none'] as const)
    .map((verdict) => ({ verdict, count: rest.filter((destination) => destination.verdict === verdict).length }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${verdict}`);
  return `and ${rest.length} more: ${counts.join(', ')}`;
}

/** `109 of 649  16.8 %`, and for a decryption log `109`. */
function spellSide({ ended, failed }: SideTally, kind: FailureReport['kind']): string {
  if (kind === 'decryption') return String(failed);
  if (ended === 0) return 'no session';
  return `${failed} of ${ended}${failed === 0 ? '' : ` (${spellShare(failed / ended)})`}`;
}

function destinationLines(
  destination: DestinationReport,
  report: FailureReport,
  width: number,
  style: Styler,
): string[] {
  const { tally, verdict } = destination;
  const what =
    report.kind === 'traffic'
      ? 'share of sessions that failed, by the time they ended'
      : 'failed handshakes in 5 minutes';
  return [
    `${style('heading', printable(tally.name))}  ${style(tones[verdict], verdict)}`,
    ...(tally.before.failed > 0 ? [`  before: ${spellFailures(tally.before)}`] : []),
    `  after:  ${spellFailures(tally.after)}`,
    style('quiet', `  ${what}${report.inUtc ? ', UTC' : ''}`),
    ...chartLines(courseOf(destination, report, spellShare), width - 2, style).map((line) => `  ${line}`),
  ];
}

/** The most frequent first. */
function spellFailures({ failures }: SideTally): string {
  return [...failures]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${count} ${printable(name)}`)
    .join(', ');
}

function verdictLines(report: FailureReport, width: number, style: Styler): string[] {
  const verdict = report.verdict ?? 'too-little-data';
  return [
    `${style('heading', 'verdict:')} ${style(tones[verdict], verdict)}`,
    ...adviceFor(report).flatMap((text) => wrap(text, Math.min(width, 100) - 2).map((line) => `  ${line}`)),
  ];
}

/** Percent, with as many digits as matter. */
function spellShare(share: number): string {
  const percent = share * 100;
  return `${percent === 0 || percent >= 10 ? Math.round(percent) : percent >= 0.1 ? percent.toFixed(1) : '<0.1'} %`;
}
