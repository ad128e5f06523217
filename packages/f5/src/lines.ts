/** The offset at which the line of `offset` begins. */
export function lineStartOf(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

/** The blanks at the start of the line of `offset`. */
export function indentationAt(text: string, offset: number): string {
  const start = lineStartOf(text, offset);
  let end = start;
  while (isBlank(text, end)) end++;
  return text.slice(start, end);
}

/**
 * The blanks before `offset` where nothing else stands before it on its line; undefined where something does. Looks no further
 * than those blanks, so that files of a single line cost no more than others.
 */
export function indentBefore(text: string, offset: number): string | undefined {
  let start = offset;
  while (start > 0 && isBlank(text, start - 1)) start--;
  return start === 0 || text.charCodeAt(start - 1) === 0x0a ? text.slice(start, offset) : undefined;
}

/** The line end at `offset` after any blanks: where the next line starts, and how this one ends; undefined where none follows. */
export function lineEndAfter(
  text: string,
  offset: number,
): { readonly next: number; readonly eol: string } | undefined {
  let at = offset;
  while (isBlank(text, at) || text.charCodeAt(at) === 0x0d) at++;
  if (text.charCodeAt(at) !== 0x0a) return undefined;
  return { next: at + 1, eol: at > offset && text.charCodeAt(at - 1) === 0x0d ? '\r\n' : '\n' };
}

/** How the first line of a text ends; a line feed where it has only one. */
export function usualEol(text: string): string {
  const at = text.indexOf('\n');
  return at > 0 && text.charCodeAt(at - 1) === 0x0d ? '\r\n' : '\n';
}

function isBlank(text: string, offset: number): boolean {
  const unit = text.charCodeAt(offset);
  return unit === 0x20 || unit === 0x09;
}
