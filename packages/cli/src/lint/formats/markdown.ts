import { countUnread, type Finding, type LintReport, positionOf, spellDuration } from '@shortfuse/core';
import { type FormatContext, pathInRepository } from './context.js';
import { editBlock } from './markdown-diff.js';
import { listenerRows } from './markdown-listeners.js';
import { code, codeInCell, fitting, plainText } from './markdown-text.js';
import { pathText, placeText, rulePage, type Unread, unreadIn } from './wording.js';

/** By this a script finds the comment that it made before. Nobody sees it. */
const marker = '<!-- shortfuse-lint -->';

/** GitHub takes no comment of more than 65,536 characters. What does not fit is counted. */
const room = { unread: 7000, findings: 20_000, listeners: 10_000, details: 21_000, remarks: 4000 } as const;

/**
 * A comment for a pull request: a headline, the findings, the listeners before and after the patch, and the details folded
 * away. No longer than 65,000 characters. Ends with a newline.
 */
export function lintMarkdown(report: LintReport, context: FormatContext): string {
  const pathOf = (path: string): string => pathInRepository(path, context);
  // What does not fit is cut at the end, and that should not be an error.
  const findings = [...report.findings].sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'));
  const sections = [
    [marker, `### shortfuse: ${headline(report)}`],
    [scope(report)],
    unreadSection(report, pathOf),
    findingSection(findings, pathOf),
    listenerSection(report, pathOf),
    detailSection(findings, pathOf),
    remarkSection(report, pathOf),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headline(report: LintReport): string {
  const { errors, warnings } = report.summary;
  const unread = countUnread(report);
  const parts = [
    ...(errors > 0 ? [counted(errors, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
    ...(unread > 0 ? [`${counted(unread, 'place')} not judged`] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : 'no findings';
}

function scope({ summary, targetSeconds }: LintReport): string {
  const { files, listeners, suppressed, baselined } = summary;
  const aside = [
    ...(suppressed > 0 ? [`${suppressed} silenced by comments`] : []),
    ...(baselined > 0 ? [`${baselined} in the baseline`] : []),
  ];
  return `${counted(listeners, 'listener')} in ${counted(files, 'file')}, target ${spellDuration(targetSeconds)}${aside.length > 0 ? `; ${aside.join(', ')}` : ''}.`;
}

/** What was not judged, before anything else. */
function unreadSection(report: LintReport, pathOf: (path: string) => string): readonly string[] {
  if (countUnread(report) === 0) return [];
  const items = unreadIn(report).filter(({ severity }) => severity === 'error');
  const listed = listOf(items, room.unread, pathOf);
  return [
    '**What could not be read was not judged: no finding does not mean that there is nothing.**',
    ...(listed.length > 0 ? ['', ...listed] : []),
  ];
}

/** Remarks on texts that were read, and that no finding makes. They come last: there can be many, and nothing fails for them. */
function remarkSection(report: LintReport, pathOf: (path: string) => string): readonly string[] {
  const items = unreadIn(report).filter(({ severity }) => severity === 'warning');
  if (items.length === 0) return [];
  return folded(`${counted(items.length, 'remark')} on what was read`, listOf(items, room.remarks, pathOf));
}

function listOf(items: readonly Unread[], space: number, pathOf: (path: string) => string): readonly string[] {
  const { blocks, left } = fitting(
    items.map((item) => unreadItem(item, pathOf)),
    space,
  );
  return left > 0 ? [...blocks, `- and ${left} more`] : blocks;
}

function unreadItem({ severity, path, at, message, help }: Unread, pathOf: (path: string) => string): string {
  const place = code(at ? placeText(at, pathOf) : pathText(pathOf(path)));
  const advice = help === '' ? '' : ` (${plainText(help, 300)})`;
  return `- ${place}: ${severity}: ${plainText(message, 300)}${advice}`;
}

function findingSection(findings: readonly Finding[], pathOf: (path: string) => string): readonly string[] {
  if (findings.length === 0) return [];
  const rows = findings.map(({ rule, severity, at, message }) => {
    const { line } = positionOf(at.file, at.span.start);
    const word = severity === 'error' ? '**error**' : 'warning';
    return `| ${word} | ${codeInCell(`${pathText(pathOf(at.file.path))}:${line}`)} | ${plainText(message, 300)} | [${rule}](${rulePage(rule)}) |`;
  });
  const { blocks, left } = fitting(rows, room.findings);
  return [
    '| | where | what | rule |',
    '|---|---|---|---|',
    ...blocks,
    ...(left > 0 ? ['', `… and ${left} more findings.`] : []),
  ];
}

function listenerSection(report: LintReport, pathOf: (path: string) => string): readonly string[] {
  const { head, rows } = listenerRows(report, pathOf);
  if (rows.length === 0) return [];
  const { blocks, left } = fitting(rows, room.listeners);
  return [...head, ...blocks, ...(left > 0 ? ['', `… and ${left} more rows of listeners.`] : [])];
}

function detailSection(findings: readonly Finding[], pathOf: (path: string) => string): readonly string[] {
  if (findings.length === 0) return [];
  const items = findings.map((finding) => detailItem(finding, pathOf));
  const { blocks, left } = fitting(items, room.details);
  return folded('Why it matters, and what to do', [
    blocks.join('\n\n'),
    ...(left > 0 ? ['', `… and ${left} more findings; <code>--format text</code> has them all.`] : []),
  ]);
}

/** Blank lines within the tags are what makes their content Markdown again. */
function folded(summary: string, lines: readonly string[]): readonly string[] {
  return ['<details>', `<summary>${summary}</summary>`, '', ...lines, '', '</details>'];
}

function detailItem(
  { rule, at, message, why, help, related, fix = [] }: Finding,
  pathOf: (path: string) => string,
): string {
  const [first] = fix;
  const moreEdits = fix.length > 1 ? [`… and ${counted(fix.length - 1, 'more edit')}.`] : [];
  return [
    `**${rule}** at ${code(placeText(at, pathOf))}: ${plainText(message)}`,
    '',
    ...(why === '' ? [] : [`- why: ${plainText(why)}`]),
    ...(help === '' ? [] : [`- help: ${plainText(help)}`]),
    ...related.map((place) => `- see ${code(placeText(place.at, pathOf))}: ${plainText(place.message)}`),
    ...(first ? ['', ...editBlock(first, pathOf), ...moreEdits] : []),
  ].join('\n');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
