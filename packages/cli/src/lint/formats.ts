import { type LintReport, lintJson, lintText, type Styler } from '@shortfuse/core';
import type { FormatName } from './format-names.js';

/** What formats that are for people need to know of the place they are printed to. */
export interface FormatContext {
  readonly style: Styler;
  readonly columns: number;
}

/** A report in one of the formats. Each ends with a newline. */
export async function formatReport(name: FormatName, report: LintReport, context: FormatContext): Promise<string> {
  switch (name) {
    case 'text':
      return lintText(report, context);
    case 'json':
      return lintJson(report);
  }
}

/** Does a format say what `patch` would do? To work that out takes as long as the patch. */
export function wantsFixes(name: FormatName): boolean {
  return name !== 'text';
}
