import { describe, expect, test } from 'vitest';
import {
  effectiveLifetime,
  isWithin,
  type Lifetime,
  lastingName,
  type Mechanism,
  mechanismSeconds,
} from './listener.js';

const known = (seconds: number): Lifetime => ({ seconds, origin: { kind: 'default' } });
const unknown: Lifetime = { seconds: undefined, origin: { kind: 'unknown', why: 'a placeholder' } };
const off: Mechanism = { enabled: false, lifetimes: [] };
const on = (...lifetimes: readonly Lifetime[]): Mechanism => ({ enabled: true, lifetimes });
const maybe = (...lifetimes: readonly Lifetime[]): Mechanism => ({ enabled: undefined, lifetimes });

const governing = known(300);
const short = known(60);
const long = known(86_400);
const never = known(0);

describe('effectiveLifetime', () => {
  test.each<{ name: string; of: [Mechanism, Mechanism, Mechanism]; seconds: number | undefined; by: Lifetime }>([
    { name: 'all off', of: [off, off, off], seconds: 0, by: governing },
    { name: 'one on', of: [off, on(short), off], seconds: 60, by: short },
    { name: 'the longest of those on', of: [on(short), on(long), on(short)], seconds: 86_400, by: long },
    { name: 'the first of equals', of: [on(long), on(known(86_400)), off], seconds: 86_400, by: long },
    { name: 'a second, longer ticket', of: [off, off, on(short, long)], seconds: 86_400, by: long },
    { name: 'on with 0 s', of: [on(never), off, off], seconds: 0, by: never },
    { name: 'an unknown lifetime', of: [on(long), on(unknown), off], seconds: undefined, by: unknown },
    {
      name: 'an unknown lifetime of what may be on',
      of: [on(long), maybe(unknown), off],
      seconds: undefined,
      by: unknown,
    },
    {
      name: 'an unknown lifetime of what is off',
      of: [on(long), { enabled: false, lifetimes: [unknown] }, off],
      seconds: 86_400,
      by: long,
    },
    { name: 'what may be on and is longer', of: [on(short), maybe(long), off], seconds: undefined, by: long },
    { name: 'what may be on and is shorter', of: [on(long), maybe(short), off], seconds: 86_400, by: long },
    { name: 'what may be on and is equal', of: [on(short), maybe(known(60)), off], seconds: 60, by: short },
    { name: 'only what may be on', of: [off, maybe(short), off], seconds: undefined, by: short },
    { name: 'only what may be on, for 0 s', of: [off, maybe(never), off], seconds: 0, by: governing },
    { name: 'on, and nothing is known of how long', of: [on(), off, off], seconds: undefined, by: governing },
    { name: 'nothing is known at all', of: [maybe(), maybe(), maybe()], seconds: undefined, by: governing },
  ])('$name', ({ of: [sessionId, ticketTls12, ticketTls13], seconds, by }) => {
    const effective = effectiveLifetime({ mechanisms: { sessionId, ticketTls12, ticketTls13 }, governing });
    expect(effective.seconds).toBe(seconds);
    expect(effective.decidedBy).toBe(by);
  });
});

test.each([
  { name: 'off', mechanism: off, want: 0 },
  { name: 'on', mechanism: on(short), want: 60 },
  { name: 'several lifetimes', mechanism: on(short, long), want: 86_400 },
  { name: 'may be on', mechanism: maybe(short), want: 60 },
  { name: 'one of several unknown', mechanism: on(short, unknown), want: undefined },
  { name: 'on for nobody knows how long', mechanism: on(), want: undefined },
])('mechanismSeconds: $name', ({ mechanism, want }) => expect(mechanismSeconds(mechanism)).toBe(want));

describe('isWithin', () => {
  test.each([
    { of: short, limit: 60, is: true },
    { of: short, limit: 59, is: false },
    { of: unknown, limit: 60, is: false },
    { of: { ...unknown, atMost: 60 }, limit: 60, is: true },
    { of: { ...unknown, atMost: 61 }, limit: 60, is: false },
  ])('$of within $limit s: $is', ({ of, limit, is }) => expect(isWithin(of, limit)).toBe(is));
});

test.each([
  ['src/server.ts:10 https.createServer', 'src/server.ts https.createServer'],
  ['shop.example', 'shop.example'],
  ['*:443:shop', '*:443:shop'], // a binding, not a place
])('lastingName of %s', (name, want) => expect(lastingName({ name })).toBe(want));
