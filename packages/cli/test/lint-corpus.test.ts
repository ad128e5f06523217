import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judge, presets, type RuleChoice, rules } from '@shortfuse/core';
import { openProject } from '@shortfuse/files';
import { expect, test } from 'vitest';
import { adapters } from '../src/adapters.js';

const corpus = process.env['SHORTFUSE_CORPUS'] ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));
const isThere = existsSync(join(corpus, 'manifest.json'));

function foldersIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

const name = isThere
  ? 'docs/corpus-findings.md says what lint finds in configurations of other people'
  : `no corpus in ${corpus}: docs/corpus-findings.md is not compared with it`;

test.skipIf(!isThere)(name, () => {
  const choices = rules.map((rule): RuleChoice => {
    const severity = presets.standing.severities[rule.id] ?? rule.severity;
    return { rule, severity, options: {} };
  });
  const counts = new Map<string, Map<string, number>>();
  const servers = new Set<string>();
  for (const server of foldersIn(corpus))
    for (const project of foldersIn(join(corpus, server))) {
      const cwd = join(corpus, server, project);
      const { configurations } = openProject({
        cwd,
        paths: ['.'],
        roots: [],
        adapters,
        options: new Map(),
        exclude: [],
      });
      const input = { configurations, targetSeconds: 60, leases: [], now: Date.UTC(2026, 10, 25) };
      for (const { rule } of judge(input, choices, []).findings) {
        const own = counts.get(rule) ?? new Map<string, number>();
        counts.set(rule, own.set(server, (own.get(server) ?? 0) + 1));
        servers.add(server);
      }
    }
  const columns = [...servers].sort();
  const rows = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([rule, own]) => {
      const each = columns.map((server) => own.get(server) ?? 0);
      return `| ${[rule, ...each, each.reduce((sum, count) => sum + count, 0)].join(' | ')} |`;
    });
  const page = readFileSync(new URL('../../../docs/corpus-findings.md', import.meta.url), 'utf8');
  expect(
    page
      .split('\n')
      .filter((line) => rows.some((row) => row.split(' ')[1] === line.split(' ')[1] && /\| \d+ \|$/.test(line))),
  ).toEqual(rows);
});
