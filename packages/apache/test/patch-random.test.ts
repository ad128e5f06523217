// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is httpd's own notation
import {
  applyEdits,
  type Configuration,
  type IncludeAnswer,
  invertEdits,
  type Plan,
  planPatch,
  resolveAll,
  type SourceFile,
} from '@shortfuse/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apache } from '../src/index.js';
import type { ApacheFile } from '../src/tree.js';

/*
 * Files put together from lines that get in each other's way. `SHORTFUSE_FUZZ=20000 npx vitest run patch-random` tries more;
 * `SHORTFUSE_SEED` gives others.
 */
const count = Math.max(1, Number.parseInt(process.env['SHORTFUSE_FUZZ'] ?? '', 10) || 400);
const seed = Number(process.env['SHORTFUSE_SEED'] ?? 20_261_125);

const plain = fc.constantFrom(
  'SSLSessionCacheTimeout 900',
  '\tsslsessioncachetimeout  "600" ',
  'SSLSessionCacheTimeout ${T}',
  'SSLSessionCacheTimeout \\\n 1200',
  'SSLSessionCacheTimeout 0',
  'SSLSessionCacheTimeout 30',
  'SSLSessionCacheTimeout {{ t }}',
  '#SSLSessionCacheTimeout 300',
  '#SSLSessionCacheTimeout 300 \\',
  'SSLSessionTickets off',
  'SSLEngine on',
  'SSLProtocol all \\',
  'Define T 700',
  'UnDefine T',
  'Include a.inc',
  'Include b.inc',
  'Include /etc/x.conf',
  'Use G 500',
  'Use G "${T}"',
  '',
  '# words',
);

/** What httpd refuses where it stands, or tears a section apart. */
const stray = fc.constantFrom(
  'SSLSessionCacheTimeout',
  'SSLSessionCacheTimeout 6$t',
  '<Macro F $t>',
  '</Macro>',
  '<IfModule !mod_ssl.c>',
  '</IfModule>',
  '<Directory />',
  '{% if x %}',
  '{% endif %}',
);

const sections = fc.constantFrom(
  ['<IfModule mod_ssl.c>', '</IfModule>'],
  ['<IfModule !mod_ssl.c>', '</IfModule>'],
  ['<IfModule ssl_module>', '</IfModule>'],
  ['<IfDefine T>', '</IfDefine>'],
  ['<IfDefine !U>', '</IfDefine>'],
  ['<Directory />', '</Directory>'],
  ['{% if x %}', '{% endif %}'],
);

const single = plain.map((text) => [text]);
const block = fc
  .tuple(sections, fc.array(plain, { maxLength: 4 }))
  .map(([[open = '', close = ''], inner]) => [open, ...inner.map((text) => `  ${text}`), close]);
const lines = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: single },
      { weight: 4, arbitrary: block },
      { weight: 1, arbitrary: stray.map((text) => [text]) },
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.flat());
/** What only the main server may hold. */
const mainLines = fc
  .tuple(
    lines,
    fc.constantFrom([], ['SSLSessionCache shmcb:c(512000)'], ['Use H 443 800'], ['Use H 444 "${T}"', 'Use H 443 20']),
  )
  .map((parts) => parts.flat());

const host = fc
  .record({ port: fc.constantFrom('443', '444'), name: fc.constantFrom('a', 'b', 'c'), own: lines })
  .map(({ port, name, own }) => [
    `<VirtualHost *:${port}>`,
    `  ServerName ${name}.test`,
    '  SSLEngine on',
    '  SSLCertificateFile c',
    ...own.map((each) => `  ${each}`),
    '</VirtualHost>',
  ]);

const macros = [
  '<Macro G $t>',
  'SSLSessionCacheTimeout $t',
  '</Macro>',
  '<Macro H $p $t>',
  '<VirtualHost *:$p>',
  'ServerName m$p.test',
  'SSLEngine on',
  'SSLCertificateFile c',
  'SSLSessionCacheTimeout $t',
  '</VirtualHost>',
  '</Macro>',
];

const made = fc.record({
  head: fc.constantFrom(
    ['LoadModule ssl_module mod_ssl.so', 'LoadModule socache_shmcb_module mod_socache_shmcb.so'],
    [],
  ),
  before: mainLines,
  hosts: fc.array(host, { minLength: 1, maxLength: 3 }),
  after: mainLines,
  a: lines,
  b: lines,
  lineEnd: fc.constantFrom('\n', '\r\n'),
  isEnded: fc.boolean(),
});

function sourcesOf({
  head,
  before,
  hosts,
  after,
  a,
  b,
  lineEnd,
  isEnded,
}: typeof made extends fc.Arbitrary<infer T> ? T : never): SourceFile[] {
  const start = [...head, 'Listen 443 https', 'Listen 444 https', 'Define T 400', ...macros];
  const file = (path: string, all: readonly string[]): SourceFile => ({
    path,
    text: `${all.join('\n')}${isEnded ? '\n' : ''}`.replaceAll('\n', lineEnd),
    encoding: 'utf-8',
  });
  return [file('httpd.conf', [...start, ...before, ...hosts.flat(), ...after]), file('a.inc', a), file('b.inc', b)];
}

function resolve(sources: readonly SourceFile[]): readonly Configuration[] {
  const trees = new Map(sources.map((file) => [file.path, apache.parse(file)]));
  return resolveAll<ApacheFile>(
    apache,
    [...trees.values()],
    { entries: ['httpd.conf'], defines: new Map() },
    ({ pattern, absolute }): IncludeAnswer<ApacheFile> => {
      if (absolute) return { kind: 'outside' };
      const tree = trees.get(pattern);
      return tree ? { kind: 'files', files: [tree] } : { kind: 'missing' };
    },
  );
}

function plan(sources: readonly SourceFile[]): Plan {
  return planPatch(resolve(sources), {
    target: 60,
    allowDisable: false,
    resolveWith: (changed) => resolve(sources.map((file) => changed.get(file) ?? file)),
  });
}

test('what is patched is at the target, is found again, and comes back to the letter', () => {
  let patched = 0;
  let accepted = 0;
  const check = (input: typeof made extends fc.Arbitrary<infer T> ? T : never): void => {
    const sources = sourcesOf(input);
    const first = plan(sources);
    if (first.files.length > 0) patched++;
    // Of what httpd refuses as it is, the structure is anybody's guess.
    if (!first.outcome.some(({ problems }) => problems.some(({ severity }) => severity === 'error'))) {
      accepted++;
      expect(first.refused.filter(({ why }) => why.includes('tried in memory'))).toEqual([]);
    }
    for (const { before, after, edits } of first.files) {
      expect(applyEdits(after.text, invertEdits(edits))).toEqual({ ok: true, text: before.text });
      const anchors = apache.anchors(apache.parse(after));
      for (const [i, { span }] of invertEdits(edits).entries()) {
        const isLine = edits[i]?.before === '';
        const around = anchors.filter(({ statement: { start, end } }) =>
          isLine ? start >= span.start && end <= span.end : start <= span.start && end >= span.end,
        );
        expect(around).toHaveLength(1);
      }
    }
    const changed = new Map(first.files.map(({ before, after }) => [before, after]));
    const second = plan(sources.map((file) => changed.get(file) ?? file));
    expect(second.files).toEqual([]);
  };
  fc.assert(fc.property(made, check), { numRuns: count, seed, endOnFailure: false });
  expect(accepted).toBeGreaterThan(count / 8);
  expect(patched).toBeGreaterThan(count / 4);
});
