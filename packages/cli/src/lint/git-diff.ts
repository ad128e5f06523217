import { posix } from 'node:path';

/** Lines of a file as it is now, counted from 1, both ends included. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** What happened to one path. */
export type PathChange =
  /** Its content cannot be compared by lines, or is new, gone or of another kind: all of it counts. */
  | { readonly kind: 'whole' }
  /** In ascending order; none where only the name or the mode changed. */
  | { readonly kind: 'lines'; readonly ranges: readonly LineRange[] };

/** The arguments that make `git diff` print what {@link readDiff} reads, whatever a person has configured. */
export const diffArguments = [
  ...['-c', 'diff.relative=false', 'diff', '--raw', '--numstat', '-z', '--patch', '--unified=0'],
  ...['--inter-hunk-context=0', '--find-renames', '--src-prefix=a/', '--dst-prefix=b/', '--ignore-submodules=none'],
  ...['--submodule=short', '--no-color', '--no-ext-diff', '--no-textconv'],
];

const symbolicLink = '120000';
const submodule = '160000';

/**
 * Reads the output of `git diff` with {@link diffArguments}, as bytes: names may be in any encoding. The result is by path
 * from the top of the repository; a renamed file goes by its new name, and is new where the name is of another kind. Never throws; what is cut off is read as far as it goes.
 */
export function readDiff(output: Buffer): ReadonlyMap<string, PathChange> {
  const changes = new Map<string, PathChange>();
  const rangesOf = new Map<string, LineRange[]>();
  const whole = (path: string): unknown => changes.set(path, { kind: 'whole' });
  let at = 0;
  const field = (): string => {
    const end = endAt(output, 0, at);
    const text = output.toString('utf8', at, end);
    at = end + 1;
    return text;
  };
  // `:100644 100644 1a23e4b 0000000 R084`, then one name, or two where it was renamed.
  while (output[at] === colon) {
    const [before = '', after = '', , , status = ''] = field().slice(1).split(' ');
    const path = field();
    const name = /^[RC]/.test(status) ? field() : path;
    const isText = ![before, after].some((mode) => mode === symbolicLink || mode === submodule);
    if (/^[MRC]/.test(status) && isText && isAsFindable(path, name)) {
      const ranges: LineRange[] = [];
      rangesOf.set(name, ranges);
      changes.set(name, { kind: 'lines', ranges });
    } else whole(name);
    // What included the old name has lost it.
    if (status.startsWith('R')) whole(path);
  }
  // `3<TAB>1<TAB>path`, the names of a rename in fields of their own, and hyphens for what is no text.
  while (at < output.length && output[at] !== 0) {
    const [added = '', , path = ''] = field().split('\t');
    const name = path === '' ? [field(), field()][1] : path;
    if (added === '-' && name !== undefined) whole(name);
  }
  readHunks(output, at + 1, (path, range) => rangesOf.get(path)?.push(range));
  return changes;
}

/**
 * Would a server look for both names in the same way? `x.conf.off` and `x.conf`, or `sites-available/x` and
 * `sites-enabled/x`, are the same text and not the same thing: the rename switched a site on.
 */
function isAsFindable(before: string, after: string): boolean {
  const folder = (path: string): string => posix.basename(posix.dirname(path));
  const kind = (path: string): string => posix.extname(path) + (posix.basename(path).startsWith('.') ? ' hidden' : '');
  return folder(before) === folder(after) && kind(before) === kind(after);
}

/** Finds the hunks of a patch without context. */
function readHunks(output: Buffer, from: number, found: (path: string, range: LineRange) => void): void {
  let path: string | undefined;
  let contentLeft = 0;
  for (let at = from; at < output.length; ) {
    const end = endAt(output, newline, at);
    if (contentLeft > 0) {
      // An added line that begins with "++ b/" looks like a file's head.
      if (output[at] !== backslash) contentLeft--;
    } else if (output[at] === at_ || output[at] === plus) {
      const line = output.toString('latin1', at, end);
      const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
      if (hunk) {
        const removed = Number(hunk[1] ?? 1);
        const added = Number(hunk[3] ?? 1);
        if (path !== undefined) found(path, rangeOf(Number(hunk[2]), added));
        contentLeft = removed + added;
      } else if (line.startsWith('+++ ')) path = pathIn(line.slice(4));
    }
    at = end + 1;
  }
}

/** Where nothing was added, git names the line before the gap: that one and the one after it stand for what is gone. */
function rangeOf(start: number, added: number): LineRange {
  return added === 0 ? { first: Math.max(1, start), last: start + 1 } : { first: start, last: start + added - 1 };
}

/** The path in `b/name` or `"b/na\303\251me"`; undefined for `/dev/null`. `text` has a character for each byte. */
function pathIn(text: string): string | undefined {
  // A tab ends a name that holds blanks.
  const name = text.startsWith('"') ? unquoted(text) : text.replace(/\t.*$/s, '');
  return name.startsWith('b/') ? Buffer.from(name.slice(2), 'latin1').toString('utf8') : undefined;
}

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
};

/** The reverse of git's quoting of names, as in C. */
function unquoted(text: string): string {
  const inside = /^"((?:[^"\\]|\\.)*)"/s.exec(text)?.[1] ?? '';
  return inside.replace(/\\([0-7]{3}|.)/gs, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (escapes[code] ?? code),
  );
}

function endAt(output: Buffer, byte: number, from: number): number {
  const end = output.indexOf(byte, from);
  return end === -1 ? output.length : end;
}

const newline = 0x0a;
const plus = 0x2b;
const colon = 0x3a;
const at_ = 0x40;
const backslash = 0x5c;
