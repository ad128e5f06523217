import { constants } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { shownPath } from '@shortfuse/files';
import { type PanosConfiguration, readConfigurationBytes } from '@shortfuse/panos';
import { UsageError } from '../exit.js';
import { messageOf } from './config.js';
import { readStdin } from './streams.js';

/**
 * Reads a firewall's or Panorama's configuration; `-` is standard input, which goes by `stdinName`. What is wrong in it is in its
 * problems, of which no lines may be shown: secrets stand in them.
 * @throws UsageError where there is no file that can be read
 */
export async function readPanos(path: string, stdinName = '<stdin>'): Promise<PanosConfiguration> {
  if (path === '-') return readConfigurationBytes(stdinName, await readStdin());
  const cwd = process.cwd();
  const absolute = resolve(cwd, path);
  const shown = shownPath(cwd, absolute);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(absolute);
  } catch (error) {
    throw new UsageError(
      `${shown}: error: ${messageOf(error)}\n  help: name the configuration of a firewall or Panorama`,
    );
  }
  if (bytes.length >= constants.MAX_STRING_LENGTH)
    throw new UsageError(`${shown}: error: larger than ${constants.MAX_STRING_LENGTH} bytes, too large to be read`);
  return readConfigurationBytes(shown, bytes);
}
