import type { Anchor, Span } from '@shortfuse/core';
import { type LogicalLine, readLine, sourceOf } from './line.js';
import { type ApacheFile, LineKind, nameOf } from './tree.js';
import { type Word, wordsOf } from './words.js';

/**
 * Every line that sets a timeout, whether or not it counts, and every argument of a `Use` that could be one. A `Use` is known
 * by its macro and its other arguments, a virtual host by its addresses and ServerName.
 */
export function anchorsIn(tree: ApacheFile): readonly Anchor[] {
  const { lines } = tree;
  const names = hostNames(tree);
  const path: string[] = [];
  const anchors: Anchor[] = [];
  for (let i = 0; i < lines.count; i++) {
    const kind = lines.kinds[i];
    if (kind === LineKind.open) path.push(sectionPart(tree, i, names));
    else if (kind === LineKind.close) path.pop();
    else if (kind === LineKind.directive) {
      const name = nameOf(tree, i);
      if (name === 'use') anchors.push(...useAnchors(readLine(tree, i), path));
      else if (/^["']?sslsessioncachetimeout/.test(name) || /["'$\\]/.test(name)) {
        const anchor = timeoutAnchor(readLine(tree, i), path);
        if (anchor) anchors.push(anchor);
      }
    }
  }
  return anchors;
}

function timeoutAnchor(line: LogicalLine, path: readonly string[]): Anchor | undefined {
  const [name, value, more] = wordsOf(line.text);
  // A directive whose name is in a variable may be anything.
  if (!name || !value || !(name.value.toLowerCase() === 'sslsessioncachetimeout' || (/\$/.test(name.value) && !more)))
    return undefined;
  const statement = spanOf(line, { ...name, end: line.text.length });
  const valueSpan = spanOf(line, value);
  if (!statement || !valueSpan) return undefined;
  const own = name.value.includes('$') ? name.value : 'SSLSessionCacheTimeout';
  return { path: [...outer(path), own], statement, value: valueSpan };
}

/** Each argument is a statement of its own: what else is on the line belongs to other settings. */
function useAnchors(line: LogicalLine, path: readonly string[]): Anchor[] {
  const [, macro, ...values] = wordsOf(line.text);
  if (!macro || values.length > mostArguments) return [];
  return values.flatMap((word, i) => {
    if (!/^\s*\+?\d+\D*$|\$\{/.test(word.value)) return [];
    const span = spanOf(line, word);
    const others = values.map(({ value }, j) => (i === j ? '…' : value));
    const own = ['Use', macro.value, ...others].join(' ');
    return span ? [{ path: [...outer(path), own], statement: span, value: span }] : [];
  });
}

/** Sections nested deeper than anybody nests them do not tell statements apart any more; their order does. */
function outer(path: readonly string[]): readonly string[] {
  return path.slice(0, 32);
}

/** Each argument's path holds all the others; no macro has as many as this. */
const mostArguments = 64;

function spanOf(line: LogicalLine, { start, end }: Pick<Word, 'start' | 'end'>): Span | undefined {
  return sourceOf(line, start, end)?.at.span;
}

function sectionPart(tree: ApacheFile, index: number, names: ReadonlyMap<number, string>): string {
  const words = readLine(tree, index).text.replace(/^</, '').replace(/>\s*$/, '').split(/\s+/);
  const shown = `<${words.join(' ')}>`.slice(0, longestPart);
  const name = names.get(index);
  return name === undefined ? shown : `${shown} ${name}`;
}

const longestPart = 500;

/** The first ServerName of each virtual host, by the host's first line. */
function hostNames(tree: ApacheFile): ReadonlyMap<number, string> {
  const { lines } = tree;
  const names = new Map<number, string>();
  let host: number | undefined;
  for (let i = 0; i < lines.count; i++) {
    const kind = lines.kinds[i];
    if (kind === LineKind.open && nameOf(tree, i) === '<virtualhost') host = i;
    else if (kind === LineKind.close && nameOf(tree, i) === '</virtualhost>') host = undefined;
    else if (host !== undefined && kind === LineKind.directive && nameOf(tree, i) === 'servername') {
      const name = wordsOf(readLine(tree, i).text)[1]?.value;
      if (name !== undefined && !names.has(host)) names.set(host, name);
    }
  }
  return names;
}
