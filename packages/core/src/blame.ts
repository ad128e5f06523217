import type { Listener } from './listener.js';
import type { Deviation } from './read-back.js';
import type { Case, Option, Options } from './remedy-choice.js';

/** Options that are no longer open, by their key: to one listener, or to everyone. */
export interface Withdrawal {
  readonly key: string;
  /** Everyone where absent. */
  readonly from?: Listener;
  /** Completes "… because". */
  readonly why: string;
}

/** The listeners for which something is edited, with what was chosen for them. */
export function editorsIn(chosen: ReadonlyMap<Case, Option>): ReadonlyMap<Listener, readonly [Case, Option][]> {
  const editors = new Map<Listener, [Case, Option][]>();
  for (const [each, option] of chosen) {
    if (option.remedy.edits.length === 0) continue;
    const mine = editors.get(each.listener) ?? [];
    editors.set(each.listener, mine);
    mine.push([each, option]);
  }
  return editors;
}

/** What a listener may not use again: the edits for its way of resuming that deviates, or else all of its edits. */
export function withdrawalsOf(
  { listener, mechanism, what: why }: Deviation,
  editors: ReadonlyMap<Listener, readonly [Case, Option][]>,
): readonly Withdrawal[] {
  if (!listener) return [];
  const all = editors.get(listener) ?? [];
  const own = all.filter(([each]) => each.mechanism === mechanism);
  return (own.length > 0 ? own : all).map(([, { key }]) => ({ key, from: listener, why }));
}

/** The chosen options that may be to blame for what happened in some files: those that edit one of them. */
export function suspectsOf({ files }: Deviation, chosen: Iterable<Option>): readonly Option[] {
  const editing = new Map([...chosen].filter(({ remedy }) => remedy.edits.length > 0).map((one) => [one.key, one]));
  const all = [...editing.values()];
  const places = new Set(files);
  const near = all.filter(({ remedy }) => remedy.edits.some(({ file }) => places.has(file)));
  return near.length > 0 ? near : all;
}

/**
 * The first of `suspects` that is not fine together with those before it, by halving: about log2 of their number in calls.
 * All of them together are known not to be fine, none of them is. Undefined only where there are none.
 */
export function culpritAmong(
  suspects: readonly Option[],
  isFine: (some: readonly Option[]) => boolean,
): Option | undefined {
  let fine = 0;
  let bad = suspects.length;
  while (bad - fine > 1) {
    const middle = (fine + bad) >> 1;
    if (isFine(suspects.slice(0, middle))) fine = middle;
    else bad = middle;
  }
  return suspects[bad - 1];
}

/**
 * Takes options out of `options`. A listener that has none left for one of its lifetimes loses all of its cases: half of a
 * change that went wrong is not kept. Returns these listeners, each with the first reason.
 */
export function withdraw(
  options: Map<Case, Options>,
  withdrawals: readonly Withdrawal[],
  reasons: Map<Listener, string>,
): ReadonlySet<Listener> {
  const fromAll = new Map<string, string>();
  const fromOne = new Map<Listener, Map<string, string>>();
  for (const { key, from, why } of withdrawals) {
    const whys = from ? (fromOne.get(from) ?? new Map<string, string>()) : fromAll;
    if (from) fromOne.set(from, whys);
    if (!whys.has(key)) whys.set(key, why);
  }
  const lost = new Set<Listener>();
  for (const [each, offered] of options) {
    const { listener } = each;
    const whyNot = ({ key }: Option) => fromAll.get(key) ?? fromOne.get(listener)?.get(key);
    const [first, ...others] = offered.filter((option) => whyNot(option) === undefined);
    if (first && others.length + 1 === offered.length) continue;
    const why = offered.map(whyNot).find((one) => one !== undefined);
    if (why !== undefined && !reasons.has(listener)) reasons.set(listener, why);
    if (first) options.set(each, [first, ...others]);
    else lost.add(listener);
  }
  if (lost.size > 0) for (const each of [...options.keys()]) if (lost.has(each.listener)) options.delete(each);
  return lost;
}
