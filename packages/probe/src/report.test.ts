import { decode, mechanismNames } from '@shortfuse/core';
import { expect, test } from 'vitest';
import { acceptance, answered, mechanism, session } from '../test/sample.js';
import { groupAnswers } from './backends.js';
import type { Finding } from './finding.js';
import { probeJson, probeReport } from './report-json.js';
import { probeText } from './report-text.js';

const shop: Finding = {
  targetSeconds: 60,
  result: answered({
    sessionId: mechanism('sessionId', 'resumed'),
    ticketTls12: mechanism('ticketTls12', 'resumed', 7200),
    ticketTls13: { ...mechanism('ticketTls13', 'resumed', 7200), renewal: 'unbounded' },
  }),
  acceptances: [],
};

test('what a person reads', () => {
  expect(probeText(shop)).toBe(`shop.example:443  192.0.2.7  TLS 1.3, TLS 1.2
  certificate CN=shop.example (cdcdcdcd…)

  MECHANISM       ANSWER            ANNOUNCED  TICKET KEY
? session ID      resumed           -          -
! TLS 1.2 ticket  resumed           2 h        aaaaaaaa…
! TLS 1.3 ticket  resumed, renewed  2 h        aaaaaaaa…

  notes
    TLS 1.3 ticket: a client that comes back within 2 h is given a new ticket for as long again,
    without end; waiting does not end that, only new keys do
    session ID: the server does not announce for how long it accepts them; --wait measures it

above the target of 1 min: TLS 1.2 ticket, TLS 1.3 ticket
`);
});

test('after a wait', () => {
  const finding: Finding = {
    targetSeconds: 60,
    result: answered({
      sessionId: mechanism('sessionId', 'sometimes'),
      ticketTls12: mechanism('ticketTls12', 'off'),
      ticketTls13: mechanism('ticketTls13', 'resumed', 60, 32),
    }),
    acceptances: [acceptance('sessionId', [0, 30, 55], [62, 75]), acceptance('ticketTls13', [0, 30, 55, 62, 75], [])],
  };
  expect(probeText(finding)).toBe(`shop.example:443  192.0.2.7  TLS 1.3, TLS 1.2
  certificate CN=shop.example (cdcdcdcd…)

  MECHANISM       ANSWER                ANNOUNCED  ACCEPTED                    TICKET KEY
  session ID      resumed 4 of 8 times  -          at 55 s, not at 62 s        -
  TLS 1.2 ticket  off                   -          -                           -
! TLS 1.3 ticket  resumed               1 min      at 75 s and perhaps longer  none, points into a cache

  notes
    session ID: accepted 4 of 8 times: each process keeps its own sessions, or several servers
    answer that do not share them
    TLS 1.3 ticket: accepted for longer than the server announces (1 min)

above the target of 1 min: TLS 1.3 ticket
`);
});

const closing = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

test.each([
  { what: 'all within', ids: 'off', hint: 60, says: 'within the target of 1 min' },
  {
    what: 'a session ID of unknown life',
    ids: 'resumed',
    hint: 60,
    says: 'not known to be within the target of 1 min: session ID',
  },
  { what: 'one above', ids: 'resumed', hint: 61, says: 'above the target of 1 min: TLS 1.2 ticket' },
] as const)('the last line: $what', ({ ids, hint, says }) => {
  const mechanisms = {
    sessionId: mechanism('sessionId', ids),
    ticketTls12: mechanism('ticketTls12', 'resumed', hint),
    ticketTls13: mechanism('ticketTls13', 'refused', 7200, 32),
  };
  expect(closing(probeText({ ...shop, result: answered(mechanisms) }))).toBe(says);
});

const nothing = {
  sessionId: mechanism('sessionId', 'off'),
  ticketTls12: mechanism('ticketTls12', 'off'),
  ticketTls13: mechanism('ticketTls13', 'off'),
};

test('a server that resumes nothing', () =>
  expect(closing(probeText({ ...shop, result: answered(nothing) }))).toBe('no session can be resumed'));

test('several servers are told apart', () => {
  const samples = ['a', 'b', 'a', 'b', 'a', 'b'].map((key) => ({
    mechanism: 'ticketTls12' as const,
    session: session('ticketTls12', key === 'a' ? 60 : 7200, 208, key.repeat(32)),
    certificate: undefined,
  }));
  const ticketTls12 = { ...mechanism('ticketTls12', 'sometimes', 60), samples };
  const result = answered({ ...nothing, ticketTls12 }, { differingAnswers: groupAnswers(ticketTls12) });
  const text = probeText({ ...shop, result }).replaceAll(/\s+/g, ' ');
  expect(text).toContain('TLS 1.2 ticket resumed 4 of 8 times 2 h bbbbbbbb… and 1 more');
  expect(text).toContain(
    'ticket key aaaaaaaa…, 1 min announced (3 of 6 handshakes); ticket key bbbbbbbb…, 2 h announced (3 of 6 handshakes); ask each',
  );
});

const stock = { endpoint: { host: 'shop.example', port: 443 }, takenAtMs: Date.UTC(2025, 0, 2), mechanisms: {} };

test('sessions from before', () => {
  const common = { ageSeconds: 40, renewedSeconds: undefined, failure: undefined };
  const finding: Finding = {
    ...shop,
    old: {
      stock,
      sessions: [
        { ...common, mechanism: 'sessionId', outcome: 'refused', announcedSeconds: undefined },
        { ...common, mechanism: 'ticketTls12', outcome: 'accepted', announcedSeconds: 86_400, renewedSeconds: 86_400 },
        { ...common, mechanism: 'ticketTls13', outcome: 'expired', announcedSeconds: 30 },
      ],
    },
  };
  const text = probeText(finding);
  expect(text).toContain(`  sessions from before, 40 s old
  session ID      refused
! TLS 1.2 ticket  still accepted, and renewed for 1 d; 1 d announced before, 2 h now
? TLS 1.3 ticket  refused, but they were over anyway: this proves nothing; 30 s announced before, 2 h now
`);
  expect(closing(text)).toMatch(/^old sessions are still accepted; above the target of 1 min: /);
  expect(probeReport(finding).oldSessions).toMatchObject({ takenAt: '2025-01-02T00:00:00.000Z', are: 'accepted' });
});

test.each([
  { outcomes: ['refused', 'refused'], says: 'old sessions were dropped' },
  { outcomes: ['refused', 'expired'], says: 'not proven that old sessions were dropped' },
  { outcomes: [], says: 'not proven that old sessions were dropped' },
] as const)('old sessions $outcomes: $says', ({ outcomes, says }) => {
  const sessions = outcomes.map((outcome, i) => ({
    mechanism: mechanismNames[i] ?? 'sessionId',
    outcome,
    ageSeconds: 5,
    announcedSeconds: undefined,
    renewedSeconds: undefined,
    failure: undefined,
  }));
  expect(closing(probeText({ ...shop, old: { stock, sessions } }))).toMatch(new RegExp(`^${says}; `));
});

test('the files beside it', () => {
  const file = decode('conf.d/shop.conf', new TextEncoder().encode('\nserver {}\n'));
  const at = { file, span: { start: 1, end: 7 } };
  const off = { enabled: false, lifetimes: [] };
  const listener = {
    server: 'nginx',
    address: '0.0.0.0:443',
    name: 'shop.example',
    definedAt: at,
    mechanisms: { sessionId: off, ticketTls12: off, ticketTls13: off },
    governing: { seconds: 60, origin: { kind: 'explicit' as const, at } },
    oldSessionsAfterReload: 'dropped' as const,
    oldSessionsAfterRestart: 'dropped' as const,
    ignored: [],
    notes: [],
  };
  const difference = {
    mechanism: 'ticketTls12' as const,
    kind: 'lifetime' as const,
    message: 'TLS 1.2 ticket: 1 min in the files, and …',
  };
  const comparison = {
    differences: [difference],
    compared: ['sessionId', 'ticketTls12', 'ticketTls13'] as const,
    lifetimesCompared: ['ticketTls12', 'ticketTls13'] as const,
  };
  const finding: Finding = { ...shop, against: { listener, comparison } };
  expect(probeText(finding)).toContain(`  beside the files  conf.d/shop.conf:2  nginx  shop.example at 0.0.0.0:443
! TLS 1.2 ticket: 1 min in the files, and …
    the running process was not reloaded since the files changed, or another server answers here
    as in the files: session ID (lifetime not seen), TLS 1.3 ticket
`);
  expect(probeReport(finding).comparison).toMatchObject({
    agrees: false,
    definedAt: { file: 'conf.d/shop.conf', line: 2, column: 1 },
    differences: [difference],
  });
});

test('keys stand in the order of the documented interface', () => {
  const report = probeReport(shop);
  expect(Object.keys(report).slice(0, 5)).toEqual(['schemaVersion', 'targetSeconds', 'host', 'port', 'servername']);
  expect(report.mechanisms.ticketTls12).toMatchObject({
    offered: true,
    resumed: true,
    lifetimeHintSeconds: 7200,
    keyName: 'aa'.repeat(16),
    acceptedForSeconds: null,
  });
  expect(probeJson(report)).toMatch(/^\{\n {2}"schemaVersion": 1,\n.*\}\n$/s);
});

test('a server that did not answer has a report all the same, and no text', () => {
  const failure = { kind: 'refused', message: 'nothing listens', help: 'check the port' } as const;
  const result = { kind: 'unanswered', endpoint: { host: 'shop.example', port: 443 }, failure } as const;
  expect(probeText({ ...shop, result })).toBe('');
  expect(probeReport({ ...shop, result })).toMatchObject({
    failure,
    mechanisms: { sessionId: { offered: null, resumed: null, verdict: 'unknown' } },
  });
});

test('a certificate cannot drive the terminal', () => {
  const certificate = { subject: 'CN=\u001b[2Jx', sha256: '00'.repeat(32), objection: undefined };
  expect(probeText({ ...shop, result: answered(nothing, { certificate }) })).toContain('CN=\\u{1b}[2Jx');
});
