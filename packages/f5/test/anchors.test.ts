import { decode, effectiveLifetime, planPatch, positionOf, resolveAll } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { f5 } from '../src/index.js';
import { declaration, playbook, profile, terraform, virtual } from './configurations.js';
import { noOptions } from './reading.js';

function treeOf(path: string, text: string) {
  return f5.parse(decode(path, new TextEncoder().encode(text)));
}

/** Each anchor as `PATH: STATEMENT | VALUE`. */
function anchorsIn(path: string, text: string): string[] {
  const tree = treeOf(path, text);
  return f5.anchors(tree).map(({ path: names, statement, value }) => {
    const part = ({ start, end }: { start: number; end: number }) => tree.file.text.slice(start, end);
    return `${names.join(' > ')}: ${part(statement)} | ${part(value)}`;
  });
}

/** The text with a comment above the first `marked`, a vertical bar in front of what it is to stand above. */
function annotated(path: string, marked: string): string | undefined {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const edit = f5.annotate(treeOf(path, text), offset, 'was 1h');
  return edit && text.slice(0, edit.span.start) + edit.after + text.slice(edit.span.end);
}

describe('statements that are found again', () => {
  test.each([
    [
      'in profiles, used or not, and on one line',
      'bigip.conf',
      profile('/Common/a', 'cache-timeout 3600 # 1 h', 'session-ticket-timeout "0"') +
        'ltm profile client-ssl "/Common/my b" { app-service none cache-timeout 60 ciphers { cache-timeout 5 } }\n',
      [
        'ltm profile client-ssl > /Common/a > cache-timeout: cache-timeout 3600 | 3600',
        'ltm profile client-ssl > /Common/a > session-ticket-timeout: session-ticket-timeout "0" | "0"',
        'ltm profile client-ssl > /Common/my b > cache-timeout: cache-timeout 60 | 60',
      ],
    ],
    [
      // The other side, other caches, text.
      'not in what looks alike',
      'bigip.conf',
      `ltm profile server-ssl /Common/s {\n    cache-timeout 3600\n}\nltm rule /Common/r {\n cache-timeout 3600\n}\n${profile('/Common/a', 'description "cache-timeout 5"', '# cache-timeout 60')}`,
      [],
    ],
    [
      'in TLS_Server and not in TLS_Client',
      'web.json',
      declaration('{"class":"TLS_Server","cacheTimeout": 1800},"c":{"class":"TLS_Client","cacheTimeout":9}'),
      ['/T/A > t > cacheTimeout: "cacheTimeout": 1800 | 1800'],
    ],
    [
      'in a member that is there twice',
      'web.json',
      declaration('{"class":"TLS_Server","cacheTimeout": 60,"cacheTimeout": 1800}'),
      ['/T/A > t > cacheTimeout: "cacheTimeout": 60 | 60', '/T/A > t > cacheTimeout: "cacheTimeout": 1800 | 1800'],
    ],
    [
      'in resources',
      'main.tf',
      terraform('{\n  name = "a"\n  cache_timeout = var.x # s\n}'),
      ['bigip_ltm_profile_client_ssl > a > cache_timeout: cache_timeout = var.x | var.x'],
    ],
    [
      'in tasks',
      'tls.yml',
      playbook("        partition: Web\n        name: a\n        cache_timeout: '1800' # s\n"),
      ["bigip_profile_client_ssl > /Web/a > cache_timeout: cache_timeout: '1800' | '1800'"],
    ],
    [
      'nowhere in a REST answer',
      'a.json',
      '[{"kind":"tm:ltm:profile:client-ssl:client-sslstate","cacheTimeout":60}]',
      [],
    ],
  ])('%s', (_, path, text, want) => expect(anchorsIn(path, text)).toEqual(want));
});

describe('comments', () => {
  test.each([
    [
      'bigip.conf',
      '# a\nltm virtual /Common/v { # b } \n    description "# no"\n    pool a#b # c\n}\n---(less 9%)---\n!\n# tail\n',
      ['# a', '# b } ', '# c'],
    ],
    [
      'main.tf',
      `# a\nresource "bigip_ltm_virtual_server" "v" { // b\n  name = "# no // no" /* c\nd */\n  x = <<E\n# no\nE\n}\n`,
      ['# a', '// b', '/* c\nd */'],
    ],
    [
      'tls.yml',
      "# a\n- bigip_virtual_server: # b\n    name: 'x # no'\n    text: |\n      # no\n    y: a#b\n",
      ['# a', '# b'],
    ],
    ['web.json', '{"class":"ADC", // a\n"serverTLS": "// no" /* b */}', ['// a', '/* b */']],
  ])('in %s', (path, text, want) => {
    const tree = treeOf(path, text);
    expect(f5.comments(tree).map(({ start, end }) => text.slice(start, end))).toEqual(want);
  });

  test.each([
    ['bigip.conf', '{\n\t|cache-timeout 60\n}', '{\n\t# was 1h\n\tcache-timeout 60\n}'],
    // A line that is to come after the last property.
    ['bigip.conf', '{\r\n    a b\r\n|}\r\n', '{\r\n    a b\r\n    # was 1h\r\n}\r\n'],
    ['bigip.conf', '{ a b |cache-timeout 60 }', '# was 1h\nltm profile client-ssl x { a b cache-timeout 60 }'],
    // The line starts inside the string.
    [
      'bigip.conf',
      '{\n  description "a\nb" |cache-timeout 60 }',
      '{\n  # was 1h\n  description "a\nb" cache-timeout 60 }',
    ],
  ])('a comment above in %s: %j', (path, body, want) => {
    const header = 'ltm profile client-ssl x ';
    expect(annotated(path, header + body)).toBe(want.startsWith('#') ? want : header + want);
  });

  test.each([
    [
      'main.tf',
      'resource "bigip_ltm_virtual_server" "v" {\n  /* a\n b */ |x = 1\n}\n',
      'resource "bigip_ltm_virtual_server" "v" {\n  # was 1h\n  /* a\n b */ x = 1\n}\n',
    ],
    [
      'tls.yml',
      '- bigip_virtual_server:\n    name: a\n|- b: c\n',
      '- bigip_virtual_server:\n    name: a\n    # was 1h\n- b: c\n',
    ],
    // A comment would end the string.
    [
      'tls.yml',
      '- bigip_virtual_server: { name: "a\n    b", |x: 1 }\n',
      '# was 1h\n- bigip_virtual_server: { name: "a\n    b", x: 1 }\n',
    ],
    ['web.json', '{"class":"ADC","serverTLS":|"a"}', undefined],
  ])('a comment above in %s: %j', (path, marked, want) => expect(annotated(path, marked)).toBe(want));
});

describe('sessions from before a change', () => {
  const end = 'restart tmm (tmsh restart sys service tmm), which cuts every connection through the device';
  const peer = ', on the standby unit as well';
  test.each([
    ['a cache alone', '', 'dropped', false, end],
    ['tickets', 'session-ticket enabled', 'dropped', undefined, end],
    [
      'a mirrored cache',
      'session-mirroring enabled',
      'unknown',
      false,
      `${end}${peer}: it keeps a copy of the sessions`,
    ],
    [
      'a parent that is elsewhere',
      'defaults-from /Common/gone',
      'unknown',
      undefined,
      `${end}${peer} if session-mirroring is enabled: it keeps a copy of the sessions`,
    ],
  ])('%s', (_, property, afterRestart, isRenewed, wanted) => {
    const tree = treeOf('bigip.conf', profile('/Common/a', property) + virtual('/Common/v', '/Common/a'));
    const [configuration] = resolveAll(f5, [tree], noOptions, () => ({ kind: 'outside' }));
    expect(configuration?.listeners[0]).toMatchObject({
      oldSessionsAfterReload: 'unknown',
      oldSessionsAfterRestart: afterRestart,
      oldSessions: { isRenewed, end: wanted },
    });
  });
});

test('an edit is found again by its anchor after the file was edited elsewhere', () => {
  const tree = treeOf('bigip.conf', profile('/Common/a', 'ciphers X') + virtual('/Common/v', '/Common/a'));
  const resolve = (files: readonly (typeof tree)['file'][]) =>
    resolveAll(f5, files.map(f5.parse), noOptions, () => ({ kind: 'outside' }));
  const plan = planPatch(resolve([tree.file]), {
    target: 60,
    allowDisable: false,
    resolveWith: (changed) => resolve([changed.get(tree.file) ?? tree.file]),
  });
  const [patched] = plan.files;
  const text = `${profile('/Common/z', 'cache-timeout 5')}# more\n${patched?.after.text}`;
  const later = treeOf('bigip.conf', text);
  const found = f5
    .anchors?.(later)
    .filter(({ path }) => path.join(' ') === 'ltm profile client-ssl /Common/a cache-timeout');
  expect(found?.map(({ statement }) => positionOf(later.file, statement.start).line)).toEqual([6]);
  expect(plan.outcome[0]?.listeners.map((listener) => effectiveLifetime(listener).seconds)).toEqual([60]);
});
