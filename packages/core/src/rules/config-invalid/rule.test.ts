import { expect, test } from 'vitest';
import { configurationOf, fileOf, placeIn } from '../../../test/audit-sample.js';
import { found, inputOf, problemAt, summary } from '../../../test/lint-sample.js';
import { configInvalid } from './rule.js';

const shop = fileOf('conf.d/shop.conf');

test.each([
  { name: 'an error', more: {}, count: 1 },
  // They have rules of their own.
  { name: 'an invalid value', more: { kind: 'value' }, count: 0 },
  { name: 'a missing include', more: { kind: 'include' }, count: 0 },
  { name: 'a warning', more: { severity: 'warning' }, count: 0 },
] as const)('$name: $count', ({ more, count }) => {
  const configuration = configurationOf([], { files: [shop], problems: [problemAt(placeIn(shop, 3), more)] });
  // A file of two configurations is wrong once.
  expect(summary(found(configInvalid, inputOf([configuration, configuration])))).toEqual(
    Array(count).fill('conf.d/shop.conf:3 it is wrong'),
  );
});
