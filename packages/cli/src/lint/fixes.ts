import {
  type Adapter,
  type Configuration,
  type FileEdit,
  type Finding,
  type LintInput,
  type Listener,
  lint,
  type Plan,
  planPatch,
  type RuleChoice,
} from '@shortfuse/core';
import type { Project } from '@shortfuse/files';
import { opinionOf, secondReaders } from '../patch/second-opinion.js';

export interface Fixed {
  readonly findings: readonly Finding[];
  /** What would be in effect after the patch; undefined where there is nothing to patch. */
  readonly patched?: readonly Configuration[];
}

/**
 * Adds to findings what `patch` would do about them. A finding counts as mended only where the same rule, run over what would
 * be in effect after the patch, has nothing to say of its listeners any more. Others than those that are wanted stay as they are.
 */
export function addFixes(
  findings: readonly Finding[],
  input: LintInput,
  choices: readonly RuleChoice[],
  project: Project,
  adapters: readonly Adapter[],
  isWanted?: (listener: Listener) => boolean,
): Fixed {
  const fixable = new Map(choices.filter(({ rule }) => rule.isFixable).map((choice) => [choice.rule.id, choice]));
  if (!findings.some(({ rule }) => fixable.has(rule))) return { findings };
  const plan = planFor(input, project, adapters, isWanted);
  if (plan.files.length === 0) return { findings, patched: plan.outcome };
  const after = lint({ ...input, configurations: plan.outcome }, [...fixable.values()]);
  const laterOf = twins(input.configurations, plan.outcome);
  const stillFound = new Map<string, Set<Listener>>();
  for (const { rule, listeners } of after)
    for (const listener of listeners) stillFound.set(rule, (stillFound.get(rule) ?? new Set()).add(listener));
  return {
    patched: plan.outcome,
    findings: findings.map((finding) => {
      if (!fixable.has(finding.rule) || finding.listeners.length === 0) return finding;
      const isMended = finding.listeners.every((listener) => {
        const later = laterOf.get(listener);
        return later !== undefined && !stillFound.get(finding.rule)?.has(later);
      });
      const fix = isMended ? editsFor(finding.listeners, plan) : [];
      return fix.length > 0 ? { ...finding, fix } : finding;
    }),
  };
}

function planFor(
  { configurations, targetSeconds }: LintInput,
  project: Project,
  adapters: readonly Adapter[],
  isWanted: ((listener: Listener) => boolean) | undefined,
): Plan {
  const serverOf = new Map(
    configurations.flatMap(({ server, files }) => files.map(({ path }) => [path, server] as const)),
  );
  const known = new Set(adapters.map(({ id }) => id));
  return planPatch(configurations, {
    target: targetSeconds,
    allowDisable: false,
    ...(isWanted ? { isWanted } : {}),
    isWritable: (file) => project.pathOf(file) !== undefined,
    resolveWith: project.resolveWith,
    secondOpinion: (file) => {
      const server = serverOf.get(file.before.path) ?? '';
      for (const reader of known.has(server) ? (secondReaders[server] ?? []) : []) {
        if (!reader.reads(file.before)) continue;
        const opinion = opinionOf(reader, file);
        if (opinion.kind === 'differs') return opinion.what;
      }
      return undefined;
    },
  });
}

/** Listeners by what they are after a patch, which changes their number nowhere. */
function twins(before: readonly Configuration[], after: readonly Configuration[]): ReadonlyMap<Listener, Listener> {
  const found = new Map<Listener, Listener>();
  for (const [i, { listeners }] of before.entries()) {
    const later = after[i]?.listeners ?? [];
    if (later.length !== listeners.length) continue;
    for (const [k, listener] of listeners.entries()) {
      const twin = later[k];
      if (twin) found.set(listener, twin);
    }
  }
  return found;
}

function editsFor(listeners: readonly Listener[], { files }: Plan): readonly FileEdit[] {
  const wanted = new Set(listeners);
  return files.flatMap(({ before, edits }) =>
    edits
      .filter((edit) => edit.listeners.some((listener) => wanted.has(listener)))
      .map(({ span, before: old, after }) => ({ file: before, edit: { span, before: old, after } })),
  );
}
