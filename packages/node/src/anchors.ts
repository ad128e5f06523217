import type { Anchor, Span } from '@shortfuse/core';
import { ts } from 'ts-morph';
import { bare, functionName, shortText } from './expressions.js';
import type { SourceTree } from './tree.js';

/** Options that say how long sessions live, of Node's servers and of Pulumi's profiles. */
const lifetimeNames: ReadonlySet<string> = new Set(['sessionTimeout', 'cacheTimeout']);

/**
 * Every statement that may set a lifetime: the options themselves, and whatever gives a number a name, because a number is
 * changed where it is written. Which of them a server uses is not asked.
 */
export function anchors(tree: SourceTree): readonly Anchor[] {
  const root = tree.root();
  if (!root) return [];
  const found: Anchor[] = [];
  const paths = new Map<ts.Node, readonly string[]>();
  walk(root, (node) => {
    const value = valueIn(node);
    if (!value) return;
    const path = [...pathTo(node.parent, paths), nameIn(node) ?? shortText(node)];
    found.push({ path, statement: spanOf(node), value: spanOf(value) });
  });
  return found;
}

/** Visits every node in the order of the text, with a stack of its own. */
export function walk(root: ts.Node, visit: (node: ts.Node) => void): void {
  const stack: ts.Node[] = [root];
  for (let next = stack.pop(); next; next = stack.pop()) {
    visit(next);
    const children: ts.Node[] = [];
    ts.forEachChild(next, (child) => {
      children.push(child);
    });
    for (const child of children.reverse()) stack.push(child);
  }
}

function spanOf(node: ts.Node): Span {
  return { start: node.getStart(), end: node.end };
}

/** What a statement says how long; undefined where it is none of interest. */
function valueIn(node: ts.Node): ts.Node | undefined {
  if (ts.isPropertyAssignment(node)) {
    const isLifetime = lifetimeNames.has(nameIn(node) ?? '');
    return isLifetime || isNumeric(node.initializer) ? node.initializer : undefined;
  }
  if (ts.isShorthandPropertyAssignment(node)) return lifetimeNames.has(node.name.text) ? node.name : undefined;
  if (ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node))
    return node.initializer && isNumeric(node.initializer) ? node.initializer : undefined;
  if (ts.isEnumMember(node)) return node.initializer ?? node.name;
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken)
    return isNumeric(node.right) ? node.right : undefined;
  if (ts.isExportAssignment(node)) return isNumeric(node.expression) ? node.expression : undefined;
  return undefined;
}

/** A number, arithmetic, or one of the values that Node takes for no number. */
function isNumeric(given: ts.Expression): boolean {
  const node = bare(given);
  if (ts.isNumericLiteral(node)) return true;
  if (ts.isPrefixUnaryExpression(node)) return isNumeric(node.operand);
  if (ts.isBinaryExpression(node)) return isArithmetic(node.operatorToken.kind);
  if (ts.isIdentifier(node)) return node.text === 'undefined' || node.text === 'NaN' || node.text === 'Infinity';
  return node.kind === ts.SyntaxKind.NullKeyword || node.kind === ts.SyntaxKind.FalseKeyword;
}

function isArithmetic(kind: ts.SyntaxKind): boolean {
  return (
    kind === ts.SyntaxKind.PlusToken ||
    kind === ts.SyntaxKind.MinusToken ||
    kind === ts.SyntaxKind.AsteriskToken ||
    kind === ts.SyntaxKind.SlashToken ||
    kind === ts.SyntaxKind.PercentToken
  );
}

/** The names around a statement, from the outside in. `known` holds those of places that were met before. */
function pathTo(node: ts.Node, known: Map<ts.Node, readonly string[]>): readonly string[] {
  const around: ts.Node[] = [];
  let path: readonly string[] = [];
  for (let at = node; at; at = at.parent) {
    const before = known.get(at);
    if (before) {
      path = before;
      break;
    }
    around.push(at);
  }
  for (const at of around.reverse()) {
    const name = placeName(at);
    if (name !== undefined) path = [...path, name];
    known.set(at, path);
  }
  return path;
}

function placeName(node: ts.Node): string | undefined {
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) return callName(node);
  if (ts.isFunctionLike(node)) return functionName(node);
  return nameIn(node);
}

/** `https.createServer`, and with Pulumi's label `new f5bigip.ltm.ProfileClientSsl 'shop'`. */
function callName(node: ts.CallExpression | ts.NewExpression): string {
  const [label] = node.arguments ?? [];
  const callee = shortText(node.expression);
  return label && ts.isNewExpression(node) && ts.isStringLiteralLike(label) ? `${callee} ${label.text}` : callee;
}

function nameIn(node: ts.Node): string | undefined {
  if (ts.isBinaryExpression(node)) return shortText(node.left);
  if (ts.isExportAssignment(node)) return 'export default';
  const { name } = node as { readonly name?: ts.Node };
  if (!name) return undefined;
  if (ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isPrivateIdentifier(name)) return name.text;
  if (ts.isComputedPropertyName(name) && ts.isStringLiteralLike(name.expression)) return name.expression.text;
  return shortText(name);
}
