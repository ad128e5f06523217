import { open, readFile, unlink } from 'node:fs/promises';
import { readStocks, type Stock, writeStocks } from '@shortfuse/probe';
import { UsageError } from '../../exit.js';
import { messageOf } from '../../io/config.js';

/**
 * Writes sessions to a new file that only its owner can read.
 * @throws UsageError where the file is there already or cannot be made; then nothing is left of it
 */
export async function writeSessionFile(path: string, stocks: readonly Stock[]): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(writeStocks(stocks));
      await file.sync();
    } catch (error) {
      await unlink(path).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new UsageError(
      `error: ${path}: ${messageOf(error)}\n  help: name a new file, in a folder that can be written`,
    );
  }
}

/** The sessions of a file. @throws UsageError where it cannot be read or was not written by `--before` */
export async function readSessionFile(path: string): Promise<readonly Stock[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `error: ${path}: ${messageOf(error)}\n  help: --before FILE makes such a file before the reload`,
    );
  }
  const stocks = readStocks(text);
  if (!stocks) throw new UsageError(`error: ${path} is no file that probe --before wrote`);
  return stocks;
}

/** Removes a file of sessions that were offered. */
export async function removeSessionFile(path: string): Promise<void> {
  await unlink(path).catch(() => undefined);
}
