import { open, readFile, unlink } from 'node:fs/promises';
import { type Finding, readStocks, type Stock, spellAddress, takeStock, writeStocks } from '@shortfuse/probe';
import { UsageError } from '../../exit.js';
import { messageOf } from '../../io/config.js';
import { write } from '../../io/streams.js';
import type { ParsedOptions } from './options.js';

/**
 * Writes sessions to a new file that only its owner can read.
 * @throws UsageError where the file is there already or cannot be made; then nothing is left of it
 */
async function writeSessionFile(path: string, stocks: readonly Stock[]): Promise<void> {
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

/** `--before` takes sessions last, so that they are young; `--after` removes the file once every server has answered. */
export async function keepSessions(
  findings: readonly Finding[],
  { before, after, quiet }: ParsedOptions,
): Promise<void> {
  const say = async (line: string): Promise<void> => {
    if (quiet !== true) await write(process.stderr, `${line}\n`);
  };
  const areAllAnswered = findings.every(({ result }) => result.kind === 'answered');
  if (after !== undefined) {
    if (areAllAnswered) await unlink(after).catch(() => undefined);
    await say(areAllAnswered ? `${after} is removed` : `${after} is kept, because a server did not answer`);
  }
  if (before === undefined) return;
  const results = findings.flatMap(({ result }) => (result.kind === 'answered' ? result : []));
  if (results.length === 0) return;
  const stocks = await Promise.all(results.map(takeStock));
  await writeSessionFile(before, stocks);
  await say(
    `${before} holds session secrets: only you can read it (mode 0600), and probe --after ${before} removes it`,
  );
  const empty = stocks.filter(({ mechanisms }) => Object.keys(mechanisms).length === 0);
  for (const { endpoint } of empty)
    await say(`${spellAddress(endpoint)} resumes nothing now, so there will be nothing to offer after the reload`);
}
