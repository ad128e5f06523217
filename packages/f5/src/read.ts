import type { SourceFile } from '@shortfuse/core';
import { formOf } from './detect.js';
import type { F5File } from './files.js';
import { readJson } from './json.js';
import { parseTmsh } from './parse.js';
import { readTerraform } from './terraform.js';
import { readYaml } from './yaml-file.js';

/** Reads a file in the form that its name and text show; whatever nobody would claim is read as bigip.conf. */
export function parse(file: SourceFile): F5File {
  const form = formOf(file, true) ?? 'tmsh';
  switch (form) {
    case 'tmsh':
      return { form, ...parseTmsh(file) };
    case 'as3':
    case 'rest':
      return { form, ...readJson(file) };
    case 'terraform':
      return { form, ...readTerraform(file) };
    case 'ansible':
      return { form, ...readYaml(file) };
  }
}
