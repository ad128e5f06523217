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

/** `ID, tickets`; a question mark behind what may be off. */
export function resumedBy({ mechanisms }: Listener): string {
  const { ticketTls12, ticketTls13 } = mechanisms;
  // Both kinds of ticket: one word says it.
  const both = ticketTls12.enabled !== false && ticketTls12.enabled === ticketTls13.enabled;
  const words = mechanismNames
    .filter((name) => mechanisms[name].enabled !== false && !(both && name === 'ticketTls13'))
    .map((name) => {
      const word = both && name === 'ticketTls12' ? 'tickets' : mechanismWords[name];
      return mechanisms[name].enabled === undefined ? `${word}?` : word;
    });
  return words.length === 0 ? 'nothing' : words.join(', ');
}

/** `ID 10 h, 1.2 ticket 5 min, 1.3 ticket 5 min / 1 d` where lifetimes differ; undefined where they are all alike. */
export function differingLifetimes({ mechanisms }: Listener): string | undefined {
  const used = mechanismNames.filter((name) => mechanisms[name].enabled !== false);
  const spelled = used.map((name) => spellMechanism(mechanisms[name]));
  if (new Set(spelled).size < 2) return undefined;
  return used.map((name, i) => `${mechanismWords[name]} ${spelled[i]}`).join(', ');
}

function spellMechanism(mechanism: Mechanism): string {
  const all = mechanism.lifetimes.map(({ seconds }) => (seconds === undefined ? 'unknown' : spell(seconds)));
  const different = [...new Set(all)];
  if (different.length > 0) return different.join(' / ');
  const seconds = mechanismSeconds(mechanism);
  return seconds === undefined || mechanism.enabled === undefined ? 'unknown' : spell(seconds);
}
