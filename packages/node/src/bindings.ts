import { ts } from 'ts-morph';

/** What gives a name its meaning: a variable, a parameter, a function, a class, an enum, a namespace, an import. */
export type Declaration =
  | ts.VariableDeclaration
  | ts.BindingElement
  | ts.ParameterDeclaration
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ClassDeclaration
  | ts.ClassExpression
  | ts.EnumDeclaration
  | ts.ModuleDeclaration
  | ts.ImportClause
  | ts.NamespaceImport
  | ts.ImportSpecifier
  | ts.ImportEqualsDeclaration;

/** The names of one file, found in one pass. */
export interface Bindings {
  /** Per scope, the declarations of each name; several where `var`, enums or namespaces are declared again. */
  readonly scopes: ReadonlyMap<ts.Node, ReadonlyMap<string, readonly Declaration[]>>;
  /** Every identifier that stands for a value, by its text, in the order of the file. Declarations are not among them. */
  readonly references: ReadonlyMap<string, readonly ts.Identifier[]>;
  /** Every call and `new`, in the order of the file. */
  readonly calls: readonly (ts.CallExpression | ts.NewExpression)[];
  /**
   * The identifiers of one name, by the declaration that each of them means. By name, because in a file that a minifier wrote
   * thousands of variables share one.
   */
  readonly uses: (name: string) => ReadonlyMap<Declaration, readonly ts.Identifier[]>;
}

interface Frame {
  readonly node: ts.Node;
  /** Where `let`, `const`, `class` and functions belong. */
  readonly block: ts.Node;
  /** Where `var` belongs. */
  readonly body: ts.Node;
}

/** Collects the names of a file. Walks with a stack of its own, because sources may be nested as deep as the parser allows. */
export function bindingsOf(root: ts.SourceFile): Bindings {
  const scopes = new Map<ts.Node, Map<string, Declaration[]>>();
  const references = new Map<string, ts.Identifier[]>();
  const calls: (ts.CallExpression | ts.NewExpression)[] = [];
  const declare = (scope: ts.Node, name: string, declaration: Declaration): void => {
    const names = scopes.get(scope) ?? new Map<string, Declaration[]>();
    scopes.set(scope, names);
    const known = names.get(name);
    if (known) known.push(declaration);
    else names.set(name, [declaration]);
  };

  const stack: Frame[] = [{ node: root, block: root, body: root }];
  const children: Frame[] = [];
  for (let frame = stack.pop(); frame; frame = stack.pop()) {
    const { node } = frame;
    let { block, body } = frame;
    if (ts.isIdentifier(node)) {
      if (isReference(node)) {
        const known = references.get(node.text);
        if (known) known.push(node);
        else references.set(node.text, [node]);
      }
      continue;
    }
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) continue;
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) calls.push(node);
    declareIn(node, block, body, declare);
    if (ts.isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node) || ts.isModuleBlock(node)) {
      block = node;
      body = node;
    } else if (isBlockScope(node)) block = node;
    children.length = 0;
    ts.forEachChild(node, (child) => {
      children.push({ node: child, block, body });
    });
    for (let i = children.length - 1; i >= 0; i--) {
      const child = children[i];
      if (child) stack.push(child);
    }
  }
  const uses = new Map<string, ReadonlyMap<Declaration, readonly ts.Identifier[]>>();
  const bindings: Bindings = {
    scopes,
    references,
    calls,
    uses: (name) => {
      const known = uses.get(name) ?? usesOf(bindings, name);
      uses.set(name, known);
      return known;
    },
  };
  return bindings;
}

function isBlockScope(node: ts.Node): boolean {
  return (
    ts.isBlock(node) ||
    ts.isForStatement(node) ||
    ts.isForInStatement(node) ||
    ts.isForOfStatement(node) ||
    ts.isCaseBlock(node) ||
    ts.isCatchClause(node)
  );
}

type Declare = (scope: ts.Node, name: string, declaration: Declaration) => void;

function declareIn(node: ts.Node, block: ts.Node, body: ts.Node, declare: Declare): void {
  if (ts.isVariableDeclaration(node) || ts.isParameter(node)) {
    const isVar =
      ts.isVariableDeclaration(node) &&
      ts.isVariableDeclarationList(node.parent) &&
      (node.parent.flags & ts.NodeFlags.BlockScoped) === 0;
    // A parameter is met after its function has become the scope.
    declareNames(node, isVar ? body : block, declare);
  } else if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) {
    if (node.name) declare(block, node.name.text, node);
  } else if (ts.isFunctionExpression(node) || ts.isClassExpression(node)) {
    if (node.name) declare(node, node.name.text, node);
  } else if (ts.isEnumDeclaration(node)) declare(block, node.name.text, node);
  else if (ts.isModuleDeclaration(node)) {
    if (ts.isIdentifier(node.name)) declare(block, node.name.text, node);
  } else if (ts.isImportClause(node)) {
    if (node.name && !isTypeOnly(node)) declare(block, node.name.text, node);
  } else if (ts.isNamespaceImport(node)) declare(block, node.name.text, node);
  else if (ts.isImportSpecifier(node)) {
    if (!node.isTypeOnly) declare(block, node.name.text, node);
  } else if (ts.isImportEqualsDeclaration(node)) {
    if (!node.isTypeOnly) declare(block, node.name.text, node);
  }
}

function isTypeOnly({ phaseModifier }: ts.ImportClause): boolean {
  return phaseModifier === ts.SyntaxKind.TypeKeyword;
}

/** The names of a variable or parameter: one, or all those of a pattern. */
function declareNames(node: ts.VariableDeclaration | ts.ParameterDeclaration, scope: ts.Node, declare: Declare): void {
  const stack: (ts.VariableDeclaration | ts.ParameterDeclaration | ts.BindingElement)[] = [node];
  for (let next = stack.pop(); next; next = stack.pop()) {
    if (ts.isIdentifier(next.name)) declare(scope, next.name.text, next);
    else for (const element of next.name.elements) if (ts.isBindingElement(element)) stack.push(element);
  }
}

/** Does this identifier stand for the value of a variable, and not for a name that is declared, a key or a type? */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isShorthandPropertyAssignment(parent)) return parent.name === node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isExportSpecifier(parent) || ts.isImportSpecifier(parent) || ts.isQualifiedName(parent)) return false;
  if (ts.isNamespaceExport(parent) || ts.isImportClause(parent) || ts.isNamespaceImport(parent)) return false;
  if (ts.isLabeledStatement(parent)) return false;
  if (ts.isBreakOrContinueStatement(parent) || ts.isMetaProperty(parent) || ts.isJsxAttribute(parent)) return false;
  return (parent as { readonly name?: ts.Node }).name !== node;
}

/** The declarations of the name that `node` uses, by the innermost scope that has it; undefined for globals. */
export function declarationsOf(bindings: Bindings, node: ts.Identifier): readonly Declaration[] | undefined {
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent) {
    const found = bindings.scopes.get(at)?.get(node.text);
    if (found) return found;
  }
  return undefined;
}

function usesOf(bindings: Bindings, name: string): ReadonlyMap<Declaration, readonly ts.Identifier[]> {
  const uses = new Map<Declaration, ts.Identifier[]>();
  for (const one of bindings.references.get(name) ?? [])
    for (const declaration of declarationsOf(bindings, one) ?? []) {
      const known = uses.get(declaration);
      if (known) known.push(one);
      else uses.set(declaration, [one]);
    }
  return uses;
}

/** The name that a declaration gives; undefined where it has a pattern or none. */
export function nameOf({ name }: Declaration): string | undefined {
  return name && ts.isIdentifier(name) ? name.text : undefined;
}
