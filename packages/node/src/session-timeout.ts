import type { Seconds } from '@shortfuse/core';
import { ts } from 'ts-morph';
import { shortText } from './expressions.js';
import { decide, type Entry, type Shape } from './objects.js';
import type { Hidden, Reader, Step } from './reader.js';
import { evaluate, isFalsy, type Known } from './values.js';

/** The lifetime that OpenSSL gives where Node sets none; Node's manual says 300. Source: experiments with 20, 22 and 24. */
export const defaultSeconds: Seconds = 7200;

/** The option of Node's TLS servers that says how long sessions live. */
export const optionName = 'sessionTimeout';

/** What one object of options says about the lifetime. */
export type Timeout =
  /** Nothing. */
  | { readonly kind: 'absent' }
  /** A value that Node takes for nothing: 0, undefined, null, NaN, false, ''. */
  | { readonly kind: 'unset'; readonly entry: Entry; readonly value: Known; readonly losers: readonly Entry[] }
  | {
      readonly kind: 'seconds';
      readonly entry: Entry;
      readonly value: WrittenNumber;
      readonly losers: readonly Entry[];
    }
  /** A value that makes Node throw. */
  | { readonly kind: 'refused'; readonly entry: Entry; readonly value: Known; readonly why: string }
  | ({ readonly kind: 'hidden'; readonly losers: readonly Entry[] } & Hidden);

/** A number and where it is written. */
export interface WrittenNumber {
  readonly value: number;
  readonly node: ts.Node;
  readonly steps: readonly Step[];
}

/** Reads `sessionTimeout` in an object of options as Node would. */
export function timeoutIn(reader: Reader, shape: Shape): Timeout {
  const decision = decide(shape, optionName, 'count');
  if (decision.kind !== 'set') return decision;
  const { entry, losers } = decision;
  if (!entry.value) return { kind: 'hidden', why: 'the value is computed where it is read', at: entry.at, losers };
  const found = evaluate(reader, entry.value);
  if (found.kind === 'hidden') return { kind: 'hidden', why: found.why, at: found.at, losers };
  // Whoever uses the object that the property is in uses the number, too.
  const value: Known = { ...found, steps: [...entry.steps, ...found.steps] };
  if (isFalsy(value)) return { kind: 'unset', entry, value, losers };
  const why = refusalOf(value);
  if (why !== undefined) return { kind: 'refused', entry, value, why };
  return value.kind === 'number' ? { kind: 'seconds', entry, value, losers } : { kind: 'absent' };
}

/** The largest number of seconds that Node takes. */
const most = 2_147_483_647;

/** What `validateInt32` of Node says; undefined where it is content. Source: lib/internal/validators.js, experiments. */
function refusalOf(value: Known): string | undefined {
  if (value.kind !== 'number') return 'ERR_INVALID_ARG_TYPE: must be of type number';
  const { value: number, node } = value;
  if (!Number.isInteger(number)) return 'ERR_OUT_OF_RANGE: must be an integer';
  if (number >= 0 && number <= most) return undefined;
  return number > most && isMilliseconds(node)
    ? `ERR_OUT_OF_RANGE: ${number}, written in milliseconds`
    : `ERR_OUT_OF_RANGE: >= 0 && <= ${most}`;
}

/** Is 1000 one of the factors? Then the number was most likely meant to be milliseconds. */
export function isMilliseconds(node: ts.Node): boolean {
  const stack: ts.Node[] = [node];
  for (let next = stack.pop(); next; next = stack.pop()) {
    if (ts.isParenthesizedExpression(next)) stack.push(next.expression);
    else if (ts.isBinaryExpression(next) && next.operatorToken.kind === ts.SyntaxKind.AsteriskToken)
      stack.push(next.left, next.right);
    else if (ts.isNumericLiteral(next) && next !== node && Number(next.text) === 1000) return true;
  }
  return false;
}

/** Why a value that Node takes for nothing has no effect. */
export function unsetReason(value: Known): string {
  if (value.kind === 'unset') return `${value.value} is "not set": ${defaultSeconds}`;
  const shown = value.kind === 'number' ? String(value.value) : shortText(value.node);
  return `${shown} is treated as "not set": ${defaultSeconds}`;
}

/** Why an earlier value loses against `winner`. */
export function loserReason(winner: Entry, loser: Entry): string {
  if (winner.by === 'assigned') return 'replaced by an assignment that follows it';
  if (winner.by === 'spread') return 'replaced by the spread that follows it';
  return loser.by === 'spread'
    ? 'replaced by the property after the spread'
    : 'replaced by the same property further on';
}
