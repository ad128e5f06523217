import {
  effectiveLifetime,
  type LintReport,
  type Listener,
  nameListener,
  type Seconds,
  spellDuration,
  verdictFor,
} from '@shortfuse/core';
import { codeInCell, plainText } from './markdown-text.js';
import { placeText } from './wording.js';

/** One line of the table: listeners that the same place governs and that move alike. */
interface Row {
  readonly names: string[];
  readonly before: string;
  /** Undefined where nobody said what a patch would do. */
  readonly after: string | undefined;
  readonly setAt: string;
}

/**
 * The table of listeners that are not known to be at the target, and of what `patch` would make of them. Where nobody worked
 * that out, those that findings are about. Each line of it is one string; none where there is nothing to show.
 */
export function listenerRows(
  { findings, targetSeconds, configurations, patched }: LintReport,
  pathOf: (path: string) => string,
): { readonly head: readonly string[]; readonly rows: readonly string[] } {
  const rows = new Map<string, Row>();
  const add = (listener: Listener, after: Listener | undefined): void => {
    const { seconds, decidedBy } = effectiveLifetime(listener);
    const afterwards = after && effectiveLifetime(after).seconds;
    if (verdictFor(seconds, targetSeconds) === 'within' && (!after || afterwards === seconds)) return;
    const { origin } = decidedBy;
    const setAt = 'at' in origin && origin.at ? placeText(origin.at, pathOf) : origin.kind;
    const before = spell(seconds);
    const row = { names: [], before, after: after ? spellAfter(before, spell(afterwards)) : undefined, setAt };
    const key = [listener.server, row.before, row.after, row.setAt].join('\n');
    const known = rows.get(key) ?? row;
    rows.set(key, known);
    known.names.push(nameListener(listener));
  };
  if (patched)
    for (const [i, { listeners }] of configurations.entries())
      for (const [j, listener] of listeners.entries()) add(listener, patched[i]?.listeners[j]);
  else for (const listener of new Set(findings.flatMap(({ listeners }) => listeners))) add(listener, undefined);
  const hasAfter = patched !== undefined;
  return {
    head: [
      `| listener | lifetime |${hasAfter ? ' after `shortfuse patch` |' : ''} set at |`,
      `|---|---|${hasAfter ? '---|' : ''}---|`,
    ],
    rows: [...rows.values()].map(
      ({ names, before, after, setAt }) =>
        `| ${namesText(names)} | ${before} |${hasAfter ? ` ${after ?? ''} |` : ''} ${/:\d+:\d+$/.test(setAt) ? codeInCell(setAt) : setAt} |`,
    ),
  };
}

/** The first ones by name, the others counted. */
function namesText(names: readonly string[]): string {
  const different = [...new Set(names)];
  const shown = different.slice(0, 3).map((name) => plainText(name, 120));
  const left = names.length - shown.length;
  return left > 0 ? `${shown.join(', ')} and ${left} more` : shown.join(', ');
}

function spellAfter(before: string, after: string): string {
  return after === before ? `${after}, as before` : `**${after}**`;
}

/** Beyond a century the number says nothing more. */
const century: Seconds = 100 * 365 * 86_400;

function spell(seconds: Seconds | undefined): string {
  if (seconds === undefined) return 'unknown';
  if (seconds === 0) return 'none';
  return seconds > century ? 'over 100 years' : spellDuration(seconds);
}
