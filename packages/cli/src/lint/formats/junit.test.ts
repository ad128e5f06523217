import { XMLParser } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { context, fileOf, findingOf, placeOf, reportOf, siteReport } from '../../../test/formats/sample.js';
import { lintJunit } from './junit.js';

interface Case {
  readonly name: string;
  readonly classname: string;
  readonly failure?: { readonly message: string; readonly '#text': string };
  readonly error?: { readonly message: string; readonly '#text': string };
  readonly skipped?: string;
  readonly 'system-out'?: string;
}

interface Suite {
  readonly name: string;
  readonly tests: string;
  readonly failures: string;
  readonly errors: string;
  readonly skipped: string;
  readonly testcase: readonly Case[];
}

function read(report: Parameters<typeof lintJunit>[0]) {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    isArray: (name) => name === 'testsuite' || name === 'testcase',
  });
  const { testsuites } = parser.parse(lintJunit(report, context));
  const suites: readonly Suite[] = testsuites.testsuite;
  return {
    testsuites,
    suites,
    suiteOf: (id: string) => suites.find(({ name }) => name === `shortfuse.${id}`),
    cases: suites.flatMap(({ testcase }) => testcase),
  };
}

test('an error is a failure of its rule in its file', () => {
  const [failed] = read(siteReport()).suiteOf('lifetime-above-target')?.testcase ?? [];
  expect(failed).toMatchObject({
    name: 'deploy/conf.d/shop & söhne.conf',
    classname: 'shortfuse.lifetime-above-target',
  });
  expect(failed?.failure?.message).toMatch(/^sessions of shop\.example/);
  expect(failed?.failure?.['#text']).toContain('shop & söhne.conf:4:22: error: sessions of');
  expect(failed?.failure?.['#text']).toContain('\n  help: write "60s" instead of "1d"');
});

test('a warning is shown and fails nothing', () => {
  const [skipped] = read(siteReport()).suiteOf('lifetime-unknown')?.testcase ?? [];
  expect(skipped?.failure).toBeUndefined();
  expect(skipped?.skipped).toMatch(/^nobody knows how long/);
  expect(skipped?.['system-out']).toContain('deploy/nginx.conf:3:25: warning: nobody knows');
});

test('what could not be read is an error', () => {
  const suite = read(siteReport()).suiteOf('reading');
  expect(suite).toMatchObject({ tests: '2', errors: '2', failures: '0' });
  expect(suite?.testcase.map(({ error }) => error?.message)).toEqual([
    'No such file or directory',
    'directive "listen" is not terminated by ";"',
  ]);
});

test('rules without findings pass, so that a clean run is one that tested something', () => {
  const report = reportOf([]);
  const { cases, testsuites } = read(report);
  expect(cases).toHaveLength(report.rules.length + 1);
  expect(testsuites).toMatchObject({ failures: '0', errors: '0' });
  for (const each of cases) expect(Object.keys(each).sort()).toEqual(['classname', 'name']);
});

test('findings of one rule in one file are one case: its name may not depend on a line', () => {
  const file = fileOf('a.conf', 'x 1d;\ny 2d;\n');
  const report = reportOf([
    findingOf(placeOf(file, '1d'), { message: 'first' }),
    findingOf(placeOf(file, '2d'), { message: 'second' }),
  ]);
  const [failed, ...more] = read(report).suiteOf('lifetime-above-target')?.testcase ?? [];
  expect(more).toEqual([]);
  expect(failed).toMatchObject({ name: 'deploy/a.conf', failure: { message: 'first, and 1 more' } });
  expect(failed?.failure?.['#text']).toMatch(
    /^deploy\/a\.conf:1:3: error: first\n.*\ndeploy\/a\.conf:2:3: error: second\n/s,
  );
});

test('classes and names together are unique, and the counts are those of the cases', () => {
  const { cases, suites, testsuites } = read(siteReport());
  const names = cases.map(({ classname, name }) => `${classname} ${name}`);
  expect(new Set(names).size).toBe(names.length);
  const count = (kind: 'failure' | 'error' | 'skipped'): number => cases.filter((each) => kind in each).length;
  expect(testsuites).toMatchObject({
    tests: String(cases.length),
    failures: String(count('failure')),
    errors: String(count('error')),
  });
  for (const suite of suites) expect(suite.tests).toBe(String(suite.testcase.length));
});
