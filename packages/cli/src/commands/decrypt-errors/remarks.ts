import { printable, type Styler } from '@shortfuse/core';
import type { FailureReport, LogFacts, LogWarning, Rejection } from '@shortfuse/panos';

/** Why rows were rejected, for people. */
const rejections: Readonly<Record<Rejection, string>> = {
  type: 'no Type in them',
  columns: 'too few columns to tell how the session ended',
  time: 'a time that is not YYYY/MM/DD HH:MM:SS',
  port: 'no usable port',
  repeatCount: 'no usable Repeat Count',
  address: 'no IP address as destination',
  quotes: 'quotes that do not match',
  tooLong: 'more than a million characters',
};

/** Errors, warnings and notes, for standard error: `file:line: error: what`, and what to do. Empty where there are none. */
export function remarkText(
  { errors, warnings, notes, files, kind }: FailureReport,
  { style, onlyErrors }: { readonly style: Styler; readonly onlyErrors: boolean },
): string {
  const lines = errors.flatMap(({ file, line, why, help }) => [
    `${style('strong', `${printable(file)}:${line}:`)} ${style('bad', 'error:')} ${printable(why)}`,
    `  ${style('quiet', 'help:')} ${printable(help)}`,
  ]);
  if (!onlyErrors) {
    for (const warning of warnings) {
      const { place, what, more } = spellWarning(warning, files, kind);
      const head = place === undefined ? '' : `${style('strong', `${printable(place)}:`)} `;
      lines.push(`${head}${style('warn', 'warning:')} ${what}`, ...more.map((line) => `  ${line}`));
    }
    for (const note of notes) lines.push(`${style('warn', 'note:')} ${printable(note)}`);
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n\n`;
}

interface Spelled {
  readonly place?: string;
  readonly what: string;
  readonly more: readonly string[];
}

function spellWarning(warning: LogWarning, files: readonly LogFacts[], kind: FailureReport['kind']): Spelled {
  switch (warning.kind) {
    case 'empty':
      return { place: warning.file, what: 'no row in it: that is no proof that nothing failed', more: [] };
    case 'truncated':
      return {
        place: warning.file,
        what: `${warning.rows} rows, as many as an export may have: it is probably cut off, and figures are too small`,
        more: ['help: export a shorter time, or only what ended in the servers that are inspected'],
      };
    case 'no-end-reason':
      return {
        place: warning.file,
        what: `no column ${kind === 'traffic' ? 'Session End Reason' : 'Error Index'}: nobody knows how its sessions ended`,
        more: ['help: export it again with all columns'],
      };
    case 'rejected': {
      const facts = files.find(({ name, rejected }) => name === warning.file && rejected.size > 0);
      const of = facts ? ` of ${facts.rows}` : '';
      return {
        place: warning.file,
        what: `${warning.rows}${of} ${warning.rows === 1 && of === '' ? 'row' : 'rows'} could not be counted`,
        more: [...(facts?.rejected ?? [])].map(
          ([why, { count, line }]) => `${count}: ${rejections[why]} (first on line ${line})`,
        ),
      };
    }
    case 'duplicates':
      return {
        what: `${warning.rows} ${warning.rows === 1 ? 'row was' : 'rows were'} in the logs twice and counted once`,
        more: [],
      };
  }
}
