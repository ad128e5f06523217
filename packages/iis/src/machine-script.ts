/** ServerCacheTime as it is to be and as it was, in ms; undefined: it was not there. */
export interface MachineChange {
  readonly milliseconds: number;
  readonly former: number | undefined;
}

/**
 * A PowerShell script that applies a change of ServerCacheTime, takes it back or shows it. For Windows PowerShell 5.1 and later,
 * ASCII with CRLF. What it applies stands outside every block, so that shortfuse reads the script as what it does when it is
 * run without a switch.
 */
export function machineScript({ milliseconds, former }: MachineChange): string {
  const was = former === undefined ? '$null' : String(former);
  const takeBack =
    former === undefined
      ? 'Remove-ItemProperty -Path $key -Name ServerCacheTime -ErrorAction Stop'
      : `Set-ItemProperty -Path $key -Name ServerCacheTime -Type DWord -Value ${former} -ErrorAction Stop`;
  return [
    '#Requires -Version 5.1',
    '<#',
    '.SYNOPSIS',
    '  Sets how long Schannel lets TLS sessions be resumed, for every TLS server on this machine.',
    '.DESCRIPTION',
    `  Without a switch: sets it to ${milliseconds} ms. Run as often as you like, the result is the same.`,
    '  -Verify   changes nothing; exit status 0 if the machine has that value, else 1',
    `  -Revert   ${former === undefined ? 'deletes the value, which was not there before; the key stays' : `sets it back to ${former} ms`}`,
    '  -Force    also replaces a value that neither this script nor the files it was made from wrote',
    '  Exit status 2: not run as administrator, or such a value was found and left alone.',
    '  Restart the machine afterwards: sessions from before may be resumed until then.',
    '#>',
    '[CmdletBinding()]',
    'param([switch] $Verify, [switch] $Revert, [switch] $Force)',
    '',
    String.raw`$key = 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL'`,
    `$wanted = ${milliseconds}`,
    `$former = ${was}`,
    '',
    '$item = Get-Item -Path $key -ErrorAction Stop',
    "$now = $item.GetValue('ServerCacheTime', $null)",
    // A REG_DWORD from 0x80000000 on comes as a negative number.
    'if ($now -is [int] -and $now -lt 0) { $now = [int64] $now + 4294967296 }',
    "$kind = if ($null -ne $now) { $item.GetValueKind('ServerCacheTime') }",
    "if ($null -ne $kind -and $kind -ne 'DWord') { $now = '{0} of the wrong type, {1},' -f $now, $kind }",
    '$shown = if ($null -eq $now) { \'not set, so 36000000 ms\' } else { "$now" }',
    '',
    'if ($Verify) {',
    "  Write-Output ('ServerCacheTime is {0}; wanted: {1} ms' -f $shown, $wanted)",
    '  if ($now -eq $wanted) { exit 0 } else { exit 1 }',
    '}',
    '',
    '$identity = [Security.Principal.WindowsIdentity]::GetCurrent()',
    '$role = [Security.Principal.WindowsBuiltInRole]::Administrator',
    'if (-not ([Security.Principal.WindowsPrincipal] $identity).IsInRole($role)) {',
    "  [Console]::Error.WriteLine('Nothing was changed: run this as administrator.')",
    '  exit 2',
    '}',
    'if ($now -ne $wanted -and $now -ne $former -and -not $Force) {',
    "  [Console]::Error.WriteLine('Nothing was changed: ServerCacheTime is {0}, which somebody else wrote. -Force replaces it.' -f $shown)",
    '  exit 2',
    '}',
    '',
    'if ($Revert) {',
    ...(former === undefined ? ['  if ($null -ne $now) {', `    ${takeBack}`, '  }'] : [`  ${takeBack}`]),
    "  Write-Output 'Taken back. Restart the machine for it to count.'",
    '  exit 0',
    '}',
    '',
    `Set-ItemProperty -Path $key -Name ServerCacheTime -Type DWord -Value ${milliseconds} -ErrorAction Stop`,
    `Write-Output 'ServerCacheTime is ${milliseconds} ms now. Restart the machine for it to count.'`,
    '',
  ].join('\r\n');
}
