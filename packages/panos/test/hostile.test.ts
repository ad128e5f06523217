import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readConfiguration, readConfigurationBytes } from '../src/config/read.js';
import { type Coverage, coverage } from '../src/coverage/coverage.js';
import { coverageJson } from '../src/coverage/report.js';

const runs = Number(process.env['SHORTFUSE_FUZZ'] ?? 300);
const hosts = ['203.0.113.10:443', '[2001:db8::5]:443', '*:443', 'unix:x', ''].map((address) => ({
  server: 'nginx',
  name: 'h',
  addresses: [address],
  lifetimeSeconds: null,
}));

function joined(text: string): Coverage {
  return coverage(readConfiguration({ path: 'fw', text, encoding: 'utf-8' }), hosts);
}

const folder = fileURLToPath(new URL('./conformance', import.meta.url));
const inputs = readdirSync(folder)
  .filter((name) => !name.startsWith('.'))
  .flatMap((name) => readdirSync(join(folder, name)).map((file) => join(folder, name, file)))
  .filter((path) => /\.xml$|config-set\.txt$/.test(path))
  .map((path) => readFileSync(path, 'utf8'));

describe('nothing throws', () => {
  test('on any bytes', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        coverageJson(coverage(readConfigurationBytes('fw', bytes), hosts), { targetSeconds: 60 });
      }),
      { numRuns: runs },
    ));

  test('on configurations with pieces cut out, doubled and put elsewhere', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...inputs),
        fc.nat(),
        fc.nat(300),
        fc.nat(),
        fc.constantFrom(
          '',
          '<',
          '>',
          '"',
          "'",
          '&',
          '[',
          ']',
          '{',
          '}',
          ';',
          '</entry>',
          '<!--',
          '<![CDATA[',
          '\0',
          '\n',
        ),
        (text, from, length, to, between) => {
          const start = from % text.length;
          const piece = text.slice(start, start + length);
          const rest = text.slice(0, start) + between + text.slice(start + length);
          const at = to % (rest.length + 1);
          const result = joined(to % 2 === 0 ? rest : rest.slice(0, at) + piece + rest.slice(at));
          expect(result.configuration.isValid || result.problems.length === 1).toBe(true);
          coverageJson(result, { targetSeconds: 60 });
        },
      ),
      { numRuns: runs },
    ));

  test('on sets of words that mean something', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            ...'set vsys vsys1 rulebase decryption nat rules r type ssl-inbound-inspection certificates action decrypt destination any service target devices negate shared device-group address address-group static members pre-rulebase [ ] " { } ; a b \n'.split(
              ' ',
            ),
          ),
          { maxLength: 60 },
        ),
        (words) => {
          coverageJson(joined(`set ${words.join(' ')}`), { targetSeconds: 60 });
          coverageJson(joined(`config { ${words.join(' ')}`), { targetSeconds: 60 });
        },
      ),
      { numRuns: runs },
    ));
});

const inbound = 'set rulebase decryption rules r action decrypt type ssl-inbound-inspection c destination';
const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => `${line(i)}\n`).join('');

/** Each of these would take very long, or exhaust the stack, if its effort grew faster than the text. */
describe('hostile input ends soon', () => {
  test.each([
    {
      what: 'groups that hold the next one twice',
      text: `${inbound} g0\n${lines(2000, (i) => `set address-group g${i} static [ g${i + 1} g${i + 1} ]`)}`,
    },
    {
      what: 'groups nested 50000 deep',
      text: `${inbound} g0\n${lines(50_000, (i) => `set address-group g${i} static g${i + 1}`)}`,
    },
    {
      what: 'groups that all hold all',
      text: `${inbound} g0\n${lines(400, (i) => `set address-group g${i} static [ ${lines(400, (j) => `g${j}`).replaceAll('\n', ' ')} ]`)}`,
    },
    { what: 'elements nested 100000 deep', text: `<config>${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}</config>` },
    {
      what: 'a configuration in a configuration',
      text: `${'<config><shared>'.repeat(20_000)}${'</shared></config>'.repeat(20_000)}`,
    },
    { what: 'elements that are never closed', text: `<config>${'<a>'.repeat(200_000)}` },
    { what: 'attributes without end', text: `<config ${'a="'.repeat(200_000)}` },
    { what: 'a long comment', text: `<config><!--${'- '.repeat(1_000_000)}--></config>` },
    { what: 'declarations in comments', text: `<config>${'<!-- <! -->'.repeat(100_000)}</config>` },
    { what: 'blocks nested 100000 deep', text: `config {${' a {'.repeat(100_000)}${'}'.repeat(100_001)}` },
    { what: 'blocks that are never closed', text: `config {${' vsys {'.repeat(100_000)}` },
    { what: 'a quote at each of many lines', text: lines(50_000, (i) => `set address a${i} description "x`) },
    { what: 'a line of a million words', text: `${inbound} [ ${'x '.repeat(1_000_000)}]` },
    { what: 'brackets without end', text: lines(2000, () => `${inbound} ${'[ '.repeat(100)}`) },
    {
      what: 'parents 3000 deep',
      text: `${lines(3000, (i) => `set device-group d${i} pre-rulebase decryption rules r${i} action no-decrypt`)}${lines(3000, (i) => `set readonly devices localhost.localdomain device-group d${i} parent-dg d${i + 1}`)}`,
    },
    {
      what: 'NAT from everywhere to everywhere',
      text: `${lines(300, (i) => `set rulebase nat rules n${i} destination any destination-translation translated-address 0.0.0.0/0 translated-port 443`)}${lines(300, (i) => `set rulebase decryption rules r${i} action no-decrypt destination 10.0.${i % 256}.0/25 service s${i}\nset service s${i} protocol tcp port ${i + 1000}`)}${inbound} 10.9.9.9\n`,
    },
  ])('$what', { timeout: 20_000 }, ({ text }) => {
    coverageJson(joined(text), { targetSeconds: 60 });
  });

  test('many rules with a large group: not followed without end, and that is an error', { timeout: 60_000 }, () => {
    const text = `set address-group g static [ ${lines(20_000, (i) => `10.${i >> 8}.${i & 255}.1`).replaceAll('\n', ' ')}]\n${lines(
      400,
      (i) => `set rulebase decryption rules r${i} action decrypt type ssl-inbound-inspection c destination g`,
    )}`;
    const { problems } = joined(text);
    expect(problems).toMatchObject([{ severity: 'error', message: /than can be followed/ }]);
  });
});
