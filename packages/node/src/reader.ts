import type { ts } from 'ts-morph';
import type { Declaration } from './bindings.js';
import type { Meaning } from './meaning.js';
import type { SourceTree } from './tree.js';
import type { Value } from './values.js';
import type { World } from './world.js';

/** What a reference names: a variable of a file, or what a CommonJS module exports under a name. */
export type Holder =
  | { readonly kind: 'declaration'; readonly declaration: Declaration }
  | { readonly kind: 'export'; readonly tree: SourceTree; readonly name: string };

/** One reference on the way from a setting to what it is in the end. */
export interface Step {
  /** The identifier; for a member of a namespace import the whole `limits.SESSION`. */
  readonly use: ts.Node;
  readonly holder: Holder;
  /** The members of the variable that are meant, from the outside in; empty for the variable as a whole. */
  readonly path: readonly string[];
}

/** Why a value is not known. */
export interface Hidden {
  /** Completes "not known, because": without a capital letter and full stop. */
  readonly why: string;
  /** The expression that hides it. */
  readonly at: ts.Node;
}

/** The state of reading one source: what was looked up already, and which files were needed for it. */
export interface Reader {
  readonly world: World;
  /** Files other than the source itself that something was looked up in. */
  readonly consulted: Set<SourceTree>;
  readonly meanings: Map<ts.Node, Meaning>;
  readonly values: Map<ts.Node, Value>;
  /** How many look-ups the present one is part of. */
  depth: number;
}

export function readerOf(world: World): Reader {
  return { world, consulted: new Set(), meanings: new Map(), values: new Map(), depth: 0 };
}

/** Nobody writes a number that is further away than this; a file made to be hard to read may. */
const deepest = 100;

/** Runs `look` one level deeper; `undefined` where that is too deep. */
export function deeper<Result>(reader: Reader, look: () => Result): Result | undefined {
  if (reader.depth >= deepest) return undefined;
  reader.depth++;
  try {
    return look();
  } finally {
    reader.depth--;
  }
}
