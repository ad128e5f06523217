import { insert, type Span, type TextEdit } from '@shortfuse/core';
import { ts } from 'ts-morph';
import { walk } from './anchors.js';
import { lineBreak } from './insertion.js';
import type { SourceTree } from './tree.js';

/** The comments of a source, in the order of the text. */
export function comments(tree: SourceTree): readonly Span[] {
  const root = tree.root();
  if (!root) return [];
  const { text } = tree.file;
  const found = new Map<number, number>();
  const verbatim: Span[] = [];
  const looked = new Set<number>();
  const add = (start: number, end: number): void => {
    found.set(start, end);
  };
  // Comments stand between tokens: after the end or before the start of some node or list of nodes.
  const look = (offset: number): void => {
    if (offset < 0 || looked.has(offset)) return;
    looked.add(offset);
    ts.forEachLeadingCommentRange(text, offset, add);
    ts.forEachTrailingCommentRange(text, offset, add);
  };
  walk(root, (node) => {
    if (ts.isJsxText(node)) verbatim.push({ start: node.pos, end: node.end });
    // `{/* nothing but a comment */}`
    if (ts.isJsxExpression(node)) look(node.getStart() + 1);
    look(node.pos);
    look(node.end);
    ts.forEachChild(
      node,
      () => undefined,
      (list) => {
        look(list.pos);
        look(list.end);
      },
    );
  });
  const spans = [...found].map(([start, end]): Span => ({ start, end })).sort((a, b) => a.start - b.start);
  return outside(spans, verbatim);
}

/** Text between JSX tags may look like a comment. Both lists are in the order of the text. */
function outside(spans: readonly Span[], verbatim: readonly Span[]): Span[] {
  let index = 0;
  return spans.filter(({ start }) => {
    while (index < verbatim.length && (verbatim[index]?.end ?? 0) <= start) index++;
    const text = verbatim[index];
    return !(text && text.start <= start);
  });
}

/** A comment of its own above the line of `offset`; undefined where that line begins inside a text. */
export function annotate(tree: SourceTree, offset: number, text: string): TextEdit | undefined {
  const root = tree.root();
  const source = tree.file.text;
  if (!root || offset < 0 || offset > source.length) return undefined;
  const lineStart = source.lastIndexOf('\n', offset - 1) + 1;
  if (isInText(root, lineStart)) return undefined;
  const [indentation = ''] = /^[\t ]*/.exec(source.slice(lineStart, offset)) ?? [];
  const end = source.indexOf('\n', offset);
  const eol = lineBreak(source, end > 0 && source[end - 1] === '\r' ? end - 1 : end === -1 ? source.length : end);
  return insert(lineStart, `${indentation}// ${text}${eol}`);
}

/** Does `offset` stand inside a template, a text between tags, or a comment? */
function isInText(root: ts.SourceFile, offset: number): boolean {
  let innermost: ts.Node = root;
  for (let next: ts.Node | undefined = root; next; ) {
    innermost = next;
    next = ts.forEachChild(innermost, (child) => (child.pos < offset && offset < child.end ? child : undefined));
  }
  if (ts.isJsxText(innermost) || ts.isJsxElement(innermost) || ts.isJsxFragment(innermost)) return true;
  const start = innermost.getStart(root);
  const isToken = ts.isTemplateLiteralToken(innermost) || ts.isStringLiteral(innermost);
  if (isToken && start < offset) return true;
  const before = ts.getLeadingCommentRanges(root.text, innermost.pos) ?? [];
  const after = ts.getTrailingCommentRanges(root.text, innermost.end) ?? [];
  return [...before, ...after].some(({ pos, end }) => pos < offset && offset < end);
}
