import type { Seconds } from '@shortfuse/core';

/** Units in the order in which nginx wants them, with their seconds. A year has 365 days, a month 30. */
const units: readonly (readonly [letter: string, seconds: bigint])[] = [
  ['y', 31_536_000n],
  ['M', 2_592_000n],
  ['w', 604_800n],
  ['d', 86_400n],
  ['h', 3600n],
  ['m', 60n],
  ['s', 1n],
];

/** NGX_MAX_INT_T_VALUE on 64-bit systems. */
const largest = 9_223_372_036_854_775_807n;

/**
 * Reads nginx's time notation as directives that count in seconds take it: `300`, `1d12h`, `1h 30m`, `5m30`; a bare number at
 * the end is seconds. Units come in falling order, each at most once, with or without a number. A blank that is not behind a
 * unit counts as the last unit. `undefined` for what nginx refuses at start-up, such as milliseconds, units out of order
 * (`30m1h`) or no digit at all. Beyond 2^53 the result is rounded. Never throws.
 * Source: ngx_parse_time in nginx's src/core/ngx_parse.c, with is_sec = 1.
 */
export function readTime(text: string): Seconds | undefined {
  let total = 0n;
  let digits = '';
  let hasDigit = false;
  /** Index of the last unit taken; beyond the last one after a blank that counted as a unit. */
  let taken = -1;
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char >= '0' && char <= '9') {
      digits += char;
      hasDigit = true;
      // More digits than the largest number has can only be leading zeros, which say nothing.
      if (digits.length > 19) digits = digits.replace(/^0+/, '');
      if (digits.length > 19) return undefined;
      continue;
    }
    let scale = 1n;
    if (char === ' ') {
      if (taken >= units.length - 1) return undefined;
      taken = units.length;
    } else {
      const unit = units.findIndex(([letter]) => letter === char);
      if (unit === -1 || unit <= taken || (char === 'm' && text[i + 1] === 's')) return undefined;
      taken = unit;
      scale = units[unit]?.[1] ?? 1n;
    }
    total += BigInt(digits || '0') * scale;
    digits = '';
    if (total > largest) return undefined;
    while (text[i + 1] === ' ') i++;
  }
  total += BigInt(digits || '0');
  return hasDigit && total <= largest ? Number(total) : undefined;
}
