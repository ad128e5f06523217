import {
  countErrors,
  type Instant,
  type LeaseStatus,
  rolloutOf,
  type StatusTextOptions,
  statusReport,
  statusText,
  switchOnFinder,
} from '@shortfuse/core';
import { readinessReport, readinessText, type SpokenSwitching } from '@shortfuse/panos';
import type { StatusOptions } from '../args.js';
import { type ExitStatus, exit, UsageError } from '../exit.js';
import { type RolloutScope, rolloutScope } from '../firewall/rollout-scope.js';
import { leaseWithin } from '../firewall/scope.js';
import { now as currentTime, readTime, shownTime, timeHelp } from '../io/clock.js';
import { stylerFor } from '../io/colour.js';
import { deliver } from '../io/result.js';
import { write } from '../io/streams.js';
import { chosenLease, readLeases } from '../leases/choose.js';
import { stateOf } from '../leases/state.js';
import { findProjectRoot, LeaseStore } from '../leases/store.js';
import { firewallRemarks, serverRemarks } from './coverage/remarks.js';

/** Says where each rollout stands. See `--help` for the exit status. */
export async function status(wanted: string | undefined, options: StatusOptions): Promise<ExitStatus> {
  const store = new LeaseStore(findProjectRoot(process.cwd()));
  const now = options.now === undefined ? currentTime() : timeFrom(options.now);
  const stored = wanted === undefined ? readLeases(store).leases : [chosenLease(store, wanted)];
  const statuses: LeaseStatus[] = [];
  for (const { lease } of stored) statuses.push({ lease, state: await stateOf(store, lease) });
  const leases = statuses.map(({ lease }) => lease);
  // A rule may be held back by a lease that nobody asked for.
  const all = options.panos === undefined ? [] : readLeases(store).leases.map(({ lease }) => lease);
  const scope = options.panos === undefined ? undefined : await rolloutScope(options.panos, store, all);
  const isOverdue = leases.some((lease) => rolloutOf(lease, now).phase === 'overdue');
  const isUnread = scope !== undefined && (scope.hasErrors || scope.audits.some((audit) => countErrors(audit) > 0));
  const found = isUnread ? exit.failed : isOverdue ? exit.found : exit.ok;
  process.exitCode = found;

  if (scope) await writeRemarks(scope, options);
  const text = scope ? renderScope(statuses, scope, now, options) : render(statuses, now, options);
  await deliver(text, options.output);
  return found;
}

function render(statuses: readonly LeaseStatus[], now: Instant, options: StatusOptions): string {
  if (options.format === 'json') return `${JSON.stringify(statusReport(statuses, now), undefined, 2)}\n`;
  if (statuses.length === 0) return 'no lease in this project: nothing is changed for the time being\n';
  return statusText(statuses, now, textOptions(options));
}

function textOptions({ output, color }: StatusOptions): StatusTextOptions {
  const isTerminal = output === undefined && process.stdout.isTTY === true;
  return {
    style: stylerFor({ option: color, env: process.env, isTerminal }),
    columns: isTerminal ? Math.min(100, process.stdout.columns || 100) : 100,
    timeOf: shownTime,
  };
}

/** The same for what a firewall decrypts: its rules first, then the leases as far as they are about that. */
function renderScope(
  statuses: readonly LeaseStatus[],
  scope: RolloutScope,
  now: Instant,
  options: StatusOptions,
): string {
  const { listeners, isMeant, leases, targetSeconds, coverage } = scope;
  const switching: SpokenSwitching = { find: switchOnFinder(leases, targetSeconds, now), now, timeOf: shownTime };
  const within = statuses.map(({ lease, state }) => ({ lease: leaseWithin(lease, listeners, isMeant), state }));
  // Without a listener a lease would look as if nothing had to be waited for.
  const isConcerned = (i: number): boolean =>
    (within[i]?.lease.listeners.length ?? 0) > 0 || statuses[i]?.lease.listeners.length === 0;
  const shown = within.filter((_, i) => isConcerned(i));
  const leftOut = statuses.filter((_, i) => !isConcerned(i)).map(({ lease }) => lease);
  if (options.format === 'json') {
    const firewall = {
      ...readinessReport(coverage.found, switching),
      leasesLeftOut: leftOut.map(({ id, until }) => ({ lease: id, until })),
    };
    return `${JSON.stringify({ ...statusReport(shown, now), firewall }, undefined, 2)}\n`;
  }
  const text = textOptions(options);
  return [
    readinessText(coverage.found, { ...text, switching, targetSeconds }),
    statuses.length === 0 ? 'no lease in this project: nothing is changed for the time being\n' : '',
    shown.length === 0 ? '' : statusText(shown, now, text),
    ...leftOut.map(
      (lease) =>
        `lease ${lease.id} is about no listener that the rules cover; take back at the latest by ${shownTime(rolloutOf(lease, now).until)}: shortfuse revert ${lease.id} --write\n`,
    ),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

async function writeRemarks({ coverage, audits }: RolloutScope, { color }: StatusOptions): Promise<void> {
  const style = stylerFor({ option: color, env: process.env, isTerminal: process.stderr.isTTY === true });
  const remarks = [
    ...firewallRemarks(coverage.found, style, false),
    ...new Set(audits.flatMap((audit) => serverRemarks(audit, style))),
  ];
  if (remarks.length > 0) await write(process.stderr, `${remarks.join('')}\n`);
}

function timeFrom(text: string): number {
  const instant = readTime(text);
  if (instant === undefined) throw new UsageError(`error: --now ${text}: no time\n  help: ${timeHelp}`);
  return instant;
}
