/**
 * Wildcards as the C library's glob(3) knows them in the C locale: `*`, `?`, `[abc]`, `[a-z]`, `[!a]`, `[[:digit:]]`, and
 * `\` before a character that stands for itself; braces are ordinary. Servers on POSIX systems read their includes so.
 * Collating symbols (`[[.a.]]`, `[[=a=]]`), which nobody writes, are taken letter by letter.
 * The C locale counts bytes: `?` is one byte, so `é`, two bytes in UTF-8, takes two of them.
 */

/** Does `pattern` hold a wildcard? A lone `[` counts: glob(3) is asked, and finds nothing or a file of that name. */
export function hasWildcards(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/** One step of a component pattern: any run of bytes, or one byte that passes the test. */
type Step = 'any run' | ((byte: number) => boolean);

/**
 * A matcher for one path component. A leading dot in a name is matched only by a dot in the pattern.
 * Takes time in proportion to the lengths of pattern and name multiplied, whatever the pattern.
 */
export function componentMatcher(pattern: string): (name: string) => boolean {
  const encoder = new TextEncoder();
  const steps = readSteps(encoder.encode(pattern));
  const mayStartWithDot = pattern.startsWith('.') || pattern.startsWith('\\.');
  return (name) =>
    steps !== undefined && (mayStartWithDot || !name.startsWith('.')) && matches(steps, encoder.encode(name));
}

/** A component without wildcards as the name it stands for: `a\b` is `ab`. */
export function literalName(component: string): string {
  return component.replace(/\\(.)/gsu, '$1');
}

/** On a mismatch, only the last run needs to grow: an earlier one that took more could not help. */
function matches(steps: readonly Step[], name: Uint8Array): boolean {
  let step = 0;
  let at = 0;
  let lastRun = -1;
  let runEnd = 0;
  while (at < name.length) {
    const wanted = steps[step];
    if (wanted === 'any run') {
      lastRun = step++;
      runEnd = at;
    } else if (wanted?.(name[at] ?? 0)) {
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

const char = (text: string): number => text.charCodeAt(0);
const backslash = char('\\');
const openBracket = char('[');
const closeBracket = char(']');
const dash = char('-');
const colon = char(':');

/** `undefined` for a pattern that matches nothing at all, because a backslash ends it. */
function readSteps(pattern: Uint8Array): Step[] | undefined {
  const steps: Step[] = [];
  const lastClose = pattern.lastIndexOf(closeBracket);
  for (let i = 0; i < pattern.length; ) {
    let byte = pattern[i] ?? 0;
    const set = byte === openBracket && i < lastClose ? readSet(pattern, i) : undefined;
    if (set) {
      steps.push(set.test);
      i = set.end;
      continue;
    }
    i++;
    if (byte === char('*')) {
      if (steps.at(-1) !== 'any run') steps.push('any run');
    } else if (byte === char('?')) steps.push(() => true);
    else {
      if (byte === backslash) {
        const escaped = pattern[i++];
        if (escaped === undefined) return undefined;
        byte = escaped;
      }
      const wanted = byte;
      steps.push((found) => found === wanted);
    }
  }
  return steps;
}

/** The character classes of the C locale: ASCII, nothing above. */
const classes: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t-\r]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** A bracket expression at `start`; undefined where the `[` stands for itself because nothing closes it. */
function readSet(pattern: Uint8Array, start: number): { test: (byte: number) => boolean; end: number } | undefined {
  let i = start + 1;
  const negated = pattern[i] === char('!') || pattern[i] === char('^');
  if (negated) i++;
  const first = i;
  const members = new Uint8Array(256);
  for (;;) {
    const found = className(pattern, i);
    if (found) {
      for (let byte = 0; byte < 128; byte++) if (found.bytes.test(String.fromCharCode(byte))) members[byte] = 1;
      i = found.end;
      continue;
    }
    if (pattern[i] === closeBracket && i > first) break;
    const low = readByte(pattern, i);
    if (!low) return undefined;
    i = low.end;
    const high = pattern[i] === dash && pattern[i + 1] !== closeBracket ? readByte(pattern, i + 1) : undefined;
    // A range that runs backwards matches nothing, in glob(3) as here.
    members.fill(1, low.byte, (high ?? low).byte + 1);
    if (high) i = high.end;
  }
  return { test: (byte) => (members[byte] === 1) !== negated, end: i + 1 };
}

function readByte(pattern: Uint8Array, at: number): { byte: number; end: number } | undefined {
  const end = pattern[at] === backslash ? at + 2 : at + 1;
  const byte = pattern[end - 1];
  return byte === undefined ? undefined : { byte, end };
}

function className(pattern: Uint8Array, at: number): { bytes: RegExp; end: number } | undefined {
  if (pattern[at] !== openBracket || pattern[at + 1] !== colon) return undefined;
  // No class name is longer than six letters.
  const end = pattern.indexOf(colon, at + 2);
  if (end === -1 || end > at + 8 || pattern[end + 1] !== closeBracket) return undefined;
  const bytes = classes[String.fromCharCode(...pattern.subarray(at + 2, end))];
  return bytes && { bytes, end: end + 2 };
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
