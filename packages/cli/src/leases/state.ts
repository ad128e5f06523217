import type { Drift, Lease, LeaseState } from '@shortfuse/core';
import { digestOfBytes } from '../io/digest.js';
import type { LeaseStore } from './store.js';
import { type FilePlan, planTakeBack } from './take-back.js';
import { bytesIn, progressOf } from './transaction.js';

/** Compares the files of a lease with what it wrote. Their structure is looked at only where the bytes differ. */
export async function stateOf(store: LeaseStore, lease: Lease): Promise<LeaseState> {
  const { pending } = lease;
  if (pending) {
    const progress = progressOf(store, pending);
    const written = progress.filter(({ state }) => state === 'new').length;
    return { kind: 'unfinished', pending: pending.kind, written, files: progress.length };
  }
  const states = lease.files.map(({ file, digestBefore, digestAfter }) => {
    const digest = digestIn(store, file);
    return digest === digestAfter ? 'after' : digest === digestBefore ? 'before' : 'other';
  });
  if (states.every((state) => state === 'after')) return { kind: 'in-place' };
  if (states.every((state) => state === 'before')) return { kind: 'taken-back' };
  const plan = await planTakeBack(store, lease);
  const drifts = plan.files.flatMap(driftsIn);
  // What went back by other means is no longer what the lease wrote, either.
  for (const { leased, edits } of plan.files)
    for (const { kind, edit } of edits) {
      const written = leased.edits[edit];
      if (kind === 'already' && written?.anchor)
        drifts.push({
          file: leased.file,
          line: written.line,
          expected: shown(written.after),
          why: 'the old text is back',
        });
    }
  if (drifts.length > 0) return { kind: 'drifted', drifts };
  return {
    kind: 'changed-elsewhere',
    files: lease.files.flatMap(({ file }, i) => (states[i] === 'other' ? [file] : [])),
  };
}

/** The edits that a plan leaves alone, for people. */
export function driftsIn({ leased, file, before, edits }: FilePlan): Drift[] {
  return edits.flatMap((outcome) => {
    const written = leased.edits[outcome.edit];
    if (outcome.kind !== 'drifted' || !written) return [];
    const line = outcome.at && before ? lineOf(before.text, outcome.at.start) : written.line;
    return [
      {
        file: file ?? leased.file,
        line,
        expected: shown(written.after),
        ...(outcome.found === undefined ? {} : { found: shown(outcome.found) }),
        why: outcome.why,
      },
    ];
  });
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

function shown(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line === '' ? 'nothing' : `"${line.slice(0, 120)}"`;
}

function digestIn(store: LeaseStore, file: string): string | undefined {
  const bytes = bytesIn(store, file);
  return bytes && digestOfBytes(bytes);
}
