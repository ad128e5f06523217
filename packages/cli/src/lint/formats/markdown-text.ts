import { oneLine } from './wording.js';

/**
 * Text from elsewhere as text of GitHub's and GitLab's Markdown: it makes no emphasis, tag, cell or formula, hides no address
 * behind other words, and mentions nobody and no issue.
 */
export function plainText(text: string, longest?: number): string {
  return oneLine(text, longest)
    .replace(/[\\`*_[\]|~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('$', '<span>$</span>')
    .replace(/[@#!%~](?=\S)/g, '$&<!-- -->');
}

/** Text as code in a cell of a table, where a bar ends the cell even in code. */
export function codeInCell(text: string): string {
  return code(text).replaceAll('|', '\\|');
}

/** Text as code within a line. Empty text gives nothing, because no code is empty. */
export function code(text: string, longest?: number): string {
  const line = oneLine(text, longest);
  if (line === '') return '';
  const fence = fenceFor(line, 1);
  const blank = /^`|`$|^ .* $/.test(line) ? ' ' : '';
  return `${fence}${blank}${line}${blank}${fence}`;
}

/** Lines as a block of code in `language`. */
export function codeBlock(language: string, lines: readonly string[]): readonly string[] {
  const fence = fenceFor(lines.join('\n'), 3);
  return [`${fence}${language}`, ...lines, fence];
}

/** More backticks than there are anywhere in `text` next to each other. */
function fenceFor(text: string, least: number): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  return '`'.repeat(Math.max(least, longest + 1));
}

/** As many of `blocks` from the first on as fit into `room` characters, and how many are left out. */
export function fitting(
  blocks: readonly string[],
  room: number,
): { readonly blocks: readonly string[]; readonly left: number } {
  let used = 0;
  const end = blocks.findIndex((block) => {
    used += block.length + 1;
    return used > room;
  });
  return end === -1 ? { blocks, left: 0 } : { blocks: blocks.slice(0, end), left: blocks.length - end };
}
