import { type LeaseEventName, leaseEvents, statusText, suggestion, writeInstant } from '@shortfuse/core';
import { adapters } from '../adapters.js';
import type { MarkOptions } from '../args.js';
import { type ExitStatus, exit, UsageError } from '../exit.js';
import { now as currentTime, readTime, shownTime, timeHelp } from '../io/clock.js';
import { stylerFor } from '../io/colour.js';
import { write } from '../io/streams.js';
import { chosenLease } from '../leases/choose.js';
import { withLock } from '../leases/lock.js';
import { stateOf } from '../leases/state.js';
import { findProjectRoot, LeaseStore } from '../leases/store.js';

/** A clock that differs from ours by less is no reason to refuse a time. */
const toleranceMs = 60_000;

/** Records in a lease when something happened, and says where that leaves the rollout. */
export function mark(event: string, wanted: string | undefined, options: MarkOptions): Promise<ExitStatus> {
  return markIn(new LeaseStore(findProjectRoot(process.cwd())), event, wanted, options);
}

/** {@link mark} with the leases of `store`. */
export async function markIn(
  store: LeaseStore,
  event: string,
  wanted: string | undefined,
  options: MarkOptions,
): Promise<ExitStatus> {
  if (!isEvent(event))
    throw new UsageError(
      `error: ${event}: no such event${suggestion(event, leaseEvents)}\n  help: one of ${leaseEvents.join(', ')}`,
    );
  const now = currentTime();
  const at = options.at === undefined ? now : readTime(options.at);
  if (at === undefined) throw new UsageError(`error: --at ${options.at}: no time\n  help: ${timeHelp}`);
  if (at > now + toleranceMs)
    throw new UsageError(`error: --at ${options.at} is yet to come\n  help: mark it when it has happened`);
  const { server } = options;
  const ids = adapters.map(({ id }) => id);
  if (server !== undefined && !ids.includes(server))
    throw new UsageError(
      `error: --server ${server}: no such server${suggestion(server, ids)}\n  help: known: ${ids.join(', ')}`,
    );
  if (options.newKeys && event === 'inspecting')
    throw new UsageError('error: --new-keys says how a change was deployed or servers were restarted');
  const marked = withLock(store, () => {
    const { lease } = chosenLease(store, wanted);
    if (lease.pending)
      throw new UsageError(
        `error: a run was cut off while it wrote lease ${lease.id}\n  help: shortfuse status ${lease.id} says what to do`,
      );
    if (server !== undefined && !lease.listeners.some((listener) => listener.server === server))
      throw new UsageError(`error: lease ${lease.id} changes no listener of ${server}`);
    const events = [
      ...lease.events,
      {
        event,
        at: writeInstant(at),
        ...(server === undefined ? {} : { server }),
        ...(options.newKeys ? { newKeys: true } : {}),
      },
    ];
    const next = { ...lease, events };
    store.write(next);
    return next;
  });
  const isTerminal = process.stdout.isTTY === true;
  if (options.quiet !== true)
    await write(
      process.stdout,
      statusText([{ lease: marked, state: await stateOf(store, marked) }], now, {
        style: stylerFor({ option: options.color, env: process.env, isTerminal }),
        columns: isTerminal ? Math.min(100, process.stdout.columns || 100) : 100,
        timeOf: shownTime,
      }),
    );
  return exit.ok;
}

function isEvent(event: string): event is LeaseEventName {
  return leaseEvents.some((name) => name === event);
}
