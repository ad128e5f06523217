/** A bucket of time, in seconds. */
export const bucketSeconds = 300;

/** More are refused: the log is not of some servers but of a whole network, and would not fit into memory. */
export const mostDestinations = 100_000;
/** 9 years of one server, a week of 1,000. */
const mostBuckets = 2_000_000;
/** Different error indexes of one server; the manual has about ten. */
const mostFailureNames = 64;

/** What was counted for one destination on one side of the switch. Rows weigh their Repeat Count. */
export interface SideTally {
  /** Sessions that ended, failed ones included; in a decryption log failures only. */
  ended: number;
  failed: number;
  /** Failed sessions by session end reason or error index, in order of first appearance. */
  readonly failures: Map<string, number>;
  /** `ended` and `failed` by bucket, counted from the side's origin; only buckets that hold rows, or failures. */
  readonly endedIn: Map<number, number>;
  readonly failedIn: Map<number, number>;
}

export interface DestinationTally {
  /** `203.0.113.10:443`, `[2001:db8::25]:443`. */
  readonly name: string;
  readonly before: SideTally;
  readonly after: SideTally;
}

export interface Tally {
  /** In order of first appearance. */
  destinations(): readonly DestinationTally[];
  /**
   * The tally of an address, given as bytes, and a port. `invalid`: no IP address. `unwanted`: left out by the filter. `full`:
   * there are too many.
   */
  destinationOf(
    bytes: Uint8Array,
    start: number,
    end: number,
    port: number,
  ): DestinationTally | 'invalid' | 'unwanted' | 'full';
  /** Counts a row of `weight` sessions; `failure` says why they failed. False: there are too many buckets. */
  add(side: SideTally, bucket: number, weight: number, failure: string | undefined): boolean;
}

interface CacheEntry {
  readonly address: Uint8Array;
  readonly port: number;
  readonly found: DestinationTally | 'unwanted';
}

const cacheSize = 4096;

/** `isWanted` judges `address` and `address:port` of a destination when it is first met. */
export function createTally(isWanted: (address: string, name: string) => boolean): Tally {
  const byName = new Map<string, DestinationTally>();
  const cache: (CacheEntry | undefined)[] = new Array(cacheSize).fill(undefined);
  const decoder = new TextDecoder('latin1');
  let buckets = 0;

  return {
    destinations: () => [...byName.values()],
    destinationOf(bytes, start, end, port) {
      let slot = port;
      for (let at = start; at < end; at++) slot = (Math.imul(slot, 31) + (bytes[at] ?? 0)) | 0;
      slot = (slot ^ (slot >>> 12)) & (cacheSize - 1);
      const cached = cache[slot];
      if (cached !== undefined && cached.port === port && isSame(cached.address, bytes, start, end))
        return cached.found;
      // The longest IPv6 address has 45 characters, a zone after it is no destination.
      if (end - start > 45) return 'invalid';
      const address = decoder.decode(bytes.subarray(start, end));
      if (!isAddress(address)) return 'invalid';
      const name = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
      let found: DestinationTally | 'unwanted' | undefined = byName.get(name);
      if (found === undefined) {
        if (!isWanted(address, name)) found = 'unwanted';
        else if (byName.size >= mostDestinations) return 'full';
        else {
          found = { name, before: createSide(), after: createSide() };
          byName.set(name, found);
        }
      }
      cache[slot] = { address: new Uint8Array(bytes.subarray(start, end)), port, found };
      return found;
    },
    add(side, bucket, weight, failure) {
      const ended = side.endedIn.get(bucket);
      if (ended === undefined) {
        if (buckets >= mostBuckets) return false;
        buckets++;
      }
      side.endedIn.set(bucket, (ended ?? 0) + weight);
      side.ended += weight;
      if (failure === undefined) return true;
      side.failed += weight;
      side.failedIn.set(bucket, (side.failedIn.get(bucket) ?? 0) + weight);
      const name = side.failures.has(failure) || side.failures.size < mostFailureNames ? failure : 'other';
      side.failures.set(name, (side.failures.get(name) ?? 0) + weight);
      return true;
    },
  };
}

function createSide(): SideTally {
  return { ended: 0, failed: 0, failures: new Map(), endedIn: new Map(), failedIn: new Map() };
}

function isSame(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}

/** Enough to tell an address from a time or a field of another column; the log was written by a firewall. */
function isAddress(text: string): boolean {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return true;
  return /^[0-9a-f:.]+$/i.test(text) && (text.includes('::') || text.split(':').length === 8);
}
