import { expect, test } from 'vitest';
import { mechanism, session } from '../test/sample.js';
import { groupAnswers, hasKeyNames, keyNameOf } from './backends.js';
import type { MechanismResult } from './mechanism.js';

function tickets(
  status: MechanismResult['status'],
  keys: readonly string[],
  hints: readonly number[],
): MechanismResult {
  return {
    ...mechanism('ticketTls12', status, 60),
    samples: keys.map((key, i) => ({
      mechanism: 'ticketTls12',
      session: session('ticketTls12', hints[i % hints.length] ?? 60, 208, key.repeat(32)),
      certificate: undefined,
    })),
  };
}

test.each([
  { what: 'one server', status: 'resumed', keys: ['a', 'a', 'a'], hints: [60], groups: 1, names: true },
  {
    what: 'two servers in turns',
    status: 'refused',
    keys: ['a', 'b', 'a', 'b'],
    hints: [60, 7200],
    groups: 2,
    names: true,
  },
  { what: 'three servers', status: 'sometimes', keys: ['a', 'b', 'c'], hints: [60], groups: 3, names: true },
  // All are accepted, so one server can read them all: these are no names of keys.
  { what: 'random starts of tickets', status: 'resumed', keys: ['a', 'b', 'c'], hints: [60], groups: 1, names: false },
  {
    what: 'one key, two lifetimes',
    status: 'resumed',
    keys: ['a', 'a', 'a', 'a'],
    hints: [60, 120],
    groups: 2,
    names: true,
  },
] as const)('$what', ({ status, keys, hints, groups, names }) => {
  const result = tickets(status, keys, hints);
  expect(groupAnswers(result)).toHaveLength(groups);
  expect(hasKeyNames(result)).toBe(names);
  expect(keyNameOf(result)).toBe(names ? keys.at(-1)?.repeat(32) : undefined);
});

test('the most frequent answer comes first', () => {
  const groups = groupAnswers(tickets('sometimes', ['b', 'a', 'a'], [60]));
  expect(groups.map(({ handshakes }) => handshakes)).toEqual([2, 1]);
});

test('another certificate is another server', () => {
  const base = mechanism('sessionId', 'sometimes');
  const samples = base.samples.map((sample, i) => ({
    ...sample,
    certificate: { subject: 'CN=x', sha256: String(i % 2), objection: undefined },
  }));
  expect(groupAnswers({ ...base, samples })).toHaveLength(2);
  expect(groupAnswers(base)).toHaveLength(1);
});

test('tickets that point into a cache name no key', () =>
  expect(keyNameOf(mechanism('ticketTls13', 'resumed', 60, 32))).toBeUndefined());
