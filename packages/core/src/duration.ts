/** A length of time in whole seconds, 0 or more. */
export type Seconds = number;

const unitSeconds = { d: 86_400, h: 3600, m: 60, s: 1 } as const;

/** The longest duration that is read: about 285 million years, the largest whole number that a double holds exactly. */
const longest = Number.MAX_SAFE_INTEGER;

/**
 * Reads a DURATION of the command line: `60`, `60s`, `5m`, `1h30m`, `1d`. A bare number is seconds; units come in falling
 * order, each at most once. `undefined` for anything else, also for a bare number after a unit (is `1h30` half past or 30 s
 * more?) and for a duration too long to be a whole number of seconds.
 */
export function readDuration(text: string): Seconds | undefined {
  const match = /^(?:(\d+)|(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?)$/.exec(text);
  if (!match || text === '') return undefined;
  const [, bare = '0', days = '0', hours = '0', minutes = '0', seconds = '0'] = match;
  const total =
    Number(days) * unitSeconds.d +
    Number(hours) * unitSeconds.h +
    Number(minutes) * unitSeconds.m +
    Number(seconds) +
    Number(bare);
  return total <= longest ? total : undefined;
}

/**
 * Spells a duration as a person says it: `0 s`, `45 s`, `5 min`, `1 h 30 min`, `10 d`. Exact, except that from one day on
 * minutes and seconds are left out where that changes less than a hundredth (`30 d 1 h 4 s` is `30 d 1 h`).
 */
export function spellDuration(seconds: Seconds): string {
  const parts: string[] = [];
  let rest = seconds;
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count === 0) continue;
    rest -= count * size;
    parts.push(`${count} ${unit}`);
    if (seconds >= unitSeconds.d && rest * 100 < seconds && rest < 3600) break;
  }
  return parts.length === 0 ? '0 s' : parts.join(' ');
}
