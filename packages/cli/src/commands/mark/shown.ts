import { askedName, type Seconds, type Styler, spellDuration } from '@shortfuse/core';
import { mechanismTitles, type OldSessions } from '@shortfuse/probe';
import type { Shown } from './prove.js';

/** Did a server show that old sessions are alive, or that the change is not in use there? */
export function isAlarming({ proof: { result, announcedSeconds = 0 } }: Shown, targetSeconds: Seconds): boolean {
  return result === 'accepted' || announcedSeconds > targetSeconds;
}

/** What one server showed, in a line. */
export function shownLine({ proof, isTooNew, finding: { old } }: Shown, targetSeconds: Seconds, style: Styler): string {
  const { result, announcedSeconds } = proof;
  const tone = { refused: 'good', accepted: 'bad', unproven: 'warn' } as const;
  const text = isTooNew
    ? 'the sessions in the file are not from before the change, so they show nothing'
    : old
      ? oldPart(result, old.sessions)
      : 'no old session was offered, so none is proven gone';
  const parts = [style(tone[result], text)];
  if (announcedSeconds !== undefined) {
    const announced = `new ones are announced for ${spellDuration(announcedSeconds)}`;
    parts.push(announcedSeconds > targetSeconds ? style('bad', announced) : announced);
  }
  return `${askedName(proof)}: ${parts.join('; ')}`;
}

function oldPart(result: Shown['proof']['result'], sessions: readonly OldSessions[]): string {
  const by = (...wanted: readonly OldSessions['outcome'][]): string =>
    sessions
      .filter(({ outcome }) => wanted.includes(outcome))
      .map(({ mechanism }) => mechanismTitles[mechanism])
      .join(', ');
  switch (result) {
    case 'refused':
      return `old sessions are refused (${by('refused')})`;
    case 'accepted':
      return `old sessions are still accepted (${by('accepted')})`;
    case 'unproven':
      if (sessions.length === 0) return 'it resumed nothing before, so there is no old session to offer';
      return by('expired') === ''
        ? `not seen whether old sessions are refused: no answer to an offer (${by('unanswered')})`
        : `not seen whether old sessions are refused: they are over by now (${by('expired')})`;
  }
}
