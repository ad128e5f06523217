import { decisionOf } from '../../lint/decision.js';
import { byCause, defineRule } from '../../lint/rule.js';
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
      const end = listener.oldSessions?.end;
      const isRenewed = listener.oldSessions?.isRenewed === true;
      const { file } = listener.definedAt;
      return {
        key: `${configuration.server} ${file.path} ${seconds} ${isRenewed} ${end}`,
        cause: { at: listener.definedAt, seconds, end, isRenewed },
      };
    });
    for (const { cause, listeners } of groups) {
      const { at, seconds, end, isRenewed } = cause;
      const lasting = isRenewed
        ? 'for as long as a client keeps renewing them'
        : seconds === undefined
          ? 'for a time that is not known'
          : `for up to ${spellSeconds(seconds)}`;
      yield {
        at,
        message: `old sessions of ${nameListeners(listeners)} stay valid after a reload, ${lasting}`,
        why: 'a shorter lifetime counts for new sessions only: clients with old ones break when inspection is switched on',
        help: end ?? (isRenewed ? 'restart the server' : 'restart the server, or wait for the old lifetime to pass'),
        related: definitionsOf(listeners, at),
        listeners,
      };
    }
  },
});
