import { decode } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { iis } from '../src/index.js';
import { planOf } from './patching.js';
import { configurationsOf, host, reg } from './reading.js';

/** How long reading, resolving and patching takes, beside an applicationHost.config. */
function timed(path: string, text: string): number {
  const before = performance.now();
  const file = decode(path, new TextEncoder().encode(text));
  iis.claims(file, false);
  if (path.endsWith('.config')) configurationsOf({ [path]: text });
  else planOf({ 'applicationHost.config': host, [path]: text });
  const tree = iis.parse(file);
  const statement = iis.anchors(tree)[0]?.statement.start;
  iis.comments(tree);
  if (statement !== undefined) iis.annotate(tree, statement, 'a comment');
  return performance.now() - before;
}

/** Ten times the text may take this many times as long: a square law takes a hundred. */
const mostGrowth = 40;

describe('time in proportion to size', () => {
  const xml = (inner: string) =>
    `<configuration><system.applicationHost>${inner}</system.applicationHost></configuration>`;
  const ps = (inner: string) => `# ServerCacheTime\n${inner}`;
  const yaml = (inner: string) => `# win_regedit SCHANNEL ServerCacheTime\n${inner}`;
  test.each([
    [
      'sites',
      'applicationHost.config',
      (size: number) =>
        xml(
          `<sites>${'<site name="a"><bindings><binding protocol="https" bindingInformation="*:443:a"/></bindings></site>'.repeat(size / 92)}</sites>`,
        ),
    ],
    ['elements', 'applicationHost.config', (size: number) => xml('<a b="1"/>'.repeat(size / 10))],
    ['open elements', 'applicationHost.config', (size: number) => xml('<a>'.repeat(size / 3))],
    [
      'one element with many attributes',
      'applicationHost.config',
      (size: number) => xml(`<a ${Array.from({ length: size / 10 }, (_, i) => `b${i}="1"`).join(' ')}/>`),
    ],
    ['opened comments', 'applicationHost.config', (size: number) => xml('<!--'.repeat(size / 4))],
    ['ampersands', 'applicationHost.config', (size: number) => xml(`<a b="${'&amp;'.repeat(size / 5)}"/>`)],
    ['angle brackets', 'applicationHost.config', (size: number) => xml('<'.repeat(size))],
    ['quotes', 'applicationHost.config', (size: number) => xml(`<a ${'b="'.repeat(size / 3)}`)],
    ['assignments', 't.reg', (size: number) => reg('"ServerCacheTime"=dword:0000ea60\r\n'.repeat(size / 34))],
    [
      'bytes over lines',
      't.reg',
      (size: number) => reg(`"ServerCacheTime"=hex(4):\\\r\n${'60,\\\r\n'.repeat(size / 6)}`),
    ],
    ['backslashes', 't.reg', (size: number) => reg(`"ServerCacheTime"=hex(4):${'\\ '.repeat(size / 2)}`)],
    ['quotes in a line', 't.reg', (size: number) => reg(`"ServerCacheTime${'\\"'.repeat(size / 2)}`)],
    [
      'brackets',
      't.reg',
      (size: number) => reg(`"ServerCacheTime"=-\r\n${'[-HKEY_LOCAL_MACHINE\\'.repeat(size / 21)}`),
    ],
    ['braces', 't.ps1', (size: number) => ps('if {'.repeat(size / 4))],
    ['parentheses', 't.ps1', (size: number) => ps('('.repeat(size))],
    ['opened comments', 't.ps1', (size: number) => ps('<#'.repeat(size / 2))],
    ['opened texts', 't.ps1', (size: number) => ps('@"'.repeat(size / 2))],
    ['commands in a comment', 't.ps1', (size: number) => ps(`# ${'set-itemproperty '.repeat(size / 17)}`)],
    ['deletions', 't.ps1', (size: number) => ps('Remove-Item '.repeat(size / 12))],
    ['assignments', 't.ps1', (size: number) => ps("$a = 'b'\n".repeat(size / 9))],
    ['words that touch', 't.ps1', (size: number) => ps(`a"b"`.repeat(size / 4))],
    [
      'commands to change',
      't.cmd',
      (size: number) =>
        `if x (\n${'reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL /v ServerCacheTime /t REG_DWORD /d 1\n'.repeat(size / 110)}`,
    ],
    [
      'blocks that look at the value',
      't.ps1',
      (size: number) =>
        ps(
          `${'if (ServerCacheTime) {'.repeat(size / 44)}${'sp HKLM:\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL ServerCacheTime 1\n'.repeat(size / 170)}`,
        ),
    ],
    [
      'blocks',
      't.txt',
      (size: number) =>
        'Computer\nSYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\nServerCacheTime\nDWORD:1\n'.repeat(
          size / 99,
        ),
    ],
    ['hash signs', 't.yml', (size: number) => yaml('#'.repeat(size))],
    ['semicolons', 't.reg', (size: number) => reg(`"ServerCacheTime"=-\r\n${'";'.repeat(size / 2)}`)],
    ['quotes', 't.cmd', (size: number) => `rem ServerCacheTime\nreg add ${'"'.repeat(size)}`],
    ['carets', 't.cmd', (size: number) => `rem ServerCacheTime\n${'^\n'.repeat(size / 2)}`],
    ['percent signs', 't.cmd', (size: number) => `rem ServerCacheTime\nreg add ${'%'.repeat(size)}`],
    ['commands', 't.cmd', (size: number) => `rem ServerCacheTime\n${'reg add x & '.repeat(size / 12)}`],
    ['brackets', 't.yml', (size: number) => yaml('['.repeat(size))],
    ['faults', 't.yml', (size: number) => yaml('- &a '.repeat(size / 5))],
    ['mappings in a line', 't.yml', (size: number) => yaml('a: '.repeat(size / 3))],
    ['lists in lists', 't.yml', (size: number) => yaml('- '.repeat(size / 2))],
    ['anchors', 't.yml', (size: number) => yaml('- &a b\n- *a\n'.repeat(size / 12))],
    [
      'mappings in mappings',
      't.yml',
      (size: number) => yaml(Array.from({ length: Math.sqrt(2 * size) }, (_, i) => `${' '.repeat(i)}a:\n`).join('')),
    ],
    ['tasks', 't.yml', (size: number) => yaml('- win_regedit:\n    path: x\n'.repeat(size / 28))],
    [
      'keys',
      't.inf',
      (size: number) => `[Registry Values]\r\n${'MACHINE\\a\\ServerCacheTime=4,1\r\n'.repeat(size / 31)}`,
    ],
    [
      'items',
      'Registry.xml',
      (size: number) =>
        `<RegistrySettings n="ServerCacheTime">${'<Registry><Properties hive="a" key="b" name="c"/></Registry>'.repeat(size / 60)}</RegistrySettings>`,
    ],
  ])('%s in %s', (_, path, make) => {
    timed(path, make(30_000));
    const small = Math.min(...[1, 2, 3].map(() => timed(path, make(30_000))));
    // A busy machine makes one run slow, a square law all of them.
    const most = Math.max(small, 20) * mostGrowth;
    const text = make(300_000);
    expect([1, 2, 3].some(() => timed(path, text) < most)).toBe(true);
  });
});
