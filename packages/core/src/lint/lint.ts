import type { Severity } from '../problem.js';
import type { Location } from '../source.js';
import type { Finding } from './finding.js';
import type { LintInput, Rule } from './rule.js';

/** How a person wants a rule: its severity, `off` among them, and its options. */
export interface RuleChoice {
  readonly rule: Rule;
  readonly severity: Severity | 'off';
  readonly options: object;
}

/** Runs the rules that are not off. Findings come by file, place and rule; files in the order in which they were read. */
export function lint(input: LintInput, choices: readonly RuleChoice[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { rule, severity, options } of choices) {
    if (severity === 'off') continue;
    for (const found of rule.check(input, { ...rule.defaults, ...options }))
      findings.push({ ...found, rule: rule.id, severity });
  }
  return inOrder(findings, input);
}

function inOrder(findings: readonly Finding[], { configurations, leases }: LintInput): readonly Finding[] {
  const order = new Map<string, number>();
  for (const { files } of configurations)
    for (const { path } of files) if (!order.has(path)) order.set(path, order.size);
  for (const { at } of leases) if (!order.has(at.file.path)) order.set(at.file.path, order.size);
  const rank = ({ file }: Location): number => order.get(file.path) ?? order.size;
  return [...findings].sort(
    (a, b) =>
      rank(a.at) - rank(b.at) || a.at.span.start - b.at.span.start || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0),
  );
}
