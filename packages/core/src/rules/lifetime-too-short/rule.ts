import type { Seconds } from '../../duration.js';
import { decisionOf } from '../../lint/decision.js';
import { byCause, defineRule } from '../../lint/rule.js';
import { definitionsOf, helpToReach, nameListeners, spellSeconds } from '../../lint/wording.js';

export const lifetimeTooShort = defineRule<{ readonly minimum: Seconds }>({
  id: 'lifetime-too-short',
  title: 'Sessions end before they are of use',
  severity: 'warning',
  why:
    'A browser opens most of its connections within seconds. A session that ends before the next page costs a full handshake each ' +
    'time, as if resumption were off, and is no safer for inspection than one of a minute.',
  sources: ['docs/rollout.md: why 60 s'],
  defaults: { minimum: 10 },
  options: { minimum: { kind: 'duration', description: 'the shortest lifetime that is of use (default: 10 s)' } },
  *check({ configurations, targetSeconds }, { minimum }) {
    const groups = byCause(configurations, (listener, configuration) => {
      const decision = decisionOf(listener, configuration);
      return decision.seconds !== undefined && decision.seconds > 0 && decision.seconds < minimum
        ? { key: decision.key, cause: decision }
        : undefined;
    });
    for (const { cause, listeners } of groups) {
      const { seconds = 0, decidedBy, at } = cause;
      yield {
        at,
        message: `sessions of ${nameListeners(listeners)} last ${spellSeconds(seconds)}, and less than ${spellSeconds(minimum)} is hardly of use`,
        why: 'the next page already pays a full handshake, and inspection is no safer than with a minute',
        help: helpToReach(
          decidedBy,
          Math.max(minimum, targetSeconds),
          `set a lifetime of at least ${minimum} seconds`,
          false,
        ),
        related: definitionsOf(listeners, at),
        listeners,
      };
    }
  },
});
