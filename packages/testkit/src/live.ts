import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type MechanismName, mechanismNames } from '@shortfuse/core';
import type { ListenerSummary, MechanismSummary } from './conformance.js';
import { type ClientSession, handshake, offer, type Target } from './tls-client.js';

/** How far from its end a session's life is looked at. Servers count whole seconds, and connections take a moment. */
const marginSeconds = 3;
/** How far from the wanted age an offer may be made; then it is still on the right side of the end. */
const toleranceSeconds = 1.5;
/** RFC 8446 4.6.1: no TLS 1.3 client keeps a ticket longer, so a longer life on the server is not part of the lifetime. */
const longestTls13Seconds = 604_800;

/** What a running server does by one mechanism at one listener, in the words of a comparison. */
export interface Behaviour {
  readonly listener: string;
  readonly mechanism: MechanismName;
  /** Of tickets that can be used; session IDs carry none. */
  readonly hintSeconds: number | undefined;
  readonly resumesAtOnce: boolean;
  /** 3 s before the lifetime is over, and 3 s after. Undefined where there is nothing to measure. */
  readonly resumesBefore: boolean | undefined;
  readonly resumesAfter: boolean | undefined;
}

/** What a server must do whose listeners are as `listeners` say. */
export function expectedBehaviour(listeners: readonly ListenerSummary[]): readonly Behaviour[] {
  return listeners.flatMap((listener) =>
    mechanismNames.map((mechanism) => {
      const seconds = lifetimeOf(listener.mechanisms[mechanism]);
      const isOn = seconds !== undefined;
      return {
        listener: labelOf(listener),
        mechanism,
        hintSeconds: mechanism === 'sessionId' ? undefined : seconds,
        resumesAtOnce: isOn,
        resumesBefore: isOn ? true : undefined,
        resumesAfter: isOn && endsOnServer(mechanism, seconds) ? false : undefined,
      };
    }),
  );
}

/**
 * Measures a running server at `listeners`: takes sessions, offers some at once, and the others just before and just after
 * their expected end, by moving the server's clock. Listeners are measured at the same time.
 * @throws Error where this machine is too slow to offer a session at the wanted age
 */
export async function measureBehaviour(
  listeners: readonly ListenerSummary[],
  setClockOffset: (seconds: number) => void,
): Promise<readonly Behaviour[]> {
  setClockOffset(0);
  const stocks = (await Promise.all(listeners.map(takeSessions))).flat();
  const offers = stocks.flatMap(({ target, before, after, seconds }) => [
    ...(before ? [{ target, session: before, age: seconds - marginSeconds }] : []),
    ...(after ? [{ target, session: after, age: seconds + marginSeconds }] : []),
  ]);
  // The clock only ever goes forward: a server may throw sessions away that look older than they are.
  const accepted = new Map<ClientSession, boolean>();
  for (const age of [...new Set(offers.map((each) => each.age))].sort((a, b) => a - b)) {
    const due = offers.filter((each) => each.age === age);
    const taken = Math.min(...due.map(({ session }) => session.receivedAtMs));
    const offset = age - Math.round((Date.now() - taken) / 1000);
    setClockOffset(offset);
    for (const { target, session } of due) {
      const realAge = offset + (Date.now() - session.receivedAtMs) / 1000;
      if (Math.abs(realAge - age) > toleranceSeconds) throw new Error(`wanted an age of ${age} s, got ${realAge} s`);
      accepted.set(session, (await offer(target, session)).accepted);
    }
  }
  return stocks.map(({ listener, target, hintSeconds, resumesAtOnce, before, after }) => ({
    listener,
    mechanism: target.mechanism,
    hintSeconds,
    resumesAtOnce,
    resumesBefore: before && accepted.get(before),
    resumesAfter: after && accepted.get(after),
  }));
}

interface Stock {
  readonly listener: string;
  readonly target: Target;
  readonly seconds: number;
  readonly hintSeconds: number | undefined;
  readonly resumesAtOnce: boolean;
  /** For the offers before and after the end. */
  readonly before: ClientSession | undefined;
  readonly after: ClientSession | undefined;
}

async function takeSessions(listener: ListenerSummary): Promise<Stock[]> {
  const stocks: Stock[] = [];
  for (const mechanism of mechanismNames) {
    const target = targetOf(listener, mechanism);
    const seconds = lifetimeOf(listener.mechanisms[mechanism]);
    const { session } = await handshake(target);
    const resumesAtOnce = session !== undefined && (await offer(target, session)).accepted;
    const isOn = resumesAtOnce && seconds !== undefined;
    stocks.push({
      listener: labelOf(listener),
      target,
      seconds: seconds ?? 0,
      hintSeconds: resumesAtOnce && mechanism !== 'sessionId' ? session.lifetimeHintSeconds : undefined,
      resumesAtOnce,
      // One session for each offer, because some servers take each only once.
      before: isOn ? (await handshake(target)).session : undefined,
      after: isOn && endsOnServer(mechanism, seconds) ? (await handshake(target)).session : undefined,
    });
  }
  return stocks;
}

/** Undefined where the mechanism is off. @throws Error for what is unknown, because that cannot be measured */
function lifetimeOf(mechanism: MechanismSummary | undefined): number | undefined {
  if (mechanism?.enabled === false) return undefined;
  if (mechanism?.enabled !== true || typeof mechanism.lifetimeSeconds !== 'number')
    throw new Error('a lifetime that is not known cannot be measured');
  return mechanism.lifetimeSeconds;
}

function endsOnServer(mechanism: MechanismName, seconds: number): boolean {
  return mechanism !== 'ticketTls13' || seconds < longestTls13Seconds;
}

function labelOf({ address, name }: ListenerSummary): string {
  return `${address} ${name}`.trimEnd();
}

/**
 * How a client on this machine reaches the listener. A wildcard address is entered by 127.0.0.2, which no case names, because
 * connections to an address with a listener of its own belong to that one.
 */
function targetOf({ address, name }: ListenerSummary, mechanism: MechanismName): Target {
  const { host, port } = /^(?<host>.*):(?<port>\d+)$/.exec(address ?? '')?.groups ?? {};
  if (host === undefined) throw new Error(`${address} is no address to connect to`);
  const bare = host.replace(/^\[|\]$/g, '');
  const reached = bare === '0.0.0.0' || bare === '*' ? '127.0.0.2' : bare === '::' ? '::1' : bare;
  // Other names are patterns and placeholders; without a name, the default server of the address answers.
  const servername = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name) ? name : undefined;
  return { host: reached, port: Number(port), servername, mechanism };
}

/** Can this machine bind and reach the addresses of `listeners`? Containers often have no IPv6. */
export function canReach(listeners: readonly ListenerSummary[]): boolean {
  const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => isIPv6(address)),
  );
  return hasIpv6 || !listeners.some(({ address }) => address?.startsWith('['));
}
