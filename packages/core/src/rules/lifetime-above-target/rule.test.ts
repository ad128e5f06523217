import { describe, expect, test } from 'vitest';
import { configurationOf, explicit, fileOf, listenerOf, off, on, placeIn } from '../../../test/audit-sample.js';
import { found, inputOf, placeText, summary } from '../../../test/lint-sample.js';
import type { Lifetime, RemedyFinder } from '../../index.js';
import { lifetimeAboveTarget } from './rule.js';

const main = fileOf('nginx.conf');
const shop = fileOf('conf.d/shop.conf');
const blog = fileOf('conf.d/blog.conf');
const written = (seconds: number): Lifetime => explicit(seconds, placeIn(shop, 9));
const one = (lifetime: Lifetime) => inputOf([configurationOf([listenerOf('a', lifetime, placeIn(shop, 1))])]);

test.each([
  { seconds: 61, is: 'found' },
  { seconds: 60, is: 'at the target' },
  { seconds: 0, is: 'below it' },
])('$seconds s: $is', ({ seconds, is }) =>
  expect(found(lifetimeAboveTarget, one(written(seconds)))).toHaveLength(is === 'found' ? 1 : 0),
);

test('what is not known is for another rule', () =>
  expect(found(lifetimeAboveTarget, one({ seconds: undefined, origin: { kind: 'unknown', why: 'x' } }))).toEqual([]));

test('the rule may have a target of its own', () => {
  expect(found(lifetimeAboveTarget, one(written(300)), { target: 300 })).toEqual([]);
  expect(summary(found(lifetimeAboveTarget, one(written(60)), { target: 30 }))).toEqual([
    'conf.d/shop.conf:9 sessions of a (*:443) last 1 min (60 s), the target is 30 s',
  ]);
});

describe('one finding for each cause', () => {
  const inherited: Lifetime = { seconds: 86_400, origin: { kind: 'inherited', at: placeIn(main, 4) } };
  const many = Array.from({ length: 40 }, (_, i) => listenerOf(`n${i}`, inherited, placeIn(shop, i + 1)));

  test('a value that 40 listeners inherit is one finding where it stands', () => {
    const findings = found(lifetimeAboveTarget, inputOf([configurationOf(many)]));
    expect(summary(findings)).toEqual([
      'nginx.conf:4 sessions of 40 listeners last 1 d (86400 s), the target is 1 min (60 s)',
    ]);
    expect(findings[0]?.listeners).toHaveLength(40);
    // The first few are shown, the rest counted.
    expect(findings[0]?.related.map(({ at, message }) => `${placeText(at)} ${message}`)).toEqual([
      'conf.d/shop.conf:1 n0 (*:443) is defined here',
      'conf.d/shop.conf:2 n1 (*:443) is defined here',
      'conf.d/shop.conf:3 n2 (*:443) is defined here',
      'conf.d/shop.conf:4 n3 (*:443) is defined here, and there are 36 more places like these',
    ]);
  });

  test('two configurations that share the file share the finding', () =>
    expect(
      found(lifetimeAboveTarget, inputOf([configurationOf(many.slice(0, 3)), configurationOf(many.slice(3))])),
    ).toHaveLength(1));

  test('a default is one finding in each file', () => {
    const byDefault: Lifetime = { seconds: 300, origin: { kind: 'default' } };
    const listeners = [
      listenerOf('a', byDefault, placeIn(shop, 1)),
      listenerOf('b', byDefault, placeIn(shop, 11)),
      listenerOf('c', byDefault, placeIn(blog, 1)),
    ];
    expect(summary(found(lifetimeAboveTarget, inputOf([configurationOf(listeners)])))).toEqual([
      'conf.d/shop.conf:1 sessions of a (*:443) and b (*:443) last 5 min (300 s) by default, the target is 1 min (60 s)',
      'conf.d/blog.conf:1 sessions of c (*:443) last 5 min (300 s) by default, the target is 1 min (60 s)',
    ]);
  });
});

test('the longest mechanism decides, and its place is blamed', () => {
  const short = explicit(60, placeIn(shop, 3));
  const long = explicit(3600, placeIn(shop, 4));
  const mechanisms = { sessionId: on(short), ticketTls12: on(long), ticketTls13: off };
  const listener = listenerOf('a', short, placeIn(shop, 1), { mechanisms });
  expect(summary(found(lifetimeAboveTarget, inputOf([configurationOf([listener])])))).toEqual([
    'conf.d/shop.conf:4 sessions of a (*:443) last 1 h (3600 s), the target is 1 min (60 s)',
  ]);
});

test('what looks as if it decided is named, lookalikes are not', () => {
  const ignored = [
    { at: placeIn(shop, 20), why: 'overridden' },
    { at: placeIn(shop, 21), why: 'of the other side', isRemark: true as const },
  ];
  const listener = listenerOf('a', written(300), placeIn(shop, 9), { ignored });
  const [finding] = found(lifetimeAboveTarget, inputOf([configurationOf([listener])]));
  expect(finding?.related.map(({ at, message }) => `${placeText(at)} ${message}`)).toEqual([
    'conf.d/shop.conf:20 this does not count here: overridden',
  ]);
});

describe('help says what to type', () => {
  const edit =
    (before: string, after: string): RemedyFinder =>
    () => ({
      kind: 'remedies',
      remedies: [{ edits: [{ file: shop, edit: { span: placeIn(shop, 9).span, before, after } }] }],
    });
  const refusal: RemedyFinder = () => ({ kind: 'refused', why: 'it is computed', help: 'change the program' });
  const helpWith = (remedies: RemedyFinder): string | undefined =>
    found(lifetimeAboveTarget, one({ ...written(300), remedies }))[0]?.help;

  test.each([
    { name: 'a value', remedies: edit('5m', '60s'), want: 'write "60s" instead of "5m", or run shortfuse patch' },
    {
      name: 'a new line',
      remedies: edit('', '\n    ssl_session_timeout 60s;'),
      want: 'add "ssl_session_timeout 60s;" at conf.d/shop.conf:9, or run shortfuse patch',
    },
    { name: 'a refusal', remedies: refusal, want: 'change the program (it is computed)' },
    {
      name: 'no edit',
      remedies: (): ReturnType<RemedyFinder> => ({ kind: 'remedies', remedies: [{ edits: [] }] }),
      want: 'run shortfuse patch: it makes the script that changes it',
    },
  ])('$name', ({ remedies, want }) => expect(helpWith(remedies)).toBe(want));

  test('nothing is known of how to change it', () =>
    expect(found(lifetimeAboveTarget, one(written(300)))[0]?.help).toBe('set a lifetime of 60 seconds or less'));
});
