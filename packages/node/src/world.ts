import type { ts } from 'ts-morph';
import { type Bindings, type Declaration, nameOf } from './bindings.js';
import type { Exports } from './exports.js';
import { isWritten } from './expressions.js';
import { type Mutation, mutationsOf } from './mutations.js';
import { candidatePaths } from './sources.js';
import type { SourceTree } from './tree.js';

/** An import whose file is not at hand yet: the paths that it may mean, in the order in which they are tried. */
export interface Wanted {
  readonly from: SourceTree;
  readonly candidates: readonly string[];
}

/** The sources that are at hand, and what is known of their names. Asks for nothing: what is missing is put into `wanted`. */
export interface World {
  /** Every file, in the order in which it came. */
  readonly trees: readonly SourceTree[];
  readonly wanted: readonly Wanted[];
  /** Was this file among those that a person gave? Others are only there because one of those imports them. */
  readonly isGiven: (tree: SourceTree) => boolean;
  /** The file that a node is part of. */
  readonly treeOf: (node: ts.Node) => SourceTree;
  readonly bindings: (tree: SourceTree) => Bindings | undefined;
  readonly exports: (tree: SourceTree) => Exports | undefined;
  /** Every use of a name in the file that declares it. */
  readonly references: (declaration: Declaration) => readonly ts.Identifier[];
  /** Those of them that give the variable another value. */
  readonly writes: (declaration: Declaration) => readonly ts.Identifier[];
  /** What changes something inside the object that it holds. */
  readonly mutations: (declaration: Declaration) => readonly Mutation[];
  /** The file that a relative specifier means; undefined where it is not at hand. */
  readonly imported: (from: SourceTree, specifier: string) => SourceTree | undefined;
}

/**
 * @param found what is at each path that was asked for: a file, or undefined where there is none
 */
export function worldOf(given: readonly SourceTree[], found: ReadonlyMap<string, SourceTree | undefined>): World {
  const ours = new Set(given);
  const byPath = new Map(given.map((tree) => [tree.file.path, tree]));
  for (const [path, tree] of found) if (tree && !byPath.has(path)) byPath.set(path, tree);
  const trees = [...new Set(byPath.values())];
  const wanted = new Map<string, Wanted>();
  const roots = new Map<ts.SourceFile, SourceTree>();
  // A node is only met in a file whose names or exports were asked for.
  const known = <Value>(tree: SourceTree, value: Value): Value => {
    const root = tree.root();
    if (root) roots.set(root, tree);
    return value;
  };
  const bindings = (tree: SourceTree): Bindings | undefined => known(tree, tree.bindings());
  const exports = (tree: SourceTree): Exports | undefined => known(tree, tree.exports());
  const treeOf = (node: ts.Node): SourceTree => {
    const tree = roots.get(node.getSourceFile());
    if (!tree) throw new Error('a node of a file that is not part of this world');
    return tree;
  };
  const references = (declaration: Declaration): readonly ts.Identifier[] => {
    const name = nameOf(declaration);
    return name === undefined ? [] : (bindings(treeOf(declaration))?.uses(name).get(declaration) ?? []);
  };
  const world: World = {
    trees,
    get wanted() {
      return [...wanted.values()];
    },
    isGiven: (tree) => ours.has(tree),
    treeOf,
    bindings,
    exports,
    references,
    writes: cached((declaration: Declaration) => references(declaration).filter(isWritten)),
    mutations: cached((declaration: Declaration) => mutationsOf(world, declaration)),
    imported: (from, specifier) => {
      const candidates = candidatePaths(from.file.path, specifier);
      for (const path of candidates) {
        const tree = byPath.get(path);
        if (tree) return tree;
        if (!found.has(path)) break;
      }
      if (candidates.some((path) => !found.has(path)))
        wanted.set(`${from.file.path} ${specifier}`, { from, candidates });
      return undefined;
    },
  };
  return world;
}

function cached<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, { readonly value: Value }>();
  return (key) => {
    const before = known.get(key);
    if (before) return before.value;
    const value = make(key);
    known.set(key, { value });
    return value;
  };
}
