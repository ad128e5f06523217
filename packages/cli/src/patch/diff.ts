import { encode, type SourceFile } from '@shortfuse/core';
import { formatPatch, OMIT_HEADERS, type StructuredPatchHunk, structuredPatch } from 'diff';
import { gitBinaryPatch } from './git-binary.js';
import { differingRegions, groupedRegions, type Region } from './regions.js';

/** A file before and after, as a diff shows it. */
export interface DiffPair {
  readonly before: SourceFile;
  readonly after: SourceFile;
  /** From the top of the git repository, for what only git can apply; the shown path where there is no repository. */
  readonly pathInRepository: string;
}

/**
 * A unified diff that `git apply` and `patch -p1` take in the folder that the paths are relative to, as bytes: each file keeps
 * its own encoding. UTF-16 comes as git's binary patch, which `patch` cannot apply.
 */
export function unifiedDiff(pairs: readonly DiffPair[]): Uint8Array {
  return Buffer.concat(pairs.map((pair) => (isUtf16(pair.before) ? gitBinaryPatch(pair) : textPatch(pair))));
}

function isUtf16({ encoding }: SourceFile): boolean {
  return encoding === 'utf-16le' || encoding === 'utf-16be';
}

/** Lines around a change that a diff shows. */
const context = 3;

/**
 * The library compares the changed places one by one, and hunks are put together from them: its time grows with the square of
 * the changes in a text.
 */
function textPatch({ before, after }: DiffPair): Uint8Array {
  const name = before.path;
  const [old, now] = [linesOf(withMark(before)), linesOf(withMark(after))];
  const hunks = groupedRegions(differingRegions(old, now), context).map((group) => hunkOf(group, old, now));
  const patch = { oldFileName: name, newFileName: name, oldHeader: undefined, newHeader: undefined, hunks };
  // No "diff --git" line: git would then take the path for one from the top of the repository, wherever it is run.
  const text = `--- ${quoted(`a/${name}`)}\n+++ ${quoted(`b/${name}`)}\n${formatPatch(patch, OMIT_HEADERS)}`;
  return before.encoding === 'latin1' ? Buffer.from(text, 'latin1') : Buffer.from(text, 'utf8');
}

function hunkOf(
  group: readonly [Region, ...Region[]],
  old: readonly string[],
  now: readonly string[],
): StructuredPatchHunk {
  const [first] = group;
  const last = group.at(-1) ?? first;
  const start = Math.max(0, first.before[0] - context);
  const end = Math.min(old.length, last.before[1] + context);
  const lines: string[] = [];
  let at = start;
  const keep = (until: number): void => {
    for (; at < until; at++) lines.push(...shownLine(' ', old[at] ?? ''));
  };
  for (const { before, after } of group) {
    keep(before[0]);
    const [removed, added] = [old.slice(...before).join(''), now.slice(...after).join('')];
    const compared = structuredPatch('', '', removed, added, undefined, undefined, { context: before[1] - before[0] });
    lines.push(...compared.hunks.flatMap((hunk) => hunk.lines));
    at = before[1];
  }
  keep(end);
  const startNow = first.after[0] - (first.before[0] - start);
  const linesNow = last.after[1] + (end - last.before[1]) - startNow;
  // The library's printer takes one off where a side has no line, as the format wants.
  return {
    oldStart: start + 1,
    oldLines: end - start,
    newStart: startNow + 1,
    newLines: linesNow,
    lines,
  };
}

function shownLine(mark: string, line: string): string[] {
  return line.endsWith('\n') ? [mark + line.slice(0, -1)] : [mark + line, '\\ No newline at end of file'];
}

/** With their line ends. */
function linesOf(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

/** A byte order mark is text to git and patch. */
function withMark({ text, encoding }: SourceFile): string {
  return encoding === 'utf-8-bom' ? `\u{feff}${text}` : text;
}

/** As git writes names: in quotes with octal bytes where they hold a quote, a backslash or anything beyond printable ASCII. */
export function quoted(path: string): string {
  // A blank in a name ends it for patch, unless a tab follows the name.
  if (/^[ -!#-[\]-~]*$/.test(path)) return path.includes(' ') ? `${path}\t` : path;
  const bytes = [...Buffer.from(path, 'utf8')].map((byte) => {
    if (byte === 0x22) return '\\"';
    if (byte === 0x5c) return '\\\\';
    if (byte === 0x09) return '\\t';
    if (byte === 0x0a) return '\\n';
    return byte < 0x20 || byte > 0x7e ? `\\${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte);
  });
  return `"${bytes.join('')}"`;
}

/** The bytes of both sides, for what does not care about lines. */
export function bytesOf({ before, after }: Pick<DiffPair, 'before' | 'after'>): readonly [Uint8Array, Uint8Array] {
  return [encode(before), encode(after)];
}
