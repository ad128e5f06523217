import { plain, type Seconds, type Styler, spellDuration } from '@shortfuse/core';
import type { Coverage } from './coverage.js';
import { summaryOf } from './report.js';
import { headLines, unusedLines } from './text/firewall.js';
import { listenerLines } from './text/listeners.js';
import { counted, type Page, paragraph, spell } from './text/page.js';
import { ruleLines } from './text/rules.js';
import type { SpokenSwitching } from './text/switch-on.js';

export interface CoverageTextOptions {
  readonly targetSeconds: Seconds;
  readonly style?: Styler;
  /** The report is no wider than this; below 60 it is 60. */
  readonly columns?: number;
  /** What leases say of it. Without them nothing is said of when a rule may be switched on. */
  readonly switching?: SpokenSwitching;
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
    ruleLines(found, page, options.switching),
    listenerLines(found, page),
    unusedLines(found, page),
    closingLines(found, page),
  ]
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
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
