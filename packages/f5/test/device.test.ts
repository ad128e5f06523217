import { describe, expect, test } from 'vitest';
import { allProblems, configurations, listeners } from './reading.js';

/** A virtual server that lists client-ssl profiles. */
function virtual(name: string, profiles: readonly string[], address = '192.0.2.1:443'): string {
  const list = profiles.map((profile) => `        ${profile} {\n            context clientside\n        }\n`).join('');
  return `ltm virtual ${name} {\n    destination /Common/${address}\n    profiles {\n${list}    }\n}\n`;
}

function profile(name: string, ...lines: readonly string[]): string {
  return `ltm profile client-ssl ${name} {\n${lines.map((line) => `    ${line}\n`).join('')}}\n`;
}

const one = virtual('/Common/vs', ['/Common/p']);

describe('inheritance', () => {
  test('crosses files and partitions', () => {
    const files = {
      'config/bigip.conf': profile('/Common/base', 'cache-timeout 900', 'defaults-from /Common/clientssl'),
      'config/partitions/Blue/bigip.conf':
        profile('/Blue/p', 'defaults-from /Common/base') + virtual('/Blue/vs', ['/Blue/p']),
    };
    expect(listeners(files)).toEqual(['192.0.2.1:443 /Blue/vs /Blue/p: 900 inherited config/bigip.conf:2']);
  });

  test('goes property by property', () => {
    const text =
      profile('/Common/base', 'cache-timeout 900', 'session-ticket enabled', 'session-ticket-timeout 7200') +
      profile('/Common/p', 'cache-timeout 60', 'defaults-from /Common/base') +
      one;
    expect(listeners({ 'bigip.conf': text })).toEqual([
      '192.0.2.1:443 /Common/vs /Common/p: 7200 inherited bigip.conf:4',
    ]);
  });

  test('a later file changes single properties', () => {
    const saved = profile('/Common/p', 'cache-timeout 900', 'defaults-from /Common/clientssl') + one;
    const merged = profile('/Common/p', 'cache-timeout 60');
    expect(listeners({ 'bigip.conf': saved, 'change.conf': merged })).toEqual([
      '192.0.2.1:443 /Common/vs /Common/p: 60 explicit change.conf:2',
    ]);
  });

  test('a factory profile that a version lacks is unknown', () => {
    const text = profile('/Common/p', 'defaults-from /Common/clientssl-quic') + one;
    expect(listeners({ 'bigip.conf': text }, '15.1.8')).toEqual(['192.0.2.1:443 /Common/vs /Common/p: 3600 builtin']);
    expect(listeners({ 'bigip.conf': text }, '14.1.5')).toEqual([
      '192.0.2.1:443 /Common/vs /Common/p: undefined unknown bigip.conf:2',
    ]);
  });

  test('a missing parent is told once, with the file that is wanted', () => {
    const text =
      profile('/Common/p', 'defaults-from /Common/gone') + profile('/Common/q', 'defaults-from /Common/gone') + one;
    expect(allProblems({ 'bigip.conf': text })).toEqual([
      'bigip.conf:2 warning: the parent profile /Common/gone is not in these files',
    ]);
    const [configuration] = configurations({ 'bigip.conf': text });
    expect(configuration?.problems[0]?.help).toContain('add the file that holds /Common/gone');
  });

  test('a chain of 50,000 profiles', () => {
    const chain = Array.from({ length: 50_000 }, (_, i) => profile(`/Common/p${i}`, `defaults-from /Common/p${i + 1}`));
    const text = `${chain.join('')}${profile('/Common/p50000', 'cache-timeout 77')}${virtual('/Common/vs', ['/Common/p0'])}`;
    expect(listeners({ 'bigip.conf': text })).toEqual([
      '192.0.2.1:443 /Common/vs /Common/p0: 77 inherited bigip.conf:150002',
    ]);
  });
});

describe('names', () => {
  test('short ones of pasted output belong to /Common', () => {
    const text = profile('p', 'cache-timeout 120', 'defaults-from clientssl') + virtual('vs', ['p', 'tcp']);
    expect(listeners({ 'list.txt': text })).toEqual(['192.0.2.1:443 /Common/vs /Common/p: 120 explicit list.txt:2']);
  });

  test('update-partition changes the folder of what follows', () => {
    const text =
      profile('shared', 'cache-timeout 300') +
      'cli admin-partitions {\n    update-partition Blue\n}\n' +
      profile('p', 'defaults-from shared') +
      virtual('vs', ['p']);
    expect(listeners({ 'old.scf': text })).toEqual(['192.0.2.1:443 /Blue/vs /Blue/p: 300 inherited old.scf:2']);
  });

  test('a profile in another file is unknown, unless it shows no sign of TLS', () => {
    const text = virtual('/Common/vs', ['/Common/shop_ssl', '/Common/tcp-wan', '/Common/shop_serverssl']);
    expect(listeners({ 'bigip.conf': text })).toEqual([
      '192.0.2.1:443 /Common/vs /Common/shop_ssl: undefined unknown bigip.conf:4',
    ]);
  });
});

describe('several profiles', () => {
  test('on one virtual server are a listener each', () => {
    const text =
      profile('/Common/a', 'cache-timeout 60', 'sni-default true') +
      profile('/Common/b', 'cache-timeout 600', 'server-name b.example') +
      virtual('/Common/vs', ['/Common/a', '/Common/b']);
    expect(listeners({ 'bigip.conf': text })).toEqual([
      '192.0.2.1:443 /Common/vs /Common/a: 60 explicit bigip.conf:2',
      '192.0.2.1:443 /Common/vs /Common/b: 600 explicit bigip.conf:6',
    ]);
    const notes = configurations({ 'bigip.conf': text })[0]?.listeners[0]?.notes.map(({ code }) => code);
    expect(notes).toEqual(['several-profiles']);
  });
});

describe('tickets', () => {
  test.each([
    {
      lines: ['cache-timeout 60', 'session-ticket enabled', 'session-ticket-timeout 7200'],
      want: '7200 explicit bigip.conf:4',
    },
    {
      lines: ['cache-timeout 600', 'session-ticket enabled', 'session-ticket-timeout 60'],
      want: '600 explicit bigip.conf:2',
    },
    { lines: ['cache-timeout 600', 'session-ticket enabled'], want: '600 explicit bigip.conf:2' },
    {
      lines: ['cache-size 0', 'cache-timeout 600', 'session-ticket enabled', 'session-ticket-timeout 60'],
      want: '60 explicit bigip.conf:5',
    },
    { lines: ['cache-size 0', 'cache-timeout 600', 'session-ticket enabled'], want: '600 explicit bigip.conf:3' },
    { lines: ['cache-timeout 0'], want: 'undefined unknown bigip.conf:2' },
    { lines: ['session-ticket perhaps'], want: '3600 default' },
  ])('$lines', ({ lines, want }) => {
    const text = profile('/Common/p', ...lines) + one;
    expect(listeners({ 'bigip.conf': text })).toEqual([`192.0.2.1:443 /Common/vs /Common/p: ${want}`]);
  });

  test.each([
    { lines: ['session-ticket enabled'], want: false },
    { lines: ['session-ticket enabled', 'options { dont-insert-empty-fragments }'], want: true },
    { lines: ['session-ticket enabled', 'options none'], want: true },
    { lines: ['options none'], want: false },
  ])('of TLS 1.3 with $lines: $want', ({ lines, want }) => {
    const [configuration] = configurations({ 'bigip.conf': profile('/Common/p', ...lines) + one });
    expect(configuration?.listeners[0]?.mechanisms.ticketTls13.enabled).toBe(want);
  });
});

describe('grouping', () => {
  const text = `#TMSH-VERSION: 16.1.4\n\n${profile('/Common/p', 'cache-timeout 60')}${one}`;
  test('folders are devices', () => {
    const found = configurations({
      'a/bigip.conf': text,
      'a/bigip_base.conf': 'net vlan /Common/v { }\n',
      'b/bigip.conf': text,
    });
    expect(found.map(({ label, listeners: { length } }) => [label, length])).toEqual([
      ['a', 1],
      ['b/bigip.conf', 1],
    ]);
    expect(found[0]?.assumptions).toEqual([
      'BIG-IP 16.1.4, as the files say',
      'the files of this folder are one device',
    ]);
  });

  test('saved files with the same virtual servers are devices of their own', () => {
    const copy = text.replace('cache-timeout 60', 'cache-timeout 61');
    expect(listeners({ 'bigip.conf': text, 'old.scf': copy })).toEqual([
      '192.0.2.1:443 /Common/vs /Common/p: 60 explicit bigip.conf:4',
      '192.0.2.1:443 /Common/vs /Common/p: 61 explicit old.scf:4',
    ]);
    expect(
      configurations({ 'bigip.conf': text, 'old.scf': copy }).map(({ assumptions }) => assumptions.at(-1)),
    ).toEqual([
      'another file of this folder has the same virtual servers and is taken for another device',
      'another file of this folder has the same virtual servers and is taken for another device',
    ]);
  });

  test('a file with broken braces is left out, the others stay', () => {
    const files = { 'bigip.conf': text, 'partitions/Blue/bigip.conf': profile('/Blue/p').slice(0, -2) };
    expect(listeners(files)).toHaveLength(1);
    expect(configurations(files)[0]?.assumptions).toContain('files with errors in their syntax are left out');
  });
});

test('an iRule may choose profiles that the virtual server does not list', () => {
  const rule = `ltm rule /Common/r {
when CLIENT_ACCEPTED {
    # SSL::profile /Common/commented
    SSL::profile q
    SSL::profile $chosen
    SSL::profile disable
}
}
`;
  const text =
    profile('/Common/p', 'cache-timeout 60') +
    profile('/Common/q', 'cache-timeout 600') +
    profile('/Common/commented', 'cache-timeout 700') +
    rule +
    one.replace(/}\n$/, '    rules {\n        /Common/r\n    }\n}\n');
  expect(listeners({ 'bigip.conf': text })).toEqual([
    '192.0.2.1:443 /Common/vs /Common/p: 60 explicit bigip.conf:2',
    '192.0.2.1:443 /Common/vs /Common/q: 600 explicit bigip.conf:5',
  ]);
  const [configuration] = configurations({ 'bigip.conf': text });
  expect(configuration?.listeners.map(({ notes }) => notes.map(({ code }) => code))).toEqual([
    ['chosen-at-run-time'],
    ['chosen-by-irule', 'chosen-at-run-time'],
  ]);
  expect(configuration?.unattached.map(({ written }) => written)).toEqual(['700']);
});
