import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apache } from '@shortfuse/apache';
import {
  type Adapter,
  decode,
  effectiveLifetime,
  encode,
  type Lease,
  type LeaseFile,
  lastingName,
  type PlannedEdit,
  unpatchedText,
} from '@shortfuse/core';
import { f5 } from '@shortfuse/f5';
import { iis } from '@shortfuse/iis';
import { nginx } from '@shortfuse/nginx';
import { openIn, readCases } from '@shortfuse/testkit';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { PatchOptions, RevertOptions } from '../src/args.js';
import { patchIn } from '../src/commands/patch.js';
import { revertIn } from '../src/commands/revert.js';
import { LeaseStore } from '../src/leases/store.js';
import { planTakeBack, type TakeBackPlan } from '../src/leases/take-back.js';
import {
  type Deed,
  deeds,
  done,
  gentle,
  isPossible,
  type Line,
  linesOf,
  type Manner,
  mannerOf,
  textOf,
} from './edit-history.js';

/*
 * The same histories through the commands: patch --write, what others do, revert --write. Whatever the listeners are like then
 * is compared with what they were like before the patch.
 */
const count = Math.ceil(Number(process.env['SHORTFUSE_HISTORIES'] ?? 500) / 12);

const home = process.cwd();
let said = '';
beforeAll(() => {
  const swallow = (text: unknown, written?: unknown): boolean => {
    said += String(text);
    if (typeof written === 'function') written();
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(swallow as typeof process.stdout.write);
  vi.spyOn(process.stderr, 'write').mockImplementation(swallow as typeof process.stderr.write);
});
afterEach(() => process.chdir(home));
afterAll(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

interface Subject {
  readonly adapter: Adapter;
  readonly name: string;
  readonly folder: string;
}

/** The cases that have something to patch without more than their folder. */
const subjects: readonly Subject[] = [nginx, apache, f5, iis].flatMap((adapter) =>
  readCases(fileURLToPath(new URL(`../../${adapter.id}/test/conformance`, import.meta.url)), {})
    .filter(({ isValid, defines }) => isValid && defines.length === 0)
    .map(({ name, folder }) => ({ adapter, name, folder, [fc.toStringMethod]: () => `"${adapter.id} ${name}"` })),
);

/** The edits of a lease as they count in the text before them. */
function plannedEdits({ edits }: LeaseFile): readonly PlannedEdit[] {
  let shift = 0;
  return edits.map(({ start, before, after }) => {
    const at = start - shift;
    shift += after.length - before.length;
    return { span: { start: at, end: at + before.length }, before, after, listeners: [] };
  });
}

const lifetimesIn = (adapter: Adapter, folder: string): readonly string[] =>
  openIn(adapter, folder)
    .configurations.flatMap(({ listeners }) => listeners)
    .map((listener) => `${listener.address} ${lastingName(listener)} ${effectiveLifetime(listener).seconds}`)
    .sort();

function play(leased: LeaseFile, folder: string, history: readonly Deed[]): readonly Line[] {
  const path = join(folder, leased.file);
  const file = decode(leased.file, readFileSync(path));
  const original = unpatchedText(leased, file.text);
  if (original === undefined) throw new Error('the lease does not fit its file');
  const manner: Manner = mannerOf(file);
  const lines = history.reduce<readonly Line[]>(
    (sofar, deed) => done(sofar, deed, manner),
    linesOf(original, plannedEdits(leased)),
  );
  writeFileSync(path, encode({ ...file, text: textOf(lines, () => false) }));
  return lines;
}

/** Patches a copy of a case, lets others edit it, takes the patch back, and calls `check`. */
async function through(
  { adapter, folder: template }: Subject,
  history: readonly Deed[],
  check: (state: {
    readonly folder: string;
    readonly lease: Lease;
    readonly lines: ReadonlyMap<string, readonly Line[]>;
    readonly status: number;
    readonly before: readonly string[];
    readonly plan: TakeBackPlan;
  }) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-history-'));
  try {
    cpSync(template, folder, { recursive: true, verbatimSymlinks: true });
    mkdirSync(join(folder, '.git'));
    process.chdir(folder);
    const before = lifetimesIn(adapter, folder);
    const common = { server: [adapter.id], root: [], format: 'diff', quiet: true } as const;
    await patchIn(new LeaseStore(folder), [], { ...common, write: true } as PatchOptions);
    const [stored] = new LeaseStore(folder).read().leases;
    if (!stored || stored.lease.files.length === 0) return;
    const { lease } = stored;
    const lines = new Map(lease.files.map((leased) => [leased.file, play(leased, folder, history)]));
    const plan = await planTakeBack(new LeaseStore(folder), lease);
    said = '';
    const status = await revertIn(new LeaseStore(folder), lease.id, { ...common, write: true } as RevertOptions);
    check({ folder, lease, lines, status, before, plan });
    // What was planned is what was done, edit by edit.
    const left = plan.files.flatMap(({ edits }) => edits.filter(({ kind }) => kind === 'drifted')).length;
    const { leases } = new LeaseStore(folder).read();
    expect(leases.flatMap(({ lease: { files } }) => files.flatMap(({ edits }) => edits)).length, said).toBe(left);
    expect(status, said).toBe(left > 0 || plan.wrong.length > 0 ? 1 : 0);
  } finally {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  }
}

const historyOf = (kinds: readonly Deed['kind'][]) =>
  fc.record({
    subject: fc.constantFrom(...subjects),
    history: fc.array(
      fc.record({ kind: fc.constantFrom(...kinds), at: fc.nat(999), to: fc.nat(999), what: fc.nat(9_999) }),
      { minLength: 1, maxLength: 5 },
    ),
  });

test('after edits elsewhere every listener is as it was, and every byte of others stays', {
  timeout: 3_600_000,
}, async () => {
  let patched = 0;
  await fc.assert(
    fc.asyncProperty(historyOf(gentle), async ({ subject, history }) => {
      await through(subject, history, ({ folder, lease, lines, status, before }) => {
        patched++;
        if (/last-assignment-wins|duplicate-last-wins/.test(subject.name)) return;
        expect(status, said).toBe(0);
        for (const { file } of lease.files)
          expect(decode(file, readFileSync(join(folder, file))).text, said).toBe(
            textOf(lines.get(file) ?? [], () => true),
          );
        expect(lifetimesIn(subject.adapter, folder), said).toEqual(before);
      });
    }),
    { numRuns: count, seed: 20_261_125 },
  );
  expect(patched).toBeGreaterThan(count / 3);
});

test('after edits of any kind what is left is told and kept', { timeout: 3_600_000 }, async () => {
  let drifted = 0;
  await fc.assert(
    fc.asyncProperty(historyOf(deeds), async ({ subject, history }) => {
      await through(subject, history, ({ folder, lines, status, plan }) => {
        if (status === 1) drifted++;
        for (const { leased, edits } of plan.files) {
          const { text } = decode(leased.file, readFileSync(join(folder, leased.file)));
          const takenBack = new Set(edits.flatMap(({ kind, edit }) => (kind === 'taken-back' ? [edit] : [])));
          expect(isPossible(text, lines.get(leased.file) ?? [], leased.edits, takenBack), `${said}\n${text}`).toBe(
            true,
          );
        }
      });
    }),
    { numRuns: count, seed: 20_261_125 },
  );
  expect(drifted).toBeGreaterThan(count / 20);
});
