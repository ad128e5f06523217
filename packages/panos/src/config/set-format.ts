import { configurationShape, pathOfFirstWord } from './shape.js';
import type { Node } from './tree.js';
import { addWords, childNamed, emptyTree, type Word } from './words.js';

export type Reading =
  | { readonly ok: true; readonly root: Node; readonly passedOver?: { readonly at: number; readonly count: number } }
  | { readonly ok: false; readonly at: number; readonly message: string; readonly help: string };

/** Is this a list of `set` commands? One at the start of a line is enough; prompts and comments may stand around it. */
export function isSetFormat(text: string): boolean {
  return /^[ \t]*set[ \t]+\S/m.test(text);
}

/** Words that start another kind of command, whose effect is not read. */
const otherCommands = /^(?:delete|rename|move|copy|override|load|edit)[ \t]+\S/;

/**
 * Reads `set` commands, as `show` in configuration mode prints them after `set cli config-output-format set`. Blank lines,
 * comments and prompts are passed over; so are commands other than `set`, and the first of them is told. A value in quotes may
 * have several lines, as certificates do. There is no escape inside quotes.
 */
export function readSetFormat(text: string): Reading {
  const tree = emptyTree();
  let others: { at: number; count: number } | undefined;
  for (let start = 0; start < text.length; ) {
    const lineEnd = endOfLine(text, start);
    const indent = /[ \t]*/y;
    indent.lastIndex = start;
    const from = start + (indent.exec(text)?.[0].length ?? 0);
    if (!/^set[ \t]/.test(text.slice(from, from + 4))) {
      if (otherCommands.test(text.slice(from, Math.min(lineEnd, from + 40))))
        others = others ? { ...others, count: others.count + 1 } : { at: from, count: 1 };
      start = lineEnd + 1;
      continue;
    }
    const line = readLine(text, from + 4);
    if ('unclosed' in line)
      return {
        ok: false,
        at: line.unclosed,
        message: 'a quote is not closed',
        help: 'export the configuration again: a value may have been cut off, and so may what follows it',
      };
    const { words, end } = line;
    start = end + 1;
    const [first] = words;
    const rest = first?.text === 'config' && !first.isQuoted ? words.slice(1) : words;
    const path = rest[0] ? pathOfFirstWord(rest[0].text) : undefined;
    if (!path) continue;
    const at = rest[0]?.at ?? from;
    addWords(tree, { node: tree.root, shape: configurationShape }, [...path.map((name) => asWord(name, at)), ...rest]);
  }
  // The order of virtual systems is that of their numbers, whichever a line names first.
  for (const device of childNamed(tree, tree.root, 'devices', 0).children)
    childNamed(tree, device, 'vsys', 0).children.sort((a, b) => numberIn(a.name) - numberIn(b.name));
  return { ok: true, root: tree.root, ...(others ? { passedOver: others } : {}) };
}

function asWord(text: string, at: number): Word {
  return { text, at, isQuoted: false };
}

function numberIn(name: string): number {
  return Number(/\d+$/.exec(name)?.[0] ?? Number.MAX_SAFE_INTEGER);
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

type Line = { readonly words: readonly Word[]; readonly end: number } | { readonly unclosed: number };

/** The words from `start` to the end of the line, which a quoted value may put further down. */
function readLine(text: string, start: number): Line {
  const words: Word[] = [];
  const piece = /[ \t\r]+|"([^"]*)"|'([^'\n]*)'|[[\]](?=[ \t\r\n]|$)|[^ \t\r\n]+|\n/gy;
  piece.lastIndex = start;
  let depth = 0;
  for (let match = piece.exec(text); match; match = piece.exec(text)) {
    const [whole, double, single] = match;
    const at = match.index;
    if (whole === '\n') return { words, end: at };
    const quoted = double ?? single;
    if (quoted !== undefined) {
      // A value of several lines never holds a command; a quote that is not closed runs into the next one that opens.
      if (/\n[ \t]*set[ \t]/.test(quoted)) return { unclosed: at };
      words.push({ text: quoted, at, isQuoted: true });
    } else if (whole.startsWith('"')) {
      return { unclosed: at };
    } else if (/\S/.test(whole)) {
      depth += whole === '[' ? 1 : whole === ']' ? -1 : 0;
      // `[web` and `b]`: the brackets may touch the words.
      const opens = whole.length > 1 && whole.startsWith('[');
      const closes = whole.length > 1 && whole.endsWith(']') && (depth > 0 || opens);
      if (opens) {
        words.push(asWord('[', at));
        depth++;
      }
      words.push(asWord(whole.slice(opens ? 1 : 0, closes ? -1 : undefined), at));
      if (closes) {
        words.push(asWord(']', at + whole.length - 1));
        depth--;
      }
    }
  }
  return { words, end: text.length };
}
