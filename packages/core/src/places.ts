import type { Anchor } from './change.js';
import type { LeaseAnchor, LeaseEdit } from './lease.js';
import type { Span } from './source.js';
import type { Likes, Statement, Statements } from './statements.js';

/** The statement that an edit of a lease is in now, or why none is certain. */
export type Place =
  | { readonly kind: 'here'; readonly anchor: Anchor }
  | { readonly kind: 'lost'; readonly why: string; readonly at?: Span };

/** The edits of one statement of the patched text: they are found together or not at all. */
interface Slot {
  readonly anchor: LeaseAnchor;
  readonly edits: readonly (readonly [number: number, edit: LeaseEdit])[];
  /** Equal for slots that a text cannot tell apart but that become the same again, so that it does not matter which is which. */
  readonly wording: string;
  /** Equal for slots that say the same now. */
  readonly saying: string;
}

/**
 * Finds the statements of a lease's edits in a text that others changed, by edit. Nothing is told of comments, which have no
 * place. In this order counts: a path that only one statement has, then as now; the lines around it among those of one path;
 * the lines around it where its path is gone, as when a block was renamed; its number among all, where none came or went.
 * Wherever a statement that was not ours, or a copy of one that was, could be taken for it, none is certain.
 */
export function placesOf(edits: readonly LeaseEdit[], statements: Statements): ReadonlyMap<number, Place> {
  const slots = slotsOf(edits);
  const found = new Map<Slot, Statement>();
  const taken = new Set<Statement>();
  const settle = (slot: Slot, statement: Statement): void => {
    found.set(slot, statement);
    taken.add(statement);
  };
  const isOurs = (slot: Slot, statement: Statement): boolean =>
    says(statements.named(slot.anchor.path), slot, statement);

  for (const group of groups(slots, ({ anchor }) => JSON.stringify(anchor.path)))
    settleAtPath(group, statements, settle);
  for (const group of groups(slots, ({ anchor }) => JSON.stringify([anchor.path.at(-1), anchor.around])))
    settleBetweenLines(group);
  for (const group of groups(slots, ({ anchor }) => JSON.stringify(anchor.path))) settleByNumber(group, 'atPath');
  for (const group of groups(slots, ({ anchor }) => anchor.path.at(-1) ?? '')) settleByNumber(group, 'named');

  const places = new Map<number, Place>();
  for (const slot of slots) {
    const statement = found.get(slot);
    const place: Place = statement ? { kind: 'here', anchor: statement.anchor } : lost(slot, statements, taken);
    for (const [number] of slot.edits) places.set(number, place);
  }
  return places;

  /** The block around a statement goes by another name now, or was moved, and the lines next to the statement are the same. */
  function settleBetweenLines(group: readonly Slot[]): void {
    const [first] = group;
    if (!first || !areAlike(group) || group.length !== first.anchor.named.twins) return;
    const open = group.filter((slot) => !found.has(slot));
    const named = statements.named(first.anchor.path);
    const likes = named.between(first.anchor.around);
    if (likes.length > first.anchor.named.twins || isCopied(first, named, 'named')) return;
    if (isDoubtful(first, named, slots, 'named')) return;
    const candidates = likes.filter(
      (statement) => !taken.has(statement) && isOurs(first, statement) && !isAtPathOf(open, statement),
    );
    if (candidates.length > open.length) return;
    for (const [i, statement] of candidates.entries()) {
      const slot = open[i];
      if (slot) settle(slot, statement);
    }
  }

  /** The lines on one side were changed, but no statement was added or taken away. */
  function settleByNumber(group: readonly Slot[], among: 'atPath' | 'named'): void {
    for (const likes of groups(group, ({ saying }) => saying)) {
      const [first] = likes;
      // One that said the same from the start could be meant as well.
      if (!first || !areAlike(likes) || likes.length !== first.anchor[among].same) continue;
      for (const slot of likes) {
        if (found.has(slot)) continue;
        const { path, around } = slot.anchor;
        const { list } = among === 'atPath' ? statements.at(path) : statements.named(path);
        const { index, count } = slot.anchor[among];
        const statement = list[index];
        if (list.length !== count || !statement || taken.has(statement) || !isOurs(slot, statement)) continue;
        if (statement.anchor.path.length !== path.length) continue;
        if (statement.around[0] === around[0] || statement.around[1] === around[1]) settle(slot, statement);
      }
    }
  }
}

function settleAtPath(
  group: readonly Slot[],
  statements: Statements,
  settle: (slot: Slot, statement: Statement) => void,
): void {
  const [first] = group;
  if (!first) return;
  const here = statements.at(first.anchor.path);
  const [only, another] = here.list;
  if (only && !another && first.anchor.atPath.count === 1) {
    // Where others moved what is around it, another one can have its path now.
    const { path, around } = first.anchor;
    const isNear = only.around[0] === around[0] || only.around[1] === around[1];
    const named = statements.named(path);
    const nearer = named.between(around).filter((other) => says(named, first, other));
    if (isNear || nearer.length < first.anchor.named.twins) settle(first, only);
    return;
  }
  for (const twins of groups(group, ({ anchor }) => JSON.stringify(anchor.around))) {
    const [twin] = twins;
    if (!twin || twins.length !== twin.anchor.atPath.twins || !areAlike(twins)) continue;
    if (isCopied(twin, here, 'atPath') || isDoubtful(twin, here, group, 'atPath')) continue;
    const candidates = new Set(here.between(twin.anchor.around));
    if (candidates.size > twins.length) continue;
    // It does not matter which is which, but those that have their number among all leave the others theirs.
    const isNumbered = here.list.length === twin.anchor.atPath.count;
    const open = twins.filter((slot) => {
      const statement = here.list[slot.anchor.atPath.index];
      if (!isNumbered || !statement || !candidates.delete(statement)) return true;
      settle(slot, statement);
      return false;
    });
    for (const [i, statement] of [...candidates].entries()) {
      const slot = open[i];
      if (slot) settle(slot, statement);
    }
  }
}

/** Within their own path it is settled already which of them is meant. */
function isAtPathOf(slots: readonly Slot[], { anchor }: Statement): boolean {
  const path = JSON.stringify(anchor.path);
  return slots.some((slot) => JSON.stringify(slot.anchor.path) === path);
}

/** Do more of them say what the lease wrote than did then? Any of those can be the copy. */
function isCopied({ anchor, edits }: Slot, likes: Likes, among: 'atPath' | 'named'): boolean {
  return edits.some(([, { after }]) => likes.saying(anchor, after).size > anchor[among].same);
}

/** Does a statement say what all edits of a slot wrote? */
function says(likes: Likes, { edits }: Slot, statement: Statement): boolean {
  return edits.every(([, { anchor, after }]) => anchor && likes.saying(anchor, after).has(statement));
}

/**
 * Are the lines around a statement no sign of it? They are none where they say the same as it does, because its neighbour can
 * stand between the same lines, nor where a statement is gone, which could be this one. It does not matter where all that said
 * the same were ours and had the same old words.
 */
function isDoubtful(slot: Slot, likes: Likes, slots: readonly Slot[], among: 'atPath' | 'named'): boolean {
  const { anchor, edits, saying } = slot;
  const isAmongLikes = edits.some(([, { after }]) => anchor.around.some((line) => line.includes(after.trim())));
  if (!isAmongLikes && likes.list.length >= anchor[among].count) return false;
  const name = anchor.path.at(-1);
  const same = slots.filter((other) => other.saying === saying && other.anchor.path.at(-1) === name);
  return !areAlike(same) || same.length !== anchor[among].same;
}

function areAlike(slots: readonly Slot[]): boolean {
  return slots.every(({ wording }) => wording === slots[0]?.wording);
}

function slotsOf(edits: readonly LeaseEdit[]): readonly Slot[] {
  const numbered = edits.flatMap((edit, number) => (edit.anchor ? [{ number, edit, anchor: edit.anchor }] : []));
  return groups(numbered, ({ anchor: { path, atPath } }) => JSON.stringify([path, atPath.index])).flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const wordingOf = (part: 'before' | 'after'): string =>
      JSON.stringify(group.map(({ edit, anchor: { from, offset, tail } }) => [from, offset, tail, edit[part]]));
    return [
      {
        anchor: first.anchor,
        edits: group.map(({ number, edit }) => [number, edit] as const),
        saying: wordingOf('after'),
        wording: `${wordingOf('after')}${wordingOf('before')}`,
      },
    ];
  });
}

function groups<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly (readonly Item[])[] {
  const found = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = found.get(key);
    if (group) group.push(item);
    else found.set(key, [item]);
  }
  return [...found.values()];
}

function lost({ anchor, edits }: Slot, statements: Statements, taken: ReadonlySet<Statement>): Place {
  const where = anchor.path.join(' > ') || 'its place';
  const { list } = statements.at(anchor.path);
  const [open] = list.filter((statement) => !taken.has(statement));
  if (open)
    return {
      kind: 'lost',
      why:
        list.length === 1
          ? `it is not certain that the one statement at ${where} is the one that the lease is about`
          : `${list.length} statements stand at ${where}, and which of them is meant is not certain`,
      at: open.anchor.statement,
    };
  const isAdded = edits.every(([, { before }]) => before === '');
  return {
    kind: 'lost',
    why: isAdded ? `the line that was added at ${where} is gone` : `there is no statement at ${where} any more`,
  };
}
