import { describe, expect, test } from 'vitest';
import { complaintsWith, lifetimeWith, reg, schannel, whyUnknown } from './reading.js';

const hklm = String.raw`HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL`;
const regKey = String.raw`HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL`;
const byDefault = '36000 default';

describe('.reg files', () => {
  test.each([
    { name: 'bytes of a REG_DWORD', lines: ['"ServerCacheTime"=hex(4):60,ea,00,00'], want: '60 explicit t.reg:4' },
    {
      name: 'bytes over two lines',
      lines: ['"ServerCacheTime"=hex(4):60,ea,\\', '  00,00 ; a minute', '"Other"=dword:1'],
      want: '60 explicit t.reg:4',
    },
    { name: 'eight bytes', lines: ['"ServerCacheTime"=hex(b):60,ea,00,00,00,00,00,00'], want: `${byDefault} t.reg:4` },
    { name: 'three bytes', lines: ['"ServerCacheTime"=hex(4):60,ea,00'], want: `${byDefault} t.reg:4` },
    { name: 'binary', lines: ['"ServerCacheTime"=hex:60,ea,00,00'], want: `${byDefault} t.reg:4` },
    { name: '0x, which regedit refuses', lines: ['"ServerCacheTime"=dword:0xea60'], want: byDefault },
    { name: 'nine digits', lines: ['"ServerCacheTime"=dword:00000ea60'], want: byDefault },
    {
      name: 'deleted after it was set',
      lines: ['"ServerCacheTime"=dword:0000ea60', '"ServerCacheTime"=-'],
      want: `${byDefault} t.reg:5`,
    },
    {
      name: 'the key deleted after it',
      lines: ['"ServerCacheTime"=dword:0000ea60', `[-${schannel}]`],
      want: `${byDefault} t.reg:5`,
    },
    {
      name: 'another key deleted after it',
      lines: ['"ServerCacheTime"=dword:0000ea60', `[-${schannel}\\Ciphers\\RC4]`],
      want: '60 explicit t.reg:4',
    },
    { name: 'in a subkey', lines: [`[${schannel}\\Protocols]`, '"ServerCacheTime"=dword:0000ea60'], want: byDefault },
    {
      name: 'a key of that name',
      lines: [`[${schannel}\\ServerCacheTime]`, '"ServerCacheTime"=dword:0000ea60'],
      want: byDefault,
    },
    {
      name: 'no cache at all',
      lines: ['"MaximumCacheSize"=dword:0', '"ServerCacheTime"=dword:0000ea60'],
      want: '0 explicit t.reg:4',
    },
    { name: 'a quote in another name', lines: ['"a\\"ServerCacheTime"=dword:0000ea60'], want: byDefault },
    { name: 'the client side', lines: ['"ClientCacheTime"=dword:0000ea60'], want: byDefault },
  ])('$name', ({ lines, want }) => expect(lifetimeWith('t.reg', reg(...lines))).toBe(want));

  test('lines that end with CR alone', () =>
    expect(lifetimeWith('t.reg', reg('"ServerCacheTime"=dword:0000ea60').replaceAll('\r\n', '\r'))).toBe(
      '60 explicit t.reg:1',
    ));

  test('UTF-16LE, as regedit exports', () => {
    const bytes = Buffer.from(`\ufeff${reg('"ServerCacheTime"=dword:0000ea60')}`, 'utf16le');
    expect(lifetimeWith('t.reg', new Uint8Array(bytes))).toBe('60 explicit t.reg:4');
  });

  test('without a header nothing is imported', () => {
    const text = reg('"ServerCacheTime"=dword:0000ea60').replace('Windows Registry Editor', 'Registry');
    expect(lifetimeWith('t.reg', text)).toBe(byDefault);
    expect(complaintsWith('t.reg', text)[0]).toMatch(/^1: nothing of this file is imported/);
  });

  test('a UTF-8 byte order mark leaves it open', () =>
    expect(lifetimeWith('t.reg', `\ufeff${reg('"ServerCacheTime"=dword:0000ea60')}`)).toBe('? unknown t.reg:4'));

  test('a numbered control set leaves it open', () =>
    expect(
      lifetimeWith('t.reg', reg('"ServerCacheTime"=dword:0000ea60').replace('CurrentControlSet', 'ControlSet001')),
    ).toBe('? unknown t.reg:4'));

  test.each([
    { lines: ['"ServerCacheTime"=dword:60000'], want: '4: 60000 is hexadecimal: 393216 ms, not 60000 ms' },
    { lines: ['"ServerCacheTime"=dword:3c'], want: '4: 60 ms: ServerCacheTime counts milliseconds' },
    { lines: ['"ServerCacheTime"="60000"'], want: '4: ServerCacheTime is written as REG_SZ' },
    { lines: [`[-${schannel}]`], want: '4: this deletes the key SCHANNEL' },
    { lines: ['"ClientCacheTime"=dword:0000ea60'], want: '4: ClientCacheTime is set and ServerCacheTime is not' },
  ])('warns: $want', ({ lines, want }) => expect(complaintsWith('t.reg', reg(...lines))[0]).toContain(want));

  test('says nothing about a good value', () =>
    expect(complaintsWith('t.reg', reg('"ServerCacheTime"=dword:0000ea60'))).toEqual([]));
});

describe('PowerShell', () => {
  test.each([
    { name: 'hexadecimal', text: `Set-ItemProperty '${hklm}' ServerCacheTime 0xEA60`, want: '60 explicit t.ps1:1' },
    {
      name: 'a product',
      text: `sp -Path '${hklm}' -Name ServerCacheTime -Value (60*1000)`,
      want: '60 explicit t.ps1:1',
    },
    {
      name: 'over lines',
      text: `New-ItemProperty -Path 'Registry::${schannel}' \`\n  -Name "ServerCacheTime" \`\n  -Value '60000' -PropertyType DWord -Force`,
      want: '60 explicit t.ps1:3',
    },
    {
      name: 'a colon',
      text: `Set-ItemProperty -Path:${hklm} -Name:ServerCacheTime -Value:60000`,
      want: '60 explicit t.ps1:1',
    },
    {
      name: 'text without a type',
      text: `New-ItemProperty -Path ${hklm} -Name ServerCacheTime -Value '60000'`,
      want: `${byDefault} t.ps1:1`,
    },
    { name: 'removed', text: `Remove-ItemProperty -Path ${hklm} -Name ServerCacheTime`, want: `${byDefault} t.ps1:1` },
    {
      name: 'in a comment of several lines',
      text: `<#\nSet-ItemProperty ${hklm} ServerCacheTime 60000\n#>`,
      want: byDefault,
    },
    { name: 'looked at', text: `Get-ItemProperty -Path ${hklm} -Name ServerCacheTime`, want: byDefault },
    { name: 'talked about', text: `Write-Host "Set-ItemProperty ServerCacheTime 60000"`, want: byDefault },
    {
      name: 'behind a look whether it is there',
      text: `if ((Get-ItemProperty ${hklm}).ServerCacheTime -ne 60000) {\n  Set-ItemProperty ${hklm} ServerCacheTime 60000\n}`,
      want: '60 explicit t.ps1:2',
    },
    {
      name: 'reg.exe',
      text: `& reg.exe add '${regKey}' /v ServerCacheTime /t REG_DWORD /d 60000 /f`,
      want: '60 explicit t.ps1:1',
    },
    {
      name: 'DSC 1.1',
      text: `Configuration C {\n Node web {\n  Registry Lifetime {\n   Key = '${hklm}'\n   ValueName = 'ServerCacheTime'\n   ValueType = 'Dword'\n   ValueData = '60000'\n  }\n }\n}`,
      want: '60 explicit t.ps1:7',
    },
    {
      name: 'DSC 1.1, hexadecimal',
      text: `Registry Lifetime { Key='${hklm}'; ValueName='ServerCacheTime'; ValueType='Dword'; ValueData='0xea60'; Hex=$true }`,
      want: '60 explicit t.ps1:1',
    },
    {
      name: 'DSC 1.1, absent',
      text: `Registry Lifetime { Key = '${hklm}'; ValueName = 'ServerCacheTime'; Ensure = 'Absent' }`,
      want: `${byDefault} t.ps1:1`,
    },
  ])('$name', ({ text, want }) => expect(lifetimeWith('t.ps1', text)).toBe(want));

  test.each([
    { text: `$ms = 60000\nSet-ItemProperty ${hklm} ServerCacheTime $ms`, why: '$ms' },
    { text: `param($key)\nSet-ItemProperty $key ServerCacheTime 60000`, why: '$key' },
    { text: `$k = '${hklm}'\n$k = Get-Key\nSet-ItemProperty $k ServerCacheTime 60000`, why: '$k' },
    { text: `if ($env:WEB) {\n Set-ItemProperty ${hklm} ServerCacheTime 60000\n}`, why: 'behind "if"' },
    { text: `function Set-It {\n Set-ItemProperty ${hklm} ServerCacheTime 60000\n}`, why: 'in a function' },
    {
      text: `$p = @{ Path = '${hklm}'; Name = 'ServerCacheTime'; Value = 60000 }\nSet-ItemProperty @p`,
      why: 'only running',
    },
    { text: `cd ${hklm}\nSet-ItemProperty . ServerCacheTime 60000`, why: 'the key is in .' },
    { text: `Set-ItemProperty ${hklm} ServerCacheTime 60000 -WhatIf`, why: '-WhatIf' },
    { text: `exit\nSet-ItemProperty ${hklm} ServerCacheTime 60000`, why: '"exit" stands before it' },
    { text: `[Microsoft.Win32.Registry]::SetValue('${schannel}', 'ServerCacheTime', 60000)`, why: 'only running' },
  ])('unknown: $text', ({ text, why }) => expect(whyUnknown('t.ps1', text)).toContain(why));

  test('Remove-Item on the key is a slip that is reported', () =>
    expect(complaintsWith('t.ps1', `Remove-Item -Path '${hklm}' -Recurse`)[0]).toMatch(/^1: this deletes the key/));
});

describe('batch files', () => {
  test.each([
    { text: `REG ADD ${regKey} /v servercachetime /t REG_DWORD /d 0xEA60 /f`, want: '60 explicit t.cmd:1' },
    {
      text: `echo on & reg add "${regKey}" ^\r\n /v ServerCacheTime /t REG_DWORD /d 60000`,
      want: '60 explicit t.cmd:2',
    },
    { text: `reg add ${regKey} /v ServerCacheTime /d 60000 /f`, want: `${byDefault} t.cmd:1` },
    { text: `reg delete ${regKey} /v ServerCacheTime /f`, want: `${byDefault} t.cmd:1` },
    { text: `:: reg add ${regKey} /v ServerCacheTime /t REG_DWORD /d 60000`, want: byDefault },
    { text: `reg add ${regKey} /v ServerCacheTime /t REG_DWORD /d %MS%`, want: '? unknown t.cmd:1' },
    {
      text: `if exist x (\r\nreg add ${regKey} /v ServerCacheTime /t REG_DWORD /d 60000\r\n)`,
      want: '? unknown t.cmd:2',
    },
    { text: `echo reg add ${regKey} /v ServerCacheTime /t REG_DWORD /d 60000`, want: byDefault },
    { text: `goto end\r\nreg add ${regKey} /v ServerCacheTime /t REG_DWORD /d 60000`, want: '? unknown t.cmd:2' },
    { text: `reg add \\\\web1\\${regKey} /v ServerCacheTime /t REG_DWORD /d 60000`, want: '? unknown t.cmd:1' },
  ])('$text', ({ text, want }) => expect(lifetimeWith('t.cmd', text)).toBe(want));

  test('reg delete without /v destroys more than meant', () =>
    expect(complaintsWith('t.cmd', `reg delete "${regKey}" /f`)[0]).toMatch(/^1: this deletes the key/));

  test.each([
    ['disablesessionid=enable', undefined, '0 explicit t.cmd:1'],
    ['disablesessionid=enable', 'ipport=10.0.0.1:443', '36000 default'],
    ['disablesessionid=%NO%', undefined, '36000 default'],
    ['enablesessionticket=enable', undefined, '36000 default'],
  ])('netsh %s', (flag, key = 'ipport=0.0.0.0:443', want) =>
    expect(lifetimeWith('t.cmd', `netsh http add sslcert ${key} certhash=00 ${flag}`)).toBe(want),
  );

  test('tickets do not end with ServerCacheTime', () => {
    const text = `reg add ${regKey} /v ServerCacheTime /t REG_DWORD /d 60000\r\nnetsh http update sslcert ipport=0.0.0.0:443 enablesessionticket=enable`;
    expect(lifetimeWith('t.cmd', text)).toBe('? unknown t.cmd:2');
  });
});

describe('policies', () => {
  const item = (properties: string, rest = '') =>
    '<?xml version="1.0"?>\n<RegistrySettings clsid="{A3CCFC41-DFDB-43a5-8D26-0FE8B954DA51}">' +
    `<Registry clsid="{9}" name="ServerCacheTime" ${rest}><Properties ${properties} hive="HKEY_LOCAL_MACHINE" ` +
    `key="SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL" name="ServerCacheTime"/>%</Registry></RegistrySettings>`;
  const plain = (properties: string, rest?: string) => item(properties, rest).replace('%', '');
  test.each([
    {
      text: plain('action="U" displayDecimal="1" type="REG_DWORD" value="0000EA60"'),
      want: '60 explicit Registry.xml:2',
    },
    { text: plain('type="REG_DWORD" value="60000"'), want: '393.216 explicit Registry.xml:2' },
    { text: plain('action="U" type="REG_DWORD" value="0000EA60"', 'disabled="1"'), want: byDefault },
    { text: plain('action="D" type="REG_DWORD" value=""'), want: `${byDefault} Registry.xml:2` },
    { text: plain('type="REG_SZ" value="60000"'), want: `${byDefault} Registry.xml:2` },
    {
      text: item('type="REG_DWORD" value="0000EA60"').replace('%', '<Filters><FilterOs/></Filters>'),
      want: '? unknown Registry.xml:2',
    },
  ])('$text', ({ text, want }) => expect(lifetimeWith('Registry.xml', text)).toBe(want));

  const template = (line: string) =>
    `[Unicode]\r\nUnicode=yes\r\n[Registry Values]\r\n${line}\r\n[Version]\r\nsignature="$CHICAGO$"\r\n`;
  const key = String.raw`MACHINE\System\CurrentControlSet\Control\SecurityProviders\SCHANNEL\ServerCacheTime`;
  test.each([
    { text: template(`${key}=4,60000`), want: '60 explicit GptTmpl.inf:4' },
    { text: template(`${key} = 4,60000`), want: '60 explicit GptTmpl.inf:4' },
    { text: template(`${key}=4,3600000\r\n${key}=4,60000`), want: '60 explicit GptTmpl.inf:5' },
    { text: template(`${key}=1,"60000"`), want: `${byDefault} GptTmpl.inf:4` },
    { text: template(`;${key}=4,60000`), want: byDefault },
    { text: `[Service General Setting]\r\n${key}=4,60000\r\n[Registry Values]\r\n`, want: byDefault },
  ])('$text', ({ text, want }) => {
    expect(lifetimeWith('GptTmpl.inf', text)).toBe(want);
    const utf16 = new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'));
    expect(lifetimeWith('GptTmpl.inf', utf16)).toBe(want);
  });
});

describe('the text of LGPO.exe', () => {
  const block = (action: string, scope = 'Computer') =>
    `; policy\r\n${scope}\r\nSYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\r\nServerCacheTime\r\n${action}\r\n`;
  test.each([
    { text: block('DWORD:60000'), want: '60 explicit lgpo.txt:5' },
    { text: `${block('DWORD:3600000')}\r\n${block('DWORD:60000')}`, want: '60 explicit lgpo.txt:11' },
    { text: block('SZ:60000'), want: `${byDefault} lgpo.txt:5` },
    { text: `${block('DWORD:60000')}\r\n${block('DELETE')}`, want: `${byDefault} lgpo.txt:11` },
    {
      text: `${block('DWORD:60000')}\r\n${block('DELETEALLVALUES').replace('ServerCacheTime', '*')}`,
      want: `${byDefault} lgpo.txt:11`,
    },
    { text: block('DWORD:60000', 'User'), want: byDefault },
    // One line is missing, so the blocks are not what they look like.
    { text: block('DWORD:60000').replace('ServerCacheTime\r\n', '; ServerCacheTime\r\n'), want: byDefault },
  ])('$text', ({ text, want }) => expect(lifetimeWith('lgpo.txt', text)).toBe(want));
});

describe('YAML', () => {
  const task = (lines: string, rest = '') =>
    `- hosts: web\n  tasks:\n    - win_regedit:\n        path: ${hklm}\n        ${lines.replaceAll('\n', '\n        ')}\n${rest}`;
  test.each([
    { text: task('name: ServerCacheTime\ndata: 0xea60\ntype: dword'), want: '60 explicit t.yml:6' },
    { text: task('name: ServerCacheTime\ndata: "0xea60"\ntype: dword'), want: '60 explicit t.yml:6' },
    { text: task('entry: ServerCacheTime\ndata: "60000"\ndatatype: dword'), want: '60 explicit t.yml:6' },
    { text: task('name: ServerCacheTime\ndata: 60000'), want: `${byDefault} t.yml:6` },
    { text: task('name: ServerCacheTime\nstate: absent'), want: `${byDefault} t.yml:6` },
    { text: task('name: ServerCacheTime\ndata: "{{ ms }}"\ntype: dword'), want: '? unknown t.yml:6' },
    {
      text: task('name: ServerCacheTime\ndata: 60000\ntype: dword', '      when: is_web\n'),
      want: '? unknown t.yml:6',
    },
    {
      text: task(
        'name: "{{ item.n }}"\ndata: "{{ item.v }}"\ntype: dword',
        '      loop: [{n: ServerCacheTime, v: 60000}]\n',
      ),
      want: '? unknown t.yml:6',
    },
    { text: task('name: ServerCacheTime\n{% raw %}'), want: '? unknown t.yml:6' },
  ])('$text', ({ text, want }) => expect(lifetimeWith('t.yml', text)).toBe(want));

  const instance = (properties: object) =>
    JSON.stringify(
      {
        resources: [
          {
            name: 'x',
            type: 'Microsoft.Windows/Registry',
            properties: { keyPath: regKey, valueName: 'ServerCacheTime', ...properties },
          },
        ],
      },
      undefined,
      1,
    );
  test.each([
    { properties: { valueData: { DWord: 60000 } }, want: '60 explicit t.dsc.json:10' },
    { properties: { valueData: { String: '60000' } }, want: `${byDefault} t.dsc.json:10` },
    { properties: { _exist: false }, want: `${byDefault} t.dsc.json:9` },
    { properties: { valueData: { DWord: "[parameters('ms')]" } }, want: '? unknown t.dsc.json:10' },
  ])('DSC v3 $properties', ({ properties, want }) =>
    expect(lifetimeWith('t.dsc.json', instance(properties))).toBe(want),
  );
});
