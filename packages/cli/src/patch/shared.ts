import { type Configuration, type Listener, type PatchRequest, type Plan, planPatch } from '@shortfuse/core';

/** Who may change. */
export interface Wanted {
  /** All where absent. */
  readonly isWanted?: (listener: Listener) => boolean;
  /** Others may change, too, where a wanted one cannot change without them. */
  readonly includesShared?: boolean;
}

export interface SharedPlan {
  readonly plan: Plan;
  /** Those that change only because a wanted one cannot without them. */
  readonly drawnIn: readonly Listener[];
}

/** The plan for those that are wanted and, where that is allowed, for others that one of them cannot change without. */
export function planWithShared(
  configurations: readonly Configuration[],
  { isWanted, includesShared }: Wanted,
  request: Omit<PatchRequest, 'isWanted'>,
): SharedPlan {
  if (!isWanted) return { plan: planPatch(configurations, request), drawnIn: [] };
  const drawnIn = new Set<Listener>();
  for (;;) {
    const isChanging = (listener: Listener): boolean => isWanted(listener) || drawnIn.has(listener);
    const plan = planPatch(configurations, { ...request, isWanted: isChanging });
    const more = includesShared
      ? plan.refused.flatMap(({ sharedWith = [] }) => sharedWith).filter((listener) => !isChanging(listener))
      : [];
    for (const listener of more) drawnIn.add(listener);
    if (more.length > 0) continue;
    const changed = new Set(plan.configurations.flatMap(({ listeners }) => listeners));
    return {
      // Nobody asked for the others: what cannot be done for them is no failure.
      plan: { ...plan, refused: plan.refused.filter(({ listener }) => isWanted(listener)) },
      drawnIn: [...drawnIn].filter((listener) => changed.has(listener)),
    };
  }
}
