/**
 * Text in a terminal: how wide it is, how to make it fit, how to keep it harmless. Widths are terminal columns; no
 * function here knows of colours, which are added to text that already has its final width.
 */

/**
 * `text` with everything visible: control characters and those that reorder text become `\u{1b}`. Names and paths come
 * from files that somebody else wrote and must not drive the terminal.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** The columns that printable `text` takes. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/** Scripts and signs that take two columns, as East Asian Width W and F of Unicode has them, by block. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

function charWidth(char: string): number {
  if (/^[\p{Mn}\p{Me}\p{Cf}]/u.test(char)) return 0;
  return wide.test(char) ? 2 : 1;
}

/**
 * `text` in at most `width` columns: what does not fit is cut out of the middle, where `…` stands for it. `headShare` of
 * what stays is the start. By default more of the end stays: a host's domain and a path's file name say most.
 */
export function shorten(text: string, width: number, headShare = 0.4): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return '';
  const chars = [...text];
  let head = '';
  const headRoom = Math.floor((width - 1) * headShare);
  for (let i = 0, used = 0; i < chars.length; i++) {
    const char = chars[i] ?? '';
    used += charWidth(char);
    if (used > headRoom) break;
    head += char;
  }
  let tail = '';
  const tailRoom = width - 1 - widthOf(head);
  for (let i = chars.length - 1, used = 0; i >= 0; i--) {
    const char = chars[i] ?? '';
    used += charWidth(char);
    if (used > tailRoom) break;
    tail = char + tail;
  }
  return `${head}…${tail}`;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

/** Lines of at most `width` columns, broken at blanks; a word longer than a line is broken where the line ends. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    let rest = word;
    let restWidth = widthOf(word);
    if (used > 0 && used + 1 + restWidth <= width) {
      line += ` ${word}`;
      used += 1 + restWidth;
      continue;
    }
    if (used > 0) lines.push(line);
    while (restWidth > width) {
      const piece = startOf(rest, width);
      lines.push(piece);
      rest = rest.slice(piece.length);
      restWidth = widthOf(rest);
    }
    line = rest;
    used = restWidth;
  }
  if (used > 0) lines.push(line);
  return lines;
}

/** As many characters from the start of `text` as `width` columns hold, at least one. */
function startOf(text: string, width: number): string {
  let piece = '';
  let used = 0;
  for (const char of text) {
    used += charWidth(char);
    if (used > width && piece !== '') break;
    piece += char;
  }
  return piece;
}

/**
 * Widths for columns whose content wants `natural` and that share `room`. The widest gives way first: down to its `soft`
 * width, and where that is not enough for all to fit, to its `hard` one.
 */
export function fitColumns(
  natural: readonly number[],
  least: readonly { readonly soft: number; readonly hard: number }[],
  room: number,
): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  for (const limit of ['soft', 'hard'] as const)
    while (excess > 0) {
      let widest = -1;
      for (const [i, width] of widths.entries())
        if (width > (least[i]?.[limit] ?? 0) && (widest === -1 || width > (widths[widest] ?? 0))) widest = i;
      if (widest === -1) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
      excess--;
    }
  return widths;
}
