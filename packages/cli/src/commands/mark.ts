import {
  type Instant,
  type Lease,
  type LeaseEventName,
  leaseEvents,
  type Seconds,
  type Styler,
  statusText,
  suggestion,
  writeInstant,
} from '@shortfuse/core';
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
import type { Shown } from './mark/prove.js';

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
  const shown = await provenFor(store, { event, at }, wanted, options);
  if (shown === undefined) return exit.failed;
  const marked = withLock(store, () => {
    const lease = markableLease(store, wanted, server);
    const events = [
      ...lease.events,
      {
        event,
        at: writeInstant(at),
        ...(server === undefined ? {} : { server }),
        ...(options.newKeys ? { newKeys: true } : {}),
        ...(shown.length > 0 ? { proof: shown.map(({ proof }) => proof) } : {}),
      },
    ];
    const next = { ...lease, events };
    store.write(next);
    return next;
  });
  const found = shown.length > 0 ? await sayShown(shown, marked.targetSeconds, options) : exit.ok;
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
  return found;
}

/** The lease that is meant, if something can be recorded in it. @throws UsageError */
function markableLease(store: LeaseStore, wanted: string | undefined, server: string | undefined): Lease {
  const { lease } = chosenLease(store, wanted);
  if (lease.pending)
    throw new UsageError(
      `error: a run was cut off while it wrote lease ${lease.id}\n  help: shortfuse status ${lease.id} says what to do`,
    );
  if (server !== undefined && !lease.listeners.some((listener) => listener.server === server))
    throw new UsageError(`error: lease ${lease.id} changes no listener of ${server}`);
  return lease;
}

/**
 * What servers show of old sessions, where somebody wants them to be asked; undefined where one does not answer. It takes seconds,
 * so it is done before the lock is taken.
 */
async function provenFor(
  store: LeaseStore,
  { event, at }: { readonly event: LeaseEventName; readonly at: Instant },
  wanted: string | undefined,
  options: MarkOptions,
): Promise<readonly Shown[] | undefined> {
  if (!asksServers(options)) return [];
  if (event === 'inspecting')
    throw new UsageError('error: --probe and --sessions show whether a reload or a restart ended the old sessions');
  const { prove } = await import('./mark/prove.js');
  return prove(markableLease(store, wanted, options.server), at, options, errorStyle(options));
}

function asksServers({ probe, sessions, servername, connect, starttls, cert, key }: MarkOptions): boolean {
  return [probe, sessions, servername, connect, starttls, cert, key].some((option) => option !== undefined);
}

/** Says what servers showed, and what becomes of the file of sessions. Gives the exit status. */
async function sayShown(shown: readonly Shown[], targetSeconds: Seconds, options: MarkOptions): Promise<ExitStatus> {
  const { isAlarming, shownText } = await import('./mark/shown.js');
  const { sessions, quiet } = options;
  if (sessions !== undefined) {
    const { spendSessions } = await import('./mark/prove.js');
    const line = await spendSessions(sessions, shown);
    if (quiet !== true) await write(process.stderr, `${line}\n`);
  }
  const isTerminal = process.stdout.isTTY === true;
  const style = stylerFor({ option: options.color, env: process.env, isTerminal });
  const texts = shown.map((each) => shownText(each, targetSeconds, style));
  if (quiet !== true) await write(process.stdout, `${texts.join('')}\n`);
  return shown.some((each) => isAlarming(each, targetSeconds)) ? exit.found : exit.ok;
}

function errorStyle({ color }: MarkOptions): Styler {
  return stylerFor({ option: color, env: process.env, isTerminal: process.stderr.isTTY === true });
}

function isEvent(event: string): event is LeaseEventName {
  return leaseEvents.some((name) => name === event);
}
