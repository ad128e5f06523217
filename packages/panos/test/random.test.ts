import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readConfiguration } from '../src/config/read.js';
import { coverage } from '../src/coverage/coverage.js';
import { coverageReport } from '../src/coverage/report.js';
import type { RuleReport } from '../src/coverage/report-form.js';

/**
 * Small firewalls at random, written in all three forms, and judged a second time by sets of single addresses: no ranges, no edges,
 * no cleverness. The world has sixteen addresses and one that stands for all others, two ports and one for all others.
 */
interface Firewall {
  readonly groups: readonly (readonly string[])[];
  readonly rules: readonly Rule[];
  readonly nat: readonly Nat[];
}

interface Rule {
  readonly kind: 'inbound' | 'forward' | 'ssh' | 'no-decrypt';
  readonly disabled: boolean;
  readonly negate: boolean;
  readonly from: readonly string[];
  readonly destination: readonly string[];
  readonly service: readonly string[];
}

interface Nat {
  readonly kind: 'static' | 'dynamic' | 'both-ways';
  readonly disabled: boolean;
  readonly destination: readonly string[];
  readonly service: string;
  readonly translated: string;
  readonly port: string | undefined;
}

const other = 99;
const everywhere = [...Array(16).keys(), other];
const anyPort = 1;
const ports = [443, 8443, anyPort];

/** Literal texts and the addresses that they are. */
const literals: Readonly<Record<string, readonly number[]>> = {
  '10.0.0.1': [1],
  '10.0.0.2': [2],
  '10.0.0.5': [5],
  '10.0.0.0/30': [0, 1, 2, 3],
  '10.0.0.4/30': [4, 5, 6, 7],
  '10.0.0.8/29': [8, 9, 10, 11, 12, 13, 14, 15],
  '10.0.0.2-10.0.0.5': [2, 3, 4, 5],
  any: everywhere,
};
const services: Readonly<Record<string, readonly number[]>> = {
  'service-https': [443],
  alt: [8443],
  both: [443, 8443],
  any: ports,
};

const destination = fc.constantFrom(...Object.keys(literals), 'g0', 'g1', 'g2', 'unknown-name');
const some = <Value>(one: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> => fc.array(one, { minLength: 1, maxLength: 3 });
const seldom = fc.nat(4).map((n) => n === 0);
const firewalls: fc.Arbitrary<Firewall> = fc.record({
  groups: fc.tuple(some(destination), some(destination), some(destination)),
  rules: fc.array(
    fc.record({
      kind: fc.constantFrom('inbound', 'inbound', 'inbound', 'forward', 'ssh', 'no-decrypt'),
      disabled: seldom,
      negate: seldom,
      from: some(fc.constantFrom('untrust', 'dmz', 'any')),
      destination: some(destination),
      service: some(fc.constantFrom(...Object.keys(services))),
    }),
    { minLength: 1, maxLength: 5 },
  ) as fc.Arbitrary<Rule[]>,
  nat: fc.array(
    fc.record({
      kind: fc.constantFrom('static', 'static', 'dynamic', 'both-ways'),
      disabled: seldom,
      destination: some(destination),
      service: fc.constantFrom(...Object.keys(services)),
      translated: destination.filter((name) => name !== 'any'),
      port: fc.constantFrom(undefined, undefined, '443', '8443'),
    }),
    { maxLength: 3 },
  ) as fc.Arbitrary<Nat[]>,
});

/** A tree that every form can write: words for keys and values, lists for members, an object for entries. */
type Part = string | readonly string[] | { readonly [key: string]: Part };

function treeOf({ groups, rules, nat }: Firewall): { readonly [key: string]: Part } {
  return {
    'address-group': Object.fromEntries(groups.map((members, i) => [`g${i}`, { static: members }])),
    service: { alt: { protocol: { tcp: { port: '8443' } } }, both: { protocol: { tcp: { port: '443,8443' } } } },
    rulebase: {
      nat: { rules: Object.fromEntries(nat.map((rule, i) => [`n${i}`, natTree(rule)])) },
      decryption: { rules: Object.fromEntries(rules.map((rule, i) => [`r${i}`, ruleTree(rule)])) },
    },
  };
}

function ruleTree({ kind, disabled, negate, from, destination, service }: Rule): Part {
  return {
    from,
    destination,
    service,
    'negate-destination': negate ? 'yes' : 'no',
    disabled: disabled ? 'yes' : 'no',
    action: kind === 'no-decrypt' ? 'no-decrypt' : 'decrypt',
    type:
      kind === 'inbound'
        ? { 'ssl-inbound-inspection': { certificates: ['c'] } }
        : { [kind === 'ssh' ? 'ssh-proxy' : 'ssl-forward-proxy']: {} },
  };
}

function natTree({ kind, disabled, destination, service, translated, port }: Nat): Part {
  const common = { disabled: disabled ? 'yes' : 'no' };
  if (kind === 'both-ways') {
    const [before = ''] = destination;
    const staticIp = { 'translated-address': before, 'bi-directional': 'yes' };
    return { ...common, source: [translated], destination: ['any'], 'source-translation': { 'static-ip': staticIp } };
  }
  const to = { 'translated-address': translated, ...(port === undefined ? {} : { 'translated-port': port }) };
  const key = kind === 'dynamic' ? 'dynamic-destination-translation' : 'destination-translation';
  return { ...common, destination, service, [key]: to };
}

function isLeaf(part: Part): part is string {
  return typeof part === 'string';
}

function isList(part: Part): part is readonly string[] {
  return Array.isArray(part);
}

const named = new Set(['rules', 'address-group', 'service', 'vsys', 'devices']);

function asXml(part: Part, key = ''): string {
  if (isLeaf(part)) return part;
  if (isList(part)) return part.map((member) => `<member>${member}</member>`).join('\r\n');
  // `service` names objects where it holds some, and is a list in a rule.
  return Object.entries(part)
    .map(([name, inner]) =>
      named.has(key) && !isLeaf(inner) && !isList(inner)
        ? `<entry name="${name}">\n${asXml(inner, '')}</entry>\n`
        : `<${name}>${asXml(inner, name)}</${name}>\n`,
    )
    .join('');
}

function asSet(part: Part, path: readonly string[]): string {
  if (isLeaf(part)) return `set ${path.join(' ')} ${part}\n`;
  if (isList(part)) return `set ${path.join(' ')} ${part.length === 1 ? part[0] : `[ ${part.join(' ')} ]`}\n`;
  const inner = Object.entries(part);
  if (inner.length === 0) return `set ${path.join(' ')}\n`;
  return inner.map(([name, value]) => asSet(value, [...path, name])).join('');
}

function asBraces(part: Part): string {
  if (isLeaf(part)) return part;
  if (isList(part)) return part.length === 1 ? (part[0] ?? '') : `[ ${part.join(' ')}]`;
  return Object.entries(part)
    .map(([name, inner]) =>
      isLeaf(inner) || isList(inner) ? `${name} ${asBraces(inner)};` : `${name} {\n${asBraces(inner)}}`,
    )
    .map((line) => `${line}\n`)
    .join('');
}

function forms(firewall: Firewall): readonly string[] {
  const tree = treeOf(firewall);
  const whole = { devices: { 'localhost.localdomain': { vsys: { vsys1: tree } } } };
  return [
    `<config>${asXml(whole)}</config>`,
    asSet(tree, []),
    `config {\n${asBraces(whole)}}\n`,
    asSet(tree, ['vsys', 'vsys1']),
  ];
}

/** The addresses of names, and whether one of them is a name that no file resolves. */
function addressesOf(
  { groups }: Firewall,
  names: readonly string[],
  seen: ReadonlySet<string> = new Set(),
): { held: Set<number>; isOpen: boolean } {
  const held = new Set<number>();
  let isOpen = false;
  for (const name of names) {
    const members = /^g\d$/.test(name) ? groups[Number(name[1])] : undefined;
    if (name === 'unknown-name') isOpen = true;
    else if (!members) for (const address of literals[name] ?? []) held.add(address);
    else if (!seen.has(name)) {
      const inner = addressesOf({ groups, rules: [], nat: [] }, members, new Set([...seen, name]));
      for (const address of inner.held) held.add(address);
      isOpen ||= inner.isOpen;
    }
  }
  return { held, isOpen };
}

interface Point {
  readonly address: number;
  readonly port: number;
}

type Judgement = { readonly rule: number } | { readonly reason: string };
const reasons = ['hidden', 'undecided', 'rule-disabled', 'port', 'excluded', 'no-rule'];

/** What the rules do with traffic to one address and port, as the manual of `coverage` says it. */
function judge(firewall: Firewall, { address, port }: Point): Judgement {
  let best = 'no-rule';
  const note = (reason: string): void => {
    if (reasons.indexOf(reason) < reasons.indexOf(best)) best = reason;
  };
  const above: Rule[] = [];
  for (const [i, rule] of firewall.rules.entries()) {
    const { held, isOpen } = addressesOf(firewall, rule.destination);
    const hasAddress = held.has(address) !== rule.negate;
    const hasPort = rule.service.some((name) => services[name]?.includes(port));
    if (rule.kind !== 'inbound') {
      const isCertain = !(rule.negate && isOpen);
      if (!rule.disabled && rule.kind !== 'ssh' && hasAddress && hasPort && isCertain) above.push(rule);
    } else if (hasAddress && hasPort) {
      if (rule.disabled) note('rule-disabled');
      else if (
        above.some(
          (one) =>
            one.from.includes('any') ||
            (!rule.from.includes('any') && rule.from.every((zone) => one.from.includes(zone))),
        )
      )
        note('hidden');
      else return { rule: i };
    } else if (!rule.disabled) {
      if ((hasAddress || (isOpen && !rule.negate)) && hasPort) note('undecided');
      else if (hasAddress) note('port');
      else if (rule.negate) note('excluded');
    }
  }
  return { reason: best };
}

/** Everything that NAT turns into one point. */
function before(firewall: Firewall, point: Point): Point[] {
  return firewall.nat.flatMap((nat): Point[] => {
    if (nat.disabled) return [];
    const isBothWays = nat.kind === 'both-ways';
    const port = isBothWays ? undefined : nat.port;
    const allowed = isBothWays ? ports : (services[nat.service] ?? []);
    if (port === undefined ? !allowed.includes(point.port) : Number(port) !== point.port) return [];
    const portsBefore = port === undefined ? [point.port] : allowed;
    // Pieces keep their order: the first of one range becomes the first of the other.
    const pieces = (names: readonly string[], seen: readonly string[] = []): (readonly number[])[] =>
      names.flatMap((name) => {
        const members = /^g\d$/.test(name) ? firewall.groups[Number(name[1])] : undefined;
        if (members) return seen.includes(name) ? [] : pieces(members, [...seen, name]);
        return literals[name] ? [literals[name]] : [];
      });
    const target = pieces([nat.translated]).find((piece) => piece !== literals['any'] && piece.includes(point.address));
    if (!target) return [];
    const sources = pieces(isBothWays ? nat.destination.slice(0, 1) : nat.destination);
    return sources.flatMap((source) => {
      const isOneToOne = nat.kind !== 'dynamic' && source !== literals['any'] && source.length === target.length;
      const addresses = isOneToOne ? [source[target.indexOf(point.address)] ?? other] : source;
      return addresses.flatMap((address) => portsBefore.map((one) => ({ address, port: one })));
    });
  });
}

const listeners: readonly Point[] = [
  { address: 1, port: 443 },
  { address: 2, port: 8443 },
  { address: 5, port: 443 },
  { address: 9, port: 443 },
];

const runs = Number(process.env['SHORTFUSE_RANDOM'] ?? 400);

describe('random firewalls', () => {
  const hosts = listeners.map(({ address, port }) => ({
    server: 'nginx',
    name: 'h',
    addresses: [`10.0.0.${address}:${port}`],
    lifetimeSeconds: 60,
  }));
  const report = (text: string) =>
    coverageReport(coverage(readConfiguration({ path: 'fw', text, encoding: 'utf-8' }), hosts), { targetSeconds: 60 });

  test('mean the same in every form', () =>
    fc.assert(
      fc.property(firewalls, (firewall) => {
        const withoutLines = (rules: readonly RuleReport[]) =>
          rules.map(({ line, ...rest }) => ({ ...rest, line: line > 0 }));
        const [first, ...rest] = forms(firewall)
          .map(report)
          .map(({ rules, coverage: rows, coveredWithoutListener, errors, valid }) => ({
            rules: withoutLines(rules),
            rows,
            coveredWithoutListener,
            errors,
            valid,
          }));
        expect(first).toMatchObject({ valid: true, errors: [] });
        for (const one of rest) expect(one).toEqual(first);
      }),
      { numRuns: runs },
    ));

  test('are judged as address by address', () =>
    fc.assert(
      fc.property(firewalls, (firewall) => {
        const found = report(forms(firewall)[1] ?? '');
        for (const [i, point] of listeners.entries()) {
          const own = judge(firewall, point);
          const all = [own, ...before(firewall, point).map((one) => judge(firewall, one))];
          const covering = new Set(all.flatMap((one) => ('rule' in one ? [`r${one.rule}`] : [])));
          const row = found.coverage[i];
          const said = new Set(
            found.rules.filter(({ listeners: behind }) => behind.includes(row?.listener ?? '')).map(({ name }) => name),
          );
          expect([...said].sort()).toEqual([...covering].sort());
          if (covering.size === 0) {
            const told = all.map((one) => ('reason' in one ? reasons.indexOf(one.reason) : 0));
            expect(row?.reason).toBe(reasons[Math.min(...told)]);
          } else {
            expect(covering).toContain(row?.rule);
            if ('rule' in own) expect(row).toMatchObject({ rule: `r${own.rule}` });
            expect(row?.via === undefined).toBe('rule' in own);
          }
        }
      }),
      { numRuns: runs },
    ));

  test('name the destinations without a listener as address by address', () =>
    fc.assert(
      fc.property(firewalls, (firewall) => {
        const found = report(forms(firewall)[1] ?? '');
        const reached = listeners.flatMap((point) => [point, ...before(firewall, point)]);
        const wanted = new Set<string>();
        for (const { enabled, negateDestination, destinations, ports: entries } of found.rules) {
          if (!enabled || negateDestination) continue;
          for (const text of destinations)
            for (const entry of entries === 'any' ? ['any'] : entries) {
              const held = literals[text.replace(/\/32$/, '')] ?? [];
              const isReached = reached.some(
                ({ address, port }) => held.includes(address) && (entry === 'any' || String(port) === entry),
              );
              if (!isReached) wanted.add(`${text}:${entry}`);
            }
        }
        expect(found.coveredWithoutListener).toEqual([...wanted]);
      }),
      { numRuns: runs },
    ));
});
