import { suggestion } from '@shortfuse/core';
import { explanation as panos } from '@shortfuse/panos';
import { adapters } from '../adapters.js';
import { type ExitStatus, exit, UsageError } from '../exit.js';
import { write } from '../io/streams.js';

/** The servers that are read, then what stands in front of them. */
const topics = [...adapters, { id: 'panos', title: 'PAN-OS (Palo Alto firewalls)', explanation: panos }];

/** Prints what governs the lifetime on a server, or what there is to explain. @throws UsageError for a name that is none */
export async function explain(name: string | undefined): Promise<ExitStatus> {
  if (name === undefined) {
    const width = Math.max(...topics.map(({ id }) => id.length));
    await write(process.stdout, topics.map(({ id, title }) => `${id.padEnd(width)}  ${title}\n`).join(''));
    return exit.ok;
  }
  const topic = topics.find(({ id, title }) => [id, title.toLowerCase()].includes(name.toLowerCase()));
  if (!topic) {
    const ids = topics.map(({ id }) => id);
    throw new UsageError(`nothing to explain under ${name}${suggestion(name, ids)}; there is ${ids.join(', ')}`);
  }
  await write(process.stdout, topic.explanation);
  return exit.ok;
}
