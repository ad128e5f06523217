import type { IgnoredSetting, Location } from '@shortfuse/core';
import type { Written } from './evaluate.js';
import { cacheItemsInEffect, find, flagOf, type Surroundings, ticketCommandOf } from './lookup.js';
import type { Resolved } from './resolved.js';
import { sessionSettings } from './settings.js';

const byDefaultServer =
  'the default server of the address decides; this server block is selected by SNI only after the session parameters are fixed';

/** What is written for this server at this address, and counts there or does not. */
export function effectOfSettings(
  deciding: Resolved,
  named: Resolved,
): { readonly ignored: readonly IgnoredSetting[]; readonly inEffect: readonly Location[] } {
  const items = itemsInEffect(deciding, named);
  return { ignored: ignoredFor(new Set(items), deciding, named), inEffect: items.map(({ at }) => at) };
}

function ignoredFor(used: ReadonlySet<Written>, deciding: Resolved, named: Resolved): IgnoredSetting[] {
  const ignored: IgnoredSetting[] = [];
  for (const setting of sessionSettings) {
    const own = named.server.written.get(setting) ?? [];
    for (const item of own)
      if (!used.has(item)) ignored.push({ at: item.at, why: whyOwnIgnored(setting, deciding, named) });
    for (const item of named.section.written.get(setting) ?? [])
      if (!used.has(item))
        ignored.push({ at: item.at, why: whyOuterIgnored(setting, deciding, named, own.length > 0) });
  }
  return ignored;
}

function itemsInEffect(deciding: Resolved, named: Resolved): Written[] {
  const written = (where: Surroundings, setting: string): readonly Written[] => {
    const found = find(where, setting);
    return found.kind === 'written' ? found.items : [];
  };
  const visible = named.state.hasContext ? named : deciding;
  return [
    ...written(deciding, 'ssl_session_timeout'),
    ...cacheItemsInEffect(deciding),
    // A cache that is off in the named server withholds the session ID.
    ...(visible.state.cache?.kind === 'off' ? cacheItemsInEffect(visible) : []),
    ...(ticketCommandOverrides(deciding) ? [] : written(deciding, 'ssl_session_tickets')),
    ...(ticketCommandOverrides(visible) ? [] : written(visible, 'ssl_session_tickets')),
    ...(deciding.state.tickets === false ? [] : written(deciding, 'ssl_session_ticket_key')),
  ];
}

/** An `ssl_conf_command` says otherwise than `ssl_session_tickets` does. */
function ticketCommandOverrides(where: Surroundings): boolean {
  const command = ticketCommandOf(where);
  return command !== undefined && command !== flagOf(where, 'ssl_session_tickets', true);
}

function whyOwnIgnored(setting: (typeof sessionSettings)[number], deciding: Resolved, named: Resolved): string {
  if (setting === 'ssl_session_tickets') {
    const command = ticketCommandOf(named);
    if (command !== undefined)
      return `ssl_conf_command is applied later and switches tickets ${command ? 'on again' : 'off'}`;
    return 'without a certificate the server block has no TLS context of its own, so even its ticket switch has no effect';
  }
  if (named.server !== deciding.server) return byDefaultServer;
  if (setting === 'ssl_session_ticket_key') return 'tickets are off, so no ticket is encrypted with the key';
  return 'a later directive of the same block replaces it';
}

function whyOuterIgnored(
  setting: (typeof sessionSettings)[number],
  deciding: Resolved,
  named: Resolved,
  hasOwn: boolean,
): string {
  if (setting === 'ssl_session_tickets' && ticketCommandOf(deciding) !== undefined)
    return whyOwnIgnored(setting, deciding, deciding);
  if (hasOwn && named.server === deciding.server)
    return `a value in the server block replaces the one from ${named.section.kind}`;
  if (setting === 'ssl_session_ticket_key' && deciding.state.tickets === false)
    return 'tickets are off, so no ticket is encrypted with the key';
  return `the default server of the address decides, and a value in its block replaces the one from ${named.section.kind}`;
}
