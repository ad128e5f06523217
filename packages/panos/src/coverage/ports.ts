/** TCP ports from `first` to `last`, both included, as somebody wrote them. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
  readonly text: string;
}

export const highestPort = 65_535;

/**
 * Reads the port list of a service object: `443,8443,9000-9010`, blanks allowed. `undefined` where any part of it is not a port
 * from 0 to 65535 or a range of them.
 */
export function readPorts(text: string): readonly PortRange[] | undefined {
  const ranges: PortRange[] = [];
  for (const part of text.split(',')) {
    const match = /^\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?$/.exec(part);
    if (!match) return undefined;
    const [, start = '', end = start] = match;
    const first = Number(start);
    const last = Number(end);
    if (first > last || last > highestPort) return undefined;
    ranges.push({ first, last, text: first === last ? String(first) : `${first}-${last}` });
  }
  return ranges;
}

export function holdsPort(ranges: 'any' | readonly PortRange[], port: number): boolean {
  return ranges === 'any' || ranges.some(({ first, last }) => first <= port && port <= last);
}
