import { decisionOf } from '../../lint/decision.js';
import { byCause, defineRule } from '../../lint/rule.js';
import { definitionsOf, helpToReach, nameListeners } from '../../lint/wording.js';

export const lifetimeUnknown = defineRule({
  id: 'lifetime-unknown',
  title: 'The files do not tell how long sessions last',
  severity: 'warning',
  why:
    'What is not known may be longer than the target: some defaults are 10 hours. Before the switch to inspection somebody has ' +
    'to know, by giving the missing file, by writing the value out, or by asking the server with shortfuse probe.',
  sources: ['docs/rollout.md: what has to be known before the switch'],
  defaults: {},
  isFixable: true,
  *check({ configurations, targetSeconds }) {
    const groups = byCause(configurations, (listener, configuration) => {
      const decision = decisionOf(listener, configuration);
      const { origin } = decision.decidedBy;
      if (decision.seconds !== undefined) return undefined;
      // Known to be short enough is all that matters here.
      if ((decision.decidedBy.atMost ?? Number.POSITIVE_INFINITY) <= targetSeconds) return undefined;
      const why = origin.kind === 'unknown' ? origin.why : 'whether a way of resuming is on is not known';
      return { key: decision.key, cause: { ...decision, why, extent: configuration.extent } };
    });
    for (const { cause, listeners } of groups) {
      const { decidedBy, at, why, extent } = cause;
      yield {
        at,
        message: `how long sessions of ${nameListeners(listeners)} last is not known: ${why}`,
        why: 'what is not known may be longer than the target, and then clients break when inspection is switched on',
        help: helpToReach(
          decidedBy,
          targetSeconds,
          extent === 'fragments'
            ? 'lint the main file that includes this one, too; --root says where its absolute paths lie here'
            : 'write the lifetime out, or ask the running server with shortfuse probe',
          true,
        ),
        related: definitionsOf(listeners, at),
        listeners,
      };
    }
    // A snippet with a long lifetime, in a repository that holds no server to use it.
    for (const { extent, unattached } of configurations)
      for (const { at, name, written, seconds } of extent === 'fragments' ? unattached : [])
        if (seconds === undefined || seconds > targetSeconds)
          yield {
            at,
            message: `${name} ${written} is written here, and no listener in these files is seen to use it`,
            why: `whatever includes this file gets the value, which ${seconds === undefined ? 'cannot be read here' : 'is longer than the target'}`,
            help: 'lint the files that include this one, too; --root says where their absolute paths lie here',
            related: [],
            listeners: [],
          };
  },
});
