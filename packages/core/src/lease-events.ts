import { type Instant, readInstant } from './instant.js';
import type { Lease, LeaseEvent, LeaseEventName } from './lease.js';

/** The times of the events that `isMeant` is true of; times that cannot be read are left out. In the order of the events. */
export function timesOf(lease: Pick<Lease, 'events'>, isMeant: (event: LeaseEvent) => boolean): Instant[] {
  return momentsOf(lease, isMeant).map(({ at }) => at);
}

/** When something of a lease happened. Marks are written to the second, so that their order tells those of one second apart. */
export interface Moment {
  readonly at: Instant;
  /** The number of the event. What was seen for an event was seen after it, and before the next one. */
  readonly order: number;
}

/** As {@link timesOf}, with the order of the events. */
export function momentsOf({ events }: Pick<Lease, 'events'>, isMeant: (event: LeaseEvent) => boolean): Moment[] {
  return events.flatMap((event, order) => {
    const at = isMeant(event) ? readInstant(event.at) : undefined;
    return at === undefined ? [] : [{ at, order }];
  });
}

/** Is `a` later than `b`? Everything is later than nothing. */
export function isAfter(a: Moment, b: Moment | undefined): boolean {
  return b === undefined || a.at > b.at || (a.at === b.at && a.order > b.order);
}

/** Is it an event of this name that happened to `server`, or to any where that is left out? */
export function isEvent(name: LeaseEventName, server?: string): (event: LeaseEvent) => boolean {
  return ({ event, server: only }) => event === name && (only === undefined || server === undefined || only === server);
}

/** The earliest of times; undefined where there is none. */
export function firstOf(times: readonly Instant[]): Instant | undefined {
  return times.reduce<Instant | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined);
}

/** The latest of times; undefined where there is none. */
export function lastOf(times: readonly Instant[]): Instant | undefined {
  return times.reduce<Instant | undefined>((a, b) => (a === undefined || b > a ? b : a), undefined);
}
