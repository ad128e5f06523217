import { bucketSeconds, type DestinationReport, type FailureReport } from '@shortfuse/panos';
import type { Course, Level } from './chart.js';

/** Before the switch not much more is drawn than after it, and at least so many buckets. */
const fewestBefore = 6;

/** A month: what is later is not drawn. A row with a wrong year must not make a chart of a million columns. */
const mostAfter = 9000;

/**
 * The failures of one destination over time: of a traffic log the share of sessions, of a decryption log their number. Each side
 * is drawn on its side of the switch: sessions from before that ended later are not.
 */
export function courseOf(
  { tally }: DestinationReport,
  { kind, origin, enabledAt, span }: FailureReport,
  spellShare: (share: number) => string,
): Course {
  const switchedOn = enabledAt ?? origin.after;
  const spanBefore = span?.from === undefined ? 0 : bucketAt(span.from, switchedOn);
  const spanAfter = span === undefined ? 0 : bucketAt(span.until - 1, switchedOn);
  const lastAfter = Math.min(mostAfter, latest(tally.after.endedIn.keys(), spanAfter));
  let firstBefore = spanBefore;
  for (const bucket of tally.before.endedIn.keys())
    firstBefore = Math.min(firstBefore, bucketAt(origin.before + bucket * bucketSeconds, switchedOn));
  const start = Math.max(firstBefore, -Math.max(fewestBefore, lastAfter + 1));
  const before = new Map<number, Level>();
  for (const [bucket, ended] of tally.before.endedIn) {
    const at = bucketAt(origin.before + bucket * bucketSeconds, switchedOn);
    const known = before.get(at) ?? { part: 0, whole: 0 };
    before.set(at, { part: known.part + (tally.before.failedIn.get(bucket) ?? 0), whole: known.whole + ended });
  }
  const points = Array.from({ length: lastAfter - start + 1 }, (_, i) => {
    const bucket = start + i;
    const ended = tally.after.endedIn.get(bucket);
    const level =
      bucket < 0
        ? before.get(bucket)
        : ended === undefined
          ? undefined
          : { part: tally.after.failedIn.get(bucket) ?? 0, whole: ended };
    return {
      start: switchedOn + bucket * bucketSeconds,
      isAfter: bucket >= 0,
      // A decryption log is silent where nothing failed.
      level: kind === 'traffic' ? level : { part: level?.part ?? 0, whole: 1 },
    };
  });
  return {
    points,
    bucketSeconds,
    switchedOn,
    mark: enabledAt === undefined ? 'first of after' : 'inspection on',
    spell: kind === 'traffic' ? spellShare : (count) => String(Math.round(count)),
  };
}

function latest(buckets: Iterable<number>, atLeast: number): number {
  let last = atLeast;
  for (const bucket of buckets) last = Math.max(last, bucket);
  return last;
}

function bucketAt(seconds: number, switchedOn: number): number {
  return Math.floor((seconds - switchedOn) / bucketSeconds);
}
