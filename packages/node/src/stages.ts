import { ts } from 'ts-morph';
import { bare } from './expressions.js';
import type { Call, Maker } from './makers.js';
import { meaningOf } from './meaning.js';
import { decide, type Entry, type Shape, shapeOf } from './objects.js';
import type { Reader } from './reader.js';
import type { ServerUses } from './server-uses.js';
import { timeoutIn } from './session-timeout.js';

/** One time at which a server is given a TLS context: when it is made, or later by `setSecureContext`. */
export interface Stage {
  readonly shape: Shape;
  /** `later`: at some time while the server runs, so that what was said before counts until then. */
  readonly when: 'next' | 'later';
  readonly call: Call;
}

/** The contexts of a server, in the order in which it gets them; the first is missing where it is made without options. */
export function stagesOf(reader: Reader, { call, options }: Maker, { methods }: ServerUses): readonly Stage[] {
  const stages: Stage[] = options ? [{ shape: shapeOf(reader, options, call), when: 'next', call }] : [];
  for (const method of methods) {
    const [given] = method.call.arguments;
    if (method.name === 'setSecureContext' && given)
      stages.push({ shape: shapeOf(reader, given, method.call), when: method.when, call: method.call });
  }
  return stages;
}

/** A context whose lifetime no handshake uses, though it looks so. */
export interface SideContext {
  readonly shape: Shape;
  readonly why: string;
}

/** Contexts for names (`addContext`, `SNICallback`) and the option `secureContext`. Source: experiments with 20, 22 and 24. */
export function sideContexts(reader: Reader, stages: readonly Stage[], { methods }: ServerUses): SideContext[] {
  const found: SideContext[] = [];
  const add = (node: ts.Expression, why: string): void => {
    const inner = createdContext(reader, node);
    if (inner !== null) found.push({ shape: shapeOf(reader, inner), why });
  };
  for (const { name, call } of methods) {
    const [, given] = call.arguments;
    if (name === 'addContext' && given) add(given, 'the lifetime of a context added for a name is not used');
  }
  for (const { shape } of stages) {
    const callback = valueOfKey(shape, 'SNICallback');
    if (callback)
      for (const call of contextCalls(reader, callback))
        add(call, 'the lifetime of a context from SNICallback is not used');
    const context = valueOfKey(shape, 'secureContext');
    if (context) add(context, 'a secureContext among the options of a server is not used');
  }
  return found;
}

/** The options inside `tls.createSecureContext(options)`; the expression itself where it is no such call; null for a call without options. */
function createdContext(reader: Reader, node: ts.Expression): ts.Expression | null {
  const meaning = meaningOf(reader, node);
  const made = meaning.kind === 'expression' ? bare(meaning.node) : bare(node);
  return ts.isCallExpression(made) && isCreateContext(reader, made) ? (made.arguments[0] ?? null) : node;
}

/** Is this call `tls.createSecureContext`? */
export function isCreateContext(reader: Reader, call: ts.CallExpression): boolean {
  const callee = meaningOf(reader, call.expression);
  return callee.kind === 'package' && callee.module === 'tls' && callee.path.at(-1) === 'createSecureContext';
}

/** The property with this name that counts, or that may. */
function valueOfKey(shape: Shape, key: string): ts.Expression | undefined {
  const decision = decide(shape, key, 'ignore');
  return decision.kind === 'set' ? decision.entry.value : undefined;
}

function contextCalls(reader: Reader, callback: ts.Expression): ts.CallExpression[] {
  const meaning = meaningOf(reader, callback);
  const found: ts.CallExpression[] = [];
  const stack: ts.Node[] = [
    meaning.kind === 'function' ? meaning.declaration : meaning.kind === 'expression' ? meaning.node : callback,
  ];
  for (let next = stack.pop(); next; next = stack.pop()) {
    if (ts.isCallExpression(next) && isCreateContext(reader, next)) found.push(next);
    ts.forEachChild(next, (child) => {
      stack.push(child);
    });
  }
  return found.sort((a, b) => a.pos - b.pos);
}

/** The number that a side context states, for which somebody may take it. */
export function timeoutEntry(reader: Reader, shape: Shape): Entry | undefined {
  const timeout = timeoutIn(reader, shape);
  return timeout.kind === 'seconds' || timeout.kind === 'unset' ? timeout.entry : undefined;
}
