import { readInstant } from './instant.js';
import { isSameListener, type Lease, type LeaseListener, type LeaseProof } from './lease.js';
import { isAfter, type Moment } from './lease-events.js';

/** A server as it was asked. */
export type AskedPlace = Pick<LeaseProof, 'host' | 'port' | 'servername' | 'connectedTo'>;

/**
 * What servers showed of one listener.
 * - `accepted`: one of those that answer for it still takes old sessions; `at` is when it did last
 * - `refused`: all of them refuse old sessions; `at` is when the last of them was seen to
 * - `not-live`: one of them announces a lifetime above the target for new sessions, so the change is not in use there
 * - `unproven`: they were asked, and nothing of that was seen
 */
export interface ListenerProof extends Moment {
  readonly kind: 'accepted' | 'refused' | 'not-live' | 'unproven';
  /** The probes that showed it. */
  readonly by: readonly LeaseProof[];
}

/**
 * What the probes that are recorded in a lease show of `listener`; undefined where no server that answers for it was asked. Of
 * each server what it did last counts. Old sessions that were refused once do not come back, so a later probe that sees nothing
 * takes nothing back; but while a server announces more than the target it makes new ones that last too long, and what it
 * refused until then is worth nothing.
 */
export function proofOf(
  lease: Pick<Lease, 'events' | 'targetSeconds'>,
  listener: LeaseListener,
): ListenerProof | undefined {
  const all = proofsOn(lease, listener);
  const last = all.at(-1);
  if (!last) return undefined;
  const longMade = longSessionsMade(lease, listener);
  const states = new Map<string, Timed>();
  for (const each of all) {
    const key = placeKey(each.proof);
    const before = states.get(key);
    const isRefused = each.proof.result === 'refused' && isAfter(each, longMade);
    const result = each.proof.result === 'refused' && !isRefused ? 'unproven' : each.proof.result;
    // The first refusal counts: asking again does not make it later.
    const isNews = !before || (result === 'unproven' ? before.result === 'unproven' : result !== before.result);
    if (isNews || result === 'accepted') states.set(key, { ...each, result });
  }
  const shown = (kind: LeaseProof['result']): ListenerProof | undefined => {
    const [first, ...others] = [...states.values()].filter(({ result }) => result === kind);
    return first && together(kind, [first, ...others]);
  };
  const isLive = longMade === undefined || isAfter(last, longMade);
  const notLive = isLive ? undefined : together('not-live', [longMade]);
  return shown('accepted') ?? notLive ?? shown('unproven') ?? shown('refused');
}

/** The last time that a server which answers for `listener` was seen to make sessions that last longer than the target. */
export function longSessionsMade(
  lease: Pick<Lease, 'events' | 'targetSeconds'>,
  listener: LeaseListener,
): Timed | undefined {
  return proofsOn(lease, listener).findLast(({ proof }) => (proof.announcedSeconds ?? 0) > lease.targetSeconds);
}

interface Timed extends Moment {
  readonly proof: LeaseProof;
  readonly result: LeaseProof['result'];
}

/** In the order of time; those whose time cannot be read are left out. */
function proofsOn({ events }: Pick<Lease, 'events'>, listener: LeaseListener): readonly Timed[] {
  return events
    .flatMap(({ proof: proofs = [] }, order) =>
      proofs.flatMap((proof) => {
        const at = readInstant(proof.at);
        const isMeant = proof.listeners.some((one) => isSameListener(one, listener));
        return isMeant && at !== undefined ? [{ proof, at, order, result: proof.result }] : [];
      }),
    )
    .sort((a, b) => a.at - b.at || a.order - b.order);
}

function together(kind: ListenerProof['kind'], found: readonly [Timed, ...Timed[]]): ListenerProof {
  const { at, order } = found.reduce((a, b) => (isAfter(b, a) ? b : a));
  return { kind, at, order, by: found.map(({ proof }) => proof) };
}

/** Where the connection went and which name it sent: however else it was asked, that is one server. */
function placeKey({ host, port, servername, connectedTo }: AskedPlace): string {
  const reached = connectedTo ?? { host, port };
  return JSON.stringify([reached.host.toLowerCase(), reached.port, servername?.toLowerCase() ?? null]);
}

/** `shop.example:443`, `[::1]:443 as shop.example`, `shop.example:443 via 10.0.0.7:8443` */
export function askedName({ host, port, servername, connectedTo }: AskedPlace): string {
  const name = servername === undefined || isSameName(servername, host) ? '' : ` as ${servername}`;
  if (!connectedTo) return `${spell(host, port)}${name}`;
  const via = connectedTo.port === port ? connectedTo.host : spell(connectedTo.host, connectedTo.port);
  return `${spell(host, port)}${name} via ${via}`;
}

/** Several of them, each once, and not more than a sentence can bear. */
export function askedNames(places: readonly AskedPlace[]): string {
  const names = [...new Set(places.map(askedName))];
  const shown = names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} more`] : names;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

function spell(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * The listeners that a server answers for when it is asked like this; empty where that cannot be said. The port has to be theirs.
 * The name that was sent chooses; a listener whose name no client sends is known by its address, if it is the only one there.
 */
export function listenersAnswering<One extends Pick<LeaseListener, 'server' | 'address' | 'name'>>(
  asked: AskedPlace,
  listeners: readonly One[],
): readonly One[] {
  const { host, port, servername, connectedTo } = asked;
  // Where a port is mapped, either side may be the one in the files; where the connection went says more. The name that was
  // asked is then no other address.
  const mapped = connectedTo && !isIpAddress(host) ? { host: connectedTo.host, port } : { host, port };
  for (const place of connectedTo ? [connectedTo, mapped] : [mapped]) {
    const here = listeners.filter((listener) => mayListenAt(listener, place));
    const named = here.filter(({ name }) => servername !== undefined && isSameName(name, servername));
    if (named.length > 0) return named;
    const matching = here.filter(({ name }) => servername !== undefined && isUnder(servername, name));
    if (matching.length > 0) return longestNamed(matching);
    const bound = here.filter(({ address }) => address !== null);
    const isByAddress = bound.every(
      (listener) => !isClientName(listener.name) || (servername === undefined && isAt(listener, place.host)),
    );
    if (isByAddress && areOne(bound)) return bound;
  }
  return [];
}

/** One listener, or one that is there for IPv4 and for IPv6. */
function areOne(listeners: readonly Pick<LeaseListener, 'server' | 'address' | 'name'>[]): boolean {
  const [first, ...others] = listeners;
  if (!first || others.length === 0) return first !== undefined;
  const addresses = new Set(listeners.map(({ address }) => address));
  return (
    addresses.size === listeners.length &&
    listeners.every(({ address }) => address !== null && isAnyHost(hostIn(address))) &&
    others.every(({ server, name }) => server === first.server && name === first.name)
  );
}

function longestNamed<One extends Pick<LeaseListener, 'name'>>(found: readonly One[]): readonly One[] {
  const longest = Math.max(...found.map(({ name }) => name.length));
  return found.filter(({ name }) => name.length === longest);
}

/** Could a connection to `place` end there, for all that the files tell? */
function mayListenAt(
  listener: Pick<LeaseListener, 'address'>,
  { host, port }: { host: string; port: number },
): boolean {
  const { address } = listener;
  if (address === null) return true;
  if (!isPort(address, port)) return false;
  return isAnyHost(hostIn(address)) || isAt(listener, host) || !isIpAddress(host);
}

function isAt({ address }: Pick<LeaseListener, 'address'>, host: string): boolean {
  return address !== null && isSameName(hostIn(address), host);
}

function isPort(address: string, port: number): boolean {
  return !address.startsWith('unix:') && address.endsWith(`:${port}`);
}

function hostIn(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}

function isAnyHost(host: string): boolean {
  return /^(?:\*|0\.0\.0\.0|::|_default_|any|)$/.test(host);
}

function isIpAddress(host: string): boolean {
  return host.includes(':') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host);
}

function isSameName(a: string, b: string): boolean {
  const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '');
  return plain(a) === plain(b);
}

/** `*.shop.example` stands for every name below it; `.shop.example`, which nginx knows, for that name, too. */
function isUnder(servername: string, pattern: string): boolean {
  const below = /^\*?(\..+)$/.exec(pattern)?.[1]?.toLowerCase();
  if (below === undefined) return false;
  const name = servername.toLowerCase().replace(/\.$/, '');
  return name.endsWith(below) || (pattern.startsWith('.') && `.${name}` === below);
}

/** Would a client send that in SNI? Names of servers that are no host names (`_`, `/Common/web`, `site/https/*:443:`) are not sent. */
function isClientName(name: string): boolean {
  return /^(?:\*?\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?$/i.test(name) && /[a-z0-9]/i.test(name);
}
