import { expect, test } from 'vitest';
import { fileOf, placeIn } from '../../../test/audit-sample.js';
import { found, inputOf, leaseAt, summary } from '../../../test/lint-sample.js';
import { leaseDrifted } from './rule.js';

const at = placeIn(fileOf('.shortfuse/leases/2026-11-18-c0ffee.json'), 4);
const drift = { file: 'nginx.conf', line: 9, expected: '"60s"', found: '"5m"', why: 'another value is there' };

test('where the text should be, or at the lease where its file is gone', () => {
  const place = placeIn(fileOf('nginx.conf'), 9);
  const lease = {
    ...leaseAt(at, { kind: 'drifted', drifts: [drift, { ...drift, file: 'gone.conf', line: 3 }] }),
    driftPlaces: [place, undefined],
  };
  expect(summary(found(leaseDrifted, inputOf([], { leases: [lease] })))).toEqual([
    '.shortfuse/leases/2026-11-18-c0ffee.json:4 lease 2026-11-18-c0ffee wrote "60s" at gone.conf:3, and there is "5m": another value is there',
    'nginx.conf:9 lease 2026-11-18-c0ffee wrote "60s" here, and there is "5m": another value is there',
  ]);
});

test('a run that was cut off', () =>
  expect(
    summary(
      found(
        leaseDrifted,
        inputOf([], { leases: [leaseAt(at, { kind: 'unfinished', pending: 'patch', written: 1, files: 2 })] }),
      ),
    ),
  ).toEqual([
    '.shortfuse/leases/2026-11-18-c0ffee.json:4 a run that began to patch lease 2026-11-18-c0ffee was cut off: 1 of 2 files are written',
  ]));

test.each([
  { kind: 'in-place' },
  { kind: 'taken-back' },
  { kind: 'changed-elsewhere', files: ['nginx.conf'] },
] as const)('near miss: $kind', (state) =>
  expect(found(leaseDrifted, inputOf([], { leases: [leaseAt(at, state)] }))).toEqual([]),
);
