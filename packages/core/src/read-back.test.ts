import { describe, expect, test } from 'vitest';
import { configurationOf, explicit, fileOf, listenerOf, placeIn } from '../test/audit-sample.js';
import type { Configuration } from './adapter.js';
import type { Lifetime, Listener, Mechanism, MechanismName } from './listener.js';
import { mechanismNames } from './listener.js';
import type { Problem } from './problem.js';
import { deviationsIn, type Expectation } from './read-back.js';

const file = fileOf('site.conf');
const place = placeIn(file, 1);

/**
 * `off`, or seconds of each lifetime: `3600`, `3600,7200`; `?` is one that is not known, `<90` one with a bound; a word in front
 * says that the mechanism `may` be on, one behind it which renewal it has.
 */
function mechanism(text: string): Mechanism {
  if (text === 'off') return { enabled: false, lifetimes: [] };
  const [, may, seconds = '', renewal] = /^(may )?(\S*)(?: (bounded|unbounded))?$/.exec(text) ?? [];
  const lifetimes = seconds
    .split(',')
    .filter(Boolean)
    .map((each): Lifetime => {
      const unknown = { seconds: undefined, origin: { kind: 'unknown', why: 'hidden' } } as const;
      if (each === '?') return unknown;
      return each.startsWith('<') ? { ...unknown, atMost: Number(each.slice(1)) } : explicit(Number(each), place);
    });
  return {
    enabled: may ? undefined : true,
    lifetimes,
    ...(renewal === 'bounded' || renewal === 'unbounded' ? { renewal } : {}),
  };
}

function listener(text: string, more: Partial<Listener> = {}): Listener {
  const [sessionId = '', ticketTls12 = sessionId, ticketTls13 = ticketTls12] = text.split(' / ');
  return listenerOf('shop', explicit(3600, place), place, {
    mechanisms: {
      sessionId: mechanism(sessionId),
      ticketTls12: mechanism(ticketTls12),
      ticketTls13: mechanism(ticketTls13),
    },
    ...more,
  });
}

function deviationsBetween(
  before: Listener,
  after: Listener,
  more: { wished?: readonly MechanismName[]; refused?: readonly MechanismName[]; isWanted?: boolean } = {},
): readonly string[] {
  const { wished, refused, isWanted } = more;
  const expectation: Expectation = {
    target: 60,
    wished: new Map(wished ? [[before, new Set(wished)]] : []),
    ...(refused ? { refused: new Map([[before, new Set(refused)]]) } : {}),
    ...(isWanted === undefined ? {} : { isWanted: () => isWanted }),
  };
  return deviationsIn([configurationOf([before])], [configurationOf([after])], expectation).map((one) => {
    expect(one.listener).toBe(one.mechanism ? before : undefined);
    expect(one.files).toEqual([file]);
    return one.what;
  });
}

describe('a listener that should move', () => {
  test.each<{ was: string; is: string; wished?: readonly MechanismName[]; want: readonly string[] }>([
    { was: '3600', is: '60', want: [] },
    { was: '3600', is: '30', want: [] },
    { was: '3600', is: 'off', want: [] },
    { was: '?', is: '60', want: [] },
    { was: '?', is: '<60', want: [] },
    { was: '3600,7200', is: '60,60', want: [] },
    {
      was: '3600',
      is: '3600',
      want: ['sessionId did not change', 'ticketTls12 did not change', 'ticketTls13 did not change'],
    },
    { was: '3600', is: '60 / 3600 / 60', want: ['ticketTls12 did not change'] },
    { was: '3600', is: '61 / 60', want: ['sessionId is 61 s and was 3600 s'] },
    { was: '3600', is: '7200 / 60', want: ['sessionId is 7200 s and was 3600 s'] },
    {
      was: '3600',
      is: '60 / ?',
      want: ['ticketTls12 is unknown and was 3600 s', 'ticketTls13 is unknown and was 3600 s'],
    },
    // Every lifetime of a mechanism counts, and one that is on without any is unknown.
    { was: '3600,7200 / 60', is: '60,7200 / 60', want: ['sessionId is 7200 s and was 7200 s'] },
    { was: '3600 / 60', is: ' / 60', want: ['sessionId is unknown and was 3600 s'] },
    // It was off for a timeout of 0 and is on with one of 60.
    { was: '3600 / off', is: '60 / 60', want: [] },
    { was: '3600 / off', is: '60 / 90 / off', want: ['ticketTls12 is 90 s and was off'] },
    // It need not move, and moves too far.
    {
      was: '3600 / 30',
      is: '60 / 90',
      wished: ['sessionId'],
      want: ['ticketTls12 is 90 s and was 30 s', 'ticketTls13 is 90 s and was 30 s'],
    },
    // It need not move, and does: within the target that is no harm.
    { was: '3600 / 7200', is: '60 / 50', wished: ['sessionId'], want: [] },
    { was: '3600 / 7200', is: '60 / 7200', wished: ['sessionId'], want: [] },
    // A mechanism that cannot be on does not have to be reached.
    { was: 'off / 3600', is: 'off / 60', want: [] },
    { was: 'may 3600', is: 'may 60', want: [] },
    { was: 'may 3600 / 60', is: 'may 3600 / 60', want: ['sessionId did not change'] },
    // The way tickets are renewed may change with the lifetime only.
    { was: '60 / 60 / 3600 unbounded', is: '60 / 60 / 60 bounded', wished: ['ticketTls13'], want: [] },
  ])('$was -> $is: $want', ({ was, is, wished = mechanismNames, want }) => {
    expect(deviationsBetween(listener(was), listener(is), { wished })).toEqual(want);
  });

  test('need not where it is presumed off', () => {
    const [was, is] = ['may 3600 / 3600', 'may 3600 / 60'].map((text) =>
      listener(text, { presumed: { sessionId: false } }),
    );
    expect(was && is && deviationsBetween(was, is, { wished: mechanismNames })).toEqual([]);
  });
});

describe('a listener that should stay', () => {
  test.each([
    { was: '3600', is: '3600', want: 0 },
    { was: '?', is: '?', want: 0 },
    { was: '3600', is: '60', want: 3 },
    { was: '30', is: '60', want: 3 },
    { was: '3600', is: 'off', want: 3 },
    { was: '3600', is: '?', want: 3 },
    { was: '3600', is: 'may 3600', want: 3 },
    // Within the target as far as is known, and then nothing is known.
    { was: '<60', is: '?', want: 3 },
    { was: '<60', is: '<61', want: 3 },
    { was: '<60', is: '<60', want: 0 },
    { was: '3600', is: '3600,3600', want: 3 },
    { was: '60 / 60 / 60 bounded', is: '60 / 60 / 60 unbounded', want: 1 },
  ])('$was -> $is: $want deviations', ({ was, is, want }) => {
    expect(deviationsBetween(listener(was), listener(is))).toHaveLength(want);
  });

  // A timeout of 0 that several share can have switched it off.
  test.each([
    { is: '60', isWanted: undefined, want: 0 },
    { is: '60', isWanted: true, want: 0 },
    { is: '60', isWanted: false, want: 3 },
    { is: '61', isWanted: true, want: 3 },
  ])('off -> $is where it is wanted ($isWanted): $want deviations', ({ is, isWanted, want }) => {
    const more = isWanted === undefined ? {} : { isWanted };
    expect(deviationsBetween(listener('off'), listener(is), more)).toHaveLength(want);
  });
});

describe('a mechanism of which one lifetime was refused', () => {
  test.each([
    { was: '3600,7200', is: '60,7200', want: [] },
    { was: '3600,7200', is: '60,60', want: [] },
    { was: '3600,?', is: '60,?', want: [] },
    // Shorter, though not short.
    { was: '3600,7200', is: '60,3600', want: [] },
    { was: '3600,7200', is: '60,7201', want: ['sessionId is 7201 s and was 7200 s'] },
    { was: '3600,7200', is: '60', want: [] },
    { was: '3600,7200', is: '3601', want: ['sessionId is 3601 s and was 7200 s'] },
    { was: '3600,?', is: '60,<90', want: ['sessionId is unknown, at most 90 s and was unknown'] },
    { was: '3600,<90', is: '60,<90', want: [] },
    { was: '3600,7200', is: 'may 3600,7200', want: ['sessionId is 7200 s and was 7200 s'] },
  ])('$was -> $is: $want', ({ was, is, want }) => {
    expect(
      deviationsBetween(listener(`${was} / 60`), listener(`${is} / 60`), { wished: [], refused: ['sessionId'] }),
    ).toEqual(want);
  });
});

describe('other things than lifetimes', () => {
  const stays = listener('3600');
  const nobody: Expectation = { target: 60, wished: new Map() };
  const whatIn = (before: readonly Configuration[], after: readonly Configuration[]): readonly string[] =>
    deviationsIn(before, after, nobody).map((one) => {
      // No listener is named: it is the one that lost its place.
      expect(one.listener).toBeUndefined();
      return one.what;
    });

  test.each<{ title: string; now: Partial<Listener>; want: readonly string[] }>([
    { title: 'address', now: { address: '*:8443' }, want: ['another listener is in its place: *:8443 shop'] },
    { title: 'no address', now: { address: null, name: '' }, want: ['another listener is in its place: nginx'] },
    { title: 'name', now: { name: 'blog' }, want: ['another listener is in its place: *:443 blog'] },
    { title: 'profile', now: { profile: '/Common/a' }, want: ['another listener is in its place: *:443 shop'] },
    { title: 'server', now: { server: 'apache' }, want: ['another listener is in its place: *:443 shop'] },
    // Places, notes and remarks may move.
    { title: 'place', now: { definedAt: placeIn(file, 9), notes: [{ code: 'x', text: 'y' }] }, want: [] },
  ])('$title', ({ now, want }) => {
    expect(whatIn([configurationOf([stays])], [configurationOf([{ ...stays, ...now }])])).toEqual(want);
  });

  test('the line in the name of a server that a program makes may move', () => {
    const made = { ...stays, name: 'src/server.ts:10 https.createServer' };
    const moved = { ...made, name: 'src/server.ts:11 https.createServer' };
    expect(whatIn([configurationOf([made])], [configurationOf([moved])])).toEqual([]);
  });

  test('numbers of listeners and configurations', () => {
    const [none, one, two] = [[], [stays], [stays, stays]].map((each) => configurationOf(each));
    if (!none || !one || !two) throw new TypeError('three were made');
    expect(whatIn([one], [two])).toEqual(['nginx.conf has 2 TLS listeners and not 1']);
    expect(whatIn([two], [none])).toEqual(['nginx.conf has 0 TLS listeners and not 2']);
    expect(whatIn([none], [one])).toEqual(['nginx.conf has 1 TLS listeners and not 0']);
    expect(whatIn([one], [])).toEqual(['there are 0 configurations and not 1']);
    expect(whatIn([one, one], [one, two])).toEqual(['nginx.conf has 2 TLS listeners and not 1']);
    expect(whatIn([], [])).toEqual([]);
  });

  const problem = (message: string, severity: Problem['severity'] = 'error'): Problem => ({
    severity,
    at: place,
    message,
    help: '',
  });

  test.each<{ was: readonly Problem[]; is: readonly Problem[]; want: readonly string[] }>([
    { was: [], is: [problem('bad')], want: ['the server would now refuse it: bad'] },
    { was: [problem('bad')], is: [problem('bad')], want: [] },
    { was: [problem('bad')], is: [], want: [] },
    { was: [problem('bad')], is: [problem('bad'), problem('bad')], want: ['the server would now refuse it: bad'] },
    { was: [problem('bad')], is: [problem('bad'), problem('worse')], want: ['the server would now refuse it: worse'] },
    // A line that is added moves what another message names.
    { was: [problem('see line 7')], is: [problem('see line 8')], want: [] },
    { was: [], is: [problem('odd', 'warning')], want: [] },
    { was: [problem('bad', 'warning')], is: [problem('bad')], want: ['the server would now refuse it: bad'] },
  ])('problems: $want', ({ was, is, want }) => {
    expect(whatIn([configurationOf([stays], { problems: was })], [configurationOf([stays], { problems: is })])).toEqual(
      want,
    );
  });
});
