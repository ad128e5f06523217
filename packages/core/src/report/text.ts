import type { Configuration } from '../adapter.js';
import { spellDuration } from '../duration.js';
import { type Audit, countErrors, summarize } from './audit.js';
import { printable, shorten, widthOf, wrap } from './layout.js';
import { plain, type Styler, type Tone } from './style.js';
import { noteLines, numberNotes } from './text/notes.js';
import { counted, indented, mostPlaces, type Page } from './text/page.js';
import { ignoredLines, unattachedLines } from './text/settings.js';
import { tableLines } from './text/table.js';
import { spellLifetime } from './text/words.js';

export interface TextOptions {
  readonly style?: Styler;
  /** The report is no wider than this; below 80 it is 80, because a table needs some room. */
  readonly columns?: number;
  /** A table with more listeners than this puts those together that have everything but their name in common. */
  readonly longestTable?: number;
}

/**
 * The report of `audit` that people read. Ends with a newline. Problems are not part of it: they belong on standard
 * error, see `problemText`.
 */
export function auditText(audit: Audit, options: TextOptions = {}): string {
  const { style = plain, columns = 100, longestTable = 40 } = options;
  const page: Page = { style, columns: Math.max(80, columns), longestTable, target: audit.targetSeconds };
  const sections = audit.configurations
    .filter(({ listeners }) => listeners.length > 0)
    .map((configuration) => configurationLines(configuration, page));
  const rest = audit.configurations.filter(({ listeners }) => listeners.length === 0);
  return [...sections, unattachedLines(rest, page), idleLines(rest, page), closingLines(audit, page)]
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function configurationLines(configuration: Configuration, page: Page): string[] {
  const { listeners, assumptions } = configuration;
  const lines = [headingLine(configuration, page)];
  for (const assumption of assumptions)
    lines.push(...indented(assumption, 2, page).map((line) => page.style('quiet', line)));
  const notes = numberNotes(listeners);
  lines.push('', ...tableLines(listeners, notes, page));
  for (const section of [noteLines(notes, page), ignoredLines(listeners, page), unattachedLines([configuration], page)])
    if (section.length > 0) lines.push('', ...section);
  return lines;
}

/** Configurations that were read and have nothing to say. */
function idleLines(configurations: readonly Configuration[], page: Page): string[] {
  const idle = configurations.filter(({ unattached }) => unattached.length === 0);
  if (idle.length === 0) return [];
  const listed = idle.slice(0, mostPlaces).map(({ label }) => shorten(printable(label), page.columns - 5));
  const rest = idle.length > listed.length ? ` and ${idle.length - listed.length} more` : '';
  return [
    `  ${page.style('heading', 'read, no TLS listener')}`,
    ...wrap(listed.join(', ') + rest, page.columns - 4).map((line) => `    ${line}`),
  ];
}

function headingLine({ server, label, files, extent }: Configuration, page: Page): string {
  const tail = `  ${counted(files.length, 'file')}${extent === 'fragments' ? ', without the main file' : ''}`;
  const room = page.columns - widthOf(tail) - widthOf(server) - 2;
  return `${page.style('heading', `${server}  ${shorten(printable(label), room)}`)}${page.style('quiet', tail)}`;
}

function closingLines(audit: Audit, { style, columns, target }: Page): string[] {
  const { files, listeners, aboveTarget, unknown, longestSeconds } = summarize(audit);
  const errors = countErrors(audit);
  const warning = errors > 0 ? [style('bad', `${counted(errors, 'error')}: what they hide is not in this report`)] : [];
  if (listeners === 0) return [`${style('heading', 'no TLS listener')} in ${counted(files, 'file')}`, ...warning];
  const parts: readonly (readonly [tone: Tone | undefined, text: string])[] = [
    ['heading', `${counted(listeners, 'listener')} in ${counted(files, 'file')}`],
    [aboveTarget > 0 ? 'bad' : 'good', `${aboveTarget} above the target of ${spellDuration(target)}`],
    [unknown > 0 ? 'warn' : undefined, `${unknown} unknown`],
    [undefined, longestSeconds === null ? 'no lifetime is known' : `longest ${spellLifetime(longestSeconds)}`],
  ];
  const isShort = widthOf(parts.map(([, text]) => text).join(', ')) <= columns;
  const painted = parts.map(([tone, text]) => (tone === undefined ? text : style(tone, text)));
  return [...(isShort ? [painted.join(', ')] : painted), ...warning];
}
