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

  test('without a name it lists what there is', async () => {
    const { stdout } = await explain();
    expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual([...topics, '']);
  });

  test('an unknown name is wrong usage, with what may have been meant', async () => {
    const { status, stderr } = await explain('ngnix');
    expect(status).toBe(2);
    expect(stderr).toContain('did you mean nginx?');
  });
});
