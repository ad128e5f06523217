import { applyEdits, encode, type SourceFile } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { context, fileOf, findingOf, placeOf, reportOf, siteReport } from '../../../test/formats/sample.js';
import { lintRdjson } from './rdjson.js';

interface Position {
  readonly line: number;
  readonly column: number;
}

interface Diagnostic {
  readonly message: string;
  readonly location: { readonly path: string; readonly range?: { readonly start: Position; readonly end: Position } };
  readonly severity: string;
  readonly code: { readonly value: string; readonly url?: string };
  readonly suggestions?: readonly {
    readonly range: { readonly start: Position; readonly end: Position };
    readonly text: string;
  }[];
}

function read(report: Parameters<typeof lintRdjson>[0]) {
  const result = JSON.parse(lintRdjson(report, context));
  const diagnostics: readonly Diagnostic[] = result.diagnostics;
  return { result, diagnostics };
}

test('a diagnostic has its place, severity, rule and advice', () => {
  expect(read(siteReport()).diagnostics[2]).toMatchObject({
    message: expect.stringMatching(
      /^sessions of .*\nwhy: .*\nhelp: write "60s" .*\nsee: deploy\/conf\.d\/shop & söhne\.conf:2:2: /,
    ),
    location: {
      path: 'deploy/conf.d/shop & söhne.conf',
      range: { start: { line: 4, column: 22 }, end: { line: 4, column: 24 } },
    },
    severity: 'ERROR',
    code: { value: 'lifetime-above-target', url: expect.stringMatching(/\/docs\/rules\/lifetime-above-target\.md$/) },
  });
});

test('the severity of the whole is the worst of its diagnostics', () => {
  const warning = findingOf(placeOf(fileOf('a', '1d'), '1d'), { severity: 'warning' });
  expect(read(siteReport()).result.severity).toBe('ERROR');
  expect(read(reportOf([warning])).result.severity).toBe('WARNING');
  expect(read(reportOf([])).result).toEqual({ source: expect.anything(), diagnostics: [] });
});

test('what could not be read has no rule with a page', () => {
  const { diagnostics } = read(siteReport());
  expect(diagnostics.slice(0, 2).map(({ code }) => code)).toEqual([{ value: 'reading' }, { value: 'reading' }]);
  expect(diagnostics[0]?.location).toEqual({ path: 'deploy/nowhere' });
});

/** What reviewdog makes of a file when somebody accepts a suggestion: it counts bytes. */
function accepted(file: SourceFile, { range, text }: NonNullable<Diagnostic['suggestions']>[number]): string {
  const lines = Buffer.from(encode(file)).toString('latin1').split('\n');
  const offset = ({ line, column }: Position): number =>
    lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
  const whole = lines.join('\n');
  return whole.slice(0, offset(range.start)) + Buffer.from(text).toString('latin1') + whole.slice(offset(range.end));
}

describe('a suggestion', () => {
  const edited = (file: SourceFile, before: string, after: string) => {
    const { span } = placeOf(file, before);
    return { file, edit: { span, before, after } };
  };

  test.each([
    { about: 'a tab and characters of many bytes', text: 'x\n\t"größe 🛒" timeout 1d;\n', encoding: 'utf-8' },
    { about: 'CRLF', text: 'x\r\ntimeout 1d;\r\n', encoding: 'utf-8' },
    { about: 'a byte order mark on its line', text: 'timeout 1d;\n', encoding: 'utf-8-bom' },
    { about: 'one byte for each character', text: 'größe timeout 1d;\n', encoding: 'latin1' },
  ] as const)('makes the same bytes as the patch: $about', ({ text, encoding }) => {
    const file = fileOf('a.conf', text, encoding);
    const fix = edited(file, '1d', '60s');
    const [found] = read(reportOf([findingOf(placeOf(file, 'timeout 1d'), { fix: [fix] })])).diagnostics;
    const patched = applyEdits(text, [fix.edit]);
    const want = patched.ok ? Buffer.from(encode({ text: patched.text, encoding })).toString('latin1') : '';
    expect(found?.suggestions?.map((suggestion) => accepted(file, suggestion))).toEqual([want]);
  });

  const file = fileOf('a.conf', 'server {\n  timeout 1d;\n}\n');
  const at = placeOf(file, 'timeout 1d');

  test('may add a line below its own', () => {
    const start = file.text.indexOf(';') + 1;
    const fix = [{ file, edit: { span: { start, end: start }, before: '', after: '\n  tickets off;' } }];
    expect(read(reportOf([findingOf(at, { fix })])).diagnostics[0]?.suggestions).toHaveLength(1);
  });

  test.each([
    { about: 'several edits', fix: [edited(file, '1d', '60s'), edited(file, 'server', 'x')] },
    { about: 'another line', fix: [edited(file, 'server', 'x')] },
    { about: 'another file', fix: [edited(fileOf('b.conf', 'timeout 1d'), '1d', '60s')] },
    { about: 'nothing', fix: [] },
  ])('is not made of $about', ({ fix }) => {
    expect(read(reportOf([findingOf(at, { fix })])).diagnostics[0]).not.toHaveProperty('suggestions');
  });
});
