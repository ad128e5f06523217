import type { LogKind } from './columns.js';
import type { Fields } from './fields.js';
import { createFirewalls } from './firewalls.js';
import type { ClockSeconds, Moment } from './moment.js';
import { fileNotes, spanNotes } from './notes.js';
import { type LogFacts, type LogFile, type RowVisitor, readLog } from './read-log.js';
import { errorsOf, type LogError, type LogWarning, rejectedRows, unknownClock, warningsOf } from './remarks.js';
import { createRowIdentity } from './row-identity.js';
import type { CountedRow } from './rows.js';
import { bucketSeconds, createTally, type DestinationTally, mostDestinations } from './tally.js';
import { type Judged, judgeFailures, judgeSessions, type Verdict, worstOf } from './verdict.js';

type Side = 'before' | 'after';

/** What to count. */
export type FailureRequest = TrafficRequest | DecryptionRequest;

interface LogsRequest {
  /** In the order in which they are read. Without `enabledAt` each has a side, and those of before come first. */
  readonly logs: readonly { readonly file: LogFile; readonly side?: Side }[];
  /** Serial number: seconds that the firewall's clock is ahead of UTC. Rows are then compared in UTC. */
  readonly clocks: ReadonlyMap<string, number>;
  /** Rows that an export may have; a file with exactly so many was probably cut off. */
  readonly cap: number;
  /** Addresses, `203.0.113.10:443` or `[2001:db8::25]:443`, of the destinations to count; all where it is empty. */
  readonly destinations: readonly string[];
}

export interface TrafficRequest extends LogsRequest {
  readonly kind: 'traffic';
  /**
   * When inspection was switched on; then it decides the side of a row. Without an offset it is on the clock of each firewall;
   * with one, `clocks` has to know every firewall.
   */
  readonly enabledAt?: Moment;
}

/** The log holds failures only, so its span has to be told. All moments have an offset or none has. */
export interface DecryptionRequest extends LogsRequest {
  readonly kind: 'decryption';
  readonly enabledAt: Moment;
  /** Where the span of before starts; without it nothing failed before. Rows outside of the span are left out. */
  readonly from?: Moment;
  readonly until: Moment;
}

export interface DestinationReport extends Judged {
  readonly tally: DestinationTally;
}

export interface FailureReport {
  readonly kind: LogKind;
  /** In order of first appearance. */
  readonly destinations: readonly DestinationReport[];
  /** Where there is one, nothing was computed: no destinations, no warnings, no verdict. */
  readonly errors: readonly LogError[];
  readonly warnings: readonly LogWarning[];
  /** What else a reader has to know to trust the figures, in whole sentences. */
  readonly notes: readonly string[];
  readonly files: readonly LogFacts[];
  readonly rejectedRows: number;
  readonly verdict: Verdict | null;
  /**
   * Where bucket 0 of each side starts, in UTC where `inUtc`, else on the clock of the firewall. They differ only without
   * `enabledAt`: then buckets of before are counted from 1970, and those of after from its first row.
   */
  readonly origin: Readonly<Record<Side, ClockSeconds>>;
  readonly enabledAt?: ClockSeconds;
  /** Of a decryption log: between which times its rows count. */
  readonly span?: { readonly from: ClockSeconds | undefined; readonly until: ClockSeconds };
  readonly inUtc: boolean;
}

const help = 'name the servers that are inspected: --destination ADDRESS[:PORT]';
const tooManyDestinations = {
  stop: `more than ${mostDestinations} destinations: this is the log of a whole network`,
  help,
};
const tooManyBuckets = { stop: 'too many destinations over too long a time for one report', help };

/**
 * Counts TLS failures before and after a switch to inspection, per destination, and judges whether they die out. Memory grows
 * with destinations and buckets, both of which have a limit, and by about 20 bytes with each row, up to 256 MB. Without
 * `enabledAt` the logs of after are read twice. Never rejects: what cannot be read is in `errors`.
 */
export async function countFailures(request: FailureRequest): Promise<FailureReport> {
  const { kind, logs, enabledAt, clocks } = request;
  const inUtc = enabledAt ? enabledAt.offset !== undefined : clocks.size > 0;
  const switchedOn = enabledAt && secondsOf(enabledAt, inUtc);
  const span = spanOf(request, inUtc);
  const firewalls = createFirewalls(inUtc ? clocks : undefined);
  const identity = createRowIdentity();
  const wanted = new Set(request.destinations);
  const tally = createTally((address, name) => wanted.size === 0 || wanted.has(address) || wanted.has(name));
  const origin = { before: switchedOn ?? 0, after: switchedOn ?? 0 };
  const seen = { outside: 0, before: 0, after: 0, first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY };
  let duplicates = 0;

  const destinationOf = (row: CountedRow, { bytes, bounds }: Fields) =>
    tally.destinationOf(bytes, bounds[row.address] ?? 0, (bounds[row.address + 1] ?? 1) - 1, row.port);

  /** Counts the rows of a file; `side` where the file decides it. */
  const counting =
    (file: string, side: Side | undefined): RowVisitor =>
    (row, fields, columns, line) => {
      const found = destinationOf(row, fields);
      if (found === 'full') return tooManyDestinations;
      if (found === 'invalid') return 'address';
      // Clocks of firewalls matter only where they have rows that do.
      if (found === 'unwanted') return undefined;
      const offset = firewalls.offsetOf(row, fields, columns, { file, line });
      if (offset === undefined) return undefined;
      const generated = row.generated - offset;
      if (generated < span.from || generated > span.until) {
        seen.outside++;
        return undefined;
      }
      if (kind === 'traffic' && identity.isRepeated(fields, columns)) {
        duplicates++;
        return undefined;
      }
      const which = side ?? (row.sideTime - offset >= (switchedOn ?? 0) ? 'after' : 'before');
      seen[which]++;
      seen.first = Math.min(seen.first, generated);
      seen.last = Math.max(seen.last, generated);
      const bucket = Math.floor((generated - origin[which]) / bucketSeconds);
      return tally.add(found[which], bucket, row.weight, row.failure) ? undefined : tooManyBuckets;
    };

  /** Where the buckets start when nobody said when inspection was switched on: at the first row that will count. */
  async function firstRowOf(files: readonly LogFile[]): Promise<number> {
    const rehearsal = identity.rehearse();
    const rehearsedFirewalls = createFirewalls(inUtc ? clocks : undefined);
    let first = Number.POSITIVE_INFINITY;
    for (const file of files)
      await readLog(file, kind, false, (row, fields, columns, line) => {
        const found = destinationOf(row, fields);
        if (found === 'full') return tooManyDestinations;
        if (found === 'invalid') return 'address';
        if (found === 'unwanted') return undefined;
        const offset = rehearsedFirewalls.offsetOf(row, fields, columns, { file: file.name, line });
        if (offset === undefined || rehearsal.isRepeated(fields, columns)) return undefined;
        first = Math.min(first, row.generated - offset);
        return undefined;
      });
    return first;
  }

  function judge({ before, after }: DestinationTally): Judged {
    if (kind === 'traffic') return judgeSessions(before, after);
    const at = switchedOn ?? 0;
    return judgeFailures(before, after, {
      before: Number.isFinite(span.from) ? at - span.from : 0,
      after: span.until - at,
    });
  }

  const files: LogFacts[] = [];
  let isAfterKnown = switchedOn !== undefined;
  for (const { file, side } of logs) {
    if (!isAfterKnown && side === 'after') {
      const first = await firstRowOf(logs.filter((log) => log.side === 'after').map((log) => log.file));
      if (Number.isFinite(first)) origin.after = first;
      isAfterKnown = true;
    }
    const decidedBy = switchedOn === undefined ? side : undefined;
    files.push(await readLog(file, kind, switchedOn !== undefined, counting(file.name, decidedBy)));
  }

  const errors = [
    ...files.flatMap((facts) => errorsOf(facts, kind)),
    ...firewalls
      .all()
      .filter(({ offset }) => offset === undefined)
      .map(({ serial, first }) => unknownClock(serial, first)),
  ];
  const common = {
    kind,
    files,
    errors,
    origin,
    inUtc,
    ...(switchedOn === undefined ? {} : { enabledAt: switchedOn }),
    ...(kind === 'decryption'
      ? { span: { from: Number.isFinite(span.from) ? span.from : undefined, until: span.until } }
      : {}),
  };
  if (errors.length > 0)
    return { ...common, destinations: [], warnings: [], notes: [], rejectedRows: 0, verdict: null };

  const destinations = tally
    .destinations()
    .filter(({ before, after }) => before.ended + after.ended > 0)
    .map((counted) => ({ tally: counted, ...judge(counted) }));
  const unseen = request.destinations.filter(
    (name) => !destinations.some(({ tally: found }) => found.name === name || addressOf(found.name) === name),
  );
  return {
    ...common,
    destinations,
    warnings: [
      ...files.flatMap((facts) => warningsOf(facts, kind, request.cap)),
      ...(duplicates > 0 ? [{ kind: 'duplicates' as const, rows: duplicates }] : []),
    ],
    notes: [
      ...files.flatMap((facts) => fileNotes(facts, kind, switchedOn !== undefined)),
      ...spanNotes({ firewalls: firewalls.all(), inUtc, switchedOn, isFull: identity.isFull(), unseen, ...seen }),
    ],
    rejectedRows: files.reduce((sum, { rejected }) => sum + rejectedRows(rejected), 0),
    verdict: worstOf(destinations.map(({ verdict }) => verdict)),
  };
}

/** Seconds between which rows count. */
function spanOf(request: FailureRequest, inUtc: boolean): { readonly from: number; readonly until: number } {
  if (request.kind === 'traffic') return { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };
  return {
    from: request.from ? secondsOf(request.from, inUtc) : Number.NEGATIVE_INFINITY,
    until: secondsOf(request.until, inUtc),
  };
}

/** The address of `203.0.113.10:443` or `[2001:db8::25]:443`. */
function addressOf(name: string): string {
  return name.slice(0, name.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}

function secondsOf({ seconds, offset = 0 }: Moment, inUtc: boolean): ClockSeconds {
  return inUtc ? seconds - offset : seconds;
}
