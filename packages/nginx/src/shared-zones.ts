import { type Note, spellDuration } from '@shortfuse/core';
import type { AddressGroup } from './addresses.js';
import type { Section, ServerBlock } from './evaluate.js';
import { nameOf, type Resolved, shownPlace } from './resolved.js';

/** Servers that keep sessions in one zone accept each other's, for as long as the one that issued them said. */
export function sharedZones(
  section: Section,
  groups: readonly AddressGroup[],
  resolved: (server: ServerBlock) => Resolved,
): (server: ServerBlock) => readonly Note[] {
  const longest = new Map<string, { seconds: number; server: ServerBlock }>();
  for (const group of groups) {
    const { state, timeout, server } = resolved(group.deciding);
    const zone = state.cache?.zone?.name;
    if (zone === undefined || timeout.seconds === undefined) continue;
    const known = longest.get(zone);
    if (!known || timeout.seconds > known.seconds) longest.set(zone, { seconds: timeout.seconds, server });
  }
  return (server) => {
    const { state, timeout } = resolved(server);
    const zone = state.cache?.zone?.name;
    const other = zone === undefined ? undefined : longest.get(zone);
    if (!other || timeout.seconds === undefined || other.seconds <= timeout.seconds) return [];
    return [
      {
        code: 'sessions-from-elsewhere',
        text:
          `shares the ${section.kind} session cache "${zone}" with ${nameOf(other.server) || 'another server'} ` +
          `(${shownPlace(other.server)}), whose sessions last ${spellDuration(other.seconds)} and are accepted here too where the certificate is the same`,
      },
    ];
  };
}
