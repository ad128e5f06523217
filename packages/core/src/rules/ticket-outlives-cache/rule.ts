import { byCause, defineRule, placeKey } from '../../lint/rule.js';
import { definitionsOf, helpToReach, nameListeners, spellSeconds } from '../../lint/wording.js';
import type { Lifetime, Listener } from '../../listener.js';
import type { Location } from '../../source.js';

export const ticketOutlivesCache = defineRule({
  id: 'ticket-outlives-cache',
  title: 'Tickets last longer than the session cache',
  severity: 'error',
  why:
    'Some servers keep two lifetimes: one for sessions in their cache and one for tickets. Whoever shortens the first only, because ' +
    'it is the one with the known name, leaves clients with tickets that outlive the switch to inspection.',
  sources: [
    'F5: cache-timeout and session-ticket-timeout of ltm profile client-ssl in the tmsh reference',
    'RFC 5077 5.6',
  ],
  defaults: {},
  isFixable: true,
  *check({ configurations, targetSeconds }) {
    const groups = byCause(configurations, (listener) => {
      const longer = longerTicket(listener);
      return longer ? { key: `${placeKey(longer.at)} ${longer.cache}`, cause: longer } : undefined;
    });
    for (const { cause, listeners } of groups) {
      const { at, ticket, seconds, cache, cacheAt } = cause;
      yield {
        at,
        message: `tickets of ${nameListeners(listeners)} last ${spellSeconds(seconds)}, sessions in the cache ${spellSeconds(cache)}`,
        why: 'clients with tickets come back long after the cache has forgotten their session, and break when inspection is switched on',
        help: helpToReach(
          ticket,
          Math.min(cache, targetSeconds),
          `give tickets ${cache} seconds or less`,
          seconds > targetSeconds,
        ),
        related: [
          ...(cacheAt ? [{ at: cacheAt, message: 'the lifetime in the cache is set here' }] : []),
          ...definitionsOf(listeners, at),
        ],
        listeners,
      };
    }
  },
});

interface LongerTicket {
  readonly at: Location;
  readonly ticket: Lifetime;
  readonly seconds: number;
  readonly cache: number;
  readonly cacheAt: Location | undefined;
}

/** Only where a text of its own says how long tickets last: where one setting governs both, nothing can be out of step. */
function longerTicket({ mechanisms }: Listener): LongerTicket | undefined {
  const { sessionId, ticketTls12, ticketTls13 } = mechanisms;
  if (sessionId.enabled === false) return undefined;
  const [cache] = sessionId.lifetimes;
  if (cache?.seconds === undefined) return undefined;
  const cacheAt = placeIn(cache);
  for (const { enabled, lifetimes } of [ticketTls12, ticketTls13]) {
    if (enabled === false) continue;
    for (const ticket of lifetimes) {
      const at = placeIn(ticket);
      if (ticket.seconds === undefined || ticket.seconds <= cache.seconds || !at) continue;
      if (cacheAt && isSameSetting(cacheAt, at)) continue;
      return { at, ticket, seconds: ticket.seconds, cache: cache.seconds, cacheAt };
    }
  }
  return undefined;
}

/** One text, or two that set the same thing in two places: a server that has the one setting for both has one lifetime. */
function isSameSetting(a: Location, b: Location): boolean {
  const name = nameIn(a);
  return placeKey(a) === placeKey(b) || (name !== '' && name === nameIn(b));
}

function nameIn({ file, span }: Location): string {
  return /^[\w-]*[A-Za-z][\w-]*/.exec(file.text.slice(span.start, span.end))?.[0].toLowerCase() ?? '';
}

function placeIn({ origin }: Lifetime): Location | undefined {
  return origin.kind === 'explicit' || origin.kind === 'inherited' ? origin.at : undefined;
}
