import type { IgnoredSetting } from '@shortfuse/core';
import { type TmshFile, TokenKind, tokenAt } from './tree.js';

const needles = ['cache-timeout', 'session-ticket'] as const;
const setting = /(?:cache-timeout|session-ticket(?:-timeout)?)[ \t]+[\w$]/y;

/** Text in comments, strings and scripts that reads like a setting and is none, in file order. */
export function mentionsIn(tree: TmshFile): IgnoredSetting[] {
  const { file, tokens } = tree;
  const { text } = file;
  const found: IgnoredSetting[] = [];
  for (const needle of needles)
    for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + needle.length)) {
      setting.lastIndex = at;
      if (!setting.test(text) || /[\w-]/.test(text.charAt(at - 1))) continue;
      const token = tokenAt(tree, at);
      const kind = tokens.kinds[token];
      if (token === -1 || kind === undefined || !(kind in reasons)) continue;
      // A comment that talks about a setting is prose; one that begins with it is a setting that was put out of effect.
      if (
        kind === TokenKind.comment &&
        /[^#\s]/.test(text.slice(tokens.starts[token], Math.min(at, (tokens.starts[token] ?? 0) + 200)))
      )
        continue;
      found.push({
        at: { file, span: { start: at, end: setting.lastIndex } },
        why: reasons[kind] ?? '',
        isRemark: true,
      });
    }
  return found.sort((a, b) => a.at.span.start - b.at.span.start);
}

const reasons: Readonly<Record<number, string>> = {
  [TokenKind.comment]: 'comment',
  [TokenKind.quoted]: 'inside a quoted string',
  [TokenKind.opaque]: 'text inside an iRule, a script or a template',
};
