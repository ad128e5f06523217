import { applyEdits, decode, type SourceFile } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { iis } from '../src/index.js';
import { reg, schannel } from './reading.js';

const hklm = String.raw`HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL`;
const regKey = String.raw`HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL`;
const xml = (inner: string) => `<RegistrySettings clsid="{A}">${inner}</RegistrySettings>`;
const item =
  '<Registry clsid="{9}" name="x" uid="{U}"><Properties hive="HKEY_LOCAL_MACHINE" key="SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL" name="ServerCacheTime" type="REG_DWORD" value="0036EE80"/></Registry>';

function fileOf(path: string, text: string, encoding: SourceFile['encoding'] = 'utf-8'): SourceFile {
  return { ...decode(path, new TextEncoder().encode(text)), encoding };
}

describe('comments', () => {
  test.each([
    {
      path: 't.reg',
      text: reg('; a', ' "ServerCacheTime"="x;y" ; b', '"a"=hex:1,\\ ; c', ' 2 ;d'),
      want: ['; a', '; b', '; c', ';d'],
    },
    { path: 't.inf', text: '[Registry Values]\n;a ServerCacheTime\nb=1 ;c\n', want: [';a ServerCacheTime'] },
    {
      path: 't.cmd',
      text: '@rem a\n:: ServerCacheTime\nremove x\n  REM\techo',
      want: ['@rem a', ':: ServerCacheTime', 'REM\techo'],
    },
    { path: 't.ps1', text: "# a ServerCacheTime\n'#b' <# c\n #> #d", want: ['# a ServerCacheTime', '<# c\n #>', '#d'] },
    {
      path: 't.yml',
      text: `# a\n- win_regedit:\n    path: ${hklm} # b\n    name: "#c ServerCacheTime"\n    data: |\n      # d\n    x: a#b\n`,
      want: ['# a', '# b'],
    },
    { path: 't.dsc.json', text: `{"type":"Microsoft.Windows/Registry","x":"# SCHANNEL ServerCacheTime"}`, want: [] },
    {
      path: 'Registry.xml',
      text: xml(`<!--a--><?b <!-- ?><![CDATA[<!--c-->]]><!-- ServerCacheTime\n-->`),
      want: ['<!--a-->', '<!-- ServerCacheTime\n-->'],
    },
    {
      path: 'applicationHost.config',
      text: '<configuration><!-- a --><system.applicationHost/></configuration>',
      want: ['<!-- a -->'],
    },
    { path: 'x.txt', text: '# nobody', want: [] },
  ])('$path', ({ path, text, want }) => {
    const found = iis.comments(iis.parse(fileOf(path, text)));
    expect(found.map(({ start, end }) => text.slice(start, end))).toEqual(want);
  });
});

describe('a comment above a statement', () => {
  /** The text with `words` above the statement that the number is in. */
  const annotated = (path: string, text: string, words = 'until 12-02', encoding?: SourceFile['encoding']) => {
    const edit = iis.annotate(iis.parse(fileOf(path, text, encoding)), text.search(/3600000|0036EE80|36ee80/), words);
    const result = edit && applyEdits(text, [edit]);
    return result?.ok ? result.text : undefined;
  };
  test.each([
    {
      path: 't.reg',
      text: reg('  "ServerCacheTime"=dword:36ee80'),
      want: reg('  ; until 12-02', '  "ServerCacheTime"=dword:36ee80'),
    },
    {
      path: 't.cmd',
      text: `@echo off\r\nreg add ${regKey} ^\r\n  /v ServerCacheTime /t REG_DWORD /d 3600000`,
      want: `@echo off\r\nrem until 12-02\r\nreg add ${regKey} ^\r\n  /v ServerCacheTime /t REG_DWORD /d 3600000`,
    },
    {
      path: 't.ps1',
      text: `if (Test-Path '${hklm}') {\n\tSet-ItemProperty '${hklm}' \`\n\t  ServerCacheTime 3600000\n}`,
      want: `if (Test-Path '${hklm}') {\n\t# until 12-02\n\tSet-ItemProperty '${hklm}' \`\n\t  ServerCacheTime 3600000\n}`,
    },
    {
      path: 't.yml',
      text: `- win_regedit:\n    path: ${hklm}\n    name: ServerCacheTime\n    data: 3600000\n    type: dword`,
      want: `- win_regedit:\n    path: ${hklm}\n    name: ServerCacheTime\n    # until 12-02\n    data: 3600000\n    type: dword`,
    },
    {
      path: 'lgpo.txt',
      text: 'Computer\nSYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\nServerCacheTime\nDWORD:3600000',
      want: '; until 12-02\nComputer\nSYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\nServerCacheTime\nDWORD:3600000',
    },
    { path: 'Registry.xml', text: xml(`\n\t${item}\n`), want: xml(`\n\t<!-- until 12-02 -->\n\t${item}\n`) },
    { path: 'Registry.xml', text: xml(item), want: xml(`<!-- until 12-02 -->${item}`) },
    {
      path: 't.dsc.json',
      text: `{"type":"Microsoft.Windows/Registry","properties":{"keyPath":"${regKey.replaceAll('\\', '\\\\')}","valueName":"ServerCacheTime","valueData":{"DWord":3600000}}}`,
      want: undefined,
    },
  ])('$path: $text', ({ path, text, want }) => expect(annotated(path, text)).toBe(want));

  test('what its format cannot hold is written another way', () => {
    expect(annotated('Registry.xml', xml(item), 'a -- b --- c-')).toContain('<!-- a - - b - - - c-  -->');
    expect(annotated('t.cmd', `reg add ${regKey} /v ServerCacheTime /t REG_DWORD /d 3600000`, '%x% ^')).toMatch(
      /^rem %%x%% \n/,
    );
    expect(annotated('t.reg', reg('"ServerCacheTime"=dword:36ee80'), 'für € 5', 'latin1')).toContain('; für ? 5\r\n');
  });

  test('none where it would tear a statement apart', () => {
    // The whole statement is on a line that begins within a text.
    const text = `$a = 'x\n'; Set-ItemProperty '${hklm}' ServerCacheTime 3600000`;
    expect(annotated('t.ps1', text)).toBeUndefined();
  });
});

describe('anchors', () => {
  const anchorsOf = (path: string, text: string) =>
    iis
      .anchors(iis.parse(fileOf(path, text)))
      .map(({ path: names, statement, value }) => [
        names.join(' > ').replaceAll(/[^ ]*\\schannel/g, 'KEY'),
        text.slice(statement.start, statement.end),
        text.slice(value.start, value.end),
      ]);
  test.each([
    {
      path: 't.reg',
      text: reg(
        '"servercachetime"=dword:1 ; a',
        '"ClientCacheTime"=dword:2',
        '"ServerCacheTime"=-',
        '; "ServerCacheTime"=dword:3',
      ),
      want: [
        ['KEY > ServerCacheTime', '"servercachetime"=dword:1 ; a', 'dword:1'],
        ['KEY > ServerCacheTime', '"ServerCacheTime"=-', '-'],
      ],
    },
    {
      path: 't.ps1',
      text: `function Set-It {\n sp ${hklm} ServerCacheTime 1\n}`,
      want: [['function Set-It > KEY > ServerCacheTime', `sp ${hklm} ServerCacheTime 1`, '1']],
    },
    {
      path: 't.cmd',
      text: `netsh http add sslcert hostnameport=a.b:443 enablesessionticket=enable`,
      want: [
        [
          'netsh http sslcert > hostnameport=a.b:443 > enablesessionticket',
          'netsh http add sslcert hostnameport=a.b:443 enablesessionticket=enable',
          'enable',
        ],
      ],
    },
    {
      path: 't.yml',
      text: `- name: Lifetime\n  win_regedit: {path: '${hklm}', name: ServerCacheTime, data: 1, type: dword}\n  when: x`,
      want: [
        ['Lifetime > KEY > ServerCacheTime', `{path: '${hklm}', name: ServerCacheTime, data: 1, type: dword}`, '1'],
      ],
    },
    {
      path: 'Registry.xml',
      text: xml(`<Collection name="c">${item}</Collection>`),
      want: [['Collection c > Registry {U} > KEY > ServerCacheTime', item.replace('</Registry>', ''), '0036EE80']],
    },
    {
      path: 'Registry.xml',
      text: xml(item.replace('uid=', 'disabled="1" uid=')),
      want: [
        [
          'Registry {U} > KEY > ServerCacheTime',
          item.replace('uid=', 'disabled="1" uid=').replace('</Registry>', ''),
          '0036EE80',
        ],
      ],
    },
    { path: 'applicationHost.config', text: '<configuration><system.applicationHost/></configuration>', want: [] },
  ])('$path: $text', ({ path, text, want }) => expect(anchorsOf(path, text)).toEqual(want));

  test('a change of the number or of the kind of statement leaves its path as it is', () => {
    const before = anchorsOf('t.cmd', `reg delete ${regKey} /v ServerCacheTime /f`);
    const after = anchorsOf('t.cmd', `reg add ${regKey} /t REG_DWORD /d 60000 /v ServerCacheTime /f`);
    expect(after.map(([path]) => path)).toEqual(before.map(([path]) => path));
    expect(before).toHaveLength(1);
  });

  test('the path says which key', () =>
    expect(iis.anchors(iis.parse(fileOf('t.reg', reg('"ServerCacheTime"=-'))))[0]?.path).toEqual([
      schannel.toLowerCase(),
      'ServerCacheTime',
    ]));
});
