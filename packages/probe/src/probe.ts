import { type MechanismName, mechanismNames } from '@shortfuse/core';
import { type AnswerGroup, groupAnswers } from './backends.js';
import { handshake, type PeerCertificate } from './connection.js';
import type { Endpoint } from './endpoint.js';
import { type Failure, isFinal } from './failure.js';
import { type MechanismResult, probeMechanism, probeRenewal } from './mechanism.js';

/** A server that completed at least one handshake. */
export interface Answered {
  readonly kind: 'answered';
  readonly endpoint: Endpoint;
  readonly remoteAddress: string | undefined;
  /** Of the newest full handshake. */
  readonly certificate: PeerCertificate | undefined;
  /** `TLSv1.3` and older, the newest first. */
  readonly protocols: readonly string[];
  readonly mechanisms: Readonly<Record<MechanismName, MechanismResult>>;
  /** Answers to equal handshakes, where they differ; empty where all are alike. */
  readonly differingAnswers: readonly AnswerGroup[];
}

/** A server that cannot be asked. */
export interface Unanswered {
  readonly kind: 'unanswered';
  readonly endpoint: Endpoint;
  readonly failure: Failure;
}

export type ProbeResult = Answered | Unanswered;

export interface ProbeOptions {
  /** Ask nothing further of a server whose certificate is not valid for the host. */
  readonly verify?: boolean;
}

/** Tickets of so many full handshakes are compared, to see whether several servers answer. */
const enoughSamples = 6;

/**
 * Asks a server which sessions it resumes: about 15 connections, one after the other, in two to three seconds. The renewal of
 * TLS 1.3 tickets shows only after two seconds, so TLS 1.3 is asked first. Always ends; never rejects.
 */
export async function probe(endpoint: Endpoint, options: ProbeOptions = {}): Promise<ProbeResult> {
  const results = new Map<MechanismName, MechanismResult>();
  for (const mechanism of ['ticketTls13', 'sessionId', 'ticketTls12'] as const) {
    const result = await probeMechanism({ ...endpoint, mechanism, legacy: isOld(results) }, options);
    if (result.failure && isFinal(result.failure)) return unanswered(endpoint, result.failure);
    results.set(mechanism, result);
  }
  const [sessionId, ticketTls12, ticketTls13] = mechanismNames.map((mechanism) => results.get(mechanism));
  if (!sessionId || !ticketTls12 || !ticketTls13) throw new TypeError('every mechanism was asked');
  const mechanisms = { sessionId, ticketTls12, ticketTls13: alsoWithoutCertificate(ticketTls13, sessionId) };
  const failure = commonFailure(mechanisms);
  if (failure) return unanswered(endpoint, failure);
  const isAsked = { ...mechanisms, ticketTls13: await withRenewal(endpoint, mechanisms.ticketTls13) };
  return summarize(endpoint, await withMoreSamples(endpoint, isAsked));
}

/** TLS 1.3 was tried first: where the server does not speak that, it may speak nothing newer than 1.1. */
function isOld(results: ReadonlyMap<MechanismName, MechanismResult>): boolean {
  return results.get('ticketTls13')?.failure?.kind === 'version';
}

function unanswered(endpoint: Endpoint, failure: Failure): Unanswered {
  return { kind: 'unanswered', endpoint, failure };
}

/** The alert by which TLS 1.3 asks for a client certificate can be lost where the server resets the connection behind it. */
function alsoWithoutCertificate(tls13: MechanismResult, tls12: MechanismResult): MechanismResult {
  const isRefused = tls12.failure?.kind === 'client-certificate' && tls13.status === 'off' && !tls13.failure;
  return isRefused ? { ...tls13, status: 'unasked', failure: tls12.failure } : tls13;
}

/** Why no mechanism could be asked; undefined where one was. What says most comes first. */
function commonFailure(mechanisms: Answered['mechanisms']): Failure | undefined {
  const failures = mechanismNames.map((name) => mechanisms[name].failure);
  if (!failures.every((failure) => failure !== undefined)) return undefined;
  const isVersion = failures.every(({ kind }) => kind === 'version');
  if (isVersion)
    return {
      kind: 'version',
      message: 'the server speaks none of TLS 1.0 to 1.3, or asks for ciphers that Node.js does not have',
      help: 'look at it with: openssl s_client -connect HOST:PORT',
    };
  return (
    failures.find(({ kind }) => kind === 'client-certificate') ??
    failures.find(({ kind }) => kind !== 'version') ??
    failures[0]
  );
}

async function withRenewal(endpoint: Endpoint, result: MechanismResult): Promise<MechanismResult> {
  const session = result.samples.findLast((sample) => sample.session)?.session;
  if (result.offers.accepted === 0 || result.renewal !== undefined || !session) return result;
  return { ...result, renewal: await probeRenewal({ ...endpoint, mechanism: 'ticketTls13' }, session) };
}

/** Takes further tickets where there are few, and where those there are differ. */
async function withMoreSamples(
  endpoint: Endpoint,
  mechanisms: Answered['mechanisms'],
): Promise<Answered['mechanisms']> {
  const more: Partial<Record<MechanismName, MechanismResult>> = {};
  const offering = (['ticketTls12', 'ticketTls13'] as const).filter((name) => mechanisms[name].status !== 'off');
  for (const mechanism of offering) {
    const result = mechanisms[mechanism];
    if (result.status === 'unasked') continue;
    const differ = groupAnswers(result).length > 1 || result.status === 'sometimes' || result.status === 'refused';
    if (!differ && offering.length > 1) continue;
    const samples = [...result.samples];
    const target = { ...endpoint, mechanism, legacy: result.protocol !== 'TLSv1.3' && result.protocol !== 'TLSv1.2' };
    while (samples.length < enoughSamples) {
      const { session, connection } = await handshake(target);
      if (connection.error) break;
      samples.push({ mechanism, session, certificate: connection.certificate });
    }
    more[mechanism] = { ...result, samples };
  }
  return { ...mechanisms, ...more };
}

function summarize(endpoint: Endpoint, mechanisms: Answered['mechanisms']): Answered {
  const all = mechanismNames.map((name) => mechanisms[name]);
  const protocols = [...new Set(all.flatMap(({ protocol }) => protocol ?? []))].sort().reverse();
  return {
    kind: 'answered',
    endpoint,
    remoteAddress: all.find(({ remoteAddress }) => remoteAddress !== undefined)?.remoteAddress,
    certificate: all.flatMap(({ samples }) => samples.flatMap(({ certificate }) => certificate ?? [])).at(-1),
    protocols,
    mechanisms,
    differingAnswers: all
      .map(groupAnswers)
      .filter((groups) => groups.length > 1)
      .flat(),
  };
}
