import { type MechanismName, mechanismNames, type Seconds } from '@shortfuse/core';
import { announcedSeconds, type MechanismResult } from './mechanism.js';
import type { Answered } from './probe.js';
import type { Acceptance } from './wait.js';

/**
 * How long sessions of one mechanism live, as far as that is known.
 * - `none`: nothing can be resumed by it
 * - `measured`: accepted at an age of `seconds` and, where `refusedAt` is there, no longer at that age
 * - `announced`: the server says so in its tickets; most servers mean it, some accept them for longer or not so long
 * - `unknown`: session IDs, and tickets that announce nothing, tell only those who wait
 */
export type Life =
  | { readonly kind: 'none' | 'unknown' }
  | { readonly kind: 'measured'; readonly seconds: Seconds; readonly refusedAt: Seconds | undefined }
  | { readonly kind: 'announced'; readonly seconds: Seconds };

export function lifeOf(result: MechanismResult, acceptance: Acceptance | undefined): Life {
  if (result.status === 'unasked') return { kind: 'unknown' };
  if (result.offers.accepted === 0) return { kind: 'none' };
  const announced = announcedSeconds(result);
  const seconds = acceptance?.acceptedForSeconds ?? (acceptance?.refusedAtSeconds === undefined ? undefined : 0);
  // An interrupted measurement says less than the server does.
  if (seconds !== undefined && (acceptance?.refusedAtSeconds !== undefined || seconds > (announced ?? -1)))
    return { kind: 'measured', seconds, refusedAt: acceptance?.refusedAtSeconds };
  if (announced !== undefined && announced > 0) return { kind: 'announced', seconds: announced };
  return { kind: 'unknown' };
}

export type LifeVerdict = 'none' | 'within' | 'above' | 'unknown';

/**
 * How a mechanism stands to the target. A measurement that neither saw a session accepted beyond the target nor one refused
 * leaves it open.
 */
export function verdictOn(life: Life, target: Seconds): LifeVerdict {
  switch (life.kind) {
    case 'none':
    case 'unknown':
      return life.kind;
    case 'announced':
      return life.seconds > target ? 'above' : 'within';
    case 'measured':
      if (life.seconds > target) return 'above';
      return life.refusedAt === undefined ? 'unknown' : 'within';
  }
}

/** By mechanism, how it stands to the target. */
export function verdictsOn(
  result: Answered,
  acceptances: readonly Acceptance[],
  target: Seconds,
): Readonly<Record<MechanismName, LifeVerdict>> {
  const on = (name: MechanismName): LifeVerdict =>
    verdictOn(
      lifeOf(
        result.mechanisms[name],
        acceptances.find(({ mechanism }) => mechanism === name),
      ),
      target,
    );
  return { sessionId: on('sessionId'), ticketTls12: on('ticketTls12'), ticketTls13: on('ticketTls13') };
}

/** Does any mechanism let a session live for longer than the target? */
export function outlivesTarget(result: Answered, acceptances: readonly Acceptance[], target: Seconds): boolean {
  const verdicts = verdictsOn(result, acceptances, target);
  return mechanismNames.some((name) => verdicts[name] === 'above');
}

/** What a wait can tell more about: mechanisms by which a session was accepted at all. */
export function measurable({ mechanisms }: Answered): { mechanism: MechanismName; legacy: boolean }[] {
  return mechanismNames
    .filter((name) => mechanisms[name].offers.accepted > 0)
    .map((mechanism) => ({ mechanism, legacy: isLegacy(mechanisms[mechanism]) }));
}

/** Does the server speak nothing newer than TLS 1.1? */
export function isLegacy({ protocol }: MechanismResult): boolean {
  return protocol === 'TLSv1.1' || protocol === 'TLSv1';
}
