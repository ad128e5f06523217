import type { Problem, SourceFile } from '@shortfuse/core';
import type { Node } from 'jsonc-parser';
import type { Document } from 'yaml';
import type { HclBlock } from './hcl.js';
import type { TmshFile } from './tree.js';

/** A file of any form that BIG-IP objects are kept in. */
export type F5File =
  | ({ readonly form: 'tmsh' } & TmshFile)
  | ({ readonly form: 'as3'; readonly root: Node | undefined } & Common)
  | ({ readonly form: 'rest'; readonly root: Node | undefined } & Common)
  | ({ readonly form: 'terraform'; readonly blocks: readonly HclBlock[] } & Common)
  | ({ readonly form: 'ansible'; readonly documents: readonly Document[] } & Common);

export type Form = F5File['form'];
export type FileOf<F extends Form> = Extract<F5File, { readonly form: F }>;

interface Common {
  readonly file: SourceFile;
  readonly problems: readonly Problem[];
}
