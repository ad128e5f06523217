import { describe, expect, test } from 'vitest';
import { declaration, playbook, profile, terraform, virtual } from './configurations.js';
import { patch } from './patching.js';
import { configurations } from './reading.js';

function companionsOf(text: string) {
  const { companions } = patch({ 'bigip.conf': text });
  return Object.fromEntries(companions.map((one) => [one.name, one]));
}

describe('for profiles', () => {
  const {
    'apply.tmsh': apply,
    'merge.conf': merge,
    'verify.tmsh': verify,
    'revert.tmsh': revert,
  } = companionsOf(
    profile('"/Common/Customer TLS"', 'cache-timeout 1800') +
      profile('/Common/b', 'session-ticket enabled', 'session-ticket-timeout 7200') +
      virtual('/Common/va', '"/Common/Customer TLS"') +
      virtual('/Common/vb', '/Common/b', 2),
  );

  test('apply sets all values of a profile at once, names with blanks in quotation marks', () => {
    expect(apply?.text).toBe(
      'modify ltm profile client-ssl "/Common/Customer TLS" cache-timeout 60\n' +
        'modify ltm profile client-ssl /Common/b cache-timeout 60 session-ticket-timeout 60\n' +
        'save sys config\n',
    );
    expect(apply?.isRequired).toBe(false);
    expect(apply?.purpose).toBe(
      'run on the BIG-IP of bigip.conf with "tmsh < apply.tmsh", instead of loading the patched files: sets the lifetimes in the running configuration, saves the configuration; then sync the group: tmsh run cm config-sync to-group NAME',
    );
  });

  test('the merge file has what apply sets', () =>
    expect(merge?.text).toBe(
      profile('"/Common/Customer TLS"', 'cache-timeout 60') +
        profile('/Common/b', 'cache-timeout 60', 'session-ticket-timeout 60'),
    ));

  test('verify shows it', () => {
    expect(verify?.text).toBe(
      'list ltm profile client-ssl "/Common/Customer TLS" cache-timeout session-ticket session-ticket-timeout\n' +
        'list ltm profile client-ssl /Common/b cache-timeout session-ticket session-ticket-timeout\n',
    );
    expect(verify?.purpose).toContain(
      'has to show cache-timeout 60 and, where apply.tmsh sets it, session-ticket-timeout 60',
    );
  });

  test('revert states the former values, inherited ones too', () =>
    expect(revert?.text).toBe(
      'modify ltm profile client-ssl "/Common/Customer TLS" cache-timeout 1800\n' +
        'modify ltm profile client-ssl /Common/b cache-timeout 3600 session-ticket-timeout 7200\n' +
        'save sys config\n',
    ));
});

test('a former value that no file tells is not made up', () => {
  const companions = companionsOf(
    profile('/Common/a', 'defaults-from /Common/gone') + virtual('/Common/v', '/Common/a'),
  );
  expect(companions['revert.tmsh']).toBeUndefined();
  expect(companions['apply.tmsh']?.purpose).toContain(
    'note first what verify.tmsh shows: the former cache-timeout of /Common/a is in no file',
  );
});

describe('for a factory profile that is attached itself', () => {
  test('a child takes its place on every virtual server, in one transaction, with all that has to be short', () => {
    const companions = companionsOf(
      virtual('"/Common/v a"', '/Common/clientssl-quic') + virtual('/Web/vb', '/Common/clientssl-quic', 2),
    );
    expect(companions['apply.tmsh']).toMatchObject({
      isRequired: true,
      text: `create ltm profile client-ssl /Common/clientssl-quic_60s { defaults-from /Common/clientssl-quic cache-timeout 60 session-ticket-timeout 60 }
create cli transaction
modify ltm virtual "/Common/v a" profiles delete { /Common/clientssl-quic }
modify ltm virtual "/Common/v a" profiles add { /Common/clientssl-quic_60s { context clientside } }
modify ltm virtual /Web/vb profiles delete { /Common/clientssl-quic }
modify ltm virtual /Web/vb profiles add { /Common/clientssl-quic_60s { context clientside } }
submit cli transaction
save sys config
`,
    });
    expect(companions['verify.tmsh']?.text).toBe(
      'list ltm profile client-ssl /Common/clientssl-quic_60s cache-timeout session-ticket session-ticket-timeout\n' +
        'list ltm virtual "/Common/v a" profiles\nlist ltm virtual /Web/vb profiles\n',
    );
    expect(companions['revert.tmsh']?.purpose).toBe(
      'run on the BIG-IP of bigip.conf with "tmsh < revert.tmsh": attaches the factory profiles again and deletes their children, saves the configuration',
    );
    // What a merge does to a list of profiles is documented nowhere.
    expect(companions['merge.conf']).toBeUndefined();
  });

  test('the child has a name of its own', () => {
    const { 'apply.tmsh': apply } = companionsOf(
      profile('/Common/clientssl_60s', 'ciphers X') + virtual('/Common/v', '/Common/clientssl'),
    );
    expect(apply?.text).toContain('create ltm profile client-ssl /Common/clientssl_60s_2 {');
  });

  test('one that the files change is left alone where other heirs must stay', () => {
    const { texts, companions } = patch(
      {
        'bigip.conf':
          profile('/Common/clientssl', 'cache-timeout 7200') +
          profile('/Common/a', 'defaults-from /Common/clientssl') +
          virtual('/Common/va', '/Common/clientssl') +
          virtual('/Common/vb', '/Common/a', 2),
      },
      { isWanted: ({ name }) => name === '/Common/va' },
    );
    expect(texts).toEqual({});
    expect(companions[0]?.text).toContain('create ltm profile client-ssl /Common/clientssl_60s {');
  });
});

test('an application service with strict updates is named', () => {
  const { 'apply.tmsh': apply } = companionsOf(
    profile('/Common/s.app/a', 'app-service /Common/s.app/s') + virtual('/Common/s.app/v', '/Common/s.app/a'),
  );
  expect(apply?.purpose).toContain(
    'where /Common/s.app/s has strict updates, "modify sys application service /Common/s.app/s strict-updates disabled" comes first',
  );
});

test('what a tool brings to the device needs no commands, and neither does nothing', () => {
  const files: Record<string, string>[] = [
    { 'main.tf': terraform('{\n  name = "a"\n  cache_timeout = 1800\n}') },
    { 'tls.yml': playbook('        name: a\n        cache_timeout: 1800\n') },
    { 'web.json': declaration('{"class":"TLS_Server"}') },
    { 'bigip.conf': profile('/Common/a', 'cache-timeout 60') + virtual('/Common/v', '/Common/a') },
  ];
  expect(files.map((one) => patch(one).companions)).toEqual([[], [], [], []]);
});

test.each([
  ['Terraform', { 'main.tf': terraform('{\n  name = "/Common/a"\n}') }],
  ['Ansible', { 'tls.yml': playbook('        name: a\n') }],
] satisfies [string, Record<string, string>][])(
  '%s does not take back a value that goes from the code',
  (tool, files) => {
    const { companions } = patch(files);
    expect(companions.map(({ name, use, text }) => [name, use, text])).toEqual([
      ['revert.tmsh', 'revert', 'modify ltm profile client-ssl /Common/a cache-timeout 3600\nsave sys config\n'],
    ]);
    expect(companions[0]?.purpose).toContain(`${tool} leaves a value on the device when it goes from the code`);
  },
);

test('each device has its own', () => {
  const one = profile('/Common/a', 'cache-timeout 1800') + virtual('/Common/v', '/Common/a');
  const { companions } = patch({ 'east/bigip.conf': one, 'west/bigip.conf': one });
  expect(companions.filter(({ use }) => use === 'verify').map(({ name }) => name)).toEqual([
    'verify.tmsh',
    'verify.tmsh',
  ]);
});

test.each([
  ['the device itself', 'bigip.conf', profile('/Common/a') + virtual('/Common/v', '/Common/a'), undefined],
  ['Terraform', 'main.tf', terraform('{\n  name = "a"\n}'), 'terraform apply'],
  ['Ansible', 'tls.yml', playbook('        name: a\n'), 'ansible-playbook PLAYBOOK'],
  [
    'AS3',
    'web.json',
    declaration('{"class":"TLS_Server"}'),
    'curl -u USER -H "Content-Type: application/json" --data-binary "@web.json" https://DEVICE/mgmt/shared/appsvcs/declare',
  ],
])('%s: how a change comes to the device, where not by loading files', (_, path, text, reload) =>
  expect(configurations({ [path]: text }).map(({ operations }) => operations?.reload)).toEqual([reload]),
);
