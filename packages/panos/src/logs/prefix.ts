/** A syslog prefix is not looked for further into a line. Bytes. */
const longestPrefix = 2048;

/**
 * Where the row of a line starts: what a syslog server puts before it, in old style (`<14>Mar 10 01:31:55 fw-1 `), new style
 * (`<14>1 2026-03-10T01:31:06+01:00 fw-1 - - - - `) or its own, ends before `1,YYYY/`. `start` where there is no such place.
 */
export function startOfRow(bytes: Uint8Array, start: number, end: number): number {
  return Math.max(start, findRow(bytes, start, end));
}

/** Where a row starts in a line, as firewalls write it; -1 where there is none. */
export function findRow(bytes: Uint8Array, start: number, end: number): number {
  if (isRowStart(bytes, start, end)) return start;
  const last = Math.min(end, start + longestPrefix);
  for (let at = start + 1; at < last; at++) {
    // What is on a further line of a quoted field is no prefix.
    if (bytes[at] === 0x0a) return -1;
    if (bytes[at] !== 0x31 || !isRowStart(bytes, at, end)) continue;
    const before = bytes[at - 1] ?? 0;
    // `21,2026/…` is no start, nor is a field of a row: packets and start time are next to each other.
    if (before !== 0x2c && !isDigit(before)) return at;
  }
  return -1;
}

function isRowStart(bytes: Uint8Array, at: number, end: number): boolean {
  return (
    at + 7 <= end &&
    bytes[at] === 0x31 &&
    bytes[at + 1] === 0x2c &&
    isDigit(bytes[at + 2] ?? 0) &&
    isDigit(bytes[at + 3] ?? 0) &&
    isDigit(bytes[at + 4] ?? 0) &&
    isDigit(bytes[at + 5] ?? 0) &&
    bytes[at + 6] === 0x2f
  );
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
