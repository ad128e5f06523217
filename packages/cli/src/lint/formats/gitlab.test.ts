import { expect, test } from 'vitest';
import { context, fileOf, findingOf, placeOf, reportOf, siteReport } from '../../../test/formats/sample.js';
import { lintGitlab } from './gitlab.js';

interface Issue {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number; readonly end?: number } };
}

function issues(report: Parameters<typeof lintGitlab>[0]): readonly Issue[] {
  return JSON.parse(lintGitlab(report, context));
}

test('an issue has what GitLab shows', () => {
  expect(issues(siteReport())[2]).toMatchObject({
    description:
      'sessions of shop.example ([::]:443) last 1 d (86400 s), the target is 1 min (60 s). Help: write "60s" instead of "1d", or run shortfuse patch.',
    check_name: 'lifetime-above-target',
    severity: 'major',
    location: { path: 'deploy/conf.d/shop & söhne.conf', lines: { begin: 4, end: 4 } },
  });
});

test('severities tell errors, warnings and what was not judged apart', () => {
  expect(issues(siteReport()).map(({ severity }) => severity)).toEqual(['blocker', 'blocker', 'major', 'minor']);
});

test('nothing found is an empty list', () => expect(issues(reportOf([]))).toEqual([]));

function fingerprintsIn(text: string): readonly string[] {
  const file = fileOf('a.conf', text);
  const spans = [...text.matchAll(/1d/g)].map(({ index }) => ({ start: index, end: index + 2 }));
  return issues(reportOf(spans.map((span) => findingOf({ file, span })))).map(({ fingerprint }) => fingerprint);
}

test('a fingerprint stays when lines are added above, indented or given another line end', () => {
  const [before] = fingerprintsIn('timeout 1d;\n');
  expect(fingerprintsIn('# more\n\n\n\t  timeout 1d;\r\n')).toEqual([before]);
  expect(fingerprintsIn('timeout 1d; # other\n')).not.toEqual([before]);
});

test('equal lines have fingerprints of their own, or GitLab would show one of them', () => {
  const found = fingerprintsIn('timeout 1d;\ntimeout 1d;\ntimeout 1d;\n');
  expect(new Set(found).size).toBe(3);
  expect(found[0]).toBe(fingerprintsIn('timeout 1d;\n')[0]);
});

test('so have problems that read alike', () => {
  const file = fileOf('a.conf', '}\n}\n');
  const at = placeOf(file, '}');
  const problem = { severity: 'error', at, message: 'unexpected "}"', help: '' } as const;
  const other = { ...problem, at: { file, span: { start: 2, end: 3 } } };
  const found = issues(reportOf([], { problems: [problem, other] }));
  expect(found.map(({ location }) => location.lines.begin)).toEqual([1, 2]);
  expect(new Set(found.map(({ fingerprint }) => fingerprint)).size).toBe(2);
});
