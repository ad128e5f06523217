import type { FileEdit } from '@shortfuse/core';
import type { Evaluation } from './evaluation.js';
import { isMacroHost, isTrueOnSsl, treeOf } from './host-place.js';
import { indentationOf, insertionAt, lineAt, type Place } from './insertion.js';
import { readLine } from './line.js';
import { engineOf } from './lookup.js';
import { conditionNames } from './settings.js';
import { type ApacheFile, LineKind, nameOf } from './tree.js';

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
