import type { LintReport, Location, Severity } from '@shortfuse/core';
import { type FormatContext, pathInRepository } from './context.js';
import { rangeOf } from './range.js';
import { paragraph, pathText, readingId, unreadIn } from './wording.js';
import { type Element, element, xmlDocument } from './xml.js';

/** The version of Checkstyle whose reports look like this. Readers ask for some. */
const formatVersion = '4.3';

/**
 * The XML of Checkstyle's reports: a `file` for each file with findings, an `error` for each finding, a warning likewise.
 * There is no end position in it.
 * Source: https://checkstyle.org/report_issue.html and checkstyle-report-1.0.0.xsd
 */
export function lintCheckstyle(report: LintReport, context: FormatContext): string {
  const errorsOf = new Map<string, Element[]>();
  const add = (path: string, error: Element): void => {
    const name = pathText(pathInRepository(path, context));
    const errors = errorsOf.get(name);
    if (errors) errors.push(error);
    else errorsOf.set(name, [error]);
  };
  for (const { severity, path, at, message, help } of unreadIn(report))
    add(path, errorElement(at, severity, readingId, message, help));
  for (const { rule, severity, at, message, help } of report.findings)
    add(at.file.path, errorElement(at, severity, rule, message, help));
  const files = [...errorsOf].map(([name, errors]) => element('file', { name }, errors));
  return xmlDocument(element('checkstyle', { version: formatVersion }, files));
}

function errorElement(
  at: Location | undefined,
  severity: Severity,
  source: string,
  message: string,
  help: string,
): Element {
  const { line, column } = at ? rangeOf(at).start : { line: 1, column: 1 };
  const text = paragraph({ message, help });
  return element('error', { line, column, severity, message: text, source: `shortfuse.${source}` });
}
