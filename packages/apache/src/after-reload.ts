import type { Fate, Listener, Location, WithNewKeys } from '@shortfuse/core';
import type { Written } from './evaluation.js';
import { commandsOf, find, type SessionCache, type Surroundings, ticketSwitchOf } from './lookup.js';
import type { Outcome } from './mechanisms.js';
import type { Context } from './notes.js';

/** What can outlive a reload: a key file that tickets are encrypted with, and a cache on another server. */
interface Keepers {
  /** The path as written; undefined where keys are made anew, `unknown` where the files do not tell. */
  readonly keyFile: string | 'unknown' | undefined;
  /** The line that names it. */
  readonly keyFileAt: Location | undefined;
  readonly store: 'kept' | 'unknown' | 'none';
  /** TLS 1.3 sessions are in the store, and each resumption puts a new one there. */
  readonly renewsInStore: boolean | undefined;
}

/**
 * Whether sessions from before a change survive the reload that applies it, and what ends them. A restart is no different: both
 * make automatic ticket keys and caches in memory and files anew and leave key files and other servers alone.
 * Source: section 8 of the facts about httpd that this package was checked against.
 */
export function oldSessionsOf({
  first,
  named,
  hasContext,
  outcome,
  cache,
}: Pick<Context, 'first' | 'named' | 'hasContext' | 'outcome' | 'cache'>): Pick<
  Listener,
  'oldSessionsAfterReload' | 'oldSessionsAfterRestart' | 'oldSessions'
> {
  const keepers = keepersOf(first, hasContext ? named : first, outcome, cache);
  const fate = fateOf(keepers);
  const fates = { oldSessionsAfterReload: fate, oldSessionsAfterRestart: fate };
  if (fate === 'dropped') return fates;
  const withNewKeys = afterNewKeys(keepers);
  return {
    ...fates,
    oldSessions: {
      isRenewed: isRenewed(keepers),
      end: endOf(keepers, cache),
      ...placeOf(keepers, cache),
      ...(withNewKeys ? { withNewKeys } : {}),
    },
  };
}

/** New keys end every ticket; what is on another server stays. Undefined where no key is in a file. */
function afterNewKeys({ keyFile, store }: Keepers): WithNewKeys | undefined {
  if (keyFile === undefined) return undefined;
  const left = fateOf({ keyFile: undefined, store });
  return { afterReload: left, afterRestart: left };
}

function fateOf({ keyFile, store }: Pick<Keepers, 'keyFile' | 'store'>): Fate {
  if (store === 'kept' || (keyFile !== undefined && keyFile !== 'unknown')) return 'kept';
  return store === 'unknown' || keyFile === 'unknown' ? 'unknown' : 'dropped';
}

function keepersOf(
  first: Surroundings,
  named: Surroundings,
  { mechanisms: { sessionId, ticketTls12, ticketTls13 } }: Outcome,
  { isKept, provider }: SessionCache,
): Keepers {
  const switches = [ticketsOf(first), ticketsOf(named)];
  const tickets = switches.includes(false) ? false : switches.includes(undefined) ? undefined : true;
  const usesTickets = tickets !== false && (ticketTls12.enabled !== false || ticketTls13.enabled !== false);
  const usesStore = sessionId.enabled !== false || (tickets !== true && ticketTls13.enabled !== false);
  const keyFile = usesTickets ? keyFileOf(first, named) : undefined;
  return {
    keyFile: keyFile === 'unknown' ? keyFile : keyFile?.words[0],
    keyFileAt: keyFile === 'unknown' ? undefined : keyFile?.at,
    store: !usesStore || isKept === false ? 'none' : isKept === undefined ? 'unknown' : storeOf(provider ?? ''),
    renewsInStore: ticketTls13.enabled === false || tickets === true ? false : tickets === undefined ? undefined : true,
  };
}

function ticketsOf(where: Surroundings): boolean | undefined {
  return commandsOf(where).tickets ?? ticketSwitchOf(where);
}

/** The first host decides whether there is one; a named host with its own uses that. */
function keyFileOf(first: Surroundings, named: Surroundings): Written | 'unknown' | undefined {
  const deciding = find(first, 'sslsessionticketkeyfile');
  if (deciding.kind !== 'written') return deciding.kind === 'hidden' ? 'unknown' : undefined;
  const own = find(named, 'sslsessionticketkeyfile');
  const items = own.kind === 'written' ? own.items : deciding.items;
  return items.at(-1) ?? 'unknown';
}

function storeOf(provider: string): Keepers['store'] {
  if (/^(?:memcache|redis)$/.test(provider)) return 'kept';
  return /^(?:shmcb|default|dbm)$/.test(provider) ? 'none' : 'unknown';
}

/** With a key file a resumption hands out no new ticket, and TLS 1.2 never does. */
function isRenewed({ store, renewsInStore, keyFile }: Keepers): boolean | undefined {
  if (store === 'kept') return renewsInStore;
  return store === 'unknown' || keyFile === 'unknown' ? undefined : false;
}

/** The line that has old sessions kept, where one is written. */
function placeOf({ keyFileAt, store }: Keepers, { item }: SessionCache): { readonly at?: Location } {
  const at = keyFileAt ?? (store === 'kept' ? item?.at : undefined);
  return at ? { at } : {};
}

function endOf({ keyFile, store }: Keepers, { provider, item }: SessionCache): string {
  const server = item?.words[0]?.replace(/^\w+:/, '') ?? '';
  const steps: string[] = [];
  if (keyFile === 'unknown') steps.push('put 48 new random bytes into the ticket key file, if there is one');
  else if (keyFile !== undefined)
    steps.push(`put 48 new random bytes into ${keyFile} (openssl rand -out ${keyFile} 48)`);
  steps.push('reload httpd');
  if (store === 'kept')
    steps.push(
      provider === 'memcache'
        ? `empty memcached at ${server} (flush_all)`
        : `empty redis at ${server} (FLUSHDB, where nothing else is in it)`,
    );
  else if (store === 'unknown')
    steps.push(
      provider === undefined
        ? 'empty the session cache, if there is one outside of httpd'
        : `empty the session cache ${provider}`,
    );
  return steps.length < 3 ? steps.join(' and ') : `${steps.slice(0, -1).join(', ')} and ${steps.at(-1)}`;
}
