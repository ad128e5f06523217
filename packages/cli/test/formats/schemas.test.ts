import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { context, type ForgeFormat, fileOf, findingOf, formats, reportOf, siteReport } from './sample.js';
import { jsonFaults, jsonSchemas, xmlFaults, xmlSchemas } from './schema-checks.js';

/** Characters that XML cannot say, halves of pairs, what ends things in some format, and a very long line. */
const hostile = [
  '\u0000\u0001\u001b[2J\u007f\u0085\ufffe\uffff',
  '\ud800 and \udc00, but \u{1f6d2}',
  ']]> --> ``` </details> | \\ \' " & < > \t \r\n ::error::x %0A {0} [a](1) ${{ secrets.X }}',
  'x'.repeat(100_000),
].join(' ');

const hostileFile = fileOf(
  `we ird/${'ä\u{1f6d2}#?%"\'&<>'}\ud800\u0007.conf`,
  `a\r\n\t${hostile.replace(/\p{Surrogate}/gu, '')}\r\nz`,
);
const hostileFinding = findingOf(
  { file: hostileFile, span: { start: 4, end: hostileFile.text.length } },
  {
    message: hostile,
    why: hostile,
    help: hostile,
    related: [{ at: { file: hostileFile, span: { start: 0, end: 1 } }, message: hostile }],
    fix: [
      { file: hostileFile, edit: { span: { start: 4, end: 9 }, before: hostileFile.text.slice(4, 9), after: hostile } },
    ],
  },
);
const atEnd = { file: hostileFile, span: { start: hostileFile.text.length, end: hostileFile.text.length + 10 } };

const reports = {
  'a site': siteReport(),
  'a clean site': reportOf([]),
  'the same finding twice': reportOf([hostileFinding, hostileFinding]),
  'hostile text': reportOf([hostileFinding], {
    problems: [{ severity: 'warning', at: atEnd, message: hostile, help: hostile }],
    pathProblems: [{ path: hostile, message: hostile, help: '' }],
  }),
};

function rendered(format: ForgeFormat, name: keyof typeof reports): string {
  return formats[format](reports[name], context);
}

const cases = Object.keys(reports) as (keyof typeof reports)[];

describe.each(cases)('%s', (name) => {
  test.each(Object.entries(jsonSchemas))('%s is as %s wants it', (format, schema) => {
    expect(jsonFaults(schema, JSON.parse(rendered(format as ForgeFormat, name)))).toEqual([]);
  });

  test.each(Object.entries(xmlSchemas))('%s is as %s wants it', async (format, schema) => {
    expect(await xmlFaults(schema, rendered(format as ForgeFormat, name))).toEqual([]);
  });

  test.each(Object.keys(formats) as ForgeFormat[])(
    '%s is text that is Unicode and no longer than it has to be',
    (format) => {
      const text = rendered(format, name);
      // Not toMatch, which would print all of it.
      expect(/\p{Surrogate}/u.test(text)).toBe(false);
      expect(/[\x00-\x09\x0b-\x1f]/.test(text)).toBe(false);
      expect(text.length).toBeLessThan(name === 'a site' || name === 'a clean site' ? 40_000 : 450_000);
      expect(text === '' || text.endsWith('\n')).toBe(true);
    },
  );
});

/** Any text at all, halves of pairs among it, and what has a meaning somewhere. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom('\ud800', '\udc00', ']]>', '\r\n', '%0A', '::'),
    ),
  )
  .map((parts) => parts.join(''));

test('whatever a report says, every format stays what it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyText, { minLength: 6, maxLength: 6 }), async ([path = '', ...said]) => {
      const [message = '', why = '', help = '', note = '', unread = ''] = said;
      const file = fileOf(path === '' ? 'x' : path, 'timeout 1d;\n');
      const at = { file, span: { start: 8, end: 10 } };
      const report = reportOf(
        [findingOf(at, { message: `not ${message}`, why, help, related: [{ at, message: note }] })],
        {
          pathProblems: [{ path: unread, message: `no ${unread}`, help }],
        },
      );
      for (const [format, schema] of Object.entries(jsonSchemas))
        expect(jsonFaults(schema, JSON.parse(formats[format as ForgeFormat](report, context)))).toEqual([]);
      for (const [format, schema] of Object.entries(xmlSchemas))
        expect(await xmlFaults(schema, formats[format as ForgeFormat](report, context))).toEqual([]);
      expect(formats.github(report, context)).toMatch(/^::error [^\r\n]*\n::error [^\r\n]*\n$/);
    }),
    { numRuns: 20 },
  );
}, 60_000);

test('the schemas refuse what is wrong', async () => {
  const sarif = JSON.parse(formats.sarif(siteReport(), context));
  sarif.runs[0].results[0].locations[0].physicalLocation.region.startLine = 0;
  expect(jsonFaults(jsonSchemas.sarif, sarif)).not.toEqual([]);
  const [issue] = JSON.parse(formats.gitlab(siteReport(), context));
  expect(jsonFaults(jsonSchemas.gitlab, [{ ...issue, severity: 'error' }])).not.toEqual([]);
  expect(jsonFaults(jsonSchemas.rdjson, { diagnostics: [{ message: 'no place' }] })).not.toEqual([]);
  const junit = formats.junit(siteReport(), context);
  expect(await xmlFaults(xmlSchemas.junit, junit.replace('<failure', '<failed'))).not.toEqual([]);
  const checkstyle = formats.checkstyle(siteReport(), context);
  expect(await xmlFaults(xmlSchemas.checkstyle, checkstyle.replace('line="4"', 'line="0"'))).not.toEqual([]);
});
