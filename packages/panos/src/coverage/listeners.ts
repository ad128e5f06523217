import type { Listener, Problem } from '@shortfuse/core';
import type { PanosConfiguration } from '../config/model.js';
import { type Coverage, coverage, isCovered, mayBeCovered } from './coverage.js';
import { type HostAddresses, hostsOf } from './hosts.js';

/** Which listeners of an audit are behind a firewall's enabled inbound rules. */
export interface ListenerCoverage {
  readonly covered: readonly Listener[];
  /** May be covered: their address is not known, or a rule's destination cannot be resolved from files. */
  readonly undecided: readonly Listener[];
  readonly notCovered: readonly Listener[];
  /** What is wrong with the configuration, or missing in it: warnings too may mean that rules are missing. */
  readonly problems: readonly Problem[];
  /** All that was found, row by row. */
  readonly found: Coverage;
}

/**
 * Sorts listeners by whether a firewall decrypts them. One that has several addresses is covered where one of them is. Where the
 * configuration cannot be read whole, none is known to be left alone.
 */
export function coverageOfListeners(
  configuration: PanosConfiguration,
  listeners: readonly Listener[],
  addresses: HostAddresses,
): ListenerCoverage {
  const found = coverage(configuration, hostsOf(listeners, addresses));
  const { rows, problems } = found;
  const covered = new Set<Listener>();
  const undecided = new Set<Listener>();
  for (const row of rows) {
    const { listener } = row.host;
    if (listener === undefined) continue;
    if (isCovered(row)) covered.add(listener);
    else if (mayBeCovered(row)) undecided.add(listener);
  }
  if (problems.some(({ severity }) => severity === 'error')) for (const listener of listeners) undecided.add(listener);
  return {
    found,
    problems,
    covered: listeners.filter((listener) => covered.has(listener)),
    undecided: listeners.filter((listener) => undecided.has(listener) && !covered.has(listener)),
    notCovered: listeners.filter((listener) => !covered.has(listener) && !undecided.has(listener)),
  };
}
