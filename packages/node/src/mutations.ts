import { ts } from 'ts-morph';
import type { Declaration } from './bindings.js';
import { functionAround, isWritten, memberName, oneLine, wrapped } from './expressions.js';
import type { World } from './world.js';

/** A change of what a variable holds, apart from giving the variable another value. */
export interface Mutation {
  /** The members that lead to what is changed, from the variable on; the last is the one that is written. */
  readonly path: readonly string[];
  /**
   * - `set`: `path` becomes `value`, or something computed where that is undefined
   * - `merge`: the properties of `value` are put into what is at `path`
   * - `any`: some property of what is at `path` is written
   */
  readonly kind: 'set' | 'merge' | 'any';
  readonly value: ts.Expression | undefined;
  readonly at: ts.Node;
}

/** Functions that put the properties of further arguments into their first one. */
const merging =
  /^(?:Object\.(?:assign|defineProperty|defineProperties)|(?:_|lodash)\.(?:assign|extend|merge|defaults))$/;

/** Every place that changes something inside the object that `declaration` holds, in the order of its file. */
export function mutationsOf(world: World, declaration: Declaration): readonly Mutation[] {
  const found: Mutation[] = [];
  for (const reference of world.references(declaration)) {
    const path: string[] = [];
    let at: ts.Node = wrapped(reference);
    for (;;) {
      const { parent }: ts.Node = at;
      if (!isAccessOf(parent, at)) break;
      const name = memberName(parent);
      if (name === undefined) {
        if (isChanged(parent)) found.push({ path: [...path], kind: 'any', value: undefined, at: parent });
        break;
      }
      path.push(name);
      if (isChanged(parent)) found.push({ path: [...path], kind: 'set', value: assigned(parent), at: parent });
      at = wrapped(parent);
    }
    const { parent } = at;
    if (ts.isCallExpression(parent) && parent.arguments[0] === at && merging.test(oneLine(parent.expression)))
      for (const value of parent.arguments.slice(1)) {
        const isAssign = oneLine(parent.expression) === 'Object.assign';
        found.push({ path: [...path], kind: isAssign ? 'merge' : 'any', value, at: parent });
      }
  }
  return found;
}

function isAccessOf(
  parent: ts.Node,
  node: ts.Node,
): parent is ts.PropertyAccessExpression | ts.ElementAccessExpression {
  return (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) && parent.expression === node;
}

function isChanged(node: ts.Node): boolean {
  return isWritten(wrapped(node)) || ts.isDeleteExpression(wrapped(node).parent);
}

function assigned(node: ts.Node): ts.Expression | undefined {
  const { parent } = wrapped(node);
  return ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
    ? parent.right
    : undefined;
}

/**
 * When does `mutation` count for a use of the variable at `from`? `never`: it comes later in the same run of statements.
 * `always`: it stands beside the declaration, so that it has happened when the use is reached.
 */
export function effectOf(mutation: Mutation, declaration: Declaration, from: ts.Node): 'always' | 'never' | 'maybe' {
  const statement = statementOf(mutation.at);
  const declared = statementOf(declaration);
  if (!ts.isExpressionStatement(statement) || statement.parent !== declared.parent) return 'maybe';
  if (from.getSourceFile() !== statement.getSourceFile()) return 'always';
  // A function that uses the variable is called when the statements beside its declaration have run.
  if (functionAround(from) !== functionAround(declaration)) return 'always';
  return statement.end <= from.pos ? 'always' : 'never';
}

function statementOf(node: ts.Node): ts.Node {
  let at = node;
  while (!ts.isStatement(at) && at.parent) at = at.parent;
  return at;
}
