import { defineAdapter, type SourceFile } from '@shortfuse/core';
import { anchors } from './anchors.js';
import { annotate, comments } from './comments.js';
import { companions } from './companions.js';
import { formOf } from './detect.js';
import { explanation } from './explanation.js';
import type { F5File } from './files.js';
import { operations } from './operations.js';
import { parse } from './read.js';
import { resolve } from './resolve.js';

export { joinAddress, readPort } from './destination.js';
export { type Attachment, type Device, emptyDevice, type Parent, type PropertyName, type Setting } from './device.js';
export type { F5File } from './files.js';
export { judge } from './judge.js';
export { fullPath } from './names.js';
export { operationsOf } from './operations.js';
export { parseTmsh } from './parse.js';
export { parse } from './read.js';
export type { Statements, TmshFile, Tokens } from './tree.js';
export { TokenKind } from './tree.js';

/** F5 BIG-IP (TMOS), by its saved configuration or the code that makes it. */
export const f5 = defineAdapter<F5File>({
  id: 'f5',
  title: 'F5 BIG-IP',
  homes: ['/config'],
  explanation,
  looksFor:
    'bigip.conf and the files beside it, single configuration files, AS3 declarations, iControl REST answers, Terraform and Ansible for BIG-IP',
  claims: (file: SourceFile, named: boolean) => formOf(file, named) !== undefined,
  parse,
  resolve,
  anchors,
  comments,
  annotate,
  companions,
  operations,
});
