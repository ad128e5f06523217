import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Certificate } from './certificate.js';

/** A configuration in a folder that a server may read, apart from where it came from. */
export interface StagedFolder {
  readonly path: string;
  readonly remove: () => void;
}

/** Copies `folder` to a place of its own, with the certificate that the conformance cases ask for beside the main file. */
export function stage(folder: string, { certificate, key }: Certificate): StagedFolder {
  const path = mkdtempSync(join(tmpdir(), 'shortfuse-staged-'));
  // Servers drop their rights, and their workers still read the clock file.
  chmodSync(path, 0o755);
  cpSync(folder, path, { recursive: true });
  makeLinks(path);
  copyFileSync(certificate, join(path, 'server.crt'));
  copyFileSync(key, join(path, 'server.key'));
  staged.add(path);
  return {
    path,
    remove: () => {
      staged.delete(path);
      removeFolder(path);
    },
  };
}

const staged = new Set<string>();
// For runs that are interrupted.
process.on('exit', () => {
  for (const path of staged) removeFolder(path);
});

function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** Where git has written links as text files, as it does without `core.symlinks`, a server needs them to be links. */
function makeLinks(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    const stats = lstatSync(path);
    if (!stats.isFile() || stats.size > 200) continue;
    const target = readFileSync(path, 'utf8');
    if (!/^\.\.?\/[^\n]+$/.test(target) || !existsSync(join(dirname(path), target))) continue;
    rmSync(path);
    symlinkSync(target, path);
  }
}
