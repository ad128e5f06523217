import { effectiveLifetime, type Note, positionOf } from '@shortfuse/core';
import type { AddressGroup } from './addresses.js';
import { find, type SessionCache, type Surroundings, serverNameOf } from './lookup.js';
import type { Outcome, Side } from './mechanisms.js';
import { isMisleading } from './values.js';

/** One host at one address, with all that was found out about it. */
export interface Context {
  readonly group: AddressGroup;
  readonly first: Surroundings;
  readonly named: Surroundings;
  readonly firstSide: Side;
  readonly namedSide: Side;
  /** The named host has a TLS context of its own. */
  readonly hasContext: boolean;
  readonly outcome: Outcome;
  readonly cache: SessionCache;
  readonly fragments: boolean;
}

/** What a person should know before a change window. */
export function notesFor(context: Context): Note[] {
  const { group, first, named, firstSide, namedSide, outcome, cache } = context;
  const { mechanisms, failure } = outcome;
  const notes: Note[] = [];
  const add = (code: string, text: string): void => {
    notes.push({ code, text });
  };
  const { decidedBy, seconds } = effectiveLifetime({ mechanisms, governing: firstSide.timeout });
  if (decidedBy.origin.kind === 'unknown') add('lifetime-unknown', `lifetime unknown: ${decidedBy.origin.why}`);
  else if (seconds === undefined && cache.isKept === undefined)
    add(
      'lifetime-unknown',
      'lifetime unknown: it depends on whether there is an SSLSessionCache, which the files do not tell',
    );
  else if (seconds === undefined)
    add('lifetime-unknown', 'lifetime unknown: the files do not tell whether tickets are on');
  if (named !== first && first.host) {
    const { file, span } = first.host.at;
    add(
      'first-host-decides',
      `tickets take their lifetime and keys from the first virtual host of the address: ${serverNameOf(first) || 'the one'} at ${file.path}:${positionOf(file, span.start).line}`,
    );
  }
  if (named.host?.doubt !== undefined) add('host-unknown', `may not be there: ${named.host.doubt}`);
  if (group.shown === null)
    add(
      'address-unknown',
      `the address of <VirtualHost ${named.host?.addresses.join(' ') ?? ''}> is only known when httpd starts`,
    );
  if (group.listen === undefined && group.shown !== null && !context.fragments)
    add('listen-unknown', 'the Listen that opens this address is not among the files');
  for (const [where, side] of new Map([
    [first, firstSide],
    [named, namedSide],
  ]))
    addValueNotes(where, side, add);
  if (failure === 'zero-timeout')
    add(
      'handshake-fails',
      'with a timeout of 0 and a session cache every TLS 1.3 connection ends with an internal error after its first ticket',
    );
  if (failure === 'ticket-key')
    add(
      'handshake-fails',
      'the first virtual host of the address has a ticket key file and this one has none: TLS 1.3, and TLS 1.2 with tickets, end with an internal error',
    );
  const anything = seconds !== 0 || Object.values(mechanisms).some(({ enabled }) => enabled !== false);
  if (!anything && failure === undefined)
    add('resumption-off', 'no session can be resumed; TLS 1.3 clients are sent tickets all the same');
  const hasKey = firstSide.state.hasTicketKey === true && firstSide.state.tickets !== false;
  if (hasKey)
    add(
      'ticket-key-file',
      'tickets survive a reload: replace the ticket key file together with a change of the timeout',
    );
  if (cache.isKept && /^(?:memcache|redis)$/.test(cache.provider ?? ''))
    add(
      'shared-cache',
      `sessions in ${cache.provider} survive a reload: empty it together with a change of the timeout`,
    );
  if (firstSide.state.securityLevel >= 3 && named === first && mechanisms.ticketTls13.enabled !== false)
    add('security-level', 'at security level 3 OpenSSL sends no TLS 1.2 tickets');
  return notes;
}

/** A value that httpd reads as something else than it looks like. */
function addValueNotes(where: Surroundings, { timeout }: Side, add: (code: string, text: string) => void): void {
  const found = find(where, 'sslsessioncachetimeout');
  const written = found.kind === 'written' ? found.items.at(-1)?.words[0] : undefined;
  if (written === undefined || timeout.seconds === undefined) return;
  if (isMisleading(written)) add('value-misread', `httpd reads "${written}" as ${timeout.seconds}`);
  if (timeout.seconds === 0)
    add('zero-timeout', 'a timeout of 0 does not switch tickets off: OpenSSL puts its own default of 2 h in its place');
}
