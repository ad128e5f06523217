import { type Columns, column } from './columns.js';
import type { Fields } from './fields.js';
import { addToFingerprint, createSeenRows, finishFingerprint, type SeenRows, startFingerprint } from './seen.js';

/** Tells rows that were read before: exports overlap, and a log may be given twice. */
export interface RowIdentity {
  /** Whether a row of the same firewall, session and sequence number was read before. Rows without one never repeat. */
  isRepeated(fields: Fields, columns: Columns): boolean;
  /** The same, for a first reading of files that are read again: what it meets is forgotten afterwards. */
  rehearse(): { isRepeated(fields: Fields, columns: Columns): boolean };
  /** More rows than can be remembered: of later ones not every repetition was noticed. */
  isFull(): boolean;
}

export function createRowIdentity(): RowIdentity {
  const seen = createSeenRows();
  const fingerprint = { high: 0, low: 0 };

  function hasFingerprint(fields: Fields, columns: Columns): boolean {
    const sequence = columns[column.sequence] ?? -1;
    if (isZero(fields, sequence)) return false;
    startFingerprint(fingerprint);
    add(fields, columns[column.serial] ?? -1);
    add(fields, columns[column.sessionId] ?? -1);
    add(fields, sequence);
    finishFingerprint(fingerprint);
    return true;
  }

  function add({ bytes, bounds, count }: Fields, index: number): void {
    if (index < 0 || index >= count) addToFingerprint(fingerprint, bytes, 0, 0);
    else addToFingerprint(fingerprint, bytes, bounds[index] ?? 0, (bounds[index + 1] ?? 1) - 1);
  }

  function isRepeatedIn(rows: SeenRows, fields: Fields, columns: Columns): boolean {
    return hasFingerprint(fields, columns) && rows.meet(fingerprint.high, fingerprint.low);
  }

  return {
    isRepeated: (fields, columns) => isRepeatedIn(seen, fields, columns),
    rehearse() {
      const rehearsed = createSeenRows();
      return {
        isRepeated: (fields, columns) =>
          hasFingerprint(fields, columns) &&
          (seen.has(fingerprint.high, fingerprint.low) || rehearsed.meet(fingerprint.high, fingerprint.low)),
      };
    },
    isFull: () => seen.isFull(),
  };
}

/** Whether a field is not there, empty, or 0. */
function isZero({ bytes, bounds, count }: Fields, index: number): boolean {
  if (index < 0 || index >= count) return true;
  const end = (bounds[index + 1] ?? 1) - 1;
  for (let at = bounds[index] ?? 0; at < end; at++) if (bytes[at] !== 0x30) return false;
  return true;
}
