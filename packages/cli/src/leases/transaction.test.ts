import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lease } from '@shortfuse/core';
import { realFileSystem, type WritableFileSystem } from '@shortfuse/files';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from '../exit.js';
import { LeaseStore } from './store.js';
import { bytesIn, type FileWrite, finishAll, progressOf, removeLeftovers, writeAll } from './transaction.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shortfuse-transaction-'));
  for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, name), 'old');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const id = '2026-11-25-abcdef';
const lease: Lease = {
  schemaVersion: 1,
  id,
  createdAt: '2026-11-25T00:00:00Z',
  until: '2026-12-02T00:00:00Z',
  targetSeconds: 60,
  reading: { paths: ['.'], servers: [], roots: {}, defines: {} },
  files: [],
  listeners: [],
  companions: [],
  events: [],
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const writes: readonly FileWrite[] = ['a', 'b', 'c'].map((file) => ({ file, from: bytes('old'), to: bytes('new') }));
const contents = (): readonly string[] => ['a', 'b', 'c'].map((name) => readFileSync(join(folder, name), 'utf8'));
const recorded = (): readonly Lease[] => new LeaseStore(folder).read().leases.map((stored) => stored.lease);

/** The real file system, with something that happens before the n-th file is renamed into its place. */
function before(number: number, meanwhile: () => void): WritableFileSystem {
  let renamed = 0;
  return {
    ...realFileSystem,
    renameSync: (from: string, to: string) => {
      if (!to.includes('.shortfuse/') && ++renamed === number) meanwhile();
      realFileSystem.renameSync(from, to);
    },
  } as WritableFileSystem;
}

const full = (): never => {
  throw Object.assign(new Error('ENOSPC: no space left on device, rename'), { code: 'ENOSPC', syscall: 'rename' });
};

test('writes every file, and the lease is as it is when all is done', () => {
  writeAll(new LeaseStore(folder), { lease, kind: 'patch', writes, finished: lease });
  expect(contents()).toEqual(['new', 'new', 'new']);
  expect(recorded()).toEqual([lease]);
});

test('a lease that is over goes, and is remembered', () => {
  const store = new LeaseStore(folder);
  store.write(lease);
  writeAll(store, { lease, kind: 'revert', writes, recorded: lease });
  expect(recorded()).toEqual([]);
  expect(store.takenBack(id)).toEqual(lease);
  expect(store.takenBack('../../a')).toBeUndefined();
});

test('while it writes, the lease says what is pending', () => {
  let seen: readonly Lease[] = [];
  const fs = before(2, () => {
    seen = recorded();
    expect(progressOf(new LeaseStore(folder), seen[0]?.pending ?? { kind: 'patch', files: [], left: [] })).toEqual([
      { file: 'a', state: 'new' },
      { file: 'b', state: 'old' },
      { file: 'c', state: 'old' },
    ]);
  });
  writeAll(new LeaseStore(folder, fs), { lease, kind: 'patch', writes, finished: lease });
  expect(seen[0]?.pending).toMatchObject({ kind: 'patch', left: [] });
});

test('where the disk is full, what was written goes back', () => {
  const run = (): void =>
    writeAll(new LeaseStore(folder, before(3, full)), { lease, kind: 'patch', writes, finished: lease });
  expect(run).toThrow(UsageError);
  expect(run).toThrow(/ENOSPC.*\n {2}help: nothing is changed; /);
  expect(contents()).toEqual(['old', 'old', 'old']);
  expect(recorded()).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(['.shortfuse', 'a', 'b', 'c']);
});

test.each([
  { when: 'before the run', number: 0 },
  { when: 'while the first file is written', number: 1 },
])('a file that somebody else writes $when stays theirs, and the rest as it was', ({ number }) => {
  const theirs = (): void => writeFileSync(join(folder, 'c'), 'theirs');
  if (number === 0) theirs();
  const store = new LeaseStore(folder, before(number, theirs));
  expect(() => writeAll(store, { lease, kind: 'patch', writes, finished: lease })).toThrow(
    /c was changed while shortfuse was at work; nothing is changed/,
  );
  expect(contents()).toEqual(['old', 'old', 'theirs']);
  expect(recorded()).toEqual([]);
});

test('a file that is removed in the meantime is told of', () => {
  const store = new LeaseStore(
    folder,
    before(1, () => rmSync(join(folder, 'c'))),
  );
  expect(() => writeAll(store, { lease, kind: 'patch', writes, finished: lease })).toThrow(/c was removed while/);
  expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('old');
});

test('the lease that was to be extended comes back', () => {
  const store = new LeaseStore(folder, before(2, full));
  store.write(lease);
  const longer = { ...lease, until: '2027-01-01T00:00:00Z' };
  expect(() =>
    writeAll(store, {
      lease: longer,
      kind: 'patch',
      writes,
      finished: longer,
      recorded: lease,
      extended: { lease, digests: {} },
    }),
  ).toThrow(UsageError);
  expect(recorded()).toEqual([lease]);
  expect(contents()).toEqual(['old', 'old', 'old']);
});

test('where nothing can be put back either, it says how to go on', () => {
  let isBroken = false;
  const fs = {
    ...before(2, () => {
      isBroken = true;
    }),
  };
  const { renameSync } = fs;
  fs.renameSync = ((from: string, to: string) => {
    renameSync(from, to);
    if (isBroken) full();
  }) as WritableFileSystem['renameSync'];
  fs.openSync = ((...args: Parameters<WritableFileSystem['openSync']>) =>
    isBroken ? full() : realFileSystem.openSync(...args)) as WritableFileSystem['openSync'];
  expect(() => writeAll(new LeaseStore(folder, fs), { lease, kind: 'patch', writes, finished: lease })).toThrow(
    `shortfuse status ${id} says how far it came`,
  );
  expect(contents()).toEqual(['new', 'new', 'old']);
  const [pending] = recorded();
  expect(pending?.pending?.files.map(({ file }) => file)).toEqual(['a', 'b', 'c']);

  // Either way out.
  const store = new LeaseStore(folder);
  const [, , last] = writes;
  if (!pending?.pending || !last) throw new Error('nothing is pending');
  finishAll(store, lease, pending.pending, [last]);
  expect(contents()).toEqual(['new', 'new', 'new']);
  expect(recorded()).toEqual([lease]);
});

test('what killed runs left beside files goes, the rest stays', () => {
  const pending = {
    kind: 'patch',
    files: [
      { file: 'a', from: '', to: '' },
      { file: 'gone/b', from: '', to: '' },
    ],
    left: [],
  } as const;
  writeFileSync(join(folder, `.shortfuse-${id}-0.tmp`), 'half');
  writeFileSync(join(folder, '.shortfuse-2026-11-25-fedcba-0.tmp'), 'of another lease');
  removeLeftovers(new LeaseStore(folder), { ...lease, pending });
  expect(readdirSync(folder).sort()).toEqual(['.shortfuse-2026-11-25-fedcba-0.tmp', 'a', 'b', 'c']);
});

test('no file, or a folder in its place, has no bytes', () => {
  mkdirSync(join(folder, 'd'));
  const store = new LeaseStore(folder);
  expect(bytesIn(store, 'a')).toEqual(Buffer.from('old'));
  expect(bytesIn(store, 'd')).toBeUndefined();
  expect(bytesIn(store, 'e')).toBeUndefined();
  expect(bytesIn(store, 'a/b')).toBeUndefined();
});
