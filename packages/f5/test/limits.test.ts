import { decode, resolveAll } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { f5 } from '../src/index.js';
import { noOptions } from './reading.js';

/** Reads and resolves `text` under `path`, and says how much processor time it took: other processes do not count. */
function timed(path: string, text: string): number {
  const bytes = new TextEncoder().encode(text);
  const before = process.cpuUsage();
  const file = decode(path, bytes);
  f5.claims(file, false);
  resolveAll(f5, [f5.parse(file)], noOptions, () => ({ kind: 'outside' }));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Four times the text may take this many times as long: a square law takes sixteen. */
const mostGrowth = 11;

function expectProportional(path: string, make: (size: number) => string, size: number): void {
  timed(path, make(size / 4));
  const small = Math.min(...[1, 2, 3].map(() => timed(path, make(size / 4))));
  const large = Math.min(...[1, 2, 3].map(() => timed(path, make(size))));
  // Below some 15 ms it is the compiler and the collector that are measured.
  expect(large).toBeLessThan(Math.max(small, 15) * mostGrowth);
}

function device(size: number): string {
  const parts = ['#TMSH-VERSION: 16.1.4\n\n'];
  for (let length = 0, i = 0; length < size; i++) {
    const part = `ltm profile client-ssl /Common/p${i} {
    app-service none
    cache-timeout 3600
    cert-key-chain {
        c_0 {
            cert /Common/a.crt
            key /Common/a.key
        }
    }
    defaults-from /Common/${i % 100 === 0 ? 'clientssl' : `p${i - 1}`}
    options { dont-insert-empty-fragments no-tlsv1.3 }
}
ltm rule /Common/r${i} {
when CLIENT_ACCEPTED { if { 1 } { log "{ cache-timeout 5" } }
}
ltm virtual /Common/v${i} {
    destination /Common/10.0.${(i >> 8) & 255}.${i & 255}:443
    profiles {
        /Common/p${i} {
            context clientside
        }
        /Common/tcp { }
    }
    rules {
        /Common/r${i}
    }
}
`;
    length += part.length;
    parts.push(part);
  }
  return parts.join('');
}

describe('time in proportion to size', () => {
  test('a device of 2 MB and one of 8 MB', () => expectProportional('bigip.conf', device, 8_000_000));

  test.each([
    ['one line of blocks', (size: number) => `ltm virtual /Common/x { ${'a { b 1 } '.repeat(size / 10)} }`],
    ['nested blocks', (size: number) => `ltm x ${'{'.repeat(size / 2)}${'}'.repeat(size / 2)}`],
    ['blocks that nothing closes', (size: number) => 'ltm x y {\n'.repeat(size / 10)],
    ['closing braces', (size: number) => '}\n'.repeat(size / 2)],
    ['rules that nothing closes', (size: number) => 'ltm rule r {\n when X { {\n}\n'.repeat(size / 26)],
    ['rules that close too early', (size: number) => 'ltm rule r {\n when X { } }\n}\n'.repeat(size / 28)],
    ['closing braces in a rule', (size: number) => `ltm rule r {\n${'}\n'.repeat(size / 2)}`],
    ['quotation marks', (size: number) => `ltm x y {\n${'a "\n'.repeat(size / 4)}`],
    ['apostrophes', (size: number) => `ltm x y { ${"a ' ".repeat(size / 4)}`],
    ['backslashes', (size: number) => `ltm x y { a ${'\\'.repeat(size)}`],
    ['pager marks', (size: number) => '---(less 1%)---\n'.repeat(size / 16)],
    ['lines of something else', (size: number) => 'hello world\n\n'.repeat(size / 13)],
    [
      'text like settings',
      (size: number) =>
        `ltm rule r {\n${'cache-timeout 5 '.repeat(size / 16)}\n}\nltm virtual v { profiles { clientssl { context clientside } } rules { r } }`,
    ],
    ['profiles chosen by a rule', (size: number) => `ltm rule r {\n${'SSL::profile x '.repeat(size / 15)}\n}\n`],
    [
      'a long rule on many virtual servers',
      (size: number) =>
        `ltm rule r {\n${Array.from({ length: size / 100 }, (_, i) => `cache-timeout ${i} SSL::profile p${i}\n`).join('')}}\n` +
        Array.from(
          { length: size / 160 },
          (_, i) => `ltm virtual v${i} { profiles { clientssl { } } rules { r } }\n`,
        ).join(''),
    ],
    ['copies of one profile', (size: number) => 'ltm profile client-ssl p {\n cache-timeout 5\n}\n'.repeat(size / 46)],
  ] as const)('%s', (_, make) => expectProportional('bigip.conf', make, 1_000_000));

  test.each([
    ['one word', (size: number) => `resource "bigip_ltm_virtual_server" "x" {\n${'a'.repeat(size)}\n}`],
    ['words', (size: number) => `resource "bigip_ltm_virtual_server" "x" {\n${'a b '.repeat(size / 4)}\n}`],
    [
      'interpolations',
      (size: number) => `resource "bigip_ltm_virtual_server" "x" {\n a = ${'"${'.repeat(size / 3)}\n}`,
    ],
    ['brackets', (size: number) => `resource "bigip_ltm_virtual_server" "x" {\n a = ${'['.repeat(size)}\n}`],
    ['labels', (size: number) => `bigip_ltm_virtual_server ${'"a" '.repeat(size / 4)}`],
    [
      'resources',
      (size: number) => 'resource "bigip_ltm_virtual_server" "x" {\n  client_profiles = ["a"]\n}\n'.repeat(size / 72),
    ],
  ])('Terraform: %s', (_, make) => expectProportional('main.tf', make, 1_000_000));
});

describe('time in proportion to size, in code', () => {
  const many = (size: number, make: (i: number) => string): string =>
    Array.from({ length: size / make(100_000).length }, (_, i) => make(i)).join('');
  test.each([
    [
      'AS3: one TLS_Server with many certificates for many services',
      'a.json',
      (size: number) =>
        `{"class": "ADC", "T": {"class": "Tenant", "A": {"class": "Application", "t": {"class": "TLS_Server", "certificates": [${'{},'.repeat(size / 100)}{}]}${many(size / 10, (i) => `,\n"s${i}": {"class": "Service_HTTPS", "virtualAddresses": ["192.0.2.1"], "serverTLS": "t"}`)}}}}`,
    ],
    [
      'AS3: services',
      'a.json',
      (size: number) =>
        `{"class": "ADC", "T": {"class": "Tenant", "A": {"class": "Application"${many(size, (i) => `,\n"s${i}": {"class": "Service_HTTPS", "virtualAddresses": ["192.0.2.1"], "serverTLS": "t${i}"},\n"t${i}": {"class": "TLS_Server", "certificates": [{}]}`)}}}}`,
    ],
    [
      'REST: profiles',
      'a.json',
      (size: number) =>
        `[{}${many(size, (i) => `,\n{"kind":"tm:ltm:profile:client-ssl:client-sslstate","fullPath":"/Common/p${i}","cacheTimeout":60}`)}]`,
    ],
    [
      'Ansible: tasks',
      'a.yml',
      (size: number) =>
        many(
          size,
          (i) =>
            `- bigip_profile_client_ssl:\n    name: p${i}\n- bigip_virtual_server:\n    name: v${i}\n    destination: 192.0.2.1\n    port: 443\n    profiles:\n      - p${i}\n`,
        ),
    ],
  ] as const)('%s', (_, path, make) => expectProportional(path, make, 1_000_000));
});

describe('what nobody writes', () => {
  const head = '{"class":"ADC","x":"TLS_Server","y":';
  test.each([
    ['web.json', `${head}${'['.repeat(1_000_000)}`, 'this is not valid JSON: nested more than 500 levels deep'],
    [
      'tls.yml',
      `bigip_virtual_server: ${'['.repeat(1_000_000)}`,
      'this is not valid YAML: collections are nested too deeply',
    ],
  ])('%s with a million open brackets', (path, text, message) => {
    const tree = f5.parse(decode(path, new TextEncoder().encode(text)));
    expect(tree.problems.map((problem) => problem.message)).toEqual([message]);
  });

  test.each([
    [
      'a.tf',
      (big: string) =>
        `resource "bigip_ltm_virtual_server" "${big}" {\n  name = "${big}"\n  profiles = ["${big}"]\n}\n`,
    ],
    ['bigip.conf', (big: string) => `ltm virtual ${big} {\n  destination "${big}"\n  profiles { ${big} }\n}\n`],
    ['a.json', (big: string) => `{"class": "ADC", "t": {"class": "TLS_Server", "x": "${big}"}}`],
  ])('%s with words of 10 MB', (path, make) => {
    const tree = f5.parse(decode(path, new TextEncoder().encode(make('x'.repeat(10_000_000)))));
    expect(tree.problems).toEqual([]);
    expect(resolveAll(f5, [tree], noOptions, () => ({ kind: 'outside' }))).toHaveLength(1);
  });

  test('200,000 values that BIG-IP refuses', () => {
    const text = Array.from({ length: 200_000 }, (_, i) => `ltm profile client-ssl p${i} { cache-timeout x }\n`).join(
      '',
    );
    const tree = f5.parse(decode('bigip.conf', new TextEncoder().encode(text)));
    const [configuration] = resolveAll(f5, [tree], noOptions, () => ({ kind: 'outside' }));
    expect(configuration?.problems).toHaveLength(200_000);
  });

  test('a YAML file of ten thousand nested lists', () => {
    const tree = f5.parse(
      decode('tls.yml', new TextEncoder().encode(`- bigip_virtual_server\n- ${'- '.repeat(9_000)}`)),
    );
    expect(tree.problems.length).toBeLessThanOrEqual(1);
  });
});
