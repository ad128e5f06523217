import { ts } from 'ts-morph';
import { type Declaration, declarationsOf } from './bindings.js';
import { bare, functionAround, isWritten, memberName, oneLine, wrapped } from './expressions.js';
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
  /** The variable by which it happens: the one that was asked for, another one for the same object, or a parameter. */
  readonly by: Declaration;
}

/** Functions that put the properties of further arguments into their first one. */
const merging =
  /^(?:Object\.(?:assign|defineProperty|defineProperties)|(?:_|lodash)\.(?:assign|extend|merge|defaults))$/;

/** Another name for what is at `path` in the variable that was asked for: `own` in `declaration`. */
interface Alias {
  readonly declaration: Declaration;
  readonly path: readonly string[];
  readonly own: readonly string[];
}

/**
 * Every place that changes something inside the object that `declaration` holds, in the order of its file. Other variables for
 * the same object count, too: copies, properties that hold it, and parameters of functions that it is given to.
 */
export function mutationsOf(world: World, declaration: Declaration): readonly Mutation[] {
  const found: Mutation[] = [];
  const seen = new Set<Declaration>();
  const queue: Alias[] = [{ declaration, path: [], own: [] }];
  for (let next = queue.pop(); next; next = queue.pop()) {
    if (seen.has(next.declaration)) continue;
    seen.add(next.declaration);
    for (const reference of world.references(next.declaration)) addUse(world, next, reference, found, queue);
  }
  return found.sort((a, b) => a.at.pos - b.at.pos);
}

function addUse(world: World, alias: Alias, reference: ts.Identifier, found: Mutation[], queue: Alias[]): void {
  const members: string[] = [];
  let at: ts.Node = wrapped(reference);
  const add = (kind: Mutation['kind'], value: ts.Expression | undefined, node: ts.Node): void => {
    const path = inAsked(alias, members);
    if (path) found.push({ path, kind, value, at: node, by: alias.declaration });
  };
  for (;;) {
    const { parent }: ts.Node = at;
    if (!isAccessOf(parent, at)) break;
    const name = memberName(parent);
    if (name === undefined) {
      if (isChanged(parent)) add('any', undefined, parent);
      return;
    }
    members.push(name);
    if (isChanged(parent)) add('set', assigned(parent), parent);
    at = wrapped(parent);
  }
  const { parent } = at;
  if (ts.isCallExpression(parent) && parent.arguments[0] === at && merging.test(oneLine(parent.expression)))
    for (const value of parent.arguments.slice(1))
      add(oneLine(parent.expression) === 'Object.assign' ? 'merge' : 'any', value, parent);
  const other = aliasAt(world, at);
  const path = inAsked(alias, members);
  if (other && path) queue.push({ ...other, path });
}

/** Members of an alias, as members of the variable that was asked for; undefined where they lie beside it. */
function inAsked({ path, own }: Alias, members: readonly string[]): readonly string[] | undefined {
  if (!own.every((name, i) => members[i] === undefined || members[i] === name)) return undefined;
  return [...path, ...members.slice(own.length)];
}

/** The variable that also holds what `node` is, and where in it. */
function aliasAt(world: World, node: ts.Node): Pick<Alias, 'declaration' | 'own'> | undefined {
  const own: string[] = [];
  let at = node;
  for (;;) {
    const { parent }: ts.Node = at;
    if (ts.isShorthandPropertyAssignment(parent)) own.unshift(parent.name.text);
    else if (ts.isPropertyAssignment(parent) && parent.initializer === at) {
      const { name } = parent;
      if (!ts.isIdentifier(name) && !ts.isStringLiteral(name)) return undefined;
      own.unshift(name.text);
    } else break;
    at = wrapped(parent.parent);
  }
  const { parent } = at;
  if (ts.isVariableDeclaration(parent) && parent.initializer === at && ts.isIdentifier(parent.name))
    return { declaration: parent, own };
  if (!ts.isCallExpression(parent)) return undefined;
  const parameter = parameterFor(world, parent, parent.arguments.indexOf(at as ts.Expression));
  return parameter ? { declaration: parameter, own } : undefined;
}

/** The parameter that an argument becomes, where the function is one of this file. */
function parameterFor(world: World, { expression }: ts.CallExpression, index: number): Declaration | undefined {
  const callee = bare(expression);
  const bindings = world.bindings(world.treeOf(callee));
  const [declared] = (ts.isIdentifier(callee) && bindings && declarationsOf(bindings, callee)) || [];
  const made =
    declared && ts.isVariableDeclaration(declared) ? declared.initializer && bare(declared.initializer) : declared;
  if (!made || !(ts.isFunctionDeclaration(made) || ts.isArrowFunction(made) || ts.isFunctionExpression(made)))
    return undefined;
  const parameter = made.parameters[index];
  return parameter && ts.isIdentifier(parameter.name) ? parameter : undefined;
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
 * When does a mutation count for a use of the variable at `from`? `never`: it comes later in the same run of statements.
 * `always`: it stands beside the declaration, and has happened when the use is reached.
 */
export function effectOf(world: World, { at, by }: Mutation, from: ts.Node): 'always' | 'never' | 'maybe' {
  // What a function does to its argument happens when it is called, if it is.
  if (ts.isParameter(by)) return 'maybe';
  const statement = statementOf(at);
  const declared = statementOf(by);
  if (!ts.isExpressionStatement(statement) || statement.parent !== declared.parent) return 'maybe';
  if (from.getSourceFile() !== statement.getSourceFile()) return 'always';
  const home = functionAround(by);
  if (functionAround(from) === home) return statement.end <= from.getStart() ? 'always' : 'never';
  // A function that uses the variable runs when it is called: certainly later where it is only made later.
  return statement.end <= from.pos && !isCalledBefore(world, from, home, statement.end) ? 'always' : 'maybe';
}

/** May the function around `from` be called before `end`, though it is written behind it? Declarations of functions are hoisted. */
function isCalledBefore(world: World, from: ts.Node, home: ts.Node | undefined, end: number): boolean {
  let outermost: ts.Node | undefined;
  for (let at = functionAround(from); at && at !== home; at = functionAround(at)) outermost = at;
  return (
    outermost !== undefined &&
    ts.isFunctionDeclaration(outermost) &&
    world.references(outermost).some((reference) => reference.pos < end)
  );
}

function statementOf(node: ts.Node): ts.Node {
  let at = node;
  while (!ts.isStatement(at) && at.parent) at = at.parent;
  return at;
}
