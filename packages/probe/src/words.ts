import { type MechanismName, type Seconds, spellDuration } from '@shortfuse/core';
import type { MechanismResult } from './mechanism.js';
import type { Acceptance } from './wait.js';

/** The mechanisms as reports name them. */
export const mechanismTitles: Readonly<Record<MechanismName, string>> = {
  sessionId: 'session ID',
  ticketTls12: 'TLS 1.2 ticket',
  ticketTls13: 'TLS 1.3 ticket',
};

/** Enough of a key's name to tell it from others. */
export function shortKey(keyName: string): string {
  return `${keyName.slice(0, 8)}…`;
}

/** What a server answers, in a few words. */
export function spellStatus({ status, offers, failure, renewal }: MechanismResult): string {
  switch (status) {
    case 'resumed':
      return renewal === 'unbounded' ? 'resumed, renewed' : 'resumed';
    case 'sometimes':
      return `resumed ${offers.accepted} of ${offers.made} times`;
    case 'refused':
      return 'handed out, never accepted';
    case 'off':
      return failure ? 'off, version not spoken' : 'off';
    case 'unasked':
      return 'not asked';
  }
}

/** `0 s` reads like a lifetime of none; a hint of 0 is none that is announced. */
export function spellAnnounced(seconds: Seconds | undefined): string {
  return seconds === undefined ? '-' : seconds === 0 ? 'nothing' : spellDuration(seconds);
}

/** Ages below two minutes in seconds, as they are typed: `62 s`, not `1 min 2 s`. */
export function spellAge(seconds: Seconds): string {
  return seconds < 120 ? `${seconds} s` : spellDuration(seconds);
}

/** `at 55 s, not at 62 s`; `-` where nothing was measured. */
export function spellAccepted(acceptance: Acceptance | undefined): string {
  if (!acceptance || acceptance.answers.length === 0) return '-';
  const { acceptedForSeconds, refusedAtSeconds } = acceptance;
  if (acceptedForSeconds === undefined) return refusedAtSeconds === undefined ? 'no answer' : 'never';
  const accepted = spellAge(acceptedForSeconds);
  return refusedAtSeconds === undefined
    ? `at ${accepted} and perhaps longer`
    : `at ${accepted}, not at ${spellAge(refusedAtSeconds)}`;
}
