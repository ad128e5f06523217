/**
 * The version that is assumed where nobody says which nginx runs the files: the oldest that a supported Debian or Ubuntu
 * ships, and the one that the facts of this package were measured on.
 */
export const assumedVersion = '1.22.1';

/** The numbers of the versions that were asked about, which are few. */
const known = new Map<string, readonly number[]>();

/** Is nginx `version` at least `wanted`? Both dotted numbers; missing parts count as 0, anything else too. */
export function isAtLeast(version: string, wanted: string): boolean {
  const have = numbersOf(version);
  const want = numbersOf(wanted);
  for (let i = 0; i < 3; i++) {
    const difference = (have[i] ?? 0) - (want[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbersOf(version: string): readonly number[] {
  const before = known.get(version);
  if (before) return before;
  const numbers = version.split('.').map((part) => Number(part) || 0);
  known.set(version, numbers);
  return numbers;
}
