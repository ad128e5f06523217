import type {
  Configuration,
  Finding,
  Lease,
  LeaseState,
  LintedLease,
  LintInput,
  Location,
  Problem,
  Rule,
} from '../src/index.js';
import { lint } from '../src/index.js';

export const noon = Date.UTC(2026, 10, 25, 12);

export function inputOf(configurations: readonly Configuration[], more: Partial<LintInput> = {}): LintInput {
  return { configurations, targetSeconds: 60, leases: [], now: noon, ...more };
}

/** What one rule finds, switched on as an error. */
export function found<Options extends object>(
  rule: Rule<Options>,
  input: LintInput,
  options: Partial<Options> = {},
): readonly Finding[] {
  return lint(input, [{ rule: rule as Rule, severity: 'error', options }]);
}

/** `file:line what`, one a finding. */
export function summary(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ at, message }) => `${placeText(at)} ${message}`);
}

export function placeText({ file, span }: Location): string {
  return `${file.path}:${file.text.slice(0, span.start).split('\n').length}`;
}

export function problemAt(at: Location, more: Partial<Problem> = {}): Problem {
  return { severity: 'error', at, message: 'it is wrong', help: 'put it right', ...more };
}

export function leaseAt(at: Location, state: LeaseState, more: Partial<Lease> = {}): LintedLease {
  const lease: Lease = {
    schemaVersion: 1,
    id: '2026-11-18-c0ffee',
    createdAt: '2026-11-18T09:00:00Z',
    until: '2026-11-25T09:00:00Z',
    targetSeconds: 60,
    reading: { paths: ['.'], servers: [], roots: {}, defines: {} },
    files: [],
    listeners: [],
    companions: [],
    events: [],
    ...more,
  };
  return { lease, state, at, places: [], driftPlaces: [] };
}
