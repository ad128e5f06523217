import { defineAdapter } from '@shortfuse/core';
import { anchors } from './anchors.js';
import { annotate, comments } from './comments.js';
import { companions } from './companions.js';
import { isHostName, kindOf } from './detect.js';
import { explanation } from './explanation.js';
import { operations } from './operations.js';
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
  anchors,
  comments,
  annotate,
  companions,
  operations,
});
