import type { Configuration } from './adapter.js';
import { culpritAmong, editorsIn, suspectsOf, type Withdrawal, withdraw, withdrawalsOf } from './blame.js';
import type { FileEdit, Refusal, Remedy, Wish } from './change.js';
import { applyEdits, type TextEdit } from './edit.js';
import { isWithin, type Listener, type MechanismName, mechanismNames } from './listener.js';
import { type Deviation, deviationsIn } from './read-back.js';
import {
  type Case,
  choiceIn,
  editKey,
  fewest,
  lifetimesOf,
  type Option,
  type Options,
  type SharedRefusal,
} from './remedy-choice.js';
import type { Location, SourceFile } from './source.js';

/** What a patch is asked to do. */
export interface PatchRequest extends Wish {
  /** The listeners that may change; all where absent. */
  readonly isWanted?: (listener: Listener) => boolean;
  /** Can a text be changed where it was read from? Not so for a part of a dump. All can where absent. */
  readonly isWritable?: (file: SourceFile) => boolean;
  /**
   * Resolves everything again with other texts in place of some files. Gives what it gave before in the same order, as far as
   * the texts do not change that.
   */
  readonly resolveWith: (changed: ReadonlyMap<SourceFile, SourceFile>) => readonly Configuration[];
  /**
   * What an independent reader says a patched file changes beyond the lifetimes that it should; undefined where it agrees or
   * cannot read the file.
   */
  readonly secondOpinion?: (file: PatchedFile) => string | undefined;
}

/** A listener that stays above the target, or may do so, and why. */
export interface RefusedListener {
  readonly listener: Listener;
  readonly why: string;
  readonly help: string;
  readonly at?: Location;
  /** Where every way would change others, too: those that would have to change with it, in the way with the fewest. */
  readonly sharedWith?: readonly Listener[];
}

/** An edit of a plan and the listeners that it shortens. */
export interface PlannedEdit extends TextEdit {
  readonly listeners: readonly Listener[];
  /** It only adds a comment. */
  readonly isComment?: boolean;
}

export interface PatchedFile {
  readonly before: SourceFile;
  readonly after: SourceFile;
  /** In the order of the text; their spans count in `before`. */
  readonly edits: readonly PlannedEdit[];
}

/** What was chosen in one configuration. */
export interface PlannedConfiguration {
  readonly configuration: Configuration;
  /** Each once, in the order of the listeners they serve. */
  readonly remedies: readonly Remedy[];
  /** The listeners that the remedies shorten. */
  readonly listeners: readonly Listener[];
}

/** A patch that was applied in memory, read back, and did what it should. */
export interface Plan {
  readonly files: readonly PatchedFile[];
  readonly configurations: readonly PlannedConfiguration[];
  readonly refused: readonly RefusedListener[];
  /** What is in effect with the patch, in the order of the configurations it was made for. */
  readonly outcome: readonly Configuration[];
}

/** How often parts of a patch are tried to find which edit is to blame. Then all that may be are left out. */
const mostTrials = 60;

/**
 * Finds the smallest set of edits after which every wanted listener is at the target or below and nothing else has changed,
 * applies it in memory, and keeps of it only what reading everything back confirms. Throws nothing.
 */
export function planPatch(configurations: readonly Configuration[], request: PatchRequest): Plan {
  const choice = choiceIn(configurations, request);
  const options = new Map(choice.options);
  const refused = new Map<Listener, SharedRefusal>();
  for (const [{ listener }, refusal] of choice.refusals) if (!refused.has(listener)) refused.set(listener, refusal);
  const withoutWay = mechanismsIn(choice.refusals.keys());
  // Those whose edits were tried and went wrong.
  const failed = new Set<Listener>();
  const reasons = new Map<Listener, string>();
  const readBack = (draft: Draft, chosen: ReadonlyMap<Case, Option>): ReadBack => {
    const outcome = draft.files.length > 0 ? request.resolveWith(textsOf(draft.files)) : configurations;
    const wished = mechanismsIn([...chosen].flatMap(([each, { remedy }]) => (remedy.edits.length > 0 ? [each] : [])));
    // A listener that was refused may still get there by an edit for another one: its file can belong to both.
    for (const [i, { listeners }] of configurations.entries())
      for (const [j, listener] of listeners.entries()) {
        if (!refused.has(listener) || wished.has(listener)) continue;
        const now = outcome[i]?.listeners[j];
        if (!failed.has(listener) || (now && isAtTarget(now, request))) wished.set(listener, new Set());
      }
    return {
      outcome,
      deviations: [
        ...deviationsIn(configurations, outcome, { ...request, wished, refused: withoutWay }),
        ...draft.files.flatMap((file) => secondDeviations(file, request)),
      ],
    };
  };
  let trials = mostTrials;
  // What reading back refutes is not tried again, and the rest is: a fault in one file must not stop the others.
  for (;;) {
    const chosen = fewest(options);
    const { conflicts, ...draft } = draftOf(configurations, chosen, options);
    const withdrawals: Withdrawal[] = [...conflicts];
    if (conflicts.length === 0) {
      const { outcome, deviations } = readBack(draft, chosen);
      if (deviations.length === 0 || draft.files.length === 0)
        return { ...draft, outcome, refused: refusedInOrder(configurations, outcome, refused, request) };
      const editors = editorsIn(chosen);
      const strange = deviations.filter(({ listener }) => !listener || !editors.has(listener));
      const [first] = strange;
      // What happens where nothing is edited comes first: it can be the cause of all the rest.
      const culprit =
        first && trials > 0
          ? culpritAmong(suspectsOf(first, chosen.values()), (some) => {
              trials--;
              const keys = new Set(some.map(({ key }) => key));
              const part = new Map([...chosen].filter(([, { key }]) => keys.has(key)));
              return !readBack(draftOf(configurations, part, options), part).deviations.some(
                ({ listener }) => !listener || !editors.has(listener),
              );
            })
          : undefined;
      if (first && culprit) withdrawals.push({ key: culprit.key, why: first.what });
      else
        for (const each of deviations)
          withdrawals.push(
            ...(each.listener && editors.has(each.listener)
              ? withdrawalsOf(each, editors)
              : suspectsOf(each, chosen.values()).map(({ key }) => ({ key, why: each.what }))),
          );
    }
    for (const listener of withdraw(options, withdrawals, reasons)) {
      failed.add(listener);
      withoutWay.delete(listener);
      if (!refused.has(listener)) refused.set(listener, readBackRefusal(reasons.get(listener) ?? 'it did not work'));
    }
  }
}

interface ReadBack {
  readonly outcome: readonly Configuration[];
  readonly deviations: readonly Deviation[];
}

function mechanismsIn(cases: Iterable<Case>): Map<Listener, Set<MechanismName>> {
  const mechanisms = new Map<Listener, Set<MechanismName>>();
  for (const { listener, mechanism } of cases)
    mechanisms.set(listener, (mechanisms.get(listener) ?? new Set()).add(mechanism));
  return mechanisms;
}

interface Draft {
  readonly files: readonly PatchedFile[];
  readonly configurations: readonly PlannedConfiguration[];
}

/** One edit and who wants it. */
interface DraftEdit {
  readonly edit: TextEdit;
  readonly listeners: Set<Listener>;
  readonly options: Map<string, Option>;
}

/** `open`: what else could be chosen, which decides between edits that exclude each other. */
function draftOf(
  configurations: readonly Configuration[],
  chosen: ReadonlyMap<Case, Option>,
  open: ReadonlyMap<Case, Options>,
): Draft & { readonly conflicts: readonly Withdrawal[] } {
  const editsOf = new Map<SourceFile, Map<string, DraftEdit>>();
  const remediesOf = new Map<Configuration, { remedies: Map<string, Remedy>; listeners: Set<Listener> }>();
  for (const [{ configuration, listener }, option] of chosen) {
    const { key, remedy } = option;
    const mine = remediesOf.get(configuration) ?? { remedies: new Map(), listeners: new Set() };
    remediesOf.set(configuration, mine);
    mine.remedies.set(key, mine.remedies.get(key) ?? remedy);
    mine.listeners.add(listener);
    for (const { file, edit } of remedy.edits) {
      const edits = editsOf.get(file) ?? new Map<string, DraftEdit>();
      editsOf.set(file, edits);
      const known = edits.get(editKey(edit)) ?? { edit, listeners: new Set(), options: new Map() };
      edits.set(editKey(edit), known);
      known.listeners.add(listener);
      known.options.set(key, option);
    }
  }
  const files: PatchedFile[] = [];
  const conflicts: Withdrawal[] = [];
  const lonely = editsOf.size > 0 ? keysWithoutNext(chosen, open) : new Set<string>();
  for (const [before, edits] of editsOf) {
    const planned = [...edits.values()].map(({ edit, listeners }) => ({ ...edit, listeners: [...listeners] }));
    const result = applyEdits(before.text, planned);
    if (result.ok) files.push({ before, after: { ...before, text: result.text }, edits: inTextOrder(planned) });
    else conflicts.push(...conflictsIn(before, [...edits.values()], lonely));
  }
  return {
    files,
    conflicts,
    configurations: configurations.flatMap((configuration) => {
      const mine = remediesOf.get(configuration);
      return mine ? [{ configuration, remedies: [...mine.remedies.values()], listeners: [...mine.listeners] }] : [];
    }),
  };
}

/** The keys of which some case has no other option. */
function keysWithoutNext(chosen: ReadonlyMap<Case, Option>, open: ReadonlyMap<Case, Options>): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const [each, { key }] of chosen) if ((open.get(each)?.length ?? 1) < 2) keys.add(key);
  return keys;
}

/** What has to go so that the edits of a file fit it and each other: of two, rather the one that has an alternative. */
function conflictsIn(
  { path, text }: SourceFile,
  edits: readonly DraftEdit[],
  lonely: ReadonlySet<string>,
): readonly Withdrawal[] {
  const conflicts: Withdrawal[] = [];
  const leaveOut = ({ options }: DraftEdit, why: string): void => {
    for (const key of options.keys()) conflicts.push({ key, why });
  };
  const hasNext = ({ options }: DraftEdit): boolean => ![...options.keys()].some((key) => lonely.has(key));
  let last: DraftEdit | undefined;
  for (const one of inTextOrder(edits.map((each) => ({ ...each.edit, each }))).map(({ each }) => each)) {
    const { span, before } = one.edit;
    if (
      span.start < 0 ||
      span.end < span.start ||
      span.end > text.length ||
      text.slice(span.start, span.end) !== before
    ) {
      leaveOut(one, `an edit of ${path} does not fit its text`);
      continue;
    }
    if (last && span.start < last.edit.span.end) {
      const why = `two edits of ${path} exclude each other`;
      const isLastToGo = hasNext(last) && !hasNext(one);
      leaveOut(isLastToGo ? last : one, why);
      if (!isLastToGo) continue;
    }
    last = one;
  }
  return conflicts;
}

function inTextOrder<Edit extends TextEdit>(edits: readonly Edit[]): readonly Edit[] {
  return [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}

function secondDeviations(file: PatchedFile, { secondOpinion }: PatchRequest): readonly Deviation[] {
  const what = secondOpinion?.(file);
  return what === undefined ? [] : [{ listener: undefined, files: [file.before], what }];
}

function textsOf(files: readonly PatchedFile[]): ReadonlyMap<SourceFile, SourceFile> {
  return new Map(files.map(({ before, after }) => [before, after]));
}

function readBackRefusal(what: string): Refusal {
  return {
    kind: 'refused',
    why: `the edit was tried in memory and undone: read again, the configuration shows that ${what}`,
    help: 'change the value by hand, and please report this: shortfuse should have found a better place',
  };
}

/** Without those that are at the target in the end. */
function refusedInOrder(
  configurations: readonly Configuration[],
  outcome: readonly Configuration[],
  refused: ReadonlyMap<Listener, SharedRefusal>,
  wish: Wish,
): readonly RefusedListener[] {
  return configurations.flatMap(({ listeners }, i) =>
    listeners.flatMap((listener, j) => {
      const refusal = refused.get(listener);
      const now = outcome[i]?.listeners[j];
      if (!refusal || (now && isAtTarget(now, wish))) return [];
      const { why, help, at, sharedWith } = refusal;
      return [{ listener, why, help, ...(at ? { at } : {}), ...(sharedWith ? { sharedWith } : {}) }];
    }),
  );
}

/** Is a listener at the target, whichever of the mechanisms that may be on are on? */
export function isAtTarget(listener: Listener, { target }: Pick<Wish, 'target'>): boolean {
  return mechanismNames.every((name) => lifetimesOf(listener, name).every((lifetime) => isWithin(lifetime, target)));
}

/** All edits of a patch, file by file. */
export function fileEditsOf(files: readonly PatchedFile[]): readonly FileEdit[] {
  return files.flatMap(({ before, edits }) => edits.map((edit) => ({ file: before, edit })));
}
