import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { LogFile } from '@shortfuse/panos';
import { messageOf } from '../../io/config.js';

const pieceLength = 1 << 20;

/** A log on disk, or standard input for `-`; what gzip packed is unpacked, whatever it is called. */
export function openLog(path: string): LogFile {
  return { name: path === '-' ? '<stdin>' : path, read: () => readLog(path) };
}

async function* readLog(path: string): AsyncGenerator<Uint8Array> {
  const source: Readable = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: pieceLength });
  try {
    const pieces: AsyncIterator<Uint8Array> = source[Symbol.asyncIterator]();
    const start = await firstBytes(pieces, 2);
    if (start[0] === 0x1f && start[1] === 0x8b) yield* unpacked(start, pieces);
    else yield* joined(start, pieces);
  } finally {
    source.destroy();
  }
}

/** As many pieces as hold `length` bytes, or all there are. */
async function firstBytes(pieces: AsyncIterator<Uint8Array>, length: number): Promise<Uint8Array> {
  let start: Uint8Array = new Uint8Array();
  while (start.length < length) {
    const { done, value } = await pieces.next();
    if (done) break;
    start = start.length === 0 ? value : Buffer.concat([start, value]);
  }
  return start;
}

async function* joined(start: Uint8Array, pieces: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (start.length > 0) yield start;
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) return;
    yield value;
  }
}

async function* unpacked(start: Uint8Array, pieces: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: pieceLength / 4 });
  // Errors of either end are thrown where the result is read.
  pipeline(Readable.from(joined(start, pieces)), gunzip, () => undefined);
  try {
    yield* gunzip;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'Z_BUF_ERROR') throw new Error('the gzip data end too early: the file is cut off', { cause: error });
    if (code === 'Z_DATA_ERROR') throw new Error(`the gzip data are damaged: ${messageOf(error)}`, { cause: error });
    throw error;
  }
}
