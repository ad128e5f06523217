import { plain, printable, type Seconds, type Styler, spellDuration, wrap } from '@shortfuse/core';
import type { Coverage } from './coverage.js';
import { summaryOf } from './report.js';
import { riskOf } from './risk.js';
import { listenerLines } from './text/listeners.js';
import { counted, more, most, type Page, paragraph, spell } from './text/page.js';
import { ruleLines, type SwitchOn } from './text/rules.js';

export interface CoverageTextOptions {
  readonly targetSeconds: Seconds;
  readonly style?: Styler;
  /** The report is no wider than this; below 60 it is 60. */
  readonly columns?: number;
  /** From when a rule may be switched on, in the words of the reader's clock. Without it nothing is said of it. */
  readonly switchOn?: SwitchOn;
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

function unusedLines({ coveredWithoutListener: texts }: Coverage, page: Page): string[] {
  if (texts.length === 0) return [];
  const lines = [page.style('heading', 'destinations of inbound rules where no listener is known')];
  const shown = texts.slice(0, most.destinations);
  for (const text of shown) lines.push(`  ${printable(text)}`);
  if (shown.length < texts.length) lines.push(...more(texts.length - shown.length, 'destinations', page));
  return lines;
}

function closingLines(found: Coverage, page: Page): string[] {
  const { enabledRules, listeners, covered, undecided, notCovered, aboveTarget, unknown, longestSeconds } = summaryOf(
    found,
    page.target,
  );
  const perhaps = undecided === 0 ? '' : `, ${undecided} perhaps`;
  const counts = `${counted(enabledRules, 'enabled inbound rule')}; ${counted(listeners, 'listener')}: ${covered} covered${perhaps}, ${notCovered} not`;
  if (covered === 0) return paragraph(counts, 0, page);
  const longest = longestSeconds === null ? '' : `, longest ${spell(longestSeconds)}`;
  const ofThese = `of the covered ${aboveTarget} above the target of ${spellDuration(page.target)}, ${unknown} unknown${longest}`;
  return [...paragraph(counts, 0, page), ...paragraph(ofThese, 0, page)];
}
