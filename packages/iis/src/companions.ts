import type { Companion, CompanionRequest, Configuration } from '@shortfuse/core';
import { machineScript } from './machine-script.js';
import type { RegistryRemedy } from './remedies.js';

/**
 * The files that write ServerCacheTime where no file of the machine does: a registry file, another that takes it back, and a
 * script that does either and looks before it does. Taking back a value that was absent deletes the value; deleting the key
 * would take every protocol and cipher setting along.
 */
export function companions({ label }: Configuration, { target, remedies }: CompanionRequest): readonly Companion[] {
  const registry = remedies.map((remedy: RegistryRemedy) => remedy.registry).find((each) => each !== undefined);
  if (!registry) return [];
  const { milliseconds, former } = registry;
  const apply = `schannel-session-${target}s.reg`;
  return [
    {
      name: apply,
      text: regFile(dword(milliseconds)),
      encoding: 'utf-16le',
      purpose: `sets the session lifetime of the whole machine of ${label} to ${milliseconds} ms: reg import ${apply}, as administrator, then restart the machine`,
      use: 'apply',
      isRequired: true,
    },
    {
      name: 'schannel-session-revert.reg',
      text: regFile(former === undefined ? '-' : dword(former)),
      encoding: 'utf-16le',
      purpose:
        former === undefined
          ? 'takes it back by deleting the value, which was not there before, and leaves the key alone: reg import schannel-session-revert.reg, as administrator, then restart the machine'
          : `takes it back to the ${former} ms from before: reg import schannel-session-revert.reg, as administrator, then restart the machine`,
      use: 'revert',
      isRequired: false,
    },
    {
      name: 'schannel-session.ps1',
      text: machineScript({ milliseconds, former }),
      encoding: 'utf-8',
      purpose:
        'does the same as the two registry files and shows what the machine has: .\\schannel-session.ps1 applies, -Verify only looks, -Revert takes it back; a value that is neither is left alone',
      use: 'verify',
      isRequired: false,
    },
  ];
}

function dword(number: number): string {
  return `dword:${number.toString(16).padStart(8, '0')}`;
}

/** As regedit exports it; the encoding adds the byte order mark. */
function regFile(data: string): string {
  return [
    'Windows Registry Editor Version 5.00',
    '',
    String.raw`[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL]`,
    `"ServerCacheTime"=${data}`,
    '',
  ].join('\r\n');
}
