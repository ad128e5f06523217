import type { Anchor } from './change.js';
import type { Seconds } from './duration.js';
import { applyEdits, invertEdits } from './edit.js';
import {
  effectiveLifetime,
  type Fate,
  type Listener,
  lastingName,
  mechanismSeconds,
  type WithNewKeys,
} from './listener.js';
import type { PatchedFile, Plan } from './plan.js';
import { positionOf, type SourceFile, type Span } from './source.js';
import { type Standing, type Statements, standingOf, statementsOf, type Within } from './statements.js';

/**
 * The record of one temporary change: what was there, what is there now, why, until when. It is data as it stands in a file,
 * with everything that taking the change back needs; nothing in it depends on the machine that wrote it.
 */
export interface Lease {
  readonly schemaVersion: 1;
  readonly id: string;
  /** ISO 8601, UTC, as all times here. */
  readonly createdAt: string;
  /** When the change has to be taken back at the latest. */
  readonly until: string;
  readonly targetSeconds: Seconds;
  readonly reason?: string;
  /** The change request that it belongs to. */
  readonly ticket?: string;
  /** How the configuration was opened, so that it can be resolved again. */
  readonly reading: LeaseReading;
  readonly files: readonly LeaseFile[];
  /** The listeners that the change shortens, as they were before it. */
  readonly listeners: readonly LeaseListener[];
  readonly companions: readonly LeaseCompanion[];
  readonly events: readonly LeaseEvent[];
  /** Files that are being written. Where it is there and nobody is writing, a run was cut off. */
  readonly pending?: PendingWrite;
}

/** Paths are relative to the folder that holds `.shortfuse`, with `/`. */
export interface LeaseReading {
  readonly paths: readonly string[];
  readonly servers: readonly string[];
  readonly roots: Readonly<Record<string, string>>;
  readonly defines: Readonly<Record<string, string>>;
  /** The configuration file that was used; absent where there was none. */
  readonly config?: string;
}

export interface LeaseFile {
  readonly file: string;
  /** The id of the adapter whose file it is. */
  readonly server: string;
  /** `sha256:` and 64 hexadecimal digits, of the bytes. */
  readonly digestBefore: string;
  readonly digestAfter: string;
  /** In the order of the text. */
  readonly edits: readonly LeaseEdit[];
  /** Other files that could be taken for this one from the start: where this one is gone, it was not renamed to one of these. */
  readonly similar?: readonly string[];
}

export interface LeaseEdit {
  /** In the patched text, for people; both count from 1. */
  readonly line: number;
  readonly column: number;
  /** In the patched text, in UTF-16 units, a byte order mark not counted. */
  readonly start: number;
  readonly before: string;
  readonly after: string;
  /** Numbers of the listeners that it shortens, in the lease's list. */
  readonly listeners: readonly number[];
  /** Where it stands in the structure; absent for a comment that names this lease, which is found by its text. */
  readonly anchor?: LeaseAnchor;
}

/** Where an edit stands, with as much about its likes as it takes to know later whether another could be meant. */
export interface LeaseAnchor extends Within {
  readonly path: readonly string[];
  /** What the lines before and after the statement's own say, without the blanks around them. */
  readonly around: readonly [before: string, after: string];
  /** Among the statements with this path in the patched text. */
  readonly atPath: Standing;
  /** Among those with the same last part of the path. */
  readonly named: Standing;
}

/** A listener as it was, with what decides when its old sessions are gone. */
export interface LeaseListener {
  readonly server: string;
  readonly address: string | null;
  readonly name: string;
  readonly profile?: string;
  /** Null: not known. */
  readonly lifetimeSeconds: Seconds | null;
  /** The longest among the ways of resuming that outlive the target. Null: not known. */
  readonly mechanisms: Readonly<Record<'sessionId' | 'ticketTls12' | 'ticketTls13', Seconds | null>>;
  readonly oldSessionsAfterReload: Fate;
  readonly oldSessionsAfterRestart: Fate;
  /** Can a client extend a session that survives the change, without end? Null: not known. */
  readonly isRenewed: boolean | null;
  /** May a TLS 1.3 client that keeps coming back within the new lifetime extend its session without end? */
  readonly renewsAtTarget: boolean | null;
  /** What ends old sessions at once. */
  readonly end?: string;
  /** What becomes of old sessions when ticket keys are replaced as well; absent where no key is in a file. */
  readonly withNewKeys?: WithNewKeys;
}

/** What people know a listener by. */
export type ListenerIdentity = Pick<LeaseListener, 'server' | 'address' | 'name' | 'profile'>;

/** A file beside the lease. */
export interface LeaseCompanion {
  readonly file: string;
  /** The id of the adapter whose server it is for. */
  readonly server: string;
  readonly purpose: string;
  readonly use: 'apply' | 'verify' | 'revert';
  readonly isRequired: boolean;
}

export const leaseEvents = ['deployed', 'restarted', 'inspecting'] as const;
export type LeaseEventName = (typeof leaseEvents)[number];

export interface LeaseEvent {
  readonly event: LeaseEventName;
  readonly at: string;
  /** The adapter's id of the one server that it happened to; absent where it happened to all. */
  readonly server?: string;
  /** Ticket keys were replaced with it, on every machine that shares them. */
  readonly newKeys?: boolean;
  /** What servers did with sessions from before the change; absent where none was asked. */
  readonly proof?: readonly LeaseProof[];
}

/**
 * What one server did with sessions from before the change.
 * - `refused`: every mechanism that took them before refuses them, before their time
 * - `accepted`: at least one mechanism still takes them
 * - `unproven`: there were none to offer, or they were over anyway
 */
export interface LeaseProof {
  /** As it was asked: a name or an IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** The name that was sent; absent where none was. */
  readonly servername?: string;
  /** Where the connection went instead of to `host` and `port`. */
  readonly connectedTo?: { readonly host: string; readonly port: number };
  readonly result: 'refused' | 'accepted' | 'unproven';
  /** When that was seen. */
  readonly at: string;
  /** The lifetime that it announces for new sessions; absent where it announces none that can be relied on. */
  readonly announcedSeconds?: Seconds;
  /** The listeners of the lease that it answers for. */
  readonly listeners: readonly ListenerIdentity[];
}

/** What a run is writing: every file is as `from` says or as `to` says, whenever the run ends. */
export interface PendingWrite {
  readonly kind: 'patch' | 'revert';
  readonly files: readonly { readonly file: string; readonly from: string; readonly to: string }[];
  /** Edits that the run leaves alone, as `[file, edit]` numbers: they stay in the lease when it is done. */
  readonly left: readonly (readonly [file: number, edit: number])[];
  /** What the run extends: without it, a file that it did not reach could not be taken back. */
  readonly previous?: PreviousLease;
}

/** A lease as it was before it was extended. */
export interface PreviousLease {
  /** Without anything pending. */
  readonly lease: Lease;
  /** The digests of its files as the run found them, by their names. */
  readonly digests: Readonly<Record<string, string>>;
}

/** What the edge knows and a plan does not. */
export interface LeaseDetails {
  readonly id: string;
  readonly createdAt: string;
  readonly until: string;
  readonly targetSeconds: Seconds;
  readonly reason?: string | undefined;
  readonly ticket?: string | undefined;
  readonly reading: LeaseReading;
  readonly companions: readonly LeaseCompanion[];
  /** How a file is called in the lease. */
  readonly nameOf: (file: SourceFile) => string;
  /** The adapter's id of a file. */
  readonly serverOf: (file: SourceFile) => string;
  /** Of the bytes that a text stands for. */
  readonly digestOf: (file: SourceFile) => string;
  /** The statements of a patched text. */
  readonly anchorsOf: (file: SourceFile) => readonly Anchor[];
}

/** The lease for a plan. @throws Error where an edit of the plan is in no statement that an anchor tells of */
export function leaseFor(plan: Plan, details: LeaseDetails): Lease {
  const listeners = [...new Set(plan.configurations.flatMap((each) => each.listeners))];
  const numbers = new Map(listeners.map((listener, i) => [listener, i]));
  const { id, createdAt, until, targetSeconds, reason, ticket, reading, companions } = details;
  return {
    schemaVersion: 1,
    id,
    createdAt,
    until,
    targetSeconds,
    ...(reason === undefined ? {} : { reason }),
    ...(ticket === undefined ? {} : { ticket }),
    reading,
    files: plan.files.map((file) => leaseFile(file, details, numbers)),
    listeners: listeners.map((listener) => leaseListener(listener)),
    companions,
    events: [],
  };
}

function leaseFile(
  { before, after, edits }: PatchedFile,
  { nameOf, serverOf, digestOf, anchorsOf }: LeaseDetails,
  numbers: ReadonlyMap<Listener, number>,
): LeaseFile {
  const anchors = anchorsOf(after);
  const statements = statementsOf(after, anchors);
  const inverse = invertEdits(edits);
  return {
    file: nameOf(before),
    server: serverOf(before),
    digestBefore: digestOf(before),
    digestAfter: digestOf(after),
    edits: edits.map((edit, i) => {
      const span = inverse[i]?.span ?? edit.span;
      const firstWritten = span.start + (edit.after.length - edit.after.trimStart().length);
      const anchor = edit.isComment ? undefined : anchorAt(after, span, edit.before === '', anchors);
      return {
        ...positionOf(after, edit.before === '' ? firstWritten : span.start),
        start: span.start,
        before: edit.before,
        after: edit.after,
        listeners: edit.listeners.flatMap((listener) => numbers.get(listener) ?? []),
        ...(anchor ? { anchor: leaseAnchor(span, edit.after, anchor, statements) } : {}),
      };
    }),
  };
}

/** The statement that holds a changed value, or that was inserted. */
function anchorAt(file: SourceFile, span: Span, isInserted: boolean, anchors: readonly Anchor[]): Anchor {
  const holding = anchors.find(({ statement }) => statement.start <= span.start && span.end <= statement.end);
  const inserted = isInserted
    ? anchors.find(({ statement }) => span.start <= statement.start && statement.end <= span.end)
    : undefined;
  const anchor = inserted ?? holding;
  if (!anchor) throw new Error(`an edit at ${file.path}:${positionOf(file, span.start).line} is in no statement`);
  return anchor;
}

function leaseAnchor(span: Span, written: string, anchor: Anchor, statements: Statements): LeaseAnchor {
  const { path, statement, value } = anchor;
  const from = value.start <= span.start && span.end <= value.end ? 'value' : 'statement';
  const place = from === 'value' ? value : statement;
  const within: Within = {
    from,
    offset: span.start - place.start,
    tail: place.end - (span.start + written.trimEnd().length),
  };
  const atPath = statements.at(path);
  const own = atPath.list.find((like) => like.anchor === anchor) ?? { anchor, around: ['', ''] as const };
  return {
    path,
    ...within,
    around: own.around,
    atPath: standingOf(atPath, own, within, written),
    named: standingOf(statements.named(path), own, within, written),
  };
}

function leaseListener(listener: Listener): LeaseListener {
  const { server, address, name, profile, mechanisms, oldSessions } = listener;
  const { ticketTls13 } = mechanisms;
  return {
    server,
    address,
    name,
    ...(profile === undefined ? {} : { profile }),
    lifetimeSeconds: effectiveLifetime(listener).seconds ?? null,
    mechanisms: {
      sessionId: mechanismSeconds(mechanisms.sessionId) ?? null,
      ticketTls12: mechanismSeconds(mechanisms.ticketTls12) ?? null,
      ticketTls13: mechanismSeconds(ticketTls13) ?? null,
    },
    oldSessionsAfterReload: listener.oldSessionsAfterReload,
    oldSessionsAfterRestart: listener.oldSessionsAfterRestart,
    isRenewed: oldSessions ? (oldSessions.isRenewed ?? null) : false,
    renewsAtTarget:
      ticketTls13.enabled === false
        ? false
        : ticketTls13.renewal === 'unknown'
          ? null
          : ticketTls13.renewal === 'unbounded',
    ...(oldSessions ? { end: oldSessions.end } : {}),
    ...(oldSessions?.withNewKeys ? { withNewKeys: oldSessions.withNewKeys } : {}),
  };
}

/** Same listener by what people know it by. */
export function isSameListener(
  a: Pick<Listener, 'server' | 'address' | 'name' | 'profile'>,
  b: Pick<LeaseListener, 'server' | 'address' | 'name' | 'profile'>,
): boolean {
  return (
    a.server === b.server && a.address === b.address && lastingName(a) === lastingName(b) && a.profile === b.profile
  );
}

/** The patched text from the text before it, for a run that was cut off; undefined where the edits do not fit. */
export function patchedText({ edits }: LeaseFile, text: string): string | undefined {
  let shift = 0;
  const forward = edits.map(({ start, before, after }) => {
    const at = start - shift;
    shift += after.length - before.length;
    return { span: { start: at, end: at + before.length }, before, after };
  });
  const result = applyEdits(text, forward);
  return result.ok ? result.text : undefined;
}

/** The text before the patch from the patched text; undefined where that is not what the lease wrote. */
export function unpatchedText({ edits }: LeaseFile, text: string): string | undefined {
  const result = applyEdits(
    text,
    edits.map(({ start, before, after }) => ({
      span: { start, end: start + after.length },
      before: after,
      after: before,
    })),
  );
  return result.ok ? result.text : undefined;
}
