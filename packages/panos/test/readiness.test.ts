import { switchOnFinder } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { readConfiguration } from '../src/config/read.js';
import { rowsBehind, rowsPerhapsBehind } from '../src/coverage/behind.js';
import { type Coverage, coverage } from '../src/coverage/coverage.js';
import type { Host } from '../src/coverage/hosts.js';
import { readinessReport } from '../src/coverage/readiness.js';
import { readinessText } from '../src/coverage/text/readiness.js';

function joined(lines: readonly string[], hosts: readonly Host[]): Coverage {
  const text = lines.map((line) => `set ${line}\n`).join('');
  return coverage(readConfiguration({ path: 'fw', text, encoding: 'utf-8' }), hosts);
}

function host(address: string, lifetimeSeconds: number | null = 60): Host {
  return { server: 'nginx', name: 'h', addresses: [address], lifetimeSeconds };
}

function rule(name: string, destination: string, service = 'service-https'): string {
  return `rulebase decryption rules ${name} destination ${destination} service ${service} action decrypt type ssl-inbound-inspection c`;
}

const switching = { find: switchOnFinder([], 60, 0), now: 0, timeOf: String };

describe('behind which rules a listener may be', () => {
  test.each([
    { what: 'one that is covered', address: '10.0.0.1:443', behind: ['web'], perhaps: [] },
    { what: 'one that no rule names', address: '10.0.0.7:8443', behind: [], perhaps: [] },
    { what: 'an address that a host name may be', address: '10.0.0.7:443', behind: [], perhaps: ['named'] },
    { what: 'a wildcard on 443', address: '*:443', behind: [], perhaps: ['web', 'named', 'any'] },
    { what: 'a wildcard of IPv6', address: '[::]:443', behind: [], perhaps: ['web', 'named', 'any'] },
    { what: 'a wildcard on another port', address: '0.0.0.0:8080', behind: [], perhaps: ['any'] },
    { what: 'every port, as F5 writes it', address: '0.0.0.0:0', behind: [], perhaps: ['web', 'named', 'any'] },
    { what: 'no port', address: 'localhost', behind: [], perhaps: ['web', 'named', 'any'] },
    // The last part of an address is no port.
    { what: 'IPv6 without a port', address: '2001:db8::443', behind: [], perhaps: ['web', 'named', 'any'] },
    { what: 'nothing', address: '', behind: [], perhaps: ['web', 'named', 'any'] },
    { what: 'one that only the machine itself reaches', address: '127.0.0.1:443', behind: [], perhaps: [] },
    // Published on 443: the rule is about that port, the listener on another one.
    { what: 'one behind NAT', address: '10.0.0.8:9443', behind: [], perhaps: ['named'] },
  ])('$what: $address', ({ address, behind, perhaps }) => {
    const found = joined(
      [
        rule('web', '10.0.0.1'),
        rule('named', 'www.example.com'),
        rule('off', 'any', 'any'),
        'rulebase decryption rules off disabled yes',
        rule('any', '192.0.2.0/24', 'any'),
        'rulebase nat rules n destination 203.0.113.9 service service-https destination-translation translated-address 10.0.0.8',
        'rulebase nat rules n destination-translation translated-port 9443',
      ],
      [host(address)],
    );
    const names = (rows: ReturnType<typeof rowsBehind>): string[] => [...rows.keys()].map((one) => one.rule.name);
    expect(names(rowsBehind(found))).toEqual(behind);
    expect(names(rowsPerhapsBehind(found)).sort()).toEqual([...perhaps].sort());
  });
});

test('a listener with two addresses behind a rule is asked about once', () => {
  const asked: number[] = [];
  const find: typeof switching.find = (awaited) => {
    asked.push(awaited.length);
    return switching.find(awaited);
  };
  const both = { ...host('10.0.0.1:443'), addresses: ['10.0.0.1:443', '10.0.0.2:443'] };
  const report = readinessReport(joined([rule('web', '10.0.0.0/24')], [both]), { ...switching, find });
  expect(asked).toEqual([1]);
  expect(report.rules).toMatchObject([
    { listeners: ['h 10.0.0.1:443', 'h 10.0.0.2:443'], switchOn: 'any-time', switchOnAt: '1970-01-01T00:00:00Z' },
  ]);
});

describe('a firewall with more rules than a person reads', () => {
  const rules = Array.from({ length: 100 }, (_, i) => rule(`r${i}`, `10.0.0.${i}`));
  const text = readinessText(joined(rules, [host('10.0.0.90:443', 3600), host('10.0.0.95:443')]), {
    switching,
    targetSeconds: 60,
    columns: 80,
  });

  test('shows those that something is behind, and counts the rest', () => {
    expect(text).toContain('\n  … and 40 more rules; --format json lists each\n');
    expect(text).toMatch(/^ {2}r90 {2}vsys1, fw:91\n {4}inspection {5}cannot be switched on/m);
    expect(text).toMatch(/^ {2}r95 {2}vsys1, fw:96\n {4}inspection {5}may be switched on: /m);
  });

  test('fits the terminal', () => {
    for (const line of text.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(80);
  });
});

test('control characters of a configuration do not reach the terminal', () => {
  const text = readinessText(joined([rule('"\u001b[31mweb"', '10.0.0.1')], [host('10.0.0.1:443')]), {
    switching,
    targetSeconds: 60,
  });
  expect(text).toContain('\\u{1b}[31mweb');
  expect(text).not.toContain('\u001b');
});

test('nothing is said of a configuration that cannot be read', () => {
  const found = coverage(readConfiguration({ path: 'fw', text: '<a>', encoding: 'utf-8' }), [host('10.0.0.1:443')]);
  expect(readinessText(found, { switching, targetSeconds: 60 })).toBe('');
  expect(readinessReport(found, switching)).toMatchObject({ valid: false, rules: [], errors: [{ file: 'fw' }] });
});
