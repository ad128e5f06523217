import { decisionOf } from '../../lint/decision.js';
import { byCause, defineRule } from '../../lint/rule.js';
import { definitionsOf, helpToReach, nameListeners, spellSeconds } from '../../lint/wording.js';

export const lifetimeImplicit = defineRule({
  id: 'lifetime-implicit',
  title: 'The lifetime is a default that nobody wrote down',
  severity: 'off',
  why:
    'A default changes with the version of a server, with its packages and with a parent profile, and no review sees it. A value ' +
    'that is written out is one that somebody chose, and the place that the next rollout edits.',
  sources: ['the defaults of each server with their sources: shortfuse explain nginx (apache, iis, f5, …)'],
  defaults: {},
  isFixable: true,
  *check({ configurations, targetSeconds }) {
    const groups = byCause(configurations, (listener, configuration) => {
      const decision = decisionOf(listener, configuration);
      const { kind } = decision.decidedBy.origin;
      // Where nothing can be resumed, no lifetime counts.
      return (kind === 'default' || kind === 'builtin') && decision.seconds !== undefined && decision.seconds > 0
        ? { key: decision.key, cause: decision }
        : undefined;
    });
    for (const { cause, listeners } of groups) {
      const { seconds = 0, decidedBy, at } = cause;
      const source = decidedBy.origin.kind === 'builtin' ? 'what the product ships' : 'the default';
      yield {
        at,
        message: `sessions of ${nameListeners(listeners)} last ${spellSeconds(seconds)} because that is ${source}; no file says so`,
        why: 'a default changes with a version or a package, and no review sees it',
        help: helpToReach(
          decidedBy,
          Math.min(seconds, targetSeconds),
          'write the lifetime out',
          seconds > targetSeconds,
        ),
        related: definitionsOf(listeners, at),
        listeners,
      };
    }
  },
});
