import { readFileSync } from 'node:fs';
import { rules } from '@shortfuse/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adapters } from '../src/adapters.js';
import { buildCommand, run } from './run.js';

const topics = [...adapters.map(({ id }) => id), 'panos'];

let command = '';
let remove = (): void => {};
beforeAll(async () => {
  const built = await buildCommand();
  command = built.path;
  remove = built.remove;
});
afterAll(() => remove());

const explain = (...names: string[]) => run(command, ['explain', ...names], { cwd: '.' });

describe('explain', () => {
  test.each(topics.map((id) => ({ id })))('$id: a screenful with its sources', async ({ id }) => {
    const { status, stdout } = await explain(id);
    const lines = stdout.trimEnd().split('\n');
    expect(status).toBe(0);
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(90);
    expect(stdout).toMatch(/\nSources\n {2}https:\/\//);
  });

  test.each(rules.map(({ id }) => ({ id })))('$id: the page of the rule', async ({ id }) => {
    const { status, stdout } = await explain(id);
    expect(status).toBe(0);
    expect(stdout).toBe(readFileSync(new URL(`../../../docs/rules/${id}.md`, import.meta.url), 'utf8'));
  });

  test('without a name it lists what there is', async () => {
    const { stdout } = await explain();
    const listed = stdout.split('\n').flatMap((line) => /^ {2}(\S+) /.exec(line)?.[1] ?? []);
    expect(listed).toEqual([...topics, ...rules.map(({ id }) => id)]);
  });

  test('an unknown name is wrong usage, with what may have been meant', async () => {
    const { status, stderr } = await explain('ngnix');
    expect(status).toBe(2);
    expect(stderr).toContain('did you mean nginx?');
  });
});
