import { expect, test } from 'vitest';
import { configurationOf, explicit, fileOf, listenerOf, off, on, placeIn } from '../../../test/audit-sample.js';
import { found, inputOf, problemAt, summary } from '../../../test/lint-sample.js';
import type { Lifetime, Listener } from '../../index.js';
import { resumptionOff } from './rule.js';

const shop = fileOf('conf.d/shop.conf');
const nothing = { sessionId: off, ticketTls12: off, ticketTls13: off };
const minute = explicit(60, placeIn(shop, 5));
const listener = (name: string, lifetime: Lifetime, more: Partial<Listener> = {}) =>
  listenerOf(name, lifetime, placeIn(shop, 1), more);
const linted = (...listeners: Listener[]) => summary(found(resumptionOff, inputOf([configurationOf(listeners)])));

test('at the listener where switches turn it off, once a file', () =>
  expect(
    linted(listener('a', minute, { mechanisms: nothing }), listener('b', minute, { mechanisms: nothing })),
  ).toEqual(['conf.d/shop.conf:1 no session of a (*:443) and b (*:443) can be resumed']));

test('at the value where a lifetime of 0 does', () => {
  const zero = explicit(0, placeIn(shop, 5));
  expect(linted(listener('a', zero, { mechanisms: nothing }))).toEqual([
    'conf.d/shop.conf:5 no session of a (*:443) can be resumed',
  ]);
});

test.each([
  { name: 'one mechanism is left', more: { mechanisms: { ...nothing, ticketTls13: on(minute) } } },
  {
    name: 'one may be on',
    more: { mechanisms: { ...nothing, sessionId: { enabled: undefined, lifetimes: [minute] } } },
  },
  ...['rejects-handshake', 'file-refused', 'handshake-fails'].map((code) => ({
    name: `it serves nobody, ${code}`,
    more: { mechanisms: nothing, notes: [{ code, text: 'no client is served' }] },
  })),
])('near miss: $name', ({ more }) => expect(linted(listener('a', minute, more))).toEqual([]));

test('near miss: the server refuses the listener, and with it every other one of its address', () => {
  const listeners = [
    listener('a', minute, { mechanisms: nothing }),
    listenerOf('b', minute, placeIn(shop, 20), { mechanisms: nothing }),
  ];
  const problems = [problemAt(placeIn(shop, 1), { message: 'there is no certificate' })];
  expect(found(resumptionOff, inputOf([configurationOf(listeners, { problems })]))).toEqual([]);
  const elsewhere = [problemAt(placeIn(shop, 30))];
  expect(found(resumptionOff, inputOf([configurationOf(listeners, { problems: elsewhere })]))).toHaveLength(1);
});
