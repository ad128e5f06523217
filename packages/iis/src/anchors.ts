import type { Anchor } from '@shortfuse/core';
import type { IisFile } from './parse.js';

/**
 * The statements of an artefact that write ServerCacheTime, and those that switch TLS 1.2 session tickets, in the order of the
 * text. They go by the registry key and value, or by the certificate binding, and by the names that people gave to what is
 * around them: the task, the item's id in a policy, the function.
 */
export function anchors({ content }: IisFile): readonly Anchor[] {
  if (content.kind !== 'artefact') return [];
  const found: Anchor[] = [];
  for (const { written } of content.facts)
    if (written) found.push({ path: written.path, statement: written.statement, value: written.data });
  for (const { ticketsSwitch, key, target, span } of content.bindings)
    if (ticketsSwitch)
      found.push({
        path: ['netsh http sslcert', `${key}=${target ?? ''}`, 'enablesessionticket'],
        statement: span,
        value: ticketsSwitch,
      });
  return found.sort((a, b) => a.statement.start - b.statement.start);
}
