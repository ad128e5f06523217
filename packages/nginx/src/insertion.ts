import type { SourceFile } from '@shortfuse/core';
import type { Block } from './evaluate.js';
import { mayHaveTags } from './template.js';
import { isBlock, type NginxFile, nameOf, spanOf, TokenKind } from './tree.js';

/** Where a new statement goes: at `offset`, between `before` and `after`. */
export interface Place {
  readonly file: SourceFile;
  readonly offset: number;
  readonly before: string;
  readonly after: string;
}

/** In a server block: after its last `listen` or `ssl_*` line, else at its top. */
export function placeInServer(block: Block): Place {
  const last = lastChild(block, (name) => /^(?:listen|ssl|ssl_.*)$/.test(name));
  return last === undefined ? placeAtTop(block) : placeAfter(block, last);
}

/** In a section: after its last `ssl_*` line, else after what stands before its servers, else at its top. */
export function placeInSection(block: Block, firstServer: number | undefined): Place {
  const last =
    lastChild(block, (name) => name.startsWith('ssl_')) ?? lastChild(block, () => true, firstServer ?? block.index);
  return last === undefined ? placeAtTop(block) : placeAfter(block, last);
}

/**
 * The last plain statement directly in the block, before `limit`, that every rendering of the file has; what stands in blocks
 * inside it does not count.
 */
function lastChild(
  { tree, index }: Block,
  isWanted: (name: string) => boolean,
  limit = Number.POSITIVE_INFINITY,
): number | undefined {
  const { directives, tokens } = tree;
  const depth = directives.templateDepth?.[index];
  const end = Math.min(limit, directives.next[index] ?? 0);
  let last: number | undefined;
  for (let child = index + 1; child < end; child = directives.next[child] ?? end)
    if (
      tokens.kinds[directives.end[child] ?? 0] === TokenKind.semicolon &&
      !isBlock(tree, child) &&
      directives.templateDepth?.[child] === depth &&
      isWanted(nameOf(tree, child))
    )
      last = child;
  return last;
}

/** Behind statement `child` of the block: a line of its own, or on the same line where something else follows there. */
function placeAfter(block: Block, child: number): Place {
  const { tree } = block;
  const semicolon = tree.directives.end[child] ?? 0;
  const indent = indentOf(tree, child) ?? innerIndent(block);
  return lineAfter(tree, semicolon, indent) ?? inline(tree, spanOf(tree, semicolon).end);
}

function placeAtTop(block: Block): Place {
  const { tree, index } = block;
  const open = tree.directives.end[index] ?? 0;
  return lineAfter(tree, open, innerIndent(block)) ?? inline(tree, spanOf(tree, open).end);
}

function inline({ file }: NginxFile, offset: number): Place {
  return { file, offset, before: ' ', after: '' };
}

/** The line below the one that `token` ends, if nothing but a comment follows on that. */
function lineAfter(tree: NginxFile, token: number, indent: string): Place | undefined {
  const { file, tokens } = tree;
  for (let next = token + 1; next < tokens.count; next++) {
    const { start, end } = spanOf(tree, next);
    const text = file.text.slice(start, end);
    const kind = tokens.kinds[next];
    if (kind === TokenKind.blank) {
      const lineFeed = text.indexOf('\n');
      if (lineFeed === -1) continue;
      const offset = start + lineFeed + 1;
      return { file, offset, before: indent, after: file.text[offset - 2] === '\r' ? '\r\n' : '\n' };
    }
    // Conditions of a template can begin and end in comments.
    if (kind !== TokenKind.comment || (tree.directives.templateDepth && mayHaveTags(text))) return undefined;
  }
  return undefined;
}

/** What a statement of the block is indented with, if it begins its line. */
export function indentOf({ file, directives, tokens }: NginxFile, index: number): string | undefined {
  const start = tokens.starts[directives.name[index] ?? 0] ?? 0;
  let at = start;
  while (file.text[at - 1] === ' ' || file.text[at - 1] === '\t') at--;
  return at === 0 || file.text[at - 1] === '\n' ? file.text.slice(at, start) : undefined;
}

/** As the first statement in the block that begins its line, else one step deeper than the block itself. */
export function innerIndent({ tree, index }: Block): string {
  const { directives } = tree;
  const end = directives.next[index] ?? 0;
  for (let child = index + 1; child < end; child = directives.next[child] ?? end) {
    const indent = indentOf(tree, child);
    if (indent !== undefined) return indent;
  }
  const outer = indentOf(tree, index) ?? '';
  return outer + (outer.includes('\t') ? '\t' : '    ');
}
