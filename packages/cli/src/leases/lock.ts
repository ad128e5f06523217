import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isMissing, removeDurably, writeDurably } from '@shortfuse/files';
import { UsageError } from '../exit.js';
import type { LeaseStore } from './store.js';

/** Who holds the lock. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process was started, in the kernel's ticks: a number can belong to another process later. Empty where unknown. */
  readonly started: string;
}

/**
 * Runs `action` while no other run writes to the same project. A lock whose process is gone is taken over.
 * @throws UsageError where another run has it, and what `action` throws
 */
export function withLock<Result>(store: LeaseStore, action: () => Result): Result {
  store.prepareLocal();
  const path = join(store.localFolder, 'lock');
  const mine: Holder = { pid: process.pid, host: hostname(), started: startOf(process.pid) };
  acquire(store, path, mine);
  try {
    return action();
  } finally {
    if (isSame(readHolder(path), mine)) removeDurably(store.fs, path);
  }
}

/** Is a run writing to this project right now? */
export function isLocked(store: LeaseStore): boolean {
  const holder = readHolder(join(store.localFolder, 'lock'));
  return holder !== undefined && isAlive(holder);
}

function acquire({ fs }: LeaseStore, path: string, mine: Holder): void {
  const text = new TextEncoder().encode(`${JSON.stringify(mine)}\n`);
  const draft = `${path}.${mine.pid}`;
  // Written first and then linked, so that nobody ever sees a lock without its holder.
  writeDurably(fs, draft, text, `lock.${mine.pid}.tmp`);
  try {
    fs.linkSync(draft, path);
    return;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    removeDurably(fs, draft);
  }
  const holder = readHolder(path);
  if (holder && isAlive(holder))
    throw new UsageError(
      `error: another run of shortfuse (process ${holder.pid} on ${holder.host}) is writing to this project\n` +
        `  help: wait until it is done; if it cannot be, remove ${path}`,
    );
  // Of several that take over at the same moment the last one has it: each looks again after the others had time to write.
  writeDurably(fs, path, text, `lock.${mine.pid}.tmp`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  if (!isSame(readHolder(path), mine))
    throw new UsageError('error: another run of shortfuse has begun to write to this project\n  help: run it again');
}

function readHolder(path: string): Holder | undefined {
  try {
    const { pid, host, started } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>;
    return typeof pid === 'number' && typeof host === 'string' && typeof started === 'string'
      ? { pid, host, started }
      : undefined;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A process on another machine counts as alive: nothing here can tell. */
function isAlive({ pid, host, started }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return started === '' || started === startOf(pid);
}

/** Field 22 of /proc/PID/stat; empty where there is no such file. The name in field 2 may hold blanks and brackets. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isSame(a: Holder | undefined, b: Holder): boolean {
  return a?.pid === b.pid && a.host === b.host && a.started === b.started;
}
