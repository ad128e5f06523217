import type { MechanismName } from '@shortfuse/core';
import type { MechanismResult, Sample } from './mechanism.js';

/** Full handshakes of one mechanism that were answered alike. */
export interface AnswerGroup {
  readonly mechanism: MechanismName;
  /** Of the key that encrypts tickets; undefined where tickets name none. */
  readonly keyName: string | undefined;
  /** Undefined where there is no ticket. */
  readonly lifetimeHintSeconds: number | undefined;
  readonly certificateSha256: string | undefined;
  readonly handshakes: number;
}

/**
 * The different answers to one mechanism's handshakes, the most frequent first. More than one group: several servers answer,
 * or one that changed in between.
 */
export function groupAnswers(result: MechanismResult): readonly AnswerGroup[] {
  const namesKeys = hasKeyNames(result);
  const groups = new Map<string, AnswerGroup>();
  for (const { mechanism, session, certificate } of result.samples) {
    const isTicket = session !== undefined && session.ticketLength > 0;
    const group = {
      mechanism,
      keyName: namesKeys ? session?.keyName : undefined,
      lifetimeHintSeconds: isTicket ? session.lifetimeHintSeconds : undefined,
      certificateSha256: certificate?.sha256,
    };
    const key = JSON.stringify(group);
    groups.set(key, { ...group, handshakes: (groups.get(key)?.handshakes ?? 0) + 1 });
  }
  return [...groups.values()].sort((a, b) => b.handshakes - a.handshakes);
}

/**
 * Do the tickets of this server name their key? Where each begins with other bytes and every one is accepted, these bytes are
 * something else: Go's tickets since 1.21, for one. Three servers with a key each would refuse each other's.
 */
export function hasKeyNames({ samples, status }: MechanismResult): boolean {
  const names = samples.flatMap(({ session }) => session?.keyName ?? []);
  const areAllDifferent = names.length > 1 && new Set(names).size === names.length;
  return names.length > 0 && !(areAllDifferent && status === 'resumed');
}

/** The name of the key of the newest ticket; undefined where tickets name none. */
export function keyNameOf(result: MechanismResult): string | undefined {
  return hasKeyNames(result) ? result.samples.findLast(({ session }: Sample) => session)?.session?.keyName : undefined;
}
