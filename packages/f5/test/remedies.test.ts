import { decode } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { declaration, playbook, profile, restAnswer, terraform, virtual } from './configurations.js';
import { patch, planFiles } from './patching.js';

/** Everything up to the first virtual server, which never changes. */
function profilesOf(text: string | undefined): string | undefined {
  return text?.slice(0, text.indexOf('ltm virtual'));
}

function onDevice(profiles: string, ...virtuals: readonly string[]) {
  const { texts, refused } = patch({ 'bigip.conf': profiles + virtuals.join('') });
  return { profiles: profilesOf(texts['bigip.conf']), refused };
}

describe('where a statement is put', () => {
  test.each([
    ['an empty body', '{}', '{ cache-timeout 60 }'],
    ['an empty body with a blank', '{ }', '{ cache-timeout 60 }'],
    ['an empty body on two lines', '{\n}', '{\n    cache-timeout 60\n}'],
    ['an empty body with CR LF', '{\r\n}', '{\r\n    cache-timeout 60\r\n}'],
    ['one line', '{ app-service none ciphers DEFAULT }', '{ app-service none cache-timeout 60 ciphers DEFAULT }'],
    ['one line without blanks inside the braces', '{ciphers DEFAULT}', '{ cache-timeout 60 ciphers DEFAULT}'],
    ['the last property of one line', '{ app-service none}', '{ app-service none cache-timeout 60 }'],
    ['after a block', '{ alpn { a } ciphers X }', '{ alpn { a } cache-timeout 60 ciphers X }'],
    ['tabs', '{\n\tapp-service none\n\tciphers X\n}', '{\n\tapp-service none\n\tcache-timeout 60\n\tciphers X\n}'],
    // The comment behind the brace stays on its line.
    ['a comment behind the brace', '{ # mine\n  ciphers X\n}', '{ # mine\n  cache-timeout 60\n  ciphers X\n}'],
    [
      'a comment behind the property before',
      '{\n  app-service none # no } iApp\n  ciphers X\n}',
      '{\n  app-service none # no } iApp\n  cache-timeout 60\n  ciphers X\n}',
    ],
    // What a person wrote above the next property still stands above it.
    [
      'a comment above the property after',
      '{\n  app-service none\n  # strong\n  ciphers X\n}',
      '{\n  app-service none\n  cache-timeout 60\n  # strong\n  ciphers X\n}',
    ],
    [
      'a string of several lines',
      '{\n  cache-size 9\n  description "a\n} b"\n}',
      '{\n  cache-size 9\n  cache-timeout 60\n  description "a\n} b"\n}',
    ],
    ['after a block of several lines', '{\n  alpn {\n    a\n  }\n}', '{\n  alpn {\n    a\n  }\n  cache-timeout 60\n}'],
    [
      'properties in no order',
      '{\n  ciphers X\n  app-service none\n}',
      '{\n  cache-timeout 60\n  ciphers X\n  app-service none\n}',
    ],
  ])('%s', (_, body, want) =>
    expect(onDevice(`ltm profile client-ssl /Common/a ${body}\n`, virtual('/Common/v', '/Common/a')).profiles).toBe(
      `ltm profile client-ssl /Common/a ${want}\n`,
    ),
  );

  test('both lifetimes find their place in one body', () =>
    expect(
      onDevice(
        `ltm profile client-ssl /Common/p {\n  session-ticket enabled\n}\nltm profile client-ssl /Common/a { defaults-from /Common/p }\nltm profile client-ssl /Common/b {\n}\n`,
        virtual('/Common/v', '/Common/a'),
        virtual('/Common/p', '/Common/p', 2),
      ).profiles,
    ).toBe(
      `ltm profile client-ssl /Common/p {\n  cache-timeout 60\n  session-ticket enabled\n  session-ticket-timeout 60\n}\nltm profile client-ssl /Common/a { cache-timeout 60 defaults-from /Common/p session-ticket-timeout 60 }\nltm profile client-ssl /Common/b {\n}\n`,
    ));

  test('a file of Latin-1 with CR LF and no final newline keeps its bytes', () => {
    const text = `ltm profile client-ssl /Common/a {\r\n    app-service none\r\n    description "gültig für Köln"\r\n}\r\n${virtual('/Common/v', '/Common/a').replaceAll('\n', '\r\n').trimEnd()}`;
    const plan = planFiles([decode('bigip.conf', Buffer.from(text, 'latin1'))]);
    expect(plan.files.map(({ after }) => [after.encoding, after.text])).toEqual([
      ['latin1', text.replace('app-service none\r\n', 'app-service none\r\n    cache-timeout 60\r\n')],
    ]);
  });
});

describe('which statement is changed', () => {
  test.each([
    // A value in quotation marks keeps them.
    ['quotes', profile('/Common/a', 'cache-timeout "3600"'), profile('/Common/a', 'cache-timeout "60"')],
    ['0, which nobody explains', profile('/Common/a', 'cache-timeout 0'), profile('/Common/a', 'cache-timeout 60')],
    [
      'the last of two',
      profile('/Common/a', 'cache-timeout 900') + profile('/Common/a', 'cache-timeout 1800'),
      profile('/Common/a', 'cache-timeout 900') + profile('/Common/a', 'cache-timeout 60'),
    ],
    [
      'tickets that outlive a short cache',
      profile('/Common/a', 'cache-timeout 30', 'session-ticket enabled', 'session-ticket-timeout 7200'),
      profile('/Common/a', 'cache-timeout 30', 'session-ticket enabled', 'session-ticket-timeout 60'),
    ],
    // 0 then means 30 s.
    ['short by itself', profile('/Common/a', 'cache-timeout 30', 'session-ticket enabled'), undefined],
    ['off', profile('/Common/a', 'cache-size 0', 'cache-timeout 7200'), undefined],
    [
      'tickets without a cache',
      profile('/Common/a', 'cache-size 0', 'session-ticket enabled'),
      profile('/Common/a', 'cache-size 0', 'session-ticket enabled', 'session-ticket-timeout 60'),
    ],
  ])('%s', (_, before, after) =>
    expect(onDevice(before, virtual('/Common/v', '/Common/a'))).toEqual({ profiles: after, refused: [] }),
  );

  const family =
    profile('/Common/p', 'cache-timeout 7200') +
    profile('/Common/a', 'defaults-from /Common/p') +
    profile('/Common/b', 'defaults-from /Common/p');
  const both = virtual('/Common/va', '/Common/a') + virtual('/Common/vb', '/Common/b', 2);

  test('one edit in the ancestor serves all its heirs', () =>
    expect(onDevice(family, both).profiles).toBe(family.replace('7200', '60')));

  test('an heir gets a statement of its own where the others must stay', () => {
    const { texts } = patch({ 'bigip.conf': family + both }, { isWanted: ({ name }) => name === '/Common/va' });
    expect(profilesOf(texts['bigip.conf'])).toBe(
      family.replace('client-ssl /Common/a {\n', 'client-ssl /Common/a {\n    cache-timeout 60\n'),
    );
  });

  test('an ancestor whose value is a template is passed by', () =>
    expect(
      onDevice(
        profile('/Common/p', 'cache-timeout @SECONDS@') + profile('/Common/a', 'defaults-from /Common/p'),
        virtual('/Common/v', '/Common/a'),
      ).profiles,
    ).toBe(
      profile('/Common/p', 'cache-timeout @SECONDS@') +
        profile('/Common/a', 'cache-timeout 60', 'defaults-from /Common/p'),
    ));

  test('an ancestor in another file is changed there', () =>
    expect(
      patch({
        'bigip.conf': profile('/Common/p', 'cache-timeout 7200'),
        'partitions/Web/bigip.conf': profile('/Web/a', 'defaults-from /Common/p') + virtual('/Web/v', '/Web/a'),
      }).texts,
    ).toEqual({ 'bigip.conf': profile('/Common/p', 'cache-timeout 60') }));

  test('the file of factory profiles is never changed', () => {
    const own = profile('/Common/a', 'defaults-from /Common/clientssl') + virtual('/Common/v', '/Common/a');
    expect(
      patch({ 'profile_base.conf': profile('/Common/clientssl', 'cache-timeout 3600'), 'bigip.conf': own }).texts,
    ).toEqual({ 'bigip.conf': own.replace('{\n', '{\n    cache-timeout 60\n') });
  });

  test('before version 12 tickets have no lifetime of their own', () => {
    const files = { 'bigip.conf': profile('/Common/a', 'session-ticket enabled') + virtual('/Common/v', '/Common/a') };
    const lines = (version: string) => patch(files, { version }).texts['bigip.conf']?.match(/\S+-timeout 60/g);
    expect(lines('11.6.5')).toEqual(['cache-timeout 60']);
    expect(lines('12.0')).toEqual(['cache-timeout 60', 'session-ticket-timeout 60']);
  });

  test('more than BIG-IP takes is not written', () =>
    expect(
      patch(
        { 'bigip.conf': profile('/Common/a', 'cache-timeout 99999') + virtual('/Common/v', '/Common/a') },
        { target: 90_000 },
      ).texts['bigip.conf'],
    ).toContain('cache-timeout 86400\n'));
});

describe('Terraform', () => {
  test.each([
    ['aligned as its neighbours', '{\n  name          = "a"\n}', '{\n  name          = "a"\n  cache_timeout = 60\n}'],
    ['CR LF and a comment', '{\r\n  name = "a" # x\r\n}', '{\r\n  name = "a" # x\r\n  cache_timeout = 60\r\n}'],
    // Behind the comment would be inside it where it goes on over the line.
    [
      'a comment of two lines',
      '{\n  name = "a" /* x\n y */\n}',
      '{\n  name = "a"\n  cache_timeout = 60 /* x\n y */\n}',
    ],
    [
      'a number in quotation marks',
      '{\n  name = "a"\n  cache_timeout = "900" /* s */\n}',
      '{\n  name = "a"\n  cache_timeout = "60" /* s */\n}',
    ],
    // The provider has no argument for the tickets' lifetime, which follows the cache's.
    [
      'tickets',
      '{\n  name = "a"\n  session_ticket = "enabled"\n}',
      '{\n  name = "a"\n  cache_timeout = 60\n  session_ticket = "enabled"\n}',
    ],
  ])('%s', (_, before, after) =>
    expect(patch({ 'main.tf': terraform(before) })).toMatchObject({
      texts: { 'main.tf': terraform(after) },
      refused: [],
    }),
  );
});

describe('Ansible', () => {
  const own = '        name: a\n';
  test.each([
    [
      'after what names the profile',
      '        partition: Common\n        name: a\n        state: present\n',
      '        partition: Common\n        name: a\n        cache_timeout: 60\n        state: present\n',
    ],
    ['a comment behind it', '        name: a # x\n', '        name: a # x\n        cache_timeout: 60\n'],
    ['quotes', `${own}        cache_timeout: '900' # s\n`, `${own}        cache_timeout: '60' # s\n`],
    [
      'a mapping in braces',
      '        { name: a, state: present }\n',
      '        { name: a, cache_timeout: 60, state: present }\n',
    ],
    [
      'a folded parent',
      `${own}        parent: >-\n          /Common/clientssl\n`,
      `${own}        parent: >-\n          /Common/clientssl\n        cache_timeout: 60\n`,
    ],
  ])('%s', (_, before, after) =>
    expect(patch({ 'tls.yml': playbook(before) })).toMatchObject({
      texts: { 'tls.yml': playbook(after) },
      refused: [],
    }),
  );

  test('the older module has an argument for tickets', () => {
    const module = 'f5bigip_ltm_profile_client_ssl';
    expect(patch({ 'tls.yml': playbook(`${own}        session_ticket: enabled\n`, { module }) }).texts).toEqual({
      'tls.yml': playbook(
        `${own}        cache_timeout: 60\n        session_ticket_timeout: 60\n        session_ticket: enabled\n`,
        { module },
      ),
    });
  });

  test('a last line without an end', () => {
    const [tasks = '', last = ''] = [
      '- bigip_virtual_server:\n    name: v\n    destination: 192.0.2.1\n    port: 443\n    profiles: [a]\n',
      '- bigip_profile_client_ssl:\n    name: a',
    ];
    expect(patch({ 'tls.yml': tasks + last }).texts).toEqual({ 'tls.yml': `${tasks}${last}\n    cache_timeout: 60` });
  });
});

describe('AS3', () => {
  test.each([
    ['{"class":"TLS_Server"}', '{"class":"TLS_Server","cacheTimeout":60}'],
    [
      '{ "certificates": [], "class": "TLS_Server" }',
      '{ "certificates": [], "class": "TLS_Server", "cacheTimeout": 60 }',
    ],
    ['{\r\n\t"class": "TLS_Server"\r\n}', '{\r\n\t"class": "TLS_Server",\r\n\t"cacheTimeout": 60\r\n}'],
    [
      '{\n  "class": "TLS_Server", // c\n  "mode": 1\n}',
      '{\n  "class": "TLS_Server", // c\n  "cacheTimeout": 60,\n  "mode": 1\n}',
    ],
    [
      '{\n  "class": "TLS_Server", /* c\n */ "mode": 1\n}',
      '{\n  "class": "TLS_Server",\n  "cacheTimeout": 60, /* c\n */ "mode": 1\n}',
    ],
    ['{"cacheTimeout": 1800, "class": "TLS_Server"}', '{"cacheTimeout": 60, "class": "TLS_Server"}'],
  ])('%s', (before, after) => {
    const eol = before.includes('\r') ? '\r\n' : '\n';
    const of = (text: string) => declaration(text).replaceAll(/\r?\n/g, eol);
    expect(patch({ 'web.json': of(before) })).toEqual({
      texts: { 'web.json': of(after) },
      refused: [],
      helps: [],
      companions: [],
    });
  });
});

describe('what is refused', () => {
  const v = virtual('/Common/v', '/Common/a');
  const rule = 'ltm rule /Common/r {\nwhen CLIENT_ACCEPTED { SSL::profile /Common/clientssl-secure }\n}\n';
  test.each([
    [
      'a template',
      { 'bigip.conf': profile('/Common/a', 'cache-timeout {{ seconds }}') + v },
      'cache-timeout has no number and may be filled in from outside: cache-timeout {{ seconds }}',
      'set it to 60 where it comes from, or patch the file that results',
    ],
    [
      'a placeholder',
      { 'bigip.conf': profile('/Common/a', 'cache-timeout CACHE_SECONDS') + v },
      'cache-timeout has no number and may be filled in from outside: cache-timeout CACHE_SECONDS',
      'set it to 60 where it comes from, or patch the file that results',
    ],
    [
      'a profile that is elsewhere',
      { 'bigip.conf': virtual('/Common/v', '/Common/gone_ssl') },
      'the profile /Common/gone_ssl is not in these files',
      'give the file that holds it as well, or on the device: tmsh modify ltm profile client-ssl /Common/gone_ssl cache-timeout 60',
    ],
    [
      'a factory profile that an iRule chooses',
      {
        'bigip.conf': `${rule}${profile('/Common/a', 'cache-timeout 60')}${v.replace('    profiles', '    rules {\n        /Common/r\n    }\n    profiles')}`,
      },
      '/Common/clientssl-secure is a factory profile, from which other profiles inherit, and iRule /Common/r (SSL::profile) chooses it',
      'create a child of it with cache-timeout 60 and name that in the iRule',
    ],
    [
      'a variable of Terraform',
      { 'main.tf': terraform('{\n  name = "a"\n  cache_timeout = var.seconds\n}') },
      'cache_timeout is computed when Terraform runs: var.seconds',
      "set what it is computed from to 60 (a variable's default, terraform.tfvars), or write cache_timeout = 60",
    ],
    [
      'what Terraform is told to ignore',
      { 'main.tf': terraform('{\n  name = "a"\n  lifecycle {\n    ignore_changes = [ciphers, cache_timeout]\n  }\n}') },
      'Terraform would not apply the change: ignore_changes = [ciphers, cache_timeout]',
      'take cache_timeout out of ignore_changes first',
    ],
    [
      'a block of Terraform on one line',
      { 'main.tf': terraform('{ name = "a" }') },
      'the block is written on one line, where HCL allows a single argument',
      'write it on several lines and add cache_timeout = 60',
    ],
    [
      'a factory profile in Terraform',
      { 'main.tf': terraform('{\n  name = "a"\n}', '"/Common/clientssl"') },
      '/Common/clientssl is a factory profile, from which other profiles inherit, and it is attached itself',
      'add a bigip_ltm_profile_client_ssl with defaults_from = "/Common/clientssl" and cache_timeout = 60, and attach that',
    ],
    [
      'a variable of Ansible',
      { 'tls.yml': playbook('        name: a\n        cache_timeout: "{{ tls_seconds }}"\n') },
      'cache_timeout is filled in when Ansible runs: "{{ tls_seconds }}"',
      'set what it is computed from to 60 (defaults, group_vars, host_vars), or write cache_timeout: 60',
    ],
    [
      'a value that others share by an anchor',
      { 'tls.yml': playbook('        name: a\n        cache_timeout: &seconds 1800\n') },
      'the anchor &seconds hands this value on to other places',
      'write 60 here in its stead, or change it for all',
    ],
    [
      'an alias',
      { 'tls.yml': `- x: &seconds 1800\n${playbook('        name: a\n        cache_timeout: *seconds\n')}` },
      'cache_timeout is *seconds, whose value stands elsewhere',
      'write 60 here in its stead, or change it for all',
    ],
    [
      'a factory profile in Ansible',
      { 'tls.yml': playbook('        name: a\n', { attached: '/Common/clientssl' }) },
      '/Common/clientssl is a factory profile, from which other profiles inherit, and it is attached itself',
      'add a bigip_profile_client_ssl task with parent: /Common/clientssl and cache_timeout: 60, and attach that profile',
    ],
    [
      'a profile on the device that a declaration names',
      { 'web.json': declaration('{"class":"TLS_Server"}', '{"bigip":"/Common/corp"}') },
      '/Common/corp is a profile on the device: the declaration does not say what it holds',
      'patch the configuration that holds it, or on the device: tmsh modify ltm profile client-ssl /Common/corp cache-timeout 60',
    ],
  ] satisfies [string, Record<string, string>, string, string][])('%s', (_, files, why, help) => {
    const { texts, refused, helps } = patch(files);
    expect(texts).toEqual({});
    expect(refused.map((one) => one.slice(one.indexOf(': ') + 2))).toEqual([why]);
    expect(helps).toEqual([help]);
  });

  test('0 as a target', () => {
    const files = { 'bigip.conf': profile('/Common/a', 'cache-timeout 60') + v };
    expect(patch(files, { target: 0 })).toMatchObject({
      texts: {},
      refused: ['/Common/v: cache-timeout 0 does not mean 0 seconds: what it means is not documented'],
    });
  });

  test('a REST answer is a view: nothing is written, and tmsh does it', () => {
    const { texts, refused, companions } = patch({
      'profiles.json': restAnswer({ cacheTimeout: 1800, sessionTicket: 'enabled', sessionTicketTimeout: 0 }),
    });
    expect({ texts, refused }).toEqual({ texts: {}, refused: [] });
    expect(companions.find(({ name }) => name === 'apply.tmsh')).toMatchObject({
      text: 'modify ltm profile client-ssl /Common/a cache-timeout 60 session-ticket-timeout 60\nsave sys config\n',
      isRequired: true,
    });
  });
});
