import { positionOf } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import type { PanosConfiguration } from '../src/config/model.js';
import { readConfiguration } from '../src/config/read.js';

function read(text: string): PanosConfiguration {
  return readConfiguration({ path: 'fw', text, encoding: 'utf-8' });
}

/** The rules in a line each. */
function rules(text: string): string[] {
  return read(text).rules.map(
    ({ name, location, action, type, isEnabled, certificates, destination, service }) =>
      `${location}: ${name} ${isEnabled ? '' : 'off '}${action} ${type} [${certificates}] ${destination} ${service}`,
  );
}

const set = 'set rulebase decryption rules';

describe('set lines', () => {
  test.each([
    { lines: `${set} r destination a service b`, want: ['vsys1: r no-decrypt unknown [] a b'] },
    { lines: `${set} r action decrypt type ssl-inbound-inspection c`, want: ['vsys1: r decrypt inbound [c] any any'] },
    {
      lines: `${set} r type ssl-inbound-inspection certificates [ c "d e" ] destination [ a b ]`,
      want: ['vsys1: r no-decrypt inbound [c,d e] a,b any'],
    },
    {
      lines: `${set} r type ssl-inbound-inspection certificates [ ]`,
      want: ['vsys1: r no-decrypt inbound [] any any'],
    },
    // a certificate may be called what a key is called
    { lines: `${set} r type ssl-inbound-inspection "action"`, want: ['vsys1: r no-decrypt inbound [action] any any'] },
    { lines: `${set} r type ssl-forward-proxy action decrypt`, want: ['vsys1: r decrypt forward-proxy [] any any'] },
    { lines: `${set} r type ssh-proxy action no-decrypt`, want: ['vsys1: r no-decrypt ssh-proxy [] any any'] },
    {
      lines: `${set} r description "action decrypt" disabled yes`,
      want: ['vsys1: r off no-decrypt unknown [] any any'],
    },
    { lines: `${set} r description action disabled yes`, want: ['vsys1: r off no-decrypt unknown [] any any'] },
    // keys that are not known are passed over with their values
    { lines: `${set} r new-thing [ x y ] deep z destination a`, want: ['vsys1: r no-decrypt unknown [] a any'] },
    // of two lines for one value the later counts
    { lines: `${set} r action decrypt\n${set} r action no-decrypt`, want: ['vsys1: r no-decrypt unknown [] any any'] },
    { lines: `  ${set}\tr  destination [a b] \r\n`, want: ['vsys1: r no-decrypt unknown [] a,b any'] },
    { lines: `# ${set} r action decrypt\nadmin@fw# ${set} r\nset x`, want: [] },
    { lines: `set shared pre-rulebase decryption rules r action decrypt\nset vsys vsys2 address a fqdn x`, want: [] },
    {
      lines: `set device-group d post-rulebase decryption rules r destination a`,
      want: ['device-group d post: r no-decrypt unknown [] a any'],
    },
    {
      lines: `set config devices localhost.localdomain vsys vsys3 rulebase decryption rules r destination a`,
      want: ['vsys3: r no-decrypt unknown [] a any'],
    },
    // a certificate's public part has lines of its own
    {
      lines: `set shared certificate c public-key "-----BEGIN\nxyz\n-----END"\n${set} r destination a`,
      want: ['vsys1: r no-decrypt unknown [] a any'],
    },
  ])('$lines', ({ lines, want }) => expect(rules(lines)).toEqual(want));

  test('a quote that is not closed makes the whole unreadable', () => {
    const { isValid, problems, rules } = read(`set address a fqdn "x\n${set} r destination "b"\n`);
    expect({ isValid, rules }).toEqual({ isValid: false, rules: [] });
    expect(problems).toMatchObject([
      { severity: 'error', message: 'a quote is not closed', at: { span: { start: 19 } } },
    ]);
  });

  test('virtual systems are in the order of their numbers', () => {
    const lines = [10, 2, 1].map((n) => `set vsys vsys${n} rulebase decryption rules r${n} destination a`);
    expect(read(lines.join('\n')).places.map(({ name }) => name)).toEqual(['vsys1', 'vsys2', 'vsys10']);
  });

  test('commands that take something back are not read, and that is said', () => {
    const { isValid, problems } = read(`${set} r destination a\ndelete rulebase decryption rules r\nmove x top\n`);
    expect(isValid).toBe(true);
    expect(problems).toMatchObject([{ severity: 'warning', message: '2 commands other than set were not read' }]);
  });
});

describe('braces', () => {
  const device = (vsys: string): string =>
    `config {\n devices {\n localhost.localdomain {\n vsys {\n vsys1 {\n${vsys}\n}\n}\n}\n}\n}\n`;
  test('the same tree as the other forms', () => {
    const text = device(`
      address { web { ip-netmask 10.0.0.1; } "web two" { ip-range 10.0.0.2-10.0.0.4; } }
      rulebase { decryption { rules {
        # taken over from the old firewall
        "in web" { from any; destination [ web "web two"]; service service-https; action decrypt;
          type { ssl-inbound-inspection { certificates [ a b ]; } } target { negate no; } }
        old { type { ssl-inbound-inspection c; } destination web; disabled yes; action decrypt; }
        out { type { ssl-forward-proxy {} } action no-decrypt; }
      } } security { rules { r { action allow; } } } }`);
    expect(rules(`policy {\n panorama {\n }\n}\n${text}`)).toEqual([
      'vsys1: in web decrypt inbound [a,b] web,web two service-https',
      'vsys1: old off decrypt inbound [c] web any',
      'vsys1: out no-decrypt forward-proxy [] any any',
    ]);
    expect(read(text).rules[0]?.scope.addresses.get('web two')).toMatchObject({ text: '10.0.0.2-10.0.0.4' });
  });

  test.each([
    { text: device('').slice(0, -3), message: 'a block is not closed' },
    { text: `${device('')}}`, message: 'a closing brace without an opening one' },
    { text: device('address { a { description "x; } }'), message: 'a quote is not closed' },
  ])('$message', ({ text, message }) => {
    const { isValid, problems } = read(text);
    expect({ isValid, messages: problems.map((problem) => problem.message) }).toEqual({
      isValid: false,
      messages: [message],
    });
  });
});

function xml(vsys: string, before = ''): string {
  return `<config version="10.1.0" detail-version="10.1.9-h3">${before}<devices><entry name="localhost.localdomain"><vsys><entry name="vsys1">${vsys}</entry></vsys></entry></devices></config>`;
}

function xmlRule(name: string, rest = ''): string {
  return `<entry name="${name}"><type><ssl-inbound-inspection>c</ssl-inbound-inspection></type><action>decrypt</action>${rest}</entry>`;
}

function xmlRules(...entries: readonly string[]): string {
  return `<rulebase><decryption><rules>${entries.join('')}</rules></decryption></rulebase>`;
}

describe('XML', () => {
  test.each([
    { text: xml(xmlRules(xmlRule('r'))), want: ['vsys1: r decrypt inbound [c] any any'] },
    // the answer of the XML interface
    {
      text: `<response status="success"><result>${xml(xmlRules(xmlRule('r')))}</result></response>`,
      want: ['vsys1: r decrypt inbound [c] any any'],
    },
    {
      text: xml(xmlRules(xmlRule("a'b>", '<destination><member>x</member></destination>'))),
      want: ["vsys1: a'b> decrypt inbound [c] x any"],
    },
    {
      text: xml(xmlRules(xmlRule('r', '<destination></destination><service/><disabled> yes\n</disabled>'))),
      want: ['vsys1: r off decrypt inbound [c] any any'],
    },
    // what is not read may be anything
    {
      text: xml(
        `<entry name="rulebase"/><__proto__/><constructor x="1"/>${xmlRules(xmlRule('r', '<prototype>&amp;</prototype>'))}`,
      ),
      want: ['vsys1: r decrypt inbound [c] any any'],
    },
    { text: xml(xmlRules('<entry>no name</entry>', '<other name="r"/>')), want: [] },
  ])('$want', ({ text, want }) => expect(rules(text)).toEqual(want));

  test('versions stand at the root', () =>
    expect(read(xml(''))).toMatchObject({ version: '10.1.0', detailVersion: '10.1.9-h3', isValid: true }));

  test.each([
    {
      what: 'an entity bomb',
      text: `<!DOCTYPE c [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><config>&b;</config>`,
      message: /^a document type declaration/,
    },
    {
      what: 'an external entity',
      text: `<?xml version="1.0"?><!DOCTYPE c SYSTEM "file:///etc/passwd"><config/>`,
      message: /^a document type declaration/,
    },
    {
      what: 'a declaration inside',
      text: '<config><!ENTITY x SYSTEM "file:///etc/passwd"></config>',
      message: /^a document type declaration/,
    },
    { what: 'an unknown entity', text: xml(xmlRules(xmlRule('&bomb;'))), message: /reference that XML does not know$/ },
    {
      what: 'an unknown entity where nothing is read',
      text: xml('<description>&bomb;</description>'),
      message: /reference that XML does not know$/,
    },
    {
      what: 'a bare & in an attribute',
      text: xml('<x y="a & b"/>'),
      message: /reference that XML does not know$/,
    },
    {
      what: 'a reference beyond Unicode',
      text: xml(xmlRules(xmlRule('&#1114112;'))),
      message: /reference that XML does not know$/,
    },
    {
      what: 'a tag that closes another',
      text: xml(xmlRules('<entry name="x"><action>decrypt</acton></entry>')),
      message: /^not well-formed: <\/acton> closes <action>, which was opened in line 1$/,
    },
    { what: 'an end in the middle', text: xml(xmlRules(xmlRule('r'))).slice(0, 200), message: /^not well-formed/ },
    { what: 'an end inside a tag', text: '<config version="10.1.0"', message: /^not well-formed/ },
    { what: 'text behind the root', text: `${xml('')} x`, message: /text after the root element$/ },
    { what: 'two roots', text: '<config/><config/>', message: /a second root element$/ },
    { what: 'another document', text: '<html><body/></html>', message: /its root element is html, not config$/ },
    {
      what: 'an answer without a configuration',
      text: '<response status="error"><msg>denied</msg></response>',
      message: /its root element is msg/,
    },
    { what: 'an answer with nothing in it', text: '<response/>', message: /there is no element config in it$/ },
    { what: 'no XML at all', text: 'hello', message: /^no configuration of PAN-OS$/ },
    { what: 'nothing', text: '', message: /^no configuration of PAN-OS$/ },
  ])('$what is refused', ({ text, message }) => {
    const configuration = read(text);
    expect(configuration).toMatchObject({ isValid: false, version: null, rules: [], places: [] });
    expect(configuration.problems).toHaveLength(1);
    expect(configuration.problems[0]?.message).toMatch(message);
  });

  test('comments and CDATA may hold what looks like a declaration or a reference', () =>
    expect(read(xml('<!-- <!DOCTYPE x> a & b --><a><![CDATA[<!ENTITY &x; &]]></a>')).isValid).toBe(true));

  test('what is said about a fault tells no secret', () => {
    const secret = '$1$aAbBcCdD$0123456789abcdef';
    for (const text of [
      `<config><phash>${secret}</phsh></config>`,
      `<config><phash>${secret}</${secret}></config>`,
      `<config><phash ${secret}>x</phash></config>`,
      `<config><phash>${secret}<</phash></config>`,
      `<config><phash>${secret}&</phash></config>`,
      `<config><phash>${secret}`,
      `set mgt-config users admin phash "${secret}\nset x y\n`,
      `config { mgt-config { phash "${secret}; } }`,
    ]) {
      const { isValid, problems } = read(text);
      expect(isValid).toBe(false);
      expect(JSON.stringify(problems.map(({ message, help }) => [message, help]))).not.toContain('0123456789abcdef');
    }
  });
});

describe('a firewall', () => {
  test('rules that Panorama pushed stand around its own', () => {
    const pushed = (kind: string, name: string): string =>
      xmlRules(xmlRule(name)).replaceAll('rulebase', `${kind}-rulebase`);
    const text = xml(
      xmlRules(xmlRule('own')),
      `<panorama>${pushed('post', 'all-post')}<vsys><entry name="vsys1">${pushed('pre', 'first')}${pushed('post', 'last')}<address><entry name="a"><fqdn>x</fqdn></entry></address></entry></vsys></panorama>`,
    );
    expect(read(text).rules.map(({ name, location }) => `${location}: ${name}`)).toEqual([
      'vsys1 pushed pre: first',
      'vsys1: own',
      'vsys1 pushed post: last',
      'vsys1 pushed post: all-post',
    ]);
    expect(read(text).rules[1]?.scope.parent?.addresses.has('a')).toBe(true);
  });

  test('what Panorama pushed and is missing is said', () => {
    const managed = xml('').replace(
      '<vsys>',
      '<deviceconfig><system><panorama><local-panorama><panorama-server>10.0.0.9</panorama-server></local-panorama></panorama></system></deviceconfig><vsys>',
    );
    expect(read(managed).problems).toMatchObject([
      { severity: 'warning', message: /rules that it pushed are not in this file/ },
    ]);
    expect(read(managed.replace('<devices>', '<panorama><vsys/></panorama><devices>')).problems).toEqual([]);
  });
});

describe('Panorama', () => {
  const group = (name: string, devices: string, parent?: string): string =>
    `set device-group ${name} pre-rulebase decryption rules in-${name} type ssl-inbound-inspection c action decrypt\n${devices
      .split(' ')
      .filter((one) => one !== '')
      .map((serial) => `set device-group ${name} devices ${serial}\n`)
      .join(
        '',
      )}${parent ? `set readonly devices localhost.localdomain device-group ${name} parent-dg ${parent}\n` : ''}`;
  const places = (text: string): string[] =>
    read(text).places.map(({ name, devices, rules }) => `${name} [${devices}] ${rules.map((rule) => rule.name)}`);

  test.each([
    { what: 'a group without devices', text: group('a', ''), want: ['a [] in-a'] },
    {
      what: 'a parent without devices is no place',
      text: group('a', '') + group('b', '1', 'a'),
      want: ['b [1] in-a,in-b'],
    },
    {
      what: 'a parent with devices is one',
      text: group('b', '2', 'a') + group('a', '1'),
      want: ['a [1] in-a', 'b [2] in-a,in-b'],
    },
    { what: 'a parent that is not there', text: group('a', '1', 'x'), want: ['a [1] in-a'] },
    // Panorama refuses this; whichever is first stands at the top
    {
      what: 'a circle of parents',
      text: group('a', '1', 'b') + group('b', '2', 'a'),
      want: ['a [1] in-a', 'b [2] in-a,in-b'],
    },
    {
      what: 'a group below a circle',
      text: group('a', '1', 'b') + group('b', '2', 'c') + group('c', '3', 'b'),
      want: ['b [2] in-b', 'a [1] in-b,in-a', 'c [3] in-b,in-c'],
    },
    { what: 'itself as parent', text: group('a', '1', 'a'), want: ['a [1] in-a'] },
    {
      what: 'one device by virtual systems',
      text: `${group('a', '')}set device-group a devices 1 vsys [ vsys1 vsys2 ]\n`,
      want: ['a [1 vsys1,1 vsys2] in-a'],
    },
    {
      what: 'a target with a virtual system',
      text: `${group('a', '2')}set device-group a devices 1 vsys [ vsys1 vsys2 ]\nset device-group a pre-rulebase decryption rules in-a target devices 1 vsys vsys2\n`,
      want: ['a [2,1 vsys1] ', 'a [1 vsys2] in-a'],
    },
  ])('$what', ({ text, want }) => expect(places(text)).toEqual(want));
});

test.each([
  { what: 'one group', text: 'set device-group a devices 1\n', want: 0 },
  { what: 'several', text: 'set device-group a devices 1\nset device-group b devices 2\n', want: 1 },
  {
    what: 'several and their parents',
    text: 'set device-group a devices 1\nset device-group b devices 2\nset device-group b parent-dg a\n',
    want: 0,
  },
  {
    what: 'several, none of them with a parent',
    text: '<config><devices><entry name="x"><device-group><entry name="a"/><entry name="b"/></device-group></entry></devices><readonly/></config>',
    want: 0,
  },
])('groups whose parents a file does not tell: $what', ({ text, want }) =>
  expect(read(text).problems.filter(({ message }) => /which device group is the parent/.test(message))).toHaveLength(
    want,
  ),
);

test('a rule stands at the line that names it first', () => {
  const { file, rules } = read(`set shared address x fqdn y\n\n${set} r action decrypt\n${set} r destination x\n`);
  expect(rules.map(({ at }) => positionOf(file, at.span.start).line)).toEqual([3]);
});
