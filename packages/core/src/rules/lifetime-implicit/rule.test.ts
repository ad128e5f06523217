import { expect, test } from 'vitest';
import { configurationOf, explicit, fileOf, listenerOf, placeIn } from '../../../test/audit-sample.js';
import { found, inputOf, summary } from '../../../test/lint-sample.js';
import type { Lifetime } from '../../index.js';
import { lifetimeImplicit } from './rule.js';

const shop = fileOf('conf.d/shop.conf');
const linted = (lifetime: Lifetime) =>
  summary(found(lifetimeImplicit, inputOf([configurationOf([listenerOf('a', lifetime, placeIn(shop, 1))])])));

test.each([
  {
    name: 'a default',
    lifetime: { seconds: 300, origin: { kind: 'default' } },
    want: ['conf.d/shop.conf:1 sessions of a (*:443) last 5 min (300 s) because that is the default; no file says so'],
  },
  {
    name: 'a factory profile',
    lifetime: { seconds: 3600, origin: { kind: 'builtin' } },
    want: [
      'conf.d/shop.conf:1 sessions of a (*:443) last 1 h (3600 s) because that is what the product ships; no file says so',
    ],
  },
  {
    name: 'a line that deletes the value',
    lifetime: { seconds: 300, origin: { kind: 'default', at: placeIn(shop, 5) } },
    want: ['conf.d/shop.conf:5 sessions of a (*:443) last 5 min (300 s) because that is the default; no file says so'],
  },
  { name: 'a written value', lifetime: explicit(300, placeIn(shop, 3)), want: [] },
  {
    name: 'an inherited value',
    lifetime: { seconds: 300, origin: { kind: 'inherited', at: placeIn(shop, 3) } },
    want: [],
  },
  { name: 'nothing is resumed', lifetime: { seconds: 0, origin: { kind: 'default' } }, want: [] },
  { name: 'nobody knows', lifetime: { seconds: undefined, origin: { kind: 'unknown', why: 'x' } }, want: [] },
] as const satisfies readonly { name: string; lifetime: Lifetime; want: readonly string[] }[])(
  '$name',
  ({ lifetime, want }) => expect(linted(lifetime)).toEqual(want),
);

test('it is off unless somebody switches it on', () => expect(lifetimeImplicit.severity).toBe('off'));
