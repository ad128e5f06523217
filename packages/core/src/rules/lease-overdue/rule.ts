import { writeInstant } from '../../instant.js';
import { defineRule } from '../../lint/rule.js';
import { rolloutOf } from '../../rollout.js';

export const leaseOverdue = defineRule({
  id: 'lease-overdue',
  title: 'A temporary change is still in place after its end',
  severity: 'error',
  why:
    'A short lifetime costs full handshakes, and a change that everybody takes for temporary is one that nobody looks after. Every ' +
    'patch has an end; from then on the check fails until it is taken back or somebody gives it a later end.',
  sources: ['docs/rollout.md: when the old values come back'],
  defaults: {},
  comesWithTime: true,
  *check({ leases, now }) {
    for (const { lease, state, at, places } of leases) {
      if (state.kind === 'taken-back') continue;
      const rollout = rolloutOf(lease, now);
      if (rollout.phase !== 'overdue') continue;
      const about = [lease.reason, lease.ticket].filter((part) => part !== undefined && part !== '').join(', ');
      yield {
        at,
        message: `the change of lease ${lease.id}${about === '' ? '' : ` (${about})`} was to be taken back by ${writeInstant(rollout.until)}`,
        why: 'the short lifetime costs full handshakes, and nobody looks after a change that all take for temporary',
        help: `shortfuse revert ${lease.id} --write; if it is needed for longer: shortfuse patch --write --extend ${lease.id} --for 7d`,
        related: places.slice(0, mostPlaces).map((place, i) => ({
          at: place,
          message:
            i === mostPlaces - 1 && places.length > mostPlaces
              ? `it changed this text, and ${places.length - mostPlaces} more`
              : 'it changed this text',
        })),
        listeners: [],
      };
    }
  },
});

const mostPlaces = 5;
