import type { LeaseProof } from '@shortfuse/core';
import { plain } from '@shortfuse/core';
import type { OldSessions } from '@shortfuse/probe';
import { expect, test } from 'vitest';
import type { Shown } from './prove.js';
import { isAlarming, shownText } from './shown.js';

const endpoint = { host: 'shop.example', port: 443 };

function shown(
  result: LeaseProof['result'],
  outcomes: readonly OldSessions['outcome'][] | undefined,
  more: { readonly announcedSeconds?: number; readonly isTooNew?: boolean } = {},
): Shown {
  const { isTooNew = false, ...announced } = more;
  const names = ['sessionId', 'ticketTls12', 'ticketTls13'] as const;
  const sessions = outcomes?.map((outcome, i) => ({
    mechanism: names[i] ?? 'sessionId',
    outcome,
    ageSeconds: 12,
    announcedSeconds: 3600,
    renewedSeconds: undefined,
    failure: undefined,
  }));
  return {
    isTooNew,
    proof: { ...endpoint, result, at: '2026-03-02T12:05:00Z', listeners: [], ...announced },
    finding: {
      targetSeconds: 60,
      result: { kind: 'unanswered', endpoint, failure: { kind: 'refused', message: '', help: '' } },
      acceptances: [],
      old: sessions && { stock: { endpoint, takenAtMs: 0, mechanisms: {} }, sessions },
    },
  };
}

test.each([
  { each: shown('refused', ['refused', 'refused']), old: 'refused (session ID, TLS 1.2 ticket)', alarms: false },
  { each: shown('accepted', ['refused', 'accepted', 'expired']), old: 'still accepted (TLS 1.2 ticket)', alarms: true },
  {
    each: shown('unproven', ['refused', 'expired']),
    old: 'not shown: they are over by now (TLS 1.2 ticket)',
    alarms: false,
  },
  { each: shown('unproven', ['unanswered']), old: 'not shown: no answer to an offer (session ID)', alarms: false },
  {
    each: shown('unproven', []),
    old: 'not shown: it resumed nothing before, so there is none to offer',
    alarms: false,
  },
  { each: shown('unproven', undefined), old: 'none was offered, so none is proven gone', alarms: false },
  {
    each: shown('unproven', ['accepted'], { isTooNew: true }),
    old: 'not shown: those in the file are not from before the change',
    alarms: false,
  },
])('old sessions: $old', ({ each, old, alarms }) => {
  expect(shownText(each, 60, plain)).toBe(`shop.example:443\n  old sessions    ${old}\n`);
  expect(isAlarming(each, 60)).toBe(alarms);
});

test.each([
  { announcedSeconds: 60, text: 'announced for 1 min', alarms: false },
  { announcedSeconds: 61, text: 'announced for 1 min 1 s: the change is not in use there', alarms: true },
])('new sessions: $text', ({ announcedSeconds, text, alarms }) => {
  const each = shown('refused', ['refused'], { announcedSeconds });
  expect(shownText(each, 60, plain)).toBe(
    `shop.example:443\n  old sessions    refused (session ID)\n  new sessions    ${text}\n`,
  );
  expect(isAlarming(each, 60)).toBe(alarms);
});
