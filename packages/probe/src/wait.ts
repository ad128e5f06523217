import { setMaxListeners } from 'node:events';
import type { MechanismName, Renewal, Seconds } from '@shortfuse/core';
import { handshake, offer, type Target } from './connection.js';
import type { Endpoint } from './endpoint.js';
import { failureOf } from './failure.js';
import { renewalBy } from './mechanism.js';
import { pause } from './pause.js';
import type { ClientSession } from './session.js';

/** What the server did with a session of a certain age. */
export interface AgeAnswer {
  readonly ageSeconds: Seconds;
  /** Undefined where no connection came about; `why` says what happened. */
  readonly accepted: boolean | undefined;
  readonly why: string | undefined;
}

/** For how long sessions of one mechanism were accepted. */
export interface Acceptance {
  readonly mechanism: MechanismName;
  /** In the order of the ages. Fewer than were wanted where the measurement was interrupted or the answer was clear before. */
  readonly answers: readonly AgeAnswer[];
  /** The greatest age at which a session was accepted; undefined where none was. */
  readonly acceptedForSeconds: Seconds | undefined;
  /** The smallest age above that at which one was refused; undefined where that was not seen. */
  readonly refusedAtSeconds: Seconds | undefined;
  /** A session was refused and an older one accepted: a cache that is full, or several servers. */
  readonly isIrregular: boolean;
  /** The renewal that the oldest accepted session of at least two seconds showed; undefined where there was none. */
  readonly renewal: Renewal | undefined;
}

export interface Progress {
  /** Sessions that were offered, of those that are to be. */
  readonly done: number;
  readonly total: number;
  /** The next offer: the age of its session, and when it is made, in milliseconds since 1970. Undefined behind the last. */
  readonly next: { readonly ageSeconds: Seconds; readonly atMs: number } | undefined;
  /** When the last offer is made, if nothing ends the measurement before. */
  readonly endAtMs: number;
}

export interface WaitOptions {
  /** In rising order, each once. */
  readonly ages: readonly Seconds[];
  /** Connections a second at the start, when one session for each age is taken: 5 unless told otherwise. */
  readonly perSecond?: number;
  /** A mechanism is done with its first confirmed refusal. Else every age is tried. */
  readonly stopAtRefusal?: boolean;
  /** Called whenever something in it changes. */
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the measurement early; what is known by then is the result. */
  readonly signal?: AbortSignal;
}

/** A mechanism to be measured, with what its connections need. */
export interface Measured {
  readonly mechanism: MechanismName;
  readonly legacy?: boolean;
}

/** A polite rate: a site notices nothing, and 20 sessions take four seconds. */
const defaultPerSecond = 5;
/** Sessions for a second and third opinion where one is refused. */
const spareCount = 2;

/**
 * Measures for how long sessions of `mechanisms` are really accepted: takes one session for each age, and offers each once,
 * on a connection of its own, when it has that age. Takes as long as the greatest age and a few seconds more. The first
 * refusal of a mechanism is confirmed with two other sessions of that age. Always ends; never rejects.
 */
export async function measureAcceptance(
  endpoint: Endpoint,
  mechanisms: readonly Measured[],
  options: WaitOptions,
): Promise<readonly Acceptance[]> {
  const { perSecond = defaultPerSecond } = options;
  // The greatest age first, because it decides when all is over; the spares last, so that they are younger than all others.
  const falling = [...options.ages].reverse();
  const slot = slotsFrom(Date.now(), perSecond);
  const board = new Board(mechanisms.length * falling.length, options);
  const plans = mechanisms.map((measured) => ({
    target: { ...endpoint, ...measured },
    stop: stopController(),
    offers: [] as Planned[],
    spares: [] as Taken[],
  }));
  const stopAll = (): void => {
    for (const { stop } of plans) stop.abort();
  };
  options.signal?.addEventListener('abort', stopAll);
  if (options.signal?.aborted) stopAll();
  for (const age of falling)
    for (const { target, stop, offers } of plans) offers.push({ age, taken: take(target, slot(), stop.signal) });
  for (let i = 0; i < spareCount; i++)
    for (const { target, stop, spares } of plans) spares.push(take(target, slot(), stop.signal));
  const found = await Promise.all(plans.map((plan) => measure(plan, board, options)));
  options.signal?.removeEventListener('abort', stopAll);
  return found;
}

type Taken = Promise<ClientSession | undefined>;

interface Planned {
  readonly age: Seconds;
  readonly taken: Taken;
}

interface Plan {
  readonly target: Target;
  readonly stop: AbortController;
  readonly offers: readonly Planned[];
  /** Used up by the first refusal. */
  readonly spares: Taken[];
}

async function measure(plan: Plan, board: Board, options: WaitOptions): Promise<Acceptance> {
  const { target, stop, spares } = plan;
  const answers: AgeAnswer[] = [];
  let renewal: Renewal | undefined;
  let isConfirmed = false;

  const answerTo = async (taken: Taken, age: Seconds): Promise<AgeAnswer | undefined> => {
    const session = await taken;
    if (stop.signal.aborted) return undefined;
    if (!session) return { ageSeconds: age, accepted: undefined, why: 'the server gave no session' };
    const atMs = offeringTime(session, age);
    const forget = board.expect(age, atMs);
    await pause(atMs - Date.now(), stop.signal);
    forget();
    if (stop.signal.aborted) return undefined;
    const ageSeconds = reachedAge(session, age, Date.now());
    const { accepted, renewed, connection } = await offer(target, session);
    if (accepted && age >= 2 && target.mechanism === 'ticketTls13') renewal = renewalBy(session, renewed);
    const failure = accepted ? undefined : failureOf(connection, target);
    return { ageSeconds, accepted: failure ? undefined : accepted, why: failure?.message };
  };
  const confirm = async (answer: AgeAnswer): Promise<AgeAnswer> => {
    for (const spare of spares.splice(0)) {
      const second = await answerTo(spare, answer.ageSeconds);
      if (second?.accepted) return { ...second, why: 'another session of this age was refused' };
    }
    return answer;
  };

  await Promise.all(
    plan.offers.map(async ({ age, taken }) => {
      const answer = await answerTo(taken, age);
      if (!answer) return;
      const isFirstRefusal = answer.accepted === false && !isConfirmed;
      if (isFirstRefusal) isConfirmed = true;
      const final = isFirstRefusal ? await confirm(answer) : answer;
      answers.push(final);
      board.count();
      if (isFirstRefusal && final.accepted === false && options.stopAtRefusal) {
        board.count(plan.offers.length - answers.length);
        stop.abort();
      }
    }),
  );
  return acceptanceOf(target.mechanism, answers, renewal);
}

async function take(target: Target, atMs: number, signal: AbortSignal): Taken {
  await pause(atMs - Date.now(), signal);
  return signal.aborted ? undefined : (await handshake(target)).session;
}

/** Each age waits for it. */
function stopController(): AbortController {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  return stop;
}

/**
 * Times for connections, so many a second, all within the middle half of a second. Servers count whole seconds of their clock:
 * a session taken in the middle of one and offered in the middle of another has an age in whole seconds on every clock that
 * is right within a quarter of a second.
 */
export function slotsFrom(nowMs: number, perSecond: number): () => number {
  const start = Math.ceil((nowMs - 250) / 1000) * 1000;
  const aSecond = Math.max(1, perSecond);
  let count = 0;
  return () => {
    const second = Math.floor(count / perSecond);
    const place = count % aSecond;
    count++;
    return start + second * 1000 + 250 + (500 * place) / aSecond;
  };
}

/** See {@link slotsFrom}. A session of age 0 is offered as it comes. */
export function offeringTime({ receivedAtMs }: Pick<ClientSession, 'receivedAtMs'>, age: Seconds): number {
  return age === 0 ? receivedAtMs : (Math.floor(receivedAtMs / 1000) + age) * 1000 + 500;
}

/** The age at which a session is really offered: more than was wanted where this machine was busy, or asleep. */
export function reachedAge(
  { receivedAtMs }: Pick<ClientSession, 'receivedAtMs'>,
  wanted: Seconds,
  nowMs: number,
): Seconds {
  const lateSeconds = Math.floor((nowMs - offeringTime({ receivedAtMs }, wanted)) / 1000 + 0.5);
  return wanted + Math.max(0, lateSeconds);
}

/** Keeps the progress: what is expected next, and how much is done. */
class Board {
  #done = 0;
  readonly #expected = new Set<{ readonly ageSeconds: Seconds; readonly atMs: number }>();
  readonly #total: number;
  readonly #endAtMs: number;
  readonly #tell: ((progress: Progress) => void) | undefined;

  constructor(total: number, { ages, onProgress, perSecond = defaultPerSecond }: WaitOptions) {
    this.#total = total;
    this.#tell = onProgress;
    const mechanisms = ages.length === 0 ? 0 : total / ages.length;
    const takingSeconds = Math.ceil((total + mechanisms * spareCount) / perSecond);
    // A refusal at the greatest age is confirmed by sessions that were taken last.
    this.#endAtMs = Date.now() + (1 + takingSeconds + (ages.at(-1) ?? 0)) * 1000;
  }

  /** Something is to be offered; the result is called when that is over. */
  expect(ageSeconds: Seconds, atMs: number): () => void {
    const entry = { ageSeconds, atMs };
    this.#expected.add(entry);
    this.#report();
    return () => {
      this.#expected.delete(entry);
      this.#report();
    };
  }

  count(more = 1): void {
    this.#done += more;
    this.#report();
  }

  #report(): void {
    const next = [...this.#expected].reduce<Progress['next']>((a, b) => (a && a.atMs <= b.atMs ? a : b), undefined);
    this.#tell?.({ done: this.#done, total: this.#total, next, endAtMs: this.#endAtMs });
  }
}

/** What the answers of one mechanism come to. */
export function acceptanceOf(
  mechanism: MechanismName,
  unsorted: readonly AgeAnswer[],
  renewal: Renewal | undefined,
): Acceptance {
  const answers = [...unsorted].sort((a, b) => a.ageSeconds - b.ageSeconds);
  const agesWhere = (wanted: boolean): Seconds[] =>
    answers.filter(({ accepted }) => accepted === wanted).map(({ ageSeconds }) => ageSeconds);
  const longest = agesWhere(true).at(-1);
  const refused = agesWhere(false);
  const later = refused.filter((age) => age > (longest ?? -1));
  return {
    mechanism,
    answers,
    acceptedForSeconds: longest,
    refusedAtSeconds: later[0],
    isIrregular: later.length < refused.length || answers.some(({ accepted, why }) => accepted && why !== undefined),
    renewal,
  };
}
