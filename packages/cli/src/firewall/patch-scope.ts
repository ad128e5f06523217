import { effectiveLifetime, type Lease, type Listener, listenerKey, spellDuration } from '@shortfuse/core';
import { riskOf } from '@shortfuse/panos';
import { type FirewallScope, groupedByReason, type ListenerGroup } from './scope.js';

/** Names of listeners beyond these are counted; `--format json` has them all. */
const mostNamed = 5;

/** May a patch change this listener? What the extended lease changed stays changed, whatever the firewall does by now. */
export function wantedBy({ isMeant }: FirewallScope, extended: Lease | undefined): (listener: Listener) => boolean {
  const leased = new Set(extended?.listeners.map(listenerKey));
  return (listener) => isMeant(listener) || leased.has(listenerKey(listener));
}

/** What a person is told of a run that is for a firewall: which listeners are `done` something to, which not, and why. */
export function scopeRemarks(
  { configuration, coverage }: FirewallScope,
  done: 'changed' | 'judged',
  drawnIn: readonly Listener[] = [],
): readonly string[] {
  const { covered, undecided, notCovered } = coverage;
  const total = covered.length + undecided.length + notCovered.length;
  const risk = riskOf(configuration);
  const perhaps = undecided.length === 0 ? '' : `, and perhaps ${undecided.length} more`;
  return [
    `${configuration.file.path}: risk class ${risk.class}: ${risk.why}`,
    `its inbound rules cover ${covered.length} of ${total} ${total === 1 ? 'listener' : 'listeners'}${perhaps}; ${drawnIn.length > 0 ? `these are ${done}, and with them, because they share a setting: ${namesOf(drawnIn)}` : `no other is ${done}`}`,
    ...groupedByReason(undecided, coverage).map((group) => `counts as covered: ${groupText(group)}`),
    ...groupedByReason(without(notCovered, drawnIn), coverage).map((group) => `left out: ${groupText(group)}`),
  ];
}

function without(listeners: readonly Listener[], others: readonly Listener[]): readonly Listener[] {
  const left = new Set(others);
  return listeners.filter((listener) => !left.has(listener));
}

function groupText({ why, listeners }: ListenerGroup): string {
  return `${namesOf(listeners)}: ${why}`;
}

function namesOf(listeners: readonly Listener[]): string {
  const named = listeners.slice(0, mostNamed).map((listener) => {
    const { seconds } = effectiveLifetime(listener);
    const lifetime = seconds === undefined ? 'unknown' : seconds === 0 ? 'none' : spellDuration(seconds);
    return `${[listener.server, listener.address, listener.name, listener.profile].filter(Boolean).join(' ')} (${lifetime})`;
  });
  const rest = listeners.length - named.length;
  return named.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** The firewall's part of `patch --format json`. */
export function scopeReport({ configuration, coverage }: FirewallScope, drawnIn: readonly Listener[]) {
  const groups = (listeners: readonly Listener[]) =>
    groupedByReason(listeners, coverage).flatMap(({ why, listeners: group }) =>
      group.map((listener) => ({ listener: reportOf(listener), why })),
    );
  return {
    file: configuration.file.path,
    panosVersion: configuration.version,
    panosRelease: configuration.detailVersion,
    risk: riskOf(configuration),
    covered: coverage.covered.map(reportOf),
    perhaps: groups(coverage.undecided),
    changedWithThem: drawnIn.map(reportOf),
    leftOut: groups(without(coverage.notCovered, drawnIn)),
  };
}

function reportOf(listener: Listener) {
  const { server, address, name, profile } = listener;
  const lifetimeSeconds = effectiveLifetime(listener).seconds ?? null;
  return { server, address, name, ...(profile === undefined ? {} : { profile }), lifetimeSeconds };
}
