import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { realFileSystem, type WritableFileSystem } from '@shortfuse/files';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../exit.js';
import { withLock } from './lock.js';
import { type Run, thisRun } from './run.js';
import { LeaseStore } from './store.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shortfuse-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const gone: Run = { pid: 2 ** 22 + 1, host: hostname(), started: '1' };
const local = (name: string): string => join(folder, '.shortfuse/local', name);

function leave(name: string, content: string | Run): void {
  mkdirSync(local(''), { recursive: true });
  writeFileSync(local(name), typeof content === 'string' ? content : JSON.stringify(content));
}

const held = () => withLock(new LeaseStore(folder), () => JSON.parse(readFileSync(local('lock'), 'utf8')));

test('the lock says who has it, and is gone afterwards', () => {
  expect(held()).toEqual(thisRun);
  expect(readdirSync(local(''))).toEqual(['.gitignore']);
  expect(readFileSync(local('.gitignore'), 'utf8')).toBe('*\n');
});

test('it is gone after an error, too, which is passed on', () => {
  const fault = new RangeError('on purpose');
  expect(() =>
    withLock(new LeaseStore(folder), () => {
      throw fault;
    }),
  ).toThrow(fault);
  expect(readdirSync(local(''))).toEqual(['.gitignore']);
});

test.each<{ name: string; lock: string | Run }>([
  { name: 'of a process that runs', lock: { ...thisRun, pid: process.ppid, started: '' } },
  { name: 'of another machine, of which nothing can be told', lock: { ...gone, host: 'elsewhere' } },
  { name: 'that is torn', lock: '{"pid":1' },
  { name: 'that is empty, as a power cut leaves it', lock: '' },
])('refused by a lock $name', ({ lock }) => {
  leave('lock', lock);
  expect(held).toThrow(UsageError);
  expect(held).toThrow(/another run of shortfuse.* is writing to this project\n {2}help: .*remove .*lock$/);
  expect(readFileSync(local('lock'), 'utf8')).toBe(typeof lock === 'string' ? lock : JSON.stringify(lock));
});

test.each<{ name: string; lock: Run }>([
  { name: 'that is not there any more', lock: gone },
  // Only Linux tells when a process was started.
  ...(thisRun.started === ''
    ? []
    : [{ name: 'of which the number belongs to another one now', lock: { ...thisRun, started: '1' } }]),
  { name: 'with a number that is none', lock: { ...gone, pid: 0 } },
])('takes over from a process $name', ({ lock }) => {
  leave('lock', lock);
  expect(held()).toEqual(thisRun);
  expect(readdirSync(local(''))).toEqual(['.gitignore']);
});

test('takes over from one that was killed while it took over, and clears up', () => {
  leave('lock', gone);
  leave('lock.over', { ...gone, pid: gone.pid + 1 });
  leave('lock.over.over', { ...gone, pid: gone.pid + 2 });
  expect(held()).toEqual(thisRun);
  expect(readdirSync(local(''))).toEqual(['.gitignore']);
});

test('clears up a take-over that came to nothing', () => {
  leave('lock.over', gone);
  expect(held()).toEqual(thisRun);
  expect(readdirSync(local(''))).toEqual(['.gitignore']);
});

test('does not take over while somebody else does', () => {
  leave('lock', gone);
  leave('lock.over', { ...thisRun, pid: process.ppid, started: '' });
  expect(held).toThrow(UsageError);
  expect(JSON.parse(readFileSync(local('lock'), 'utf8'))).toEqual(gone);
});

/** Runs `meanwhile` just before a call of the file system, once. */
function interrupted(name: 'linkSync' | 'renameSync', isIt: (path: string) => boolean, meanwhile: () => void) {
  let isDone = false;
  const call = (from: string, to: string): void => {
    if (!isDone && isIt(to)) {
      isDone = true;
      meanwhile();
    }
    realFileSystem[name](from, to);
  };
  return { ...realFileSystem, [name]: call } as WritableFileSystem;
}

describe('two at once', () => {
  test('one that looked at a stale lock before another took it over has to wait', () => {
    leave('lock', gone);
    // The other one comes first between the look and the take-over, and works for long.
    const fs = interrupted(
      'linkSync',
      (path) => path.endsWith('lock.over'),
      () => leave('lock', { ...thisRun, pid: process.ppid, started: '' }),
    );
    expect(() => withLock(new LeaseStore(folder, fs), () => 'both')).toThrow(UsageError);
  });

  test('one that finds the stale lock gone makes its own', () => {
    leave('lock', gone);
    const fs = interrupted(
      'linkSync',
      (path) => path.endsWith('lock.over'),
      () => rmSync(local('lock')),
    );
    expect(withLock(new LeaseStore(folder, fs), () => existsSync(local('lock')))).toBe(true);
  });

  test('within one lock there is no other', () => {
    expect(() => withLock(new LeaseStore(folder), held)).toThrow(UsageError);
  });
});

test('where there are no hard links the lock is made without', () => {
  const linkSync = (): never => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM', syscall: 'link' });
  };
  const fs = { ...realFileSystem, linkSync } as WritableFileSystem;
  withLock(new LeaseStore(folder, fs), () => {
    expect(JSON.parse(readFileSync(local('lock'), 'utf8'))).toEqual(thisRun);
    expect(held).toThrow(UsageError);
  });
  expect(readdirSync(local(''))).toEqual(['.gitignore']);
});

test('clears up what killed runs left, and nothing else', () => {
  const { pid } = gone;
  const machine = /^\.lock-([0-9a-f]+)-/;
  let mine = '';
  withLock(
    new LeaseStore(
      folder,
      interrupted(
        'renameSync',
        () => true,
        () => {
          mine = readdirSync(local('')).flatMap((name) => machine.exec(name)?.[1] ?? [])[0] ?? '';
        },
      ),
    ),
    () => undefined,
  );
  expect(mine).not.toBe('');
  leave(`.lock-${mine}-${pid}.tmp`, 'half');
  leave(`.draft-${mine}-${pid}.tmp`, 'half');
  leave(`.draft-${mine}-${process.ppid}.tmp`, 'of a process that waits');
  leave(`.draft-00000000-${pid}.tmp`, 'of another machine');
  mkdirSync(local('drafts/2026-11-25-abcdef'), { recursive: true });
  leave('drafts/2026-11-25-abcdef/0', 'a companion');
  mkdirSync(join(folder, '.shortfuse/leases'), { recursive: true });
  writeFileSync(join(folder, '.shortfuse/leases/.2026-11-25-abcdef.tmp'), '{');
  writeFileSync(join(folder, '.shortfuse/leases/notes.txt'), 'of a person');
  held();
  expect(readdirSync(local('')).sort()).toEqual(
    [`.draft-00000000-${pid}.tmp`, `.draft-${mine}-${process.ppid}.tmp`, '.gitignore'].sort(),
  );
  expect(readdirSync(join(folder, '.shortfuse/leases'))).toEqual(['notes.txt']);
});
