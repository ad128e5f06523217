import { type MechanismName, mechanismNames, type Seconds } from '@shortfuse/core';
import { keyNameOf } from './backends.js';
import { handshake, offer } from './connection.js';
import type { Endpoint } from './endpoint.js';
import { type Failure, failureOf } from './failure.js';
import { announcedSeconds } from './mechanism.js';
import type { Answered } from './probe.js';
import type { ClientSession } from './session.js';
import { isLegacy } from './verdict.js';

/** Sessions that a server gave before a change, to be offered after it. */
export interface Stock {
  readonly endpoint: Endpoint;
  /** Milliseconds since 1970, this machine's clock. */
  readonly takenAtMs: number;
  /** Only mechanisms by which sessions were accepted at the time: else a refusal would prove nothing. */
  readonly mechanisms: Readonly<Partial<Record<MechanismName, StockedMechanism>>>;
}

export interface StockedMechanism {
  /** Undefined for session IDs; 0 where tickets announce nothing. */
  readonly announcedSeconds: Seconds | undefined;
  readonly keyName: string | undefined;
  /** Not every session was accepted even before, as with several backends. */
  readonly isUncertain: boolean;
  readonly legacy: boolean;
  readonly sessions: readonly ClientSession[];
}

/** Some servers take a session only once, and one refusal may be chance. */
const sessionsEach = 3;

/** Takes sessions of every mechanism that works, from a server that was just probed. Always ends; never rejects. */
export async function takeStock(result: Answered): Promise<Stock> {
  const { endpoint } = result;
  const mechanisms: Partial<Record<MechanismName, StockedMechanism>> = {};
  for (const mechanism of mechanismNames) {
    const found = result.mechanisms[mechanism];
    if (found.offers.accepted === 0) continue;
    const legacy = isLegacy(found);
    const sessions: ClientSession[] = [];
    for (let i = 0; i < sessionsEach; i++) {
      const { session } = await handshake({ ...endpoint, mechanism, legacy });
      if (session) sessions.push(session);
    }
    mechanisms[mechanism] = {
      announcedSeconds: announcedSeconds(found),
      keyName: keyNameOf(found),
      isUncertain: found.status === 'sometimes',
      legacy,
      sessions,
    };
  }
  return { endpoint, takenAtMs: Date.now(), mechanisms };
}

/**
 * What became of the old sessions of one mechanism.
 * - `accepted`: the server still resumes them
 * - `refused`: it does not, and they would not be over yet
 * - `expired`: it does not, but the lifetime that was announced for them is over anyway
 * - `unanswered`: there was nothing to offer, or no connection came about
 */
export interface OldSessions {
  readonly mechanism: MechanismName;
  readonly outcome: 'accepted' | 'refused' | 'expired' | 'unanswered';
  /** When the last one was offered. */
  readonly ageSeconds: Seconds;
  readonly announcedSeconds: Seconds | undefined;
  /** What a ticket that replaced an accepted one announces; undefined where none did. */
  readonly renewedSeconds: Seconds | undefined;
  readonly failure: Failure | undefined;
}

/** With several backends, the one that knows a session may be asked only now and then. */
const offersWhereUncertain = 12;

/**
 * Offers the sessions of `stock`, each once. One that is accepted settles a mechanism. Whoever asks may reach the server
 * otherwise than before, with `endpoint`. Always ends; never rejects.
 */
export async function offerStock(stock: Stock, endpoint: Endpoint = stock.endpoint): Promise<readonly OldSessions[]> {
  const all: OldSessions[] = [];
  for (const mechanism of mechanismNames) {
    const stocked = stock.mechanisms[mechanism];
    if (stocked) all.push(await offerStocked(mechanism, stocked, stock.takenAtMs, endpoint));
  }
  return all;
}

async function offerStocked(
  mechanism: MechanismName,
  { sessions, legacy, isUncertain, announcedSeconds: announced }: StockedMechanism,
  takenAtMs: number,
  endpoint: Endpoint,
): Promise<OldSessions> {
  const target = { ...endpoint, mechanism, legacy };
  const rounds = isUncertain ? offersWhereUncertain : sessions.length;
  let failure: Failure | undefined;
  let refusals = 0;
  const age = (): number => Math.max(0, Math.floor((Date.now() - takenAtMs) / 1000));
  const common = { mechanism, announcedSeconds: announced, renewedSeconds: undefined };
  for (let i = 0; i < rounds; i++) {
    const session = sessions[i % sessions.length];
    if (!session) break;
    const { accepted, renewed, connection } = await offer(target, session);
    if (accepted)
      return {
        ...common,
        outcome: 'accepted',
        ageSeconds: age(),
        renewedSeconds: renewed?.lifetimeHintSeconds,
        failure: undefined,
      };
    failure = failureOf(connection, target);
    if (failure) break;
    refusals++;
  }
  if (failure || refusals === 0) return { ...common, outcome: 'unanswered', ageSeconds: age(), failure };
  const isOver = announced !== undefined && announced > 0 && age() > announced;
  return { ...common, outcome: isOver ? 'expired' : 'refused', ageSeconds: age(), failure: undefined };
}

/**
 * What old sessions prove. `accepted`: at least one mechanism still takes them. `refused`: each mechanism that took them
 * before refuses them now, before their time. `unproven`: there were none, they were over anyway, or the server did not answer.
 */
export function oldSessionsAre(all: readonly OldSessions[]): 'accepted' | 'refused' | 'unproven' {
  if (all.some(({ outcome }) => outcome === 'accepted')) return 'accepted';
  return all.length > 0 && all.every(({ outcome }) => outcome === 'refused') ? 'refused' : 'unproven';
}
