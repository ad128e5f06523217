import {
  effectiveLifetime,
  type IgnoredSetting,
  type Lifetime,
  type Listener,
  type Location,
  type Problem,
} from '@shortfuse/core';
import type { AddressGroup, Listen } from './addresses.js';
import { oldSessionsOf } from './after-reload.js';
import type { Evaluation, Level, VirtualHost, Written } from './evaluation.js';
import {
  aliasesOf,
  cacheOf,
  commandsOf,
  engineOf,
  find,
  type SessionCache,
  type Surroundings,
  serverNameOf,
  serverPortOf,
  stateOf,
  ticketSwitchOf,
} from './lookup.js';
import { mechanismsOf, type Side } from './mechanisms.js';
import { type Context, notesFor } from './notes.js';
import { changeableTimeoutOf } from './remedies.js';
import { sessionSettings } from './settings.js';
import { readCache } from './values.js';

/** The TLS listeners of a configuration: one for each host that a client can select at each address that speaks TLS. */
export function listenersOf(
  evaluation: Evaluation,
  groups: readonly AddressGroup[],
  fragments: boolean,
  report: (problem: Problem) => void,
): Listener[] {
  const cache = cacheOf(evaluation, fragments);
  const caches = ignoredCaches((evaluation.main.written.get('sslsessioncache') ?? []).slice(-mostRepeated), cache);
  const surroundings = new Map<VirtualHost | undefined, Surroundings>();
  const around = (host: VirtualHost | undefined): Surroundings => {
    const known = surroundings.get(host);
    if (known) return known;
    const where = { host, evaluation, fragments };
    surroundings.set(host, where);
    return where;
  };
  const listeners: Listener[] = [];
  const sharing = new Map<string, { listener: Listener; address: string }[]>();
  for (const group of groups) {
    const first = around(group.hosts[0]);
    if (!speaksTls(group, first)) continue;
    const firstSide: Side = { state: stateOf(first, first), timeout: changeableTimeoutOf(first) };
    const members = group.hosts.length === 0 ? [undefined] : reachable(group.hosts, around, group, report);
    for (const host of members) {
      const named = around(host);
      const hasContext = named === first || hasOwnContext(group, named);
      const namedSide = named === first ? firstSide : sideOf(named, first, firstSide, hasContext);
      const outcome = mechanismsOf(firstSide, namedSide, cache);
      const context: Context = { group, first, named, firstSide, namedSide, hasContext, outcome, cache, fragments };
      const listener: Listener = {
        server: 'apache',
        address: group.shown,
        name: serverNameOf(named),
        definedAt: host?.at ?? placeOfMain(group.listen, evaluation),
        mechanisms: outcome.mechanisms,
        governing: firstSide.timeout,
        ...oldSessionsOf(context),
        ...effectOfSettings(context, evaluation, caches),
        notes: notesFor(context),
      };
      listeners.push(listener);
      remember(sharing, listener, named);
    }
  }
  return withSharedSessions(listeners, sharing, cache);
}

/** The first host alone decides. */
function speaksTls(group: AddressGroup, first: Surroundings): boolean {
  const isHttps = isHttpsAt(group, group.hosts[0]);
  // Where the files do not tell, session settings of a host that may speak TLS are worth more than silence.
  return engineAt(group, first) ?? (isHttps || /:443$/.test(group.shown ?? ''));
}

function engineAt(group: AddressGroup, where: Surroundings): boolean | undefined {
  const protocol = find(where, 'protocol');
  const named = protocol.kind === 'written' ? protocol.items.at(-1)?.words[0]?.toLowerCase() === 'https' : undefined;
  return engineOf(where, named ?? isHttpsAt(group, where.host));
}

/** A host's protocol is https where a Listen with just its address says so. */
function isHttpsAt({ listen, shown }: AddressGroup, host: VirtualHost | undefined): boolean {
  return listen ? listen.protocol === 'https' && isSameAddress(host, listen) : /:443$/.test(shown ?? '');
}

/**
 * A host without SSLEngine on is served with the first host's TLS context, so its own switches of tickets, protocols and keys
 * have no effect. Its timeout has: httpd looks that up by the host. Measured on 2.4.71.
 */
function hasOwnContext(group: AddressGroup, named: Surroundings): boolean {
  return engineAt(group, named) !== false;
}

function sideOf(named: Surroundings, first: Surroundings, firstSide: Side, hasContext: boolean): Side {
  if (hasContext) return { state: stateOf(named, first), timeout: changeableTimeoutOf(named) };
  // The key file is looked up by the host, too, and a host without a context has loaded none.
  return { state: { ...firstSide.state, hasTicketKey: false }, timeout: changeableTimeoutOf(named) };
}

/**
 * Does the protocol of a Listen become the host's? Only where the host names the very address, and has a ServerName of its own.
 * Source: ap_setup_listeners in httpd's server/listen.c; measured on 2.4.71.
 */
function isSameAddress(host: VirtualHost | undefined, { address, port }: Listen): boolean {
  if (!host?.written.has('servername')) return false;
  return host.addresses.some((word) => {
    const [, own = '', ownPort = ''] = /^(.*?):(\d+)$/.exec(word) ?? [];
    const isAny = own === '*' || own.toLowerCase() === '_default_' || own === '0.0.0.0';
    return ownPort === port && (isAny ? address === '*' : own.toLowerCase() === address);
  });
}

/** The main server as a host: the Listen that opens its address, else its first line. */
function placeOfMain(listen: Listen | undefined, { files: [tree] }: Evaluation): Location {
  if (listen) return listen.at;
  return { file: tree?.file ?? { path: '', text: '', encoding: 'utf-8' }, span: { start: 0, end: 0 } };
}

/**
 * The hosts of an address that some name leads to. The first is reached with any name that no other has. httpd asks each host
 * in order of reading: ServerName, then aliases, then aliases with wildcards.
 */
function reachable(
  hosts: readonly VirtualHost[],
  around: (host: VirtualHost) => Surroundings,
  { shown }: AddressGroup,
  report: (problem: Problem) => void,
): VirtualHost[] {
  const taken = new Set<string>();
  const patterns: RegExp[] = [];
  return hosts.filter((host, index) => {
    const name = serverNameOf(around(host)).toLowerCase();
    const names = [name, ...aliasesOf(host).map((alias) => alias.toLowerCase())].filter((each) => each !== '');
    const isFree = (each: string): boolean => !taken.has(each) && !patterns.some((pattern) => pattern.test(each));
    const isReachable = index === 0 || names.length === 0 || names.some(isFree);
    if (host.doubt === undefined)
      for (const each of names) {
        taken.add(each);
        if (/[*?]/.test(each) && patterns.length < mostPatterns) patterns.push(wildcard(each));
      }
    if (!isReachable)
      report({
        severity: 'warning',
        at: host.at,
        message: `no client can reach this virtual host (${name || 'without a name'}) at ${shown ?? 'its address'}: an earlier one has every name of it`,
        help: 'give it a name of its own, or take it out',
      });
    return isReachable;
  });
}

/** Comparing every name with every pattern of thousands of hosts would take too long; the first ones are enough. */
const mostPatterns = 200;

/** ServerAlias knows `*` and `?`. Source: ap_strcasecmp_match in httpd's server/util.c. */
function wildcard(alias: string): RegExp {
  const parts = alias
    .replace(/\*+/g, '*')
    .split('*')
    .map((part) => part.replace(/[\\^$.+()[\]{}|/-]/g, '\\$&').replaceAll('?', '.'));
  // Each part as early as it occurs, so that a mismatch does not try all ways to share the text among the stars.
  return parts.length > 4 ? new RegExp(`^${parts[0]}.*${parts.at(-1)}$`) : new RegExp(`^${parts.join('.*')}$`);
}

/** Lines of the main server are listed for every host: no more of one kind than a person would ever write. */
const mostRepeated = 100;

/** What is written for this host at this address: without effect on it, or on some of its mechanisms, or with effect. */
function effectOfSettings(
  context: Context,
  { main }: Evaluation,
  caches: readonly IgnoredSetting[],
): { readonly ignored: readonly IgnoredSetting[]; readonly inEffect: readonly Location[] } {
  const { first, named } = context;
  const { host } = named;
  const ignored: IgnoredSetting[] = [];
  const inEffect: Location[] = [];
  for (const setting of sessionSettings) {
    const own = host?.written.get(setting) ?? [];
    const outer = (main.written.get(setting) ?? []).slice(-mostRepeated);
    if (setting === 'sslsessioncache') {
      ignored.push(...caches);
      continue;
    }
    const isUsed = usedOf(setting, context);
    for (const item of own)
      if (isUsed(item)) inEffect.push(item.at);
      else ignored.push({ at: item.at, why: whyOwn(setting, item, own, context) });
    for (const item of outer) {
      if (isUsed(item)) {
        inEffect.push(item.at);
        continue;
      }
      const why =
        host && (own.length > 0 || first.host?.written.has(setting))
          ? 'overridden in the virtual host'
          : whyOwn(setting, item, outer, context);
      ignored.push({ at: item.at, why });
    }
  }
  for (const level of host ? [host, main] : [main])
    for (const { at, doubt } of level.skipped.slice(0, mostRepeated))
      ignored.push(
        doubt === undefined ? { at, why: 'the condition around it is false' } : { at, why: doubt, isRemark: true },
      );
  return { ignored, inEffect };
}

function ignoredCaches(items: readonly Written[], { item: deciding }: SessionCache): IgnoredSetting[] {
  let isAfterOne = false;
  return items.flatMap((item) => {
    if (item === deciding) {
      isAfterOne = readCache(item.words[0] ?? '').kind === 'provider';
      return [];
    }
    const { kind } = readCache(item.words[0] ?? '');
    if (kind === 'provider') return [{ at: item.at, why: 'a later SSLSessionCache replaces it' }];
    return isAfterOne ? [{ at: item.at, why: `${item.words[0]} does not undo the SSLSessionCache before it` }] : [];
  });
}

function usedOf(
  setting: string,
  { first, named, firstSide, namedSide, hasContext, outcome }: Context,
): (item: Written) => boolean {
  if (setting === 'sslsessioncachetimeout') {
    // Nothing is without effect that may decide after all.
    if (firstSide.timeout.seconds === undefined || namedSide.timeout.seconds === undefined) {
      const lasts = new Set(
        [first, named].flatMap((where) => [lastIn(where.host, setting), lastIn(where.evaluation.main, setting)]),
      );
      return (item) => lasts.has(item);
    }
    const places = new Set<Location | undefined>([placeIn(firstSide.timeout)]);
    const isPartly = outcome.usesFirst && firstSide.timeout.seconds !== namedSide.timeout.seconds;
    // Both timeouts count where both give lifetimes; the named host's then does not count for all of them.
    const inherits = !named.host?.written.has('sslsessioncachetimeout');
    if (outcome.usesNamed && (!isPartly || inherits || first === named)) places.add(placeIn(namedSide.timeout));
    return ({ at }) => places.has(at);
  }
  const lastOf = (where: Surroundings): Written | undefined => {
    const found = find(where, setting);
    return found.kind === 'written' ? found.items.at(-1) : undefined;
  };
  const used = new Set<Written | undefined>();
  if (setting === 'sslsessiontickets')
    for (const where of hasContext ? [first, named] : [first]) {
      const command = commandsOf(where).tickets;
      const isBehind = where === named && named !== first && firstSide.state.tickets === false;
      if ((command === undefined || command === ticketSwitchOf(where)) && !isBehind) used.add(lastOf(where));
    }
  // Tickets are off: no key is used, but it is not the key's line that misleads.
  else
    used
      .add(lastOf(first))
      .add(
        hasContext && named.host && first.host && find(first, setting).kind === 'written' ? lastOf(named) : undefined,
      );
  return (item) => used.has(item);
}

function lastIn(level: Level | undefined, setting: string): Written | undefined {
  return level?.written.get(setting)?.at(-1);
}

function placeIn({ origin }: Lifetime): Location | undefined {
  return 'at' in origin ? origin.at : undefined;
}

function whyOwn(
  setting: string,
  item: Written,
  items: readonly Written[],
  { first, named, firstSide, hasContext }: Context,
): string {
  if (item !== items.at(-1)) return 'a later directive of the same scope replaces it';
  if (!hasContext && setting !== 'sslsessioncachetimeout')
    return 'SSLEngine is not on in this virtual host, so it has no TLS context of its own';
  if (setting === 'sslsessionticketkeyfile')
    return 'only the ticket key file of the first virtual host of the address counts';
  if (setting === 'sslsessiontickets') {
    if (first !== named && firstSide.state.tickets === false)
      return 'the first virtual host of the address has tickets off, and that goes for all of them';
    return `SSLOpenSSLConfCmd is applied later and switches tickets ${commandsOf(named).tickets ? 'on again' : 'off'}`;
  }
  return 'tickets take their lifetime from the first virtual host of the address';
}

/** Sessions are bound to the name and port in ServerName, not to the port of the address. */
function remember(
  sharing: Map<string, { listener: Listener; address: string }[]>,
  listener: Listener,
  named: Surroundings,
): void {
  if (listener.name === '' || listener.address === null) return;
  const key = `${listener.name.toLowerCase()}:${serverPortOf(named)}`;
  const known = sharing.get(key) ?? [];
  known.push({ listener, address: listener.address });
  sharing.set(key, known);
}

function withSharedSessions(
  listeners: readonly Listener[],
  sharing: ReadonlyMap<string, readonly { listener: Listener; address: string }[]>,
  { isKept }: SessionCache,
): Listener[] {
  const others = new Map<Listener, string>();
  for (const group of sharing.values()) {
    if (group.length < 2) continue;
    for (const { listener } of group) {
      const longer = group.find(({ listener: other }) => other !== listener && isLonger(other, listener));
      if (longer) others.set(listener, longer.address);
    }
  }
  return listeners.map((listener) => {
    const address = others.get(listener);
    const hasKeyFile = listener.mechanisms.ticketTls13.renewal === 'bounded';
    if (address === undefined || (isKept === false && !hasKeyFile)) return listener;
    const text = `also accepts sessions that were opened at ${address}, which live longer: both have the same ServerName`;
    return { ...listener, notes: [...listener.notes, { code: 'sessions-shared', text }] };
  });
}

function isLonger(a: Listener, b: Listener): boolean {
  const one = effectiveLifetime(a).seconds;
  const other = effectiveLifetime(b).seconds;
  return one !== undefined && other !== undefined && one > other;
}
