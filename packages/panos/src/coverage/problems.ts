import type { Location, Problem } from '@shortfuse/core';
import { isInbound, type PanosConfiguration } from '../config/model.js';
import type { ResolvedRule } from './match.js';
import type { ResolvedNat } from './nat.js';
import type { Unresolved } from './resolve.js';

/** Objects and NAT rules that hold no address or port: perhaps a template that was never filled in. Each place once. */
export function unreadableObjects(
  { file }: PanosConfiguration,
  rules: readonly ResolvedRule[],
  nat: readonly ResolvedNat[],
): Problem[] {
  const places = new Map<number, Problem>();
  const add = (start: number, message: string, help: string): void => {
    const at = { file, span: { start, end: Math.min(start + 1, file.text.length) } };
    if (!places.has(start)) places.set(start, { severity: 'warning', at, message, help });
  };
  const used: readonly Unresolved[] = [
    ...rules.flatMap(({ unresolved }) => unresolved),
    ...nat.flatMap(({ destinations, services, translated }) =>
      [destinations, services, translated].flatMap(({ unresolved }) => unresolved),
    ),
  ];
  for (const { member, at } of used)
    if (at !== undefined)
      add(
        at,
        `${member} holds no address or port that can be read`,
        'fill in what stands in its place, or export again',
      );
  const isDecrypting = rules.some(({ rule }) => isInbound(rule) && rule.isEnabled);
  for (const { rule, translated, destinations, translatedPort } of isDecrypting ? nat : []) {
    if (!rule.isEnabled) continue;
    const [open] = [...translated.unresolved, ...destinations.unresolved];
    if (open && open.at === undefined)
      add(
        rule.at.span.start,
        `NAT rule ${rule.name}: ${open.member} (${open.why}) cannot be resolved from files`,
        'say in "hosts" of the configuration file which addresses the listeners behind it have in front of the firewall',
      );
    if (translatedPort === 'unreadable')
      add(
        rule.at.span.start,
        `NAT rule ${rule.name}: its translated port cannot be read`,
        'export the configuration again',
      );
  }
  return [...places.values()].sort((a, b) => a.at.span.start - b.at.span.start);
}

export function tooMuch(at: Location): Problem {
  return {
    severity: 'error',
    at,
    message:
      'its rules name more addresses and ports than can be followed: listeners may be covered that are not said to be',
    help: 'give the configuration of one firewall or one device group',
  };
}
