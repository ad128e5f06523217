import type { Seconds } from '../duration.js';
import type { Severity } from '../problem.js';

/** What `lint` starts from; options and the configuration file go before it. */
export interface Preset {
  readonly targetSeconds: Seconds;
  /** Where a rule's own severity is not the right one. */
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
}

export const presetNames = ['rollout', 'standing'] as const;
export type PresetName = (typeof presetNames)[number];

export const presets: Readonly<Record<PresetName, Preset>> = {
  /** For the weeks around the switch to inspection. */
  rollout: { targetSeconds: 60, severities: {} },
  /** For normal times: nothing lasts longer than a day, and what counts is written where it counts. */
  standing: {
    targetSeconds: 86_400,
    severities: { 'lifetime-implicit': 'warning', 'setting-ignored': 'warning' },
  },
};
