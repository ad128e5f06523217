import type { Seconds } from '../../duration.js';
import { decisionOf } from '../../lint/decision.js';
import { byCause, defineRule, placeKey } from '../../lint/rule.js';
import { definitionsOf, nameListeners, spellSeconds } from '../../lint/wording.js';

export const sessionsSurviveReload = defineRule({
  id: 'sessions-survive-reload',
  title: 'Old sessions stay valid after the reload that shortens new ones',
  severity: 'warning',
  why:
    'A shared session cache and ticket keys from a file outlive a reload. Sessions from before it keep the lifetime they were born ' +
    'with, so a patch alone does not make the switch safe: either something ends them, or the old lifetime has to pass.',
  sources: [
    'nginx: src/event/ngx_event_openssl_cache.c and ssl_session_ticket_key',
    'Apache httpd: SSLSessionTicketKeyFile',
    'docs/rollout.md: from when inspection is safe',
  ],
  defaults: {},
  *check({ configurations, targetSeconds }) {
    const groups = byCause(configurations, (listener, configuration) => {
      const { seconds } = decisionOf(listener, configuration);
      if (listener.oldSessionsAfterReload !== 'kept') return undefined;
      // Sessions as short as the target do no harm: they are gone before anybody has typed the next command.
      if (seconds !== undefined && seconds <= targetSeconds) return undefined;
      const { at, end = '' } = listener.oldSessions ?? {};
      const where = at ? placeKey(at) : `${configuration.server} ${listener.definedAt.file.path}`;
      return { key: `${where} ${end}`, cause: { at: at ?? listener.definedAt, end, configuration } };
    });
    for (const { cause, listeners } of groups) {
      const { at, end, configuration } = cause;
      const isRenewed = listeners.some(({ oldSessions }) => oldSessions?.isRenewed === true);
      const lifetimes = listeners.map((listener) => decisionOf(listener, configuration).seconds);
      yield {
        at,
        message: `old sessions of ${nameListeners(listeners)} stay valid after a reload, ${lasting(isRenewed, lifetimes)}`,
        why: 'a shorter lifetime counts for new sessions only: clients with old ones break when inspection is switched on',
        help:
          end !== ''
            ? end
            : isRenewed
              ? 'restart the server'
              : 'restart the server, or wait for the old lifetime to pass',
        related: definitionsOf(listeners, at),
        listeners,
      };
    }
  },
});

function lasting(isRenewed: boolean, lifetimes: readonly (Seconds | undefined)[]): string {
  if (isRenewed) return 'for as long as a client keeps renewing them';
  const known = lifetimes.filter((seconds) => seconds !== undefined);
  if (known.length < lifetimes.length) return 'for a time that is not known';
  return `for up to ${spellSeconds(known.reduce((a, b) => Math.max(a, b), 0))}`;
}
