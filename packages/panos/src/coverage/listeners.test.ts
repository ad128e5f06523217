import type { Listener } from '@shortfuse/core';
import { expect, test } from 'vitest';
import { readConfiguration } from '../config/read.js';
import { coverageOfListeners } from './listeners.js';

const file = { path: 'nginx.conf', text: '', encoding: 'utf-8' } as const;
const off = { enabled: false, lifetimes: [] };

function listener(address: string | null, name: string): Listener {
  return {
    server: 'nginx',
    address,
    name,
    definedAt: { file, span: { start: 0, end: 0 } },
    mechanisms: { sessionId: off, ticketTls12: off, ticketTls13: off },
    governing: { seconds: 300, origin: { kind: 'default' } },
    oldSessionsAfterReload: 'kept',
    oldSessionsAfterRestart: 'kept',
    ignored: [],
    notes: [],
  };
}

const rule =
  'set rulebase decryption rules r action decrypt type ssl-inbound-inspection c service service-https destination';

test('listeners are sorted by whether a firewall decrypts them, each once and in order', () => {
  const listeners = [
    listener('10.0.0.1:443', 'covered'),
    listener('10.0.0.1:8443', 'other port'),
    listener('*:443', 'two addresses, one of them covered'),
    listener('*:443', 'said to have an address that is not covered'),
    listener('*:443', 'nobody knows'),
    listener(null, 'a variable'),
    listener('unix:/run/x.sock', 'local'),
    listener('*:443', 'said to have none'),
  ];
  const said = new Map([
    ['two addresses, one of them covered', ['192.0.2.1', '10.0.0.2']],
    ['said to have an address that is not covered', ['192.0.2.1']],
    ['said to have none', []],
  ]);
  const text = `${rule} 10.0.0.0/24\n`;
  const found = coverageOfListeners(readConfiguration({ path: 'fw', text, encoding: 'utf-8' }), listeners, said);
  const names = (some: readonly Listener[]): string[] => some.map(({ name }) => name);
  expect(names(found.covered)).toEqual(['covered', 'two addresses, one of them covered']);
  expect(names(found.undecided)).toEqual(['nobody knows', 'a variable']);
  expect(names(found.notCovered)).toEqual([
    'other port',
    'said to have an address that is not covered',
    'local',
    'said to have none',
  ]);
});

test('a configuration that cannot be read leaves all undecided', () => {
  const listeners = [listener('10.0.0.1:443', 'a'), listener('unix:x', 'b')];
  const configuration = readConfiguration({ path: 'fw', text: '<config>', encoding: 'utf-8' });
  expect(coverageOfListeners(configuration, listeners, new Map())).toMatchObject({
    problems: [{ severity: 'error' }],
    covered: [],
    undecided: listeners,
    notCovered: [],
  });
});
