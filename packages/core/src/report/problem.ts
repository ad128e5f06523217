import type { Problem } from '../problem.js';
import { positionOf } from '../source.js';
import type { PathProblem } from './audit.js';
import { padStart, printable, widthOf } from './layout.js';
import type { Styler, Tone } from './style.js';

/** The source excerpt takes no more columns than this; a line may have millions. */
const excerptColumns = 96;

/**
 * A problem as compilers print theirs: `file:line:column: error: message`, for errors the line with the place marked, and
 * what to do. Ends with a newline.
 */
export function problemText({ severity, at, message, help }: Problem, style: Styler): string {
  const { line, column } = positionOf(at.file, at.span.start);
  const head = headLine(`${at.file.path}:${line}:${column}`, severity, message, style);
  return head + (severity === 'error' ? excerptOf(at, style) : '') + helpLine(help, style);
}

/** The same for a path, which has no line. */
export function pathProblemText({ path, message, help }: PathProblem, style: Styler): string {
  return headLine(path, 'error', message, style) + helpLine(help, style);
}

function headLine(place: string, severity: Problem['severity'], message: string, style: Styler): string {
  const word = style(severity === 'error' ? 'bad' : 'warn', `${severity}:`);
  return `${style('strong', `${printable(place)}:`)} ${word} ${printable(message)}\n`;
}

function helpLine(help: string, style: Styler): string {
  return help === '' ? '' : `  ${style('quiet', 'help:')} ${printable(help)}\n`;
}

/** The line of a place with the place marked below it, in two lines; nothing where the line is blank. */
export function excerptOf({ file, span }: Problem['at'], style: Styler, tone: Tone = 'bad'): string {
  const { text } = file;
  const { line, column } = positionOf(file, span.start);
  const number = String(line);
  const room = excerptColumns - number.length - 5;
  const start = Math.min(span.start, text.length);
  const lineStart = start - (column - 1);
  // Only as much of the line as can be shown is looked at.
  const from = start - lineStart > room * 0.7 ? start - Math.floor(room * 0.4) : lineStart;
  const piece = text.slice(from, from + room);
  const lineEnd = piece.search(/[\r\n]/);
  const shown = lineEnd === -1 ? piece : piece.slice(0, lineEnd);
  if (shown.trim() === '') return '';
  const visible = (part: string): string => printable(part.replaceAll('\t', '  '));
  const before = visible(shown.slice(0, start - from));
  const marked = visible(shown.slice(start - from, Math.max(span.end, start + 1) - from));
  const after = visible(shown.slice(Math.max(span.end, start + 1) - from));
  // Escapes for invisible characters may make a line longer than what was cut out of the file.
  const whole = [...(before + marked + after)].slice(0, room).join('');
  const indent = Math.min(widthOf(before), room - 1);
  const carets = Math.max(1, Math.min(widthOf(marked), room - indent));
  const bar = style('quiet', '|');
  return (
    `  ${style('quiet', number)} ${bar} ${whole}\n` +
    `  ${padStart('', number.length)} ${bar} ${' '.repeat(indent)}${style(tone, '^'.repeat(carets))}\n`
  );
}
