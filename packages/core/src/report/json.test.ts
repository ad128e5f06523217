import { expect, test } from 'vitest';
import {
  auditOf,
  configurationOf,
  explicit,
  fileOf,
  listenerOf,
  off,
  on,
  placeIn,
  siteSample,
} from '../../test/audit-sample.js';
import type { Lifetime } from '../listener.js';
import { auditJson, auditReport } from './json.js';

const file = fileOf('conf.d/shop.conf');
const day = explicit(86_400, placeIn(file, 14));

test('keys stand in the order of the documented interface', () => {
  const report = auditReport(siteSample());
  expect(Object.keys(report)).toEqual([
    'schemaVersion',
    'targetSeconds',
    'listeners',
    'problems',
    'configurations',
    'unattachedSettings',
    'summary',
  ]);
  expect(Object.keys(report.listeners[0] ?? {})).toEqual([
    'server',
    'address',
    'name',
    'definedAt',
    'lifetimeSeconds',
    'source',
    'setAt',
    'mechanisms',
    'oldSessionsAfterReload',
    'ignoredSettings',
    'notes',
  ]);
});

test('a listener says where its lifetime is set', () => {
  const [listener] = auditReport(
    auditOf(configurationOf([listenerOf('shop.example', day, placeIn(file, 3))])),
  ).listeners;
  expect(listener).toMatchObject({
    definedAt: { file: 'conf.d/shop.conf', line: 3, column: 5 },
    lifetimeSeconds: 86_400,
    source: 'explicit',
    setAt: { file: 'conf.d/shop.conf', line: 14, column: 5 },
    mechanisms: {
      sessionId: { enabled: false, lifetimeSeconds: 0 },
      ticketTls12: { enabled: true, lifetimeSeconds: 86_400 },
    },
  });
});

const hidden: Lifetime = {
  seconds: undefined,
  origin: { kind: 'unknown', why: 'a placeholder', at: placeIn(file, 5) },
};
const maybe = { enabled: undefined, lifetimes: [day] };

test.each([
  {
    title: 'an unknown value names the place that hides it',
    listener: listenerOf('', hidden, placeIn(file, 3)),
    want: { lifetimeSeconds: null, source: 'unknown', setAt: { line: 5 } },
  },
  {
    title: 'an unknown value without a place',
    listener: listenerOf('', { seconds: undefined, origin: { kind: 'unknown', why: 'elsewhere' } }, placeIn(file, 3)),
    want: { lifetimeSeconds: null, source: 'unknown', setAt: null },
  },
  {
    title: 'a default has no place',
    listener: listenerOf('', { seconds: 300, origin: { kind: 'default' } }, placeIn(file, 3)),
    want: { lifetimeSeconds: 300, source: 'default', setAt: null },
  },
  {
    title: 'no resumption keeps the place to look at first',
    listener: listenerOf('', day, placeIn(file, 3), {
      mechanisms: { sessionId: off, ticketTls12: off, ticketTls13: off },
    }),
    want: { lifetimeSeconds: 0, source: 'explicit', setAt: { line: 14 } },
  },
  {
    title: 'a mechanism that may be on leaves the lifetime unknown and says what it would be',
    listener: listenerOf('', day, placeIn(file, 3), {
      mechanisms: { sessionId: maybe, ticketTls12: off, ticketTls13: { enabled: undefined, lifetimes: [] } },
    }),
    want: {
      lifetimeSeconds: null,
      source: 'unknown',
      mechanisms: {
        sessionId: { enabled: null, lifetimeSeconds: 86_400 },
        ticketTls13: { enabled: null, lifetimeSeconds: null },
      },
    },
  },
  {
    title: 'a mechanism with several lifetimes lists them',
    listener: listenerOf('', day, placeIn(file, 3), {
      mechanisms: {
        sessionId: off,
        ticketTls12: off,
        ticketTls13: { ...on(explicit(300, placeIn(file, 9)), day), renewal: 'bounded' },
      },
    }),
    want: {
      lifetimeSeconds: 86_400,
      mechanisms: {
        ticketTls13: { enabled: true, lifetimeSeconds: 86_400, lifetimesSeconds: [300, 86_400], renewal: 'bounded' },
      },
    },
  },
])('$title', ({ listener, want }) => {
  expect(auditReport(auditOf(configurationOf([listener]))).listeners[0]).toMatchObject(want);
});

test('the summary counts what is listed', () => {
  expect(auditReport(siteSample()).summary).toEqual({
    files: 4,
    listeners: 7,
    aboveTarget: 4,
    unknown: 1,
    longestSeconds: 86_400,
  });
  expect(auditReport(auditOf()).summary).toEqual({
    files: 0,
    listeners: 0,
    aboveTarget: 0,
    unknown: 0,
    longestSeconds: null,
  });
});

test('a problem of a file that two configurations include is listed once, and paths come first', () => {
  const problem = { severity: 'error', at: placeIn(file, 2), message: 'wrong', help: 'mend it' } as const;
  const configuration = configurationOf([], { files: [file], problems: [problem, { ...problem }] });
  const audit = {
    ...auditOf(configuration, configuration),
    pathProblems: [{ path: 'nowhere', message: 'No such file or directory', help: 'name one' }],
  };
  expect(auditReport(audit).problems).toEqual([
    { file: 'nowhere', line: 1, column: 1, severity: 'error', message: 'No such file or directory', help: 'name one' },
    { file: 'conf.d/shop.conf', line: 2, column: 5, severity: 'error', message: 'wrong', help: 'mend it' },
  ]);
});

test('the text ends with a newline and reads back', () => {
  const text = auditJson(siteSample());
  expect(text.endsWith('}\n')).toBe(true);
  expect(JSON.parse(text)).toEqual(auditReport(siteSample()));
});
