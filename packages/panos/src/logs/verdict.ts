import { bucketSeconds, type SideTally } from './tally.js';

/**
 * What the failures after a switch look like. `none`: as few as before. `decaying`: they die out, as sessions from before the
 * switch do when they expire. `flat`: they stay or rise, so they have another cause. The worst first.
 */
export const verdicts = ['flat', 'decaying', 'too-little-data', 'none'] as const;
export type Verdict = (typeof verdicts)[number];

export interface Judged {
  readonly verdict: Verdict;
  /** With `decaying`: whether the last three buckets are back at the level of before. */
  readonly recovered?: boolean;
}

/** Fewer sessions, buckets or failures say nothing. */
const fewestSessions = 30;
const fewestBuckets = 6;
const fewestFailures = 10;

/** So much more than before is still nothing: a share of the sessions, or failures in a bucket. */
const shareAllowed = 0.01;
const failuresAllowed = 1;

/** Failures decay where the last third has less than this of the first. */
const decayed = 0.3;

const lastBuckets = 3;

/**
 * Judges the failures of one destination by the share of sessions that failed. A third of the buckets that hold sessions is
 * rounded down.
 */
export function judgeSessions(before: SideTally, after: SideTally): Judged {
  const baseline = before.ended === 0 ? 0 : before.failed / before.ended;
  const buckets = [...after.endedIn.keys()].sort((a, b) => a - b);
  if (after.ended < fewestSessions || buckets.length < fewestBuckets) return { verdict: 'too-little-data' };
  if (after.failed / after.ended <= baseline + shareAllowed) return { verdict: 'none' };
  if (after.failed < fewestFailures) return { verdict: 'too-little-data' };
  const excess = (some: readonly number[]): number =>
    Math.max(0, sum(some, after.failedIn) / sum(some, after.endedIn) - baseline);
  const third = Math.floor(buckets.length / 3);
  return judgeCourse({
    first: excess(buckets.slice(0, third)),
    last: excess(buckets.slice(-third)),
    atEnd: excess(buckets.slice(-lastBuckets)),
    allowed: shareAllowed,
  });
}

/**
 * Judges the failures of one destination in a log that holds only failures, by their number in each bucket. Spans are in
 * seconds; only whole buckets of them count, empty ones too.
 */
export function judgeFailures(
  before: SideTally,
  after: SideTally,
  spans: { readonly before: number; readonly after: number },
): Judged {
  const buckets = wholeBuckets(spans.after);
  const bucketsBefore = wholeBuckets(spans.before);
  const baseline = bucketsBefore === 0 ? 0 : before.failed / bucketsBefore;
  if (after.failed === 0) return { verdict: 'none' };
  if (buckets < fewestBuckets) return { verdict: 'too-little-data' };
  if (after.failed / buckets <= baseline + failuresAllowed) return { verdict: 'none' };
  if (after.failed < fewestFailures) return { verdict: 'too-little-data' };
  // Most buckets of a long span are empty: only those with failures are gone through.
  const excess = (from: number, to: number): number => {
    let failed = 0;
    for (const [bucket, count] of after.failedIn) if (bucket >= from && bucket < to) failed += count;
    return Math.max(0, failed / (to - from) - baseline);
  };
  const third = Math.floor(buckets / 3);
  return judgeCourse({
    first: excess(0, third),
    last: excess(buckets - third, buckets),
    atEnd: excess(buckets - lastBuckets, buckets),
    allowed: failuresAllowed,
  });
}

/** The worst of all destinations; nothing was seen where there is none. */
export function worstOf(all: readonly Verdict[]): Verdict {
  return verdicts.find((verdict) => all.includes(verdict)) ?? 'too-little-data';
}

/** How far a destination was above the level of before: in the first and last third, and in the last three buckets. */
interface Course {
  readonly first: number;
  readonly last: number;
  readonly atEnd: number;
  /** So far above is still the level of before. */
  readonly allowed: number;
}

function judgeCourse({ first, last, atEnd, allowed }: Course): Judged {
  if (!(last < decayed * first)) return { verdict: 'flat' };
  return { verdict: 'decaying', recovered: atEnd <= allowed };
}

function wholeBuckets(seconds: number): number {
  return Math.max(0, Math.floor(seconds / bucketSeconds));
}

function sum(buckets: readonly number[], counts: ReadonlyMap<number, number>): number {
  return buckets.reduce((total, bucket) => total + (counts.get(bucket) ?? 0), 0);
}
