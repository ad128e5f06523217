import { describe, expect, test } from 'vitest';
import { patchTexts, resolveTexts, summaryOf } from './in-memory.js';

const head = "import * as f5bigip from '@pulumi/f5bigip';\n";
const virtual = (profiles: string, more = '') =>
  `new f5bigip.ltm.VirtualServer('shop', { name: '/Common/shop', destination: '192.0.2.1', port: 443, clientProfiles: ${profiles}${more} });\n`;

function listeners(text: string | Readonly<Record<string, string>>) {
  const configurations = resolveTexts(typeof text === 'string' ? { 'index.ts': head + text } : text);
  expect(configurations).toHaveLength(1);
  return configurations.flatMap((configuration) =>
    configuration.listeners.map((listener) => ({
      ...summaryOf(listener),
      address: listener.address,
      name: listener.name,
      profile: listener.profile,
      server: listener.server,
    })),
  );
}

const profile = (args: string) => `const p = new f5bigip.ltm.ProfileClientSsl('p', { name: '/Common/p', ${args} });\n`;

describe('profiles', () => {
  test.each([
    ['a number', 'cacheTimeout: 900', 900, 'explicit'],
    ['arithmetic', 'cacheTimeout: 15 * 60', 900, 'explicit'],
    ['nothing', '', 3600, 'default'],
    ['a factory profile as parent', "defaultsFrom: '/Common/clientssl'", 3600, 'builtin'],
    [
      'the configuration',
      "cacheTimeout: config.requireNumber('t')",
      'the value is the result of config.requireNumber()',
      'unknown',
    ],
    [
      'a computed parent',
      'defaultsFrom: parent.apply((x) => x)',
      'defaultsFrom is computed when Pulumi runs',
      'unknown',
    ],
    ['no cache', 'cacheSize: 0', 0, 'explicit'],
    ['no resumption', "authenticate: 'always', cacheTimeout: 900", 0, 'explicit'],
    [
      'a value that BIG-IP refuses',
      'cacheTimeout: 90_000',
      'BIG-IP does not take this value for cache-timeout',
      'unknown',
    ],
  ])('%s', (_, args, lifetime, source) =>
    expect(listeners(profile(args) + virtual('[p.name]'))).toMatchObject([{ lifetime, source, profile: '/Common/p' }]),
  );

  test.each([
    ['enabled', true],
    ['disabled', false],
  ])('sessionTicket: %s', (word, on) =>
    expect(
      listeners(profile(`sessionTicket: '${word}', tmOptions: ['no-tlsv1.2']`) + virtual('[p.name]'))[0]?.on[1],
    ).toBe(on),
  );

  test.each([["['/Common/p']"], ["['p']"], ['[p.name]'], ['[p.id]'], ['names']])('attached as %s', (written) => {
    const names = 'const names = [p.name];\n';
    expect(listeners(profile('cacheTimeout: 900') + names + virtual(written))).toMatchObject([
      { lifetime: 900, address: '192.0.2.1:443', name: '/Common/shop', profile: '/Common/p', server: 'node' },
    ]);
  });

  test('a server-ssl profile is the other side', () => {
    const text = `${profile('cacheTimeout: 900')}const s = new f5bigip.ltm.ProfileServerSsl('s', { name: '/Common/s', cacheTimeout: 5 });\n`;
    expect(listeners(text + virtual('[p.name]', ', serverProfiles: [s.name]'))).toHaveLength(1);
  });

  test('resources of other files, exported', () => {
    const texts = {
      'index.ts': `${head}import { p } from './profiles';\n${virtual('[p.name]')}`,
      'profiles.ts': `${head}export ${profile('defaultsFrom: base.name')}const base = new f5bigip.ltm.ProfileClientSsl('base', { name: 'base', cacheTimeout: 900 });`,
    };
    expect(listeners(texts)).toMatchObject([{ lifetime: 900, source: 'inherited' }]);
  });

  test('named imports', () => {
    const text =
      "import { ltm } from '@pulumi/f5bigip';\nimport { VirtualServer } from '@pulumi/f5bigip/ltm';\nconst p = new ltm.ProfileClientSsl('p', { name: 'p', cacheTimeout: 900 });\nnew VirtualServer('v', { name: 'v', destination: '192.0.2.1', port: 443, profiles: [p.name] });";
    expect(listeners({ 'index.ts': text })).toMatchObject([{ lifetime: 900, name: '/Common/v', profile: '/Common/p' }]);
  });

  test('a profile that nothing uses is told of', () => {
    const [configuration] = resolveTexts({ 'index.ts': head + profile('cacheTimeout: 900') });
    expect(configuration).toMatchObject({ listeners: [], unattached: [{ name: 'cache-timeout', seconds: 900 }] });
  });

  test('an import without resources is no device', () =>
    expect(resolveTexts({ 'index.ts': `${head}export const x = f5bigip;` })).toMatchObject([
      { listeners: [], label: 'index.ts' },
    ]));
});

describe('patches', () => {
  const patched = (text: string) => {
    const { plan, after } = patchTexts({ 'index.ts': head + text });
    return { refused: plan.refused.map(({ why }) => why), text: after['index.ts']?.slice(head.length) };
  };
  test.each([
    ['a number', profile('cacheTimeout: 900'), profile('cacheTimeout: 60')],
    ['nothing', profile("serverName: 'a'"), profile("serverName: 'a', cacheTimeout: 60")],
    ['a constant', `const T = 900;\n${profile('cacheTimeout: T')}`, `const T = 60;\n${profile('cacheTimeout: T')}`],
  ])('%s', (_, before, after) =>
    expect(patched(before + virtual('[p.name]'))).toEqual({ refused: [], text: after + virtual('[p.name]') }),
  );

  test.each([
    [
      'a constant that something else uses',
      `const T = 900;\nf(T);\n${profile('cacheTimeout: T')}`,
      'T is also used in index.ts:3; shortening it would change more than the TLS session',
    ],
    [
      'a change that Pulumi ignores',
      "const p = new f5bigip.ltm.ProfileClientSsl('p', { name: '/Common/p', cacheTimeout: 900 }, { ignoreChanges: ['cacheTimeout'] });\n",
      'Pulumi would not apply the change: ignoreChanges names cacheTimeout',
    ],
    [
      'an insertion that Pulumi ignores',
      "const p = new f5bigip.ltm.ProfileClientSsl('p', { name: '/Common/p' }, { ignoreChanges: ['*'] });\n",
      'Pulumi would not apply the change: ignoreChanges names cacheTimeout',
    ],
    ['a computed value', profile('cacheTimeout: seconds()'), 'the value is the result of seconds(): seconds()'],
  ])('%s is refused', (_, text, why) =>
    expect(patched(text + virtual('[p.name]'))).toEqual({ refused: [why], text: text + virtual('[p.name]') }),
  );

  test('a factory profile that is attached itself is refused', () =>
    expect(patched(virtual("['/Common/clientssl']")).refused).toEqual([
      '/Common/clientssl is a factory profile, from which other profiles inherit, and it is attached itself',
    ]));
});
