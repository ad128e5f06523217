import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { context, type ForgeFormat, fileOf, findingOf, formats, reportOf, siteReport } from './sample.js';

function schemaText(name: string): string {
  return readFileSync(new URL(`../schemas/${name}`, import.meta.url), 'utf8');
}

function validatorOf(name: string): ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv.compile(JSON.parse(schemaText(name)));
}

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
  test.each([
    { format: 'sarif', schema: 'sarif-2.1.0.schema.json' },
    { format: 'gitlab', schema: 'gitlab-code-quality.schema.json' },
    { format: 'rdjson', schema: 'rdjson.schema.json' },
  ] as const)('$format is as $schema wants it', ({ format, schema }) => {
    const validate = validatorOf(schema);
    validate(JSON.parse(rendered(format, name)));
    expect(validate.errors ?? []).toEqual([]);
  });

  test.each([
    { format: 'junit', schema: 'junit-4.xsd' },
    { format: 'checkstyle', schema: 'checkstyle.xsd' },
  ] as const)('$format is as $schema wants it', async ({ format, schema }) => {
    const { errors } = await validateXML({
      xml: { fileName: `${format}.xml`, contents: rendered(format, name) },
      schema: { fileName: schema, contents: schemaText(schema) },
    });
    expect(errors).toEqual([]);
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

test('the schemas refuse what is wrong', () => {
  const sarif = JSON.parse(formats.sarif(siteReport(), context));
  sarif.runs[0].results[0].locations[0].physicalLocation.region.startLine = 0;
  expect(validatorOf('sarif-2.1.0.schema.json')(sarif)).toBe(false);
  const gitlab = JSON.parse(formats.gitlab(siteReport(), context));
  expect(validatorOf('gitlab-code-quality.schema.json')([{ ...gitlab[0], severity: 'error' }])).toBe(false);
  expect(validatorOf('rdjson.schema.json')({ diagnostics: [{ message: 'no place' }] })).toBe(false);
});
