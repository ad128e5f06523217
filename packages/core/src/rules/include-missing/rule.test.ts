import { expect, test } from 'vitest';
import { configurationOf, fileOf, placeIn } from '../../../test/audit-sample.js';
import { found, inputOf, problemAt, summary } from '../../../test/lint-sample.js';
import { includeMissing } from './rule.js';

const main = fileOf('nginx.conf');

test.each([
  { name: 'one that the server refuses', more: { kind: 'include' }, count: 1 },
  { name: 'a place that no folder stands for', more: { kind: 'include', severity: 'warning' }, count: 1 },
  { name: 'another problem', more: {}, count: 0 },
  { name: 'an invalid value', more: { kind: 'value' }, count: 0 },
] as const)('$name: $count', ({ more, count }) => {
  const configuration = configurationOf([], { files: [main], problems: [problemAt(placeIn(main, 3), more)] });
  expect(summary(found(includeMissing, inputOf([configuration])))).toEqual(
    Array(count).fill('nginx.conf:3 it is wrong'),
  );
});
