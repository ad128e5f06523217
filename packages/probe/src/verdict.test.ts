import { expect, test } from 'vitest';
import { acceptance, answered, mechanism } from '../test/sample.js';
import { lifeOf, outlivesTarget, verdictOn } from './verdict.js';

const ticket = (announced: number) => mechanism('ticketTls12', 'resumed', announced);

test.each([
  { what: 'off', result: mechanism('ticketTls12', 'off'), waited: undefined, want: 'none' },
  { what: 'never accepted', result: mechanism('ticketTls12', 'refused', 7200), waited: undefined, want: 'none' },
  { what: 'could not be asked', result: mechanism('ticketTls12', 'unasked'), waited: undefined, want: 'unknown' },
  { what: 'the target announced', result: ticket(60), waited: undefined, want: 'within' },
  { what: 'more announced', result: ticket(61), waited: undefined, want: 'above' },
  { what: 'nothing announced', result: ticket(0), waited: undefined, want: 'unknown' },
  { what: 'a session ID', result: mechanism('sessionId', 'resumed'), waited: undefined, want: 'unknown' },
  {
    what: 'sometimes accepted is accepted',
    result: mechanism('ticketTls12', 'sometimes', 7200),
    waited: undefined,
    want: 'above',
  },
  { what: 'measured to be over', result: ticket(60), waited: acceptance('ticketTls12', [0, 55], [62]), want: 'within' },
  // Java announces the session timeout and accepts for an hour more.
  {
    what: 'accepted beyond what is announced',
    result: ticket(60),
    waited: acceptance('ticketTls12', [0, 62, 75], []),
    want: 'above',
  },
  // Caddy announces seven days and throws its keys away before.
  {
    what: 'refused before what is announced',
    result: ticket(604_800),
    waited: acceptance('ticketTls12', [0, 5], [6]),
    want: 'within',
  },
  {
    what: 'interrupted: announced counts',
    result: ticket(7200),
    waited: acceptance('ticketTls12', [0, 30], []),
    want: 'above',
  },
  {
    what: 'interrupted, nothing announced',
    result: mechanism('sessionId', 'resumed'),
    waited: acceptance('sessionId', [0, 30], []),
    want: 'unknown',
  },
  {
    what: 'refused at once',
    result: mechanism('sessionId', 'resumed'),
    waited: acceptance('sessionId', [], [0, 30]),
    want: 'within',
  },
])('$what: $want', ({ result, waited, want }) => expect(verdictOn(lifeOf(result, waited), 60)).toBe(want));

test('one mechanism above the target is enough', () => {
  const result = answered({
    sessionId: mechanism('sessionId', 'resumed'),
    ticketTls12: ticket(60),
    ticketTls13: mechanism('ticketTls13', 'resumed', 61),
  });
  expect(outlivesTarget(result, [], 60)).toBe(true);
  expect(outlivesTarget(result, [], 61)).toBe(false);
});
