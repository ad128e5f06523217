import { type MechanismName, mechanismNames, spellDuration } from '@shortfuse/core';
import type { AnswerGroup } from './backends.js';
import type { Finding } from './finding.js';
import { announcedSeconds, isStateful, type MechanismResult } from './mechanism.js';
import type { Answered } from './probe.js';
import type { Acceptance } from './wait.js';
import { mechanismTitles, shortKey, spellAge, spellAnnounced } from './words.js';

/** What a person should know besides the figures, a sentence each. */
export function notesOn({ result, acceptances, isInterrupted }: Finding): string[] {
  if (result.kind === 'unanswered') return [];
  const acceptanceOf = (name: MechanismName): Acceptance | undefined =>
    acceptances.find(({ mechanism }) => mechanism === name);
  return [
    ...(isInterrupted ? ['the waiting was interrupted: later ages were not tried'] : []),
    ...severalServers(result),
    ...mechanismNames.flatMap((name) => mechanismNotes(name, result, acceptanceOf(name))),
    ...renewalNotes(result.mechanisms.ticketTls13, acceptanceOf('ticketTls13')),
    ...unseenNotes(result, acceptanceOf),
  ];
}

/** One sentence for all mechanisms: the same servers answer to each. */
function severalServers({ differingAnswers }: Answered): string[] {
  if (differingAnswers.length === 0) return [];
  const certificates = new Set(differingAnswers.map(({ certificateSha256 }) => certificateSha256));
  const counts = new Map<string, number>();
  for (const group of differingAnswers) {
    const spelled = spellGroup(group, certificates.size > 1);
    counts.set(spelled, (counts.get(spelled) ?? 0) + group.handshakes);
  }
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const spelled = [...counts].map(([what, count]) => `${what} (${count} of ${all} handshakes)`).join('; ');
  return [
    `several servers answer here, or one that was reloaded meanwhile: ${spelled}; ` +
      'ask each server with --connect ADDRESS:PORT',
  ];
}

function spellGroup(
  { keyName, lifetimeHintSeconds, certificateSha256 }: AnswerGroup,
  withCertificate: boolean,
): string {
  const parts = [
    ...(keyName === undefined ? [] : [`ticket key ${shortKey(keyName)}`]),
    ...(lifetimeHintSeconds === undefined ? [] : [`${spellAnnounced(lifetimeHintSeconds)} announced`]),
    ...(withCertificate && certificateSha256 !== undefined ? [`certificate ${certificateSha256.slice(0, 8)}…`] : []),
  ];
  return parts.length === 0 ? 'no ticket' : parts.join(', ');
}

function mechanismNotes(
  name: MechanismName,
  { mechanisms, differingAnswers }: Answered,
  acceptance: Acceptance | undefined,
): string[] {
  const what = mechanismTitles[name];
  const result = mechanisms[name];
  const { status, offers, failure } = result;
  const notes: string[] = [];
  if (status === 'unasked' && failure) notes.push(`${what}: not asked, because ${failure.message}`);
  if (status === 'refused')
    notes.push(
      isStateful(result)
        ? `${what}: handed out as a key into a cache, and never accepted (${offers.made} offers): there is no such cache`
        : `${what}: handed out and never accepted (${offers.made} offers): the server keeps no sessions, ` +
            'or several servers answer that do not share them',
    );
  // Where several servers show themselves, that is why.
  if (status === 'sometimes' && differingAnswers.length === 0)
    notes.push(
      `${what}: accepted ${offers.accepted} of ${offers.made} times: each process keeps its own sessions, ` +
        'or several servers answer that do not share them',
    );
  return [...notes, ...acceptanceNotes(what, result, acceptance)];
}

function acceptanceNotes(what: string, result: MechanismResult, acceptance: Acceptance | undefined): string[] {
  if (!acceptance) return [];
  const notes: string[] = [];
  const announced = announcedSeconds(result);
  const { acceptedForSeconds, refusedAtSeconds, isIrregular, answers } = acceptance;
  if (announced !== undefined && announced > 0) {
    if (acceptedForSeconds !== undefined && acceptedForSeconds > announced + 1)
      notes.push(`${what}: accepted for longer than the server announces (${spellDuration(announced)})`);
    if (refusedAtSeconds !== undefined && refusedAtSeconds < announced - 1)
      notes.push(`${what}: refused earlier than the server announces (${spellDuration(announced)})`);
  }
  if (isIrregular)
    notes.push(`${what}: a session was refused when older ones were accepted: a full cache, or several servers`);
  const unanswered = answers.find(({ accepted }) => accepted === undefined);
  if (unanswered)
    notes.push(`${what}: no answer at the age of ${spellAge(unanswered.ageSeconds)}: ${unanswered.why ?? ''}`);
  return notes;
}

function renewalNotes(result: MechanismResult, acceptance: Acceptance | undefined): string[] {
  const renewal = acceptance?.renewal ?? result.renewal;
  if (renewal !== 'unbounded') return [];
  const announced = announcedSeconds(result) ?? 0;
  return [
    `TLS 1.3 ticket: a client that comes back within ${spellDuration(announced)} is given a new ticket for as long ` +
      'again, without end; waiting does not end that, only new keys do',
  ];
}

/** What only waiting shows, said once for all mechanisms. */
function unseenNotes(
  { mechanisms }: Answered,
  acceptanceOf: (name: MechanismName) => Acceptance | undefined,
): string[] {
  const unseen = mechanismNames.filter(
    (name) =>
      mechanisms[name].offers.accepted > 0 && !acceptanceOf(name) && (announcedSeconds(mechanisms[name]) ?? 0) === 0,
  );
  if (unseen.length === 0) return [];
  const what = unseen.map((name) => mechanismTitles[name]).join(', ');
  return [`${what}: the server does not announce for how long it accepts them; --wait measures it`];
}
