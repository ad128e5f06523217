import { positionOf } from '@shortfuse/core';
import { ts } from 'ts-morph';
import { type Declaration, declarationsOf } from './bindings.js';
import { bare, functionName, isEnvironment, memberName, shortText } from './expressions.js';
import { memberOfObject } from './objects.js';
import { deeper, type Hidden, type Reader, type Step } from './reader.js';
import { isRelative } from './sources.js';
import type { SourceTree } from './tree.js';

/**
 * What an expression stands for, as far as that can be told without running it. `steps` are the variables on the way.
 * - `expression`: the value is made by `node`, which is no name
 * - `package`: something of a module that is not a source here, such as `createServer` of `https`
 * - `module`: all that a source exports
 */
export type Meaning =
  | { readonly kind: 'expression'; readonly node: ts.Expression; readonly steps: readonly Step[] }
  | { readonly kind: 'package'; readonly module: string; readonly path: readonly string[] }
  | { readonly kind: 'module'; readonly tree: SourceTree }
  | { readonly kind: 'enum'; readonly declaration: ts.EnumDeclaration; readonly use: ts.Node }
  | { readonly kind: 'member'; readonly member: ts.EnumMember; readonly steps: readonly Step[] }
  | { readonly kind: 'class'; readonly declaration: ts.ClassLikeDeclaration; readonly use: ts.Node }
  | { readonly kind: 'namespace'; readonly declaration: ts.ModuleDeclaration; readonly use: ts.Node }
  | { readonly kind: 'function'; readonly declaration: ts.Node }
  | ({ readonly kind: 'hidden' } & Hidden);

/** Looks up what `node` stands for. */
export function meaningOf(reader: Reader, node: ts.Expression): Meaning {
  const known = reader.meanings.get(node);
  if (known) return known;
  const hidden = (why: string): Meaning => ({ kind: 'hidden', why, at: node });
  // What is asked for again while it is being looked up refers to itself.
  reader.meanings.set(node, hidden('it refers to itself'));
  const meaning = deeper(reader, () => lookUp(reader, bare(node))) ?? hidden('it is too many steps away');
  reader.meanings.set(node, meaning);
  return meaning;
}

function lookUp(reader: Reader, node: ts.Expression): Meaning {
  if (ts.isIdentifier(node)) return meaningOfName(reader, node);
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
    const name = memberName(node);
    if (isEnvironment(node)) return { kind: 'hidden', why: 'the value comes from the environment', at: node };
    if (name === undefined) return { kind: 'hidden', why: 'the name of a property is computed', at: node };
    return memberOf(reader, meaningOf(reader, node.expression), name, node);
  }
  if (ts.isCallExpression(node)) {
    const specifier = requiredModule(reader, node);
    if (specifier !== undefined) return moduleMeaning(reader, reader.world.treeOf(node), specifier, undefined, node);
    const [inner] = node.arguments;
    if (inner && isTransparent(node)) return meaningOf(reader, inner);
  }
  return { kind: 'expression', node, steps: [] };
}

/** The module that `require('x')`, `import('x')` or `process.getBuiltinModule('x')` gives. */
function requiredModule(reader: Reader, { expression, arguments: given }: ts.CallExpression): string | undefined {
  const [name] = given;
  if (!name || !ts.isStringLiteralLike(name)) return undefined;
  if (expression.kind === ts.SyntaxKind.ImportKeyword) return name.text;
  if (ts.isPropertyAccessExpression(expression))
    return expression.name.text === 'getBuiltinModule' && shortText(expression.expression) === 'process'
      ? name.text
      : undefined;
  if (!ts.isIdentifier(expression) || expression.text !== 'require') return undefined;
  const [declared] = declarationsIn(reader, expression) ?? [];
  // In ES modules people make one: `const require = createRequire(import.meta.url)`.
  const isRequire =
    declared === undefined ||
    (ts.isVariableDeclaration(declared) &&
      declared.initializer !== undefined &&
      ts.isCallExpression(declared.initializer) &&
      /\bcreateRequire$/.test(shortText(declared.initializer.expression)));
  return isRequire ? name.text : undefined;
}

/** Helpers of compilers and bundlers that give a module its default export, and functions that give back their argument. */
function isTransparent({ expression }: ts.CallExpression): boolean {
  const name = ts.isPropertyAccessExpression(expression) ? shortText(expression) : undefined;
  if (name === 'Object.freeze' || name === 'Object.seal') return true;
  const last = ts.isPropertyAccessExpression(expression) ? expression.name.text : shortText(expression);
  return /^_*(?:import_?(?:default|star)|interop_?(?:require_?)?(?:default|wildcard)|to_?esm)$/i.test(
    last.replace(/\d+$/, ''),
  );
}

function declarationsIn(reader: Reader, node: ts.Identifier): readonly Declaration[] | undefined {
  const bindings = reader.world.bindings(reader.world.treeOf(node));
  return bindings && declarationsOf(bindings, node);
}

function meaningOfName(reader: Reader, node: ts.Identifier): Meaning {
  const around = enumAround(node);
  const member = around?.members.find((one) => memberKey(one.name) === node.text);
  if (around && member)
    return {
      kind: 'member',
      member,
      steps: [{ use: node, holder: { kind: 'declaration', declaration: around }, path: [node.text] }],
    };
  const declarations = declarationsIn(reader, node);
  const [declaration] = declarations ?? [];
  if (!declaration)
    return node.text === 'undefined' || node.text === 'NaN' || node.text === 'Infinity'
      ? { kind: 'expression', node, steps: [] }
      : { kind: 'hidden', why: 'the value depends on a global', at: node };
  return declarationMeaning(reader, declaration, node, declarations ?? []);
}

/** The enum in whose initializers a name stands: its members are known there without its name. */
function enumAround(node: ts.Node): ts.EnumDeclaration | undefined {
  let at = node.parent;
  while (ts.isExpression(at)) at = at.parent;
  return ts.isEnumMember(at) ? at.parent : undefined;
}

function declarationMeaning(
  reader: Reader,
  declaration: Declaration,
  use: ts.Node,
  all: readonly Declaration[],
): Meaning {
  if (ts.isVariableDeclaration(declaration) || ts.isBindingElement(declaration) || ts.isParameter(declaration))
    return variableMeaning(reader, declaration, use, all);
  if (ts.isEnumDeclaration(declaration)) return { kind: 'enum', declaration, use };
  if (ts.isClassLike(declaration)) return { kind: 'class', declaration, use };
  if (ts.isModuleDeclaration(declaration)) return { kind: 'namespace', declaration, use };
  if (ts.isFunctionDeclaration(declaration) || ts.isFunctionExpression(declaration))
    return { kind: 'function', declaration };
  return importMeaning(reader, declaration, use);
}

function variableMeaning(
  reader: Reader,
  declaration: ts.VariableDeclaration | ts.BindingElement | ts.ParameterDeclaration,
  use: ts.Node,
  all: readonly Declaration[],
): Meaning {
  const hidden = (why: string): Meaning => ({ kind: 'hidden', why, at: use });
  const path: string[] = [];
  let root: ts.Node = declaration;
  for (; ts.isBindingElement(root); root = root.parent.parent) {
    const key = keyInPattern(root);
    if (key === undefined) return hidden('it is taken out of an object in a way that is not read');
    path.unshift(key);
  }
  const name = shortText(declaration.name);
  if (ts.isParameter(root)) return hidden(`the value is a parameter of ${functionName(root.parent)}`);
  if (!ts.isVariableDeclaration(root)) return hidden('it is not a variable');
  if (all.length > 1) return hidden(`${name} is declared more than once`);
  const { initializer } = root;
  const [write, second] = reader.world.writes(declaration);
  if (!initializer && write && !second && path.length === 0) {
    // A module that is loaded where it is needed, or where it is there: `try { https = require('https') } catch {}`.
    const { parent } = write;
    const only = ts.isBinaryExpression(parent) ? meaningOf(reader, parent.right) : undefined;
    if (only?.kind === 'package' || only?.kind === 'module') return only;
  }
  if (write) return hidden(`${name} is assigned again in ${placeText(reader, write)}`);
  if (ts.isForInStatement(root.parent.parent) || ts.isForOfStatement(root.parent.parent))
    return hidden(`${name} takes the values of a loop`);
  if (!initializer) return hidden(`${name} is given no value here`);
  let meaning = meaningOf(reader, initializer);
  for (const key of path) meaning = memberOf(reader, meaning, key, use, initializer);
  return withStep(meaning, { use, holder: { kind: 'declaration', declaration }, path: [] });
}

/** The property that one element of `const { a, b: c } = x` takes; undefined where that is more than a property. */
function keyInPattern(element: ts.BindingElement): string | undefined {
  const { propertyName, name, dotDotDotToken, initializer, parent } = element;
  if (dotDotDotToken || initializer || !ts.isObjectBindingPattern(parent)) return undefined;
  if (propertyName)
    return ts.isIdentifier(propertyName) || ts.isStringLiteral(propertyName) ? propertyName.text : undefined;
  return ts.isIdentifier(name) ? name.text : undefined;
}

function importMeaning(
  reader: Reader,
  declaration: ts.ImportClause | ts.NamespaceImport | ts.ImportSpecifier | ts.ImportEqualsDeclaration,
  use: ts.Node,
): Meaning {
  const tree = reader.world.treeOf(declaration);
  const from = importedModule(declaration);
  if (!from) return { kind: 'hidden', why: 'it is an alias that is not read', at: use };
  return moduleMeaning(reader, tree, from.specifier, from.name, use);
}

/** Where an imported name comes from; `name` undefined for the module as a whole. */
export function importedModule(
  declaration: ts.ImportClause | ts.NamespaceImport | ts.ImportSpecifier | ts.ImportEqualsDeclaration,
): { readonly specifier: string; readonly name: string | undefined } | undefined {
  if (ts.isImportEqualsDeclaration(declaration)) {
    const { moduleReference } = declaration;
    if (!ts.isExternalModuleReference(moduleReference) || !ts.isStringLiteral(moduleReference.expression))
      return undefined;
    return { specifier: moduleReference.expression.text, name: undefined };
  }
  const statement = ts.isImportClause(declaration)
    ? declaration.parent
    : ts.isNamespaceImport(declaration)
      ? declaration.parent.parent
      : declaration.parent.parent.parent;
  if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return undefined;
  const specifier = statement.moduleSpecifier.text;
  if (ts.isNamespaceImport(declaration)) return { specifier, name: undefined };
  const name = ts.isImportClause(declaration) ? 'default' : (declaration.propertyName ?? declaration.name).text;
  return { specifier, name };
}

function moduleMeaning(
  reader: Reader,
  from: SourceTree,
  specifier: string,
  name: string | undefined,
  use: ts.Node,
): Meaning {
  if (!isRelative(specifier))
    return { kind: 'package', module: specifier.replace(/^node:/, ''), path: name === undefined ? [] : [name] };
  const tree = reader.world.imported(from, specifier);
  if (!tree) return { kind: 'hidden', why: `the file behind ${specifier} is not among those that are read`, at: use };
  reader.consulted.add(tree);
  const whole: Meaning = { kind: 'module', tree };
  return name === undefined ? whole : memberOf(reader, whole, name, use);
}

/** The property `name` of what `of` stands for. `use` is the whole expression; `from` is where it is read, if not there. */
export function memberOf(reader: Reader, of: Meaning, name: string, use: ts.Node, from: ts.Node = use): Meaning {
  const hidden = (why: string): Meaning => ({ kind: 'hidden', why, at: use });
  switch (of.kind) {
    case 'package':
      return { ...of, path: [...of.path, name] };
    case 'module':
      return deeper(reader, () => exportMeaning(reader, of.tree, name, use)) ?? hidden('it is too many steps away');
    case 'enum': {
      const member = of.declaration.members.find((one) => memberKey(one.name) === name);
      if (!member) return hidden(`${of.declaration.name.text} has no member ${name} here`);
      return {
        kind: 'member',
        member,
        steps: [{ use: of.use, holder: { kind: 'declaration', declaration: of.declaration }, path: [name] }],
      };
    }
    case 'class':
      return staticMeaning(reader, of.declaration, name, of.use);
    case 'namespace': {
      const { body } = of.declaration;
      const scopes = reader.world.bindings(reader.world.treeOf(of.declaration))?.scopes;
      const found = body && ts.isModuleBlock(body) ? scopes?.get(body)?.get(name) : undefined;
      const [declaration] = found ?? [];
      return declaration && found
        ? declarationMeaning(reader, declaration, use, found)
        : hidden(`${name} is not found`);
    }
    case 'expression':
      return memberOfObject(reader, of, name, use, from);
    case 'member':
    case 'function':
      return hidden(`${name} is a property that is not read`);
    case 'hidden':
      return of;
  }
}

function memberKey(name: ts.PropertyName): string | undefined {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : undefined;
}

function staticMeaning(reader: Reader, of: ts.ClassLikeDeclaration, name: string, use: ts.Node): Meaning {
  const hidden = (why: string): Meaning => ({ kind: 'hidden', why, at: use });
  const property = of.members.find(
    (one): one is ts.PropertyDeclaration =>
      ts.isPropertyDeclaration(one) &&
      memberKey(one.name) === name &&
      (ts.getModifiers(one)?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false),
  );
  if (!property?.initializer || !ts.isClassDeclaration(of)) return hidden(`${name} is not a value of the class`);
  const isReadonly = ts.getModifiers(property)?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword) ?? false;
  const text = property.getSourceFile().text;
  if (
    !isReadonly &&
    new RegExp(`\\b${name.replaceAll('$', '\\$')}\\s*(?:[-+*/%]?=[^=>]|\\+\\+|--)`).exec(
      text.slice(0, property.pos) + text.slice(property.end),
    )
  )
    return hidden(`${name} may be assigned again`);
  return withStep(meaningOf(reader, property.initializer), {
    use,
    holder: { kind: 'declaration', declaration: of },
    path: [name],
  });
}

function exportMeaning(reader: Reader, tree: SourceTree, name: string, use: ts.Node): Meaning {
  const hidden = (why: string): Meaning => ({ kind: 'hidden', why, at: use });
  const exports = reader.world.exports(tree);
  if (!exports) return hidden(`${tree.file.path} cannot be read`);
  const found = exports.named.get(name);
  const step: Step = { use, holder: { kind: 'export', tree, name }, path: [] };
  if (found?.kind === 'expression') return withStep(meaningOf(reader, found.node), step);
  if (found?.kind === 'from') return moduleMeaning(reader, tree, found.specifier, found.name, use);
  if (found) {
    const root = tree.root();
    const declarations = root && reader.world.bindings(tree)?.scopes.get(root)?.get(found.name);
    const [declaration] = declarations ?? [];
    return declaration && declarations
      ? declarationMeaning(reader, declaration, use, declarations)
      : hidden(`${name} is not a value of ${tree.file.path}`);
  }
  if (exports.whole) {
    const whole = meaningOf(reader, exports.whole);
    return withStep(name === 'default' ? whole : memberOf(reader, whole, name, use), step);
  }
  // What a CommonJS module exports by name is the default import of an ES module.
  if (name === 'default' && exports.named.size > 0 && exports.stars.length === 0) return { kind: 'module', tree };
  for (const specifier of exports.stars) {
    const meaning = moduleMeaning(reader, tree, specifier, name, use);
    if (meaning.kind !== 'hidden') return meaning;
  }
  return hidden(`${name} is not found in ${tree.file.path}`);
}

function withStep(meaning: Meaning, step: Step): Meaning {
  return meaning.kind === 'expression' || meaning.kind === 'member'
    ? { ...meaning, steps: [step, ...meaning.steps] }
    : meaning;
}

/** `src/time.ts:3`, as messages name a place. */
export function placeText(reader: Reader, node: ts.Node): string {
  const { file } = reader.world.treeOf(node);
  return `${file.path}:${positionOf(file, node.getStart()).line}`;
}
