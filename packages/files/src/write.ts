import * as node from 'node:fs';
import { dirname, join } from 'node:path';

/** What writing needs of a file system. Tests put one in its place that fails where they want. */
export type WritableFileSystem = Pick<
  typeof node,
  | 'closeSync'
  | 'existsSync'
  | 'fchmodSync'
  | 'fchownSync'
  | 'fstatSync'
  | 'fsyncSync'
  | 'linkSync'
  | 'lstatSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readdirSync'
  | 'readFileSync'
  | 'realpathSync'
  | 'renameSync'
  | 'rmdirSync'
  | 'statSync'
  | 'unlinkSync'
  | 'writeSync'
>;

export const realFileSystem: WritableFileSystem = node;

/**
 * Puts `bytes` in place of the file at `path`, or makes it, so that whoever looks at any moment, after a crash too, finds the
 * old file or the new one: a new file beside it is written to the disk and renamed. Links are followed and stay; owner and
 * mode of a file that was there are kept. `temporary` is the name, without a folder, of the new file until then; one of that
 * name that was left behind is replaced. Hard links to the old file go on naming the old content. `check` is called last
 * before the new file takes the place of the old one; where it throws, that does not happen.
 * @throws what the file system or `check` throws; then the old file is untouched and the new one removed as far as possible
 */
export function writeDurably(
  fs: WritableFileSystem,
  path: string,
  bytes: Uint8Array,
  temporary: string,
  check: () => void = () => undefined,
): void {
  const target = realTarget(fs, path);
  const before = fs.statSync(target, { throwIfNoEntry: false });
  const folder = dirname(target);
  const unfinished = join(folder, temporary);
  removeIfThere(fs, unfinished);
  const file = fs.openSync(unfinished, 'wx', before ? before.mode & 0o7777 : 0o666);
  try {
    try {
      if (before) {
        const made = fs.fstatSync(file);
        // Changing the owner clears the setuid bits, so the mode comes after it.
        if (made.uid !== before.uid || made.gid !== before.gid) fs.fchownSync(file, before.uid, before.gid);
        fs.fchmodSync(file, before.mode & 0o7777);
      }
      for (let written = 0; written < bytes.length; )
        written += fs.writeSync(file, bytes, written, bytes.length - written);
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
    check();
    fs.renameSync(unfinished, target);
  } catch (error) {
    try {
      removeIfThere(fs, unfinished);
    } catch {
      // What went wrong first is what has to be told.
    }
    throw error;
  }
  syncFolder(fs, folder);
}

/** Where {@link writeDurably} keeps the new file until it is whole, if anything is there; undefined where no folder is. */
export function temporaryOf(fs: WritableFileSystem, path: string, temporary: string): string | undefined {
  try {
    return join(dirname(realTarget(fs, path)), temporary);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Gives a file another name so that it has it after a crash, too. Both folders are on one file system. */
export function renameDurably(fs: WritableFileSystem, from: string, to: string): void {
  fs.renameSync(from, to);
  syncFolder(fs, dirname(to));
  syncFolder(fs, dirname(from));
}

/** Removes a file so that it stays removed after a crash; nothing happens where it is not there. */
export function removeDurably(fs: WritableFileSystem, path: string): void {
  if (removeIfThere(fs, path)) syncFolder(fs, dirname(path));
}

function removeIfThere(fs: WritableFileSystem, path: string): boolean {
  try {
    fs.unlinkSync(path);
    return true;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return false;
  }
}

/** Is nothing of that name there, or a file where a folder would have to be? */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

/** The system's code of an error, such as `EACCES`; undefined for errors of other kinds. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && 'syscall' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** Where a link leads. A link to nothing is an error, as it is for whoever would read it. */
function realTarget(fs: WritableFileSystem, path: string): string {
  try {
    return fs.realpathSync.native(path);
  } catch (error) {
    if (!isMissing(error) || fs.lstatSync(path, { throwIfNoEntry: false })) throw error;
    return join(fs.realpathSync.native(dirname(path)), path.slice(dirname(path).length).replace(/^[\\/]+/, ''));
  }
}

/** A rename is on the disk only when its folder is. Windows cannot do that and does not need it. */
function syncFolder(fs: WritableFileSystem, folder: string): void {
  if (process.platform === 'win32') return;
  const handle = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}
