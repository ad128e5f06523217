import { expect, test } from 'vitest';
import { configurationOf, explicit, listenerOf, off, on } from '../../../test/audit-sample.js';
import { found, inputOf, placeText, summary } from '../../../test/lint-sample.js';
import type { Lifetime, Location, Mechanism, SourceFile } from '../../index.js';
import { ticketOutlivesCache } from './rule.js';

const bigip: SourceFile = {
  path: 'bigip.conf',
  text: `ltm profile client-ssl /Common/shop {\n    app-service none\n    cache-timeout 60\n    session-ticket-timeout 1\n}\n${'\n'.repeat(20)}`,
  encoding: 'utf-8',
};
const placeIn = (file: SourceFile, line: number): Location => {
  const start =
    file.text
      .split('\n')
      .slice(0, line - 1)
      .join('\n').length + (line > 1 ? 1 : 0);
  const text = file.text.slice(start, file.text.indexOf('\n', start));
  const indent = text.length - text.trimStart().length;
  return { file, span: { start: start + indent, end: start + text.length } };
};
const cache = explicit(60, placeIn(bigip, 3));
const ticket = explicit(3600, placeIn(bigip, 4));
const linted = (sessionId: Mechanism, ticketTls12: Mechanism, ticketTls13: Mechanism = off) =>
  found(
    ticketOutlivesCache,
    inputOf([
      configurationOf([
        listenerOf('a', cache, placeIn(bigip, 1), { mechanisms: { sessionId, ticketTls12, ticketTls13 } }),
        listenerOf('b', cache, placeIn(bigip, 20), { mechanisms: { sessionId, ticketTls12, ticketTls13 } }),
      ]),
    ]),
  );

test('at the lifetime of the tickets, once for all who have it, with that of the cache beside it', () => {
  const findings = linted(on(cache), on(ticket), on(ticket));
  expect(summary(findings)).toEqual([
    'bigip.conf:4 tickets of a (*:443) and b (*:443) last 1 h (3600 s), sessions in the cache 1 min (60 s)',
  ]);
  expect(findings[0]?.related.map(({ at, message }) => `${placeText(at)} ${message}`)[0]).toBe(
    'bigip.conf:3 the lifetime in the cache is set here',
  );
});

test('TLS 1.3 tickets alone are enough', () => expect(linted(on(cache), off, on(ticket))).toHaveLength(1));

const twice: SourceFile = { path: 'httpd.conf', text: 'Timeout 60\nTimeout 3600\n', encoding: 'utf-8' };
const byDefault: Lifetime = { seconds: 3600, origin: { kind: 'default' } };
test.each([
  { name: 'as long as each other', sessionId: on(cache), tickets: on(explicit(60, placeIn(bigip, 4))) },
  { name: 'shorter', sessionId: on(cache), tickets: on(explicit(30, placeIn(bigip, 4))) },
  { name: 'no cache', sessionId: off, tickets: on(ticket) },
  { name: 'no tickets', sessionId: on(cache), tickets: { enabled: false, lifetimes: [ticket] } },
  { name: 'nothing written for tickets', sessionId: on(cache), tickets: on(byDefault) },
  {
    name: 'one setting for both, written for two hosts',
    sessionId: on(explicit(60, placeIn(twice, 1))),
    tickets: on(explicit(3600, placeIn(twice, 2))),
  },
  { name: 'one text for both', sessionId: on(cache), tickets: on({ ...ticket, origin: cache.origin }) },
])('near miss: $name', ({ sessionId, tickets }) => expect(linted(sessionId, tickets)).toEqual([]));
