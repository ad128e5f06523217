import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import type { Disk, Entry } from './disk.js';
import { isWithin } from './paths.js';

/** A `.gitignore` and the folder it speaks of. */
interface IgnoreFile {
  readonly folder: string;
  readonly rules: Ignore;
}

/**
 * Every file below `root` as git sees it: `.gitignore` files and `.git/info/exclude` honoured (those above `root` in the same
 * repository too), `.git`, `node_modules` and shortfuse's own records skipped. Links to files are followed where they stay
 * within `root`, links to folders never: what is below `root` is found where it really is. In byte order, folder by folder;
 * folders that cannot be listed go to `unreadable`.
 */
export function* walk(disk: Disk, root: string, unreadable: (folder: string) => void): Generator<string> {
  const realRoot = disk.realFolder(root);
  const above = ignoreFilesAbove(disk, root);
  // A person who names an ignored folder wants it read.
  const isNamedIgnored = isIgnored(
    above.filter((file) => file.folder !== root),
    root,
    true,
  );
  // An explicit stack: folders may be nested deeper than calls can be.
  const stack: { folder: string; ignores: readonly IgnoreFile[] }[] = [
    { folder: root, ignores: isNamedIgnored ? [] : above },
  ];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { folder } = next;
    const entries = disk.list(folder);
    if (!entries) {
      unreadable(folder);
      continue;
    }
    const own = ignoreFile(folder, entries);
    const ignores = own ? [...next.ignores, own] : next.ignores;
    const folders: string[] = [];
    for (const { name, kind } of entries) {
      if (name === '.git' || name === 'node_modules' || name === '.shortfuse') continue;
      const path = join(folder, name);
      if (isIgnored(ignores, path, kind === 'folder')) continue;
      if (kind === 'folder') folders.push(path);
      else if (kind === 'file') yield path;
      else {
        const target = disk.target(path);
        if (target?.kind === 'file' && isWithin(target.path, realRoot)) yield path;
      }
    }
    for (const path of folders.reverse()) stack.push({ folder: path, ignores });
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

function ignoreFile(folder: string, entries: readonly Entry[]): IgnoreFile | undefined {
  return entries.some(({ name }) => name === '.gitignore') ? readRules(folder, join(folder, '.gitignore')) : undefined;
}

/** Upper and lower case are one where git sets `core.ignorecase` for new repositories. */
const ignorecase = process.platform === 'win32' || process.platform === 'darwin';

function readRules(folder: string, path: string): IgnoreFile | undefined {
  try {
    const rules = readFileSync(path, 'utf8').replace(/^\u{feff}/u, '');
    return { folder, rules: ignore({ ignorecase }).add(rules) };
  } catch {
    return undefined;
  }
}

function ignoreFilesAbove(disk: Disk, root: string): readonly IgnoreFile[] {
  const found: IgnoreFile[] = [];
  for (let folder = root; ; folder = dirname(folder)) {
    if (folder !== root) {
      const file = ignoreFile(folder, disk.list(folder) ?? []);
      if (file) found.unshift(file);
    }
    if (disk.exists(join(folder, '.git'))) {
      const file = readRules(folder, join(folder, '.git', 'info', 'exclude'));
      return file ? [file, ...found] : found;
    }
    // Not in a repository: then what lies above has no say.
    if (dirname(folder) === folder) return [];
  }
}
