import { spellDuration } from '@shortfuse/core';
import { type Progress, spellAge } from '@shortfuse/probe';

/** What is known of the waiting for each server. */
export interface WaitingLine {
  /** The latest of server number `index`. */
  update(index: number, progress: Progress): void;
  /** Takes the line away. */
  end(): void;
}

/** How often a countdown moves on, and how often a log that nobody may be watching says where it is. */
const tickMs = 1000;
const logMs = 15_000;

/**
 * Says on standard error what is being waited for and how long it still takes: a line that is rewritten each second on a
 * terminal, elsewhere a new line every 15 seconds.
 */
export function showWaiting(stream: NodeJS.WriteStream, isQuiet: boolean): WaitingLine {
  if (isQuiet) return { update: () => undefined, end: () => undefined };
  const latest = new Map<number, Progress>();
  const isTerminal = stream.isTTY === true;
  let saidAtMs = Number.NEGATIVE_INFINITY;
  const show = (): void => {
    const whole = combine([...latest.values()]);
    if (!whole) return;
    if (isTerminal) stream.write(`\r${spellProgress(whole, Date.now()).slice(0, (stream.columns || 80) - 1)}\x1b[K`);
    else if (Date.now() - saidAtMs >= logMs) {
      saidAtMs = Date.now();
      stream.write(`${spellProgress(whole, saidAtMs)}\n`);
    }
  };
  const timer = isTerminal ? setInterval(show, tickMs) : undefined;
  return {
    update: (index, progress) => {
      latest.set(index, progress);
      if (!isTerminal) show();
    },
    end: () => {
      clearInterval(timer);
      if (isTerminal) stream.write('\r\x1b[K');
    },
  };
}

function combine(all: readonly Progress[]): Progress | undefined {
  const [first, ...rest] = all;
  if (!first) return undefined;
  return rest.reduce<Progress>(
    (a, b) => ({
      done: a.done + b.done,
      total: a.total + b.total,
      next: !b.next || (a.next && a.next.atMs <= b.next.atMs) ? a.next : b.next,
      endAtMs: Math.max(a.endAtMs, b.endAtMs),
    }),
    first,
  );
}

/** `waiting: age 55 s comes in 12 s; 6 of 15 offered, at most 32 s left` */
export function spellProgress({ done, total, next, endAtMs }: Progress, nowMs: number): string {
  const until = (atMs: number): string => spellDuration(Math.max(0, Math.ceil((atMs - nowMs) / 1000)));
  const what = next ? `age ${spellAge(next.ageSeconds)} comes in ${until(next.atMs)}` : 'the last answers';
  return `waiting: ${what}; ${done} of ${total} offered, at most ${until(endAtMs)} left`;
}
