import { insert, type TextEdit } from '@shortfuse/core';
import { indentBefore, lineEndAfter } from './lines.js';
import { type Property, propertiesOf } from './properties.js';
import { type TmshFile, TokenKind } from './tree.js';

/**
 * The insertion of a property into an object that does not have it: where the alphabet puts it, as BIG-IP writes its files, on
 * a line of its own unless the object is on one line.
 */
export function stanzaInsertion(tree: TmshFile, statement: number, name: string, value: string): TextEdit {
  const { text } = tree.file;
  const { starts, ends, kinds } = tree.tokens;
  const properties = propertiesOf(tree, statement);
  const following = properties.findIndex((property) => property.name > name);
  const index = following === -1 ? properties.length : following;
  const previous = properties[index - 1];
  const after = previous ? lastToken(tree, previous) : (tree.statements.open[statement] ?? 0);
  const end = ends[after] ?? 0;

  // A comment after the previous property stays on its line.
  const isComment = kinds[after + 1] === TokenKind.comment && !text.slice(end, starts[after + 1]).includes('\n');
  const line = lineEndAfter(text, isComment ? (ends[after + 1] ?? end) : end);
  if (line) return insert(line.next, `${bodyIndent(tree, statement, properties, index)}${name} ${value}${line.eol}`);
  const isSeparate = /[ \t\r]/.test(text.charAt(end));
  return insert(end, ` ${name} ${value}${isSeparate ? '' : ' '}`);
}

/** The last token of a property: its closing brace, its value or its name. */
function lastToken({ statements }: TmshFile, { block, valueToken, nameToken }: Property): number {
  if (block !== -1) return statements.close[block] ?? nameToken;
  return valueToken === -1 ? nameToken : valueToken;
}

/** As its neighbours are indented; else one step deeper than the object itself. */
function bodyIndent(tree: TmshFile, statement: number, properties: readonly Property[], index: number): string {
  const { text } = tree.file;
  const neighbours = [...properties.slice(0, index).reverse(), ...properties.slice(index)];
  for (const { nameToken } of neighbours) {
    const indent = indentBefore(text, tree.tokens.starts[nameToken] ?? 0);
    if (indent !== undefined) return indent;
  }
  const own = indentBefore(text, tree.tokens.starts[tree.statements.first[statement] ?? 0] ?? 0) ?? '';
  return own + step(tree);
}

/** Enough to meet an object with a body on lines of its own. */
const mostStatements = 200;

/** The indentation of the first property in the file that is on a line of its own; what BIG-IP writes where there is none. */
function step(tree: TmshFile): string {
  const { statements, tokens, file } = tree;
  for (let i = 1; i < Math.min(statements.count, mostStatements); i++) {
    if (statements.parent[statements.parent[i] ?? -1] !== -1) continue;
    const indent = indentBefore(file.text, tokens.starts[statements.first[i] ?? 0] ?? 0);
    if (indent) return indent;
  }
  return '    ';
}
