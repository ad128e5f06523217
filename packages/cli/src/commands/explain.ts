import { suggestion } from '@shortfuse/core';
import { explanation as panos } from '@shortfuse/panos';
import { adapters } from '../adapters.js';
import { type ExitStatus, exit, UsageError } from '../exit.js';
import { write } from '../io/streams.js';
import { rulePages } from '../lint/rule-pages.generated.js';

interface Topic {
  readonly id: string;
  readonly title: string;
  readonly explanation: string;
}

/** The servers that are read, then what stands in front of them. */
const servers: readonly Topic[] = [
  ...adapters,
  { id: 'panos', title: 'PAN-OS (Palo Alto firewalls)', explanation: panos },
];

const rules: readonly Topic[] = Object.entries(rulePages).map(([id, { title, page }]) => ({
  id,
  title,
  explanation: page,
}));

/**
 * Prints what governs the lifetime on a server, what a rule of `lint` is about, or what there is to explain.
 * @throws UsageError for a name that is none
 */
export async function explain(name: string | undefined): Promise<ExitStatus> {
  if (name === undefined) {
    await write(process.stdout, `${listOf('servers', servers)}\n${listOf('rules of lint', rules)}`);
    return exit.ok;
  }
  const topics = [...servers, ...rules];
  const topic = topics.find(({ id, title }) => [id, title.toLowerCase()].includes(name.toLowerCase()));
  if (!topic) {
    const ids = topics.map(({ id }) => id);
    throw new UsageError(
      `nothing to explain under ${name}${suggestion(name, ids)}; there is ${servers.map(({ id }) => id).join(', ')}, and the rules: ${rules.map(({ id }) => id).join(', ')}`,
    );
  }
  await write(process.stdout, topic.explanation);
  return exit.ok;
}

function listOf(heading: string, topics: readonly Topic[]): string {
  const width = Math.max(...topics.map(({ id }) => id.length));
  return `${heading}\n${topics.map(({ id, title }) => `  ${id.padEnd(width)}  ${title}\n`).join('')}`;
}
