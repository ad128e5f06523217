import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  codeOf,
  isMissing,
  realFileSystem,
  removeDurably,
  renameDurably,
  temporaryOf,
  type WritableFileSystem,
  writeDurably,
} from './write.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shortfuse-write-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (...parts: readonly string[]): string => join(folder, ...parts);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const write = (path: string, text: string, fs: WritableFileSystem = realFileSystem): void =>
  writeDurably(fs, path, bytes(text), '.t.tmp');

/** The real one, but for one call that fails or does something first. */
const failing = (name: keyof WritableFileSystem, code: string): WritableFileSystem =>
  ({
    ...realFileSystem,
    [name]: () => {
      throw Object.assign(new Error(`${code}: made up`), { code, syscall: name });
    },
  }) as WritableFileSystem;

test('makes a file, and puts new bytes in the place of old ones', () => {
  write(at('a'), 'one');
  expect(readFileSync(at('a'), 'utf8')).toBe('one');
  write(at('a'), '');
  expect(readFileSync(at('a'), 'utf8')).toBe('');
  expect(readdirSync(folder)).toEqual(['a']);
});

test.each([0o600, 0o644, 0o755, 0o400, 0o4755])('keeps mode %o', (mode) => {
  writeFileSync(at('a'), 'one');
  chmodSync(at('a'), mode);
  write(at('a'), 'two');
  expect(statSync(at('a')).mode & 0o7777).toBe(mode);
  expect(readFileSync(at('a'), 'utf8')).toBe('two');
});

test('writes to where links lead, and leaves them links', () => {
  mkdirSync(at('real'));
  writeFileSync(at('real/a'), 'one');
  symlinkSync('real/a', at('link'));
  symlinkSync('link', at('link to link'));
  write(at('link to link'), 'two');
  expect(readFileSync(at('real/a'), 'utf8')).toBe('two');
  expect(lstatSync(at('link')).isSymbolicLink() && lstatSync(at('link to link')).isSymbolicLink()).toBe(true);
  expect(readdirSync(at('real'))).toEqual(['a']);
});

test('another hard link goes on naming the old bytes', () => {
  writeFileSync(at('a'), 'one');
  linkSync(at('a'), at('b'));
  write(at('a'), 'two');
  expect([readFileSync(at('a'), 'utf8'), readFileSync(at('b'), 'utf8')]).toEqual(['two', 'one']);
});

test('a link to nothing is an error, and so is a folder', () => {
  symlinkSync('nothing', at('link'));
  expect(() => write(at('link'), 'one')).toThrow('ENOENT');
  expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
  mkdirSync(at('folder'));
  expect(() => write(at('folder'), 'one')).toThrow(/EISDIR|EEXIST|ENOTEMPTY/);
  expect(readdirSync(folder).sort()).toEqual(['folder', 'link']);
});

test('a piece at a time, where the system writes no more at once', () => {
  const slow = {
    ...realFileSystem,
    writeSync: (file: number, all: Uint8Array, offset: number, length: number) =>
      realFileSystem.writeSync(file, all, offset, Math.min(3, length)),
  } as WritableFileSystem;
  write(at('a'), 'abcdefghij', slow);
  expect(readFileSync(at('a'), 'utf8')).toBe('abcdefghij');
});

test.each<{ name: keyof WritableFileSystem; code: string }>([
  { name: 'openSync', code: 'EACCES' },
  { name: 'fchmodSync', code: 'EPERM' },
  { name: 'writeSync', code: 'ENOSPC' },
  { name: 'fsyncSync', code: 'EIO' },
  { name: 'renameSync', code: 'EXDEV' },
])('where $name fails, the old file stays and nothing is beside it', ({ name, code }) => {
  writeFileSync(at('a'), 'one');
  expect(() => write(at('a'), 'two', failing(name, code))).toThrow(code);
  expect(readFileSync(at('a'), 'utf8')).toBe('one');
  expect(readdirSync(folder)).toEqual(['a']);
});

test('what goes wrong first is told, though clearing up fails, too', () => {
  const fs = { ...failing('writeSync', 'ENOSPC'), unlinkSync: failing('unlinkSync', 'ENOENT').unlinkSync };
  let calls = 0;
  fs.unlinkSync = ((path: string) => {
    calls++;
    if (calls > 1) throw Object.assign(new Error('EIO: made up'), { code: 'EIO', syscall: 'unlink' });
    return realFileSystem.unlinkSync(path);
  }) as WritableFileSystem['unlinkSync'];
  writeFileSync(at('.t.tmp'), 'left behind');
  expect(() => write(at('a'), 'two', fs)).toThrow('ENOSPC');
});

test('the check comes last, and where it throws nothing has changed', () => {
  writeFileSync(at('a'), 'one');
  const check = (): void => {
    expect(readFileSync(at('.t.tmp'), 'utf8')).toBe('two');
    throw new RangeError('no');
  };
  expect(() => writeDurably(realFileSystem, at('a'), bytes('two'), '.t.tmp', check)).toThrow(RangeError);
  expect(readFileSync(at('a'), 'utf8')).toBe('one');
  expect(readdirSync(folder)).toEqual(['a']);
});

test('an unfinished file that was left behind is replaced', () => {
  writeFileSync(at('.t.tmp'), 'half');
  write(at('a'), 'one');
  expect(readdirSync(folder)).toEqual(['a']);
});

test('temporaryOf is beside the file itself, also where a link leads there', () => {
  mkdirSync(at('real'));
  writeFileSync(at('real/a'), '');
  symlinkSync('real/a', at('link'));
  const real = realFileSystem.realpathSync.native(folder);
  expect(temporaryOf(realFileSystem, at('link'), '.t.tmp')).toBe(join(real, 'real/.t.tmp'));
  expect(temporaryOf(realFileSystem, at('not there'), '.t.tmp')).toBe(join(real, '.t.tmp'));
  expect(temporaryOf(realFileSystem, at('no folder/a'), '.t.tmp')).toBeUndefined();
});

test('removing and renaming', () => {
  writeFileSync(at('a'), 'one');
  mkdirSync(at('folder'));
  renameDurably(realFileSystem, at('a'), at('folder/b'));
  expect(readFileSync(at('folder/b'), 'utf8')).toBe('one');
  removeDurably(realFileSystem, at('folder/b'));
  removeDurably(realFileSystem, at('folder/b'));
  removeDurably(realFileSystem, at('no folder/b'));
  expect(readdirSync(at('folder'))).toEqual([]);
});

test.each([
  { error: Object.assign(new Error(), { code: 'ENOENT', syscall: 'open' }), code: 'ENOENT', missing: true },
  { error: Object.assign(new Error(), { code: 'ENOTDIR', syscall: 'open' }), code: 'ENOTDIR', missing: true },
  { error: Object.assign(new Error(), { code: 'EACCES', syscall: 'open' }), code: 'EACCES', missing: false },
  // Errors of Node itself have codes, too, and are somebody's mistake.
  { error: Object.assign(new TypeError(), { code: 'ERR_INVALID_ARG_TYPE' }), code: undefined, missing: false },
  { error: 'ENOENT', code: undefined, missing: false },
])('codeOf($error) is $code', ({ error, code, missing }) => {
  expect(codeOf(error)).toBe(code);
  expect(isMissing(error)).toBe(missing);
});
