import { resolve } from 'node:path';
import { type Audit, type Lease, type Listener, listenerKey, type Seconds } from '@shortfuse/core';
import { openProject } from '@shortfuse/files';
import { adapters } from '../adapters.js';
import { type Inputs, readInputs } from '../io/inputs.js';
import { inputsOf } from '../leases/reading.js';
import type { LeaseStore } from '../leases/store.js';
import { type FirewallScope, firewallScope } from './scope.js';

/** What stands behind a firewall while leases are open. */
export interface RolloutScope extends FirewallScope {
  readonly leases: readonly Lease[];
  readonly listeners: readonly Listener[];
  readonly targetSeconds: Seconds;
  /** What was read of servers, for what is wrong with it. */
  readonly audits: readonly Audit[];
}

/**
 * Reads what the leases were made from, as it was read then, and besides what is read where nobody names a PATH: a server that no
 * lease knows may hold a rule back. Of listeners that both have, those of the leases count.
 * @throws UsageError where there is no firewall's configuration that can be read, or the configuration file has mistakes
 */
export async function rolloutScope(panos: string, store: LeaseStore, leases: readonly Lease[]): Promise<RolloutScope> {
  const own = await readInputs([], {}, adapters);
  const readings = new Map<string, Inputs>();
  for (const lease of leases) {
    const inputs = await inputsOf(store, lease);
    readings.set(readingKey(inputs), inputs);
  }
  readings.set(readingKey(own), own);
  const listeners: Listener[] = [];
  const seen = new Set<string>();
  const audits: Audit[] = [];
  for (const inputs of readings.values()) {
    const { configurations, pathProblems } = openProject(inputs);
    audits.push({ targetSeconds: inputs.targetSeconds, configurations, pathProblems });
    const found = configurations.flatMap((configuration) => configuration.listeners);
    listeners.push(...found.filter((listener) => !seen.has(listenerKey(listener))));
    for (const listener of found) seen.add(listenerKey(listener));
  }
  const hosts = new Map([...readings.values()].flatMap((inputs) => [...inputs.hosts]));
  // The leases were given their target by whoever patched.
  const targetSeconds = leases.reduce((most, lease) => Math.max(most, lease.targetSeconds), 0) || own.targetSeconds;
  return { ...(await firewallScope(panos, listeners, { hosts })), leases, listeners, targetSeconds, audits };
}

/** Two that read the same are read once. */
function readingKey({ cwd, paths, adapters: servers, roots, defined, configPath, exclude }: Inputs): string {
  return JSON.stringify([
    paths.map((path) => resolve(cwd, path)),
    servers.map(({ id }) => id),
    roots,
    [...defined],
    configPath ?? null,
    exclude,
  ]);
}
