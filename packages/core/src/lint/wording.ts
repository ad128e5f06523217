import { type Seconds, spellDuration } from '../duration.js';
import type { Lifetime, Listener } from '../listener.js';
import { type Location, positionOf } from '../source.js';
import type { RelatedPlace } from './finding.js';
import { placeKey } from './rule.js';

/** `shop.example (10.0.0.1:443)`, with its profile where it has one. */
export function nameListener({ name, address, profile, server }: Listener): string {
  const own = [name, profile ?? ''].filter((part) => part !== '').join(' with ');
  if (own === '') return address ?? `a listener of ${server}`;
  return address === null ? own : `${own} (${address})`;
}

/** One or two by name, with all their addresses, more as their number. */
export function nameListeners(listeners: readonly Listener[]): string {
  const names = namesOf(listeners);
  return names.length > 2 ? `${listeners.length} listeners` : names.join(' and ');
}

/** Each name once, with the addresses that it has: `shop.example (10.0.0.1:443, [::]:443)`. */
function namesOf(listeners: readonly Listener[]): readonly string[] {
  const byName = new Map<string, Listener[]>();
  for (const listener of listeners) {
    const { name, profile, address } = listener;
    const key = name === '' && profile === undefined ? `${address}` : `${name} ${profile}`;
    const group = byName.get(key);
    if (group) group.push(listener);
    else byName.set(key, [listener]);
  }
  return [...byName.values()].map((group) => {
    const [first] = group;
    const addresses = [...new Set(group.flatMap(({ address }) => address ?? []))];
    if (!first) return '';
    if (addresses.length < 2) return nameListener(first);
    const left = addresses.length - mostAddresses;
    const shown = addresses.slice(0, mostAddresses).join(', ') + (left > 0 ? ` and ${left} more` : '');
    return `${nameListener({ ...first, address: null })} (${shown})`;
  });
}

const mostAddresses = 3;

/** Further places than these say the same once more. */
const mostRelated = 4;

/** Where the listeners of a finding at `at` are defined, as far as that is another line; the first few of them. */
export function definitionsOf(listeners: readonly Listener[], at: Location): readonly RelatedPlace[] {
  const places = new Map<string, { readonly at: Location; readonly listeners: Listener[] }>();
  for (const listener of listeners) {
    if (isSameLine(listener.definedAt, at)) continue;
    const key = placeKey(listener.definedAt);
    const place = places.get(key);
    if (place) place.listeners.push(listener);
    else places.set(key, { at: listener.definedAt, listeners: [listener] });
  }
  const all = [...places.values()];
  const left = all.slice(mostRelated).length;
  return all.slice(0, mostRelated).map(({ at: place, listeners: own }, i, { length }) => {
    const names = namesOf(own);
    const who = names.length > 2 ? `${names[0]} and ${names.length - 1} more` : names.join(' and ');
    const others = left > 0 && i === length - 1 ? `, and there are ${left} more places like these` : '';
    return { at: place, message: `${who} ${names.length > 1 ? 'are' : 'is'} defined here${others}` };
  });
}

/** Lines are only counted in the one file: a cause may concern thousands. */
function isSameLine(a: Location, b: Location): boolean {
  if (a.file.path !== b.file.path) return false;
  return positionOf(a.file, a.span.start).line === positionOf(b.file, b.span.start).line;
}

/**
 * What a person types to bring a lifetime to `target`; `otherwise` where no edit does and nothing says why. `isPatched`: the
 * patch would do the same.
 */
export function helpToReach(lifetime: Lifetime, target: Seconds, otherwise: string, isPatched: boolean): string {
  const found = lifetime.remedies?.({ target, allowDisable: false });
  if (!found) return otherwise;
  if (found.kind === 'refused') {
    // Why the patch cannot is of no use to whoever wants something else than it does.
    if (!isPatched) return otherwise;
    // It may be worded as the second half of a sentence.
    const help = found.help.replace(/^or /, '');
    // What is not known has been said to be so.
    return help === '' ? found.why : lifetime.origin.kind === 'unknown' ? help : `${help} (${found.why})`;
  }
  const [{ edits }] = found.remedies;
  const [first, ...more] = edits;
  if (!isPatched && (!first || more.length > 0)) return otherwise;
  if (!first) return 'run shortfuse patch: it makes the script that changes it';
  if (more.length > 0) return `run shortfuse patch: it takes ${edits.length} edits`;
  const { file, edit } = first;
  const after = shown(edit.after);
  const what =
    edit.before.trim() !== ''
      ? `write ${after} instead of ${shown(edit.before)}`
      : `add ${after} at ${file.path}:${positionOf(file, edit.span.start).line}`;
  return isPatched ? `${what}, or run shortfuse patch` : what;
}

function shown(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return `"${line.length > 80 ? `${line.slice(0, 79)}…` : line}"`;
}

/** Beyond a century the number says nothing more, and some servers accept 19 digits. */
const century: Seconds = 100 * 365 * 86_400;

/** A lifetime in a sentence: with its seconds, where the spelled form hides them. */
export function spellSeconds(seconds: Seconds): string {
  if (seconds > century) return 'more than 100 years';
  // Some servers count milliseconds.
  if (!Number.isInteger(seconds)) return `${seconds} s`;
  const spelled = spellDuration(seconds);
  return spelled.endsWith(' s') && !spelled.includes(' min') ? spelled : `${spelled} (${seconds} s)`;
}
