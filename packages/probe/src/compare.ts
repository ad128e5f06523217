import {
  type Listener,
  type Mechanism,
  type MechanismName,
  mechanismNames,
  type Seconds,
  spellDuration,
} from '@shortfuse/core';
import { announcedSeconds, isStateful, type MechanismResult } from './mechanism.js';
import type { Answered } from './probe.js';
import type { Acceptance } from './wait.js';
import { mechanismTitles, spellAge } from './words.js';

/** Where a running server is not as its configuration says. */
export interface Difference {
  readonly mechanism: MechanismName;
  /** `mechanism`: on here and off there. `lifetime`: on in both, and not as long. */
  readonly kind: 'mechanism' | 'lifetime';
  readonly message: string;
}

/** A configuration and the server that runs, side by side. */
export interface Comparison {
  readonly differences: readonly Difference[];
  /** Mechanisms of which something could be compared, and mechanisms of which the lifetime was. */
  readonly compared: readonly MechanismName[];
  readonly lifetimesCompared: readonly MechanismName[];
}

/** RFC 8446 4.6.1: the longest lifetime that a TLS 1.3 ticket may announce. */
const longestTls13Seconds: Seconds = 604_800;

/** Servers whose tickets announce what is configured. Others may announce less, more or nothing. */
const honestServers: ReadonlySet<string> = new Set(['nginx', 'apache', 'node']);

/** Compares what the files say of a listener with what its server does. What the files do not tell is not compared. */
export function compare(listener: Listener, result: Answered, acceptances: readonly Acceptance[]): Comparison {
  const differences: Difference[] = [];
  const compared: MechanismName[] = [];
  const lifetimesCompared: MechanismName[] = [];
  for (const name of mechanismNames) {
    const mechanism = listener.mechanisms[name];
    const { status, offers } = result.mechanisms[name];
    if (mechanism.enabled === undefined || status === 'unasked') continue;
    const lifetimes = knownSeconds(mechanism);
    // A session that lives for 0 s may be accepted within its second, or not.
    if (mechanism.enabled && lifetimes?.every((seconds) => seconds === 0)) continue;
    compared.push(name);
    if (mechanism.enabled !== offers.accepted > 0) {
      differences.push({
        mechanism: name,
        kind: 'mechanism',
        message: switched(name, mechanism.enabled, status === 'off'),
      });
      continue;
    }
    if (!mechanism.enabled || !lifetimes) continue;
    const found = lifetimeDifference(name, lifetimes, listener, result, acceptances);
    if (found === undefined) continue;
    lifetimesCompared.push(name);
    if (found !== '') differences.push({ mechanism: name, kind: 'lifetime', message: found });
  }
  return { differences, compared, lifetimesCompared };
}

/** httpd announces the ticket lifetime for tickets that only point into its cache, too. */
function isTelling(server: string, mechanism: MechanismResult): boolean {
  return honestServers.has(server) && !(server === 'apache' && isStateful(mechanism));
}

/**
 * The longest lifetime of new tickets, as a server of this kind announces it. Undefined where it accepts none, announces
 * nothing, or is no server whose tickets announce what is configured.
 */
export function configuredSeconds(server: string, { mechanisms }: Answered): Seconds | undefined {
  const hints = (['ticketTls12', 'ticketTls13'] as const).flatMap((name) => {
    const mechanism = mechanisms[name];
    return mechanism.offers.accepted > 0 && isTelling(server, mechanism) ? (announcedSeconds(mechanism) ?? []) : [];
  });
  return Math.max(0, ...hints) || undefined;
}

function knownSeconds({ lifetimes }: Mechanism): readonly Seconds[] | undefined {
  const seconds = lifetimes.flatMap((lifetime) => lifetime.seconds ?? []);
  return seconds.length > 0 && seconds.length === lifetimes.length ? seconds : undefined;
}

function switched(name: MechanismName, isOnInFiles: boolean, isOff: boolean): string {
  const what = mechanismTitles[name];
  if (!isOnInFiles) return `${what}: off in the files, and the server resumes by it`;
  return `${what}: on in the files, and the server ${isOff ? 'hands out none' : 'accepts none'}`;
}

/** What differs; '' where nothing does; undefined where the lifetime cannot be seen. */
function lifetimeDifference(
  name: MechanismName,
  lifetimes: readonly Seconds[],
  { server }: Listener,
  result: Answered,
  acceptances: readonly Acceptance[],
): string | undefined {
  const what = mechanismTitles[name];
  const files = [...new Set(lifetimes)].map(spellDuration).join(' and ');
  const acceptance = acceptances.find(({ mechanism }) => mechanism === name);
  const longest = Math.max(...lifetimes);
  const shortest = Math.min(...lifetimes);
  if (acceptance && !acceptance.isIrregular) {
    const { acceptedForSeconds = 0, refusedAtSeconds } = acceptance;
    if (acceptedForSeconds > longest + 1)
      return `${what}: ${files} in the files, and still accepted after ${spellAge(acceptedForSeconds)}`;
    if (refusedAtSeconds !== undefined && refusedAtSeconds < shortest - 1)
      return `${what}: ${files} in the files, and refused after ${spellAge(refusedAtSeconds)}`;
  }
  const mechanism = result.mechanisms[name];
  const announced = announcedSeconds(mechanism);
  if (announced === undefined || announced === 0 || !isTelling(server, mechanism))
    return acceptance?.refusedAtSeconds === undefined ? undefined : '';
  const clipped = (seconds: Seconds): Seconds =>
    name === 'ticketTls13' ? Math.min(seconds, longestTls13Seconds) : seconds;
  const wanted = new Set(lifetimes.map(clipped));
  const odd = mechanism.hintsOfOneHandshake.filter((seconds) => !wanted.has(seconds));
  const elsewhere = mechanism.samples
    .flatMap(({ session }) => session?.lifetimeHintSeconds ?? [])
    .filter((seconds) => !wanted.has(seconds));
  const different = [...new Set([...odd, ...elsewhere])];
  if (different.length === 0) return '';
  return `${what}: ${files} in the files, and the server announces ${different.map(spellDuration).join(' and ')}`;
}
