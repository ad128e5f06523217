import { ts } from 'ts-morph';

/** What one exported name stands for. */
export type Export =
  /** A variable, function, class or enum of the file itself, by its name there. */
  | { readonly kind: 'local'; readonly name: string; readonly at: ts.Node }
  | { readonly kind: 'expression'; readonly node: ts.Expression }
  /** `name` undefined: all that the other module exports, as one object. */
  | { readonly kind: 'from'; readonly specifier: string; readonly name: string | undefined };

/** What other files can import from one. */
export interface Exports {
  readonly named: ReadonlyMap<string, Export>;
  /** The modules of `export * from`. */
  readonly stars: readonly string[];
  /** What `module.exports =` or `export =` makes the module as a whole. */
  readonly whole: ts.Expression | undefined;
}

/** Reads the exports of ES modules, of TypeScript and of CommonJS; only those that stand at the top level. */
export function exportsOf(root: ts.SourceFile): Exports {
  const named = new Map<string, Export>();
  const stars: string[] = [];
  let whole: ts.Expression | undefined;
  for (const statement of root.statements) {
    if (ts.isExportDeclaration(statement)) addExportDeclaration(statement, named, stars);
    else if (ts.isExportAssignment(statement)) {
      if (statement.isExportEquals === true) whole = statement.expression;
      else named.set('default', { kind: 'expression', node: statement.expression });
    } else if (ts.isExpressionStatement(statement)) whole = addCommonJs(statement.expression, named) ?? whole;
    else if (isExported(statement)) addDeclared(statement, named);
  }
  return { named, stars, whole };
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false)
  );
}

function isDefault(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) ?? false)
  );
}

function addExportDeclaration(node: ts.ExportDeclaration, named: Map<string, Export>, stars: string[]): void {
  const specifier =
    node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : undefined;
  const { exportClause } = node;
  if (!exportClause) {
    if (specifier !== undefined) stars.push(specifier);
  } else if (ts.isNamespaceExport(exportClause)) {
    if (specifier !== undefined) named.set(exportClause.name.text, { kind: 'from', specifier, name: undefined });
  } else
    for (const { name, propertyName } of exportClause.elements) {
      const own = (propertyName ?? name).text;
      named.set(
        name.text,
        specifier === undefined ? { kind: 'local', name: own, at: node } : { kind: 'from', specifier, name: own },
      );
    }
}

function addDeclared(statement: ts.Statement, named: Map<string, Export>): void {
  if (ts.isVariableStatement(statement)) {
    const patterns: ts.BindingName[] = statement.declarationList.declarations.map(({ name }) => name);
    for (let next = patterns.pop(); next; next = patterns.pop()) {
      if (ts.isIdentifier(next)) named.set(next.text, { kind: 'local', name: next.text, at: statement });
      else for (const element of next.elements) if (ts.isBindingElement(element)) patterns.push(element.name);
    }
  } else if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement)
  ) {
    const name = statement.name?.text;
    if (name !== undefined) named.set(isDefault(statement) ? 'default' : name, { kind: 'local', name, at: statement });
  }
}

/** `exports.a = x` and `module.exports.a = x` name one export; `module.exports = x`, which is given back, is all of them. */
function addCommonJs(node: ts.Expression, named: Map<string, Export>): ts.Expression | undefined {
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return undefined;
  const { left, right } = node;
  if (isModuleExports(left)) return right;
  if (ts.isPropertyAccessExpression(left) && (isModuleExports(left.expression) || isNamed(left.expression, 'exports')))
    named.set(left.name.text, { kind: 'expression', node: right });
  return undefined;
}

function isModuleExports(node: ts.Expression): boolean {
  return ts.isPropertyAccessExpression(node) && node.name.text === 'exports' && isNamed(node.expression, 'module');
}

function isNamed(node: ts.Expression, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}
