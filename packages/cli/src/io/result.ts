import { resolve } from 'node:path';
import { UsageError } from '../exit.js';
import { messageOf } from './config.js';
import { writeAtomically } from './output.js';
import { write } from './streams.js';

/**
 * Hands a result over: to the file that `--output` names, whole or not at all, else to standard output.
 * @throws UsageError where the file cannot be written
 */
export async function deliver(result: string | Uint8Array, output: string | undefined): Promise<void> {
  if (output === undefined) {
    await write(process.stdout, result);
    return;
  }
  try {
    await writeAtomically(resolve(output), result);
  } catch (error) {
    throw new UsageError(
      `${output}: error: ${messageOf(error)}\n  help: name a file that can be written, in a folder that exists`,
    );
  }
}
