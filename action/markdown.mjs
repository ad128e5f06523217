// @ts-check

/**
 * Text as code within a line or a table cell, whatever is in it.
 * @param {string} text
 */
export function code(text) {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return '*nothing*';
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const padded = line.startsWith('`') || line.endsWith('`') ? ` ${line} ` : line;
  // In a table, a bar ends the cell even in code.
  return `${fence}${padded.replaceAll('|', '\\|')}${fence}`;
}

/**
 * What people wrote, as a quotation that starts nothing else.
 * @param {string} text
 */
export function quotation(text) {
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => `> ${escaped(line)}`)
    .join('\n');
}

/**
 * Text as text, on one line.
 * @param {string} text
 */
export function escaped(text) {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|~#]/g, '\\$&');
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/**
 * Paragraphs, those left out that are empty.
 * @param {readonly string[]} parts
 */
export function page(parts) {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
