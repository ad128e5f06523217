import { join } from 'node:path';
import { codeOf, isMissing, removeDurably, type WritableFileSystem, writeDurably } from '@shortfuse/files';
import { UsageError } from '../exit.js';
import { messageOf } from '../io/config.js';
import { isAlive, machineOf, type Run } from './run.js';
import type { LeaseStore } from './store.js';

/**
 * Runs `action` while no other run writes to the same project. A lock whose process is gone is taken over.
 * @throws UsageError where another run has it, and what `action` throws
 */
export function withLock<Result>(store: LeaseStore, action: () => Result): Result {
  try {
    return whileLocked(store, action);
  } catch (error) {
    // A full disk or a folder that is not ours is no fault of the program.
    if (codeOf(error) === undefined) throw error;
    throw new UsageError(`error: ${messageOf(error)}\n  help: put that right and run it again`);
  }
}

function whileLocked<Result>(store: LeaseStore, action: () => Result): Result {
  store.prepareLocal();
  const release = acquire(store, join(store.localFolder, 'lock'));
  let result: Result;
  try {
    removeAbandoned(store);
    result = action();
  } catch (error) {
    try {
      release();
    } catch {
      // What went wrong first is what has to be told; a lock that stays is taken over by the next run.
    }
    throw error;
  }
  release();
  return result;
}

/**
 * More levels than this are never needed: each one stands for a run that was killed just while it took over the lock of one
 * that was killed.
 */
const deepest = 5;

/** Makes the lock file at `path`, and gives what removes it. @throws UsageError where another run has it */
function acquire(store: LeaseStore, path: string, level = 0): () => void {
  const { fs, run } = store;
  if (!create(store, path)) {
    const holder = readHolder(fs, path);
    if (level >= deepest || holder === 'unreadable' || (holder && isAlive(holder))) throw inUse(path, holder);
    // Whoever takes it over holds a lock for that: what is seen then stays so until it is replaced.
    const release = acquire(store, `${path}.over`, level + 1);
    try {
      const now = readHolder(fs, path);
      if (now === undefined ? !create(store, path) : !holder || !isSame(now, holder)) throw inUse(path, now);
      if (now !== undefined) writeDurably(fs, path, textOf(run), temporaryName(store, 'lock'));
    } finally {
      release();
    }
  }
  return () => {
    const holder = readHolder(fs, path);
    if (isSame(holder, run)) removeDurably(fs, path);
  };
}

/** Written first and then linked, so that nobody ever sees a lock without its holder. False where there is one. */
function create(store: LeaseStore, path: string): boolean {
  const { fs, run } = store;
  const draft = join(store.localFolder, temporaryName(store, 'draft'));
  writeDurably(fs, draft, textOf(run), temporaryName(store, 'lock'));
  try {
    fs.linkSync(draft, path);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return false;
    if (code !== undefined && withoutLinks.has(code)) return createWithoutLink(store, path);
    throw error;
  } finally {
    removeDurably(fs, draft);
  }
}

/** What file systems without hard links answer. */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL']);

function createWithoutLink({ fs, run }: LeaseStore, path: string): boolean {
  let file: number;
  try {
    file = fs.openSync(path, 'wx');
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    fs.writeSync(file, textOf(run));
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
  return true;
}

/** Of this run alone: several may be about to make the lock. */
function temporaryName({ run }: LeaseStore, use: 'lock' | 'draft'): string {
  return `.${use}-${machineOf(run)}-${run.pid}.tmp`;
}

/** What runs left behind that were killed. Under the lock, nobody else writes but those who wait for it. */
function removeAbandoned(store: LeaseStore): void {
  const { fs, run, localFolder } = store;
  for (const name of fs.readdirSync(localFolder)) {
    const [, machine, pid] = /^\.(?:lock|draft)-([0-9a-f]{8})-(\d+)\.tmp$/.exec(name) ?? [];
    if (machine === machineOf(run) && !isAlive({ pid: Number(pid), host: run.host, started: '' }))
      removeDurably(fs, join(localFolder, name));
  }
  for (let level = deepest; level > 0; level--) {
    const path = join(localFolder, `lock${'.over'.repeat(level)}`);
    if (!fs.existsSync(path)) continue;
    try {
      acquire(store, path, level)();
    } catch (error) {
      // Somebody looks right now whether this lock can be taken over, and will find that it cannot.
      if (!(error instanceof UsageError)) throw error;
    }
  }
  store.removeAbandoned();
}

/** Undefined where no lock is there. A lock that is damaged, or being written, says nothing of who holds it. */
function readHolder(fs: WritableFileSystem, path: string): Run | 'unreadable' | undefined {
  let text: string;
  try {
    text = fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const { pid, host, started } = JSON.parse(text) as Partial<Run>;
    if (typeof pid === 'number' && typeof host === 'string' && typeof started === 'string')
      return { pid, host, started };
  } catch {
    // Says so below.
  }
  return 'unreadable';
}

function isSame(a: Run | 'unreadable' | undefined, b: Run | 'unreadable'): boolean {
  if (a === undefined || a === 'unreadable' || b === 'unreadable') return false;
  return a.pid === b.pid && a.host === b.host && a.started === b.started;
}

function textOf({ pid, host, started }: Run): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ pid, host, started })}\n`);
}

function inUse(path: string, holder: Run | 'unreadable' | undefined): UsageError {
  if (holder === undefined)
    return new UsageError('error: another run of shortfuse has just written to this project\n  help: run it again');
  const whose = holder === 'unreadable' ? '' : ` (process ${holder.pid} on ${holder.host})`;
  return new UsageError(
    `error: another run of shortfuse${whose} is writing to this project\n` +
      `  help: wait until it is done; if none is running any more, remove ${path}`,
  );
}
