import type { Listener, Problem, UnattachedSetting } from '@shortfuse/core';
import type { Device } from './device.js';
import { profileResolver } from './effective.js';
import { listenersOf, unattachedIn } from './listeners.js';
import { valueProblems } from './values.js';

/** What the objects of a device mean, in whatever form they were written. */
export interface Judgement {
  /** In the order in which the virtual servers were added. */
  readonly listeners: readonly Listener[];
  readonly problems: readonly Problem[];
  readonly unattached: readonly UnattachedSetting[];
}

/** Works out what is in effect on a device. `version` undefined: as in BIG-IP 15.1.8. */
export function judge(device: Device, version: string | undefined): Judgement {
  const problems: Problem[] = [...device.problems, ...valueProblems(device)];
  const effectiveOf = profileResolver(device, version, (problem) => problems.push(problem));
  for (const path of device.profiles.keys()) effectiveOf(path);
  const listeners = listenersOf(device, effectiveOf, version);
  return { listeners, problems, unattached: unattachedIn(device, listeners) };
}
