import { decode } from '@shortfuse/core';
import { expect, test } from 'vitest';
import { kindOf } from './detect.js';

const key = String.raw`HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL`;

test.each([
  { path: 'applicationHost.config', text: '<configuration><system.applicationHost/></configuration>', want: 'host' },
  { path: 'iis.config.txt', text: '<?xml version="1.0"?>\n<configuration>\n<system.applicationHost>', want: 'host' },
  {
    path: 'transform.xml',
    text: '<configuration xmlns:xdt="x"><system.applicationHost/></configuration>',
    want: undefined,
  },
  { path: 'Test.cs', text: 'var x = "<configuration><system.applicationHost/>";', want: undefined },
  { path: 'web.config', text: '<configuration><system.web/></configuration>', want: undefined },
  { path: 'web.config', text: '<configuration><add key="ServerCacheTime"/></configuration>', want: 'web' },
  {
    path: 'redirection.config',
    text: '<configuration><configurationRedirection/></configuration>',
    want: 'redirection',
  },
  { path: 'a.reg', text: 'REGEDIT4\n\n[HKEY_CURRENT_USER\\x]\n', want: undefined },
  { path: 'a.reg', text: 'REGEDIT4\n"ServerCacheTime"=-', want: 'reg' },
  { path: 'noending', text: 'REGEDIT4\n"ServerCacheTime"=-', want: 'reg' },
  { path: 'a.ps1', text: 'Get-Process', want: undefined },
  { path: 'a.ps1', text: `Remove-Item HKLM:${key.slice(4)}`, want: 'powershell' },
  { path: 'a.cmd', text: `reg delete "${key}" /f`, want: 'batch' },
  { path: 'notes.txt', text: 'set ServerCacheTime and netsh http add sslcert', want: undefined },
  { path: 'bindings.txt', text: 'http add sslcert ipport=0.0.0.0:443 disablesessionid=enable', want: 'batch' },
  { path: 'a.yml', text: 'ServerCacheTime: 60000', want: undefined },
  { path: 'a.yml', text: 'win_regedit: {path: SCHANNEL, name: ServerCacheTime}', want: 'yaml' },
  { path: 'a.json', text: '{"type": "Microsoft.Windows/Registry"}', want: undefined },
  { path: 'GptTmpl.inf', text: '[Registry Values]\nMACHINE\\x\\ServerCacheTime=4,1', want: 'securityTemplate' },
  { path: 'driver.inf', text: '[Version]\nServerCacheTime', want: undefined },
])('$path with $text is $want', ({ path, text, want }) =>
  expect(kindOf(decode(path, new TextEncoder().encode(text)))).toBe(want),
);
