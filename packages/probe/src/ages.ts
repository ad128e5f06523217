import { readDuration, type Seconds } from '@shortfuse/core';

/** The ages that tell how long a server accepts sessions of which nothing is known: just below and above common lifetimes. */
export const ladder: readonly Seconds[] = [0, 58, 62, 118, 122, 298, 302, 598, 602, 3598, 3602, 7198, 7202];

/** More ages than this are more sessions than a stranger's server should be asked for. */
export const mostAges = 64;

/**
 * The ages that show whether sessions live for `target` and no longer: 0, 30, 55, 62 and 75 s for 60 s. Servers count whole
 * seconds and a connection takes a moment, so the ages near the end keep away from it where there is room.
 */
export function agesFor(target: Seconds): readonly Seconds[] {
  const margin = target >= 20 ? 5 : 1;
  const ages = [0, Math.floor(target / 2), target - margin, target + 2, Math.max(Math.ceil(target * 1.25), target + 4)];
  return sorted(ages.filter((age) => age >= 0));
}

/**
 * Reads ages as they are written on the command line: durations and ranges of whole seconds between commas, such as
 * `0,30,55`, `0-12` or `0,5m,1h`. In rising order, each once. `undefined` for anything else, and for more than {@link mostAges}.
 */
export function readAges(text: string): readonly Seconds[] | undefined {
  const ages: Seconds[] = [];
  for (const part of text.split(',')) {
    const [from, to] = part.split('-', 2).map((each) => readDuration(each.trim()));
    if (from === undefined || (part.includes('-') && (to === undefined || to < from))) return undefined;
    if ((to ?? from) - from >= mostAges) return undefined;
    for (let age = from; age <= (to ?? from); age++) ages.push(age);
    if (part.split('-').length > 2 || ages.length > 4 * mostAges) return undefined;
  }
  const each = sorted(ages);
  return each.length <= mostAges ? each : undefined;
}

function sorted(ages: readonly Seconds[]): readonly Seconds[] {
  return [...new Set(ages)].sort((a, b) => a - b);
}
