import type { MechanismName, Seconds } from '@shortfuse/core';
import type { Acceptance, Answered, ClientSession, MechanismResult, MechanismStatus } from '../src/index.js';

/** A session that nobody can offer: it has no secret. */
export function session(
  mechanism: MechanismName,
  announced: Seconds = 0,
  ticketLength = mechanism === 'sessionId' ? 0 : 208,
  keyName: string | undefined = ticketLength > 32 ? 'aa'.repeat(16) : undefined,
): ClientSession {
  return {
    protocolVersion: mechanism === 'ticketTls13' ? 0x0304 : 0x0303,
    lifetimeHintSeconds: announced,
    keyName,
    sessionIdLength: 32,
    ticketLength,
    receivedAtMs: 0,
  };
}

const accepted: Readonly<Record<MechanismStatus, readonly [made: number, accepted: number]>> = {
  resumed: [2, 2],
  sometimes: [8, 4],
  refused: [8, 0],
  off: [0, 0],
  unasked: [0, 0],
};

export function mechanism(
  name: MechanismName,
  status: MechanismStatus,
  announced: Seconds = 0,
  ticketLength?: number,
): MechanismResult {
  const given = status === 'off' || status === 'unasked' ? undefined : session(name, announced, ticketLength);
  const [made, taken] = accepted[status];
  return {
    status,
    failure:
      status === 'unasked'
        ? { kind: 'client-certificate', message: 'the server requires a client certificate', help: 'give one' }
        : undefined,
    offers: { made, accepted: taken },
    samples: Array.from({ length: 3 }, () => ({ mechanism: name, session: given, certificate: undefined })),
    hintsOfOneHandshake: given ? [announced] : [],
    renewal: name === 'ticketTls13' && taken > 0 ? 'bounded' : undefined,
    protocol: name === 'ticketTls13' ? 'TLSv1.3' : 'TLSv1.2',
    remoteAddress: '192.0.2.7',
  };
}

export function answered(mechanisms: Answered['mechanisms'], more: Partial<Answered> = {}): Answered {
  return {
    kind: 'answered',
    endpoint: { host: 'shop.example', port: 443, servername: 'shop.example' },
    remoteAddress: '192.0.2.7',
    certificate: { subject: 'CN=shop.example', sha256: 'cd'.repeat(32), objection: undefined },
    protocols: ['TLSv1.3', 'TLSv1.2'],
    mechanisms,
    differingAnswers: [],
    ...more,
  };
}

/** A measurement with these ages accepted and those refused. */
export function acceptance(name: MechanismName, taken: readonly Seconds[], refused: readonly Seconds[]): Acceptance {
  const longest = taken.at(-1);
  return {
    mechanism: name,
    answers: [
      ...taken.map((ageSeconds) => ({ ageSeconds, accepted: true, why: undefined })),
      ...refused.map((ageSeconds) => ({ ageSeconds, accepted: false, why: undefined })),
    ],
    acceptedForSeconds: longest,
    refusedAtSeconds: refused.find((age) => age > (longest ?? -1)),
    isIrregular: false,
    renewal: undefined,
  };
}
