import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCommand } from './run.js';

/*
 * What README.md shows is what the program prints: its commands are typed in a copy of examples/shop, at the times that stand
 * before them. SHORTFUSE_UPDATE=1 writes what is printed into the file.
 */
const path = fileURLToPath(new URL('../../../README.md', import.meta.url));
const readme = readFileSync(path, 'utf8');
const example = fileURLToPath(new URL('../../../examples/shop', import.meta.url));

const days: Readonly<Record<string, string>> = { Mon: '2026-03-02', Tue: '2026-03-03' };

interface Step {
  readonly at: string;
  readonly typed: string;
  readonly shown: string;
}

/** A block of a console: `Mon 08:00 $ command` and the lines that it prints. */
const block = /```console\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
const prompt = /^(\w{3}) (\d\d:\d\d) \$ (.*)$/;

function stepsIn(text: string): Step[] {
  const steps: { at: string; typed: string; shown: string }[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const [, day = '', time = '', typed = ''] = prompt.exec(line) ?? [];
    const last = steps.at(-1);
    if (typed !== '') steps.push({ at: `${days[day]}T${time}:00Z`, typed, shown: '' });
    else if (last) last.shown += `${line}\n`;
  }
  return steps;
}

const folder = mkdtempSync(join(tmpdir(), 'shortfuse-readme-'));
const shop = join(folder, 'shop');
let removeCommand = (): void => undefined;

beforeAll(async () => {
  const built = await buildCommand();
  removeCommand = built.remove;
  const command = join(folder, 'shortfuse');
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${built.path}" "$@"\n`);
  chmodSync(command, 0o755);
  cpSync(example, shop, { recursive: true });
  type(days['Mon'] ?? '', 'git init --quiet && git add --all && git commit --quiet --message before');
});
afterAll(() => {
  removeCommand();
  rmSync(folder, { recursive: true, force: true });
});

/** What a command prints to standard output, and to standard error behind it. A part of a pipe may fail. */
function type(at: string, typed: string): string {
  return execFileSync('sh', ['-c', `${typed} 2>&1 || true`], {
    cwd: shop,
    encoding: 'utf8',
    env: {
      PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
      HOME: folder,
      TZ: 'UTC',
      SHORTFUSE_NOW: at,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 't',
      GIT_AUTHOR_EMAIL: 't@example.org',
      GIT_COMMITTER_NAME: 't',
      GIT_COMMITTER_EMAIL: 't@example.org',
    },
  });
}

describe('the story', () => {
  const steps = stepsIn(block);

  test('is told in ten commands', () => expect(steps.map(({ typed }) => typed)).toHaveLength(10));

  test('is what is printed', () => {
    const printed = steps.map(({ at, typed }) => type(at, typed));
    if (process.env['SHORTFUSE_UPDATE'] === '1') {
      const lines = block.split('\n').filter((line) => prompt.test(line));
      const story = lines.map((line, i) => `${line}\n${printed[i]}`).join('');
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replace(block, () => story),
      );
    }
    expect(printed).toEqual(steps.map(({ shown }) => shown));
  });

  test('leaves everything as it was', () => expect(type('', 'git diff --name-only HEAD~1')).toBe(''));
});

test('the report is that of the example', () => {
  const report = /```\n(nginx {2}nginx\.conf[\s\S]*?)```/.exec(readme)?.[1];
  expect(report).toBe(execFileSync(join(folder, 'shortfuse'), ['audit'], { cwd: example, encoding: 'utf8' }));
});
