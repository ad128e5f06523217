import type { Shape } from './shape.js';
import type { GrowingNode } from './tree.js';

/** A word of a `set` line or a statement in braces. Quoted words are never keys or brackets. */
export interface Word {
  readonly text: string;
  readonly at: number;
  readonly isQuoted: boolean;
}

/** A tree that `set` lines and braces add to: what is named again is the same node. */
export interface Tree {
  readonly root: GrowingNode;
  /** Children by name, of nodes that have many, so that a line is placed in the same time however long the file is. */
  readonly index: Map<GrowingNode, Map<string, GrowingNode>>;
}

export function emptyTree(): Tree {
  return { root: { name: 'config', at: 0, children: [] }, index: new Map() };
}

/** Up to so many children are looked through one by one: an index of their names would be larger than they are. */
const fewChildren = 8;

/** The child of that name, a new one where there is none yet. */
export function childNamed({ index }: Tree, node: GrowingNode, name: string, at: number): GrowingNode {
  let known = index.get(node);
  const found = known ? known.get(name) : node.children.find((child) => child.name === name);
  if (found) return found;
  const child: GrowingNode = { name, at, children: [] };
  node.children.push(child);
  if (!known && node.children.length > fewChildren) {
    known = new Map(node.children.map((one) => [one.name, one]));
    index.set(node, known);
  } else known?.set(name, child);
  return child;
}

interface Level {
  readonly node: GrowingNode;
  readonly shape: Shape;
}

/**
 * Adds the words of one line or statement below `node`, as far as `shape` knows them. Several parts of one object may follow each
 * other: `action decrypt type ssl-inbound-inspection cert-b`. A word that is no key of the object is passed over with what
 * follows it, up to the next key.
 */
export function addWords(tree: Tree, start: Level, words: readonly Word[]): void {
  let levels: Level[] = [start];
  let i = 0;
  while (i < words.length) {
    const level = levels.at(-1);
    const word = words[i];
    if (!level || !word) return;
    const { node, shape } = level;
    switch (shape.kind) {
      case 'value':
      case 'list': {
        const end = valueEnd(words, i);
        for (const value of valuesIn(words, i, end))
          if (shape.kind === 'list' || node.children.length === 0) childNamed(tree, node, value.text, value.at);
          // Of two lines for one value the later counts.
          else node.children.splice(0, 1, { name: value.text, at: value.at, children: [] });
        i = end;
        levels.pop();
        break;
      }
      case 'unread':
        i = valueEnd(words, i);
        levels.pop();
        break;
      case 'mark':
        levels.pop();
        if (levels.length === 0) return;
        break;
      case 'entries': {
        const end = valueEnd(words, i);
        const named = valuesIn(words, i, end).map((value) => childNamed(tree, node, value.text, value.at));
        const [only] = named;
        i = end;
        levels.pop();
        if (named.length === 1 && only) {
          const isObject = shape.of.kind === 'keys' && shape.of.isObject;
          // The words after an object's name are its own: what encloses it says nothing about them.
          if (isObject && !isInsideObject(levels)) levels = [];
          levels.push({ node: only, shape: shape.of });
        }
        break;
      }
      case 'keys': {
        const inner = word.isQuoted ? undefined : shape.keys.get(word.text);
        if (inner) {
          const child = inner.kind === 'unread' ? node : childNamed(tree, node, word.text, word.at);
          levels.push({ node: child, shape: inner });
          i++;
        } else if (shape.orValue && node.children.length === 0 && !isBracket(word)) {
          childNamed(tree, node, word.text, word.at);
          i++;
          levels.pop();
        } else if (isInsideObject(levels)) {
          const enclosing = word.isQuoted ? -1 : levels.findLastIndex((one) => knows(one.shape, word.text));
          if (enclosing === -1) i++;
          else levels.length = enclosing + 1;
        } else return;
        break;
      }
    }
  }
}

function isInsideObject(levels: readonly Level[]): boolean {
  return levels.some(({ shape }) => shape.kind === 'keys' && shape.isObject);
}

function knows(shape: Shape, word: string): boolean {
  return shape.kind === 'keys' && shape.keys.has(word);
}

function isBracket({ text, isQuoted }: Word): boolean {
  return !isQuoted && (text === '[' || text === ']');
}

/** The end of the value that starts at `i`: one word, or everything up to the closing bracket. */
function valueEnd(words: readonly Word[], i: number): number {
  const first = words[i];
  if (!first || !isBracket(first) || first.text !== '[') return i + 1;
  let end = i + 1;
  for (let word = words[end]; word; word = words[++end]) if (isBracket(word) && word.text === ']') return end + 1;
  return end;
}

function valuesIn(words: readonly Word[], start: number, end: number): readonly Word[] {
  return words.slice(start, end).filter((word) => !isBracket(word));
}
