import type { Location } from '@shortfuse/core';
import { TagReader } from './template.js';
import { hasPlaceholder, locationOf, type NginxFile, spanOf, TokenKind } from './tree.js';

/**
 * The first place directly in block `parent` (-1: the top of the file) where rendering a template may put whole statements:
 * `{{ extra }}` on a line of its own, `{% include "x" %}`, `${EXTRA};`. Undefined where there is none. Conditions and loops
 * around statements that can be read do not count.
 */
export function hiddenStatement(tree: NginxFile, parent: number): Location | undefined {
  const { directives, tokens } = tree;
  if (!directives.templateDepth) return undefined;
  const close = parent === -1 ? tokens.count : (directives.close[parent] ?? tokens.count);
  const end = parent === -1 ? directives.count : (directives.next[parent] ?? 0);
  let token = parent === -1 ? 0 : (directives.end[parent] ?? 0) + 1;
  for (let child = parent + 1; ; child = directives.next[child] ?? end) {
    const name = child < end ? (directives.name[child] ?? close) : close;
    for (; token < name; token++) {
      if (tokens.kinds[token] !== TokenKind.template) continue;
      if (writesStatements(tree, token)) return locationOf(tree, token);
    }
    if (child >= end) return undefined;
    const { start, end: nameEnd } = spanOf(tree, name);
    if (hasPlaceholder(tree.file.text.slice(start, nameEnd))) return locationOf(tree, name);
    const closed = directives.close[child] ?? -1;
    token = (closed === -1 ? (directives.end[child] ?? 0) : closed) + 1;
  }
}

/** Statements of template languages that put other text in their place. */
const writing = /^[{<]%[-+=_]?\s*(?:include|render|embed|extends|block|yield|call|import|partial|template)\b/;

/** One for each file: a reader looks through the whole text when it is made. */
const readers = new WeakMap<NginxFile, TagReader>();

function writesStatements(tree: NginxFile, token: number): boolean {
  const { start, end } = spanOf(tree, token);
  const tags = readers.get(tree) ?? new TagReader(tree.file.text);
  readers.set(tree, tags);
  return tags.at(start)?.role === 'output' || writing.test(tree.file.text.slice(start, end));
}
