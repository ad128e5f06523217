import type { FileEdit, SourceFile } from '@shortfuse/core';
import type { Evaluation, VirtualHost } from './evaluation.js';
import { indentationOf, insertionAt, lineAt, type Place } from './insertion.js';
import { type ApacheFile, LineKind, nameOf } from './tree.js';

const treesOf = new WeakMap<Evaluation, ReadonlyMap<SourceFile, ApacheFile>>();

export function treeOf(evaluation: Evaluation, file: SourceFile): ApacheFile | undefined {
  const known = treesOf.get(evaluation) ?? new Map(evaluation.files.map((tree) => [tree.file, tree]));
  treesOf.set(evaluation, known);
  return known.get(file);
}

/** The lines between `<VirtualHost …>` and its end: `open` and `close` are those two. */
export interface HostLines {
  readonly tree: ApacheFile;
  readonly open: number;
  readonly close: number;
}

const linesOfHosts = new WeakMap<VirtualHost, HostLines | 'unknown'>();

/** Where a host is written; in the lines of the macro, where it comes from one. Undefined where its lines cannot be told. */
export function linesOfHost(evaluation: Evaluation, host: VirtualHost): HostLines | undefined {
  const known = linesOfHosts.get(host) ?? findHostLines(evaluation, host) ?? 'unknown';
  linesOfHosts.set(host, known);
  return known === 'unknown' ? undefined : known;
}

function findHostLines(evaluation: Evaluation, { opened: { file, span } }: VirtualHost): HostLines | undefined {
  const tree = treeOf(evaluation, file);
  if (!tree) return undefined;
  const open = lineAt(tree, span.start);
  if (tree.lines.kinds[open] !== LineKind.open || nameOf(tree, open) !== '<virtualhost') return undefined;
  const close = closesOf(tree)[open] ?? 0;
  return close > open ? { tree, open, close } : undefined;
}

const closesOfTrees = new WeakMap<ApacheFile, Int32Array>();

/** For the first line of each section the index of its end; 0 where it has none. What is left open within it does not count. */
function closesOf(tree: ApacheFile): Int32Array {
  const known = closesOfTrees.get(tree);
  if (known) return known;
  const { lines } = tree;
  const closes = new Int32Array(lines.count);
  const sections: { readonly name: string; readonly index: number }[] = [];
  const open = new Map<string, number>();
  for (let i = 0; i < lines.count; i++) {
    const kind = lines.kinds[i];
    if (kind === LineKind.open) {
      const name = nameOf(tree, i).slice(1);
      sections.push({ name, index: i });
      open.set(name, (open.get(name) ?? 0) + 1);
    } else if (kind === LineKind.close) {
      const name = nameOf(tree, i).slice(2).replace(/>$/, '');
      if (!open.get(name)) continue;
      for (let section = sections.pop(); section; section = sections.pop()) {
        open.set(section.name, (open.get(section.name) ?? 1) - 1);
        if (section.name !== name) continue;
        closes[section.index] = i;
        break;
      }
    }
  }
  closesOfTrees.set(tree, closes);
  return closes;
}

/**
 * The insertion of `text` into a host: at its top level, behind its last line about TLS, or where all of those stand in a
 * condition on mod_ssl, in there. With `isLast`, behind everything that could set a timeout in it.
 */
export function hostInsertion(
  evaluation: Evaluation,
  host: VirtualHost,
  text: string,
  isLast: boolean,
): FileEdit | undefined {
  const lines = linesOfHost(evaluation, host);
  // Whatever stands in a condition of a template may not be there.
  if (!lines || (lines.tree.lines.templateDepths?.[lines.open] ?? 0) > 0) return undefined;
  return insertionAt(hostPlace(evaluation, lines, isLast), text);
}

function hostPlace(evaluation: Evaluation, { tree, open, close }: HostLines, isLast: boolean): Place {
  const { lines } = tree;
  /** For each section that is open within the host: is it a condition on mod_ssl that holds? */
  const sections: boolean[] = [];
  let ssl = -1;
  let guarded = -1;
  let last = -1;
  let indentation: string | undefined;
  for (let i = open + 1; i < close; i++) {
    const kind = lines.kinds[i];
    if (kind === LineKind.open) sections.push(isTrueOnSsl(evaluation, tree, i));
    if (kind === LineKind.close) {
      sections.pop();
      if (sections.length === 0) last = i;
    }
    if (kind !== LineKind.directive || (lines.templateDepths?.[i] ?? 0) > 0) continue;
    const name = nameOf(tree, i);
    const isTop = sections.length === 0;
    if (isTop) indentation ??= indentationOf(tree, i);
    if (isTop && (name.startsWith('ssl') || /^(?:include|includeoptional|use)$/.test(name) || /["'$\\]/.test(name)))
      last = i;
    if (!name.startsWith('ssl')) continue;
    if (isTop) ssl = i;
    else if (sections.every((holds) => holds)) guarded = i;
  }
  const step = indentation ?? `${indentationOf(tree, open)}    `;
  if (isLast) return { tree, index: Math.max(last, open), side: 'after', indentation: step };
  const index = ssl !== -1 ? ssl : guarded !== -1 ? guarded : Math.max(last, open);
  const isWord = index !== open && lines.kinds[index] === LineKind.directive;
  return { tree, index, side: 'after', indentation: isWord ? indentationOf(tree, index) : step };
}

/** Does a condition on mod_ssl begin here, and hold for certain? */
export function isTrueOnSsl({ sslConditions }: Evaluation, { file, lines }: ApacheFile, index: number): boolean {
  return sslConditions.get(file)?.get(lines.nameStarts[index] ?? -1) === true;
}

/** Does it come from a `Use`? Its own lines are those of the macro then, and its place is where it is used. */
export function isMacroHost({ at, opened }: VirtualHost): boolean {
  return at.file !== opened.file || at.span.start !== opened.span.start;
}
