import type { SwitchOn } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { readConfiguration } from '../src/config/read.js';
import { type Coverage, coverage } from '../src/coverage/coverage.js';
import type { Host } from '../src/coverage/hosts.js';
import { coverageReport } from '../src/coverage/report.js';
import type { CoverageReport, RowReport } from '../src/coverage/report-form.js';
import * as certificates from './certificates.js';

/** On one line, because `configuration` makes every line a command. */
const [manyNames, oneName] = [certificates.manyNames, certificates.oneName].map((pem) => pem.replaceAll('\n', ' '));

/** A configuration in `set` lines; lines that start with `rule` or `nat` stand for the long words. */
function configuration(lines: string) {
  const text = lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => line.replace(/^rule /, 'rulebase decryption rules ').replace(/^nat /, 'rulebase nat rules '))
    .map((line) => line.replace(/ inbound\b/, ' action decrypt type ssl-inbound-inspection c'))
    .map((line) => `set ${line}\n`)
    .join('');
  return readConfiguration({ path: 'fw.txt', text, encoding: 'utf-8' });
}

function host(address: string, lifetimeSeconds: number | null = 300, name = 'h'): Host {
  return { server: 'nginx', name, addresses: [address], lifetimeSeconds };
}

function join(lines: string, ...hosts: readonly (string | Host)[]): Coverage {
  return coverage(
    configuration(lines),
    hosts.map((one) => (typeof one === 'string' ? host(one) : one)),
  );
}

function report(lines: string, ...hosts: readonly (string | Host)[]): CoverageReport {
  return coverageReport(join(lines, ...hosts), { targetSeconds: 60 });
}

/** What became of one address: the rule or the reason, and the way through NAT. */
function outcome({ rule, reason, hiddenBy, via }: RowReport | undefined = {} as RowReport): string {
  return `${rule ?? reason}${hiddenBy ? ` ${hiddenBy}` : ''}${via ? ` via ${via.nat} ${via.destination}` : ''}`;
}

describe('which rule decides', () => {
  const inbound = 'rule in inbound destination 10.0.0.1 service service-https';
  test.each([
    { what: 'the rule itself', lines: inbound, want: 'in' },
    { what: 'no-decrypt for every zone above', lines: `rule no action no-decrypt\n${inbound}`, want: 'hidden no' },
    { what: 'no-decrypt without an action', lines: `rule no destination 10.0.0.0/24\n${inbound}`, want: 'hidden no' },
    { what: 'a disabled one above', lines: `rule no disabled yes\n${inbound}`, want: 'in' },
    // an SSH rule has nothing to say about TLS; taking the listener for covered is the safer mistake
    { what: 'an ssh-proxy rule above', lines: `rule ssh action decrypt type ssh-proxy\n${inbound}`, want: 'in' },
    { what: 'one for the zones of the rule', lines: `rule no from [ a b ]\n${inbound} from a`, want: 'hidden no' },
    { what: 'one for fewer zones', lines: `rule no from a\n${inbound} from [ a b ]`, want: 'in' },
    { what: 'one for fewer zones than any', lines: `rule no from a\n${inbound}`, want: 'in' },
    { what: 'one for one category', lines: `rule no category banking\n${inbound}`, want: 'in' },
    { what: 'one for one kind of client', lines: `rule no source-hip managed\n${inbound}`, want: 'in' },
    {
      what: 'one for all sources but some',
      lines: `rule no source 192.0.2.0/24 negate-source yes\n${inbound}`,
      want: 'in',
    },
    {
      what: 'one for all sources but some, as the rule',
      lines: `rule no source 192.0.2.0/24 negate-source yes\n${inbound} source 192.0.2.0/24 negate-source yes`,
      want: 'hidden no',
    },
    {
      what: 'one that leaves the address out',
      lines: `rule no destination 10.0.0.0/24 negate-destination yes\n${inbound}`,
      want: 'in',
    },
    {
      what: 'one that may leave the address out',
      lines: `address x fqdn x.example\nrule no destination x negate-destination yes\n${inbound}`,
      want: 'in',
    },
    {
      what: 'one that may hold the address',
      lines: `address x fqdn x.example\nrule no destination x\n${inbound}`,
      want: 'in',
    },
    // what the first inbound rule loses, a wider one further down still gets
    {
      what: 'a wider rule below the hidden one',
      lines: `rule no from a\n${inbound} from a\nrule wide inbound`,
      want: 'wide',
    },
    { what: 'a rule below the hidden one', lines: `rule no\n${inbound} from a\nrule wide inbound`, want: 'hidden no' },
    { what: 'a disabled rule and an enabled one', lines: `rule off inbound disabled yes\n${inbound}`, want: 'in' },
    {
      what: 'a negated destination that may hold more',
      lines: 'address x fqdn x.example\nrule in inbound destination x negate-destination yes',
      want: 'in',
    },
    {
      what: 'a group that holds itself',
      lines: 'address-group g static [ g g2 ]\naddress-group g2 static g\nrule in inbound destination g',
      want: 'no-rule',
    },
    {
      what: 'a group that holds itself and more',
      lines: 'address-group g static [ g DE ]\nrule in inbound destination g',
      want: 'undecided',
    },
    {
      what: 'a service without TCP',
      lines: 'service q protocol udp port 443\nrule in inbound service q',
      want: 'port',
    },
  ])('$what: $want', ({ lines, want }) => expect(outcome(report(lines, '10.0.0.1:443').coverage[0])).toBe(want));
});

describe('NAT', () => {
  const rule = 'rule in inbound destination 203.0.113.0/28 service service-https';
  const nat = (words: string, translated: string): string =>
    `nat n ${words} destination-translation translated-address ${translated}`;
  test.each([
    {
      what: 'one to one',
      lines: nat('destination 203.0.113.1 service service-https', '10.0.0.1'),
      want: 'in via n 203.0.113.1:443',
    },
    { what: 'another port', lines: nat('destination 203.0.113.1 service service-http', '10.0.0.1'), want: 'no-rule' },
    {
      what: 'a port that is translated',
      lines: nat('destination 203.0.113.1 service service-https', '10.0.0.1 translated-port 443'),
      want: 'in via n 203.0.113.1:443',
    },
    {
      what: 'any port before',
      lines: nat('destination 203.0.113.1', '10.0.0.1 translated-port 443'),
      want: 'in via n 203.0.113.1:443',
    },
    {
      what: 'a network to one of its size',
      lines: nat('destination 203.0.113.8/29', '10.0.0.0/29'),
      want: 'in via n 203.0.113.9:443',
    },
    // 10.0.0.1 is the second of the range: its counterpart is not in the rule
    {
      what: 'a range to one of its size',
      lines: nat('destination 203.0.113.15-203.0.113.18', '10.0.0.0-10.0.0.3'),
      want: 'no-rule',
    },
    {
      what: 'a network to one server',
      lines: nat('destination 203.0.113.0/24', '10.0.0.1'),
      want: 'in via n 203.0.113.0:443',
    },
    {
      what: 'a network of which the rule has a part',
      lines: nat('destination 203.0.0.0/16', '10.0.0.1'),
      want: 'in via n 203.0.113.0:443',
    },
    { what: 'any destination', lines: nat('destination any', '10.0.0.1'), want: 'in via n 203.0.113.0:443' },
    {
      what: 'spread over several',
      lines:
        'nat n destination 203.0.113.1 dynamic-destination-translation translated-address pool distribution round-robin\naddress pool ip-range 10.0.0.0-10.0.0.9',
      want: 'in via n 203.0.113.1:443',
    },
    {
      what: 'a group of destinations',
      lines: `address-group g static [ 192.0.2.1 203.0.113.3 ]\n${nat('destination g', '10.0.0.1')}`,
      want: 'in via n 203.0.113.3:443',
    },
    {
      what: 'IPv6 in front',
      lines: `rule six inbound destination 2001:db8::1\n${nat('destination 2001:db8::1', '10.0.0.1')}`,
      want: 'six via n [2001:db8::1]:443',
    },
    { what: 'disabled', lines: nat('disabled yes destination 203.0.113.1', '10.0.0.1'), want: 'no-rule' },
    {
      what: 'source translation beside it',
      lines: nat('source-translation static-ip translated-address 192.0.2.1 destination 203.0.113.1', '10.0.0.1'),
      want: 'in via n 203.0.113.1:443',
    },
    {
      what: 'source translation that works both ways',
      lines:
        'nat n source [ 10.0.0.1 10.0.0.2 ] service service-http source-translation static-ip translated-address 203.0.113.1 bi-directional yes',
      want: 'in via n 203.0.113.1:443',
    },
    {
      what: 'only source translation',
      lines: 'nat n destination 203.0.113.1 source-translation static-ip translated-address 10.0.0.1',
      want: 'no-rule',
    },
  ])('$what', ({ lines, want }) => expect(outcome(report(`${rule}\n${lines}`, '10.0.0.1:443').coverage[0])).toBe(want));

  test('what no file resolves is said, where it may matter', () => {
    const open = `address srv fqdn srv.example\n${nat('destination 203.0.113.1', 'srv')}`;
    expect(report(`${rule}\n${open}`).warnings).toMatchObject([{ line: 3, why: /^NAT rule n: srv \(fqdn\)/ }]);
    expect(report(open).warnings).toEqual([]);
    expect(report(`${rule}\n${nat('', '10.0.0.1 translated-port {{p}}')}`).warnings).toMatchObject([
      { why: /port cannot be read/ },
    ]);
  });

  test('a destination that NAT leads to a listener is not without one', () => {
    const lines = `rule in inbound destination [ 203.0.113.1 203.0.113.2 ] service [ service-https service-http ]\n${nat('destination 203.0.113.1 service service-https', '10.0.0.1')}`;
    expect(report(lines, '10.0.0.1:443').coveredWithoutListener).toEqual([
      '203.0.113.1/32:80',
      '203.0.113.1/32:8080',
      '203.0.113.2/32:443',
      '203.0.113.2/32:80',
      '203.0.113.2/32:8080',
    ]);
  });
});

describe('several virtual systems', () => {
  const lines = `vsys vsys1 rulebase decryption rules one inbound destination 10.0.0.1
    vsys vsys2 rulebase decryption rules two inbound destination 10.0.0.0/24`;
  test('the first that covers is reported, and the listener holds back both rules', () => {
    const { coverage: rows, rules } = report(lines, '10.0.0.1:443', host('10.0.0.2:443', 60, 'ok'));
    expect(rows.map(({ rule, location }) => `${rule} ${location}`)).toEqual(['one vsys1', 'two vsys2']);
    expect(rules.map(({ listeners, heldBackBy }) => ({ listeners, heldBackBy }))).toEqual([
      { listeners: ['h 10.0.0.1:443'], heldBackBy: ['h 10.0.0.1:443'] },
      { listeners: ['h 10.0.0.1:443', 'ok 10.0.0.2:443'], heldBackBy: ['h 10.0.0.1:443'] },
    ]);
  });
});

describe('what is said of a rule', () => {
  const lines = 'rule in inbound destination 10.0.0.0/24';
  test.each([
    {
      lifetimes: [0, 60],
      longest: 60,
      held: 0,
      wait: { afterDropSeconds: 90, otherwiseSeconds: 61, keepShortSeconds: 600 },
    },
    {
      lifetimes: [300, 86_400],
      longest: 86_400,
      held: 2,
      wait: { afterDropSeconds: 90, otherwiseSeconds: 86_401, keepShortSeconds: 86_400 },
    },
    // one that is not known may be any
    {
      lifetimes: [300, null],
      longest: 300,
      held: 2,
      wait: { afterDropSeconds: 90, otherwiseSeconds: null, keepShortSeconds: null },
    },
    {
      lifetimes: [null],
      longest: null,
      held: 1,
      wait: { afterDropSeconds: 90, otherwiseSeconds: null, keepShortSeconds: null },
    },
    {
      lifetimes: [],
      longest: null,
      held: 0,
      wait: { afterDropSeconds: 90, otherwiseSeconds: 61, keepShortSeconds: 600 },
    },
  ])('lifetimes $lifetimes', ({ lifetimes, longest, held, wait }) => {
    const hosts = lifetimes.map((seconds, i) => host(`10.0.0.${i + 1}:443`, seconds));
    const [rule] = report(lines, ...hosts).rules;
    expect(rule?.longestLifetimeSeconds).toBe(longest);
    expect(rule?.heldBackBy).toHaveLength(held);
    expect(rule?.wait).toEqual(wait);
    expect(rule).not.toHaveProperty('switchOnAt');
  });

  test.each([
    { says: { kind: 'from', at: Date.UTC(2026, 0, 3) }, want: '2026-01-03T00:00:00Z' },
    { says: { kind: 'any-time' }, want: '2026-01-01T00:00:00Z' },
    { says: { kind: 'held-back', by: [] }, want: null },
    { says: { kind: 'no-listener' }, want: null },
  ])('switched on when leases say so: $says.kind is $want', ({ says, want }) => {
    const found = join(lines, '10.0.0.1:443', '10.0.0.2:443');
    const asked: number[] = [];
    const find = (hosts: readonly unknown[]) => {
      asked.push(hosts.length);
      return says as SwitchOn<never>;
    };
    const switching = { find, now: Date.UTC(2026, 0, 1) };
    expect(coverageReport(found, { targetSeconds: 60, switching }).rules[0]?.switchOnAt).toBe(want);
    expect(asked).toEqual([2]);
  });

  test.each([
    {
      what: 'none named',
      lines: 'rule in action decrypt type ssl-inbound-inspection certificates [ ]',
      names: [],
      want: [/^names no certificate/],
    },
    { what: 'not in a file that shows none', lines: '', names: ['shop.example'], want: [] },
    {
      what: 'not in a file that shows some',
      lines: 'certificate d common-name x',
      names: [],
      want: [/^certificate c is not in this file/],
    },
    {
      what: 'for the name',
      lines: `certificate c public-key "${manyNames}"`,
      names: ['shop.example', 'WWW.shop.example'],
      want: [],
    },
    {
      what: 'for other names',
      lines: `certificate c common-name old.example public-key "${manyNames}"`,
      names: ['a.b.shop.example', 'old.example'],
      want: [/is for a\.b\.shop\.example:/, /is for old\.example:/],
    },
    {
      what: 'one of two',
      lines: `certificate c common-name plain.example public-key "${oneName}"\nshared certificate d public-key "${manyNames}"\nrule in type ssl-inbound-inspection certificates [ c d ]`,
      names: ['shop.example', 'plain.example', 'other.example'],
      want: [/is for other\.example:/],
    },
    {
      what: 'without its public part',
      lines: 'certificate c common-name shop.example',
      names: ['other.example'],
      want: [],
    },
    {
      what: 'with a public part that is none',
      lines: 'certificate c common-name shop.example public-key "-----BEGIN CERTIFICATE----- AAAA -----END"',
      names: ['other.example'],
      want: [/other/],
    },
    {
      what: 'for what is no host name',
      lines: `certificate c public-key "${manyNames}"`,
      names: ['Default Web Site', '_', '', '10.0.0.1', '~^www'],
      want: [],
    },
  ])('certificate $what', ({ lines: more, names, want }) => {
    const base = more.startsWith('rule') ? more : `rule in inbound destination 10.0.0.0/24\n${more}`;
    const remarks = report(base, ...names.map((name, i) => host(`10.0.0.${i + 1}:443`, 60, name))).rules[0]
      ?.certificateRemarks;
    expect(remarks).toHaveLength(want.length);
    want.forEach((pattern, i) => {
      expect(remarks?.[i]).toMatch(pattern);
    });
  });
});

test.each([
  { what: 'no profile', lines: '', want: [] },
  { what: 'one that the file does not have', lines: 'rule in profile default', want: [] },
  {
    what: 'one that blocks',
    lines:
      'rule in profile p\nshared profiles decryption p ssl-inbound-proxy block-unsupported-version yes block-unsupported-cipher yes',
    want: [],
  },
  {
    what: 'one that blocks versions only',
    lines: 'rule in profile p\nprofiles decryption p ssl-inbound-proxy block-unsupported-version yes',
    want: [/^p lets unsupported ciphers pass: .* 12 hours/],
  },
  {
    what: 'one about something else',
    lines: 'rule in profile p\nprofiles decryption p ssl-forward-proxy block-unsupported-version yes',
    want: [/^p lets unsupported versions and ciphers pass: /],
  },
])('decryption profile: $what', ({ lines, want }) => {
  const remarks = report(`rule in inbound destination 10.0.0.1\n${lines}`).rules[0]?.profileRemarks;
  expect(remarks).toHaveLength(want.length);
  want.forEach((pattern, i) => {
    expect(remarks?.[i]).toMatch(pattern);
  });
});

test.each([
  { version: undefined, want: 'A', confidence: 'low' },
  { version: '8.1.0', want: 'A', confidence: 'high' },
  { version: '10.0.0', want: 'A', confidence: 'high' },
  { version: '10.1.0', want: 'A', confidence: 'low' }, // where the change fell nobody says: the worst counts
  { version: '11.0.0', want: 'A', confidence: 'low' },
  { version: '11.1.0', want: 'B', confidence: 'medium' },
  { version: '12.1.2', want: 'B', confidence: 'medium' },
  { version: 'eleven', want: 'A', confidence: 'low' },
])('PAN-OS $version is of risk class $want', ({ version, want, confidence }) => {
  const text = `<config${version ? ` version="${version}"` : ''}/>`;
  const found = coverage(readConfiguration({ path: 'fw', text, encoding: 'utf-8' }), []);
  expect(coverageReport(found, { targetSeconds: 60 }).risk).toMatchObject({ class: want, confidence });
});

test('an address or port that is a placeholder is said where it stands', () => {
  const lines = `address a ip-netmask {{ WEB_IP }}
    service s protocol tcp port $port
    address unused ip-netmask nonsense
    rule in inbound destination a service s`;
  const { rules, warnings, coverage: rows } = report(lines, '10.0.0.1:443');
  expect(rules[0]?.unresolved).toEqual([
    { member: 'a', why: 'not-found' },
    { member: 's', why: 'not-found' },
  ]);
  expect(warnings.map(({ line, why }) => `${line}: ${why}`)).toEqual([
    '1: a holds no address or port that can be read',
    '2: s holds no address or port that can be read',
  ]);
  expect(outcome(rows[0])).toBe('undecided');
});
