/** Internet addresses as numbers, so that networks, ranges and single addresses compare alike. */

export type Family = 4 | 6;

/** Every address from `first` to `last`, both included. */
export interface AddressRange {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
}

const bits = { 4: 32n, 6: 128n } as const;

/**
 * Reads `203.0.113.10` or `2001:db8::1` (also `::ffff:192.0.2.1`), in any spelling of RFC 4291. `undefined` for everything
 * else: IPv4 parts above 255 or with leading zeros, which some programs read as octal; a zone behind `%`.
 */
export function readAddress(text: string): { readonly family: Family; readonly value: bigint } | undefined {
  if (text.includes(':')) {
    const value = readIpv6(text);
    return value === undefined ? undefined : { family: 6, value };
  }
  const value = readIpv4(text);
  return value === undefined ? undefined : { family: 4, value };
}

/** Reads an address, a network (`198.51.100.0/28`; bits behind the prefix are ignored) or a range (`A-B`, both included). */
export function readRange(text: string): AddressRange | undefined {
  const [start = '', end, ...rest] = text.split('-').map((part) => part.trim());
  if (rest.length > 0) return undefined;
  if (end !== undefined) {
    const first = readAddress(start);
    const last = readAddress(end);
    if (!first || !last || first.family !== last.family || first.value > last.value) return undefined;
    return { family: first.family, first: first.value, last: last.value };
  }
  const [host = '', prefix, ...more] = start.split('/');
  const address = readAddress(host);
  if (!address || more.length > 0) return undefined;
  const { family, value } = address;
  if (prefix === undefined) return { family, first: value, last: value };
  if (!/^\d{1,3}$/.test(prefix) || BigInt(prefix) > bits[family]) return undefined;
  const size = 1n << (bits[family] - BigInt(prefix));
  const first = value - (value % size);
  return { family, first, last: first + size - 1n };
}

/**
 * The shortest spelling of what {@link readRange} reads: a network with its bits as written, a single address with /32 or /128,
 * a range as `first-last`.
 */
export function spellRange(text: string, { family, first }: AddressRange): string {
  const [start = '', end] = text.split('-');
  if (end !== undefined) return `${respell(start)}-${respell(end)}`;
  const [host = '', prefix] = start.split('/');
  // Two spellings of a prefix length are one network: /08 and /8.
  return `${prefix === undefined ? spellAddress(family, first) : respell(host)}/${prefix === undefined ? bits[family] : BigInt(prefix)}`;
}

function respell(text: string): string {
  const address = readAddress(text.trim());
  return address ? spellAddress(address.family, address.value) : text;
}

/** RFC 5952 for IPv6: lower case, the longest run of zero groups (the first of equals, two at least) as `::`. */
export function spellAddress(family: Family, value: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; ) {
    let end = i;
    while (groups[end] === '0') end++;
    if (end - i > length) {
      start = i;
      length = end - i;
    }
    i = end + 1;
  }
  if (start === -1) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

function readIpv4(text: string): bigint | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  let value = 0n;
  for (const part of match.slice(1)) {
    if (Number(part) > 255 || (part.length > 1 && part.startsWith('0'))) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function readIpv6(text: string): bigint | undefined {
  // No spelling is longer; what is, is not worth taking apart.
  if (text.length > 45) return undefined;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const tail = dotted?.[2] === undefined ? undefined : readIpv4(dotted[2]);
  if (dotted && tail === undefined) return undefined;
  const plain =
    tail === undefined ? text : `${dotted?.[1] ?? ''}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`;
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], end = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - end.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  let value = 0n;
  for (const group of [...head, ...Array.from({ length: missing }, () => '0'), ...end]) {
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    value = (value << 16n) | BigInt(`0x${group}`);
  }
  return value;
}

/** Ranges of one family that do not touch, in order: what {@link isWithin} can search. */
export type RangeSet = Readonly<Record<Family, readonly AddressRange[]>>;

export function rangeSet(ranges: readonly AddressRange[]): RangeSet {
  return {
    4: merged(ranges.filter(({ family }) => family === 4)),
    6: merged(ranges.filter(({ family }) => family === 6)),
  };
}

function merged(ranges: readonly AddressRange[]): AddressRange[] {
  const result: AddressRange[] = [];
  for (const range of [...ranges].sort((a, b) => compare(a.first, b.first))) {
    const last = result.at(-1);
    if (last && range.first <= last.last + 1n) {
      if (range.last > last.last) result[result.length - 1] = { ...last, last: range.last };
    } else result.push(range);
  }
  return result;
}

export function isWithin(set: RangeSet, family: Family, value: bigint): boolean {
  const ranges = set[family];
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (!range) return false;
    if (value < range.first) high = middle - 1;
    else if (value > range.last) low = middle + 1;
    else return true;
  }
  return false;
}

export function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
