import { ts } from 'ts-morph';
import { nameOf } from './bindings.js';
import { functionAround, memberName, wrapped } from './expressions.js';
import { referencesEverywhere } from './references.js';
import type { World } from './world.js';

/** A method that is called on a server. */
export interface MethodCall {
  readonly name: string;
  readonly call: ts.CallExpression;
  /** `next`: in the same run of statements as the server is made; `later`: under a condition or in another function. */
  readonly when: 'next' | 'later';
}

/** What a program does with a server that it made. */
export interface ServerUses {
  /** In the order of the files and, in each, of the text. */
  readonly methods: readonly MethodCall[];
  /** Something that is not read has it, too: it is returned, passed on, or kept where everybody may take it. */
  readonly escapes: boolean;
}

/** Methods that give back the server itself. */
const chaining = new Set(
  'on once addListener prependListener off removeListener listen setTimeout ref unref close addContext'.split(' '),
);

/** Follows the value of `made` through variables and chains of calls. */
export function usesOfServer(world: World, made: ts.Expression): ServerUses {
  const methods: MethodCall[] = [];
  const seen = new Set<ts.Node>();
  let escapes = false;
  const queue: ts.Node[] = [made];
  for (let next = queue.shift(); next; next = queue.shift()) {
    const node = wrapped(next);
    if (seen.has(node)) continue;
    seen.add(node);
    const { parent } = node;
    if ((ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) && parent.expression === node) {
      const call = wrapped(parent).parent;
      const name = memberName(parent);
      if (ts.isCallExpression(call) && wrapped(parent) === call.expression && name !== undefined) {
        methods.push({ name, call, when: isNext(made, call) ? 'next' : 'later' });
        if (chaining.has(name)) queue.push(call);
      }
    } else if (ts.isVariableDeclaration(parent) && parent.initializer === node) {
      if (nameOf(parent) === undefined) escapes = true;
      else queue.push(...referencesEverywhere(world, parent));
    } else if (ts.isBinaryExpression(parent) && parent.right === node) {
      queue.push(...holdersOf(world, parent.left), parent);
    } else if (ts.isPropertyDeclaration(parent) && ts.isIdentifier(parent.name)) {
      queue.push(...fieldUses(parent, parent.name.text));
    } else if (ts.isBinaryExpression(parent) && parent.left === node) {
      // It is given another value there.
    } else if (!ts.isExpressionStatement(parent)) escapes = true;
  }
  methods.sort((a, b) => order(a.call, b.call, made));
  return { methods, escapes };
}

function holdersOf(world: World, target: ts.Expression): readonly ts.Node[] {
  if (ts.isIdentifier(target)) {
    const bindings = world.bindings(world.treeOf(target));
    for (let at: ts.Node | undefined = target.parent; at && bindings; at = at.parent) {
      const [declaration] = bindings.scopes.get(at)?.get(target.text) ?? [];
      if (declaration) return referencesEverywhere(world, declaration).filter((one) => one !== target);
    }
    return [];
  }
  if (ts.isPropertyAccessExpression(target) && target.expression.kind === ts.SyntaxKind.ThisKeyword)
    return fieldUses(target, target.name.text).filter((one) => one !== target);
  return [];
}

/** Every `this.NAME` in the class around `node`. */
function fieldUses(node: ts.Node, name: string): ts.Node[] {
  let around: ts.Node = node;
  while (around.parent && !ts.isClassLike(around)) around = around.parent;
  const found: ts.Node[] = [];
  const stack: ts.Node[] = [around];
  for (let next = stack.pop(); next; next = stack.pop()) {
    if (
      ts.isPropertyAccessExpression(next) &&
      next.name.text === name &&
      next.expression.kind === ts.SyntaxKind.ThisKeyword
    )
      found.push(next);
    ts.forEachChild(next, (child) => {
      stack.push(child);
    });
  }
  return found;
}

/** Is `call` one of the statements that follow the one in which the server is made, without a condition? */
function isNext(made: ts.Node, call: ts.Node): boolean {
  const [first, second] = [statementOf(made), statementOf(call)];
  if (first === second) return functionAround(made) === functionAround(call);
  return (
    first.parent === second.parent &&
    first.getSourceFile() === second.getSourceFile() &&
    functionAround(made) === functionAround(call)
  );
}

function statementOf(node: ts.Node): ts.Node {
  let at = node;
  while (!ts.isStatement(at) && at.parent) at = at.parent;
  return at;
}

function order(a: ts.Node, b: ts.Node, made: ts.Node): number {
  const [first, second, own] = [a.getSourceFile(), b.getSourceFile(), made.getSourceFile()];
  if (first === second) return a.end - b.end;
  return first === own ? -1 : second === own ? 1 : first.fileName < second.fileName ? -1 : 1;
}
