import { expect, test } from 'vitest';
import { configurationOf, explicit, fileOf, listenerOf, placeIn } from '../../../test/audit-sample.js';
import { found, inputOf, summary } from '../../../test/lint-sample.js';
import type { Lifetime } from '../../index.js';
import { lifetimeUnknown } from './rule.js';

const main = fileOf('nginx.conf');
const shop = fileOf('conf.d/shop.conf');
const hidden: Lifetime = {
  seconds: undefined,
  origin: { kind: 'unknown', at: placeIn(main, 7), why: '"tls.conf" is not among the files' },
};

test('the place that hides the value is one finding for all who depend on it', () => {
  const listeners = [listenerOf('a', hidden, placeIn(shop, 1)), listenerOf('b', hidden, placeIn(shop, 9))];
  expect(summary(found(lifetimeUnknown, inputOf([configurationOf(listeners)])))).toEqual([
    'nginx.conf:7 how long sessions of a (*:443) and b (*:443) last is not known: "tls.conf" is not among the files',
  ]);
});

test('without such a place the listener is named', () => {
  const nowhere: Lifetime = { seconds: undefined, origin: { kind: 'unknown', why: 'the main file is missing' } };
  const findings = found(
    lifetimeUnknown,
    inputOf([configurationOf([listenerOf('a', nowhere, placeIn(shop, 1))], { extent: 'fragments' })]),
  );
  expect(summary(findings)).toEqual([
    'conf.d/shop.conf:1 how long sessions of a (*:443) last is not known: the main file is missing',
  ]);
  expect(findings[0]?.help).toContain('lint the main file that includes this one');
});

test.each([
  { name: 'a known value', lifetime: explicit(86_400, placeIn(shop, 3)) },
  { name: 'a bound within the target', lifetime: { ...hidden, atMost: 60 } },
])('near miss: $name', ({ lifetime }) =>
  expect(found(lifetimeUnknown, inputOf([configurationOf([listenerOf('a', lifetime, placeIn(shop, 1))])]))).toEqual([]),
);

test('a bound above the target is not enough', () =>
  expect(
    found(lifetimeUnknown, inputOf([configurationOf([listenerOf('a', { ...hidden, atMost: 61 }, placeIn(shop, 1))])])),
  ).toHaveLength(1));

test.each([
  { extent: 'fragments', seconds: 61, count: 1 },
  { extent: 'fragments', seconds: undefined, count: 1 },
  { extent: 'fragments', seconds: 60, count: 0 },
  // Everything is at hand, so it is known that nobody uses it.
  { extent: 'complete', seconds: 86_400, count: 0 },
] as const)('a snippet of $seconds s that nobody at hand uses, $extent: $count', ({ extent, seconds, count }) => {
  const unattached = [{ at: placeIn(shop, 3), name: 'ssl_session_timeout', written: '1d', seconds }];
  const findings = found(lifetimeUnknown, inputOf([configurationOf([], { extent, unattached, files: [shop] })]));
  expect(summary(findings)).toEqual(
    Array(count).fill(
      'conf.d/shop.conf:3 ssl_session_timeout 1d is written here, and no listener in these files is seen to use it',
    ),
  );
});
