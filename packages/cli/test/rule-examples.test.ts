import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { judge, type RuleChoice, rules } from '@shortfuse/core';
import { openProject } from '@shortfuse/files';
import { afterAll, describe, expect, test } from 'vitest';
import { adapters } from '../src/adapters.js';
import { readSuppressions } from '../src/lint/suppressions.js';
import { folderOf } from './run.js';

const folder = fileURLToPath(new URL('../../core/src/rules/', import.meta.url));
const made: string[] = [];
afterAll(() => {
  for (const each of made) rmSync(each, { recursive: true });
});

interface Example {
  readonly server: string;
  readonly kind: 'Wrong' | 'Right';
  readonly files: Readonly<Record<string, string>>;
}

/** The examples on a rule's page: a heading for the server, `Wrong:` or `Right:`, then files in fences that name them. */
function examplesIn(page: string): readonly Example[] {
  const found: { server: string; kind: 'Wrong' | 'Right'; files: Record<string, string> }[] = [];
  let server = '';
  for (const [, heading, kind, name, text = ''] of page.matchAll(
    /^## (.+)$|^(Wrong|Right):$|^```\w+ (\S+)\n([\s\S]*?)^```$/gm,
  )) {
    if (heading !== undefined) server = heading;
    if (kind === 'Wrong' || kind === 'Right') found.push({ server, kind, files: {} });
    const last = found.at(-1);
    if (name !== undefined && last) last.files[name] = text;
  }
  return found;
}

function findingsIn(files: Readonly<Record<string, string>>, id: string) {
  const cwd = folderOf(files);
  made.push(cwd);
  const { configurations } = openProject({
    cwd,
    paths: ['.'],
    roots: [],
    adapters,
    options: new Map(),
    exclude: [],
  });
  // The rule as a person switches it on; what comments silence is judged with the rules that they name.
  const choices = rules.map((rule): RuleChoice => {
    const isWanted = rule.id === id || (id === 'unused-suppression' && rule.severity !== 'off');
    return { rule, severity: isWanted ? 'error' : 'off', options: {} };
  });
  const suppressions = readSuppressions(configurations, adapters);
  const { findings } = judge(
    { configurations, targetSeconds: 60, leases: [], now: Date.UTC(2026, 10, 25) },
    choices,
    suppressions,
  );
  return {
    listeners: configurations.flatMap(({ listeners }) => listeners),
    found: findings.filter(({ rule }) => rule === id),
  };
}

/** Rules that look at leases and not at servers. */
const withoutServers = ['lease-drifted', 'lease-overdue'];

describe.each(rules.map(({ id }) => ({ id })))('the page of $id', ({ id }) => {
  const examples = examplesIn(readFileSync(`${folder}${id}/README.md`, 'utf8'));

  test('has a wrong and a right example for each server it speaks of', () => {
    const servers = [...new Set(examples.map(({ server }) => server))];
    expect(examples.map(({ server, kind }) => `${server}: ${kind}`)).toEqual(
      servers.flatMap((server) => [`${server}: Wrong`, `${server}: Right`]),
    );
    expect(servers.length > 0).toBe(!withoutServers.includes(id));
  });

  test.each(examples)('$server, $kind', ({ kind, files }) => {
    const { listeners, found } = findingsIn(files, id);
    if (kind === 'Wrong') expect(found.length).toBeGreaterThan(0);
    else {
      expect(found.map(({ at, message }) => `${at.file.path}: ${message}`)).toEqual([]);
      // An example in which nothing is found would prove nothing.
      expect(listeners.length).toBeGreaterThan(0);
    }
  });
});

test('a rule is a folder with a test and a page', () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).sort()).toEqual(rules.map(({ id }) => id));
  for (const { name } of folders)
    for (const file of ['rule.ts', 'rule.test.ts', 'README.md'])
      expect(existsSync(`${folder}${name}/${file}`), `${name}/${file}`).toBe(true);
});
