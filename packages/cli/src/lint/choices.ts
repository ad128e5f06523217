import { type PresetName, presets, type RuleChoice, rules } from '@shortfuse/core';
import type { RuleSetting } from '../io/config.js';

/** What runs, how: the preset, then what the configuration file says of single rules. */
export function chooseRules(preset: PresetName, settings: ReadonlyMap<string, RuleSetting>): readonly RuleChoice[] {
  const { severities } = presets[preset];
  return rules.map((rule) => {
    const own = settings.get(rule.id);
    return {
      rule,
      severity: own?.severity ?? severities[rule.id] ?? rule.severity,
      options: own?.options ?? {},
    };
  });
}
