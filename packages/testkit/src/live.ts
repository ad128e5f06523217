import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Listener, type Mechanism, type MechanismName, mechanismNames, type Renewal } from '@shortfuse/core';
import { type ClientSession, handshake, type Offer, offer, type Target } from '@shortfuse/probe';
import { sleep } from './servers/process.js';

/** How far from its end a session's life is looked at. Servers count whole seconds, and connections take a moment. */
const marginSeconds = 3;
/** How long an offer may take; then it was made on the right side of the end. */
const toleranceSeconds = 1.5;
/** How long a session may take to reach a cache that several processes share. */
const settlingMs = 200;
/** RFC 8446 4.6.1: no TLS 1.3 client keeps a ticket longer, so a longer life on the server is not part of the lifetime. */
const longestTls13Seconds = 604_800;

/** What a running server does by one mechanism at one listener, in the words of a comparison. */
export interface Behaviour {
  readonly listener: string;
  readonly mechanism: MechanismName;
  /** Which of the sessions of one handshake, from 0, where the server gives them different lifetimes; else undefined: the last. */
  readonly ticket: number | undefined;
  /** Of tickets that can be used; session IDs carry none. The lifetime itself where the server is known to announce something else. */
  readonly hintSeconds: number | undefined;
  readonly resumesAtOnce: boolean;
  /** 3 s before the lifetime is over, and 3 s after. Undefined where there is nothing to measure. */
  readonly resumesBefore: boolean | undefined;
  readonly resumesAfter: boolean | undefined;
  /** Of TLS 1.3: what the ticket is good for that a resumption just before the end hands out. Undefined where there is nothing to measure. */
  readonly renewal: Renewal | undefined;
}

/** What is known of a server beyond its listeners. */
export interface ServerTraits {
  /** Tickets that are only keys into the cache announce another lifetime than the cache has. */
  readonly announcesOtherLifetimeWhenStateful?: boolean;
}

/** What a server must do whose listeners are as `listeners` say. */
export function expectedBehaviour(listeners: readonly Listener[]): readonly Behaviour[] {
  return listeners.flatMap((listener) =>
    mechanismNames.flatMap((mechanism) =>
      lifetimesOf(listener.mechanisms[mechanism]).map(({ seconds, ticket }) => {
        const isOn = seconds !== undefined;
        return {
          listener: labelOf(listener),
          mechanism,
          ticket,
          hintSeconds: mechanism === 'sessionId' ? undefined : seconds && Math.min(seconds, longestHint(mechanism)),
          resumesAtOnce: isOn,
          resumesBefore: isOn ? true : undefined,
          resumesAfter: isOn && endsOnServer(mechanism, seconds) ? false : undefined,
          renewal: isOn && endsOnServer(mechanism, seconds) ? listener.mechanisms[mechanism].renewal : undefined,
        };
      }),
    ),
  );
}

function longestHint(mechanism: MechanismName): number {
  return mechanism === 'ticketTls13' ? longestTls13Seconds : Number.POSITIVE_INFINITY;
}

/**
 * Measures a running server at `listeners`: takes sessions, offers some at once, and the others just before and just after
 * their expected end, by moving the server's clock. Listeners are measured at the same time.
 * @throws Error where this machine is too slow to offer a session at the wanted age
 */
export async function measureBehaviour(
  listeners: readonly Listener[],
  setClockOffset: (seconds: number) => void,
  traits: ServerTraits = {},
): Promise<readonly Behaviour[]> {
  setClockOffset(0);
  const stocks = (await Promise.all(listeners.map((listener) => takeSessions(listener, traits)))).flat();
  const offers = stocks.flatMap(({ target, before, after, seconds }) => [
    ...(before ? [{ target, session: before, age: seconds - marginSeconds }] : []),
    ...(after ? [{ target, session: after, age: seconds + marginSeconds }] : []),
  ]);
  // In the order of their ages: a server may throw away what is over by the time of a later offer.
  const answers = new Map<ClientSession | undefined, Offer>();
  for (const { target, session, age } of offers.sort((a, b) => a.age - b.age)) {
    const realAge = (): number => (Date.now() - session.receivedAtMs) / 1000;
    const offset = age - realAge();
    setClockOffset(offset);
    answers.set(session, await offer(target, session));
    const reached = offset + realAge();
    if (reached > age + toleranceSeconds) throw new Error(`wanted to offer at ${age} s, was done at ${reached} s`);
  }
  return stocks.map(({ listener, target, ticket, hintSeconds, resumesAtOnce, before, after }) => ({
    listener,
    mechanism: target.mechanism,
    ticket,
    hintSeconds,
    resumesAtOnce,
    resumesBefore: answers.get(before)?.accepted,
    resumesAfter: answers.get(after)?.accepted,
    renewal: after && target.mechanism === 'ticketTls13' ? renewalOf(answers.get(before)) : undefined,
  }));
}

/** The offer was made 3 s before the end: a ticket that is good for longer lets a session go on for ever. */
function renewalOf(answer: Offer | undefined): Renewal | undefined {
  if (!answer?.accepted) return undefined;
  return (answer.renewed?.lifetimeHintSeconds ?? 0) > marginSeconds + toleranceSeconds ? 'unbounded' : 'bounded';
}

/** Per listener, whether any session from before a reload is accepted after it. */
export async function measureReload(
  listeners: readonly Listener[],
  reload: () => Promise<void>,
): Promise<readonly Listener['oldSessionsAfterReload'][]> {
  const taken = await Promise.all(
    listeners.map(async (listener) => {
      const targets = mechanismNames.map((mechanism) => targetOf(listener, mechanism));
      return Promise.all(targets.map(async (target) => ({ target, session: (await handshake(target)).session })));
    }),
  );
  await reload();
  return Promise.all(
    taken.map(async (sessions) => {
      const offers = sessions.map(async ({ target, session }) => session && (await offer(target, session)).accepted);
      return (await Promise.all(offers)).includes(true) ? 'kept' : 'dropped';
    }),
  );
}

interface Stock {
  readonly listener: string;
  readonly target: Target;
  readonly ticket: number | undefined;
  readonly seconds: number;
  readonly hintSeconds: number | undefined;
  readonly resumesAtOnce: boolean;
  /** For the offers before and after the end. */
  readonly before: ClientSession | undefined;
  readonly after: ClientSession | undefined;
}

async function takeSessions(listener: Listener, traits: ServerTraits): Promise<Stock[]> {
  const stocks: Stock[] = [];
  for (const mechanism of mechanismNames) {
    const target = targetOf(listener, mechanism);
    for (const { seconds, ticket } of lifetimesOf(listener.mechanisms[mechanism])) {
      const take = async (): Promise<ClientSession | undefined> => {
        const { session, connection } = await handshake(target);
        return ticket === undefined ? session : connection.sessions[ticket];
      };
      let session = await take();
      let resumesAtOnce = session !== undefined && (await offer(target, session)).accepted;
      if (session && !resumesAtOnce) {
        // A server may answer before the session is where its other processes look for it.
        session = await take();
        await sleep(settlingMs);
        resumesAtOnce = session !== undefined && (await offer(target, session)).accepted;
      }
      const isOn = resumesAtOnce && seconds !== undefined;
      const isStateful = session?.ticketLength === statefulTicketLength;
      const hint =
        traits.announcesOtherLifetimeWhenStateful && isStateful
          ? seconds && Math.min(seconds, longestHint(mechanism))
          : session?.lifetimeHintSeconds;
      stocks.push({
        listener: labelOf(listener),
        target,
        ticket,
        seconds: seconds ?? 0,
        hintSeconds: resumesAtOnce && mechanism !== 'sessionId' ? hint : undefined,
        resumesAtOnce,
        // One session for each offer, because some servers take each only once.
        before: isOn ? await take() : undefined,
        after: isOn && endsOnServer(mechanism, seconds) ? await take() : undefined,
      });
    }
  }
  return stocks;
}

/** OpenSSL's TLS 1.3 ticket that is only a session ID: a key into the server's cache. */
const statefulTicketLength = 32;

interface TakenLifetime {
  /** Undefined where the mechanism is off. */
  readonly seconds: number | undefined;
  readonly ticket: number | undefined;
}

/** One entry where all sessions of a handshake are alike. @throws Error for what is unknown, because that cannot be measured */
function lifetimesOf(mechanism: Mechanism): readonly TakenLifetime[] {
  if (mechanism.enabled === false) return [{ seconds: undefined, ticket: undefined }];
  if (!mechanism.enabled) throw new Error('a mechanism that is not known to be on cannot be measured');
  const { lifetimes } = mechanism;
  return lifetimes.map(({ seconds }, i) => {
    if (seconds === undefined) throw new Error('a lifetime that is not known cannot be measured');
    return { seconds, ticket: lifetimes.length > 1 ? i : undefined };
  });
}

function endsOnServer(mechanism: MechanismName, seconds: number): boolean {
  return mechanism !== 'ticketTls13' || seconds < longestTls13Seconds;
}

function labelOf({ address, name }: Pick<Listener, 'address' | 'name'>): string {
  return `${address} ${name}`.trimEnd();
}

/**
 * How a client on this machine reaches the listener. A wildcard address is entered by 127.0.0.2, which no case names, because
 * connections to an address with a listener of its own belong to that one.
 */
function targetOf({ address, name }: Pick<Listener, 'address' | 'name'>, mechanism: MechanismName): Target {
  const { host, port } = /^(?<host>.*):(?<port>\d+)$/.exec(address ?? '')?.groups ?? {};
  if (host === undefined) throw new Error(`${address} is no address to connect to`);
  const bare = host.replace(/^\[|\]$/g, '');
  const reached = bare === '0.0.0.0' || bare === '*' ? '127.0.0.2' : bare === '::' ? '::1' : bare;
  // Other names are patterns and placeholders; without a name, the default server of the address answers.
  const servername = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name) ? name : undefined;
  return { host: reached, port: Number(port), servername, mechanism };
}

/** Can this machine bind and reach the addresses of `listeners`? Containers often have no IPv6. */
export function canReach(listeners: readonly Pick<Listener, 'address'>[]): boolean {
  const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => isIPv6(address)),
  );
  return hasIpv6 || !listeners.some(({ address }) => address?.startsWith('['));
}
