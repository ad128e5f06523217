import { plain } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { type Course, chartLines, type Level } from './chart.js';

const two = Date.UTC(2026, 2, 10, 2) / 1000;

/** Buckets of five minutes, the first `before` of them before two o'clock. `undefined`: nothing was seen. */
function course(values: readonly (number | undefined)[], before: number): Course {
  return {
    points: values.map((value, i) => ({
      start: two + (i - before) * 300,
      isAfter: i >= before,
      level: value === undefined ? undefined : ({ part: value, whole: 100 } satisfies Level),
    })),
    bucketSeconds: 300,
    switchedOn: two,
    mark: 'on',
    spell: (value) => `${Math.round(value * 100)} %`,
  };
}

const chart = (values: readonly (number | undefined)[], before: number, width = 60): string =>
  chartLines(course(values, before), width, plain).join('\n');

test('bars over time, a line where it was switched on', () => {
  expect(chart([0, undefined, 60, 30, 1, undefined, 0], 2)).toBe(
    [
      '60 % |        |####',
      '     |        |####',
      '     |        |####',
      '     |        |########',
      '     |        |########',
      ' 0 % |____    |########....    ____',
      '      01:50   02:00 on        02:25',
    ].join('\n'),
  );
});

test('without failures it is a line on the ground', () => {
  expect(chart([0, 0, 0], 0).split('\n').slice(-2)).toEqual(['0 % ||____________', '     02:00 on']);
});

describe('many buckets share columns', () => {
  const values = [...Array<number>(500).fill(0), ...Array.from({ length: 1000 }, (_, i) => Math.max(0, 90 - i))];

  test.each([40, 60, 100, 200])('in %i columns', (width) => {
    const lines = chart(values, 500, width).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    const ground = lines.at(-2) ?? '';
    expect(ground).toMatch(/^ *0 % \|_+\|#+[:.]*_+$/);
    // A third of the time is before.
    expect(ground.lastIndexOf('|') / ground.length).toBeCloseTo(1 / 3, 0);
  });

  test('a column is the mean of its buckets, weighed by sessions', () => {
    const points = course([50, 10], 0).points.map((point, i) => ({
      ...point,
      level: { part: i === 0 ? 50 : 0, whole: i === 0 ? 50 : 150 },
    }));
    const many = Array.from({ length: 50 }, (_, i) =>
      points.map((point) => ({ ...point, start: point.start + i * 600 })),
    ).flat();
    const lines = chartLines({ ...course([], 0), points: many }, 60, plain);
    expect(lines[0]).toMatch(/^25 % /);
  });
});

test('a chart over several days says which', () => {
  const lines = chart(Array<number>(400).fill(5), 100, 100).split('\n');
  expect(lines.at(-1)?.trim()).toMatch(/^03\/09 17:40 +03\/10 02:00 on +03\/11 03:00$/);
});

test('nothing to draw', () => expect(chart([], 0)).toBe(''));
