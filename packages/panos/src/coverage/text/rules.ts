import { padEnd, placeOf, printable, type Seconds, spellDuration, type Tone, wrap } from '@shortfuse/core';
import { rowsBehind, rowsPerhapsBehind } from '../behind.js';
import { certificateRemarks } from '../certificates.js';
import type { Coverage, CoverageRow } from '../coverage.js';
import type { ResolvedRule } from '../match.js';
import { profileRemarks } from '../profiles.js';
import { isHoldingBack, labelOf, longestOf, targetDevices } from '../report.js';
import { waitFor } from '../wait.js';
import { listUnresolved } from '../why.js';
import { counted, isAbove, markers, more, most, type Page, spell, tones } from './page.js';
import { type SpokenSwitching, switchOnLines } from './switch-on.js';

export function ruleLines(found: Coverage, page: Page, switching: SpokenSwitching | undefined): string[] {
  const { rules } = found;
  if (rules.length === 0) return [page.style('heading', 'no rule decrypts inbound TLS')];
  const behind = rowsBehind(found);
  const perhaps = switching ? rowsPerhapsBehind(found) : new Map<ResolvedRule, readonly CoverageRow[]>();
  const lines = [page.style('heading', 'inbound rules')];
  // Rules that nothing is wrong with and nothing is behind come last where not all can be shown.
  const weight = (rule: ResolvedRule): number =>
    (behind.get(rule) ?? []).some((row) => isHoldingBack(row, page.target)) ? 0 : behind.has(rule) ? 1 : 2;
  const shown =
    rules.length <= most.rules ? rules : rules.toSorted((a, b) => weight(a) - weight(b)).slice(0, most.rules);
  for (const rule of shown)
    lines.push(
      ...oneRuleLines(
        rule,
        behind.get(rule) ?? [],
        page,
        switching && switchOnLines([...(behind.get(rule) ?? []), ...(perhaps.get(rule) ?? [])], switching),
      ),
    );
  if (shown.length < rules.length) lines.push(...more(rules.length - shown.length, 'rules', page));
  return lines;
}

function oneRuleLines(
  resolved: ResolvedRule,
  behind: readonly CoverageRow[],
  page: Page,
  switchOn: readonly string[] = [],
): string[] {
  const { rule, services, unresolved } = resolved;
  const { style, target } = page;
  const heldBack = behind.filter((row) => isHoldingBack(row, target));
  const verdict = heldBack.length === 0 ? 'within' : heldBack.some(isAbove(target)) ? 'above' : 'unknown';
  const { file, line } = placeOf(rule.at);
  const head = `${printable(rule.name)}${rule.isEnabled ? '' : ' (disabled)'}`;
  const where = `${printable(rule.location)}, ${printable(file)}:${line}`;
  const lines = [`${style(tones[verdict], `${markers[verdict]} ${head}`)}  ${style('quiet', where)}`];
  const entry = (label: string, text: string, tone?: Tone): void => {
    for (const [i, part] of wrap(printable(text), page.columns - 19).entries())
      lines.push(`    ${style('quiet', padEnd(i === 0 ? label : '', 13))}  ${tone ? style(tone, part) : part}`);
  };
  if (rule.target) entry('devices', `${rule.target.negate ? 'all but ' : ''}${targetDevices(rule.target).join(', ')}`);
  if (behind.length === 0) entry('listeners', 'none that is known');
  else
    entry('longest', longestText(behind, heldBack.length, target), verdict === 'within' ? undefined : tones[verdict]);
  for (const [i, row] of heldBack.slice(0, most.heldBack).entries())
    entry(i === 0 ? 'held back by' : '', `${labelOf(row)} (${spell(row.host.lifetimeSeconds)})`);
  if (heldBack.length > most.heldBack)
    entry('', `and ${heldBack.length - most.heldBack} more; --format json lists each`);
  if (behind.length > 0 && heldBack.length > 0) entry('wait', waitText(behind, target));
  if (rule.isEnabled) for (const [i, line] of switchOn.entries()) entry(i === 0 ? 'inspection' : '', line);
  for (const remark of certificateRemarks(rule, behind)) entry('certificates', remark, 'warn');
  for (const remark of profileRemarks(rule)) entry('profile', remark, 'warn');
  if (unresolved.length > 0) entry('not resolved', listUnresolved(unresolved), 'warn');
  if (services.ports !== 'any' && services.ports.length === 0) entry('ports', 'no TCP port: it covers nothing', 'warn');
  return lines;
}

function longestText(behind: readonly CoverageRow[], held: number, target: Seconds): string {
  const known = behind.flatMap(({ host }) => host.lifetimeSeconds ?? []);
  const longest = spell(known.length < behind.length ? null : longestOf(known));
  const listeners = counted(behind.length, 'listener');
  return held === 0
    ? `${longest}; ${listeners} at the target of ${spellDuration(target)}`
    : `${longest}; ${held} of ${listeners} not at the target of ${spellDuration(target)}`;
}

/** Counted from the last server that was changed. */
function waitText(behind: readonly CoverageRow[], target: Seconds): string {
  const { afterDropSeconds, otherwiseSeconds, keepShortSeconds } = waitFor(behind, target);
  const otherwise =
    otherwiseSeconds === null
      ? 'where they live on no wait is known to be enough: drop them'
      : `${spellDuration(otherwiseSeconds)} where they live on`;
  const kept = keepShortSeconds === null ? '' : `; stay short for ${spellDuration(keepShortSeconds)} after`;
  return `once servers are at the target: ${spellDuration(afterDropSeconds)} where old sessions are dropped, ${otherwise}${kept}`;
}
