import {
  chmodSync,
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
import { afterAll, beforeEach, expect, test } from 'vitest';
import { writeAtomically } from './output.js';

let folder = '';
const folders: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shortfuse-output-'));
  folders.push(folder);
});
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true });
});

test('a new file is written and nothing is left beside it', async () => {
  await writeAtomically(join(folder, 'a.json'), 'text');
  expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe('text');
  expect(readdirSync(folder)).toEqual(['a.json']);
});

test('a file that was there is replaced as a whole and keeps its permissions', async () => {
  const path = join(folder, 'a.json');
  writeFileSync(path, 'old and longer');
  chmodSync(path, 0o666);
  const before = statSync(path).ino;
  await writeAtomically(path, 'new');
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(statSync(path).mode & 0o777).toBe(0o666);
  expect(statSync(path).ino).not.toBe(before);
});

test('a link stays a link', async () => {
  writeFileSync(join(folder, 'real.json'), 'old');
  symlinkSync('real.json', join(folder, 'link.json'));
  await writeAtomically(join(folder, 'link.json'), 'new');
  expect(lstatSync(join(folder, 'link.json')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, 'real.json'), 'utf8')).toBe('new');
});

test('a device is written to, not replaced', async () => {
  await writeAtomically('/dev/null', 'text');
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('what cannot be written is said, and leaves nothing', async () => {
  await expect(writeAtomically(join(folder, 'none', 'a.json'), 'x')).rejects.toThrow('ENOENT');
  mkdirSync(join(folder, 'sub'));
  await expect(writeAtomically(join(folder, 'sub'), 'x')).rejects.toThrow('EISDIR');
  expect(readdirSync(folder)).toEqual(['sub']);
});
