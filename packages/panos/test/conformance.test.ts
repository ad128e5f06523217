import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readConfigurationBytes } from '../src/config/read.js';
import { coverage } from '../src/coverage/coverage.js';
import type { Host } from '../src/coverage/hosts.js';
import { coverageJson } from '../src/coverage/report.js';
import type { CoverageReport } from '../src/coverage/report-form.js';

const folder = fileURLToPath(new URL('./conformance', import.meta.url));
const cases = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'hosts.json')));

/** What cases say of a rule, a row and an error; reports say more. */
const ruleKeys = [
  'name',
  'location',
  'enabled',
  'certificates',
  'destinations',
  'negateDestination',
  'ports',
  'unresolved',
  'target',
  'line',
];
const rowKeys = ['listener', 'rule', 'reason', 'location', 'hiddenBy', 'via', 'onlyOn'];

function only(keys: readonly string[], value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key)));
}

function comparable({ valid, panosVersion, rules, coverage, coveredWithoutListener, errors }: CoverageReport) {
  return {
    valid,
    panosVersion,
    rules: rules.map((rule) => only(ruleKeys, rule)),
    coverage: coverage.map((row) => only(rowKeys, row)),
    coveredWithoutListener,
    errors: errors.map((error) => only(['file', 'line'], error)),
  };
}

describe('coverage of the conformance cases', () => {
  test('all of them are here', () => expect(cases).toHaveLength(20));

  test.each(cases)('%s', (name) => {
    const path = join(folder, name);
    const [input = ''] = readdirSync(path).filter((file) => !file.endsWith('.json'));
    const expected = JSON.parse(readFileSync(join(path, 'expected.json'), 'utf8'));
    const hosts: Host[] = JSON.parse(readFileSync(join(path, 'hosts.json'), 'utf8'));
    const configuration = readConfigurationBytes(input, readFileSync(join(path, input)));
    const report = JSON.parse(coverageJson(coverage(configuration, hosts), { targetSeconds: 60 }));
    expect(comparable(report)).toEqual(comparable(expected));
    if (expected.valid)
      expect(report.coverage.map((row: { lifetimeSeconds: number }) => row.lifetimeSeconds)).toEqual(
        hosts.flatMap(({ addresses, lifetimeSeconds }) => addresses.map(() => lifetimeSeconds)),
      );
  });
});
