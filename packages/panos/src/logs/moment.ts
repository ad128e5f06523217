/** Seconds since 1970-01-01 00:00:00 on the clock that a time was read from: no time zone is applied. */
export type ClockSeconds = number;

/** A point in time that a person wrote. */
export interface Moment {
  readonly seconds: ClockSeconds;
  /** Seconds east of UTC; undefined where none was written: then it is the clock of the firewall. */
  readonly offset?: number;
}

/**
 * Reads a row's time, `YYYY/MM/DD HH:MM:SS`, from `bytes[start, end)`. Leading zeros may be missing, as spreadsheets save it,
 * and `-` may stand for `/`. NaN for anything else, such as a 30th of February. Never throws.
 */
export function readRowTime(bytes: Uint8Array, start: number, end: number): ClockSeconds {
  // Two of them are read for each row of a log, so nothing is allocated here.
  let at = start;
  let digits = digitsAt(bytes, at, end, 4);
  const year = digits === 4 ? numberAt(bytes, at, digits) : Number.NaN;
  at += digits;
  if (!isDateSeparator(bytes[at])) return Number.NaN;
  digits = digitsAt(bytes, ++at, end, 2);
  const month = numberAt(bytes, at, digits);
  at += digits;
  if (!isDateSeparator(bytes[at])) return Number.NaN;
  digits = digitsAt(bytes, ++at, end, 2);
  const day = numberAt(bytes, at, digits);
  at += digits;
  if (bytes[at] !== 0x20 && bytes[at] !== 0x54) return Number.NaN;
  digits = digitsAt(bytes, ++at, end, 2);
  const hour = numberAt(bytes, at, digits);
  at += digits;
  if (bytes[at] !== 0x3a) return Number.NaN;
  digits = digitsAt(bytes, ++at, end, 2);
  const minute = numberAt(bytes, at, digits);
  at += digits;
  if (bytes[at] !== 0x3a) return Number.NaN;
  digits = digitsAt(bytes, ++at, end, 2);
  const second = numberAt(bytes, at, digits);
  return at + digits === end ? clockSeconds(year, month, day, hour, minute, second) : Number.NaN;
}

/** How many digits stand at a place, up to `most`. */
function digitsAt(bytes: Uint8Array, start: number, end: number, most: number): number {
  const last = Math.min(end, start + most);
  let at = start;
  while (at < last && isDigit(bytes[at] ?? 0)) at++;
  return at - start;
}

/** NaN for no digits. */
function numberAt(bytes: Uint8Array, start: number, digits: number): number {
  let value = digits === 0 ? Number.NaN : 0;
  for (let at = start; at < start + digits; at++) value = value * 10 + (bytes[at] ?? 0) - 0x30;
  return value;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isDateSeparator(byte: number | undefined): boolean {
  return byte === 0x2f || byte === 0x2d;
}

const written =
  /^(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)? *(Z|UTC|[+-]\d{2}:?\d{2})?$/i;

/**
 * Reads a time as people write it on a command line: `2026/03/10 02:00:00`, `2026-03-10T02:00+01:00`, `2026-03-10 02:00Z`, or a
 * day alone, which is its start. Undefined for anything else.
 */
export function readMoment(text: string): Moment | undefined {
  const [, year, month, day, hour = '0', minute = '0', second = '0', zone] = written.exec(text.trim()) ?? [];
  if (year === undefined) return undefined;
  const seconds = clockSeconds(+year, Number(month), Number(day), +hour, +minute, +second);
  if (Number.isNaN(seconds)) return undefined;
  const offset = zone === undefined ? undefined : readOffset(zone);
  if (zone !== undefined && offset === undefined) return undefined;
  return offset === undefined ? { seconds } : { seconds, offset };
}

/** Seconds east of UTC: `+01:00`, `-0530`, `+2`, `Z` or `UTC`. Undefined for anything else and beyond 14 hours. */
export function readOffset(text: string): number | undefined {
  if (/^(?:z|utc)$/i.test(text)) return 0;
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(text) ?? [];
  if (hours === undefined || +minutes > 59) return undefined;
  const seconds = +hours * 3600 + +minutes * 60;
  if (seconds > 14 * 3600) return undefined;
  return sign === '-' && seconds !== 0 ? -seconds : seconds;
}

/** NaN where a part is out of its range or NaN. A leap second is the last second of its minute's day. */
function clockSeconds(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): ClockSeconds {
  const isInRange =
    month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) && hour <= 23 && minute <= 59 && second <= 60;
  if (!isInRange) return Number.NaN;
  return daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** In the Gregorian calendar, with years that start in March so that the leap day is the last. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** `2026/03/10 02:00:00`, as firewalls write it. */
export function spellTime(seconds: ClockSeconds): string {
  const days = Math.floor(seconds / 86_400);
  const ofDay = seconds - days * 86_400;
  // The way back of daysSince1970.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(year).padStart(4, '0')}/${two(month)}/${two(day)} ${two(Math.floor(ofDay / 3600))}:${two(Math.floor(ofDay / 60) % 60)}:${two(ofDay % 60)}`;
}
