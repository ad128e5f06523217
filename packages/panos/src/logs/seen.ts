/** At most so many rows are remembered: 8 bytes each, a quarter of the table stays free. */
const mostSlots = 1 << 25;

/** Which rows were met before, by a fingerprint of their serial number, session ID and sequence number. */
export interface SeenRows {
  /** Whether a row with this fingerprint was added before; adds it. */
  meet(high: number, low: number): boolean;
  has(high: number, low: number): boolean;
  /** No more rows are remembered: later duplicates of later rows are not noticed. */
  isFull(): boolean;
}

/**
 * A hash table of 64-bit fingerprints: that two different rows of ten million have the same one is a matter of one in
 * 300,000. Grows with the rows up to 256 MB, which hold 25 million of them.
 */
export function createSeenRows(slots = 1 << 14, limit = mostSlots): SeenRows {
  let table = new Uint32Array(slots * 2);
  let used = 0;
  let isFull = false;

  /** The place of the fingerprint, or of the free slot where it would be put. */
  function slotOf(high: number, low: number): number {
    const mask = table.length / 2 - 1;
    let slot = low & mask;
    for (;;) {
      const foundHigh = table[slot * 2];
      const foundLow = table[slot * 2 + 1];
      if ((foundHigh === high && foundLow === low) || (foundHigh === 0 && foundLow === 0)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  function grow(): void {
    const old = table;
    table = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 2) {
      const high = old[at] ?? 0;
      const low = old[at + 1] ?? 0;
      if (high === 0 && low === 0) continue;
      const slot = slotOf(high, low);
      table[slot * 2] = high;
      table[slot * 2 + 1] = low;
    }
  }

  function isTaken(slot: number): boolean {
    return table[slot * 2] !== 0 || table[slot * 2 + 1] !== 0;
  }

  return {
    meet(high, low) {
      // A free slot is two zeros.
      if (high === 0 && low === 0) low = 1;
      let slot = slotOf(high, low);
      if (isTaken(slot)) return true;
      if (used * 4 >= (table.length / 2) * 3) {
        if (table.length / 2 >= limit) {
          isFull = true;
          return false;
        }
        grow();
        slot = slotOf(high, low);
      }
      table[slot * 2] = high;
      table[slot * 2 + 1] = low;
      used++;
      return false;
    },
    has: (high, low) => isTaken(slotOf(high, high === 0 && low === 0 ? 1 : low)),
    isFull: () => isFull,
  };
}

/** A fingerprint that is being made of the bytes of several fields. */
export interface Fingerprint {
  high: number;
  low: number;
}

export function startFingerprint(fingerprint: Fingerprint): void {
  fingerprint.high = 0x9e3779b9;
  fingerprint.low = 0x85ebca6b;
}

/** Adds a field; where it ends matters, too. */
export function addToFingerprint(fingerprint: Fingerprint, bytes: Uint8Array, start: number, end: number): void {
  let { high, low } = fingerprint;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    high = Math.imul(high ^ byte, 0x9e3779b1);
    low = Math.imul(low ^ byte, 0x5f356495);
    low ^= low >>> 15;
  }
  high = Math.imul(high ^ 0x100, 0x9e3779b1);
  low = Math.imul(low ^ 0x100, 0x5f356495);
  fingerprint.high = high;
  fingerprint.low = low;
}

export function finishFingerprint(fingerprint: Fingerprint): void {
  let { high, low } = fingerprint;
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  fingerprint.high = (high ^ (high >>> 16)) >>> 0;
  fingerprint.low = (low ^ (low >>> 16)) >>> 0;
}
