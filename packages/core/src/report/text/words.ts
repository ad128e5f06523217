import { type Seconds, spellDuration } from '../../duration.js';
import { type Listener, type Mechanism, type MechanismName, mechanismNames, mechanismSeconds } from '../../listener.js';

/** Beyond a century the number says nothing more, and some servers accept 19 digits. */
const century: Seconds = 100 * 365 * 86_400;

export function spellLifetime(seconds: Seconds): string {
  return seconds === 0 ? 'none' : spell(seconds);
}

function spell(seconds: Seconds): string {
  return seconds > century ? 'over 100 years' : spellDuration(seconds);
}

const mechanismWords: Readonly<Record<MechanismName, string>> = {
  sessionId: 'ID',
  ticketTls12: '1.2 ticket',
  ticketTls13: '1.3 ticket',
};

/** `ID, tickets`; with lifetimes where they differ: `ID 10 h, 1.2 ticket 5 min, 1.3 ticket 5 min / 1 d`. */
export function resumedBy({ mechanisms }: Listener): string {
  const used = mechanismNames.filter((name) => mechanisms[name].enabled !== false);
  if (used.length === 0) return 'nothing';
  const spelled = new Map(used.map((name) => [name, spellMechanism(mechanisms[name])]));
  const differ = new Set(used.map((name) => spelled.get(name))).size > 1;
  const { ticketTls12, ticketTls13 } = mechanisms;
  // Both kinds of ticket alike: one word says it.
  const alike =
    ticketTls12.enabled !== false &&
    ticketTls12.enabled === ticketTls13.enabled &&
    spelled.get('ticketTls12') === spelled.get('ticketTls13');
  return used
    .filter((name) => !(alike && name === 'ticketTls13'))
    .map((name) => {
      const word = alike && name === 'ticketTls12' ? 'tickets' : mechanismWords[name];
      const doubt = mechanisms[name].enabled === undefined ? '?' : '';
      return word + doubt + (differ ? ` ${spelled.get(name)}` : '');
    })
    .join(', ');
}

function spellMechanism(mechanism: Mechanism): string {
  const all = mechanism.lifetimes.map(({ seconds }) => (seconds === undefined ? 'unknown' : spell(seconds)));
  const different = [...new Set(all)];
  if (different.length > 0) return different.join(' / ');
  const seconds = mechanismSeconds(mechanism);
  return seconds === undefined || mechanism.enabled === undefined ? 'unknown' : spell(seconds);
}
