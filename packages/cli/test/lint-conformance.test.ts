import { fileURLToPath } from 'node:url';
import { type Finding, judge, type Listener, type RuleChoice, rules } from '@shortfuse/core';
import { noOptions, openProject } from '@shortfuse/files';
import { type ListenerSummary, readCases } from '@shortfuse/testkit';
import { describe, expect, test } from 'vitest';
import { adapters } from '../src/adapters.js';
import { lineOf } from './places.js';

const target = 60;
const servers = ['nginx', 'apache', 'f5', 'iis'] as const;

const cases = servers.flatMap((server) =>
  readCases(fileURLToPath(new URL(`../../${server}/test/conformance`, import.meta.url))).map((each) => ({
    ...each,
    server,
    name: `${server}/${each.name}`,
  })),
);

type Case = (typeof cases)[number];

const results = new Map<string, readonly Finding[]>();

/** What all rules find in a case, those that are off by default too. */
function findingsIn({ server, folder, name, defines, listeners }: Case): readonly Finding[] {
  const known = results.get(name);
  if (known) return known;
  const { configurations } = openProject({
    cwd: folder,
    paths: ['.'],
    roots: [],
    adapters: adapters.filter(({ id }) => id === server),
    options: new Map([[server, { ...noOptions, defines: new Map(defines.map((define) => [define, ''])) }]]),
    // What a case keeps beside its configuration for the tests of other things.
    exclude: [],
  });
  const choices = rules.map((rule): RuleChoice => ({ rule, severity: 'error', options: {} }));
  const input = { configurations, targetSeconds: target, leases: [], now: 0 };
  const { findings } = judge(input, choices, 'none count');
  expect(configurations.flatMap((configuration) => configuration.listeners).length).toBeGreaterThanOrEqual(
    listeners.length,
  );
  results.set(name, findings);
  return findings;
}

function ofRule(each: Case, ...ids: string[]): readonly Finding[] {
  return findingsIn(each).filter(({ rule }) => ids.includes(rule));
}

const shown = ({ address, name, profile }: Pick<Listener, 'address' | 'name' | 'profile'>): string =>
  [address ?? '?', name, profile ?? ''].join(' ');

/** The listeners that findings concern, each once for each finding. */
function concerned(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ listeners }) => listeners.map(shown)).sort();
}

function expectedOf({ listeners }: Case, isMeant: (listener: ListenerSummary) => boolean): readonly string[] {
  return listeners.filter(isMeant).map(shown).sort();
}

const valid = cases.filter(({ isValid }) => isValid);

describe.each(valid)('$name', (each) => {
  test('each listener above the target is in one finding, where its lifetime is set', () => {
    const findings = ofRule(each, 'lifetime-above-target');
    const isAbove = ({ lifetimeSeconds }: ListenerSummary): boolean =>
      lifetimeSeconds !== null && lifetimeSeconds > target;
    expect(concerned(findings)).toEqual(expectedOf(each, isAbove));
    for (const listener of each.listeners.filter(isAbove)) {
      const finding = findings.find(({ listeners }) => listeners.some((other) => shown(other) === shown(listener)));
      if (listener.setAt) expect(finding && lineOf(finding.at)).toBe(`${listener.setAt.file}:${listener.setAt.line}`);
    }
  });

  test('unknown, off, too short and implicit lifetimes', () => {
    expect(concerned(ofRule(each, 'lifetime-unknown'))).toEqual(
      expectedOf(each, ({ lifetimeSeconds }) => lifetimeSeconds === null),
    );
    expect(concerned(ofRule(each, 'lifetime-too-short'))).toEqual(
      expectedOf(
        each,
        ({ lifetimeSeconds }) => lifetimeSeconds !== null && lifetimeSeconds > 0 && lifetimeSeconds < 10,
      ),
    );
    expect(concerned(ofRule(each, 'lifetime-implicit'))).toEqual(
      expectedOf(
        each,
        ({ lifetimeSeconds, source }) => (lifetimeSeconds ?? 0) > 0 && ['default', 'builtin'].includes(source),
      ),
    );
    const rejecting = each.name === 'nginx/10-reject-handshake-default-server' ? 1 : 0;
    expect(concerned(ofRule(each, 'resumption-off'))).toHaveLength(
      expectedOf(each, ({ lifetimeSeconds }) => lifetimeSeconds === 0).length - rejecting,
    );
  });

  test('settings without effect are found, lookalikes are not', () => {
    const found = [...new Set(ofRule(each, 'setting-ignored').map(({ at }) => lineOf(at)))].sort();
    const expected = [...new Set(each.listeners.flatMap(({ ignored }) => ignored))].sort();
    expect(found).toEqual(expected.filter((place) => !(nearMisses[each.name] ?? []).includes(place)));
  });

  test('nothing is invalid', () => expect(ofRule(each, 'config-invalid').map(({ message }) => message)).toEqual([]));
});

/** Places that a case lists as without effect and that are no finding, with the reason. */
const nearMisses: Readonly<Record<string, readonly string[]>> = {
  // The value around the servers counts for the first of them.
  'nginx/40-sixty-or-shorter': ['nginx.conf:12'],
  // It counts for session IDs and for the second of two tickets.
  'apache/10-name-based-with-shmcb': ['httpd.conf:23'],
  // Settings of the other side, or of something else.
  'f5/16-lookalike-settings': ['bigip.conf:25', 'bigip.conf:32', 'bigip.conf:34', 'bigip.conf:38', 'bigip.conf:6'],
  'f5/35-as3-declaration': ['declarations/web.as3.json:45'],
  'iis/24-lookalikes-in-configuration': [
    'applicationHost.config:41',
    'applicationHost.config:60',
    'applicationHost.config:61',
    'applicationHost.config:82',
    'applicationHost.config:89',
    'wwwroot/web.config:4',
    'wwwroot/web.config:7',
  ],
  'iis/18-reg-add-command': ['scripts/tls.cmd:2', 'scripts/tls.cmd:4'],
  // Text inside of rules, strings and templates.
  'f5/17-irule-bodies': ['bigip.conf:44', 'bigip.conf:48'],
  'f5/19-quoted-strings': ['bigip.conf:20', 'bigip.conf:40'],
  'f5/28-iapp-folder': ['bigip.conf:61'],
  // Comments.
  'f5/30-comments-and-imish-tail': ['bigip.conf:15', 'bigip.conf:6'],
  'iis/10-reg-comment-and-letter-case': ['registry/tls.reg:4'],
  'iis/17-powershell': ['scripts/harden-tls.ps1:4'],
  // setting-invalid says it.
  'iis/14-reg-wrong-type': ['registry/tls.reg:4'],
};

describe.each(cases.filter(({ isValid }) => !isValid))('$name', (each) => {
  test('what the server refuses is an error where it says so', () => {
    const found = ofRule(each, 'config-invalid', 'setting-invalid', 'include-missing');
    expect(found.length).toBeGreaterThan(0);
    const expected = each.error ? [each.error, ...each.errors] : each.errors;
    const places = found.map(({ at }) => lineOf(at));
    for (const { file, line } of expected) expect(places).toContain(`${file}:${line}`);
  });
});

test("what the servers' cases prove: each rule fires where it applies", () => {
  const fired = Object.fromEntries(
    rules.map(({ id }) => [
      id,
      servers.filter((server) => cases.some((each) => each.server === server && ofRule(each, id).length > 0)),
    ]),
  );
  expect(fired).toEqual({
    'config-invalid': servers,
    'include-missing': ['nginx'],
    'lifetime-above-target': servers,
    'lifetime-implicit': servers,
    'lifetime-too-short': ['iis'],
    'lifetime-unknown': ['nginx', 'apache', 'f5'],
    'resumption-off': servers,
    'sessions-survive-reload': ['nginx', 'apache'],
    'setting-ignored': servers,
    'setting-invalid': servers,
    // The cases have none; the pages of these rules and the tests of leases do.
    'lease-drifted': [],
    'lease-overdue': [],
    'ticket-outlives-cache': [],
    'unused-suppression': [],
  });
});
