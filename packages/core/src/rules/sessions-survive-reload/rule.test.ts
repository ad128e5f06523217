import { expect, test } from 'vitest';
import { configurationOf, explicit, fileOf, listenerOf, placeIn } from '../../../test/audit-sample.js';
import { found, inputOf, summary } from '../../../test/lint-sample.js';
import type { Lifetime, Listener } from '../../index.js';
import { sessionsSurviveReload } from './rule.js';

const shop = fileOf('conf.d/shop.conf');
const day = explicit(86_400, placeIn(shop, 5));
const unknown: Lifetime = { seconds: undefined, origin: { kind: 'unknown', why: 'x' } };
const kept = { oldSessionsAfterReload: 'kept' } as const;
const linted = (lifetime: Lifetime, more: Partial<Listener>) =>
  found(sessionsSurviveReload, inputOf([configurationOf([listenerOf('a', lifetime, placeIn(shop, 1), more)])]));

test.each([
  { name: 'for as long as they were given', lifetime: day, more: kept, want: 'for up to 1 d (86400 s)' },
  { name: 'for an unknown time', lifetime: unknown, more: kept, want: 'for a time that is not known' },
  {
    name: 'for as long as clients renew them',
    lifetime: day,
    more: { ...kept, oldSessions: { isRenewed: true, end: 'replace the key' } },
    want: 'for as long as a client keeps renewing them',
  },
])('$name', ({ lifetime, more, want }) =>
  expect(summary(linted(lifetime, more))).toEqual([
    `conf.d/shop.conf:1 old sessions of a (*:443) stay valid after a reload, ${want}`,
  ]),
);

test('help says what ends them', () => {
  expect(linted(day, { ...kept, oldSessions: { isRenewed: false, end: 'replace the key' } })[0]?.help).toBe(
    'replace the key',
  );
  expect(linted(day, kept)[0]?.help).toBe('restart the server, or wait for the old lifetime to pass');
});

test.each([
  { name: 'dropped', lifetime: day, more: { oldSessionsAfterReload: 'dropped' } },
  { name: 'not known', lifetime: day, more: { oldSessionsAfterReload: 'unknown' } },
  { name: 'kept, and at the target already', lifetime: explicit(60, placeIn(shop, 5)), more: kept },
] as const)('near miss: $name', ({ lifetime, more }) => expect(linted(lifetime, more)).toEqual([]));

test('a cache that many share is one finding where it stands, with the longest lifetime', () => {
  const at = placeIn(shop, 3);
  const more = { ...kept, oldSessions: { isRenewed: false, end: 'restart it', at } };
  const listeners = [300, 86_400].map((seconds, i) =>
    listenerOf(`n${i}`, explicit(seconds, placeIn(shop, 30 + i)), placeIn(shop, 20 + i), more),
  );
  expect(summary(found(sessionsSurviveReload, inputOf([configurationOf(listeners)])))).toEqual([
    'conf.d/shop.conf:3 old sessions of n0 (*:443) and n1 (*:443) stay valid after a reload, for up to 1 d (86400 s)',
  ]);
});
