import type { Finding, LintReport, Severity } from '@shortfuse/core';
import { type FormatContext, pathInRepository } from './context.js';
import { byteRangeOf } from './range.js';
import { detailLines, homePage, oneLine, pathText, readingId, rulePage, unreadIn } from './wording.js';

/**
 * The Reviewdog Diagnostic Format, one JSON object. Columns count bytes, as the format wants it. What `patch` would do about a
 * finding is a suggestion where it is in the finding's own file: reviewdog offers it as a change to accept.
 * Source: https://github.com/reviewdog/reviewdog/blob/master/proto/rdf/reviewdog.proto
 */
export function lintRdjson(report: LintReport, context: FormatContext): string {
  const pathOf = (path: string): string => pathInRepository(path, context);
  const diagnostics = [
    ...unreadIn(report).map(({ severity, path, at, message, help }) => ({
      message: [oneLine(message), ...(help === '' ? [] : [`help: ${oneLine(help)}`])].join('\n'),
      location: { path: pathText(pathOf(path)), ...(at ? { range: byteRangeOf(at) } : {}) },
      severity: severities[severity],
      code: { value: readingId },
    })),
    ...report.findings.map((finding) => ({
      message: [oneLine(finding.message), ...detailLines(finding, pathOf)].join('\n'),
      location: { path: pathText(pathOf(finding.at.file.path)), range: byteRangeOf(finding.at) },
      severity: severities[finding.severity],
      code: { value: finding.rule, url: rulePage(finding.rule) },
      ...suggestionsOf(finding),
    })),
  ];
  const worst = diagnostics.some(({ severity }) => severity === 'ERROR') ? 'ERROR' : 'WARNING';
  return `${JSON.stringify(
    {
      source: { name: 'shortfuse', url: homePage },
      ...(diagnostics.length > 0 ? { severity: worst } : {}),
      diagnostics,
    },
    undefined,
    2,
  )}\n`;
}

const severities: Readonly<Record<Severity, 'ERROR' | 'WARNING'>> = { error: 'ERROR', warning: 'WARNING' };

/**
 * A suggestion is accepted on its own and takes the place of the lines that the diagnostic is about: what takes several edits,
 * or one on other lines, is none.
 */
function suggestionsOf({ at, fix = [] }: Finding) {
  const [only, ...more] = fix;
  if (!only || more.length > 0 || only.file !== at.file) return {};
  const range = byteRangeOf({ file: only.file, span: only.edit.span });
  const lines = byteRangeOf(at);
  if (range.start.line !== lines.start.line || range.end.line !== lines.end.line) return {};
  return { suggestions: [{ range, text: only.edit.after }] };
}
