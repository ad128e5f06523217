import type { RuleFinding } from '../../lint/rule.js';
import { defineRule } from '../../lint/rule.js';
import type { Suppression } from '../../lint/suppressions.js';

export const unusedSuppression = defineRule({
  id: 'unused-suppression',
  title: 'A comment silences nothing, or does not count',
  severity: 'warning',
  why:
    'A comment that silences nothing is left over from what was mended, and would silence the next mistake on its line unseen. One ' +
    'without a reason, or past its end, does not count.',
  sources: ['README: shortfuse-ignore RULE[, RULE] -- reason'],
  defaults: {},
  isAboutSuppressions: true,
  *check({ suppressed }) {
    for (const { suppression, why } of suppressed?.invalid ?? [])
      yield about(
        suppression,
        `this comment does not count: ${why}`,
        'shortfuse-ignore RULE -- until 2026-12-31: reason',
      );
    for (const { suppression, name, meant } of suppressed?.unknown ?? [])
      yield about(
        suppression,
        `no rule is called ${name}`,
        meant === undefined ? 'shortfuse explain lists the rules' : `write ${meant}`,
      );
    for (const { suppression, rules } of suppressed?.unused ?? [])
      yield about(
        suppression,
        `this comment silences nothing: there is no finding of ${rules.join(' or ')} on its line or the next`,
        rules.length < suppression.rules.length ? `take ${rules.join(', ')} out of it` : 'remove the comment',
      );
  },
});

function about({ file, span }: Suppression, message: string, help: string): RuleFinding {
  return {
    at: { file, span },
    message,
    why: 'what it was written for is gone or comes through, and it could hide the next mistake on its line',
    help,
    related: [],
    listeners: [],
  };
}
