import type { Finding, LintReport, Location } from '@shortfuse/core';
import { type FormatContext, pathInRepository } from './context.js';
import { lastLineOf, rangeOf } from './range.js';
import { cutAt, detailLines, oneLine, pathText, readingId, type Unread, unreadIn } from './wording.js';

/** Runners cut a message of an annotation here, in the middle of a word. */
const longestMessage = 4096;

/**
 * Workflow commands of GitHub Actions, a line each: the runner turns them into annotations of the lines. It shows at most ten
 * errors and ten warnings of a step; the log has them all. Empty where there is nothing to say.
 * Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function lintGithub(report: LintReport, context: FormatContext): string {
  const pathOf = (path: string): string => pathInRepository(path, context);
  const unread = unreadIn(report);
  const said = (severity: Unread['severity']): readonly string[] =>
    unread.filter((one) => one.severity === severity).map((one) => unreadCommand(one, pathOf));
  // Remarks on texts that were read come last, lest they take the places of findings.
  const findings = report.findings.map((finding) => findingCommand(finding, pathOf));
  const commands = [...said('error'), ...findings, ...said('warning')];
  return commands.map((command) => `${command}\n`).join('');
}

function findingCommand(finding: Finding, pathOf: (path: string) => string): string {
  const { rule, severity, at, message } = finding;
  return command(severity, { file: pathText(pathOf(at.file.path)), ...placeOf(at), title: `shortfuse: ${rule}` }, [
    oneLine(message),
    ...detailLines(finding, pathOf),
  ]);
}

function unreadCommand({ severity, path, at, message, help }: Unread, pathOf: (path: string) => string): string {
  const title = severity === 'error' ? 'shortfuse: not judged' : `shortfuse: ${readingId}`;
  return command(severity, { file: pathText(pathOf(path)), ...(at ? placeOf(at) : { line: 1 }), title }, [
    oneLine(message),
    ...(help === '' ? [] : [`help: ${oneLine(help)}`]),
  ]);
}

/** Columns only where the place is on one line: the runner refuses them elsewhere. */
function placeOf(at: Location): Readonly<Record<string, number>> {
  const range = rangeOf(at);
  const { start, end } = range;
  const lines = { line: start.line, endLine: lastLineOf(range) };
  return start.line === end.line ? { ...lines, col: start.column, endColumn: end.column } : lines;
}

function command(
  name: 'error' | 'warning',
  properties: Readonly<Record<string, string | number>>,
  lines: readonly string[],
): string {
  const listed = Object.entries(properties).map(([key, value]) => `${key}=${propertyText(String(value))}`);
  return `::${name} ${listed.join(',')}::${dataText(cutAt(lines.join('\n'), longestMessage))}`;
}

function dataText(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** A comma would end the property, a colon could end the properties. */
function propertyText(text: string): string {
  return dataText(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
