import { encode, type SourceFile } from '@shortfuse/core';
import { formatPatch, OMIT_HEADERS, structuredPatch } from 'diff';
import { gitBinaryPatch } from './git-binary.js';
import { differingRegions, joinedRegions } from './regions.js';

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

/** The library is given the changed places with the lines around them: its time grows with the square of the changes in a text. */
function textPatch({ before, after }: DiffPair): Uint8Array {
  const name = before.path;
  const [old, now] = [linesOf(withMark(before)), linesOf(withMark(after))];
  const hunks = joinedRegions(differingRegions(old, now), context).flatMap((region) => {
    const lead = Math.min(context, region.before[0]);
    const [first, last] = [region.before[0] - lead, Math.min(region.before[1] + context, old.length)];
    const [firstNow, lastNow] = [region.after[0] - lead, Math.min(region.after[1] + context, now.length)];
    const [text, newText] = [old.slice(first, last).join(''), now.slice(firstNow, lastNow).join('')];
    return structuredPatch(name, name, text, newText, undefined, undefined, { context }).hunks.map((hunk) => ({
      ...hunk,
      oldStart: hunk.oldStart + first,
      newStart: hunk.newStart + firstNow,
    }));
  });
  const patch = { oldFileName: name, newFileName: name, oldHeader: undefined, newHeader: undefined, hunks };
  // No "diff --git" line: git would then take the path for one from the top of the repository, wherever it is run.
  const text = `--- ${quoted(`a/${name}`)}\n+++ ${quoted(`b/${name}`)}\n${formatPatch(patch, OMIT_HEADERS)}`;
  return before.encoding === 'latin1' ? Buffer.from(text, 'latin1') : Buffer.from(text, 'utf8');
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
