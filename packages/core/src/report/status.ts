import { type Seconds, spellDuration } from '../duration.js';
import { type Instant, readInstant, writeInstant } from '../instant.js';
import type { Lease, LeaseListener, LeaseProof } from '../lease.js';
import type { Deadline } from '../listener-deadline.js';
import { askedNames, type ListenerProof, proofOf } from '../proof.js';
import { type Phase, type Rollout, rolloutOf } from '../rollout.js';
import { printable, widthOf, wrap } from './layout.js';
import { plain, type Styler, type Tone } from './style.js';
import { counted } from './text/page.js';

/** Are the texts of a lease what it wrote? */
export type LeaseState =
  | { readonly kind: 'in-place' }
  /** A run was cut off: so many of its files are written. */
  | {
      readonly kind: 'unfinished';
      readonly pending: 'patch' | 'revert';
      readonly written: number;
      readonly files: number;
    }
  /** Every file has its old text again, by other means than `revert`. */
  | { readonly kind: 'taken-back' }
  /** Others changed these files elsewhere; the lease's own texts are all there. */
  | { readonly kind: 'changed-elsewhere'; readonly files: readonly string[] }
  | { readonly kind: 'drifted'; readonly drifts: readonly Drift[] };

/** A text of a lease that is no longer what it wrote. */
export interface Drift {
  readonly file: string;
  /** Where it should be; counts from 1. */
  readonly line: number;
  readonly expected: string;
  readonly found?: string;
  readonly why: string;
}

export interface LeaseStatus {
  readonly lease: Lease;
  readonly state: LeaseState;
}

export interface StatusTextOptions {
  readonly style?: Styler;
  readonly columns?: number;
  /** A time as the reader's clock shows it, with its zone. */
  readonly timeOf: (instant: Instant) => string;
}

const phaseWords: Readonly<Record<Phase, string>> = {
  patched: 'patched: the files are changed, no server uses them yet',
  deployed: 'deployed: waiting alone does not make inspection safe',
  waiting: 'waiting for the old sessions to end',
  safe: 'safe to inspect: inspection may be switched on',
  inspecting: 'inspecting: watch the firewall for decrypt-error in these minutes',
  holding: 'holding: inspection is on, the short lifetime stays',
  due: 'due: the old values can come back',
  overdue: 'overdue: the change should have been taken back',
};

const phaseTones: Readonly<Record<Phase, Tone>> = {
  patched: 'warn',
  deployed: 'bad',
  waiting: 'warn',
  safe: 'good',
  inspecting: 'good',
  holding: 'good',
  due: 'warn',
  overdue: 'bad',
};

/** Where the rollout of each lease stands, in one screen each. Ends with a newline; empty where there is no lease. */
export function statusText(statuses: readonly LeaseStatus[], now: Instant, options: StatusTextOptions): string {
  return statuses.map((status) => `${leaseLines(status, now, options).join('\n')}\n`).join('\n');
}

function leaseLines({ lease, state }: LeaseStatus, now: Instant, options: StatusTextOptions): string[] {
  const { style = plain, columns = 100, timeOf } = options;
  const rollout = rolloutOf(lease, now);
  const entry = (label: string, text: string, tone?: Tone): string[] =>
    wrap(printable(text), columns - 18).map((line, i) => {
      const shown = tone && i === 0 ? style(tone, line) : line;
      return `  ${i === 0 ? style('quiet', label.padEnd(14)) : ' '.repeat(14)}  ${shown}`;
    });
  const { targetSeconds, listeners, files, reason, ticket } = lease;
  const head = [`lease ${lease.id}`, reason, ticket].filter((part) => part !== undefined && part !== '').join('  ');
  const lines = [style('heading', printable(head))];
  lines.push(...entry('phase', phaseWords[rollout.phase], phaseTones[rollout.phase]));
  lines.push(
    ...entry(
      'change',
      `${counted(listeners.length, 'listener')} to ${spellDuration(targetSeconds)} in ${counted(files.length, 'file')}, since ${timeOf(readInstant(lease.createdAt) ?? now)}`,
    ),
  );
  lines.push(...entry('inspection', inspectionSentence(lease, rollout, now, timeOf)));
  if (rollout.inspectFrom) lines.push(...whyLines(rollout.inspectFrom).flatMap((line) => entry('', line)));
  if (rollout.holdUntil) {
    const { at, why } = rollout.holdUntil;
    lines.push(...entry('hold', `until ${at === undefined ? 'unknown' : timeOf(at)}${left(at, now)}: ${why}`));
    if (rollout.holdUntil.decidedBy) lines.push(...entry('', `decided by ${leasedName(rollout.holdUntil.decidedBy)}`));
  }
  const proof = proofLine(lease, rollout);
  if (proof) lines.push(...entry('proof', proof.text, proof.tone));
  lines.push(...entry('take back', revertSentence(lease, rollout, now, timeOf)));
  lines.push(...stateLines(lease, state, entry));
  for (const warning of rollout.warnings) lines.push(...entry('mind', warning, 'warn'));
  const drawn = timeline(lease, rollout, now, { ...options, style });
  if (drawn.length > 0) lines.push('', ...drawn.map((line) => `  ${line}`));
  return lines;
}

function inspectionSentence(
  { events }: Lease,
  { inspectFrom }: Rollout,
  now: Instant,
  timeOf: StatusTextOptions['timeOf'],
): string {
  const on = events.filter(({ event }) => event === 'inspecting').at(-1);
  if (on) return `on since ${timeOf(readInstant(on.at) ?? now)}`;
  if (!inspectFrom) return 'not before the change is deployed; then: shortfuse mark deployed';
  if (inspectFrom.at === undefined) return 'cannot be said to be safe at any time as things are';
  return now < inspectFrom.at
    ? `may be switched on from ${timeOf(inspectFrom.at)}${left(inspectFrom.at, now)}`
    : `may be switched on since ${timeOf(inspectFrom.at)}; then: shortfuse mark inspecting`;
}

function whyLines({ at, why, decidedBy, help }: Deadline): string[] {
  const lines = [decidedBy ? `decided by ${leasedName(decidedBy)}: ${why}` : why];
  if (help !== undefined) lines.push(`${at === undefined ? 'what helps' : 'sooner'}: ${help}`);
  return lines;
}

/** What servers showed; undefined as long as there is nothing that they could show. */
function proofLine(
  lease: Lease,
  { inspectFrom }: Rollout,
): { readonly text: string; readonly tone?: Tone } | undefined {
  const { listeners } = lease;
  if (listeners.length === 0) return undefined;
  const proofs = listeners.map((listener) => proofOf(lease, listener));
  if (proofs.every((proof) => proof === undefined))
    return inspectFrom ? { text: 'none: no server was asked; shortfuse mark --help says how' } : undefined;
  const said = (kind: ListenerProof['kind'], words: string): string[] => {
    const found = proofs.filter((proof) => proof?.kind === kind);
    if (found.length === 0) return [];
    const count =
      found.length === listeners.length ? '' : ` (${found.length} of ${counted(listeners.length, 'listener')})`;
    return [`${words} at ${askedNames(found.flatMap((proof) => proof?.by ?? []))}${count}`];
  };
  const text = [
    ...said('accepted', 'old sessions are still accepted'),
    ...said('not-live', 'the change is not in use'),
    ...said('refused', 'old sessions are refused'),
    ...said('unproven', 'not seen whether old sessions are refused'),
  ].join('; ');
  const summary = proofSummary(proofs);
  const tone = summary === 'refused' ? 'good' : summary === 'accepted' || summary === 'not-live' ? 'bad' : 'warn';
  return { text, tone };
}

/** `partly`: some listeners' old sessions are refused, and of the others nothing is shown. */
function proofSummary(proofs: readonly (ListenerProof | undefined)[]): ListenerProof['kind'] | 'partly' | 'none' {
  const isAny = (kind: ListenerProof['kind']): boolean => proofs.some((proof) => proof?.kind === kind);
  if (isAny('accepted')) return 'accepted';
  if (isAny('not-live')) return 'not-live';
  if (!isAny('refused')) return isAny('unproven') ? 'unproven' : 'none';
  return proofs.every((proof) => proof?.kind === 'refused') ? 'refused' : 'partly';
}

function revertSentence(
  { id }: Lease,
  { phase, until }: Rollout,
  now: Instant,
  timeOf: StatusTextOptions['timeOf'],
): string {
  const command = `shortfuse revert ${id} --write`;
  if (phase === 'overdue') return `was due by ${timeOf(until)}: ${command}`;
  if (phase === 'due') return `now, at the latest by ${timeOf(until)}: ${command}`;
  return `at the latest by ${timeOf(until)}${left(until, now)}: ${command}`;
}

function stateLines(
  { id }: Lease,
  state: LeaseState,
  entry: (label: string, text: string, tone?: Tone) => string[],
): string[] {
  switch (state.kind) {
    case 'in-place':
      return [];
    case 'unfinished':
      return entry(
        'files',
        `a run was cut off with ${state.written} of ${counted(state.files, 'file')} written: ` +
          (state.pending === 'patch'
            ? `shortfuse patch --finish ${id} completes it, shortfuse revert ${id} --write undoes it`
            : `shortfuse revert ${id} --write completes it`),
        'bad',
      );
    case 'taken-back':
      return entry(
        'files',
        `have their old text again, by other means; shortfuse revert ${id} --write closes the lease`,
        'warn',
      );
    case 'changed-elsewhere':
      return entry('files', `others changed ${state.files.join(', ')} elsewhere; what the lease wrote is there`);
    case 'drifted':
      return state.drifts.flatMap(({ file, line, expected, found, why }) =>
        entry(
          'drifted',
          `${file}:${line}: ${why}; expected ${expected}${found === undefined ? '' : `, found ${found}`}`,
          'bad',
        ),
      );
  }
}

/** ` (in 4 min)` for what is yet to come. */
export function left(at: Instant | undefined, now: Instant): string {
  return at === undefined || at <= now ? '' : ` (in ${spellDuration(roughly(Math.ceil((at - now) / 1000)))})`;
}

/** As exact as a person needs it: to the second for minutes, to the minute for hours, to the hour for days. */
function roughly(seconds: Seconds): Seconds {
  const unit = seconds >= 172_800 ? 3600 : seconds >= 7200 ? 60 : 1;
  return Math.ceil(seconds / unit) * unit;
}

export function leasedName({ server, address, name, profile }: LeaseListener): string {
  return [server, address, name, profile].filter(Boolean).join(' ');
}

/** One mark on the line, in the order of time. */
interface Stop {
  readonly label: string;
  readonly at: Instant;
}

/**
 * The stops of a rollout on one line, evenly spaced because they are seconds and days apart, what has passed drawn thick:
 *
 *     patched ━━━ deployed ━━━ ▲ now ─── safe ─── end
 */
function timeline(lease: Lease, rollout: Rollout, now: Instant, options: StatusTextOptions): string[] {
  const { style = plain, columns = 100, timeOf } = options;
  const stops: Stop[] = [];
  const add = (label: string, at: Instant | undefined): void => {
    if (at !== undefined) stops.push({ label, at });
  };
  add('patched', readInstant(lease.createdAt));
  for (const event of ['deployed', 'restarted', 'inspecting'] as const) {
    const times = lease.events.filter((each) => each.event === event).flatMap(({ at }) => readInstant(at) ?? []);
    add(event, times.length > 0 ? Math.max(...times) : undefined);
  }
  add('safe from', rollout.inspectFrom?.at);
  add('hold until', rollout.holdUntil?.at);
  add('end', rollout.until);
  stops.sort((a, b) => a.at - b.at);
  const firstAhead = stops.findIndex(({ at }) => at > now);
  const shown: (Stop & { readonly isNow?: boolean })[] = [...stops];
  shown.splice(firstAhead === -1 ? stops.length : firstAhead, 0, { label: 'now', at: now, isNow: true });
  const cells = shown.map(({ label, at }) => {
    const [day = '', time = ''] = timeOf(at).split(' ');
    return [label, day.slice(5), time.slice(0, 5)] as const;
  });
  const width = Math.max(...cells.flatMap((cell) => cell.map(widthOf))) + 2;
  // On a narrow terminal the times are in the lines above anyway.
  if (width * cells.length > columns - 2) return [];
  const rail = shown
    .map(({ at, isNow }, i) => {
      const mark = isNow ? style('strong', '▲') : at <= now ? '●' : '○';
      const isLast = i === shown.length - 1;
      const next = shown[i + 1];
      const line = isLast ? '' : (next?.at ?? now) <= now ? '━'.repeat(width - 1) : '─'.repeat(width - 1);
      return `${mark}${line}`;
    })
    .join('');
  const row = (index: 0 | 1 | 2): string =>
    cells
      .map((cell) => cell[index].padEnd(width))
      .join('')
      .trimEnd();
  return [rail, row(0), style('quiet', row(1)), style('quiet', row(2))];
}

/** `status --format json`, as data. `packages/cli/schemas/status.schema.json` says the same to other programs. */
export function statusReport(statuses: readonly LeaseStatus[], now: Instant) {
  const reports = statuses.map(({ lease, state }) => {
    const rollout = rolloutOf(lease, now);
    return {
      lease: lease.id,
      ...(lease.reason === undefined ? {} : { reason: lease.reason }),
      ...(lease.ticket === undefined ? {} : { ticket: lease.ticket }),
      targetSeconds: lease.targetSeconds,
      createdAt: lease.createdAt,
      phase: rollout.phase,
      overdue: rollout.phase === 'overdue',
      events: lease.events,
      inspectFrom: deadlineReport(rollout.inspectFrom),
      holdUntil: deadlineReport(rollout.holdUntil),
      until: writeInstant(rollout.until),
      proof: proofSummary(lease.listeners.map((listener) => proofOf(lease, listener))),
      warnings: rollout.warnings,
      state: state.kind,
      ...(state.kind === 'drifted' ? { drifted: state.drifts } : {}),
      files: lease.files.map(({ file }) => file),
      listeners: lease.listeners.map((listener) => ({
        ...listenerName(listener),
        lifetimeSeconds: listener.lifetimeSeconds,
        oldSessionsAfterReload: listener.oldSessionsAfterReload,
        oldSessionsAfterRestart: listener.oldSessionsAfterRestart,
        ...(listener.withNewKeys ? { withNewKeys: listener.withNewKeys } : {}),
        proof: proofReport(proofOf(lease, listener)),
      })),
    };
  });
  return {
    schemaVersion: 1,
    now: writeInstant(now),
    leases: reports,
    summary: { leases: reports.length, overdue: reports.filter(({ overdue }) => overdue).length },
  };
}

function deadlineReport(deadline: Deadline | undefined) {
  if (!deadline) return null;
  const { at, why, decidedBy, help } = deadline;
  return {
    at: at === undefined ? null : writeInstant(at),
    why,
    decidedBy: decidedBy ? listenerName(decidedBy) : null,
    ...(help === undefined ? {} : { help }),
  };
}

function proofReport(proof: ListenerProof | undefined) {
  return proof ? { result: proof.kind, at: writeInstant(proof.at), by: proof.by.map(askedPlace) } : null;
}

function askedPlace({ host, port, servername, connectedTo }: LeaseProof) {
  return { host, port, servername: servername ?? null, connectedTo: connectedTo ?? null };
}

function listenerName({ server, address, name, profile }: LeaseListener) {
  return { server, address, name, ...(profile === undefined ? {} : { profile }) };
}
