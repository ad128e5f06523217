import type { Seconds } from '../../duration.js';
import { decisionOf } from '../../lint/decision.js';
import type { RelatedPlace } from '../../lint/finding.js';
import { byCause, defineRule, placeKey } from '../../lint/rule.js';
import { definitionsOf, helpToReach, nameListeners, spellSeconds } from '../../lint/wording.js';
import type { Listener } from '../../listener.js';

export const lifetimeAboveTarget = defineRule<{ readonly target?: Seconds }>({
  id: 'lifetime-above-target',
  title: 'Sessions can be resumed for longer than the target',
  severity: 'error',
  why:
    'A firewall that starts to inspect a server has not seen the handshakes of sessions that clients still hold. A client ' +
    'that resumes such a session breaks. The shorter sessions last, the sooner the switch to inspection is safe.',
  sources: [
    'RFC 8446 4.6.1: a ticket may be used for up to 7 days',
    'RFC 5246 F.1.4: a session ID should not be used for longer than 24 hours',
    'docs/rollout.md: why 60 s',
  ],
  defaults: {},
  options: {
    target: { kind: 'duration', description: 'the longest lifetime for this rule (default: the common target)' },
  },
  isFixable: true,
  *check({ configurations, targetSeconds }, { target = targetSeconds }) {
    const groups = byCause(configurations, (listener, configuration) => {
      const decision = decisionOf(listener, configuration);
      return decision.seconds !== undefined && decision.seconds > target
        ? { key: decision.key, cause: decision }
        : undefined;
    });
    for (const { cause, listeners } of groups) {
      const { seconds = 0, decidedBy, at, isWritten } = cause;
      const written = isWritten && decidedBy.origin.kind !== 'default' ? '' : ' by default';
      yield {
        at,
        message: `sessions of ${nameListeners(listeners)} last ${spellSeconds(seconds)}${written}, the target is ${spellSeconds(target)}`,
        why: 'a client that resumes a session which the firewall never saw breaks when inspection is switched on',
        help: helpToReach(decidedBy, target, `set a lifetime of ${target} seconds or less`, true),
        related: [...definitionsOf(listeners, at), ...ignoredAt(listeners)],
        listeners,
      };
    }
  },
});

const mostIgnored = 3;

/** Lines that look as if they decided. */
function ignoredAt(listeners: readonly Listener[]): readonly RelatedPlace[] {
  const places = new Map<string, RelatedPlace>();
  for (const { ignored } of listeners)
    for (const { at, why, isRemark } of ignored)
      if (isRemark !== true && places.size < mostIgnored)
        places.set(placeKey(at), { at, message: `this does not count here: ${why}` });
  return [...places.values()];
}
