import { type Instant, readInstant } from './instant.js';
import type { Lease, LeaseEvent, LeaseEventName } from './lease.js';

/** The times of the events that `isMeant` is true of; times that cannot be read are left out. In the order of the events. */
export function timesOf({ events }: Pick<Lease, 'events'>, isMeant: (event: LeaseEvent) => boolean): Instant[] {
  return events.filter(isMeant).flatMap(({ at }) => readInstant(at) ?? []);
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
