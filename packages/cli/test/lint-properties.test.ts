import { fileURLToPath } from 'node:url';
import {
  type Adapter,
  type Configuration,
  type Finding,
  judge,
  type LintInput,
  type RuleChoice,
  rules,
  type SourceFile,
} from '@shortfuse/core';
import { noOptions, openProject, type Project } from '@shortfuse/files';
import { readCases } from '@shortfuse/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adapters } from '../src/adapters.js';
import { addFixes } from '../src/lint/fixes.js';

const choices = rules.map((rule): RuleChoice => ({ rule, severity: 'error', options: {} }));

interface Sample {
  readonly name: string;
  readonly adapter: Adapter;
  readonly project: Project;
}

const samples = ['nginx', 'apache', 'f5', 'iis'].flatMap((server): Sample[] => {
  const adapter = adapters.find(({ id }) => id === server);
  if (!adapter) throw new Error(`no adapter for ${server}`);
  return readCases(fileURLToPath(new URL(`../../${server}/test/conformance`, import.meta.url))).map(
    ({ name, folder, defines }) => ({
      name: `${server}/${name}`,
      adapter,
      project: openProject({
        cwd: folder,
        paths: ['.'],
        roots: [],
        adapters: [adapter],
        options: new Map([[server, { ...noOptions, defines: new Map(defines.map((define) => [define, ''])) }]]),
        exclude: [],
      }),
    }),
  );
});

function inputOf(configurations: readonly Configuration[]): LintInput {
  return { configurations, targetSeconds: 60, leases: [], now: 0 };
}

/** What is found, without the places, which move; some messages name lines. */
function gist(findings: readonly Finding[]): readonly string[] {
  return findings
    .map(({ rule, at, message, help, listeners }) =>
      [
        rule,
        at.file.path,
        at.file.text.slice(at.span.start, at.span.end).replace(/\s+/g, ' '),
        `${message} ${help}`.replace(/:\d+/g, ''),
        ...listeners.map(({ address, name }) => `${address} ${name}`),
      ].join(' | '),
    )
    .sort();
}

function lintOf({ project }: Sample, change: (file: SourceFile) => string): readonly string[] {
  const files = new Set(project.configurations.flatMap((configuration) => configuration.files));
  const changed = new Map<SourceFile, SourceFile>();
  for (const file of files) {
    const text = change(file);
    if (text !== file.text) changed.set(file, { ...file, text });
  }
  return gist(judge(inputOf(project.resolveWith(changed)), choices, 'none count').findings);
}

/** Files in whose syntax a line that begins with # is a comment wherever a line may begin. */
const withHashComments: readonly string[] = ['nginx', 'apache'];

describe('findings stay the same', () => {
  // A file that the server cannot read is another one with each change.
  const sound = samples.filter(({ project }) =>
    project.configurations.every(({ problems }) => problems.every(({ severity }) => severity === 'warning')),
  );

  test.each(sound)('$name, with CRLF and with LF', (sample) => {
    const before = lintOf(sample, ({ text }) => text.replace(/\r\n/g, '\n'));
    expect(lintOf(sample, ({ text }) => text.replace(/\r?\n/g, '\r\n'))).toEqual(before);
  });

  test.each(sound.filter(({ adapter }) => withHashComments.includes(adapter.id)))(
    '$name, with blank lines and comments between its lines',
    (sample) => {
      const before = lintOf(sample, ({ text }) => text);
      fc.assert(
        fc.property(
          fc.infiniteStream(fc.constantFrom('', '', '', '\n', '# a remark\n', '\t# "1d; {\n', '   \n')),
          (stream) => {
            const additions = stream[Symbol.iterator]();
            const next = (): string => additions.next().value ?? '';
            expect(lintOf(sample, (file) => withAdditions(file, sample, next))).toEqual(before);
          },
        ),
        { numRuns: 5 },
      );
    },
  );

  /** Between lines that no statement, string or block of another language spans. */
  function withAdditions(file: SourceFile, { name }: Sample, next: () => string): string {
    // Lines that go on in the next one, and text in which # is no comment.
    if (/lua|lexing-traps|macro|error|quoted/.test(name) || /\\\r?\n/.test(file.text)) return file.text;
    return file.text.replace(/(?<=[;{}>]\s*\n|^)/gm, () => next());
  }
});

describe('what is fixable is gone after the patch', () => {
  test.each(samples)('$name', ({ project }) => {
    const input = inputOf(project.configurations);
    const { findings } = judge(input, choices, 'none count');
    const fixed = addFixes(findings, input, choices, project, adapters);
    const fixable = fixed.findings.filter(({ fix }) => fix !== undefined);
    // All edits of all findings at once, as patch writes them.
    const edits = new Map<SourceFile, Map<string, { start: number; end: number; after: string }>>();
    for (const { fix = [] } of fixable)
      for (const { file, edit } of fix) {
        const own = edits.get(file) ?? new Map();
        own.set(JSON.stringify(edit), { ...edit.span, after: edit.after });
        edits.set(file, own);
      }
    const changed = new Map(
      [...edits].map(([file, own]) => {
        let { text } = file;
        for (const { start, end, after } of [...own.values()].sort((a, b) => b.start - a.start))
          text = text.slice(0, start) + after + text.slice(end);
        return [file, { ...file, text }] as const;
      }),
    );
    const left = judge(inputOf(project.resolveWith(changed)), choices, 'none count').findings;
    const key = ({ rule, listeners }: Finding): readonly string[] =>
      listeners.map(({ address, name, profile }) => [rule, address, name, profile].join(' '));
    expect(left.flatMap(key).filter((each) => fixable.flatMap(key).includes(each))).toEqual([]);
  });

  test('and there are such findings for each server', () => {
    const servers = samples.filter(({ project }) => {
      const input = inputOf(project.configurations);
      const { findings } = judge(input, choices, 'none count');
      return addFixes(findings, input, choices, project, adapters).findings.some(({ fix }) => fix !== undefined);
    });
    expect([...new Set(servers.map(({ adapter }) => adapter.id))]).toEqual(['nginx', 'apache', 'f5', 'iis']);
  });
});
