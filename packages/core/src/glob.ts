/**
 * Wildcards as the C library's glob(3) and fnmatch(3) know them with FNM_PERIOD and FNM_PATHNAME, in the C locale: `*`, `?`,
 * `[abc]`, `[a-z]`, `[!a]`; braces are ordinary. Servers on POSIX systems read their includes with these.
 */

/** Does `pattern` hold a wildcard? A lone `[` counts: glob(3) is asked, and finds nothing or a file of that name. */
export function hasWildcards(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/** One step of a component pattern: any run of characters, or one character that passes the test. */
type Step = 'any run' | ((char: string) => boolean);

/**
 * A matcher for one path component. A leading dot in a name is matched only by a dot in the pattern.
 * Takes time in proportion to the lengths of pattern and name multiplied, whatever the pattern.
 */
export function componentMatcher(pattern: string): (name: string) => boolean {
  const steps = readSteps([...pattern]);
  const mayStartWithDot = pattern.startsWith('.') || pattern.startsWith('\\.');
  return (name) => (mayStartWithDot || !name.startsWith('.')) && matches(steps, [...name]);
}

/** On a mismatch, only the last run needs to grow: an earlier one that took more could not help. */
function matches(steps: readonly Step[], name: readonly string[]): boolean {
  let step = 0;
  let at = 0;
  let lastRun = -1;
  let runEnd = 0;
  while (at < name.length) {
    const wanted = steps[step];
    if (wanted === 'any run') {
      lastRun = step++;
      runEnd = at;
    } else if (wanted?.(name[at] ?? '')) {
      step++;
      at++;
    } else if (lastRun !== -1) {
      step = lastRun + 1;
      at = ++runEnd;
    } else return false;
  }
  while (steps[step] === 'any run') step++;
  return step === steps.length;
}

function readSteps(pattern: readonly string[]): Step[] {
  const steps: Step[] = [];
  for (let i = 0; i < pattern.length; ) {
    const char = pattern[i] ?? '';
    const set = char === '[' ? readSet(pattern, i) : undefined;
    if (set) {
      steps.push(set.test);
      i = set.end;
      continue;
    }
    i++;
    if (char === '*') steps.push('any run');
    else if (char === '?') steps.push(() => true);
    else {
      const wanted = char === '\\' && i < pattern.length ? pattern[i++] : char;
      steps.push((found) => found === wanted);
    }
  }
  return steps;
}

/** Compares names as strcmp(3) does on their UTF-8 bytes. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return utf8Rank(left) - utf8Rank(right);
  }
  return a.length - b.length;
}

/** UTF-16 order is UTF-8 order, except that surrogates (U+10000 and up) come after U+E000 to U+FFFF. */
function utf8Rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

/** A bracket expression at `start`; undefined where the `[` stands for itself because nothing closes it. */
function readSet(
  pattern: readonly string[],
  start: number,
): { test: (char: string) => boolean; end: number } | undefined {
  let i = start + 1;
  const negated = pattern[i] === '!' || pattern[i] === '^';
  if (negated) i++;
  const first = i;
  const ranges: [string, string][] = [];
  for (;;) {
    let low = pattern[i];
    if (low === undefined) return undefined;
    if (low === ']' && i > first) break;
    if (low === '\\' && pattern[i + 1] !== undefined) low = pattern[++i] ?? low;
    i++;
    const high = pattern[i + 1];
    // A range that runs backwards matches nothing, in glob(3) as here.
    if (pattern[i] === '-' && high !== undefined && high !== ']') {
      ranges.push([low, high]);
      i += 2;
    } else ranges.push([low, low]);
  }
  const test = (char: string): boolean => ranges.some(([low, high]) => low <= char && char <= high) !== negated;
  return { test, end: i + 1 };
}
