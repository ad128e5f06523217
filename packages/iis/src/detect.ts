import type { SourceFile } from '@shortfuse/core';

/**
 * What a file is, by its name and a search in its text.
 * - `host`: an applicationHost.config
 * - `redirection`: redirection.config, which says that the real one is elsewhere
 * - `web`: a web.config that has a look-alike of the registry value
 * - the registry artefacts, by the language they are in
 */
export type Kind =
  | 'host'
  | 'redirection'
  | 'web'
  | 'reg'
  | 'policyPreferences'
  | 'securityTemplate'
  | 'localPolicy'
  | 'powershell'
  | 'batch'
  | 'yaml';

const mention =
  /servercachetime|clientcachetime|maximumcachesize|disablesessionid|enablesessionticket|tlssessionticketkey/i;
/** Takes the settings of Schannel along. */
const destruction =
  /\[-HKEY_LOCAL_MACHINE\\[^\]\r\n]{0,80}\\SCHANNEL\]|(?:\breg(?:\.exe)?\s+delete\b|\bRemove-Item\b)[^\r\n]{0,120}\\SCHANNEL|\bstate:\s*['"]?absent\b/i;

/** The kind of a file that has a say about TLS listeners; undefined for all others, also for registry files about other things. */
export function kindOf(file: SourceFile): Kind | undefined {
  const { text } = file;
  const name = file.path.slice(file.path.lastIndexOf('/') + 1).toLowerCase();
  const ending = name.slice(name.lastIndexOf('.') + 1);
  if (isMarkup(text)) {
    if (text.includes('<system.applicationHost') && text.includes('<configuration') && !text.includes('xmlns:xdt'))
      return 'host';
    if (name === 'redirection.config' && text.includes('<configurationRedirection')) return 'redirection';
    if (ending === 'config' && /servercachetime/i.test(text)) return 'web';
    if (text.includes('<RegistrySettings') || /<Registry\s[^>]{0,60}clsid=/.test(text.slice(0, 4000)))
      return speaks(text) ? 'policyPreferences' : undefined;
    return undefined;
  }
  switch (ending) {
    case 'reg':
      return speaks(text) ? 'reg' : undefined;
    case 'inf':
      return /\[registry values\]/i.test(text) && speaks(text) ? 'securityTemplate' : undefined;
    case 'ps1':
    case 'psm1':
      return speaks(text) ? 'powershell' : undefined;
    case 'cmd':
    case 'bat':
    case 'netsh':
      return speaks(text) ? 'batch' : undefined;
    case 'txt':
      if (isNetshScript(text)) return 'batch';
      return isLocalPolicy(text) ? 'localPolicy' : undefined;
    case 'yml':
    case 'yaml':
    case 'json':
      return /win_regedit|microsoft\.windows\/registry|x?psd\w+\/x?registry/i.test(text) &&
        /schannel/i.test(text) &&
        speaks(text)
        ? 'yaml'
        : undefined;
    default:
      return /^(?:Windows Registry Editor Version 5\.00|REGEDIT4)\s/.test(text) && speaks(text) ? 'reg' : undefined;
  }
}

/** A file of that name is what a person means when nothing in it tells. */
export function isHostName(path: string): boolean {
  return /(?:^|\/)applicationhost[^/]*\.config$/i.test(path);
}

function speaks(text: string): boolean {
  return mention.test(text) || destruction.test(text);
}

function isMarkup(text: string): boolean {
  return text.slice(0, 1000).trimStart().startsWith('<') && !text.startsWith('<#');
}

function isNetshScript(text: string): boolean {
  return /^[ \t]*(?:netsh[ \t]+)?http[ \t]+(?:add|update|delete)[ \t]+sslcert\b/im.test(text) && mention.test(text);
}

/** What LGPO.exe writes: the computer's part, a key below its hive, a value. */
function isLocalPolicy(text: string): boolean {
  return mention.test(text) && /^[ \t]*computer[ \t]*\r?\n[ \t]*system\\[^\r\n]{0,100}\\schannel\b/im.test(text);
}
