import type { Severity } from '../problem.js';
import type { Location } from '../source.js';
import type { Finding } from './finding.js';
import type { LintInput, Rule } from './rule.js';
import { applySuppressions, type Suppression } from './suppressions.js';

/** How a person wants a rule: its severity, `off` among them, and its options. */
export interface RuleChoice {
  readonly rule: Rule;
  readonly severity: Severity | 'off';
  readonly options: object;
}

/** What the rules found, and how many findings comments in the files silence. */
export interface Judged {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Finding[];
}

/**
 * Runs the rules that are not off and applies the comments that silence findings. Findings come by file, place and rule;
 * files in the order in which they were read. `choices` has every rule there is: a comment may name one that is off.
 */
export function judge(
  input: LintInput,
  choices: readonly RuleChoice[],
  suppressions: readonly Suppression[] | 'none count',
): Judged {
  const findings = runRules(
    input,
    choices.filter(({ rule }) => rule.isAboutSuppressions !== true),
  );
  if (suppressions === 'none count') return { findings: inOrder(findings, input), suppressed: [] };
  const suppressed = applySuppressions(findings, suppressions, {
    now: input.now,
    known: choices.map(({ rule }) => rule.id),
    running: choices.flatMap(({ rule, severity }) => (severity === 'off' ? [] : [rule.id])),
  });
  const about = runRules(
    { ...input, suppressed },
    choices.filter(({ rule }) => rule.isAboutSuppressions === true),
  );
  return { findings: inOrder([...suppressed.kept, ...about], input), suppressed: suppressed.suppressed };
}

/** {@link judge} without any comment. */
export function lint(input: LintInput, choices: readonly RuleChoice[]): readonly Finding[] {
  return judge(input, choices, 'none count').findings;
}

function runRules(input: LintInput, choices: readonly RuleChoice[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { rule, severity, options } of choices) {
    if (severity === 'off') continue;
    for (const found of rule.check(input, { ...rule.defaults, ...options }))
      findings.push({ ...found, rule: rule.id, severity });
  }
  return findings;
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
