import { type Lease, type Listener, listenerKey } from '@shortfuse/core';
import {
  coverageOfListeners,
  type ListenerCoverage,
  mayBeCovered,
  type PanosConfiguration,
  whyOf,
} from '@shortfuse/panos';
import type { Inputs } from '../io/inputs.js';
import { readPanos } from '../io/panos.js';

/** What a firewall decrypts of the listeners at hand: what `--panos` narrows a command to. */
export interface FirewallScope {
  readonly configuration: PanosConfiguration;
  readonly coverage: ListenerCoverage;
  /** Is it covered, or not known to be left alone? */
  readonly isMeant: (listener: Listener) => boolean;
  /** The configuration could not be read whole: which listeners are left alone is not known. */
  readonly hasErrors: boolean;
}

/** @throws UsageError where there is no file that can be read */
export async function firewallScope(
  path: string,
  listeners: readonly Listener[],
  { hosts }: Pick<Inputs, 'hosts'>,
): Promise<FirewallScope> {
  const configuration = await readPanos(path);
  const coverage = coverageOfListeners(configuration, listeners, hosts);
  const meant = new Set([...coverage.covered, ...coverage.undecided]);
  return {
    configuration,
    coverage,
    isMeant: (listener) => meant.has(listener),
    hasErrors: coverage.problems.some(({ severity }) => severity === 'error'),
  };
}

/** Listeners that one reason goes for. */
export interface ListenerGroup {
  readonly why: string;
  readonly listeners: readonly Listener[];
}

/** Listeners by why the firewall leaves them alone, or may not do so. */
export function groupedByReason(listeners: readonly Listener[], { found }: ListenerCoverage): readonly ListenerGroup[] {
  const reasons = new Map<Listener, string>();
  for (const row of found.rows) {
    const { listener } = row.host;
    // Of several addresses the one that is in doubt says why the listener is.
    if (listener && (mayBeCovered(row) || !reasons.has(listener))) reasons.set(listener, whyOf(row));
  }
  const groups = new Map<string, Listener[]>();
  for (const listener of listeners) {
    const why = reasons.get(listener) ?? 'the configuration of the firewall cannot be read whole';
    const group = groups.get(why);
    if (group) group.push(listener);
    else groups.set(why, [listener]);
  }
  return [...groups].map(([why, group]) => ({ why, listeners: group }));
}

/** The part of a lease that is about listeners which the firewall decrypts, or may. One that is no longer there may be. */
export function leaseWithin(
  lease: Lease,
  listeners: readonly Listener[],
  isMeant: (listener: Listener) => boolean,
): Lease {
  const known = new Map<string, boolean>();
  for (const listener of listeners) {
    const key = listenerKey(listener);
    known.set(key, known.get(key) === true || isMeant(listener));
  }
  return { ...lease, listeners: lease.listeners.filter((leased) => known.get(listenerKey(leased)) !== false) };
}
