import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { story } from '../src/story.js';
import { buildCommand, type Run, run } from './run.js';

const cwd = mkdtempSync(join(tmpdir(), 'shortfuse-overview-'));
let command = '';
let removeCommand = (): void => undefined;

beforeAll(async () => {
  const built = await buildCommand();
  command = built.path;
  removeCommand = built.remove;
});
afterAll(() => {
  removeCommand();
  rmSync(cwd, { recursive: true });
});

const shortfuse = (...args: string[]): Promise<Run> => run(command, args, { cwd });

test('without arguments the story comes first, then the usage, as an error', async () => {
  const { status, stdout, stderr } = await shortfuse();
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr.startsWith(`${story}\nUsage: shortfuse [options] [command]\n`)).toBe(true);
});

test('--help says the same, as an answer', async () => {
  const { status, stdout, stderr } = await shortfuse('--help');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toBe((await shortfuse()).stderr);
});

test('it fits a terminal', () => {
  for (const line of story.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
});

const lines = story.match(/^ {2}shortfuse .*/gm) ?? [];

test('it has ten lines', () => expect(lines).toHaveLength(10));

test.each(lines)('every command and option is there: %s', async (line) => {
  const [, name = '', ...words] = line.trim().split(/\s+/);
  const { status, stdout } = await shortfuse(name, '--help');
  expect(status).toBe(0);
  expect(stdout).toContain(`Usage: shortfuse ${name} `);
  for (const option of words.filter((word) => word.startsWith('--')))
    expect(stdout).toMatch(new RegExp(`^ +${option} `, 'm'));
});
