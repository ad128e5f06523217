import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, type Lifetime, type Listener, type Mechanism } from '@shortfuse/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CaseDialect, type ConformanceCase, readCases, summarize } from './conformance.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shortfuse-cases-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function read(expected: object, dialect?: CaseDialect): ConformanceCase | undefined {
  mkdirSync(join(folder, 'case'));
  const common = { description: 'd', valid: true, listeners: [] };
  writeFileSync(join(folder, 'case', 'expected.json'), JSON.stringify({ ...common, ...expected }));
  return readCases(folder, dialect)[0];
}

const listener = {
  address: '127.0.0.1:443',
  serverName: 'a.example',
  effectiveTimeoutSeconds: 540,
  source: 'inherited',
  file: 'nginx.conf',
  line: 13,
  ignoredSettings: [],
};

describe('readCases', () => {
  test('takes a lifetime per mechanism, and null as off', () => {
    const perMechanismSeconds = { tls12SessionId: 540, tls12Ticket: null, tls13Ticket: 540 };
    const ignoredSettings = ['b:2', 'a:1', 'b:2'].map((text) => ({
      file: text.charAt(0),
      line: Number(text.charAt(2)),
    }));
    expect(read({ listeners: [{ ...listener, perMechanismSeconds, ignoredSettings }] })?.listeners).toEqual([
      {
        address: '127.0.0.1:443',
        name: 'a.example',
        lifetimeSeconds: 540,
        source: 'inherited',
        setAt: { file: 'nginx.conf', line: 13 },
        mechanisms: {
          sessionId: { enabled: true, lifetimeSeconds: 540 },
          ticketTls12: { enabled: false },
          ticketTls13: { enabled: true, lifetimeSeconds: 540 },
        },
        ignored: ['a:1', 'b:2'],
      },
    ]);
  });

  test('where nothing can be resumed the lifetime is 0, whatever time is set', () => {
    const perMechanismSeconds = { tls12SessionId: null, tls12Ticket: null, tls13Ticket: null };
    expect(read({ listeners: [{ ...listener, perMechanismSeconds }] })?.listeners[0]).toMatchObject({
      lifetimeSeconds: 0,
      setAt: { file: 'nginx.conf', line: 13 },
    });
  });

  test('says nothing of mechanisms that a case says nothing of', () => {
    const resumption = { sessionCache: true, tickets: false };
    expect(read({ listeners: [{ ...listener, resumption }] })?.listeners[0]?.mechanisms).toEqual({
      sessionId: { enabled: true },
      ticketTls12: { enabled: false },
    });
  });

  test('leaves out what is no TLS listener, and sorts', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ ...listener, serverName: name }));
    const names = read({ listeners: [c, { ...b, tls: false }, a] })?.listeners.map(({ name }) => name);
    expect(names).toEqual(['a', 'c']);
  });

  test('a place without a line is no place', () => {
    expect(read({ listeners: [{ ...listener, line: null }] })?.listeners[0]?.setAt).toBeNull();
  });

  test.each([
    { error: 'bad value in a/b.conf:12', want: { message: 'bad value', file: 'a/b.conf', line: 12 } },
    { error: 'x in y in c.conf:1', want: { message: 'x in y', file: 'c.conf', line: 1 } },
    { error: null, want: undefined },
  ])('error $error', ({ error, want }) => expect(read({ valid: false, error })?.error).toEqual(want));

  test('another form of error is read as its dialect says', () => {
    const readError = (text: string) => ({ message: text, file: 'f', line: 1 });
    expect(read({ valid: false, error: 'odd' }, { readError })?.error).toEqual({ message: 'odd', file: 'f', line: 1 });
  });

  test('an error without a place is a mistake in the case', () => {
    expect(() => read({ valid: false, error: 'odd' })).toThrow('no place in the expected error odd');
  });
});

describe('summarize', () => {
  const file = decode('site.conf', new TextEncoder().encode('one\ntwo\nthree\n'));
  const at = { file, span: { start: 4, end: 7 } };
  const lifetime: Lifetime = { seconds: 300, origin: { kind: 'explicit', at } };
  const on: Mechanism = { enabled: true, lifetimes: [lifetime] };
  const off: Mechanism = { enabled: false, lifetimes: [] };
  const found: Listener = {
    server: 'toy',
    address: '*:443',
    name: 'a',
    definedAt: at,
    mechanisms: { sessionId: off, ticketTls12: on, ticketTls13: { enabled: undefined, lifetimes: [] } },
    governing: lifetime,
    oldSessionsAfterReload: 'unknown',
    oldSessionsAfterRestart: 'unknown',
    ignored: [
      { at, why: 'one' },
      { at, why: 'two' },
    ],
    notes: [],
  };

  test('says all where nothing is compared', () => {
    expect(summarize(found)).toMatchObject({
      definedAt: { file: 'site.conf', line: 2 },
      source: 'explicit',
      setAt: { file: 'site.conf', line: 2 },
      mechanisms: {
        sessionId: { enabled: false },
        ticketTls12: { enabled: true, lifetimeSeconds: 300 },
        ticketTls13: { enabled: null, lifetimeSeconds: null },
      },
      ignored: ['site.conf:2'],
    });
  });

  test('says no more than what it is compared with', () => {
    const like = { ...summarize(found), mechanisms: { ticketTls12: { enabled: true } } };
    delete (like as { definedAt?: unknown }).definedAt;
    const summary = summarize(found, like);
    expect(summary.mechanisms).toEqual({ ticketTls12: { enabled: true } });
    expect(summary).not.toHaveProperty('definedAt');
  });
});
