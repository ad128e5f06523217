import { decode, type Listener, type MechanismName, type Seconds } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { acceptance, answered, mechanism } from '../test/sample.js';
import { compare, configuredSeconds } from './compare.js';

const at = { file: decode('nginx.conf', new TextEncoder().encode('http {\n}\n')), span: { start: 0, end: 4 } };

type Lives = Readonly<Record<MechanismName, Seconds | readonly Seconds[] | 'off' | 'unknown'>>;

function listener(lives: Lives, server = 'nginx'): Listener {
  const of = (life: Lives[MechanismName]): Listener['mechanisms'][MechanismName] => {
    if (life === 'off') return { enabled: false, lifetimes: [] };
    if (life === 'unknown') return { enabled: undefined, lifetimes: [] };
    const all = typeof life === 'number' ? [life] : life;
    return { enabled: true, lifetimes: all.map((seconds) => ({ seconds, origin: { kind: 'explicit', at } })) };
  };
  return {
    server,
    address: '0.0.0.0:443',
    name: 'shop.example',
    definedAt: at,
    mechanisms: {
      sessionId: of(lives.sessionId),
      ticketTls12: of(lives.ticketTls12),
      ticketTls13: of(lives.ticketTls13),
    },
    governing: { seconds: 60, origin: { kind: 'explicit', at } },
    oldSessionsAfterReload: 'dropped',
    oldSessionsAfterRestart: 'dropped',
    ignored: [],
    notes: [],
  };
}

const all = (life: Seconds): Lives => ({ sessionId: life, ticketTls12: life, ticketTls13: life });
const day = answered({
  sessionId: mechanism('sessionId', 'resumed'),
  ticketTls12: mechanism('ticketTls12', 'resumed', 86_400),
  ticketTls13: mechanism('ticketTls13', 'resumed', 86_400),
});

describe('a server beside its files', () => {
  test('agrees, and says what could be compared', () => {
    expect(compare(listener(all(86_400)), day, [])).toEqual({
      differences: [],
      compared: ['sessionId', 'ticketTls12', 'ticketTls13'],
      lifetimesCompared: ['ticketTls12', 'ticketTls13'],
    });
  });

  test('was not reloaded', () => {
    const { differences } = compare(listener(all(60)), day, []);
    expect(differences.map(({ mechanism: name, kind }) => [name, kind])).toEqual([
      ['ticketTls12', 'lifetime'],
      ['ticketTls13', 'lifetime'],
    ]);
    expect(differences[0]?.message).toBe('TLS 1.2 ticket: 1 min in the files, and the server announces 1 d');
  });

  test('a wait tells of session IDs, too', () => {
    const waited = [acceptance('sessionId', [0, 30, 62], []), acceptance('ticketTls12', [0, 30], [62])];
    const { differences, lifetimesCompared } = compare(listener(all(60)), day, waited);
    expect(differences[0]?.message).toBe('session ID: 1 min in the files, and still accepted after 62 s');
    expect(lifetimesCompared).toEqual(['sessionId', 'ticketTls12', 'ticketTls13']);
  });

  test('refused before its time', () => {
    const { differences } = compare(listener(all(86_400)), day, [acceptance('sessionId', [0, 30], [62])]);
    expect(differences[0]?.message).toBe('session ID: 1 d in the files, and refused after 62 s');
  });

  test.each([
    {
      what: 'off in the files',
      lives: { ...all(86_400), sessionId: 'off' as const },
      says: 'off in the files, and the server resumes by it',
    },
    { what: 'unknown in the files', lives: { ...all(86_400), sessionId: 'unknown' as const }, says: undefined },
    { what: 'a lifetime of 0', lives: { ...all(86_400), sessionId: 0 }, says: undefined },
  ])('session IDs: $what', ({ lives, says }) => {
    const { differences } = compare(listener(lives), day, []);
    if (says === undefined) expect(differences).toEqual([]);
    else expect(differences).toMatchObject([{ mechanism: 'sessionId', kind: 'mechanism' }]);
    if (says !== undefined) expect(differences[0]?.message).toContain(says);
  });

  test.each([
    { status: 'off' as const, says: 'hands out none' },
    { status: 'refused' as const, says: 'accepts none' },
  ])('on in the files, and $status', ({ status, says }) => {
    const result = answered({ ...day.mechanisms, sessionId: mechanism('sessionId', status) });
    expect(compare(listener(all(86_400)), result, []).differences[0]?.message).toContain(says);
  });

  test('TLS 1.3 announces seven days at most', () => {
    const month = 2_592_000;
    const result = answered({
      ...day.mechanisms,
      ticketTls12: mechanism('ticketTls12', 'resumed', month),
      ticketTls13: mechanism('ticketTls13', 'resumed', 604_800),
    });
    expect(compare(listener(all(month)), result, []).differences).toEqual([]);
  });

  test('tickets of one handshake that differ are compared one by one', () => {
    const two = { ...mechanism('ticketTls13', 'resumed', 10), hintsOfOneHandshake: [300, 10] };
    const result = answered({ ...day.mechanisms, ticketTls13: two });
    expect(compare(listener({ ...all(86_400), ticketTls13: [300, 10] }), result, []).differences).toEqual([]);
    expect(compare(listener({ ...all(86_400), ticketTls13: 10 }), result, []).differences).toHaveLength(1);
  });

  test('what some servers announce is not what they do', () => {
    const stateful = { ...mechanism('ticketTls13', 'resumed', 300, 32) };
    const result = answered({ ...day.mechanisms, ticketTls13: stateful });
    const lives = { ...all(86_400), ticketTls13: 60 };
    expect(compare(listener(lives, 'apache'), result, []).differences).toEqual([]);
    expect(compare(listener(lives, 'nginx'), result, []).differences).toHaveLength(1);
    expect(compare(listener(all(60), 'iis'), day, []).differences).toEqual([]);
  });
});

/** Only of servers that announce what is configured, and only where a session is accepted at all. */
test.each([
  {
    server: 'nginx',
    tls12: mechanism('ticketTls12', 'resumed', 60),
    tls13: mechanism('ticketTls13', 'resumed', 300),
    want: 300,
  },
  {
    server: 'node',
    tls12: mechanism('ticketTls12', 'sometimes', 7200),
    tls13: mechanism('ticketTls13', 'off'),
    want: 7200,
  },
  {
    server: 'nginx',
    tls12: mechanism('ticketTls12', 'resumed', 60),
    tls13: mechanism('ticketTls13', 'refused', 300),
    want: 60,
  },
  { server: 'nginx', tls12: mechanism('ticketTls12', 'off'), tls13: mechanism('ticketTls13', 'off'), want: undefined },
  // 0 announces nothing.
  {
    server: 'nginx',
    tls12: mechanism('ticketTls12', 'resumed', 0),
    tls13: mechanism('ticketTls13', 'off'),
    want: undefined,
  },
  {
    server: 'nginx',
    tls12: mechanism('ticketTls12', 'off'),
    tls13: mechanism('ticketTls13', 'resumed', 300, 32),
    want: 300,
  },
  // httpd announces the ticket lifetime for tickets that only point into its cache, too.
  {
    server: 'apache',
    tls12: mechanism('ticketTls12', 'off'),
    tls13: mechanism('ticketTls13', 'resumed', 300, 32),
    want: undefined,
  },
  {
    server: 'apache',
    tls12: mechanism('ticketTls12', 'resumed', 60),
    tls13: mechanism('ticketTls13', 'resumed', 300, 32),
    want: 60,
  },
  // Of others nobody knows what their tickets mean.
  {
    server: 'f5',
    tls12: mechanism('ticketTls12', 'resumed', 60),
    tls13: mechanism('ticketTls13', 'resumed', 300),
    want: undefined,
  },
])('$server announces $want', ({ server, tls12, tls13, want }) => {
  const result = answered({ sessionId: mechanism('sessionId', 'resumed'), ticketTls12: tls12, ticketTls13: tls13 });
  expect(configuredSeconds(server, result)).toBe(want);
});
