import { type FileEdit, insert, type SourceFile } from '@shortfuse/core';
import type { Evaluation, VirtualHost } from './evaluation.js';
import { readLine } from './line.js';
import { engineOf } from './lookup.js';
import { isBlank, isContinued } from './parse.js';
import { conditionNames } from './settings.js';
import { type ApacheFile, LineKind, nameOf } from './tree.js';

/** A place for a new line: beside line `index`, indented like `indentation`. */
interface Place {
  readonly tree: ApacheFile;
  readonly index: number;
  readonly side: 'before' | 'after';
  readonly indentation: string;
}

/** Writes `text` as a line of its own, with the line end of its neighbour. Undefined where the place allows no line. */
function insertionAt({ tree: { file, lines }, index, side, indentation }: Place, text: string): FileEdit | undefined {
  const start = lines.starts[index] ?? 0;
  const end = lines.starts[index + 1] ?? file.text.length;
  const lineEnd = lineEndIn(file, end);
  if (side === 'before') return { file, edit: insert(start, `${indentation}${text}${lineEnd}`) };
  const isEnded = file.text[end - 1] === '\n';
  // Nothing can follow a line that goes on, though the file ends there.
  const lastStart = file.text.lastIndexOf('\n', end - 2) + 1;
  if (isContinued(file.text, lastStart, isEnded ? end - 1 : end)) return undefined;
  return {
    file,
    edit: insert(end, isEnded ? `${indentation}${text}${lineEnd}` : `${lineEnd}${indentation}${text}`),
  };
}

/** The line end before `offset`, or else the first one of the file. */
export function lineEndIn({ text }: SourceFile, offset: number): string {
  const own = text[offset - 1] === '\n' ? offset - 1 : -1;
  const before = own === -1 ? text.lastIndexOf('\n', offset - 1) : own;
  const at = before === -1 ? text.indexOf('\n') : before;
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n';
}

/** The blanks before the first word of a line. */
export function indentationOf({ file, lines }: ApacheFile, index: number): string {
  const start = lines.starts[index] ?? 0;
  let end = start;
  while (end < (lines.nameStarts[index] ?? start) && isBlank(file.text.charCodeAt(end)) && file.text[end] !== '\n')
    end++;
  return file.text.slice(start, end);
}

/** The line that holds `offset`. */
export function lineAt({ lines: { starts, count } }: ApacheFile, offset: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

const treesOf = new WeakMap<Evaluation, ReadonlyMap<SourceFile, ApacheFile>>();

function treeOf(evaluation: Evaluation, file: SourceFile): ApacheFile | undefined {
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

function isTrueOnSsl({ sslConditions }: Evaluation, { file, lines }: ApacheFile, index: number): boolean {
  return sslConditions.get(file)?.get(lines.nameStarts[index] ?? -1) === true;
}

const mainPlaces = new WeakMap<Evaluation, Place | 'none'>();

/**
 * The insertion of `text` into the main server: behind its SSLSessionCache or a timeout that is commented out, else before the
 * first host that speaks TLS, else behind its last line about TLS. Always outside of every section but a condition on mod_ssl
 * that holds, and never where httpd without mod_ssl would meet it alone.
 */
export function mainInsertion(evaluation: Evaluation, text: string): FileEdit | undefined {
  const place = mainPlaces.get(evaluation) ?? mainPlace(evaluation) ?? 'none';
  mainPlaces.set(evaluation, place);
  return place === 'none' ? undefined : insertionAt(place, text);
}

function mainPlace(evaluation: Evaluation): Place | undefined {
  const plain = new Map(evaluation.files.map((tree) => [tree, plainLines(evaluation, tree)]));
  const isPlain = (tree: ApacheFile, index: number): boolean => (plain.get(tree)?.[index] ?? 0) === 1;
  const after = (tree: ApacheFile, index: number): Place => ({
    tree,
    index,
    side: 'after',
    indentation: indentationOf(tree, index),
  });
  for (const { at, doubt } of [...(evaluation.main.written.get('sslsessioncache') ?? [])].reverse()) {
    const tree = treeOf(evaluation, at.file);
    if (!tree || doubt !== undefined) continue;
    const index = lineAt(tree, at.span.start);
    if (!isPlain(tree, index)) continue;
    const comment = commentedTimeout(tree, index, index + commentReach, isPlain);
    return comment === undefined ? after(tree, index) : after(tree, comment);
  }
  for (const tree of evaluation.files) {
    const index = commentedTimeout(tree, 0, tree.lines.count, isPlain);
    if (index !== undefined) return after(tree, index);
  }
  for (const host of evaluation.hosts) {
    if (host.doubt !== undefined || engineOf({ host, evaluation, fragments: false }, true) !== true) continue;
    const { file, span } = isMacroHost(host) ? host.at : host.opened;
    const tree = treeOf(evaluation, file);
    if (!tree) continue;
    const index = aboveComments(tree, lineAt(tree, span.start));
    if (isPlain(tree, index))
      return { tree, index, side: 'before', indentation: indentationOf(tree, lineAt(tree, span.start)) };
  }
  for (const tree of [...evaluation.files].reverse())
    for (let i = tree.lines.count - 1; i >= 0; i--)
      if (tree.lines.kinds[i] === LineKind.directive && isPlain(tree, i) && nameOf(tree, i).startsWith('ssl'))
        return after(tree, i);
  return undefined;
}

/** Does it come from a `Use`? Its own lines are those of the macro then, and its place is where it is used. */
export function isMacroHost({ at, opened }: VirtualHost): boolean {
  return at.file !== opened.file || at.span.start !== opened.span.start;
}

/** How many lines behind an SSLSessionCache a commented-out timeout still belongs to it. */
const commentReach = 10;

function commentedTimeout(
  tree: ApacheFile,
  from: number,
  to: number,
  isPlain: (tree: ApacheFile, index: number) => boolean,
): number | undefined {
  const { file, lines } = tree;
  for (let i = from; i < Math.min(to, lines.count); i++) {
    if (lines.kinds[i] !== LineKind.comment) continue;
    const text = file.text.slice(lines.starts[i], lines.starts[i + 1]);
    if (/^[ \t]*#+[ \t]*SSLSessionCacheTimeout[ \t]+\S+\s*$/i.test(text) && isPlain(tree, i)) return i;
  }
  return undefined;
}

/** Comments right above a line most likely speak of it; those at the head of a file speak of the file. */
function aboveComments({ lines }: ApacheFile, index: number): number {
  let at = index;
  while (at > 0 && lines.kinds[at - 1] === LineKind.comment) at--;
  return at === 0 ? index : at;
}

/**
 * 1 for the lines where the main server's directives may be inserted: outside of sections, with nothing around but conditions
 * on mod_ssl that hold; outside of these only in files that httpd without mod_ssl refuses anyway.
 */
function plainLines(evaluation: Evaluation, tree: ApacheFile): Uint8Array {
  const { lines } = tree;
  const plain = new Uint8Array(lines.count);
  if (evaluation.enclosed.has(tree)) return plain;
  const sections: { readonly name: string; readonly isOnSsl: boolean; readonly isCondition: boolean }[] = [];
  let others = 0;
  let conditions = 0;
  let needsSsl = false;
  const bare: number[] = [];
  for (let i = 0; i < lines.count; i++) {
    const kind = lines.kinds[i];
    if ((lines.templateDepths?.[i] ?? 0) === 0 && kind !== LineKind.close && others === 0) {
      if (sections.length > 0) plain[i] = 1;
      else bare.push(i);
    }
    if (kind === LineKind.open) {
      const name = nameOf(tree, i).slice(1);
      const holds = isTrueOnSsl(evaluation, tree, i);
      const isCondition = conditionNames.has(name);
      sections.push({ name, isOnSsl: holds, isCondition });
      if (!holds) others++;
      if (isCondition) conditions++;
    } else if (kind === LineKind.close) {
      const section = sections.pop();
      if (nameOf(tree, i) !== `</${section?.name}>`) break;
      if (section && !section.isOnSsl) others--;
      if (section?.isCondition) conditions--;
    } else if (kind === LineKind.directive && conditions === 0 && !needsSsl) {
      const name = nameOf(tree, i);
      needsSsl =
        name.startsWith('ssl') || (name === 'loadmodule' && /^\S+\s+["']?ssl_module\b/.test(readLine(tree, i).text));
    }
  }
  if (needsSsl) for (const i of bare) plain[i] = 1;
  return plain;
}
