import { ts } from 'ts-morph';

/** The expression without brackets, type assertions and `await`, none of which change which object it is. */
export function bare(node: ts.Expression): ts.Expression {
  let at = node;
  for (;;) {
    if (
      ts.isParenthesizedExpression(at) ||
      ts.isAsExpression(at) ||
      ts.isSatisfiesExpression(at) ||
      ts.isTypeAssertionExpression(at) ||
      ts.isNonNullExpression(at) ||
      ts.isAwaitExpression(at)
    )
      at = at.expression;
    // Compilers write `(0, https_1.createServer)(…)` to call without an object.
    else if (ts.isBinaryExpression(at) && at.operatorToken.kind === ts.SyntaxKind.CommaToken) at = at.right;
    else return at;
  }
}

/** The outermost expression that is `node` but for brackets, type assertions and `await` around it. */
export function wrapped(node: ts.Node): ts.Node {
  let at = node;
  for (;;) {
    const { parent } = at;
    if (
      parent !== undefined &&
      (ts.isParenthesizedExpression(parent) ||
        ts.isAsExpression(parent) ||
        ts.isSatisfiesExpression(parent) ||
        ts.isTypeAssertionExpression(parent) ||
        ts.isNonNullExpression(parent) ||
        ts.isAwaitExpression(parent))
    )
      at = parent;
    else return at;
  }
}

/** A member that is named where it is used: `a.b`, `a['b']`, `a?.b`. */
export function memberName(node: ts.PropertyAccessExpression | ts.ElementAccessExpression): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  return ts.isStringLiteralLike(node.argumentExpression) ? node.argumentExpression.text : undefined;
}

/** The text of an expression on one line, shortened to something that fits into a message. */
export function shortText(node: ts.Node, most = 60): string {
  const text = oneLine(node);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** As {@link shortText}, but what is at the end stays. */
export function endOfText(node: ts.Node, most: number): string {
  const text = joined(node, Math.max(node.getStart(), node.end - longestText), node.end);
  return text.length > most ? `…${text.slice(1 - most)}` : text;
}

const textsAndComments = /(["'`])(?:\\[\s\S]|(?!\1)[^\\])*\1|\/\/[^\r\n]*|\/\*[\s\S]*?\*\//g;
/** No more of a text is looked at: a whole program can be one expression. */
const longestText = 2000;

/** The text of an expression as it is written, without comments, and without line breaks and the blanks around them. */
export function oneLine(node: ts.Node): string {
  const start = node.getStart();
  return joined(node, start, Math.min(node.end, start + longestText));
}

function joined(node: ts.Node, start: number, end: number): string {
  return node
    .getSourceFile()
    .text.slice(start, end)
    .replace(textsAndComments, (found) => (found.startsWith('/') ? '' : found))
    .replaceAll(/\s*[\r\n\u2028\u2029]\s*/g, '');
}

/** The function that `node` is written in; undefined at the top level of the file. */
export function functionAround(node: ts.Node): ts.SignatureDeclaration | ts.ClassStaticBlockDeclaration | undefined {
  for (let at = node.parent; at; at = at.parent)
    if (ts.isFunctionLike(at) || ts.isClassStaticBlockDeclaration(at)) return at;
  return undefined;
}

/** A name for a function in a message: its own, or that of the variable or property that holds it. */
export function functionName(node: ts.Node): string {
  const { name } = node as { readonly name?: ts.Node };
  if (name && ts.isIdentifier(name)) return `${name.text}()`;
  const { parent } = node;
  if (ts.isConstructorDeclaration(node)) return 'a constructor';
  if (parent && (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) && ts.isIdentifier(parent.name))
    return `${parent.name.text}()`;
  return 'a function';
}

/** Is this identifier given a new value where it stands? */
export function isWritten(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isBinaryExpression(parent)) return parent.left === node && isAssignment(parent.operatorToken.kind);
  if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent))
    return parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken;
  if (ts.isForInStatement(parent) || ts.isForOfStatement(parent)) return parent.initializer === node;
  return isDestructuringTarget(node);
}

export function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** `[a, b] = x` and `({ a, b: c } = x)`: the literal on the left is a pattern. */
function isDestructuringTarget(node: ts.Node): boolean {
  let at: ts.Node = node;
  for (;;) {
    const { parent }: ts.Node = at;
    if (ts.isPropertyAssignment(parent) && parent.initializer === at) at = parent.parent;
    else if (ts.isShorthandPropertyAssignment(parent) && parent.name === at) at = parent.parent;
    else if (ts.isSpreadAssignment(parent) || ts.isSpreadElement(parent)) at = parent.parent;
    else if (ts.isArrayLiteralExpression(parent)) at = parent;
    else if (ts.isObjectLiteralExpression(at) || ts.isArrayLiteralExpression(at))
      return (
        (ts.isBinaryExpression(parent) &&
          parent.left === at &&
          parent.operatorToken.kind === ts.SyntaxKind.EqualsToken) ||
        ((ts.isForOfStatement(parent) || ts.isForInStatement(parent)) && parent.initializer === at)
      );
    else return false;
  }
}

/** `process.env.X`, `import.meta.env.X`, `process.argv[2]`. */
export function isEnvironment(node: ts.Expression): boolean {
  let at = node;
  while (ts.isPropertyAccessExpression(at) || ts.isElementAccessExpression(at)) {
    const name = memberName(at);
    const object = bare(at.expression);
    if (name === 'env' || name === 'argv') {
      if (ts.isIdentifier(object) && (object.text === 'process' || object.text === 'Deno')) return true;
      if (ts.isMetaProperty(object)) return true;
    }
    at = object;
  }
  return false;
}
