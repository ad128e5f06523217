import type { Reading } from './set-format.js';
import { configurationShape, type Shape } from './shape.js';
import type { GrowingNode } from './tree.js';
import { addWords, childNamed, emptyTree, type Word } from './words.js';

/** Does this look like what `show config running` prints: `name {`, and statements that end in semicolons? */
export function isBraceFormat(text: string): boolean {
  return /^\s*(?:#[^\n]*\s+)*(?:policy|config|mgt-config|shared|devices|deviceconfig|vsys|rulebase)[ \t]*\{/.test(text);
}

/** A block that was opened; without a node where nothing in it is read. */
interface Block {
  readonly at: number;
  readonly inside: { readonly node: GrowingNode; readonly shape: Shape } | undefined;
}

/**
 * Reads the form in braces. A block that is closed but was not opened, or the other way round, makes the whole unreadable: what
 * belongs where could only be guessed.
 */
export function readBraceFormat(text: string): Reading {
  const tree = emptyTree();
  const top: Block = { at: 0, inside: { node: tree.root, shape: configurationShape } };
  const blocks: Block[] = [top];
  const piece = /\s+|#[^\n]*|"([^"]*)"|'([^'\n]*)'|[{};[\]]|[^\s{};[\]"]+|"/gy;
  let words: Word[] = [];
  for (let match = piece.exec(text); match; match = piece.exec(text)) {
    const [whole, double, single] = match;
    const at = match.index;
    const quoted = double ?? single;
    const block = blocks.at(-1) ?? top;
    if (quoted !== undefined) words.push({ text: quoted, at, isQuoted: true });
    else if (whole === '"') return broken(at, 'a quote is not closed');
    else if (whole === '{') {
      blocks.push({ at: words[0]?.at ?? at, inside: entered(words, block) });
      words = [];
    } else if (whole === '}') {
      if (blocks.length === 1) return broken(at, 'a closing brace without an opening one');
      blocks.pop();
      words = [];
    } else if (whole === ';') {
      if (block.inside) addWords(tree, block.inside, words);
      words = [];
    } else if (/^[^\s#]/.test(whole)) words.push({ text: whole, at, isQuoted: false });
  }
  const open = blocks.length > 1 ? blocks.at(-1) : undefined;
  return open ? broken(open.at, 'a block is not closed') : { ok: true, root: tree.root };

  /** Where the words in front of a brace lead. The names that stand around a configuration lead to it. */
  function entered(names: readonly Word[], { inside }: Block): Block['inside'] {
    let at = inside;
    for (const { text: name, at: offset } of names) {
      if (!at) return undefined;
      if (blocks.length === 1 && name === 'config') continue;
      const { node, shape } = at;
      const inner: Shape | undefined =
        shape.kind === 'entries' ? shape.of : shape.kind === 'keys' ? shape.keys.get(name) : undefined;
      at = inner && { node: childNamed(tree, node, name, offset), shape: inner };
    }
    return at;
  }
}

function broken(at: number, message: string): Reading {
  return {
    ok: false,
    at,
    message,
    help: 'export the configuration again, as XML if you can: nothing is said about a part of it',
  };
}
