import type { LintReport, Location, Severity } from '@shortfuse/core';
import { type FormatContext, pathInRepository } from './context.js';
import { fingerprintDigest } from './fingerprint.js';
import { lastLineOf, rangeOf } from './range.js';
import { paragraph, pathText, readingId, unreadIn } from './wording.js';

/**
 * A report of GitLab's code quality, for `artifacts: reports: codequality`. GitLab compares the fingerprints of two branches
 * to tell what is new, and shows one issue for each.
 * Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
 */
export function lintGitlab(report: LintReport, context: FormatContext): string {
  const issues = [
    ...unreadIn(report).map(({ severity, path, at, message, help }) => ({
      description: paragraph({ message, help }),
      check_name: readingId,
      fingerprint: fingerprintDigest([readingId, pathInRepository(path, context), message].join('|')),
      // What is not judged is worse than anything that was.
      severity: severity === 'error' ? 'blocker' : 'minor',
      location: locationOf(pathInRepository(path, context), at),
    })),
    ...report.findings.map(({ rule, severity, at, message, help }, i) => ({
      description: paragraph({ message, help }),
      check_name: rule,
      fingerprint: fingerprintDigest(report.fingerprints[i] ?? ''),
      severity: severities[severity],
      location: locationOf(pathInRepository(at.file.path, context), at),
    })),
  ];
  return `${JSON.stringify(unlikeEachOther(issues), undefined, 2)}\n`;
}

const severities: Readonly<Record<Severity, 'major' | 'minor'>> = { error: 'major', warning: 'minor' };

/** By lines, as every version of GitLab reads it. */
function locationOf(path: string, at: Location | undefined) {
  if (!at) return { path: pathText(path), lines: { begin: 1 } };
  const range = rangeOf(at);
  return { path: pathText(path), lines: { begin: range.start.line, end: lastLineOf(range) } };
}

/** Numbers issues with one fingerprint, of which GitLab would show the first. */
function unlikeEachOther<Issue extends { readonly fingerprint: string }>(issues: readonly Issue[]): readonly Issue[] {
  const seen = new Map<string, number>();
  return issues.map((issue) => {
    const count = (seen.get(issue.fingerprint) ?? 0) + 1;
    seen.set(issue.fingerprint, count);
    return count === 1 ? issue : { ...issue, fingerprint: fingerprintDigest(`${issue.fingerprint}#${count}`) };
  });
}
