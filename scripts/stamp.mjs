// @ts-check
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './run.mjs';

/**
 * Stamps remember from what a step was last done, so that a second run is quick. They go with node_modules.
 * @param {string} step
 */
const stampFile = (step) => join(root, 'node_modules', '.cache', 'shortfuse', step);

/**
 * Was `step` last done from `key`?
 * @param {string} step
 * @param {string} key
 */
export function isDone(step, key) {
  try {
    return readFileSync(stampFile(step), 'utf8') === key;
  } catch {
    return false;
  }
}

/**
 * @param {string} step
 * @param {string} key
 */
export function setDone(step, key) {
  mkdirSync(dirname(stampFile(step)), { recursive: true });
  writeFileSync(stampFile(step), key);
}

/**
 * A key of the content of files.
 * @param {readonly string[]} files relative to the checkout
 */
export function keyOfContent(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

/**
 * A key of the names, sizes and times of all files below folders: quicker than reading them. Tests and what a step makes
 * are left out.
 * @param {readonly string[]} paths files and folders, relative to the checkout
 */
export function keyOfState(paths) {
  const hash = createHash('sha256');
  const stack = [...paths].sort();
  for (let path = stack.pop(); path !== undefined; path = stack.pop()) {
    const stats = statSync(join(root, path), { throwIfNoEntry: false });
    if (stats?.isDirectory()) for (const name of readdirSync(join(root, path)).sort()) stack.push(`${path}/${name}`);
    else if (!path.endsWith('.test.ts')) hash.update(`${path}\0${stats?.size}\0${stats?.mtimeMs}\0`);
  }
  return hash.digest('hex');
}
