import { ts } from 'ts-morph';
import { bare, oneLine } from './expressions.js';
import { meaningOf } from './meaning.js';
import { decide, hasUnreadPart, type Shape } from './objects.js';
import type { Reader } from './reader.js';
import { evaluate } from './values.js';

/** Where the keys of a server's tickets come from, which decides whether old tickets survive a restart. */
export type TicketKeys =
  /** Node makes new ones at every start. */
  | { readonly kind: 'random' }
  /** The same at every start: from a file, written out, from a store of secrets. */
  | { readonly kind: 'fixed'; readonly at: ts.Node }
  | { readonly kind: 'unknown'; readonly at: ts.Node };

/** Reads the option `ticketKeys`; undefined where it is not there, so that what was said before counts. */
export function ticketKeysIn(reader: Reader, shape: Shape): TicketKeys | undefined {
  const decision = decide(shape, 'ticketKeys', 'ignore');
  if (decision.kind === 'absent') return undefined;
  if (decision.kind === 'hidden') {
    // Whoever spreads an object that nobody can read may well have keys in it.
    const unread = hasUnreadPart(shape);
    return { kind: 'unknown', at: unread?.at ?? decision.at };
  }
  const { entry } = decision;
  if (!entry.value) return { kind: 'unknown', at: entry.at };
  return ticketKeysOf(reader, entry.value);
}

/** Judges the expression that gives the keys; undefined for `undefined` and `null`. */
export function ticketKeysOf(reader: Reader, node: ts.Expression): TicketKeys | undefined {
  const value = evaluate(reader, node);
  if (value.kind === 'unset') return undefined;
  const meaning = meaningOf(reader, node);
  const made = meaning.kind === 'expression' ? bare(meaning.node) : bare(node);
  if (!ts.isCallExpression(made)) return { kind: 'unknown', at: node };
  const callee = meaningOf(reader, made.expression);
  const name = callee.kind === 'package' ? `${callee.module}.${callee.path.at(-1) ?? ''}` : oneLine(made.expression);
  if (/^(?:crypto)\.(?:randomBytes|getRandomValues|randomFillSync)$/.test(name)) return { kind: 'random' };
  if (/\.getTicketKeys$/.test(name)) return { kind: 'random' };
  if (/^fs(?:\/promises)?\.(?:readFileSync|readFile)$/.test(name)) return { kind: 'fixed', at: node };
  const [first] = made.arguments;
  if (/^(?:(?:node:)?buffer\.)?Buffer\.from$|^buffer\.from$/.test(name) && first)
    return evaluate(reader, first).kind === 'text' ? { kind: 'fixed', at: node } : { kind: 'unknown', at: node };
  return { kind: 'unknown', at: node };
}
