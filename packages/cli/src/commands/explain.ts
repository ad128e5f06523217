import { suggestion } from '@shortfuse/core';
import { adapters } from '../adapters.js';
import { type ExitStatus, exit, UsageError } from '../exit.js';
import { write } from '../io/streams.js';

/** Prints what governs the lifetime on a server, or which servers can be explained. @throws UsageError for a name that is none */
export async function explain(name: string | undefined): Promise<ExitStatus> {
  if (name === undefined) {
    const width = Math.max(...adapters.map(({ id }) => id.length));
    await write(process.stdout, adapters.map(({ id, title }) => `${id.padEnd(width)}  ${title}\n`).join(''));
    return exit.ok;
  }
  const adapter = adapters.find(({ id, title }) => [id, title.toLowerCase()].includes(name.toLowerCase()));
  if (!adapter) {
    const ids = adapters.map(({ id }) => id);
    throw new UsageError(`nothing to explain under ${name}${suggestion(name, ids)}; there is ${ids.join(', ')}`);
  }
  await write(process.stdout, adapter.explanation);
  return exit.ok;
}
