import { decode, encode } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { iis } from '../src/index.js';
import { patchedWith, planOf } from './patching.js';
import { host, lifetimes, reg, schannel } from './reading.js';

const hklm = String.raw`HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL`;
const regKey = String.raw`HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL`;

describe('.reg files', () => {
  const hour = '"ServerCacheTime"=dword:0036ee80';
  test.each([
    { lines: ['"ServerCacheTime" =\tdword:36EE80 ; an hour'], want: ['"ServerCacheTime" =\tdword:0000ea60 ; an hour'] },
    { lines: ['"ServerCacheTime"=hex(4):80,ee,36,00;x'], want: ['"ServerCacheTime"=hex(4):60,ea,00,00;x'] },
    {
      lines: ['"ServerCacheTime"=hex(4):80,ee,\\ ; low', '  36,00 ; high'],
      want: ['"ServerCacheTime"=hex(4):60,ea,\\ ; low', '  00,00 ; high'],
    },
    {
      // A QWORD, which Schannel does not read.
      lines: ['"ServerCacheTime"=hex(b):80,ee,36,00,\\', '  00,00,00,00 ; q', '"Other"=dword:1'],
      want: ['"ServerCacheTime"=dword:0000ea60 ; q', '"Other"=dword:1'],
    },
    { lines: ['"ServerCacheTime" = "60;000" ; q'], want: ['"ServerCacheTime" = dword:0000ea60 ; q'] },
    { lines: ['"ServerCacheTime"="60"000" ; q'], want: ['"ServerCacheTime"=dword:0000ea60'] },
    { lines: ['"ServerCacheTime"=- ; back'], want: ['"ServerCacheTime"=dword:0000ea60 ; back'] },
    // regedit does not import this one, so only mending it has an effect.
    { lines: ['"ServerCacheTime"=dword:0xea60'], want: ['"ServerCacheTime"=dword:0000ea60'] },
    { lines: [hour, hour], want: [hour, '"ServerCacheTime"=dword:0000ea60'] },
  ])('$lines', ({ lines, want }) => expect(patchedWith('t.reg', reg(...lines))).toBe(reg(...want)));

  test.each([
    { lines: [hour, `[-${schannel}]`], why: 't.reg:5: the key SCHANNEL is deleted here' },
    {
      lines: ['"ServerCacheTime"=hex(b):80,ee,36,00,\\ ; a', '  00,00,00,00'],
      why: 't.reg:4: there are comments between the bytes',
    },
  ])('refused: $why', ({ lines, why }) => expect(patchedWith('t.reg', reg(...lines))).toContain(`refused: ${why}`));

  test('a numbered control set and a UTF-8 byte order mark are for a person', () => {
    expect(patchedWith('t.reg', reg(hour).replace('CurrentControlSet', 'ControlSet001'))).toContain(
      'refused: t.reg:4: it is written to a numbered control set',
    );
    const plan = planOf({ 'applicationHost.config': host, 't.reg': `\ufeff${reg(hour)}` });
    expect(plan.refused[0]?.help).toContain('save the file as UTF-16LE');
  });

  test.each([
    ['lines that end with CR', 'REGEDIT4\r\r[K]\r"ServerCacheTime"=dword:1b7740'],
    ['no line end at the end', 'REGEDIT4\n[K]\n"ServerCacheTime"=dword:1b7740'],
    ['Latin-1', 'REGEDIT4\r\n; für Über\r\n[K]\r\n"ServerCacheTime"=dword:1b7740\r\n'],
  ])('%s', (_, text) => {
    const bytes = new Uint8Array(Buffer.from(text.replace('K', schannel), 'latin1'));
    const [file] = planOf({ 'applicationHost.config': host, 't.reg': bytes }).files;
    const want = Buffer.from(text.replace('K', schannel).replace('1b7740', '0000ea60'), 'latin1');
    expect(file && Buffer.compare(encode(file.after), want)).toBe(0);
  });

  test('UTF-16LE keeps its byte order mark', () => {
    const bytes = (text: string) => new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'));
    const [file] = planOf({ 'applicationHost.config': host, 't.reg': bytes(reg(hour)) }).files;
    expect(file && encode(file.after)).toEqual(bytes(reg('"ServerCacheTime"=dword:0000ea60')));
  });
});

describe('PowerShell', () => {
  const resource = (entries: string) => `Registry L { Key='${hklm}'; ValueName='ServerCacheTime'; ${entries} }`;
  test.each([
    { text: `sp '${hklm}' ServerCacheTime 0x36EE80`, want: `sp '${hklm}' ServerCacheTime 60000` },
    {
      text: `sp -Path '${hklm}' -Name ServerCacheTime -Value (60*60*1000) # hour`,
      want: `sp -Path '${hklm}' -Name ServerCacheTime -Value 60000 # hour`,
    },
    {
      text: `Set-ItemProperty -Path:${hklm} -Name:ServerCacheTime -Value:3600000 -Type:DWord`,
      want: `Set-ItemProperty -Path:${hklm} -Name:ServerCacheTime -Value:60000 -Type:DWord`,
    },
    {
      text: `Set-ItemProperty ${hklm} \`\r\n  "ServerCacheTime" \`\r\n  "3600000" -Type dword\r\n`,
      want: `Set-ItemProperty ${hklm} \`\r\n  "ServerCacheTime" \`\r\n  "60000" -Type dword\r\n`,
    },
    {
      text: `New-ItemProperty ${hklm} ServerCacheTime -Value '60000' -Force`,
      want: `New-ItemProperty ${hklm} ServerCacheTime -Value 60000 -PropertyType DWord -Force`,
    },
    {
      text: `Set-ItemProperty ${hklm} ServerCacheTime -Value '60000' -Type 'String'`,
      want: `Set-ItemProperty ${hklm} ServerCacheTime -Value '60000' -Type 'DWord'`,
    },
    {
      text: `Remove-ItemProperty -Path ${hklm} -Name ServerCacheTime -Force | Out-Null`,
      want: `Set-ItemProperty -Type DWord -Value 60000 -Path ${hklm} -Name ServerCacheTime -Force | Out-Null`,
    },
    {
      text: `& reg.exe add '${regKey}' /v ServerCacheTime /t REG_DWORD /d '3600000' /f`,
      want: `& reg.exe add '${regKey}' /v ServerCacheTime /t REG_DWORD /d '60000' /f`,
    },
    {
      text: resource("ValueType='Dword'; ValueData='0x36EE80'; Hex=$true"),
      want: resource("ValueType='Dword'; ValueData='0xea60'; Hex=$true"),
    },
    {
      text: resource('ValueType = \'Dword\'\n ValueData = "3600000"'),
      want: resource('ValueType = \'Dword\'\n ValueData = "60000"'),
    },
    { text: resource("ValueData='1'"), want: resource("ValueData='60000'; ValueType = 'Dword'") },
    {
      text: resource("Ensure = 'Absent'"),
      want: resource("Ensure = 'Present'; ValueType = 'Dword'; ValueData = '60000'"),
    },
    {
      text: resource("ValueType = 'String'; ValueData='1'; Ensure = \"Absent\""),
      want: resource("ValueType = 'Dword'; ValueData='60000'; Ensure = \"Present\""),
    },
    {
      // Whether or not the block is run, the machine ends at 60 s.
      text: `sp ${hklm} ServerCacheTime 3600000\nif ($env:X) {\n sp ${hklm} ServerCacheTime 7200000\n}`,
      want: `sp ${hklm} ServerCacheTime 60000\nif ($env:X) {\n sp ${hklm} ServerCacheTime 60000\n}`,
    },
    {
      // A machine that has an hour would keep it if the condition still asked for an hour.
      text: `if ((Get-ItemProperty ${hklm}).ServerCacheTime -ne 3600000) {\n  sp ${hklm} ServerCacheTime 3600000\n}`,
      want: `if ((Get-ItemProperty ${hklm}).ServerCacheTime -ne 60000) {\n  sp ${hklm} ServerCacheTime 60000\n}`,
    },
    {
      text: `if (Test-Path '${hklm}') { sp '${hklm}' ServerCacheTime 3600000 }`,
      want: `if (Test-Path '${hklm}') { sp '${hklm}' ServerCacheTime 60000 }`,
    },
  ])('$text', ({ text, want }) => expect(patchedWith('t.ps1', text)).toBe(want));

  test.each([
    { text: `$ms = 3600000\nsp ${hklm} ServerCacheTime $ms`, why: 't.ps1:2: the number comes from $ms' },
    { text: `if ($env:X) { sp ${hklm} ServerCacheTime 7200000 }`, why: 't.ps1:1: it may or may not be applied' },
    {
      text: `sp ${hklm} ServerCacheTime 3600000\nif ($Revert) { rp ${hklm} ServerCacheTime }`,
      why: 't.ps1:2: it may or may not be applied: it is in a block behind "if"',
    },
    {
      text: `rp ${hklm} -Name ServerCacheTime, ClientCacheTime`,
      why: 't.ps1:1: the cmdlet removes several values',
    },
    // It fails on every machine that has run it before.
    {
      text: `New-ItemProperty ${hklm} -Name ServerCacheTime -Value 3600000 -PropertyType DWord`,
      why: 't.ps1:1: without -Force New-ItemProperty fails',
    },
    {
      text: `if (-not (Get-ItemProperty ${hklm} ServerCacheTime)) { sp ${hklm} ServerCacheTime 3600000 }`,
      why: 't.ps1:1: the "if" around it looks at the value first',
    },
    {
      text: `if ((gp ${hklm}).ServerCacheTime -gt 3600000) { sp ${hklm} ServerCacheTime 3600000 }`,
      why: 't.ps1:1: the "if" around it looks at the value first',
    },
    {
      text: `if (-not (Test-Path ${hklm})) { sp ${hklm} ServerCacheTime 3600000 }`,
      why: 't.ps1:1: the "if" around it looks at the value first',
    },
    {
      text: `if (!(Test-Path ${hklm})) { if ((gp ${hklm}).ServerCacheTime -ne 3600000) { sp ${hklm} ServerCacheTime 3600000 } }`,
      why: 't.ps1:1: the "if" around it looks at the value first: (!(Test-Path',
    },
  ])('refused: $text', ({ text, why }) => expect(patchedWith('t.ps1', text)).toContain(`refused: ${why}`));
});

describe('batch files', () => {
  test.each([
    {
      text: `@REG ADD "${regKey}" ^\r\n /v ServerCacheTime /t REG_DWORD ^\r\n /d "0x36ee80" /f`,
      want: `@REG ADD "${regKey}" ^\r\n /v ServerCacheTime /t REG_DWORD ^\r\n /d "60000" /f`,
    },
    {
      text: `reg add ${regKey} /v ServerCacheTime /d 60000 /f`,
      want: `reg add ${regKey} /v ServerCacheTime /t REG_DWORD /d 60000 /f`,
    },
    {
      text: `@reg delete "${regKey}" /v "ServerCacheTime" /f & echo done`,
      want: `@reg add "${regKey}" /t REG_DWORD /d 60000 /v "ServerCacheTime" /f & echo done`,
    },
  ])('$text', ({ text, want }) => expect(patchedWith('t.cmd', text)).toBe(want));

  test.each([
    { text: `reg delete "${regKey}" /va /f`, why: 't.cmd:1: /va deletes every value of the key' },
    { text: `reg delete "${regKey}" /f`, why: 't.cmd:1: the key SCHANNEL is deleted here' },
    { text: `reg add ${regKey} /v ServerCacheTime /t REG_SZ`, why: 't.cmd:1: no data is given with /d' },
    { text: `reg add ${regKey} /v ServerCacheTime /t REG_DWORD /d %MS%`, why: 't.cmd:1: the number comes from %MS%' },
    {
      text: `if exist x reg add ${regKey} /v ServerCacheTime /t REG_DWORD /d 3600000`,
      why: 't.cmd:1: it may or may not be applied: it is behind "if"',
    },
  ])('refused: $text', ({ text, why }) => expect(patchedWith('t.cmd', text)).toContain(`refused: ${why}`));
});

describe('policies', () => {
  const item = (properties: string, rest = '', more = '') =>
    `<RegistrySettings clsid="{A}"><Registry clsid="{9}" name="x"${rest}><Properties ${properties}/>${more}</Registry></RegistrySettings>`;
  const place =
    'hive="HKEY_LOCAL_MACHINE" key="SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL" name="ServerCacheTime"';
  test.each([
    {
      text: item(`${place} type="REG_DWORD" value="36ee80"`),
      want: item(`${place} type="REG_DWORD" value="0000EA60"`),
    },
    {
      text: item(`action="D" ${place} type="REG_SZ" value=""`),
      want: item(`action="U" ${place} type="REG_DWORD" value="0000EA60"`),
    },
    { text: item(`action='D' ${place}`), want: item(`action='U' ${place} type="REG_DWORD" value="0000EA60"`) },
    {
      text: item(`${place.replaceAll('"', "'")} value='1'`),
      want: item(`${place.replaceAll('"', "'")} type='REG_DWORD' value='0000EA60'`),
    },
  ])('$text', ({ text, want }) => expect(patchedWith('Registry.xml', text)).toBe(want));

  test.each([
    {
      text: item(`${place} type="REG_DWORD" value="0036EE80"`, '', '<Filters><FilterOs/></Filters>'),
      why: 'item-level targeting',
    },
    { text: item(`action="C" ${place} type="REG_DWORD" value="0036EE80"`), why: 'machines that have it keep theirs' },
  ])('refused: $why', ({ text, why }) => expect(patchedWith('Registry.xml', text)).toContain(why));

  test('a disabled item is left alone, and the value is written beside it', () => {
    const text = item(`${place} type="REG_DWORD" value="0036EE80"`, ' disabled="1"');
    const plan = planOf({ 'applicationHost.config': host, 'Registry.xml': text });
    expect([plan.files, plan.refused, plan.configurations[0]?.remedies]).toMatchObject([
      [],
      [],
      [{ edits: [], registry: { milliseconds: 60_000, former: undefined } }],
    ]);
  });

  const template = (line: string) => `[Unicode]\r\nUnicode=yes\r\n[Registry Values]\r\n${line}`;
  const key = String.raw`MACHINE\System\CurrentControlSet\Control\SecurityProviders\SCHANNEL\ServerCacheTime`;
  test.each([
    { text: template(`${key} = 4,3600000 `), want: template(`${key} = 4,60000 `) },
    { text: template(`${key}=1,"60000"`), want: template(`${key}=4,60000`) },
    { text: template(`${key}=4,36000\r\n${key}=4,36000000`), want: template(`${key}=4,36000\r\n${key}=4,60000`) },
  ])('$text', ({ text, want }) => expect(patchedWith('GptTmpl.inf', text)).toBe(want));
});

describe('the text of LGPO.exe', () => {
  const block = (action: string) =>
    `Computer\r\nSYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\r\nServerCacheTime\r\n${action}`;
  test.each(['DWORD:3600000', 'dword:3600000', 'SZ:1', 'DELETE'])('%s', (action) =>
    expect(patchedWith('lgpo.txt', block(action))).toBe(block(`${/^dword/.test(action) ? 'dword' : 'DWORD'}:60000`)),
  );
  test('every value of the key', () =>
    expect(patchedWith('lgpo.txt', `${block('DWORD:1')}\n\n${block('DELETEALLVALUES')}`)).toBe(
      'refused: lgpo.txt:9: it deletes every value of the key',
    ));
});

describe('YAML and JSON', () => {
  const task = (lines: string, rest = '') =>
    `- name: Lifetime\r\n  win_regedit:\r\n    path: ${hklm}\r\n    ${lines.replaceAll('\n', '\r\n    ')}\r\n${rest}`;
  test.each([
    {
      text: task('name: ServerCacheTime\ndata: 0x36ee80 # hour\ntype: dword'),
      want: task('name: ServerCacheTime\ndata: 60000 # hour\ntype: dword'),
    },
    {
      text: task("name: ServerCacheTime\ndata:   '3600000'\ntype: dword"),
      want: task("name: ServerCacheTime\ndata:   '60000'\ntype: dword"),
    },
    {
      text: task('name: ServerCacheTime\ndata: 1 # x'),
      want: task('name: ServerCacheTime\ntype: dword\ndata: 60000 # x'),
    },
    {
      text: task('name: ServerCacheTime\nstate: absent # gone'),
      want: task('name: ServerCacheTime\ntype: dword\ndata: 60000\nstate: present # gone'),
    },
    {
      text: `- win_regedit: {path: '${hklm}', name: ServerCacheTime, state: absent}`,
      want: `- win_regedit: {path: '${hklm}', name: ServerCacheTime, type: dword, data: 60000, state: present}`,
    },
  ])('$text', ({ text, want }) => expect(patchedWith('t.yml', text)).toBe(want));

  test.each([
    { text: task('name: ServerCacheTime\ndata: "{{ ms }}"\ntype: dword'), why: 'the number comes from {{ ms }}' },
    { text: task('name: ServerCacheTime\ndata: &a 3600000\ntype: dword'), why: 'it has an anchor' },
    {
      text: task('name: ServerCacheTime\ndata: 3600000\ntype: dword', '  when: is_web\r\n'),
      why: '"when: is_web" decides',
    },
    { text: task('name: ServerCacheTime\n{% raw %}'), why: 'the file is no YAML as it stands' },
  ])('refused: $why', ({ text, why }) => expect(patchedWith('t.yml', text)).toContain(why));

  const instance = (properties: object, space?: number) =>
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
      space,
    );
  test.each([
    { from: { valueData: { DWord: 3_600_000 } }, want: { valueData: { DWord: 60_000 } } },
    { from: { valueData: { String: '60000' } }, want: { valueData: { DWord: 60_000 } } },
    { from: { _exist: false }, want: { valueData: { DWord: 60_000 }, _exist: true } },
  ])('DSC v3 $from', ({ from, want }) => {
    for (const space of [0, 2]) {
      const patched = patchedWith('t.dsc.json', instance(from, space));
      expect(JSON.parse(patched)).toEqual(JSON.parse(instance(want)));
      expect(patched.split('\n').length).toBeGreaterThanOrEqual(instance(from, space).split('\n').length);
    }
  });

  test('an entry that is put in stands on a line of its own', () => {
    const text = `resources:\n- type: Microsoft.Windows/Registry\n  properties:\n    keyPath: ${regKey}\n    valueName: ServerCacheTime\n    _exist: false`;
    expect(patchedWith('t.dsc.yaml', text)).toBe(
      text.replace('_exist: false', 'valueData: { DWord: 60000 }\n    _exist: true'),
    );
  });
});

describe('several statements', () => {
  const minutes = (count: number) => reg(`"ServerCacheTime"=dword:${(count * 60_000).toString(16).padStart(8, '0')}`);
  const machine = { 'applicationHost.config': host };
  const textsOf = (plan: ReturnType<typeof planOf>) =>
    Object.fromEntries(plan.files.map(({ after }) => [after.path, after.text]));

  test('all files that set it are changed, and what disagreed is known then', () => {
    const plan = planOf({ ...machine, 'a.reg': minutes(60), 'b.reg': minutes(120) });
    expect(textsOf(plan)).toEqual({ 'a.reg': minutes(1), 'b.reg': minutes(1) });
    expect(lifetimes(plan.outcome)).toEqual(['60 explicit a.reg:4']);
  });

  test('a file at the target stays', () =>
    expect(textsOf(planOf({ ...machine, 'a.reg': minutes(60), 'b.reg': minutes(1) }))).toEqual({
      'a.reg': minutes(1),
    }));

  test('no time becomes longer: the shortest of them is for all', () => {
    const plan = planOf({ ...machine, 'a.reg': minutes(60), 'b.reg': minutes(0.5), 'c.reg': minutes(1) });
    expect(textsOf(plan)).toEqual({ 'a.reg': minutes(0.5), 'c.reg': minutes(0.5) });
  });

  test('but one below a second, which is probably meant to be seconds', () => {
    const plan = planOf({ ...machine, 'a.reg': minutes(60), 'b.reg': reg('"ServerCacheTime"=dword:3c') });
    expect(textsOf(plan)).toEqual({ 'a.reg': minutes(1), 'b.reg': minutes(1) });
  });

  test('a file that switches the cache off and one that does not', () => {
    const plan = planOf({ ...machine, 'a.reg': minutes(60), 'b.reg': minutes(0) });
    expect([plan.files, plan.refused.map(({ why }) => why)]).toEqual([
      [],
      ['this switches the session cache off, other statements leave it on, and nothing says which is applied last'],
    ]);
  });

  test('a policy that would undo it is changed, too', () => {
    const policy = `[Registry Values]\n${String.raw`MACHINE\System\CurrentControlSet\Control\SecurityProviders\SCHANNEL\ServerCacheTime`}=4,7200000\n`;
    const plan = planOf({ ...machine, 'a.reg': minutes(60), 'GptTmpl.inf': policy });
    expect(textsOf(plan)).toEqual({ 'a.reg': minutes(1), 'GptTmpl.inf': policy.replace('7200000', '60000') });
  });

  test('one that nothing can be said about keeps all from being changed', () => {
    const plan = planOf({ ...machine, 'a.reg': minutes(60), 'b.ps1': `sp ${hklm} ServerCacheTime $x` });
    expect([plan.files, plan.refused.map(({ why }) => why)]).toEqual([
      [],
      ['the number comes from $x, which is only known when it runs'],
    ]);
  });

  test('a file that takes a change back is never changed', () => {
    const back = reg('"ServerCacheTime"=dword:0036ee80');
    const plan = planOf({ ...machine, 'a.reg': minutes(60), 'a-revert.reg': reg('"ServerCacheTime"=-') });
    expect(textsOf(plan)).toEqual({ 'a.reg': minutes(1) });
    // Alone, it says what the machine has.
    expect(planOf({ ...machine, 'a-revert.reg': back }).configurations[0]?.remedies).toEqual([
      { edits: [], registry: { milliseconds: 60_000, former: 3_600_000 } },
    ]);
  });

  test('a switched-off cache stays', () =>
    expect(
      planOf({ ...machine, 'a.reg': reg('"MaximumCacheSize"=dword:0', '"ServerCacheTime"=dword:0036ee80') }),
    ).toMatchObject({
      files: [],
      refused: [],
    }));

  test('another target', () =>
    expect(textsOf(planOf({ ...machine, 'a.reg': minutes(60) }, { target: 300 }))).toEqual({ 'a.reg': minutes(5) }));

  test('a target of 0 switches the cache off, which has to be asked for', () => {
    const plan = planOf({ ...machine, 'a.reg': minutes(60) }, { target: 0 });
    expect([plan.files, plan.refused[0]?.help]).toEqual([
      [],
      'give a longer --target, or --allow-disable if nothing is to be resumed',
    ]);
    expect(textsOf(planOf({ ...machine, 'a.reg': minutes(60) }, { target: 0, allowDisable: true }))).toEqual({
      'a.reg': minutes(0),
    });
  });

  test.each([
    ['a file', { 't.reg': minutes(60) }],
    ['companions', {}],
  ])('the value is of the whole machine: %s cannot change one listener only', (_, files) => {
    const second = '<binding protocol="https" bindingInformation="*:8443:"/></bindings>';
    const two = { 'applicationHost.config': host.replace('</bindings>', second), ...files };
    const plan = planOf(two, { isWanted: ({ address }) => address === '*:443' });
    expect([plan.files, plan.configurations, plan.refused.map(({ why }) => why)]).toEqual([
      [],
      [],
      ['every way would also change *:8443 shop/https/*:8443:, which is not to be changed'],
    ]);
  });

  test('a file that two machines share is changed once', () => {
    const plan = planOf({ 'a/applicationHost.config': host, 'b/applicationHost.config': host, 't.reg': minutes(60) });
    expect(plan.files.map(({ edits }) => edits.map(({ listeners }) => listeners.length))).toEqual([[2]]);
    expect(lifetimes(plan.outcome)).toEqual(['60 explicit t.reg:4', '60 explicit t.reg:4']);
  });
});

describe('TLS 1.2 session tickets', () => {
  const bind = (rest: string) => `netsh http add sslcert ipport=0.0.0.0:443 certhash=00 ${rest}`;
  const value = `reg add ${regKey} /v ServerCacheTime /t REG_DWORD /d 60000`;
  test.each([
    { text: bind('enablesessionticket=ENABLE x=y'), want: bind('enablesessionticket=disable x=y') },
    {
      text: `${value}\n${bind('"enablesessionticket=enable"')}`,
      want: `${value}\n${bind('"enablesessionticket=disable"')}`,
    },
    {
      text: `${bind('enablesessionticket=enable')}\n${bind('disablesessionid=disable')}\n${bind('enablesessionticket=enable')}`,
      want: `${bind('enablesessionticket=enable')}\n${bind('disablesessionid=disable')}\n${bind('enablesessionticket=disable')}`,
    },
    {
      text: `${bind('enablesessionticket=enable')}\nif exist x ${bind('enablesessionticket=enable')}`,
      want: `${bind('enablesessionticket=disable')}\nif exist x ${bind('enablesessionticket=disable')}`,
    },
  ])('switched off where that is allowed: $text', ({ text, want }) => {
    const plan = planOf({ 'applicationHost.config': host, 't.cmd': text }, { allowDisable: true });
    expect([plan.files[0]?.after.text, plan.refused]).toEqual([want, []]);
    expect(plan.configurations[0]?.remedies.map(({ disables }) => disables === true)).toContain(true);
    const [refused] = planOf({ 'applicationHost.config': host, 't.cmd': text }).refused;
    expect(refused?.help).toContain('--allow-disable');
  });

  test.each([
    ['t.cmd', bind('enablesessionticket=%X%'), 'write enablesessionticket=disable there by hand'],
    ['t.cmd', bind('enablesessionticket=en"able"'), 'write enablesessionticket=disable there by hand'],
    ['t.ps1', 'Enable-TlsSessionTicketKey -ServiceAccountName System -Path k', 'Disable-TlsSessionTicketKey'],
  ])('refused in any case: %s %s', (path, text, help) => {
    const plan = planOf({ 'applicationHost.config': host, [path]: text }, { allowDisable: true });
    expect(plan.files).toEqual([]);
    expect(plan.refused[0]?.help).toContain(help);
  });
});

test('every edit is within the one statement that a lease finds it by', () => {
  const text = `if ((gp ${hklm}).ServerCacheTime -ne 3600000) {\n  sp ${hklm} ServerCacheTime 3600000\n}`;
  const [file] = planOf({ 'applicationHost.config': host, 't.ps1': text }).files;
  const anchors = iis.anchors(iis.parse(decode('t.ps1', new TextEncoder().encode(text))));
  expect(anchors).toHaveLength(1);
  expect(file?.edits).toHaveLength(2);
  for (const { span } of file?.edits ?? []) {
    expect(anchors[0]?.statement.start).toBeLessThanOrEqual(span.start);
    expect(anchors[0]?.statement.end).toBeGreaterThanOrEqual(span.end);
  }
});
