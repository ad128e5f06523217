import { expect, test } from 'vitest';
import { configurationOf, explicit, fileOf, listenerOf, placeIn } from '../../../test/audit-sample.js';
import { found, inputOf, summary } from '../../../test/lint-sample.js';
import { lifetimeTooShort } from './rule.js';

const shop = fileOf('conf.d/shop.conf');
const linted = (seconds: number, options: { minimum?: number } = {}) => {
  const listener = listenerOf('a', explicit(seconds, placeIn(shop, 5)), placeIn(shop, 1));
  return summary(found(lifetimeTooShort, inputOf([configurationOf([listener])]), options));
};

test.each([
  { seconds: 9, want: 'found' },
  { seconds: 10, want: 'near miss' },
  // Schannel counts milliseconds.
  { seconds: 0.5, want: 'found' },
  // Off is for another rule.
  { seconds: 0, want: 'near miss' },
])('$seconds s: $want', ({ seconds, want }) =>
  expect(linted(seconds)).toEqual(
    want === 'found'
      ? [`conf.d/shop.conf:5 sessions of a (*:443) last ${seconds} s, and less than 10 s is hardly of use`]
      : [],
  ),
);

test('the minimum is an option', () => {
  expect(linted(9, { minimum: 9 })).toEqual([]);
  expect(linted(29, { minimum: 30 })).toHaveLength(1);
});
