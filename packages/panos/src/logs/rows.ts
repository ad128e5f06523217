import { type Columns, column, type LogKind } from './columns.js';
import type { Fields } from './fields.js';
import { readRowTime } from './moment.js';

/** Why a row cannot be counted, and nobody knows whether it should be. */
export type Rejection = 'type' | 'columns' | 'time' | 'port' | 'repeatCount' | 'address' | 'quotes' | 'tooLong';

/** A row that counts. One object is used for all rows: it holds until the next is judged. */
export interface CountedRow {
  generated: number;
  /** What decides the side: when the session began, where the log tells that. */
  sideTime: number;
  weight: number;
  failure: string | undefined;
  port: number;
  /** Where the address of the destination stands, after NAT where there was one. */
  address: number;
}

/** `passed`: no row to count, such as one of a session that has just begun. `otherType`: a row of another log. */
export type Judgement = 'counts' | 'passed' | 'otherType' | Rejection;

/** The longest error index that is told apart; the manual has words. */
const longestFailureName = 60;

const decoder = new TextDecoder('latin1');

/**
 * Whether a row is one to count, and what it says. Rows of other logs, of sessions that have not ended and of other protocols
 * are passed over; what is left and has no usable end reason, time, port or Repeat Count is rejected.
 * `needsStart`: the side is decided by the start of the session.
 */
export function judgeRow(
  fields: Fields,
  kind: LogKind,
  columns: Columns,
  needsStart: boolean,
  row: CountedRow,
): Judgement {
  const { count } = fields;
  const passes = judgeType(fields, kind, columns);
  if (passes !== 'counts') return passes;
  if (kind === 'traffic') {
    const reason = columns[column.endReason] ?? -1;
    if (reason < 0 || reason >= count) return 'columns';
    if (!isWord(fields, columns, column.protocol, 'tcp')) return 'passed';
    row.failure = decryptReason(fields, reason);
  } else {
    const index = columns[column.errorIndex] ?? -1;
    const proxy = columns[column.proxyType] ?? -1;
    if (index < 0 || index >= count || proxy < 0 || proxy >= count) return 'columns';
    if (!isWord(fields, columns, column.proxyType, 'inbound')) return 'passed';
    row.failure = failureName(fields, index);
  }
  row.generated = timeIn(fields, columns, column.generated);
  if (Number.isNaN(row.generated)) return 'time';
  row.sideTime = row.generated;
  if (needsStart && kind === 'traffic' && (columns[column.started] ?? -1) >= 0) {
    row.sideTime = timeIn(fields, columns, column.started);
    if (Number.isNaN(row.sideTime)) return 'time';
  }
  const port = numberIn(fields, columns, column.port);
  if (!(port >= 0 && port <= 65_535)) return 'port';
  row.port = port;
  row.address = columns[column.destination] ?? -1;
  if (hasNatDestination(fields, columns)) {
    row.address = columns[column.natDestination] ?? -1;
    if (!isEmpty(fields, columns, column.natPort)) {
      const natPort = numberIn(fields, columns, column.natPort);
      if (!(natPort >= 0 && natPort <= 65_535)) return 'port';
      if (natPort !== 0) row.port = natPort;
    }
  }
  if (row.address < 0 || row.address >= count) return 'address';
  row.weight = numberIn(fields, columns, column.repeatCount);
  return row.weight >= 1 && row.weight <= 0xffff_ffff ? 'counts' : 'repeatCount';
}

/** Judged by Type and Subtype alone, which stand among the first columns of most logs. */
export function judgeType(fields: Fields, kind: LogKind, columns: Columns): 'counts' | 'passed' | 'otherType' | 'type' {
  if (fields.count < 5 || !isUpperCase(fields, columns[column.type] ?? -1)) return 'type';
  if (!isWord(fields, columns, column.type, kind)) return 'otherType';
  return kind === 'decryption' || isWord(fields, columns, column.subtype, 'end') ? 'counts' : 'passed';
}

/** The text of a field; empty where there is none. */
export function textOf({ bytes, bounds, count }: Fields, index: number): string {
  if (index < 0 || index >= count) return '';
  return decoder.decode(bytes.subarray(bounds[index] ?? 0, (bounds[index + 1] ?? 1) - 1));
}

function isUpperCase({ bytes, bounds, count }: Fields, index: number): boolean {
  if (index < 0 || index >= count) return false;
  const start = bounds[index] ?? 0;
  const end = (bounds[index + 1] ?? 1) - 1;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x41 || byte > 0x5a) return false;
  }
  return end > start;
}

/** Whether a field is `word`, given in lower case; the case of the field does not matter. */
function isWord({ bytes, bounds, count }: Fields, columns: Columns, which: number, word: string): boolean {
  const index = columns[which] ?? -1;
  if (index < 0 || index >= count) return false;
  const start = bounds[index] ?? 0;
  if ((bounds[index + 1] ?? 0) - 1 - start !== word.length) return false;
  for (let i = 0; i < word.length; i++) if (((bytes[start + i] ?? 0) | 0x20) !== word.charCodeAt(i)) return false;
  return true;
}

function isEmpty({ bounds, count }: Fields, columns: Columns, which: number): boolean {
  const index = columns[which] ?? -1;
  return index < 0 || index >= count || (bounds[index + 1] ?? 0) - 1 === bounds[index];
}

function timeIn({ bytes, bounds, count }: Fields, columns: Columns, which: number): number {
  const index = columns[which] ?? -1;
  if (index < 0 || index >= count) return Number.NaN;
  return readRowTime(bytes, bounds[index] ?? 0, (bounds[index + 1] ?? 1) - 1);
}

/** A whole number without sign, of at most 10 digits; NaN for anything else. */
function numberIn({ bytes, bounds, count }: Fields, columns: Columns, which: number): number {
  const index = columns[which] ?? -1;
  if (index < 0 || index >= count) return Number.NaN;
  const start = bounds[index] ?? 0;
  const end = (bounds[index + 1] ?? 1) - 1;
  if (end === start || end - start > 10) return Number.NaN;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** `0.0.0.0` and `::` stand for a session that was not translated. */
function hasNatDestination(fields: Fields, columns: Columns): boolean {
  if (isEmpty(fields, columns, column.natDestination)) return false;
  return (
    !isWord(fields, columns, column.natDestination, '0.0.0.0') && !isWord(fields, columns, column.natDestination, '::')
  );
}

const reasons = ['decrypt-error', 'decrypt-unsupport-param', 'decrypt-cert-validation'];

/** The session end reason where it is one of decryption's, else undefined. */
function decryptReason({ bytes, bounds }: Fields, index: number): string | undefined {
  const start = bounds[index] ?? 0;
  // Nearly all sessions end otherwise: no text is made of theirs.
  if (((bytes[start] ?? 0) | 0x20) !== 0x64 || bytes[start + 7] !== 0x2d) return undefined;
  const end = (bounds[index + 1] ?? 1) - 1;
  const text = decoder.decode(bytes.subarray(start, end)).toLowerCase();
  return reasons.find((reason) => reason === text);
}

function failureName({ bytes, bounds }: Fields, index: number): string {
  const start = bounds[index] ?? 0;
  const end = (bounds[index + 1] ?? 1) - 1;
  if (end === start) return '(none)';
  return decoder.decode(bytes.subarray(start, Math.min(end, start + longestFailureName)));
}
