import type { Operations } from '../change.js';
import { type Seconds, spellDuration } from '../duration.js';
import type { Lease, LeaseListener } from '../lease.js';
import { rolloutOf } from '../rollout.js';

/** What a person does with a patch on one kind of server, and what that does to sessions from before it. */
export interface ServerSteps {
  readonly server: string;
  readonly listeners: number;
  /** Commands in their order, each with what it is for. */
  readonly commands: readonly { readonly command: string; readonly purpose: string }[];
  /** Whether old sessions survive, and from when inspection is safe on this server. */
  readonly sentences: readonly string[];
  /** How long to wait after the change is in use; undefined where no waiting helps or nothing is known. */
  readonly waitSeconds: Seconds | undefined;
}

/** The steps for each server that a lease shortens, in the order of its listeners. Some servers' changes are applied in several ways. */
export function nextSteps(
  lease: Lease,
  operationsOf: (server: string) => readonly Operations[],
): readonly ServerSteps[] {
  return [...new Set(lease.listeners.map(({ server }) => server))].map((server) => {
    const listeners = lease.listeners.filter((listener) => listener.server === server);
    const operations = operationsOf(server);
    const needsCompanion = lease.companions.some(
      (companion) => companion.server === server && companion.isRequired && companion.use === 'apply',
    );
    return {
      server,
      listeners: listeners.length,
      commands: needsCompanion ? [] : operations.flatMap(commandsOf),
      sentences: sentencesOn(lease, listeners, operations[0]),
      waitSeconds: waitSeconds({ ...lease, listeners }),
    };
  });
}

/** The time between the moment that every server uses the change and inspection; undefined where no waiting helps. */
export function waitSeconds(lease: Lease): Seconds | undefined {
  if (lease.listeners.length === 0) return 0;
  const at = '2000-01-01T00:00:00Z';
  const start = 946_684_800_000;
  const { inspectFrom } = rolloutOf({ ...lease, events: [{ event: 'deployed', at }] }, start);
  return inspectFrom?.at === undefined ? undefined : (inspectFrom.at - start) / 1000;
}

function commandsOf({ test, reload }: Operations): ServerSteps['commands'] {
  return [
    ...(test === undefined ? [] : [{ command: test, purpose: 'check the files' }]),
    { command: reload, purpose: 'let the server use them' },
  ];
}

/** One sentence for each fate that a listener here meets, the longest wait last. */
function sentencesOn(lease: Lease, listeners: readonly LeaseListener[], operations: Operations | undefined): string[] {
  const sentences: string[] = [];
  const target = spellDuration(lease.targetSeconds);
  const dropped = listeners.filter((listener) => listener.oldSessionsAfterReload === 'dropped');
  const others = listeners.filter((listener) => listener.oldSessionsAfterReload !== 'dropped');
  if (dropped.length > 0)
    sentences.push(
      `${subject(dropped, listeners)}: the reload drops the old sessions; inspection may be switched on ${target} later`,
    );
  const groups = (['kept', 'unknown'] as const).flatMap((fate) =>
    [false, true].map((isEndless) => ({ fate, isEndless })),
  );
  for (const { fate, isEndless } of groups) {
    const mine = others.filter(
      ({ oldSessionsAfterReload, isRenewed }) => oldSessionsAfterReload === fate && (isRenewed === true) === isEndless,
    );
    if (mine.length === 0) continue;
    const survival =
      fate === 'kept' ? 'old sessions survive the reload' : 'whether old sessions survive the change is not known';
    const longest = longestOf(mine);
    const wait = isEndless
      ? 'and are renewed without end: no waiting helps'
      : longest === undefined
        ? 'and how long they last is not known'
        : `and last up to ${spellDuration(longest)}: wait that long`;
    const end = [...new Set(mine.flatMap((listener) => listener.end ?? []))];
    const restart =
      operations && mine.every(({ oldSessionsAfterRestart }) => oldSessionsAfterRestart === 'dropped')
        ? [`${operations.restart} (${operations.restartCost})`]
        : [];
    const sooner = end.length > 0 ? end : restart;
    sentences.push(
      `${subject(mine, listeners)}: ${survival}, ${wait}${sooner.length > 0 ? `; to end them at once: ${sooner.join('; ')}` : ''}`,
    );
  }
  if (listeners.some(({ renewsAtTarget }) => renewsAtTarget === true))
    sentences.push(
      `TLS 1.3 clients that come back within ${target} renew their sessions for as long as they do` +
        (dropped.length > 0 ? ': reload once more right after switching inspection on' : ''),
    );
  return sentences;
}

function longestOf(listeners: readonly LeaseListener[]): Seconds | undefined {
  let longest = 0;
  for (const { lifetimeSeconds } of listeners) {
    if (lifetimeSeconds === null) return undefined;
    longest = Math.max(longest, lifetimeSeconds);
  }
  return longest;
}

function subject(some: readonly LeaseListener[], all: readonly LeaseListener[]): string {
  if (some.length === all.length)
    return all.length === 1 ? 'the listener' : all.length === 2 ? 'both listeners' : `all ${all.length} listeners`;
  // One name at several addresses is one name.
  const names = [...new Set(some.map(({ name, address }) => name || address || 'a listener without a name'))];
  return names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
}
