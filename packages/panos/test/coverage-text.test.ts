import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { switchOnFinder, widthOf } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { readConfiguration, readConfigurationBytes } from '../src/config/read.js';
import { type Coverage, coverage } from '../src/coverage/coverage.js';
import type { Host } from '../src/coverage/hosts.js';
import { coverageText } from '../src/coverage/text.js';

const folder = fileURLToPath(new URL('./conformance', import.meta.url));
const cases = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'hosts.json')));

function caseNamed(name: string): Coverage {
  const path = join(folder, name);
  const input = readdirSync(path).find((file) => !file.endsWith('.json')) ?? '';
  const hosts: Host[] = JSON.parse(readFileSync(join(path, 'hosts.json'), 'utf8'));
  return coverage(readConfigurationBytes(input, readFileSync(join(path, input))), hosts);
}

test('a report as people read it', () => {
  expect(coverageText(caseNamed('17-panorama-target-devices'), { targetSeconds: 60 })).toBe(
    `panorama.xml: PAN-OS 10.2, risk class A
  the change from passive decryption to a proxy fell somewhere between PAN-OS 10.1 and 11.1, and no
  document says where: PAN-OS 10.2 counts as the worst
  - bring every covered listener to the target before its rule is switched on, and end its old
    sessions
  - wait until no old session is accepted any more, then enable the rule
  - keep lifetimes short for as long as the old ones lasted, 10 minutes at least, and at 300 s for
    good: failover, reboot and rule changes forget sessions again

inbound rules
! only-a  device-group dmz pre, panorama.xml:46
    devices        001801000011
    longest        1 d; 1 of 1 listener not at the target of 1 min
    held back by   h41.example 203.0.113.41:443 (1 d)
    wait           once servers are at the target: 1 min 30 s where old sessions are dropped, 1 d
                   where they live on; stay short for 1 d after
! not-a  device-group dmz pre, panorama.xml:83
    devices        all but 001801000011
    longest        1 d; 1 of 1 listener not at the target of 1 min
    held back by   h42.example 203.0.113.42:443 (1 d)
    wait           once servers are at the target: 1 min 30 s where old sessions are dropped, 1 d
                   where they live on; stay short for 1 d after
! everywhere  device-group dmz pre, panorama.xml:120
    longest        1 d; 2 of 2 listeners not at the target of 1 min
    held back by   h43.example 203.0.113.43:443 (1 d)
                   h44.example 203.0.113.44:443 (1 d)
    wait           once servers are at the target: 1 min 30 s where old sessions are dropped, 1 d
                   where they live on; stay short for 1 d after
  elsewhere  device-group dmz pre, panorama.xml:152
    devices        001801000099
    listeners      none that is known

listeners
  LIFETIME  LISTENER                      INSPECTED BY
! 1 d       h41.example 203.0.113.41:443  only-a (device-group dmz pre), only on 001801000011
! 1 d       h42.example 203.0.113.42:443  not-a (device-group dmz pre), only on 001801000022
! 1 d       h43.example 203.0.113.43:443  everywhere (device-group dmz pre)
! 1 d       h44.example 203.0.113.44:443  everywhere (device-group dmz pre), only on 001801000011
  1 d       h45.example 203.0.113.45:443  none: no inbound rule in force names this address

4 enabled inbound rules; 5 listeners: 4 covered, 1 not
of the covered 4 above the target of 1 min, 0 unknown, longest 1 d
`,
  );
});

describe.each(cases)('%s', (name) => {
  test.each([60, 80, 100])('no line is wider than %i columns', (columns) => {
    const text = coverageText(caseNamed(name), { targetSeconds: 60, columns });
    // Only the head of a rule, with its place, may be wider: a place that is cut off leads nowhere.
    const lines = text.split('\n').filter((line) => !/^[!? ] \S.* {2}(vsys|shared|device-group)/.test(line));
    expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
    expect(text === '' || text.endsWith('\n')).toBe(true);
  });
});

const rule = (i: number, words: string): string =>
  `set rulebase decryption rules r${i} action decrypt type ssl-inbound-inspection c ${words}\n`;

function joined(text: string, hosts: readonly Host[]): Coverage {
  return coverage(readConfiguration({ path: 'fw', text, encoding: 'utf-8' }), hosts);
}

function host(i: number, lifetimeSeconds: number | null): Host {
  const address = `10.0.${i >> 8}.${i & 255}:443`;
  return { server: 'nginx', name: `h${i}.example`, addresses: [address], lifetimeSeconds };
}

describe('a long report', () => {
  const text = Array.from({ length: 300 }, (_, i) => rule(i, `destination 10.0.${i >> 8}.${i & 255}`)).join('');
  const hosts = Array.from({ length: 700 }, (_, i) => host(i, i === 290 ? 86_400 : 60));
  const lines = coverageText(joined(text, hosts), { targetSeconds: 60 }).split('\n');

  test('shows what holds back, and counts the rest', () => {
    expect(lines.length).toBeLessThan(400);
    expect(lines).toContain('  … and 240 more rules; --format json lists each');
    expect(lines).toContain('  … and 200 more covered listeners; --format json lists each');
    expect(lines).toContain('  … and 380 more listeners that no rule covers; --format json lists each');
  });

  test('the one rule that is held back is among those shown', () =>
    expect(lines.join('\n')).toContain('held back by   h290.example 10.0.1.34:443 (1 d)'));

  test('the one listener that holds it back is among those shown', () =>
    expect(lines.some((line) => /^! 1 d +h290\.example 10\.0\.1\.34:443 +r290 /.test(line))).toBe(true));
});

test('from when a rule may be switched on, where somebody tells', () => {
  const found = joined(rule(1, 'destination 10.0.0.1'), [host(1, 300)]);
  const switching = { find: switchOnFinder([], 300, 0), now: 0, timeOf: String };
  const text = coverageText(found, { targetSeconds: 60, switching });
  expect(text).toMatch(/^ {4}inspection {5}may be switched on: its listeners are at the target,/m);
});

test('what is odd about a rule stands with it', () => {
  const text = coverageText(
    joined(
      `set service q protocol udp port 443\nset rulebase decryption rules x action decrypt type ssl-inbound-inspection certificates [ ]\nset rulebase decryption rules x disabled yes service q destination DE\n`,
      [],
    ),
    { targetSeconds: 60 },
  );
  expect(text).toContain('\n  x (disabled)  vsys1, fw:2\n');
  expect(text).toContain('\n    certificates   names no certificate: nothing can be decrypted\n');
  expect(text).toContain('\n    not resolved   DE (a region)\n');
  expect(text).toContain('\n    ports          no TCP port: it covers nothing\n');
  expect(text).toContain('\nno listener to compare with\n');
});
