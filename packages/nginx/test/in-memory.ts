import {
  applyEdits,
  type Configuration,
  decode,
  encode,
  invertEdits,
  type Listener,
  type Plan,
  planPatch,
  type ResolveOptions,
  resolveAll,
  type SourceFile,
} from '@shortfuse/core';
import { expect } from 'vitest';
import { nginx } from '../src/index.js';

/** Configurations of texts by path. Includes are answered from them; absolute paths are outside. */
export interface Opened {
  readonly files: readonly SourceFile[];
  readonly configurations: readonly Configuration[];
  readonly resolveWith: (changed: ReadonlyMap<SourceFile, SourceFile>) => readonly Configuration[];
}

export function openTexts(
  texts: Readonly<Record<string, string | Uint8Array>>,
  options: Partial<ResolveOptions> = {},
): Opened {
  const files = Object.entries(texts).map(([path, text]) =>
    decode(path, typeof text === 'string' ? new TextEncoder().encode(text) : text),
  );
  const resolveWith = (changed: ReadonlyMap<SourceFile, SourceFile>): readonly Configuration[] => {
    const trees = new Map(files.map((file) => [file.path, nginx.parse(changed.get(file) ?? file)]));
    return resolveAll(
      nginx,
      [...trees.values()],
      { entries: [], defines: new Map(), ...options },
      ({ pattern, absolute, wildcards }) => {
        if (absolute) return { kind: 'outside' };
        const star = pattern.indexOf('*');
        const found = [...trees]
          .filter(([path]) =>
            star === -1
              ? path === pattern
              : path.startsWith(pattern.slice(0, star)) && path.endsWith(pattern.slice(star + 1)),
          )
          .map(([, tree]) => tree);
        return found.length === 0 && !wildcards ? { kind: 'missing' } : { kind: 'files', files: found };
      },
    );
  };
  return { files, configurations: resolveWith(new Map()), resolveWith };
}

/** What a patch makes of texts; that it is a whole patch is checked on the way. */
export interface Patched {
  /** Texts that change, as they become. */
  readonly texts: Readonly<Record<string, string>>;
  readonly refused: readonly string[];
  readonly plan: Plan;
}

export function patchTexts(
  texts: Readonly<Record<string, string | Uint8Array>>,
  {
    target = 60,
    allowDisable = false,
    isWanted,
    ...options
  }: Partial<ResolveOptions> & {
    readonly target?: number;
    readonly allowDisable?: boolean;
    readonly isWanted?: (listener: Listener) => boolean;
  } = {},
): Patched {
  const { configurations, resolveWith } = openTexts(texts, options);
  const plan = planPatch(configurations, { target, allowDisable, resolveWith, ...(isWanted ? { isWanted } : {}) });
  const changed: Record<string, string> = {};
  for (const { before, after, edits } of plan.files) {
    changed[after.path] = after.text;
    expect(applyEdits(after.text, invertEdits(edits))).toEqual({ ok: true, text: before.text });
    // Nothing that the encoding cannot hold.
    expect(decode(after.path, encode(after))).toEqual(after);
  }
  return { texts: changed, refused: plan.refused.map(({ why, help }) => `${why}; ${help}`), plan };
}
