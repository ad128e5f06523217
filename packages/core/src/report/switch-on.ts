import type { Instant } from '../instant.js';
import type { SwitchOn } from '../switch-on.js';
import { leasedName, left } from './status.js';
import { counted } from './text/page.js';

/** From when inspection may be switched on, in one sentence, and what else is to be known of it, in a few more. */
export interface SwitchOnText {
  readonly sentence: string;
  readonly more: readonly string[];
}

/** `timeOf`: a time as the reader's clock shows it. */
export function switchOnText(found: SwitchOn, now: Instant, timeOf: (instant: Instant) => string): SwitchOnText {
  switch (found.kind) {
    case 'no-listener':
      return { sentence: 'not known, as long as none of its listeners is known', more: [] };
    case 'any-time':
      return {
        sentence: 'may be switched on: its listeners are at the target, and no lease says that they were not',
        more: [],
      };
    case 'held-back':
      return {
        sentence: `cannot be switched on as things are: held back by ${counted(found.by.length, 'listener')}`,
        more: [],
      };
    case 'not-deployed': {
      const { lease, listener } = found;
      const sentence = `not before ${listener.server} uses the change; then: shortfuse mark deployed ${lease.id}`;
      return { sentence, more: [`decided by ${leasedName(listener)}`] };
    }
    case 'no-time': {
      const { deadline, listener } = found;
      return {
        sentence: 'cannot be said to be safe at any time as things are',
        more: [
          `decided by ${leasedName(listener)}: ${deadline.why}`,
          ...(deadline.help === undefined ? [] : [`what helps: ${deadline.help}`]),
        ],
      };
    }
    case 'from': {
      const { at, deadline, listener } = found;
      const decided = `decided by ${leasedName(listener)}: ${deadline.why}`;
      if (at <= now) return { sentence: `may be switched on since ${timeOf(at)}`, more: [decided] };
      const sooner = deadline.help === undefined ? [] : [`sooner: ${deadline.help}`];
      return { sentence: `may be switched on from ${timeOf(at)}${left(at, now)}`, more: [decided, ...sooner] };
    }
  }
}
