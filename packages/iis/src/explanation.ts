/** What `shortfuse explain iis` prints: a screenful. */
export const explanation = `IIS: what governs how long TLS sessions can be resumed

The lifetime is Schannel's, one for the whole machine, and stands in the registry:
  HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL
  ServerCacheTime, REG_DWORD, milliseconds; absent: 36000000, 10 hours
It covers every site, and RDP, LDAPS, WinRM, SQL Server and FTP besides.

What decides
  applicationHost.config says which https bindings exist. Nothing in it, and
  nothing in web.config, sets a lifetime: it is never patched.
  The value comes from what writes the registry: .reg files, Group Policy,
  scripts, DSC, Ansible. Of several assignments in one file the last counts.

Traps
  60 s is 60000, and 60000 is 0xEA60: dword:60000 is 393 s.
  Group Policy preferences store a REG_DWORD in hexadecimal, whatever
  displayDecimal says; GptTmpl.inf stores it in decimal.
  0, or MaximumCacheSize 0, switches the cache off: every visit pays in full.
  A text value (REG_SZ) or one in a subkey has no effect. ClientCacheTime is the
  other side.
  reg delete without /v removes the key with all protocol settings in it.

After a change
  Documentation is silent on when it is read again. Restart the machine, or wait
  for the old 10 hours.

Where to set 60 s
  In the artefact that sets it, else by a new .reg file; the way back is to delete
  the value, never the key.

Sources
  https://learn.microsoft.com/windows-server/security/tls/tls-registry-settings
  https://learn.microsoft.com/windows-server/administration/windows-commands/reg-add
  https://learn.microsoft.com/iis/configuration/system.applicationhost
`;
