import type { Location } from '@shortfuse/core';
import type { DecryptionRule, NatRule, PanosConfiguration, Scope } from './model.js';
import { decryptionRules, natRules, type RulebaseContext } from './rules.js';
import type { Node } from './tree.js';

/** What every part of a configuration is read with. */
export interface Found {
  readonly shared: Node | undefined;
  readonly scope: Scope;
  locate(node: Node): Location;
}

export type Evaluated = Pick<PanosConfiguration, 'rules' | 'natRules' | 'places'>;

/** The rules of one place of the file. */
export interface Rulebase {
  readonly rules: readonly DecryptionRule[];
  readonly natRules: readonly NatRule[];
}

export function rulebaseOf(node: Node | undefined, context: RulebaseContext): Rulebase {
  return { rules: decryptionRules(node, context), natRules: natRules(node, context) };
}

export function joined(...rulebases: readonly Rulebase[]): Rulebase {
  return { rules: rulebases.flatMap(({ rules }) => rules), natRules: rulebases.flatMap((one) => one.natRules) };
}
