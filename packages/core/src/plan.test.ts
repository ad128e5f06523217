import { describe, expect, test } from 'vitest';
import {
  editIn,
  editsOf,
  type MadeUpOptions,
  madeUp,
  mapListeners,
  outcomeOf,
  planOf,
  refusalsOf,
  withSeconds,
} from '../test/plan-sample.js';
import type { Remedies, Remedy } from './change.js';
import { insert } from './edit.js';
import type { Listener } from './listener.js';
import { isAtTarget } from './plan.js';

const isNamed =
  (...names: readonly string[]) =>
  ({ name }: Listener): boolean =>
    names.includes(name);

describe('the fewest edits', () => {
  test.each([
    { text: 'a 3600\nb 7200\n', want: ['m:1 3600 -> 60 (a)', 'm:2 7200 -> 60 (b)'] },
    // What is short enough already is left alone.
    { text: 'a 3600\nb 60\nc 0\nd off\n', want: ['m:1 3600 -> 60 (a)'] },
    // The preferred remedy, as long as another saves nothing.
    { text: '* 3600\na\n', want: ['m:2  -> 60 (a)'] },
    // Two that share one: one edit instead of two.
    { text: '* 3600\na\nb\n', want: ['m:1 3600 -> 60 (a b)'] },
    { text: '* 3600\na\nb\nc 7200\n', want: ['m:1 3600 -> 60 (a b)', 'm:4 7200 -> 60 (c)'] },
    { text: 'a 60/3600\n', want: ['m:1 3600 -> 60 (a)'] },
    { text: 'a 7200/3600\n', want: ['m:1 7200 -> 60 (a)', 'm:1 3600 -> 60 (a)'] },
    // Two edits either way: the preferred one.
    { text: '* 7200/3600\na\nb\n', want: ['m:2  -> 60 (a)', 'm:3  -> 60 (b)'] },
    { text: 'a 60\n', want: [] },
    { text: '', want: [] },
  ])('of $text', ({ text, want }) => {
    const plan = planOf(madeUp({ m: text }));
    expect(editsOf(plan)).toEqual(want);
    expect(refusalsOf(plan)).toEqual([]);
    expect(plan.outcome.flatMap(({ listeners }) => listeners).every((one) => isAtTarget(one, { target: 60 }))).toBe(
      true,
    );
  });

  test('where only some may change, the shared place is left alone', () => {
    const plan = planOf(madeUp({ m: '* 3600\na\nb\nc\n' }), { isWanted: isNamed('a', 'b') });
    expect(editsOf(plan)).toEqual(['m:2  -> 60 (a)', 'm:3  -> 60 (b)']);
    expect(outcomeOf(plan)).toEqual(['a 60', 'b 60', 'c 3600']);
  });

  test('a shared remedy of many edits does not count as one', () => {
    // Both can do with an edit each, or share one way of three edits that works as well.
    const shared: MadeUpOptions['remediesOf'] = (_, [own], files) => ({
      kind: 'remedies',
      remedies: [
        own ?? { edits: [] },
        { edits: ['a 3600', 'b 3600', '#'].map((old) => editIn(files.get('m'), old, `${old.charAt(0)} 50`)) },
      ],
    });
    const plan = planOf(madeUp({ m: 'a 3600\nb 3600\n#\n' }, { remediesOf: shared }));
    expect(editsOf(plan)).toEqual(['m:1 3600 -> 60 (a)', 'm:2 3600 -> 60 (b)']);
  });

  test('of two shared ways that save as much, the one that is offered first; the same input, the same patch', () => {
    const text = '* 3600\nq\na\nb\n';
    const either: MadeUpOptions['remediesOf'] = (name, usual, files) =>
      name === 'q'
        ? undefined
        : {
            kind: 'remedies',
            remedies: [
              usual[0] ?? { edits: [] },
              { edits: [editIn(files.get('n'), '* 3600', '* 60')] },
              ...usual.slice(1),
            ],
          };
    const plans = [1, 2].map(() => planOf(madeUp({ m: text, n: '# * 3600\n' }, { remediesOf: either })));
    // The second file decides nothing, which reading back finds; then the other shared way is taken.
    expect(plans.map(editsOf)).toEqual([['m:1 3600 -> 60 (q a b)'], ['m:1 3600 -> 60 (q a b)']]);
  });

  test('several configurations that share a file are changed at once, and each knows its part', () => {
    const server = madeUp(
      { common: '* 3600\n', one: 'a\nb\n', two: 'c\n' },
      {
        configurations: [
          ['one', 'common'],
          ['two', 'common'],
        ],
      },
    );
    const plan = planOf(server);
    expect(editsOf(plan)).toEqual(['common:1 3600 -> 60 (a b c)']);
    expect(plan.configurations.map(({ listeners }) => listeners.map(({ name }) => name))).toEqual([['a', 'b'], ['c']]);
    expect(plan.configurations.map(({ remedies }) => remedies.length)).toEqual([1, 1]);
    // The other configuration may not change, so nor may the file.
    const partly = planOf(server, { isWanted: isNamed('a', 'b') });
    expect(editsOf(partly)).toEqual(['one:1  -> 60 (a)', 'one:2  -> 60 (b)']);
  });
});

describe('who is refused', () => {
  const onlyShared: MadeUpOptions['remediesOf'] = (_, usual) => {
    const last = usual.at(-1);
    return last ? { kind: 'remedies', remedies: [last] } : undefined;
  };

  test.each([
    {
      text: '* 3600\na\nb\n',
      wanted: ['a'],
      why: 'every way would also change b, which is not to be changed',
      shared: ['b'],
    },
    {
      text: '* 3600\na\nb\nc\n',
      wanted: ['a'],
      why: 'every way would also change b and c, which are not to be changed',
      shared: ['b', 'c'],
    },
    {
      text: '* 3600\na\nb\nc\nd\ne\n',
      wanted: ['a'],
      why: 'every way would also change b and c and 2 more, which are not to be changed',
      shared: ['b', 'c', 'd', 'e'],
    },
  ])('whom no way reaches alone: $why', ({ text, wanted, why, shared }) => {
    const plan = planOf(madeUp({ m: text }, { remediesOf: onlyShared }), { isWanted: isNamed(...wanted) });
    expect(editsOf(plan)).toEqual([]);
    expect(refusalsOf(plan)).toEqual([`a: ${why}`]);
    expect(plan.refused[0]?.sharedWith?.map(({ name }) => name)).toEqual(shared);
    expect(plan.refused[0]?.help).toContain('--include-shared');
  });

  test('of several ways, those who share the way with the fewest are named', () => {
    const wide: MadeUpOptions['remediesOf'] = (name, usual, files) => {
      const all = usual.at(-1);
      const some: Remedy = { edits: [editIn(files.get('m'), '#pair', '#p')] };
      if (!all) return undefined;
      return { kind: 'remedies', remedies: name === 'a' || name === 'b' ? [all, some] : [all] };
    };
    const plan = planOf(madeUp({ m: '#pair\n* 3600\na\nb\nc\nd\n' }, { remediesOf: wide }), { isWanted: isNamed('a') });
    expect(plan.refused[0]?.sharedWith?.map(({ name }) => name)).toEqual(['b']);
  });

  test('whose value nobody can read, with its place; the others go on', () => {
    const plan = planOf(madeUp({ m: 'a ?\nb 3600\nc\n' }));
    expect(editsOf(plan)).toEqual(['m:2 3600 -> 60 (b)']);
    expect(refusalsOf(plan)).toEqual(['a: a says nothing that can be read', 'c: no file says how long']);
    expect(plan.refused.map(({ at }) => at?.span)).toEqual([{ start: 2, end: 3 }, undefined]);
  });

  test('who has no finder although the value is known', () => {
    const server = madeUp({ m: 'a 3600\n' });
    const bare = server.configurations.map((one) => ({
      ...one,
      listeners: one.listeners.map((each) => withSeconds(each, 600)),
    }));
    const plan = planOf({ ...server, configurations: bare });
    expect(refusalsOf(plan)).toEqual(['a: what decides is in none of these files']);
  });

  test('of one mechanism, while another is shortened all the same', () => {
    const plan = planOf(madeUp({ m: 'a 3600/?\nb ?/3600\n' }));
    expect(editsOf(plan)).toEqual(['m:1 3600 -> 60 (a)', 'm:2 3600 -> 60 (b)']);
    expect(refusalsOf(plan)).toEqual(['a: a says nothing that can be read', 'b: b says nothing that can be read']);
  });

  test('is not who gets there by the edit for another', () => {
    const remediesOf: MadeUpOptions['remediesOf'] = (name) =>
      name === 'b' ? { kind: 'refused', why: 'not here', help: 'elsewhere' } : undefined;
    const plan = planOf(
      madeUp(
        { m: '* 3600\na\nb\nc\n' },
        { remediesOf: (name, usual, files) => remediesOf(name, usual, files) ?? onlyShared(name, usual, files) },
      ),
    );
    expect(editsOf(plan)).toEqual(['m:1 3600 -> 60 (a c)']);
    expect(refusalsOf(plan)).toEqual([]);
    expect(outcomeOf(plan)).toEqual(['a 60', 'b 60', 'c 60']);
  });
});

describe('what an adapter answers', () => {
  test('is asked once a finder, with the wish', () => {
    const wishes: unknown[] = [];
    const server = madeUp({ m: 'a 3600\n' });
    const [configuration] = server.configurations;
    const [listener] = configuration?.listeners ?? [];
    if (!configuration || !listener) throw new TypeError('no listener');
    const lifetime = listener.governing;
    const counted = {
      ...lifetime,
      remedies: (wish: Parameters<NonNullable<typeof lifetime.remedies>>[0]): Remedies => {
        wishes.push(wish);
        return lifetime.remedies?.(wish) ?? { kind: 'refused', why: '', help: '' };
      },
    };
    const on = { enabled: true, lifetimes: [counted] };
    const asked = { ...listener, governing: counted, mechanisms: { sessionId: on, ticketTls12: on, ticketTls13: on } };
    planOf(
      { ...server, configurations: [{ ...configuration, listeners: [asked] }] },
      { target: 30, allowDisable: true },
    );
    expect(wishes).toEqual([{ target: 30, allowDisable: true }]);
  });

  const byScript: Remedy = { edits: [] };

  test('a remedy without edits is chosen and changes no file; it is no fault that nothing moves', () => {
    const plan = planOf(
      madeUp(
        { m: 'a 3600\nb 7200\n' },
        { remediesOf: (name) => (name === 'a' ? { kind: 'remedies', remedies: [byScript] } : undefined) },
      ),
    );
    expect(editsOf(plan)).toEqual(['m:2 7200 -> 60 (b)']);
    expect(refusalsOf(plan)).toEqual([]);
    expect(plan.configurations[0]?.remedies).toContain(byScript);
    expect(plan.configurations[0]?.listeners.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('a script that several could share does not push out an edit that they share already', () => {
    const plan = planOf(
      madeUp(
        { m: '* 3600\na\nb\n' },
        {
          remediesOf: (_, usual) => {
            const shared = usual.at(-1);
            return shared ? { kind: 'remedies', remedies: [shared, byScript] } : undefined;
          },
        },
      ),
    );
    expect(editsOf(plan)).toEqual(['m:1 3600 -> 60 (a b)']);
  });

  test.each([
    { allowDisable: true, want: ['m:1 3600 -> off (a)'], refused: [] },
    { allowDisable: false, want: [], refused: ['a: it can only be switched off'] },
  ])('may be to switch off, where that is allowed: $allowDisable', ({ allowDisable, want, refused }) => {
    const server = madeUp(
      { m: 'a 3600\n' },
      {
        remediesOf: (_, __, files) =>
          allowDisable
            ? { kind: 'remedies', remedies: [{ edits: [editIn(files.get('m'), '3600', 'off')], disables: true }] }
            : { kind: 'refused', why: 'it can only be switched off', help: 'allow that' },
      },
    );
    const plan = planOf(server, { allowDisable });
    expect(editsOf(plan)).toEqual(want);
    expect(refusalsOf(plan)).toEqual(refused);
  });

  test('files that cannot be written are no way, and another way is taken where there is one', () => {
    const texts = { common: '* 3600\n', one: 'a\n', two: 'b 7200\n' };
    const isWritable = ({ path }: { path: string }): boolean => path === 'common';
    const plan = planOf(madeUp(texts), { isWritable });
    expect(editsOf(plan)).toEqual(['common:1 3600 -> 60 (a)']);
    expect(refusalsOf(plan)).toEqual(['b: two is part of a dump or of standard input, which no patch reaches']);
    expect(refusalsOf(planOf(madeUp(texts), { isWritable: () => false }))).toEqual([
      'a: one is part of a dump or of standard input, which no patch reaches',
      'b: two is part of a dump or of standard input, which no patch reaches',
    ]);
  });

  test('edits that exclude each other: one goes, and rather the one that has an alternative', () => {
    const remediesOf: MadeUpOptions['remediesOf'] = (name, usual, files) => {
      const line = { edits: [editIn(files.get('m'), 'a 3600\nb 3600', 'a 60\nb 60')] };
      const [own = line] = usual;
      return name === 'a' ? { kind: 'remedies', remedies: [line, own] } : { kind: 'remedies', remedies: [own] };
    };
    const plan = planOf(madeUp({ m: 'a 3600\nb 3600\nc 3600\n' }, { remediesOf }));
    expect(editsOf(plan)).toEqual(['m:1 3600 -> 60 (a)', 'm:2 3600 -> 60 (b)', 'm:3 3600 -> 60 (c)']);
    expect(refusalsOf(plan)).toEqual([]);
  });

  test.each([
    { title: 'overlap', span: undefined, why: 'two edits of m exclude each other' },
    { title: 'beyond the end', span: { start: 900, end: 901 }, why: 'an edit of m does not fit its text' },
    { title: 'before the start', span: { start: -3, end: -1 }, why: 'an edit of m does not fit its text' },
  ])('edits that do not fit stop their listener and no other: $title', ({ span, why }) => {
    const remediesOf: MadeUpOptions['remediesOf'] = (name, _, files) => {
      const file = files.get('m');
      if (name !== 'b' || !file) return undefined;
      const odd = span
        ? { file, edit: { span, before: file.text.slice(span.start, span.end), after: 'x' } }
        : editIn(file, '600\nb 3600', 'x');
      return { kind: 'remedies', remedies: [{ edits: [odd] }] };
    };
    const plan = planOf(madeUp({ m: 'a 3600\nb 3600\nc 3600\n' }, { remediesOf }));
    expect(editsOf(plan)).toEqual(['m:1 3600 -> 60 (a)', 'm:3 3600 -> 60 (c)']);
    expect(refusalsOf(plan)).toEqual([expect.stringContaining(`b: the edit was tried in memory and undone`)]);
    expect(refusalsOf(plan)[0]).toContain(why);
  });

  test('the same edit for several is made once; several insertions at one place are all made', () => {
    const remediesOf: MadeUpOptions['remediesOf'] = (name, usual, files) => {
      const file = files.get('m');
      const [own] = usual;
      return file && own
        ? {
            kind: 'remedies',
            remedies: [{ edits: [...own.edits, { file, edit: insert(0, `#${name < 'c' ? 'x' : 'y'}\n`) }] }],
          }
        : undefined;
    };
    const plan = planOf(madeUp({ m: 'a 3600\nb 3600\nc 3600\n' }, { remediesOf }));
    expect(plan.files[0]?.after.text).toBe('#x\n#y\na 60\nb 60\nc 60\n');
    expect(refusalsOf(plan)).toEqual([]);
  });
});

describe('what reading back finds', () => {
  /** Everything in the patched text is as it says, but for `c`, which nobody edits and which `culprit` disturbs. */
  const disturbedBy = (culprit: string): NonNullable<MadeUpOptions['spoil']> => {
    return (outcome, textOf) =>
      textOf('m').includes(culprit)
        ? mapListeners(outcome, (one) => (one.name === 'c' ? withSeconds(one, 7200) : one))
        : outcome;
  };

  test('a listener that does not get there is refused, whoever it shares an edit with', () => {
    const server = madeUp(
      { m: '* 3600\na\nb\nc\n' },
      {
        remediesOf: (_, [, shared]) => (shared ? { kind: 'remedies', remedies: [shared] } : undefined),
        spoil: (outcome) => mapListeners(outcome, (one) => (one.name === 'b' ? withSeconds(one, 3600) : one)),
      },
    );
    const plan = planOf(server);
    expect(editsOf(plan)).toEqual(['m:1 3600 -> 60 (a c)']);
    expect(refusalsOf(plan)).toEqual([
      'b: the edit was tried in memory and undone: read again, the configuration shows that sessionId did not change',
    ]);
  });

  test('its next remedy is tried first', () => {
    // An edit of the shared place does nothing for b; one at b does.
    const server = madeUp(
      { m: '* 3600\na\nb\nc\n' },
      {
        spoil: (outcome, textOf) =>
          textOf('m').includes('b 60')
            ? outcome
            : mapListeners(outcome, (one) => (one.name === 'b' ? withSeconds(one, 3600) : one)),
      },
    );
    const plan = planOf(server);
    expect(editsOf(plan)).toEqual(['m:1 3600 -> 60 (a c)', 'm:3  -> 60 (b)']);
    expect(refusalsOf(plan)).toEqual([]);
    expect(outcomeOf(plan)).toEqual(['a 60', 'b 60', 'c 60']);
  });

  test('an edit that disturbs a listener which nothing edits is found among all, and the rest goes on', () => {
    const names = Array.from({ length: 40 }, (_, i) => `n${i}`);
    const text = `${names.map((name) => `${name} 3600\n`).join('')}c 60\n`;
    const plan = planOf(madeUp({ m: text }, { spoil: disturbedBy('n17 60\n') }));
    expect(editsOf(plan)).toHaveLength(39);
    expect(refusalsOf(plan)).toEqual([
      'n17: the edit was tried in memory and undone: read again, the configuration shows that sessionId is 7200 s and was 60 s',
    ]);
    expect(outcomeOf(plan).filter((line) => !line.endsWith(' 60'))).toEqual(['n17 3600']);
  });

  test('the culprit has another way: that is taken', () => {
    const plan = planOf(madeUp({ m: '* 3600\na\nb 3600\nc 60\n' }, { spoil: disturbedBy('a 60\n') }));
    expect(editsOf(plan)).toEqual(['m:1 3600 -> 60 (a)', 'm:3 3600 -> 60 (b)']);
    expect(refusalsOf(plan)).toEqual([]);
  });

  test('in one configuration holds up no other', () => {
    const texts = { one: 'a 3600\nb 60\n', two: 'd 3600\n' };
    const spoil: MadeUpOptions['spoil'] = (outcome, textOf) =>
      textOf('one').includes('3600')
        ? outcome
        : outcome.map((each, i) => (i === 0 ? { ...each, listeners: each.listeners.slice(0, 1) } : each));
    const plan = planOf(madeUp(texts, { configurations: [['one'], ['two']], spoil }));
    expect(editsOf(plan)).toEqual(['two:1 3600 -> 60 (d)']);
    expect(refusalsOf(plan)).toEqual([expect.stringMatching(/^a: .* one has 1 TLS listeners and not 2$/)]);
  });

  test.each<{ title: string; spoil: NonNullable<MadeUpOptions['spoil']>; why: string }>([
    {
      title: 'one is gone',
      spoil: (outcome) => outcome.map((each) => ({ ...each, listeners: each.listeners.slice(1) })),
      why: 'm has 1 TLS listeners and not 2',
    },
    {
      title: 'one is added',
      spoil: (outcome) =>
        outcome.map((each) => ({ ...each, listeners: [...each.listeners, ...each.listeners.slice(1)] })),
      why: 'm has 3 TLS listeners and not 2',
    },
    {
      title: 'another is in its place',
      spoil: (outcome) => mapListeners(outcome, (one) => ({ ...one, name: `${one.name}x` })),
      why: 'another listener is in its place: ax',
    },
    {
      title: 'a new error',
      spoil: (outcome) =>
        outcome.map((each) => ({
          ...each,
          problems: each.listeners.slice(0, 1).map(({ definedAt: at }) => ({
            severity: 'error' as const,
            at,
            message: 'unexpected "}"',
            help: '',
          })),
        })),
      why: 'the server would now refuse it: unexpected "}"',
    },
    {
      title: 'there are more configurations',
      spoil: (outcome) => [...outcome, ...outcome],
      why: 'there are 2 configurations and not 1',
    },
    { title: 'nothing is left', spoil: () => [], why: 'there are 0 configurations and not 1' },
  ])('$title: only the edit that brings it about is undone', ({ spoil, why }) => {
    // The edit at a is to blame; that at b is not.
    const server = madeUp(
      { m: 'a 3600\nb 3600\n' },
      { spoil: (outcome, textOf) => (textOf('m').startsWith('a 60') ? spoil(outcome, textOf) : outcome) },
    );
    const plan = planOf(server);
    expect(editsOf(plan)).toEqual(['m:2 3600 -> 60 (b)']);
    expect(refusalsOf(plan)).toEqual([expect.stringMatching(/^a: the edit was tried in memory and undone/)]);
    expect(plan.refused[0]?.why.endsWith(`shows that ${why}`)).toBe(true);
    expect(outcomeOf(plan)).toEqual(['a 3600', 'b 60']);
  });

  test('a second reader that sees something else undoes one edit of the file', () => {
    const asked: string[] = [];
    const plan = planOf(madeUp({ m: 'a 3600\nb 3600\nc 3600\n', n: 'd 3600\n' }), {
      secondOpinion: ({ before, after }) => {
        asked.push(before.path);
        return after.text.includes('b 60') ? 'another reader reads "b 61"' : undefined;
      },
    });
    expect(editsOf(plan)).toEqual(['m:1 3600 -> 60 (a)', 'm:3 3600 -> 60 (c)', 'n:1 3600 -> 60 (d)']);
    expect(refusalsOf(plan)).toEqual([expect.stringMatching(/^b: .* shows that another reader reads "b 61"$/)]);
    expect(asked).toContain('n');
  });

  test('half of a change that went wrong is not kept', () => {
    const server = madeUp(
      { m: 'a 7200/3600\nb 3600\n' },
      {
        spoil: (outcome) =>
          mapListeners(outcome, (one) => {
            const { ticketTls13 } = withSeconds(one, 3600).mechanisms;
            return one.name === 'a' ? { ...one, mechanisms: { ...one.mechanisms, ticketTls13 } } : one;
          }),
      },
    );
    const plan = planOf(server);
    expect(editsOf(plan)).toEqual(['m:2 3600 -> 60 (b)']);
    expect(refusalsOf(plan)).toEqual([expect.stringMatching(/^a: .* ticketTls13 did not change$/)]);
  });

  test('who failed and is still half changed by the edit for another is no success: that edit goes, too', () => {
    const server = madeUp(
      { m: '* 3600\na\nb\n' },
      {
        remediesOf: (_, [, shared]) => (shared ? { kind: 'remedies', remedies: [shared] } : undefined),
        spoil: (outcome, textOf) =>
          mapListeners(outcome, (one) => {
            const { ticketTls13 } = withSeconds(one, 3600).mechanisms;
            return one.name === 'b' && textOf('m').startsWith('* 60')
              ? { ...one, mechanisms: { ...one.mechanisms, ticketTls13 } }
              : one;
          }),
      },
    );
    const plan = planOf(server);
    expect(editsOf(plan)).toEqual([]);
    expect(refusalsOf(plan).map((line) => line.slice(0, 2))).toEqual(['a:', 'b:']);
    expect(outcomeOf(plan)).toEqual(['a 3600', 'b 3600']);
  });

  test('that it ends, with a server on which every edit goes wrong elsewhere, in a bounded number of readings', () => {
    const names = Array.from({ length: 300 }, (_, i) => `n${i}`);
    let readings = 0;
    const server = madeUp(
      { m: `${names.map((name) => `${name} 3600\n`).join('')}c 60\n`, other: 'd 3600\n' },
      {
        configurations: [['m'], ['other']],
        spoil: (outcome, textOf) => {
          readings++;
          return textOf('m').includes(' 60\nn') || textOf('m').includes(' 60\nc')
            ? mapListeners(outcome, (one) => (one.name === 'c' ? withSeconds(one, 7200) : one))
            : outcome;
        },
      },
    );
    const plan = planOf(server);
    // What is in other files goes on.
    expect(editsOf(plan)).toEqual(['other:1 3600 -> 60 (d)']);
    expect(plan.refused).toHaveLength(300);
    expect(readings).toBeLessThan(100);
  });

  test('that it ends, with a server that never changes', () => {
    const server = madeUp({ m: '* 3600\na\nb\nc 7200\n' });
    const plan = planOf({ ...server, resolveWith: () => server.configurations });
    expect(editsOf(plan)).toEqual([]);
    expect(refusalsOf(plan)).toHaveLength(3);
    expect(plan.outcome).toBe(server.configurations);
  });
});

test.each([
  { title: 'with a value each', text: (name: string) => `${name} 3600\n`, edits: 'all' },
  { title: 'that share one', text: (name: string) => `${name}\n`, edits: 'one' },
])('10,000 listeners $title take ten times as long as 1,000', ({ text, edits }) => {
  const planFor = (count: number): number => {
    const names = Array.from({ length: count }, (_, i) => `n${i}`);
    const server = madeUp({ m: `* 3600\n${names.map(text).join('')}` });
    const start = performance.now();
    const plan = planOf(server);
    const took = performance.now() - start;
    expect(plan.files[0]?.edits).toHaveLength(edits === 'one' ? 1 : count);
    return took;
  };
  planFor(1000);
  const small = Math.min(planFor(1000), planFor(1000), planFor(1000));
  // Four times that for whatever else the machine does; a quadratic step would take a hundred times as long.
  expect(planFor(10_000)).toBeLessThan(40 * Math.max(small, 2));
});

test('10,000 that share their value with 10,000 others are refused as fast', () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `n${i}`);
  const server = madeUp(
    { m: `* 3600\n${names.map((name) => `${name}\n`).join('')}` },
    { remediesOf: (_, [, shared]) => (shared ? { kind: 'remedies', remedies: [shared] } : undefined) },
  );
  const start = performance.now();
  const plan = planOf(server, { isWanted: ({ name }) => Number(name.slice(1)) < 10_000 });
  expect(plan.refused).toHaveLength(10_000);
  expect(plan.refused[0]?.sharedWith).toHaveLength(10_000);
  expect(performance.now() - start).toBeLessThan(3000);
});
