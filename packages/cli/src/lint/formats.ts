import { type LintReport, lintJson, lintText, type Styler } from '@shortfuse/core';
import { version } from '../version.js';
import type { FormatName } from './format-names.js';
import { type FormatContext, reportRoot } from './formats/context.js';

/** What formats that are for people need to know of the place they are printed to. */
export interface PrintContext {
  readonly style: Styler;
  readonly columns: number;
}

/**
 * A report in one of the formats. Each ends with a newline, except that github is empty where there is nothing to say. What
 * belongs to one format only is loaded when it is asked for.
 */
export async function formatReport(name: FormatName, report: LintReport, context: PrintContext): Promise<string> {
  switch (name) {
    case 'text':
      return lintText(report, context);
    case 'json':
      return lintJson(report);
    case 'sarif':
      return (await import('./formats/sarif.js')).lintSarif(report, placeOfRun());
    case 'github':
      return (await import('./formats/github.js')).lintGithub(report, placeOfRun());
    case 'gitlab':
      return (await import('./formats/gitlab.js')).lintGitlab(report, placeOfRun());
    case 'junit':
      return (await import('./formats/junit.js')).lintJunit(report, placeOfRun());
    case 'checkstyle':
      return (await import('./formats/checkstyle.js')).lintCheckstyle(report, placeOfRun());
    case 'rdjson':
      return (await import('./formats/rdjson.js')).lintRdjson(report, placeOfRun());
    case 'markdown':
      return (await import('./formats/markdown.js')).lintMarkdown(report, placeOfRun());
  }
}

function placeOfRun(): FormatContext {
  const cwd = process.cwd();
  return { version, cwd, root: reportRoot(cwd) };
}

/** Does a format say what `patch` would do? To work that out takes as long as the patch. */
export function wantsFixes(name: FormatName): boolean {
  return name === 'json' || name === 'sarif' || name === 'rdjson' || name === 'markdown';
}
