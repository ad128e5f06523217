import { type FileEdit, isWithin, type Lifetime, type Remedy, type RemedyFinder } from '@shortfuse/core';

/** With a cache that may be there, the second ticket lives as long as the first or as the named host's timeout says. */
export function eitherOf(first: Lifetime, named: Lifetime): Lifetime {
  if (first.seconds === undefined || first.remedies === named.remedies) return first;
  if (named.seconds === undefined) return named;
  const remedies = remediesOfBoth(first, named);
  if (named.seconds <= first.seconds) return { ...first, ...(remedies ? { remedies } : {}) };
  const at = 'at' in named.origin && named.origin.at ? { at: named.origin.at } : {};
  const why =
    'whether there is an SSLSessionCache is not known, and with one the second TLS 1.3 ticket lives as long as this';
  return {
    seconds: undefined,
    atMost: named.seconds,
    origin: { kind: 'unknown', why, ...at },
    ...(remedies ? { remedies } : {}),
  };
}

/**
 * With a cache, a named host's timeout of 0 gives no lifetime, but another number in its place would: where the first host's
 * is short enough, whoever changes that 0 for another listener changes this one, too, and should know.
 */
export function besideZero(first: Lifetime, named: Lifetime): Lifetime {
  const { remedies } = first;
  const findNamed = named.remedies;
  if (!remedies || !findNamed || remedies === findNamed) return first;
  return { ...first, remedies: (wish) => (isWithin(first, wish.target) ? findNamed(wish) : remedies(wish)) };
}

/** What brings both timeouts to the target: once neither is longer, it does not matter which one counts. */
function remediesOfBoth(first: Lifetime, named: Lifetime): RemedyFinder | undefined {
  const findFirst = first.remedies;
  const findNamed = named.remedies;
  if (!findFirst || !findNamed) return findFirst ?? findNamed;
  return (wish) => {
    if (isWithin(named, wish.target)) return findFirst(wish);
    if (isWithin(first, wish.target)) return findNamed(wish);
    const one = findFirst(wish);
    const other = findNamed(wish);
    if (one.kind === 'refused') return one;
    if (other.kind === 'refused') return other;
    const [preferred, ...others] = one.remedies.flatMap((a) =>
      other.remedies.map(
        (b): Remedy => ({
          edits: [...a.edits, ...b.edits.filter((edit) => !a.edits.some((known) => isSameEdit(known, edit)))],
        }),
      ),
    );
    return preferred ? { kind: 'remedies', remedies: [preferred, ...others] } : one;
  };
}

function isSameEdit(a: FileEdit, b: FileEdit): boolean {
  return a.file === b.file && a.edit.span.start === b.edit.span.start && a.edit.after === b.edit.after;
}
