import { open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes `text` to `path` so that a reader sees the old file or the new one and nothing between: a new file in the same
 * folder is written to disk, then renamed. Links are followed, permissions of a file that was there are kept. A device or
 * pipe, such as `/dev/stdout`, is written to as it is. Rejects with the system's error; then the old file is untouched.
 */
export async function writeAtomically(path: string, text: string | Uint8Array): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found && !found.isFile()) {
    const file = await open(path, 'w');
    await file.writeFile(text).finally(() => file.close());
    return;
  }
  const target = found ? await realpath(path) : path;
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  const file = await open(temporary, 'wx', found ? found.mode & 0o7777 : 0o666);
  const stop = removeWhenInterrupted(temporary);
  try {
    try {
      // The mode given to open is narrowed by the umask.
      if (found) await file.chmod(found.mode & 0o7777);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  } finally {
    stop();
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ctrl-C ends the process as it would anyway, but not before the unfinished file is gone. */
function removeWhenInterrupted(path: string): () => void {
  const handle = (signal: NodeJS.Signals): void => {
    unlink(path)
      .catch(() => undefined)
      .finally(() => {
        stop();
        process.kill(process.pid, signal);
      });
  };
  const stop = (): void => {
    for (const signal of signals) process.off(signal, handle);
  };
  for (const signal of signals) process.on(signal, handle);
  return stop;
}
