/** A point in time: milliseconds since 1970-01-01 UTC. Core never asks what time it is; it is told. */
export type Instant = number;

/** Reads an ISO 8601 time such as `2026-11-25T14:03:00Z`. `undefined` for anything else, and for a day that does not exist. */
export function readInstant(text: string): Instant | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/.exec(text);
  // Date.parse takes February 30 for March 2.
  if (!parts || Number(parts[3]) > daysIn(Number(parts[1]), Number(parts[2]))) return undefined;
  // biome-ignore lint/style/noRestrictedGlobals: Date.parse reads a text and no clock
  const instant = Date.parse(text);
  // An offset can lead out of the years that are written with four digits; such a time could not be read again.
  return Number.isNaN(instant) || instant < yearZero || instant >= year10000 ? undefined : instant;
}

const yearZero: Instant = -62_167_219_200_000;
const year10000: Instant = 253_402_300_800_000;

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Writes a time as ISO 8601 in UTC, to the second: `2026-11-25T14:03:00Z`. */
export function writeInstant(instant: Instant): string {
  // biome-ignore lint/style/noRestrictedGlobals: formats the time that it is given
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
