import { defineAdapter } from '@shortfuse/core';
import { isHostName, kindOf } from './detect.js';
import { explanation } from './explanation.js';
import { type IisFile, parse } from './parse.js';
import { resolve } from './resolve.js';

export { type Content, type IisFile, parse } from './parse.js';

/** IIS with Schannel beneath it: listeners from applicationHost.config, lifetimes from what writes the registry. */
export const iis = defineAdapter<IisFile>({
  id: 'iis',
  title: 'IIS',
  homes: [],
  explanation,
  looksFor: 'applicationHost.config, and .reg files, Group Policy, DSC, Ansible and scripts that set ServerCacheTime',
  claims: (file, named) => kindOf(file) !== undefined || (named && isHostName(file.path)),
  parse,
  resolve,
});
