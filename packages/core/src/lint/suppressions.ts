import { type Instant, readInstant } from '../instant.js';
import { nearest } from '../nearest.js';
import { positionOf, type SourceFile, type Span } from '../source.js';
import type { Finding } from './finding.js';

/** A comment that silences findings on its line and the next: `shortfuse-ignore RULE[, RULE] -- reason`. */
export interface Suppression {
  readonly file: SourceFile;
  /** Of the words themselves, from `shortfuse-ignore` to the end of the reason. */
  readonly span: Span;
  readonly rules: readonly string[];
  /** Empty where there is none, which makes it void. */
  readonly reason: string;
  /** After this moment it counts no more. */
  readonly until?: Instant;
  /** The day as written. */
  readonly untilText?: string;
  /** It names no day that can be read: `-- until soon: reason`. */
  readonly isUntilBroken?: boolean;
}

const marker = 'shortfuse-ignore';

/** The suppressions in the comments of a file. Text that only mentions the word is none: rules have to follow it. */
export function suppressionsIn(file: SourceFile, comments: readonly Span[]): readonly Suppression[] {
  const found: Suppression[] = [];
  for (const { start, end } of comments) {
    for (let at = file.text.indexOf(marker, start); at !== -1 && at < end; at = file.text.indexOf(marker, at + 1)) {
      const lineEnd = file.text.indexOf('\n', at);
      const stop = Math.min(end, lineEnd === -1 ? end : lineEnd);
      // What closes a comment is no part of a reason.
      const words = file.text.slice(at, stop).replace(/\s*(?:-->|\*\/|#>)?\s*$/, '');
      const parts = /^shortfuse-ignore[ \t]+([\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)(?:[ \t]+--[ \t]*(.*))?$/s.exec(words);
      if (!parts) continue;
      const rules = (parts[1] ?? '').split(',').map((rule) => rule.trim());
      found.push({ file, span: { start: at, end: at + words.length }, rules, ...reasonOf(parts[2] ?? '') });
    }
  }
  return found;
}

function reasonOf(text: string): Pick<Suppression, 'reason' | 'until' | 'untilText' | 'isUntilBroken'> {
  const dated = /^until[ \t]+([^:]*):?[ \t]*(.*)$/s.exec(text);
  if (!dated) return { reason: text.trim() };
  const [, untilText = '', reason = ''] = dated;
  const day = /^\d{4}-\d{2}-\d{2}$/.test(untilText.trim()) ? readInstant(`${untilText.trim()}T00:00:00Z`) : undefined;
  // To the end of that day, wherever on earth it ends first.
  return day === undefined
    ? { reason: reason.trim(), untilText, isUntilBroken: true }
    : { reason: reason.trim(), until: day + 86_400_000, untilText: untilText.trim() };
}

export interface Suppressed {
  readonly kept: readonly Finding[];
  readonly suppressed: readonly Finding[];
  /** Suppressions, and the rules of each that silenced nothing. */
  readonly unused: readonly { readonly suppression: Suppression; readonly rules: readonly string[] }[];
  /** Those that do not count: without a reason, past their end, or with an end that cannot be read. */
  readonly invalid: readonly { readonly suppression: Suppression; readonly why: string }[];
  /** Names in them that no rule has. */
  readonly unknown: readonly { readonly suppression: Suppression; readonly name: string; readonly meant?: string }[];
}

/** What suppressions are applied with. */
export interface SuppressionContext {
  readonly now: Instant;
  /** The ids of all rules. */
  readonly known: readonly string[];
  /** Those of the rules that ran: what is switched off is not missed. */
  readonly running: readonly string[];
}

/** Applies the suppressions to findings whose place is on the same line or the next one. */
export function applySuppressions(
  findings: readonly Finding[],
  suppressions: readonly Suppression[],
  { now, known, running }: SuppressionContext,
): Suppressed {
  const invalid: { suppression: Suppression; why: string }[] = [];
  const byLine = new Map<string, Suppression[]>();
  for (const suppression of suppressions) {
    const why = whyInvalid(suppression, now);
    if (why !== undefined) {
      invalid.push({ suppression, why });
      continue;
    }
    const { line } = positionOf(suppression.file, suppression.span.start);
    for (const covered of [line, line + 1]) {
      const key = `${suppression.file.path}:${covered}`;
      const covering = byLine.get(key);
      if (covering) covering.push(suppression);
      else byLine.set(key, [suppression]);
    }
  }
  const used = new Map<Suppression, Set<string>>();
  const kept: Finding[] = [];
  const suppressed: Finding[] = [];
  for (const finding of findings) {
    const { line } = positionOf(finding.at.file, finding.at.span.start);
    const covering = (byLine.get(`${finding.at.file.path}:${line}`) ?? []).filter(({ rules }) =>
      rules.includes(finding.rule),
    );
    for (const suppression of covering) used.set(suppression, (used.get(suppression) ?? new Set()).add(finding.rule));
    (covering.length > 0 ? suppressed : kept).push(finding);
  }
  const ignored = new Set(invalid.map(({ suppression }) => suppression));
  const unused = suppressions.flatMap((suppression) => {
    if (ignored.has(suppression)) return [];
    const rules = suppression.rules.filter((rule) => running.includes(rule) && !used.get(suppression)?.has(rule));
    return rules.length > 0 ? [{ suppression, rules }] : [];
  });
  const unknown = suppressions.flatMap((suppression) =>
    suppression.rules.flatMap((name) => {
      if (known.includes(name)) return [];
      const meant = nearest(name, known);
      return [{ suppression, name, ...(meant === undefined ? {} : { meant }) }];
    }),
  );
  return { kept, suppressed, unused, invalid, unknown };
}

function whyInvalid({ reason, until, untilText, isUntilBroken }: Suppression, now: Instant): string | undefined {
  if (isUntilBroken) return `"until ${untilText}" is no day: write it as 2026-12-31`;
  if (reason === '') return 'it gives no reason: write -- and why behind the rules';
  if (until !== undefined && now >= until) return `it was to count until ${untilText}`;
  return undefined;
}
