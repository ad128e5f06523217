import {
  applyEdits,
  type Companion,
  decode,
  encode,
  invertEdits,
  type Listener,
  type Plan,
  planPatch,
  resolveAll,
  type SourceFile,
} from '@shortfuse/core';
import { expect } from 'vitest';
import { f5 } from '../src/index.js';
import { noOptions } from './reading.js';

export interface Wanted {
  readonly target?: number;
  readonly version?: string;
  readonly isWanted?: (listener: Listener) => boolean;
}

/** Plans the patch of some files to 60 s, and checks what is true of every patch: nothing is left to do, and it can be undone. */
export function planFiles(files: readonly SourceFile[], { target = 60, version, isWanted }: Wanted = {}): Plan {
  const options = version === undefined ? noOptions : { ...noOptions, version };
  const resolve = (texts: readonly SourceFile[]) =>
    resolveAll(f5, texts.map(f5.parse), options, () => ({ kind: 'outside' }));
  const planOf = (texts: readonly SourceFile[]) =>
    planPatch(resolve(texts), {
      target,
      allowDisable: false,
      ...(isWanted ? { isWanted } : {}),
      resolveWith: (changed) => resolve(texts.map((file) => changed.get(file) ?? file)),
    });
  const plan = planOf(files);
  const after = new Map(plan.files.map((file) => [file.before, file.after]));
  expect(planOf(files.map((file) => after.get(file) ?? file)).files).toEqual([]);
  for (const { before, after: patched, edits } of plan.files) {
    const undone = applyEdits(patched.text, invertEdits(edits));
    expect(undone).toEqual({ ok: true, text: before.text });
    const bytes = encode(patched);
    expect(decode(patched.path, bytes)).toEqual(patched);
  }
  return plan;
}

export interface Patched {
  /** The texts of the files that change. */
  readonly texts: Readonly<Record<string, string>>;
  /** Each listener that is refused, as `NAME: WHY`. */
  readonly refused: readonly string[];
  readonly helps: readonly string[];
  readonly companions: readonly Companion[];
}

export function patch(files: Readonly<Record<string, string>>, wanted: Wanted = {}): Patched {
  const plan = planFiles(
    Object.entries(files).map(([path, text]) => decode(path, new TextEncoder().encode(text))),
    wanted,
  );
  return {
    texts: Object.fromEntries(plan.files.map(({ after }) => [after.path, after.text])),
    refused: plan.refused.map(({ listener, why }) => `${listener.name}: ${why}`),
    helps: plan.refused.map(({ help }) => help),
    companions: plan.configurations.flatMap(({ configuration, remedies }) => [
      ...(f5.companions?.(configuration, { target: wanted.target ?? 60, remedies }) ?? []),
    ]),
  };
}
