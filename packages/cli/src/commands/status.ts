import { resolve } from 'node:path';
import { type LeaseStatus, statusReport, statusText } from '@shortfuse/core';
import type { StatusOptions } from '../args.js';
import { type ExitStatus, exit, UsageError } from '../exit.js';
import { now as currentTime, readTime, shownTime, timeHelp } from '../io/clock.js';
import { stylerFor } from '../io/colour.js';
import { writeAtomically } from '../io/output.js';
import { write } from '../io/streams.js';
import { chosenLease, readLeases } from '../leases/choose.js';
import { stateOf } from '../leases/state.js';
import { findProjectRoot, LeaseStore } from '../leases/store.js';

/** Says where each rollout stands. See `--help` for the exit status. */
export async function status(wanted: string | undefined, options: StatusOptions): Promise<ExitStatus> {
  const store = new LeaseStore(findProjectRoot(process.cwd()));
  const now = options.now === undefined ? currentTime() : timeFrom(options.now);
  const stored = wanted === undefined ? readLeases(store).leases : [chosenLease(store, wanted)];
  const statuses: LeaseStatus[] = [];
  for (const { lease } of stored) statuses.push({ lease, state: await stateOf(store, lease) });
  const report = statusReport(statuses, now);
  const isTerminal = options.output === undefined && process.stdout.isTTY === true;
  const text =
    options.format === 'json'
      ? `${JSON.stringify(report, undefined, 2)}\n`
      : statuses.length === 0
        ? 'no lease in this project: nothing is changed for the time being\n'
        : statusText(statuses, now, {
            style: stylerFor({ option: options.color, env: process.env, isTerminal }),
            columns: isTerminal ? Math.min(100, process.stdout.columns || 100) : 100,
            timeOf: shownTime,
          });
  const found = report.summary.overdue > 0 ? exit.found : exit.ok;
  process.exitCode = found;
  if (options.output === undefined) await write(process.stdout, text);
  else await writeAtomically(resolve(options.output), text);
  return found;
}

function timeFrom(text: string): number {
  const instant = readTime(text);
  if (instant === undefined) throw new UsageError(`error: --now ${text}: no time\n  help: ${timeHelp}`);
  return instant;
}
