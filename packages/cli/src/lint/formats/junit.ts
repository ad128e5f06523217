import type { Finding, LintReport, Rule } from '@shortfuse/core';
import { type FormatContext, pathInRepository } from './context.js';
import { detailLines, oneLine, pathText, placeText, readingId, type Unread, unreadIn } from './wording.js';
import { type Element, element, xmlDocument } from './xml.js';

/**
 * JUnit's XML as Jenkins, GitLab, Azure and CircleCI read it: a suite for each rule, a case for each file with findings of it.
 * No case is named for a line, because those readers tell by class and name which failures are new, and show one of several
 * cases of one name. `classname` is the rule, not the file, because Jenkins takes what stands before its last dot for a package.
 *
 * Errors are failures. Warnings are skipped cases with their text: shown, but they fail no build where `lint` itself does
 * not. What could not be read is an `error`. A rule without findings is one case that passes, so that a clean
 * run is not taken for one that tested nothing.
 * Sources: Jenkins' junit-4.xsd; https://docs.gitlab.com/ci/testing/unit_test_reports
 */
export function lintJunit(report: LintReport, context: FormatContext): string {
  const pathOf = (path: string): string => pathInRepository(path, context);
  const suites = [readingSuite(report, pathOf), ...report.rules.map((rule) => ruleSuite(rule, report, pathOf))];
  const total = (kind: keyof Counts): number => suites.reduce((sum, { counts }) => sum + counts[kind], 0);
  return xmlDocument(
    element(
      'testsuites',
      { name: 'shortfuse', tests: total('tests'), failures: total('failures'), errors: total('errors') },
      suites.map(({ suite }) => suite),
    ),
  );
}

interface Counts {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

interface Suite {
  readonly suite: Element;
  readonly counts: Counts;
}

function readingSuite(report: LintReport, pathOf: (path: string) => string): Suite {
  const cases = [...grouped(unreadIn(report), ({ path }) => path)].map(([path, unread]) => {
    const errors = unread.filter(({ severity }) => severity === 'error');
    const shown = (errors.length > 0 ? errors : unread).map(({ message }) => oneLine(message)).join('; ');
    const text = unread.flatMap((one) => unreadLines(one, pathOf)).join('\n');
    return errors.length > 0
      ? testCase(readingId, pathOf(path), [element('error', { type: 'not read', message: shown }, [text])])
      : testCase(readingId, pathOf(path), passedOver(shown, text));
  });
  return suiteOf(readingId, 'every file was read', cases);
}

function ruleSuite(rule: Rule, report: LintReport, pathOf: (path: string) => string): Suite {
  const mine = report.findings.filter((finding) => finding.rule === rule.id);
  const cases = [...grouped(mine, ({ at }) => at.file.path)].map(([path, findings]) => {
    const text = findings.flatMap((finding) => findingLines(finding, pathOf)).join('\n');
    const [first] = findings;
    const more = findings.length > 1 ? `, and ${findings.length - 1} more` : '';
    const message = oneLine(first?.message ?? '') + more;
    return first?.severity === 'error'
      ? testCase(rule.id, pathOf(path), [element('failure', { type: 'error', message }, [text])])
      : testCase(rule.id, pathOf(path), passedOver(message, text));
  });
  return suiteOf(rule.id, rule.title, cases);
}

function suiteOf(id: string, passing: string, found: readonly Element[]): Suite {
  const cases = found.length > 0 ? found : [testCase(id, passing, [])];
  const count = (name: string): number =>
    cases.filter(({ children }) => children.some((child) => typeof child !== 'string' && child.name === name)).length;
  const counts = {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
  };
  return { suite: element('testsuite', { name: `shortfuse.${id}`, ...counts }, cases), counts };
}

function testCase(id: string, name: string, children: readonly Element[]): Element {
  return element('testcase', { name: pathText(name), classname: `shortfuse.${id}` }, children);
}

/** The whole text stands apart, because Jenkins does not show what is in `skipped`, and GitLab shows nothing else. */
function passedOver(message: string, text: string): readonly Element[] {
  return [element('skipped', {}, [message]), element('system-out', {}, [text])];
}

function findingLines(finding: Finding, pathOf: (path: string) => string): readonly string[] {
  const { severity, at, message } = finding;
  return [
    `${placeText(at, pathOf)}: ${severity}: ${oneLine(message)}`,
    ...detailLines(finding, pathOf).map((line) => `  ${line}`),
  ];
}

function unreadLines({ severity, path, at, message, help }: Unread, pathOf: (path: string) => string): string[] {
  const place = at ? placeText(at, pathOf) : pathText(pathOf(path));
  return [`${place}: ${severity}: ${oneLine(message)}`, ...(help === '' ? [] : [`  help: ${oneLine(help)}`])];
}

/** In the order of the first of each. */
function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
