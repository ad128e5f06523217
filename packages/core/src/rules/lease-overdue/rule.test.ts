import { expect, test } from 'vitest';
import { fileOf, placeIn } from '../../../test/audit-sample.js';
import { found, inputOf, leaseAt, noon, placeText, summary } from '../../../test/lint-sample.js';
import { leaseOverdue } from './rule.js';

const at = placeIn(fileOf('.shortfuse/leases/2026-11-18-c0ffee.json'), 4);
const place = placeIn(fileOf('nginx.conf'), 9);

test('from its end on, with what it changed', () => {
  const lease = { ...leaseAt(at, { kind: 'in-place' }, { ticket: 'CHG0042' }), places: [place] };
  const findings = found(leaseOverdue, inputOf([], { leases: [lease] }));
  expect(summary(findings)).toEqual([
    '.shortfuse/leases/2026-11-18-c0ffee.json:4 the change of lease 2026-11-18-c0ffee (CHG0042) was to be taken back by 2026-11-25T09:00:00Z',
  ]);
  expect(findings[0]?.related.map((related) => placeText(related.at))).toEqual(['nginx.conf:9']);
});

test.each([
  { until: '2026-11-25T12:00:00Z', count: 1 },
  { until: '2026-11-25T12:00:01Z', count: 0 },
  // A lease whose end cannot be read must not be forgotten.
  { until: 'soon', count: 1 },
])('at $until it is noon: $count', ({ until, count }) =>
  expect(
    found(leaseOverdue, inputOf([], { now: noon, leases: [leaseAt(at, { kind: 'in-place' }, { until })] })),
  ).toHaveLength(count),
);

test.each([
  { kind: 'drifted', drifts: [] },
  { kind: 'changed-elsewhere', files: ['nginx.conf'] },
  { kind: 'unfinished', pending: 'patch', written: 1, files: 2 },
] as const)('$kind is in place still', (state) =>
  expect(found(leaseOverdue, inputOf([], { leases: [leaseAt(at, state)] }))).toHaveLength(1),
);

test('what was taken back by other means is not overdue', () =>
  expect(found(leaseOverdue, inputOf([], { leases: [leaseAt(at, { kind: 'taken-back' })] }))).toEqual([]));
