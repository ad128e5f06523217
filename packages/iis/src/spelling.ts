import { replace, type Span, type TextEdit } from '@shortfuse/core';

/**
 * How a notation writes the number of a REG_DWORD.
 * - `decimal`, `hex`: as short as it goes, the latter without `0x`
 * - `hex8`, `HEX8`: eight hexadecimal digits, in lower or upper case
 * - `bytes`: four bytes with commas between them, the lowest first
 * - 0 to 3: one of those bytes
 */
export type NumberForm = 'decimal' | 'hex' | 'hex8' | 'HEX8' | 'bytes' | 0 | 1 | 2 | 3;

/** One part of a statement that is written anew: `before`, the number if there is one in it, `after`. */
export interface Slot {
  readonly span: Span;
  readonly before?: string;
  readonly number?: NumberForm;
  readonly after?: string;
}

/** How a statement is made to set another number where it stands, or why that cannot be, and what a person can do. */
export type Rewrite =
  | { readonly kind: 'slots'; readonly slots: readonly Slot[] }
  | { readonly kind: 'obstacle'; readonly why: string; readonly help?: string };

/** What a statement does that is to become one that sets a number. */
export type Rewritten = 'set' | 'wrongType' | 'deleteValue';

export function slotsFor(...slots: readonly Slot[]): Rewrite {
  return { kind: 'slots', slots };
}

export function obstacle(why: string, help?: string): Rewrite {
  return { kind: 'obstacle', why, ...(help === undefined ? {} : { help }) };
}

/** Where a statement about ServerCacheTime stands and how it becomes one that sets a number. */
export interface Written {
  /** From the outside in: names of what is around it, the registry key in lower case, the value. */
  readonly path: readonly string[];
  readonly statement: Span;
  /** What says how long; the whole statement where it says no number. */
  readonly data: Span;
  readonly rewrite: Rewrite;
}

/** The edits that write `number` into `slots`, without those that change nothing. */
export function editsOf(text: string, slots: readonly Slot[], number: number): TextEdit[] {
  return slots
    .map(({ span, before = '', number: form, after = '' }) =>
      replace(text, span, before + (form === undefined ? '' : spelledNumber(form, number)) + after),
    )
    .filter((edit) => edit.before !== edit.after);
}

function spelledNumber(form: NumberForm, number: number): string {
  const hex = number.toString(16);
  switch (form) {
    case 'decimal':
      return String(number);
    case 'hex':
      return hex;
    case 'hex8':
      return hex.padStart(8, '0');
    case 'HEX8':
      return hex.toUpperCase().padStart(8, '0');
    case 'bytes':
      return ([0, 1, 2, 3] as const).map((at) => byteOf(number, at)).join(',');
    default:
      return byteOf(number, form);
  }
}

function byteOf(number: number, at: 0 | 1 | 2 | 3): string {
  return ((number >>> (8 * at)) & 0xff).toString(16).padStart(2, '0');
}
