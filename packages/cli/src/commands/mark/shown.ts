import { askedName, type Seconds, type Styler, spellDuration, type Tone } from '@shortfuse/core';
import { mechanismTitles, type OldSessions } from '@shortfuse/probe';
import type { Shown } from './prove.js';

/** Did a server show that old sessions are alive, or that the change is not in use there? */
export function isAlarming({ proof: { result, announcedSeconds = 0 } }: Shown, targetSeconds: Seconds): boolean {
  return result === 'accepted' || announcedSeconds > targetSeconds;
}

/** What one server showed: its name, and a line each for old and for new sessions. Ends with a newline. */
export function shownText(shown: Shown, targetSeconds: Seconds, style: Styler): string {
  const { proof, finding } = shown;
  const { announcedSeconds } = proof;
  const entry = (label: string, tone: Tone | undefined, text: string): string =>
    `  ${style('quiet', label.padEnd(14))}  ${tone ? style(tone, text) : text}\n`;
  const tones = { refused: 'good', accepted: 'bad', unproven: 'warn' } as const;
  const old = entry('old sessions', tones[proof.result], oldText(shown, finding.old?.sessions));
  const isLong = announcedSeconds !== undefined && announcedSeconds > targetSeconds;
  const fresh =
    announcedSeconds === undefined
      ? ''
      : entry(
          'new sessions',
          isLong ? 'bad' : undefined,
          `announced for ${spellDuration(announcedSeconds)}${isLong ? ': the change is not in use there' : ''}`,
        );
  return `${style('heading', askedName(proof))}\n${old}${fresh}`;
}

function oldText({ proof: { result }, isTooNew }: Shown, sessions: readonly OldSessions[] | undefined): string {
  if (!sessions) return 'none was offered, so none is proven gone';
  const by = (wanted: OldSessions['outcome']): string =>
    sessions
      .filter(({ outcome }) => outcome === wanted)
      .map(({ mechanism }) => mechanismTitles[mechanism])
      .join(', ');
  if (isTooNew) return 'not shown: those in the file are not from before the change';
  switch (result) {
    case 'refused':
      return `refused (${by('refused')})`;
    case 'accepted':
      return `still accepted (${by('accepted')})`;
    case 'unproven':
      if (sessions.length === 0) return 'not shown: it resumed nothing before, so there is none to offer';
      return by('expired') === ''
        ? `not shown: no answer to an offer (${by('unanswered')})`
        : `not shown: they are over by now (${by('expired')})`;
  }
}
