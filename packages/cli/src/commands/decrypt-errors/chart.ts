import { padEnd, padStart, type Styler, type Tone } from '@shortfuse/core';
import { spellTime } from '@shortfuse/panos';

/** What is drawn: a value for each bucket of time. */
export interface Course {
  /** In order of time. `level` is undefined where nothing was seen. */
  readonly points: readonly { readonly start: number; readonly level: Level | undefined; readonly isAfter: boolean }[];
  readonly bucketSeconds: number;
  /** Seconds, on the clock of the points: where a line is drawn between them. */
  readonly switchedOn: number;
  /** What the line is. */
  readonly mark: string;
  /** Writes a value at the axis. */
  readonly spell: (value: number) => string;
}

/** Summed where several buckets share a column: the value is `part / whole`. */
export interface Level {
  readonly part: number;
  readonly whole: number;
}

const height = 6;
/** Wider bars only look heavier. */
const widestBar = 4;
/** A value at the axis is no wider. */
const labelRoom = 7;

interface Column {
  readonly value: number | undefined;
  readonly isAfter: boolean;
}

/**
 * Bars over time in plain characters, with a line where inspection was switched on. `_` is a time without failures, a blank
 * one without sessions; `.` and `:` are less than half a line and more. No wider than `width`, at least 40.
 */
export function chartLines(course: Course, width: number, style: Styler): string[] {
  const { points, switchedOn, mark, spell } = course;
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return [];
  const room = Math.max(30, width - labelRoom - 3);
  const together = Math.ceil(points.length / room);
  const bar = Math.max(1, Math.min(widestBar, Math.floor(room / points.length)));
  const columns = columnsOf(points, together);
  const before = columns.filter(({ isAfter }) => !isAfter).length;
  const highest = Math.max(Number.MIN_VALUE, ...columns.map(({ value }) => value ?? 0));
  const labelWidth = Math.max(spell(0).length, spell(highest).length);

  const paint = (tone: Tone, text: string): string => (text === '' ? '' : style(tone, text));
  const lines: string[] = [];
  for (let row = height - 1; row >= 0; row--) {
    const label = row === height - 1 ? spell(highest) : row === 0 ? spell(0) : '';
    const cells = columns.map(({ value }) => cell(value, highest, row).repeat(bar));
    const left = cells.slice(0, before).join('');
    // Nothing stands at the end of a line.
    const right = cells.slice(before).join('').trimEnd();
    const bars = `${style('quiet', '|')}${paint('warn', left)}${style('strong', '|')}${paint('bad', right)}`;
    lines.push(`${padStart(label, labelWidth)} ${bars}`);
  }
  const end = last.start + course.bucketSeconds;
  const isOneDay = spellTime(first.start).slice(0, 10) === spellTime(end - 1).slice(0, 10);
  const shown = (seconds: number): string => spellTime(seconds).slice(isOneDay ? 11 : 5, 16);
  const axis = placeLabels(
    [
      ...(before > 0 ? [{ at: 0, text: shown(first.start) }] : []),
      { at: before * bar, text: `${shown(switchedOn)} ${mark}` },
      { at: columns.length * bar, text: shown(end) },
    ],
    columns.length * bar + 1,
  );
  lines.push(`${' '.repeat(labelWidth + 2)}${style('quiet', axis)}`);
  return lines;
}

/** Puts neighbours of one side together, so many that the chart fits. */
function columnsOf(points: Course['points'], together: number): Column[] {
  const columns: Column[] = [];
  for (const isAfter of [false, true]) {
    const side = points.filter((point) => point.isAfter === isAfter);
    // The last column of before ends at the line, the first of after starts there.
    const offset = isAfter ? 0 : side.length % together;
    for (let at = offset === 0 ? 0 : offset - together; at < side.length; at += together) {
      const levels = side.slice(Math.max(0, at), at + together).flatMap(({ level }) => (level ? [level] : []));
      const part = levels.reduce((sum, level) => sum + level.part, 0);
      const whole = levels.reduce((sum, level) => sum + level.whole, 0);
      columns.push({ value: whole === 0 ? undefined : part / whole, isAfter });
    }
  }
  return columns;
}

function cell(value: number | undefined, highest: number, row: number): string {
  if (value === undefined) return ' ';
  const filled = (value / highest) * height - row;
  if (filled >= 1) return '#';
  if (filled >= 0.5) return ':';
  if (filled > 0) return '.';
  return row === 0 ? '_' : ' ';
}

/** Texts at their places in one line; the last ends at its place. One that would touch its neighbour is left out. */
function placeLabels(labels: readonly { readonly at: number; readonly text: string }[], width: number): string {
  let line = '';
  for (const [i, { at, text }] of labels.entries()) {
    const isLast = i === labels.length - 1;
    const start = isLast ? Math.max(0, width - text.length) : at;
    const next = labels[i + 1];
    // The moment of the switch matters more than where the chart begins.
    if (i === 0 && next && !isLast && text.length + 1 > next.at) continue;
    if (line !== '' && start < line.length + 1) continue;
    line = padEnd(line, start) + text;
  }
  return line;
}
