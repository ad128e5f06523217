import {
  type Configuration,
  decode,
  effectiveLifetime,
  type Listener,
  mechanismSeconds,
  type Plan,
  planPatch,
  type ResolveOptions,
  resolveAll,
  type SourceFile,
} from '@shortfuse/core';
import { node } from '../src/index.js';

export const noOptions: ResolveOptions = { entries: [], defines: new Map() };

export function fileOf(path: string, text: string): SourceFile {
  return decode(path, new TextEncoder().encode(text));
}

/** Resolves sources by their paths, as a folder that holds nothing else. `given`: the others are only found by imports. */
export function resolveTexts(
  texts: Readonly<Record<string, string>>,
  given: readonly string[] = Object.keys(texts),
): readonly Configuration[] {
  return resolveFiles(
    Object.entries(texts).map(([path, text]) => fileOf(path, text)),
    given,
  );
}

function resolveFiles(files: readonly SourceFile[], given: readonly string[]): readonly Configuration[] {
  const trees = new Map(files.map((file) => [file.path, node.parse(file)]));
  return resolveAll(
    node,
    given.flatMap((path) => trees.get(path) ?? []),
    noOptions,
    ({ pattern }) => {
      const tree = trees.get(pattern);
      return tree ? { kind: 'files', files: [tree] } : { kind: 'missing' };
    },
  );
}

/** The listeners of one program, or of several files. */
export function listenersIn(texts: string | Readonly<Record<string, string>>): readonly Listener[] {
  return resolveTexts(typeof texts === 'string' ? { 'server.ts': texts } : texts).flatMap(({ listeners }) => listeners);
}

/** What a person first wants to know of a listener: seconds, or why they are not known, and by what sessions are resumed. */
export function summaryOf(listener: Listener) {
  const { seconds, decidedBy } = effectiveLifetime(listener);
  const { sessionId, ticketTls12, ticketTls13 } = listener.mechanisms;
  return {
    lifetime: seconds ?? ('why' in decidedBy.origin ? decidedBy.origin.why : 'unknown'),
    source: decidedBy.origin.kind,
    on: [sessionId, ticketTls12, ticketTls13].map(({ enabled }) => enabled),
    seconds: [sessionId, ticketTls12, ticketTls13].map((mechanism) => mechanismSeconds(mechanism)),
  };
}

/** Plans the patch of sources that are a whole program, and gives their texts after it. `given`: the others are only found by imports. */
export function patchTexts(
  texts: Readonly<Record<string, string>>,
  given: readonly string[] = Object.keys(texts),
): {
  readonly plan: Plan;
  readonly after: Readonly<Record<string, string>>;
} {
  const files = Object.entries(texts).map(([path, text]) => fileOf(path, text));
  // The plan names files by what was read: the same objects have to come back.
  const trees = new Map(files.map((file) => [file.path, node.parse(file)]));
  const resolve = (changed: ReadonlyMap<SourceFile, SourceFile>): readonly Configuration[] => {
    const now = new Map(
      [...trees].map(([path, tree]) => {
        const other = changed.get(tree.file);
        return [path, other ? node.parse(other) : tree] as const;
      }),
    );
    const handed = given.flatMap((path) => now.get(path) ?? []);
    return resolveAll(node, handed, noOptions, ({ pattern }) => {
      const tree = now.get(pattern);
      return tree ? { kind: 'files', files: [tree] } : { kind: 'missing' };
    });
  };
  const plan = planPatch(resolve(new Map()), { target: 60, allowDisable: false, resolveWith: resolve });
  const after = Object.fromEntries(
    Object.keys(texts).map((path) => [
      path,
      plan.files.find((file) => file.before.path === path)?.after.text ?? texts[path] ?? '',
    ]),
  );
  return { plan, after };
}
