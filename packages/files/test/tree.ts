import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A file's text, or where a link leads. */
export type Content = string | Uint8Array | { readonly link: string };

/** Makes files below a new temporary folder that is removed when the test ends, and gives the folder. */
export function makeTree(files: Readonly<Record<string, Content>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'shortfuse-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // Open to everybody: some tests look at it as another user.
  chmodSync(folder, 0o755);
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(path, content);
    else symlinkSync(content.link, path);
  }
  return folder;
}

/** Runs `look` as a user to whom permissions apply: root is let in everywhere. */
export function asOrdinaryUser<Result>(look: () => Result): Result {
  if (process.geteuid?.() !== 0) return look();
  process.seteuid?.(65_534);
  try {
    return look();
  } finally {
    process.seteuid?.(0);
  }
}
