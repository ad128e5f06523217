import { applyEdits, type FileEdit, rules, type SourceFile } from '@shortfuse/core';
import fc from 'fast-check';
import type { Log, Replacement, Result } from 'sarif';
import { describe, expect, test } from 'vitest';
import { context, fileOf, findingOf, placeOf, reportOf, siteReport } from '../../../test/formats/sample.js';
import { lintSarif } from './sarif.js';

function read(report: Parameters<typeof lintSarif>[0], where = context) {
  const log: Log = JSON.parse(lintSarif(report, where));
  const [run] = log.runs;
  if (!run) throw new Error('no run');
  return { log, run, results: run.results ?? [], invocation: run.invocations?.[0] };
}

function firstOf(report: Parameters<typeof lintSarif>[0]): Result {
  const [first] = read(report).results;
  if (!first) throw new Error('no result');
  return first;
}

const file = fileOf('a.conf', 'server {\n\ttimeout 1d; # 🛒\r\n}\n');

describe('a result', () => {
  test('has rule, level, place and a readable message', () => {
    expect(read(siteReport()).results[0]).toMatchObject({
      ruleId: 'lifetime-above-target',
      level: 'error',
      message: {
        text:
          'sessions of shop.example ([::]:443) last 1 d (86400 s), the target is 1 min (60 s). ' +
          'Why: a client that resumes a session which the firewall never saw breaks when inspection is switched on. ' +
          'Help: write "60s" instead of "1d", or run shortfuse patch. ' +
          'See [deploy/conf.d/shop & söhne.conf:2:2: shop.example (\\[::\\]:443) is defined here](1).',
      },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'deploy/conf.d/shop%20%26%20s%C3%B6hne.conf', uriBaseId: '%SRCROOT%' },
            region: { startLine: 4, startColumn: 22, endLine: 4, endColumn: 24, snippet: { text: '1d' } },
            contextRegion: { startLine: 4, endLine: 4, snippet: { text: '\tssl_session_timeout 1d;' } },
          },
        },
      ],
      properties: { listeners: ['shop.example ([::]:443)'], listenerCount: 1 },
    });
  });

  test('points to its rule', () => {
    const { run, results } = read(siteReport());
    for (const { ruleId, ruleIndex = -1 } of results) expect(run.tool.driver.rules?.[ruleIndex]?.id).toBe(ruleId);
  });

  test('links each related place once, by a number that the place has', () => {
    const related = ['server', 'timeout'].map((words) => ({
      at: placeOf(file, words),
      message: `see ${words} [x](9) {0}`,
    }));
    const { message, relatedLocations } = firstOf(reportOf([findingOf(placeOf(file, '1d'), { related })]));
    expect(relatedLocations?.map(({ id }) => id)).toEqual([1, 2]);
    expect([...(message.text ?? '').matchAll(/(?<!\\)\]\((\d+)\)/g)].map(([, id]) => Number(id))).toEqual([1, 2]);
    expect(message.text).toContain('see server \\[x\\](9) {{0}}](1)');
  });

  test('has no placeholder in its message, whatever the files say', () => {
    const { message, relatedLocations, fixes } = firstOf(
      reportOf([
        findingOf(placeOf(file, '1d'), {
          message: 'the value is {{ timeout }} of {0}',
          help: 'set ${1}',
          related: [{ at: placeOf(file, 'server'), message: '{2}' }],
          fix: [{ file, edit: { span: placeOf(file, '1d').span, before: '1d', after: '{0}' } }],
        }),
      ]),
    );
    const texts = [message.text, relatedLocations?.[0]?.message?.text, fixes?.[0]?.description?.text];
    for (const text of texts) expect(text?.replace(/\{\{|\}\}/g, '')).not.toMatch(/[{}]/);
    // What is to be inserted is no message.
    expect(fixes?.[0]?.artifactChanges[0]?.replacements[0]?.insertedContent?.text).toBe('{0}');
  });

  test('has no excerpt where the line is very long', () => {
    const long = fileOf('long.conf', `${'x'.repeat(1_000_000)} 1d`);
    const text = lintSarif(reportOf([findingOf(placeOf(long, '1d'))]), context);
    expect(text.length).toBeLessThan(100_000);
    expect(JSON.parse(text).runs[0].results[0].locations[0].physicalLocation).toMatchObject({
      region: { startLine: 1, startColumn: 1_000_002, endColumn: 1_000_004 },
    });
  });
});

describe('fingerprints', () => {
  const fingerprintsIn = (text: string): readonly (string | undefined)[] => {
    const changed = fileOf('a.conf', text);
    const spans = [...text.matchAll(/1d/g)].map(({ index }) => ({ start: index, end: index + 2 }));
    const { results } = read(reportOf(spans.map((span) => findingOf({ file: changed, span }))));
    return results.map(({ partialFingerprints }) => partialFingerprints?.['shortfuse/v1']);
  };

  test('stay when lines move', () => {
    expect(fingerprintsIn('timeout 1d;\n')[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(fingerprintsIn('#\r\n\r\n  timeout 1d;\r\n')).toEqual(fingerprintsIn('timeout 1d;\n'));
  });

  test('differ for equal lines', () => {
    const [first, second] = fingerprintsIn('timeout 1d;\ntimeout 1d;\n');
    expect(first).not.toBe(second);
  });
});

describe('what could not be read', () => {
  test('is a notification with its place, and the run was not successful', () => {
    const { invocation } = read(siteReport());
    expect(invocation?.executionSuccessful).toBe(false);
    expect(invocation?.toolExecutionNotifications?.map(({ level, message }) => [level, message.text])).toEqual([
      ['error', 'No such file or directory. Help: name a path that exists.'],
      ['error', 'directive "listen" is not terminated by ";". Help: put a ; at the end of line 2.'],
    ]);
    expect(invocation?.toolExecutionNotifications?.[0]?.locations).toEqual([
      { physicalLocation: { artifactLocation: { uri: 'deploy/nowhere', uriBaseId: '%SRCROOT%' } } },
    ]);
  });

  test('is said even where a finding says the same', () => {
    const at = placeOf(file, '}');
    const problem = { severity: 'error', at, message: 'unexpected "}"', help: '' } as const;
    const { invocation } = read(reportOf([findingOf(at, { message: problem.message })], { problems: [problem] }));
    expect(invocation).toMatchObject({ executionSuccessful: false, toolExecutionNotifications: [{ level: 'error' }] });
  });

  test('is nothing in a run that read everything, whatever it found', () => {
    const warning = { severity: 'warning', at: placeOf(file, '}'), message: 'odd', help: '' } as const;
    expect(read(reportOf([findingOf(placeOf(file, '1d'))])).invocation).toMatchObject({ executionSuccessful: true });
    expect(read(reportOf([], { problems: [warning] })).invocation).toMatchObject({
      executionSuccessful: true,
      toolExecutionNotifications: [{ level: 'warning' }],
    });
  });
});

describe('rules', () => {
  test('have what a reader shows of them', () => {
    const { run } = read(reportOf([], { rules }));
    expect(run.tool.driver.rules?.map(({ id }) => id)).toEqual(rules.map(({ id }) => id));
    for (const rule of run.tool.driver.rules ?? []) {
      expect(rule.shortDescription?.text).toMatch(/^[A-Z].*\.$/);
      expect(rule.helpUri).toBe(`https://github.com/shortfuse/shortfuse/blob/main/docs/rules/${rule.id}.md`);
      expect(rule.help?.markdown).toContain(`shortfuse explain ${rule.id}`);
      expect(rule.name).toMatch(/^([A-Z][a-z]+)+$/);
      // These are messages, too, and may not look as if they had placeholders.
      expect(
        JSON.stringify([rule.shortDescription, rule.fullDescription, rule.help]).replace(/\{"|"\}/g, ''),
      ).not.toMatch(/[{}]/);
    }
  });

  test('that are off by default are said to be', () => {
    const { run } = read(reportOf([], { rules }));
    const off = rules.filter(({ severity }) => severity === 'off').map(({ id }) => id);
    const said = run.tool.driver.rules
      ?.filter((rule) => rule.defaultConfiguration?.enabled === false)
      .map(({ id }) => id);
    expect(off.length).toBeGreaterThan(0);
    expect(said).toEqual(off);
  });
});

test('relative URIs count from the top of the repository, which is named', () => {
  const { run, results } = read(siteReport());
  const base = run.originalUriBaseIds?.['%SRCROOT%']?.uri ?? '';
  const { uri = '' } = results[0]?.locations?.[0]?.physicalLocation?.artifactLocation ?? {};
  expect(decodeURI(new URL(uri, base).href)).toBe('file:///work tree/site/deploy/conf.d/shop %26 söhne.conf');
});

test('a file outside of the repository has a whole URI', () => {
  const outside = fileOf('/etc/nginx/nginx.conf', '1d');
  expect(
    firstOf(reportOf([findingOf(placeOf(outside, '1d'))])).locations?.[0]?.physicalLocation?.artifactLocation,
  ).toEqual({
    uri: 'file:///etc/nginx/nginx.conf',
  });
});

/** The offset of a place as the standard counts it, for a reader that splits lines itself. */
function offsetOf(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
}

function applied(text: string, replacements: readonly Replacement[]): string {
  // From the end, so that earlier regions stay where they are; of two at one place the later one first.
  return [...replacements]
    .map(({ deletedRegion: { startLine = 0, startColumn = 0, endLine = 0, endColumn = 0 }, insertedContent }) => ({
      start: offsetOf(text, startLine, startColumn),
      end: offsetOf(text, endLine, endColumn),
      inserted: insertedContent?.text ?? '',
    }))
    .reverse()
    .reduce((result, { start, end, inserted }) => result.slice(0, start) + inserted + result.slice(end), text);
}

function fixesOf(source: SourceFile, fix: readonly FileEdit[]) {
  const at = { file: source, span: { start: 0, end: 0 } };
  return firstOf(reportOf([findingOf(at, { fix })])).fixes ?? [];
}

test('a fix that is applied by its regions gives the text of the patch', () => {
  const unit = fc.constantFrom('a', ';', ' ', '\t', '\n', '\r\n', 'ä', '€', '🛒', 'e\u0301', '\u2028');
  const text = fc.array(unit, { maxLength: 40 }).map((units) => units.join(''));
  fc.assert(
    fc.property(
      text,
      fc.array(fc.tuple(fc.nat(60), fc.nat(10), text), { minLength: 1, maxLength: 4 }),
      (before, wishes) => {
        const source = fileOf('x', before);
        let from = 0;
        const edits = wishes.flatMap(([skip, length, after]) => {
          const start = from + skip;
          const end = Math.min(start + length, before.length);
          if (start > before.length) return [];
          from = end;
          return [{ span: { start, end }, before: before.slice(start, end), after }];
        });
        const want = applyEdits(before, edits);
        if (!want.ok || edits.length === 0) return;
        const [fix] = fixesOf(
          source,
          edits.map((edit) => ({ file: source, edit })),
        );
        expect(applied(before, fix?.artifactChanges[0]?.replacements ?? [])).toBe(want.text);
      },
    ),
  );
});

test('edits in several files are one fix with a change for each', () => {
  const other = fileOf('b.conf', 'x 2d');
  const fix = [file, other].map((source, i) => {
    const { span } = placeOf(source, i === 0 ? '1d' : '2d');
    return { file: source, edit: { span, before: source.text.slice(span.start, span.end), after: '60s' } };
  });
  const [only, ...more] = fixesOf(file, fix);
  expect(more).toEqual([]);
  expect(only?.artifactChanges.map(({ artifactLocation }) => artifactLocation.uri)).toEqual([
    'deploy/a.conf',
    'deploy/b.conf',
  ]);
});
