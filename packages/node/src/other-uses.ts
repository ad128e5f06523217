import { ts } from 'ts-morph';
import { type Declaration, declarationsOf } from './bindings.js';
import { bare, isWritten, memberName, oneLine, wrapped } from './expressions.js';
import type { Holder } from './reader.js';
import { referencesEverywhere, usesOfExports } from './references.js';
import type { World } from './world.js';

/** Something that would change, by the variable that has it and the members that lead to it. */
interface Target {
  readonly holder: Holder;
  readonly path: readonly string[];
}

/**
 * Every use of what is at `path` in `holder` that is none as an option of a TLS server (`tlsUses`). Variables and objects that it
 * is copied into are followed: what uses those uses it.
 */
export function otherUses(
  world: World,
  tlsUses: ReadonlySet<ts.Node>,
  holder: Holder,
  path: readonly string[],
): readonly ts.Node[] {
  const found: ts.Node[] = [];
  const seen = new Set<string>();
  const numbers = new Map<unknown, number>();
  const keyOf = ({ holder: of, path: members }: Target): string => {
    const identity = of.kind === 'declaration' ? of.declaration : `${of.tree.file.path} ${of.name}`;
    const number = numbers.get(identity) ?? numbers.size;
    numbers.set(identity, number);
    return JSON.stringify([number, members]);
  };
  const queue: Target[] = [{ holder, path }];
  for (let next = queue.pop(); next; next = queue.pop()) {
    const key = keyOf(next);
    if (seen.has(key)) continue;
    seen.add(key);
    const references =
      next.holder.kind === 'declaration'
        ? referencesEverywhere(world, next.holder.declaration)
        : usesOfExports(world, [next.holder]);
    for (const reference of references) {
      const reached = reach(reference, next.path);
      if (!reached) continue;
      const copies = copiesAt(world, reached.node, reached.rest);
      if (copies) queue.push(...copies);
      else if (!tlsUses.has(reference)) found.push(reference);
    }
  }
  return found.sort((a, b) => a.pos - b.pos);
}

/**
 * How far a use of a variable goes towards what is at `path` in it: the expression, and the members that are left. Undefined
 * where it is about another member, or writes or exports it.
 */
function reach(
  reference: ts.Node,
  path: readonly string[],
): { readonly node: ts.Node; readonly rest: readonly string[] } | undefined {
  let at = wrapped(reference);
  if (ts.isExportAssignment(at.parent) || isCommonJsExport(at) || isMergedInto(at)) return undefined;
  for (const [i, wanted] of path.entries()) {
    const { parent } = at;
    if (!(ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) || parent.expression !== at)
      return { node: at, rest: path.slice(i) };
    const name = memberName(parent);
    if (name !== undefined && name !== wanted) return undefined;
    at = wrapped(parent);
    // A member that is computed may be any, so nobody knows what follows.
    if (name === undefined) return { node: at, rest: [] };
  }
  return path.length > 0 && isWritten(at) ? undefined : { node: at, rest: [] };
}

/** `Object.assign(x, …)` as a statement: it writes to `x`. */
function isMergedInto(node: ts.Node): boolean {
  const { parent } = node;
  return (
    ts.isCallExpression(parent) &&
    parent.arguments[0] === node &&
    ts.isExpressionStatement(parent.parent) &&
    isAssign(parent)
  );
}

function isAssign({ expression }: ts.CallExpression): boolean {
  return oneLine(expression) === 'Object.assign';
}

/** `module.exports = x`, `exports.x = x`, `module.exports = { x }`: the uses that follow are found in other files. */
function isCommonJsExport(node: ts.Node): boolean {
  let at = node;
  if (ts.isShorthandPropertyAssignment(at.parent) || ts.isPropertyAssignment(at.parent)) at = at.parent.parent;
  const { parent } = at;
  return (
    ts.isBinaryExpression(parent) &&
    parent.right === at &&
    /^(?:module\.)?exports\b/.test(oneLine(parent.left)) &&
    ts.isSourceFile(parent.parent.parent)
  );
}

/** The variables that `node` is copied into, as a whole or in an object; undefined where it is not. */
function copiesAt(world: World, node: ts.Node, rest: readonly string[]): readonly Target[] | undefined {
  let at = node;
  let path = rest;
  for (;;) {
    const { parent }: ts.Node = at;
    if (ts.isShorthandPropertyAssignment(parent)) {
      path = [parent.name.text, ...path];
      at = wrapped(parent.parent);
    } else if (ts.isPropertyAssignment(parent) && parent.initializer === at) {
      const { name } = parent;
      if (!ts.isIdentifier(name) && !ts.isStringLiteralLike(name)) return undefined;
      path = [name.text, ...path];
      at = wrapped(parent.parent);
    } else if (ts.isSpreadAssignment(parent)) at = wrapped(parent.parent);
    else if (ts.isConditionalExpression(parent) && parent.condition !== at) at = wrapped(parent);
    else if (ts.isCallExpression(parent) && isCopying(parent)) {
      const target = parent.arguments[0];
      // A statement writes into its first argument; an expression gives that back.
      if (!ts.isExpressionStatement(parent.parent)) at = wrapped(parent);
      else return target && target !== at ? variableOf(world, target, path) : undefined;
    } else break;
  }
  const { parent } = at;
  if (ts.isVariableDeclaration(parent) && parent.initializer === at) return declared(parent.name, path);
  if (ts.isBinaryExpression(parent) && parent.right === at && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken)
    return variableOf(world, parent.left, path);
  return undefined;
}

function isCopying(call: ts.CallExpression): boolean {
  return /^Object\.(?:assign|freeze|seal)$/.test(oneLine(call.expression));
}

function declared(name: ts.BindingName, path: readonly string[]): readonly Target[] | undefined {
  if (ts.isIdentifier(name)) return [targetOf(name.parent as Declaration, path)];
  const found: Target[] = [];
  for (const element of name.elements) {
    if (!ts.isBindingElement(element)) continue;
    const key = element.propertyName ?? element.name;
    // What is left over, or taken by position or a computed name, may be it.
    if (element.dotDotDotToken || !ts.isObjectBindingPattern(name) || !ts.isIdentifier(key)) return undefined;
    if (path.length === 0 || key.text === path[0]) {
      const inner = declared(element.name, path.slice(1));
      if (!inner) return undefined;
      found.push(...inner);
    }
  }
  return found;
}

/** The variable behind `o`, `o.a` or `o['a']`. */
function variableOf(world: World, node: ts.Expression, rest: readonly string[]): readonly Target[] | undefined {
  const path: string[] = [...rest];
  let at = bare(node);
  while (ts.isPropertyAccessExpression(at) || ts.isElementAccessExpression(at)) {
    const name = memberName(at);
    if (name === undefined) return undefined;
    path.unshift(name);
    at = bare(at.expression);
  }
  const bindings = world.bindings(world.treeOf(at));
  const [declaration] = (ts.isIdentifier(at) && bindings && declarationsOf(bindings, at)) || [];
  return declaration ? [targetOf(declaration, path)] : undefined;
}

function targetOf(declaration: Declaration, path: readonly string[]): Target {
  return { holder: { kind: 'declaration', declaration }, path };
}
