import type { Configuration } from '../../adapter.js';
import { decisionOf } from '../../lint/decision.js';
import { byCause, defineRule, placeKey } from '../../lint/rule.js';
import { definitionsOf, nameListeners } from '../../lint/wording.js';
import { type Location, positionOf } from '../../source.js';

export const resumptionOff = defineRule({
  id: 'resumption-off',
  title: 'No session can be resumed: every visit pays a full handshake',
  severity: 'warning',
  why:
    'Without resumption inspection is safe, but each connection costs the server a signature and the client a round trip. With a ' +
    'lifetime of 60 s most of what resumption saves is kept, and inspection is just as safe.',
  sources: ['RFC 8446 2.2: what resumption saves', 'docs/rollout.md: why 60 s and not off'],
  defaults: {},
  *check({ configurations }) {
    const refused = new Map(configurations.map((configuration) => [configuration, refusedAddresses(configuration)]));
    const groups = byCause(configurations, (listener, configuration) => {
      const { seconds } = decisionOf(listener, configuration);
      if (seconds !== 0 || listener.notes.some(({ code }) => servesNobody.has(code))) return undefined;
      if (refused.get(configuration)?.has(listener.address)) return undefined;
      const { origin, seconds: written } = listener.governing;
      // A lifetime of 0 is what switches it off on some servers; on others the lifetime says nothing about that.
      const zero = written === 0 && 'at' in origin ? origin.at : undefined;
      const at = zero ?? listener.definedAt;
      return {
        key: zero ? placeKey(zero) : `${configuration.server} ${at.file.path}`,
        cause: at,
      };
    });
    for (const { cause: at, listeners } of groups)
      yield {
        at,
        message: `no session of ${nameListeners(listeners)} can be resumed`,
        why: 'every visit pays a full handshake, in time for the client and in computing for the server',
        help: 'switch a session cache or tickets on, with a lifetime at the target; where it is meant so, say why in a comment: shortfuse-ignore resumption-off -- reason',
        related: definitionsOf(listeners, at),
        listeners,
      };
  },
});

/** Notes of listeners that turn every client away or do not come up at all: there is nothing to save. */
const servesNobody: ReadonlySet<string> = new Set(['rejects-handshake', 'file-refused', 'handshake-fails']);

/** The addresses of listeners that the server refuses where they are defined, because they have no certificate for example. */
function refusedAddresses({ problems, listeners }: Configuration): ReadonlySet<string | null> {
  const lines = new Set(problems.filter(({ severity }) => severity === 'error').map(({ at }) => lineKey(at)));
  if (lines.size === 0) return new Set();
  return new Set(listeners.filter(({ definedAt }) => lines.has(lineKey(definedAt))).map(({ address }) => address));
}

function lineKey({ file, span }: Location): string {
  return `${file.path}:${positionOf(file, span.start).line}`;
}
