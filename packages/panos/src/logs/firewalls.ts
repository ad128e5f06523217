import { type Columns, column } from './columns.js';
import type { Fields } from './fields.js';
import { readRowTime } from './moment.js';
import { type CountedRow, textOf } from './rows.js';

/** More serial numbers than any network has firewalls: garbage, which is not told apart any more. */
const mostFirewalls = 1000;

/** So many rows of a firewall tell how far its clock is from that of whoever received them. */
const sampledRows = 200;

export interface Firewall {
  /** As in the log; empty where the log does not tell. */
  readonly serial: string;
  /** Where its first row stands. */
  readonly first: { readonly file: string; readonly line: number };
  /** Seconds ahead of UTC; undefined where that is needed and not known. 0 where it is not needed. */
  readonly offset: number | undefined;
  rows: number;
  /** The shortest time from Generate Time, on its own clock, to Receive Time, on that of the receiver. Seconds. */
  shortestDelay: number;
}

export interface Firewalls {
  /** Notes a row of its firewall and gives {@link Firewall.offset}. */
  offsetOf(row: CountedRow, fields: Fields, columns: Columns, place: Firewall['first']): number | undefined;
  /** In order of first appearance. */
  all(): readonly Firewall[];
}

/**
 * Remembers the firewalls that rows come from. `clocks`: serial number to seconds ahead of UTC, where times are compared in UTC.
 * Leading zeros of serial numbers do not matter: spreadsheets lose them.
 */
export function createFirewalls(clocks: ReadonlyMap<string, number> | undefined): Firewalls {
  const known = clocks && new Map([...clocks].map(([serial, offset]) => [withoutZeros(serial), offset]));
  const bySerial = new Map<string, Firewall>();
  /** Rows of one firewall stand together or take turns with few others. */
  let last: { readonly bytes: Uint8Array; readonly firewall: Firewall } | undefined;

  function find(serial: string, place: Firewall['first']): Firewall {
    const found = bySerial.get(serial);
    if (found) return found;
    const offset = known ? known.get(withoutZeros(serial)) : 0;
    const firewall = { serial, first: place, offset, rows: 0, shortestDelay: Number.POSITIVE_INFINITY };
    if (bySerial.size < mostFirewalls) bySerial.set(serial, firewall);
    return firewall;
  }

  return {
    offsetOf(row, fields, columns, place) {
      const index = columns[column.serial] ?? -1;
      const isThere = index >= 0 && index < fields.count;
      const start = isThere ? (fields.bounds[index] ?? 0) : 0;
      const end = isThere ? (fields.bounds[index + 1] ?? 1) - 1 : 0;
      if (last === undefined || !isSame(last.bytes, fields.bytes, start, end))
        last = {
          bytes: new Uint8Array(fields.bytes.subarray(start, end)),
          firewall: find(textOf(fields, index), place),
        };
      const { firewall } = last;
      if (firewall.rows < sampledRows) noteDelay(firewall, row, fields, columns);
      firewall.rows++;
      return firewall.offset;
    },
    all: () => [...bySerial.values()],
  };
}

function noteDelay(firewall: Firewall, row: CountedRow, { bytes, bounds, count }: Fields, columns: Columns): void {
  const index = columns[column.received] ?? -1;
  if (index < 0 || index >= count) return;
  const received = readRowTime(bytes, bounds[index] ?? 0, (bounds[index + 1] ?? 1) - 1);
  if (Number.isNaN(received)) return;
  firewall.shortestDelay = Math.min(firewall.shortestDelay, received - row.generated);
}

function withoutZeros(serial: string): string {
  return serial.trim().replace(/^0+(?=.)/, '');
}

function isSame(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}
