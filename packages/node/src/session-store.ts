import { ts } from 'ts-morph';
import { bare, shortText } from './expressions.js';
import { meaningOf } from './meaning.js';
import type { Reader } from './reader.js';
import type { MethodCall } from './server-uses.js';
import { textOf } from './values.js';

/** The listeners by which a program keeps sessions of TLS 1.2 itself. Both are needed, or no session ID is accepted. */
export interface SessionListeners {
  readonly hasBoth: boolean;
  /** Are the sessions kept in the memory of the process? Undefined where that is not seen. */
  readonly inMemory: boolean | undefined;
}

const subscribing = new Set(['on', 'once', 'addListener', 'prependListener']);

/** Finds the `newSession` and `resumeSession` listeners among the methods that are called on a server. */
export function sessionListeners(reader: Reader, methods: readonly MethodCall[]): SessionListeners {
  const listeners = new Map<string, ts.Expression | undefined>();
  for (const { name, call } of methods) {
    const [event, listener] = call.arguments;
    if (subscribing.has(name) && event) listeners.set(textOf(reader, event) ?? '', listener);
  }
  const hasBoth = listeners.has('newSession') && listeners.has('resumeSession');
  const resume = listeners.get('resumeSession');
  return { hasBoth, inMemory: hasBoth && resume ? usesMemory(reader, resume) : undefined };
}

/** Does the listener take sessions out of a `Map`, an object or an array of this program? */
function usesMemory(reader: Reader, listener: ts.Expression): boolean | undefined {
  const meaning = meaningOf(reader, listener);
  const root = meaning.kind === 'function' ? meaning.declaration : listener;
  const stack: ts.Node[] = [root];
  for (let next = stack.pop(), left = 2000; next && left > 0; next = stack.pop(), left--) {
    if (ts.isPropertyAccessExpression(next) || ts.isElementAccessExpression(next)) {
      const object = bare(next.expression);
      if (ts.isIdentifier(object) && isMemory(reader, object)) return true;
    }
    ts.forEachChild(next, (child) => {
      stack.push(child);
    });
  }
  return undefined;
}

function isMemory(reader: Reader, node: ts.Identifier): boolean {
  const meaning = meaningOf(reader, node);
  if (meaning.kind !== 'expression') return false;
  const made = bare(meaning.node);
  return (
    ts.isObjectLiteralExpression(made) ||
    ts.isArrayLiteralExpression(made) ||
    (ts.isNewExpression(made) && /(?:^|\.)(?:Weak)?Map$|LRU/i.test(shortText(made.expression)))
  );
}
