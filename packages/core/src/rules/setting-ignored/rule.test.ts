import { expect, test } from 'vitest';
import { configurationOf, explicit, fileOf, listenerOf, placeIn } from '../../../test/audit-sample.js';
import { found, inputOf, placeText, summary } from '../../../test/lint-sample.js';
import type { Listener } from '../../index.js';
import { settingIgnored } from './rule.js';

const main = fileOf('nginx.conf');
const shop = fileOf('conf.d/shop.conf');
const winner = explicit(60, placeIn(main, 4));
const listener = (name: string, more: Partial<Listener>) => listenerOf(name, winner, placeIn(shop, 1), more);
const linted = (...listeners: Listener[]) => found(settingIgnored, inputOf([configurationOf(listeners)]));

test('the line, why, and what counts instead', () => {
  const [finding, ...more] = linted(listener('a', { ignored: [{ at: placeIn(shop, 9), why: 'overridden' }] }));
  expect(more).toEqual([]);
  expect(summary(finding ? [finding] : [])).toEqual(['conf.d/shop.conf:9 this setting has no effect: overridden']);
  expect(finding?.related.map(({ at, message }) => `${placeText(at)} ${message}`)).toEqual([
    'nginx.conf:4 the lifetime is decided here',
    'conf.d/shop.conf:1 a (*:443) is defined here',
  ]);
  expect(finding?.help).toBe('remove the line, or set the value where it counts, at nginx.conf:4');
});

test('a line that several listeners ignore is one finding', () => {
  const ignored = [{ at: placeIn(shop, 9), why: 'overridden' }];
  const findings = linted(listener('a', { ignored }), listener('b', { ignored }));
  expect(findings.map(({ listeners }) => listeners.length)).toEqual([2]);
});

test.each([
  { name: 'nothing is ignored', listeners: [listener('a', {})] },
  {
    name: 'a lookalike',
    listeners: [listener('a', { ignored: [{ at: placeIn(shop, 9), why: 'of the other side', isRemark: true }] })],
  },
  {
    name: 'another listener gets its lifetime from the line',
    listeners: [
      listener('a', { ignored: [{ at: placeIn(shop, 9), why: 'overridden' }] }),
      listenerOf('b', explicit(60, placeIn(shop, 9)), placeIn(shop, 20)),
    ],
  },
  {
    name: 'for another listener the line counts in another way',
    listeners: [
      listener('a', { ignored: [{ at: placeIn(shop, 9), why: 'overridden' }] }),
      listener('b', { inEffect: [placeIn(shop, 9)], definedAt: placeIn(shop, 20) }),
    ],
  },
])('near miss: $name', ({ listeners }) => expect(linted(...listeners)).toEqual([]));

test('what switches resumption off is not named as the place for a value', () => {
  const zero = explicit(0, placeIn(main, 4));
  const [finding] = linted(
    listenerOf('a', zero, placeIn(shop, 1), { ignored: [{ at: placeIn(shop, 9), why: 'the cache is off' }] }),
  );
  expect(finding?.help).toBe('remove the line, or set the value where it counts');
});

test('a server whose setting counts at one of its addresses only', () => {
  const at = placeIn(shop, 9);
  const second = { ...listener('a', { ignored: [{ at, why: 'another server is the default' }] }), address: '[::]:443' };
  const findings = linted(listenerOf('a', explicit(60, at), placeIn(shop, 1)), second);
  expect(summary(findings)).toEqual([
    'conf.d/shop.conf:9 this setting has no effect at [::]:443: another server is the default',
  ]);
  expect(findings[0]?.listeners).toEqual([second]);
});

test('near miss: it counts for some of the mechanisms of the same listener', () => {
  const at = placeIn(shop, 9);
  const half = listenerOf('a', explicit(60, at), placeIn(shop, 1), { ignored: [{ at, why: 'tickets have another' }] });
  expect(linted(half)).toEqual([]);
});
