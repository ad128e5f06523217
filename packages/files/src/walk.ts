import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import type { Disk } from './disk.js';
import { isWithin } from './paths.js';

/** A `.gitignore` and the folder it speaks of. */
interface IgnoreFile {
  readonly folder: string;
  readonly rules: Ignore;
}

/**
 * Every file below `root` as git sees it: `.gitignore` files honoured (those above `root` in the same repository too),
 * `.git` and `node_modules` skipped, links followed where they stay within `root`. In byte order, folder by folder.
 */
export function* walk(disk: Disk, root: string): Generator<string> {
  const above = ignoreFilesAbove(disk, root);
  // An explicit stack: folders may be nested deeper than calls can be.
  const stack: { folder: string; ignores: readonly IgnoreFile[] }[] = [{ folder: root, ignores: above }];
  const entered = new Set<string>();
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { folder } = next;
    const own = ignoreFile(disk, folder);
    const ignores = own ? [...next.ignores, own] : next.ignores;
    const folders: string[] = [];
    for (const { name, kind } of disk.list(folder) ?? []) {
      if (name === '.git' || name === 'node_modules') continue;
      const path = join(folder, name);
      let found: 'file' | 'folder' = kind === 'folder' ? 'folder' : 'file';
      if (kind === 'link') {
        const target = disk.target(path);
        if (!target || !isWithin(target.path, root) || entered.has(target.path)) continue;
        // A linked folder is read where it really is, and so is its content.
        if (target.kind === 'folder') continue;
        found = 'file';
      }
      if (isIgnored(ignores, path, found === 'folder')) continue;
      if (found === 'folder') folders.push(path);
      else yield path;
    }
    for (let i = folders.length - 1; i >= 0; i--) {
      const path = folders[i];
      if (path !== undefined) stack.push({ folder: path, ignores });
    }
  }
}

function isIgnored(ignores: readonly IgnoreFile[], path: string, isFolder: boolean): boolean {
  // The nearest file that has something to say decides, as in git.
  for (let i = ignores.length - 1; i >= 0; i--) {
    const file = ignores[i];
    if (!file) continue;
    const below = relative(file.folder, path).split(sep).join('/');
    const { ignored, unignored } = file.rules.test(isFolder ? `${below}/` : below);
    if (ignored) return true;
    if (unignored) return false;
  }
  return false;
}

function ignoreFile(disk: Disk, folder: string): IgnoreFile | undefined {
  if (!disk.list(folder)?.some(({ name }) => name === '.gitignore')) return undefined;
  try {
    return { folder, rules: ignore().add(readFileSync(join(folder, '.gitignore'), 'utf8')) };
  } catch {
    return undefined;
  }
}

function ignoreFilesAbove(disk: Disk, root: string): readonly IgnoreFile[] {
  const found: IgnoreFile[] = [];
  for (let folder = root; ; folder = dirname(folder)) {
    if (folder !== root) {
      const file = ignoreFile(disk, folder);
      if (file) found.unshift(file);
    }
    if (disk.exists(join(folder, '.git'))) return found;
    // Not in a repository: then what lies above has no say.
    if (dirname(folder) === folder) return [];
  }
}
