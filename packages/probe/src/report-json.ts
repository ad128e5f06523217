import { type MechanismName, type Place, placeOf, type Renewal, type Seconds } from '@shortfuse/core';
import { type AnswerGroup, keyNameOf } from './backends.js';
import type { Difference } from './compare.js';
import { sniOf } from './endpoint.js';
import type { Failure } from './failure.js';
import type { Finding } from './finding.js';
import { announcedSeconds, isStateful, type MechanismResult } from './mechanism.js';
import { notesOn } from './notes.js';
import { type OldSessions, oldSessionsAre } from './stock.js';
import { type LifeVerdict, lifeOf, verdictOn } from './verdict.js';
import type { Acceptance } from './wait.js';

/** `probe --format json` for one server. `packages/cli/schemas/probe.schema.json` says the same to other programs. */
export interface ProbeReport {
  readonly schemaVersion: 1;
  readonly targetSeconds: Seconds;
  readonly host: string;
  readonly port: number;
  /** null: no name was sent. */
  readonly servername: string | null;
  readonly starttls: string | null;
  /** The address that answered. */
  readonly remoteAddress: string | null;
  /** Why there is no answer. */
  readonly failure: Failure | null;
  readonly protocols: readonly string[];
  readonly certificate: { readonly subject: string; readonly sha256: string; readonly objection: string | null } | null;
  readonly mechanisms: Readonly<Record<MechanismName, ProbedMechanism>>;
  /** Empty where all handshakes were answered alike. */
  readonly differingAnswers: readonly AnswerGroupReport[];
  /** Only with `--after`. */
  readonly oldSessions?: OldSessionsReport;
  /** Only with `--against`. */
  readonly comparison?: ComparisonReport;
  readonly notes: readonly string[];
}

export interface ProbedMechanism {
  /** null: could not be asked. */
  readonly offered: boolean | null;
  /** Was any session accepted? null: could not be asked. */
  readonly resumed: boolean | null;
  /** null: no ticket, or session IDs, which announce nothing; 0: a ticket that announces nothing. */
  readonly lifetimeHintSeconds: Seconds | null;
  readonly keyName: string | null;
  /** The greatest age at which a session was accepted; null where that was not measured. */
  readonly acceptedForSeconds: Seconds | null;
  /** The smallest age above that at which one was refused; null where that was not seen. */
  readonly refusedAtSeconds: Seconds | null;
  readonly offersMade: number;
  readonly offersAccepted: number;
  /** Is the ticket only a key into the server's cache? null where there is none. */
  readonly stateful: boolean | null;
  readonly renewal: Renewal | null;
  readonly verdict: LifeVerdict;
  readonly ages: readonly { readonly ageSeconds: Seconds; readonly accepted: boolean | null }[];
}

interface AnswerGroupReport {
  readonly mechanism: MechanismName;
  readonly keyName: string | null;
  readonly lifetimeHintSeconds: Seconds | null;
  readonly certificateSha256: string | null;
  readonly handshakes: number;
}

interface OldSessionsReport {
  readonly takenAt: string;
  readonly are: ReturnType<typeof oldSessionsAre>;
  readonly mechanisms: readonly {
    readonly mechanism: MechanismName;
    readonly outcome: OldSessions['outcome'];
    readonly ageSeconds: Seconds;
    readonly lifetimeHintSeconds: Seconds | null;
    readonly renewedHintSeconds: Seconds | null;
  }[];
}

interface ComparisonReport {
  readonly server: string;
  readonly address: string | null;
  readonly name: string;
  readonly definedAt: Place;
  readonly agrees: boolean;
  readonly differences: readonly Difference[];
  readonly compared: readonly MechanismName[];
  readonly lifetimesCompared: readonly MechanismName[];
}

/** Several servers, or a comparison with files: `probes` holds for each what is printed for a single one. */
export interface ProbesReport {
  readonly schemaVersion: 1;
  readonly targetSeconds: Seconds;
  readonly probes: readonly ProbeReport[];
  /** Listeners of the files that were not probed, and why. */
  readonly skipped: readonly { readonly address: string | null; readonly name: string; readonly why: string }[];
}

export function probeReport(finding: Finding): ProbeReport {
  const { result, targetSeconds, acceptances, old, against } = finding;
  const { endpoint } = result;
  const isAnswered = result.kind === 'answered';
  const of = (name: MechanismName): ProbedMechanism => {
    if (!isAnswered) return unknownMechanism;
    const acceptance = acceptances.find(({ mechanism }) => mechanism === name);
    return mechanismReport(result.mechanisms[name], acceptance, targetSeconds);
  };
  const certificate = isAnswered ? result.certificate : undefined;
  return {
    schemaVersion: 1,
    targetSeconds,
    host: endpoint.host,
    port: endpoint.port,
    servername: sniOf(endpoint) ?? null,
    starttls: endpoint.starttls ?? null,
    remoteAddress: (isAnswered ? result.remoteAddress : undefined) ?? null,
    failure: isAnswered ? null : result.failure,
    protocols: isAnswered ? result.protocols : [],
    certificate: certificate
      ? { subject: certificate.subject, sha256: certificate.sha256, objection: certificate.objection ?? null }
      : null,
    mechanisms: { sessionId: of('sessionId'), ticketTls12: of('ticketTls12'), ticketTls13: of('ticketTls13') },
    differingAnswers: isAnswered ? result.differingAnswers.map(groupReport) : [],
    ...(old ? { oldSessions: oldReport(old) } : {}),
    ...(against ? { comparison: comparisonReport(against) } : {}),
    notes: notesOn(finding),
  };
}

const unknownMechanism: ProbedMechanism = {
  offered: null,
  resumed: null,
  lifetimeHintSeconds: null,
  keyName: null,
  acceptedForSeconds: null,
  refusedAtSeconds: null,
  offersMade: 0,
  offersAccepted: 0,
  stateful: null,
  renewal: null,
  verdict: 'unknown',
  ages: [],
};

function mechanismReport(
  result: MechanismResult,
  acceptance: Acceptance | undefined,
  target: Seconds,
): ProbedMechanism {
  const { status, offers } = result;
  if (status === 'unasked') return unknownMechanism;
  return {
    offered: status !== 'off',
    resumed: offers.accepted > 0,
    lifetimeHintSeconds: announcedSeconds(result) ?? null,
    keyName: keyNameOf(result) ?? null,
    acceptedForSeconds: acceptance?.acceptedForSeconds ?? null,
    refusedAtSeconds: acceptance?.refusedAtSeconds ?? null,
    offersMade: offers.made,
    offersAccepted: offers.accepted,
    stateful: isStateful(result) ?? null,
    renewal: acceptance?.renewal ?? result.renewal ?? null,
    verdict: verdictOn(lifeOf(result, acceptance), target),
    ages: (acceptance?.answers ?? []).map(({ ageSeconds, accepted }) => ({ ageSeconds, accepted: accepted ?? null })),
  };
}

function groupReport(group: AnswerGroup): AnswerGroupReport {
  return {
    mechanism: group.mechanism,
    keyName: group.keyName ?? null,
    lifetimeHintSeconds: group.lifetimeHintSeconds ?? null,
    certificateSha256: group.certificateSha256 ?? null,
    handshakes: group.handshakes,
  };
}

function oldReport({ stock, sessions }: NonNullable<Finding['old']>): OldSessionsReport {
  return {
    takenAt: new Date(stock.takenAtMs).toISOString(),
    are: oldSessionsAre(sessions),
    mechanisms: sessions.map((each) => ({
      mechanism: each.mechanism,
      outcome: each.outcome,
      ageSeconds: each.ageSeconds,
      lifetimeHintSeconds: each.announcedSeconds ?? null,
      renewedHintSeconds: each.renewedSeconds ?? null,
    })),
  };
}

function comparisonReport({ listener, comparison }: NonNullable<Finding['against']>): ComparisonReport {
  const { server, address, name, definedAt } = listener;
  return {
    server,
    address,
    name,
    definedAt: placeOf(definedAt),
    agrees: comparison.differences.length === 0,
    differences: comparison.differences,
    compared: comparison.compared,
    lifetimesCompared: comparison.lifetimesCompared,
  };
}

/** One report as text: indented by two, with a newline at the end. No finding holds a session's secret. */
export function probeJson(report: ProbeReport | ProbesReport): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
