import { type Instant, readDuration, readInstant } from '@shortfuse/core';
import { UsageError } from '../exit.js';

/** What time it is. `SHORTFUSE_NOW` says so instead, for trying out what comes later. @throws UsageError where it is no time */
export function now(env: NodeJS.ProcessEnv = process.env): Instant {
  const said = env['SHORTFUSE_NOW'];
  if (said === undefined || said === '') return Date.now();
  const instant = readTime(said);
  if (instant === undefined) throw new UsageError(`error: SHORTFUSE_NOW=${said}: no time\n  help: ${timeHelp}`);
  return instant;
}

export const timeHelp = 'write a time such as 2026-12-02, 2026-12-02T18:00 (local time) or 2026-12-02T17:00:00Z';

/**
 * Reads a time as people type it: a day, which means its beginning, a day and a time in the local zone, or with a zone of its
 * own. A blank may stand for the T. `undefined` for anything else.
 */
export function readTime(text: string): Instant | undefined {
  const full = readInstant(text.replace(' ', 'T'));
  if (full !== undefined) return full;
  const parts = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text);
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  // The constructor takes the year 50 for 1950.
  const date = new Date(2000, 0);
  date.setFullYear(year, month - 1, day);
  date.setHours(hour, minute, second);
  // A day such as February 30 would silently become another one.
  const isReal = date.getMonth() === month - 1 && date.getDate() === day && hour < 24 && minute < 60 && second < 60;
  return isReal ? date.getTime() : undefined;
}

/** The end of a lease from `--for` or `--until`, a week from now where neither is given. @throws UsageError */
export function leaseEnd(from: Instant, options: { readonly for?: string; readonly until?: string }): Instant {
  if (options.for !== undefined && options.until !== undefined)
    throw new UsageError('error: --for and --until both say when the change ends\n  help: give one of them');
  if (options.until !== undefined) {
    const until = readTime(options.until);
    if (until === undefined) throw new UsageError(`error: --until ${options.until}: no time\n  help: ${timeHelp}`);
    if (until <= from) throw new UsageError(`error: --until ${options.until} is in the past`);
    return recordable(until, `--until ${options.until}`);
  }
  const seconds = readDuration(options.for ?? '7d');
  if (seconds === undefined || seconds === 0)
    throw new UsageError(`error: --for ${options.for}: no duration\n  help: write 12h, 7d or 1d12h`);
  return recordable(from + seconds * 1000, `--for ${options.for}`);
}

/** Later times are written in another form, which a lease does not have. */
function recordable(end: Instant, option: string): Instant {
  if (end <= Date.UTC(9999, 11, 31, 23, 59, 59)) return end;
  throw new UsageError(`error: ${option}: ends after the year 9999\n  help: write 12h, 7d or 1d12h`);
}

/** A time for people: local, with its zone. */
export function shownTime(instant: Instant): string {
  const date = new Date(instant);
  const two = (number: number): string => String(number).padStart(2, '0');
  const zone =
    new Intl.DateTimeFormat('en', { timeZoneName: 'short' })
      .formatToParts(date)
      .find(({ type }) => type === 'timeZoneName')?.value ?? 'local time';
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ${zone}`
  );
}
