import { spellDuration } from '../../duration.js';
import type { Finding } from '../../lint/finding.js';
import { countUnread, type LintReport, unreportedProblems } from '../../lint/report.js';
import { positionOf } from '../../source.js';
import { printable, wrap } from '../layout.js';
import { excerptOf, pathProblemText, problemText } from '../problem.js';
import { plain, type Styler } from '../style.js';
import { counted } from '../text/page.js';

export interface LintTextOptions {
  readonly style?: Styler;
  /** Sentences are broken at this width; at least 60. */
  readonly columns?: number;
}

/**
 * `lint --format text`: what could not be read first, then each finding as compilers print theirs, then one line that sums
 * up. Ends with a newline.
 */
export function lintText(report: LintReport, options: LintTextOptions = {}): string {
  const { style = plain, columns = 100 } = options;
  const width = Math.max(60, columns);
  const blocks = [
    ...report.pathProblems.map((problem) => pathProblemText(problem, style)),
    ...unreportedProblems(report).map((problem) => problemText(problem, style)),
    ...report.findings.map((finding) => findingText(finding, style, width)),
    `${closingLines(report, style).join('\n')}\n`,
  ];
  return blocks.join('\n');
}

/** `file:line:column: error[rule]: what`, the line with the place marked, other places, why, and what to type. */
function findingText(
  { rule, severity, at, message, why, help, related }: Finding,
  style: Styler,
  width: number,
): string {
  const { line, column } = positionOf(at.file, at.span.start);
  const tone = severity === 'error' ? 'bad' : 'warn';
  const place = style('strong', `${printable(at.file.path)}:${line}:${column}:`);
  const lines = [
    `${place} ${style(tone, `${severity}[${rule}]:`)} ${printable(message)}\n`,
    excerptOf(at, style, tone),
  ];
  for (const { at: other, message: said } of related) {
    const { line: otherLine, column: otherColumn } = positionOf(other.file, other.span.start);
    const where = `${printable(other.file.path)}:${otherLine}:${otherColumn}:`;
    lines.push(`  ${style('quiet', 'see:')}  ${where} ${printable(said)}\n`);
  }
  lines.push(labelled('why:', why, style, width), labelled('help:', help, style, width));
  return lines.join('');
}

/** Labels are padded so that their texts stand below each other. */
function labelled(label: string, text: string, style: Styler, width: number): string {
  if (text === '') return '';
  return wrap(printable(text), width - 8)
    .map((line, i) => (i === 0 ? `  ${style('quiet', label.padEnd(5))} ${line}\n` : `        ${line}\n`))
    .join('');
}

function closingLines(report: LintReport, style: Styler): string[] {
  const { files, listeners, errors, warnings, suppressed, baselined } = report.summary;
  const unread = countUnread(report);
  const read = `${counted(listeners, 'listener')} in ${counted(files, 'file')}, target ${spellDuration(report.targetSeconds)}`;
  const set = [
    ...(suppressed > 0 ? [`${suppressed} silenced by comments`] : []),
    ...(baselined > 0 ? [`${baselined} in the baseline`] : []),
  ];
  const aside = set.length > 0 ? ` (${set.join(', ')})` : '';
  const found =
    errors + warnings === 0
      ? style(unread > 0 ? 'warn' : 'good', `no findings${aside}`)
      : `${style(errors > 0 ? 'bad' : 'quiet', counted(errors, 'error'))}, ${style(warnings > 0 ? 'warn' : 'quiet', counted(warnings, 'warning'))}${aside}`;
  const incomplete =
    unread > 0
      ? [
          style(
            'bad',
            `${counted(unread, 'place')} could not be read: what ${unread === 1 ? 'it hides' : 'they hide'} was not judged`,
          ),
        ]
      : [];
  return [`${found} in ${read}`, ...incomplete];
}
