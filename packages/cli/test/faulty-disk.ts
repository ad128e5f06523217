import { realFileSystem, type WritableFileSystem } from '@shortfuse/files';

/** What a run of which nothing more happens throws: whoever catches it is as dead as the rest. */
export class Killed extends Error {}

/** A call that changes something on the disk. */
const changing = new Set<keyof WritableFileSystem>([
  'closeSync',
  'fchmodSync',
  'fchownSync',
  'fsyncSync',
  'linkSync',
  'mkdirSync',
  'openSync',
  'renameSync',
  'rmdirSync',
  'unlinkSync',
  'writeSync',
]);

export interface FaultyDisk {
  readonly fs: WritableFileSystem;
  /** How many places to fail at it came by. */
  readonly passed: () => number;
  /** What it failed at; undefined where it came through. */
  readonly failedAt: () => string | undefined;
}

/**
 * The real file system up to the `last`-th change, which does not happen any more; of a write there are two places: before it
 * and when half of it is done. With `code` only that one call fails, as with a full disk; without, nothing works ever after.
 */
export function faultyDisk(last: number, code?: string): FaultyDisk {
  let passed = 0;
  let failedAt: string | undefined;
  const fail = (name: string): never => {
    failedAt ??= name;
    if (code === undefined) throw new Killed(name);
    throw Object.assign(new Error(`${code}: made up for a test, ${name}`), { code, syscall: name });
  };
  const checked = (name: keyof WritableFileSystem, call: (...args: readonly unknown[]) => unknown) =>
    Object.assign((...args: readonly unknown[]): unknown => {
      if (failedAt !== undefined && code === undefined) throw new Killed(name);
      if (!changing.has(name)) return call(...args);
      passed++;
      if (passed === last) fail(name);
      // The disk of a test need not survive a power cut.
      if (name === 'fsyncSync') return undefined;
      if (name !== 'writeSync') return call(...args);
      passed++;
      const [file, bytes, offset = 0, length = (bytes as Uint8Array).length] = args as [
        number,
        Uint8Array,
        number?,
        number?,
      ];
      if (passed === last) {
        call(file, bytes, offset, length >> 1);
        fail('writeSync, half of it');
      }
      return call(...args);
    }, call);
  const fs = Object.fromEntries(
    [...changing, 'existsSync', 'fstatSync', 'lstatSync', 'readdirSync', 'readFileSync', 'statSync'].map((name) => [
      name,
      checked(name as keyof WritableFileSystem, Reflect.get(realFileSystem, name)),
    ]),
  );
  const realpathSync = { native: checked('realpathSync', realFileSystem.realpathSync.native as never) };
  return { fs: { ...fs, realpathSync } as never, passed: () => passed, failedAt: () => failedAt };
}
