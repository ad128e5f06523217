import { ts } from 'ts-morph';
import { type Declaration, nameOf } from './bindings.js';
import { importedModule } from './meaning.js';
import { isRelative } from './sources.js';
import type { SourceTree } from './tree.js';
import type { World } from './world.js';

/** A name that one file exports. */
export interface Exported {
  readonly tree: SourceTree;
  readonly name: string;
}

/**
 * Every use of what `declaration` names, in its own file and in all files at hand that import it, by whatever name, or as a
 * member of the whole module. Files are only parsed where their text has the name.
 */
export function referencesEverywhere(world: World, declaration: Declaration): readonly ts.Node[] {
  const found: ts.Node[] = [...world.references(declaration)];
  const own = nameOf(declaration);
  if (own === undefined) return found;
  const tree = world.treeOf(declaration);
  found.push(...usesOfExports(world, exportedAs(world, tree, own, declaration)));
  return found;
}

/** Every use of an exported name in other files at hand. */
export function usesOfExports(world: World, exported: readonly Exported[]): readonly ts.Node[] {
  const found: ts.Node[] = [];
  const queue = [...exported];
  const seen = new Set<string>();
  for (let next = queue.pop(); next; next = queue.pop()) {
    const key = `${next.tree.file.path} ${next.name}`;
    if (seen.has(key)) continue;
    seen.add(key);
    for (const importer of world.trees) {
      if (importer === next.tree || !mayImport(importer, next)) continue;
      found.push(...importsOf(world, importer, next, queue));
    }
  }
  return found;
}

/** The names under which a file exports one of its own variables. */
function exportedAs(world: World, tree: SourceTree, own: string, declaration: Declaration): Exported[] {
  const root = tree.root();
  const exports = world.exports(tree);
  if (!root || !exports || !world.bindings(tree)?.scopes.get(root)?.get(own)?.includes(declaration)) return [];
  const names: Exported[] = [];
  for (const [name, one] of exports.named) {
    if (one.kind === 'local' && one.name === own) names.push({ tree, name });
    else if (one.kind === 'expression' && ts.isIdentifier(one.node) && one.node.text === own)
      names.push({ tree, name });
  }
  return names;
}

/** By its text alone: a file that has neither the name nor a way to the whole module does not use it. */
function mayImport({ file: { text } }: SourceTree, { tree, name }: Exported): boolean {
  if (name !== 'default' && !text.includes(name) && !/export\s*\*/.test(text)) return false;
  const { path } = tree.file;
  const base = path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  return base === 'index' ? /['"`]\.{1,2}(?:\/|['"`])/.test(text) : text.includes(base);
}

/** Uses of an exported name in a file that imports it; names under which that file exports it again go to `queue`. */
function importsOf(world: World, importer: SourceTree, { tree, name }: Exported, queue: Exported[]): ts.Node[] {
  const root = importer.root();
  const bindings = world.bindings(importer);
  const exports = world.exports(importer);
  if (!root || !bindings || !exports) return [];
  const isHere = (specifier: string): boolean => isRelative(specifier) && world.imported(importer, specifier) === tree;
  const found: ts.Node[] = [];
  for (const [local, declarations] of bindings.scopes.get(root) ?? [])
    for (const declaration of declarations) {
      const from = moduleOf(declaration);
      if (!from || !isHere(from.specifier)) continue;
      const uses = world.references(declaration);
      if (from.name === name) {
        found.push(...uses);
        for (const [exported, one] of exports.named)
          if (one.kind === 'local' && one.name === local) queue.push({ tree: importer, name: exported });
      } else if (from.name === undefined) found.push(...uses.map((use) => memberUse(use, name)).filter(isNode));
    }
  for (const call of bindings.calls) {
    const [specifier] = call.arguments ?? [];
    const isRequire =
      ts.isCallExpression(call) &&
      (call.expression.kind === ts.SyntaxKind.ImportKeyword ||
        (ts.isIdentifier(call.expression) && call.expression.text === 'require'));
    if (isRequire && specifier && ts.isStringLiteralLike(specifier) && isHere(specifier.text))
      found.push(...requireUses(world, call, name));
  }
  for (const [exported, one] of exports.named)
    if (one.kind === 'from' && one.name === name && isHere(one.specifier))
      queue.push({ tree: importer, name: exported });
  if (exports.stars.some(isHere)) queue.push({ tree: importer, name });
  return found;
}

function moduleOf(
  declaration: Declaration,
): { readonly specifier: string; readonly name: string | undefined } | undefined {
  return ts.isImportClause(declaration) ||
    ts.isNamespaceImport(declaration) ||
    ts.isImportSpecifier(declaration) ||
    ts.isImportEqualsDeclaration(declaration)
    ? importedModule(declaration)
    : undefined;
}

/** `limits.SESSION` for the `limits` in it; the name alone where the whole module is passed on. */
function memberUse(use: ts.Node, name: string): ts.Node | undefined {
  const { parent } = use;
  if (!ts.isPropertyAccessExpression(parent) || parent.expression !== use) return use;
  return parent.name.text === name ? parent : undefined;
}

function isNode(node: ts.Node | undefined): node is ts.Node {
  return node !== undefined;
}

/** `require('./limits').SESSION`, `const { SESSION } = require('./limits')`, `const limits = require('./limits')`. */
function requireUses(world: World, call: ts.Node, name: string): ts.Node[] {
  let at = call;
  while (ts.isAwaitExpression(at.parent) || ts.isParenthesizedExpression(at.parent)) at = at.parent;
  const { parent } = at;
  if (ts.isPropertyAccessExpression(parent)) return parent.name.text === name ? [parent] : [];
  if (!ts.isVariableDeclaration(parent)) return ts.isExpressionStatement(parent) ? [] : [at];
  if (ts.isIdentifier(parent.name))
    return world
      .references(parent)
      .map((use) => memberUse(use, name))
      .filter(isNode);
  return parent.name.elements.flatMap((element) => {
    if (!ts.isBindingElement(element)) return [];
    const key = element.propertyName ?? element.name;
    return ts.isIdentifier(key) && key.text === name ? [...world.references(element)] : [];
  });
}
